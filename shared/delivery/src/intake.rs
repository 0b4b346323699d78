//! Where a callback's events are stored before it is answered.

use std::io::{self, Write};
use std::str::FromStr;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use callbacks::CloudEvent;

use crate::aws::{Aws, AwsError};
use crate::connections::CaBundleError;
use crate::limit::Limit;
use crate::queue::{Overflow, Queue};

/// The first durable place for events.
#[derive(Debug)]
pub enum Intake {
    /// Standard output, one event per line. Logs go to standard error, so the two never mix.
    Stdout,
    /// A list in memory, for tests.
    Memory(Mutex<Vec<CloudEvent>>),
    /// A queue of Amazon SQS.
    Sqs(Queue),
}

/// Names an intake: `stdout` or `sqs:<queue URL>`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum IntakeTarget {
    /// Standard output.
    Stdout,
    /// The queue of Amazon SQS with this URL.
    Sqs(String),
}

/// What comes with the events of one callback.
#[derive(Debug, Clone, Copy)]
pub struct Delivery<'a> {
    /// The X-Ray tracing header of the request. One that is malformed is left out.
    pub trace: Option<&'a str>,
    /// The time that there is, all attempts included. What is not stored by then is [`StoreError::Late`].
    pub within: Duration,
}

/// The events were not stored, at least not all of them. Sending the callback again is safe.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// An event could not be written as JSON.
    #[error("an event could not be encoded")]
    Encode(#[source] serde_json::Error),
    /// Standard output could not be written to.
    #[error("standard output could not be written to")]
    Write(#[source] io::Error),
    /// An event is larger than the queue or the bus takes, and there is no overflow to keep its data.
    #[error("an event is larger than the limit, and there is no overflow for its data")]
    TooLarge,
    /// The overflow did not take the data of a large event.
    #[error("the overflow did not take the data of a large event: {0}")]
    Overflow(#[source] AwsError),
    /// The queue did not take a message.
    #[error("the queue did not take a message: {0}")]
    Queue(#[source] AwsError),
    /// The time was over before everything was stored.
    #[error("not everything was stored in time")]
    Late,
}

/// The configured intake is none that there is.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected `stdout` or `sqs:<queue URL>`")]
pub struct UnknownIntake;

impl Intake {
    /// An intake that keeps what it is given, for tests.
    #[must_use]
    pub fn memory() -> Self {
        Self::Memory(Mutex::new(Vec::new()))
    }

    /// The intake that `target` names. An event beyond `limit` goes to `overflow`, if there is one; standard output takes
    /// events of any size.
    ///
    /// # Errors
    /// [`CaBundleError`] where AWS clients cannot be made.
    pub async fn connect(
        target: IntakeTarget,
        overflow: Option<Overflow>,
        limit: Limit,
        aws: &Aws,
    ) -> Result<Self, CaBundleError> {
        Ok(match target {
            IntakeTarget::Stdout => Self::Stdout,
            IntakeTarget::Sqs(url) => Self::Sqs(Queue::new(url, overflow, limit, aws.configuration().await?)),
        })
    }

    /// Opens the connection ahead of the first event, so that no callback waits for it.
    ///
    /// # Errors
    /// [`AwsError`] where the queue was not reached. [`Intake::store`] tries anew.
    pub async fn warm(&self) -> Result<(), AwsError> {
        match self {
            Self::Stdout | Self::Memory(_) => Ok(()),
            Self::Sqs(queue) => queue.warm().await,
        }
    }

    /// Stores all of the events, or says that it did not.
    ///
    /// # Errors
    /// [`StoreError`] where they are not all stored for good. Some of them may be.
    pub async fn store(&self, events: &[CloudEvent], delivery: &Delivery<'_>) -> Result<(), StoreError> {
        match self {
            Self::Stdout => write_lines(events, &mut io::stdout().lock()),
            Self::Memory(stored) => {
                stored.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(events);
                Ok(())
            }
            Self::Sqs(queue) => queue.store(events, delivery).await,
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

/// Writes one line for each event. All are encoded before the first is written.
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

    #[tokio::test(flavor = "current_thread")]
    async fn memory_keeps_what_it_is_given() {
        let intake = Intake::memory();
        let delivery = Delivery { trace: None, within: Duration::from_secs(1) };
        intake.store(&events(), &delivery).await.unwrap();
        let Intake::Memory(stored) = intake else { panic!() };
        assert_eq!(stored.into_inner().unwrap().len(), 2);
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
