//! Where a callback's events are stored before it is answered.

use std::io::{self, Write};
use std::str::FromStr;
use std::time::Duration;

use callbacks::CloudEvent;

use crate::aws::{Aws, AwsError};
use crate::connections::CaBundleError;
use crate::limit::Limit;
use crate::queue::{IntakeQueue, Overflow};
use crate::store::{LoadError, StoreContext, StoreError};

/// The first durable place for events.
#[derive(Debug)]
pub enum Intake {
    /// Standard output, one event per line. Logs go to standard error, so the two never mix.
    Stdout,
    /// A queue of Amazon SQS.
    Sqs(IntakeQueue),
}

/// Names an intake: `stdout` or `sqs:<queue URL>`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum IntakeTarget {
    /// Standard output.
    Stdout,
    /// The queue of Amazon SQS with this URL.
    Sqs(String),
}

/// The configured value is not a supported intake.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected `stdout` or `sqs:<queue URL>`")]
pub struct UnknownIntake;

impl Intake {
    /// Connects to the intake that `target` names. The data of an event above `limit` goes to `overflow`, if one is
    /// configured; standard output takes events of any size.
    ///
    /// # Errors
    /// [`CaBundleError`] where the AWS clients cannot be created.
    pub async fn connect(
        target: IntakeTarget,
        overflow: Option<Overflow>,
        limit: Limit,
        aws: &Aws,
    ) -> Result<Self, CaBundleError> {
        Ok(match target {
            IntakeTarget::Stdout => Self::Stdout,
            IntakeTarget::Sqs(url) => Self::Sqs(IntakeQueue::new(url, overflow, limit, aws.configuration().await?)),
        })
    }

    /// Opens the connection before the first event, so that no callback waits for it.
    ///
    /// # Errors
    /// [`AwsError`] where the queue was not reached. [`Intake::store`] retries.
    pub async fn warm(&self) -> Result<(), AwsError> {
        match self {
            Self::Stdout => Ok(()),
            Self::Sqs(queue) => queue.warm().await,
        }
    }

    /// Stores all of the events durably, or returns an error.
    ///
    /// # Errors
    /// [`StoreError`] where not all of them are stored. Some of them may be.
    pub async fn store(&self, events: &[CloudEvent], context: &StoreContext<'_>) -> Result<(), StoreError> {
        match self {
            Self::Stdout => write_lines(events, &mut io::stdout().lock()),
            Self::Sqs(queue) => queue.store(events, context).await,
        }
    }

    /// The event with its data in it, where it is a large one that this intake has stored.
    ///
    /// # Errors
    /// [`LoadError`] where the data was not read, within the time limit.
    pub async fn load(&self, event: &CloudEvent, timeout: Duration) -> Result<CloudEvent, LoadError> {
        match self {
            Self::Stdout => Ok(event.clone()),
            Self::Sqs(queue) => queue.load(event, timeout).await,
        }
    }
}

impl FromStr for IntakeTarget {
    type Err = UnknownIntake;

    fn from_str(text: &str) -> Result<Self, UnknownIntake> {
        let is_url = |url: &&str| url.starts_with("https://") || url.starts_with("http://");
        match text.strip_prefix("sqs:").filter(is_url) {
            Some(url) => Ok(Self::Sqs(url.to_owned())),
            None if text == "stdout" => Ok(Self::Stdout),
            None => Err(UnknownIntake),
        }
    }
}

/// Writes one line for each event. All are serialized before the first is written.
fn write_lines(events: &[CloudEvent], out: &mut impl Write) -> Result<(), StoreError> {
    let mut lines = Vec::new();
    for event in events {
        serde_json::to_writer(&mut lines, event).map_err(StoreError::Encode)?;
        lines.push(b'\n');
    }
    out.write_all(&lines).and_then(|()| out.flush()).map_err(StoreError::Write)
}

#[cfg(test)]
mod tests {
    use callbacks::{Product, decode};

    use super::*;

    fn events() -> Vec<CloudEvent> {
        let body = "{\n  \"EventType\": \"FileUploadComplete\",\n  \"MessageBody\": {}\n}";
        let received = "2026-01-02T03:04:05Z".parse().unwrap();
        let mut events = decode(Product::AliyunIms, body.as_bytes(), received);
        events.extend(events.clone());
        events
    }

    #[test]
    fn an_event_is_one_line_even_when_the_body_had_several() {
        let mut out = Vec::new();
        write_lines(&events(), &mut out).unwrap();
        let text = String::from_utf8(out).unwrap();
        assert_eq!(text.lines().count(), 2);
        for line in text.lines() {
            let event: CloudEvent = serde_json::from_str(line).unwrap();
            assert_eq!(event.vendorevent.as_deref(), Some("FileUploadComplete"));
        }
    }

    #[test]
    fn a_full_disk_is_an_error() {
        struct Full;
        impl Write for Full {
            fn write(&mut self, _: &[u8]) -> io::Result<usize> {
                Err(io::ErrorKind::StorageFull.into())
            }
            fn flush(&mut self) -> io::Result<()> {
                Ok(())
            }
        }
        assert!(matches!(write_lines(&events(), &mut Full), Err(StoreError::Write(_))));
    }

    #[test]
    fn an_intake_is_named() {
        assert_eq!("stdout".parse(), Ok(IntakeTarget::Stdout));
        let url = "https://sqs.eu-central-1.amazonaws.com/123456789012/events";
        assert_eq!(format!("sqs:{url}").parse(), Ok(IntakeTarget::Sqs(url.to_owned())));
        for text in ["", "file:x", "sqs:", "sqs:events", url] {
            assert_eq!(text.parse::<IntakeTarget>(), Err(UnknownIntake), "{text}");
        }
    }
}
