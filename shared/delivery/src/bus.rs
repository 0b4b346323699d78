//! Where events are published.

use std::io::{self, Write};
use std::str::FromStr;
use std::time::Duration;

use aws_config::retry::RetryConfig;
use aws_sdk_eventbridge::types::PutEventsRequestEntry;
use futures_util::future::join_all;
use tokio::time::Instant;

use crate::aws::{Aws, AwsError, CALL, warm_timeouts, warmed};
use crate::connections::CaBundleError;
use crate::limit::entry_size;

/// The most entries of one `PutEvents` call.
pub(crate) const ENTRIES: usize = 10;

/// The most attempts for entries that fail although the call succeeds.
const ROUNDS: u32 = 3;

/// Backoff before the second attempt; twice as long before the third.
const PAUSE: Duration = Duration::from_millis(200);

/// How long after the start failed entries may be retried. A bus that is slower than this gets no more load.
const AGAIN: Duration = Duration::from_secs(4);

/// The longest that publishing takes: the last call starts at the latest after [`AGAIN`] and the longest backoff.
pub(crate) const PUBLISH: Duration = AGAIN.saturating_add(PAUSE).saturating_add(PAUSE).saturating_add(CALL);

/// Where events are published.
#[derive(Debug)]
pub enum Bus {
    /// An event bus of Amazon `EventBridge`.
    EventBridge(EventBus),
    /// Standard output, one event per line, for local use.
    Stdout,
}

/// Names a bus: `eventbridge:<bus>` or `stdout`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BusTarget {
    /// The event bus of Amazon `EventBridge` with this name or ARN.
    EventBridge(String),
    /// Standard output.
    Stdout,
}

/// The configured bus is not one that events can be published to.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected `eventbridge:<name or ARN of a Custom Event Bus - Classic>` or `stdout`")]
pub struct UnknownBus;

/// A part of the ARN of a *Custom Event Bus*, which has subscribers instead of rules, and is another service.
/// <https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-custom-bus-names.html>
const BUS_WITHOUT_RULES: &str = ":event-busv2/";

/// An event was not published, or is not known to be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PublishError {
    /// The bus rejected the event: it is not published.
    #[error("the bus rejected the event: {code}")]
    Refused {
        /// The error code of the bus.
        code: String,
    },
    /// The call failed. The event is certainly not published only where the error [is a refusal](AwsError::is_refusal).
    #[error("the call of the bus failed: {0}")]
    Call(#[source] AwsError),
    /// Standard output could not be written to.
    #[error("standard output could not be written to: {0}")]
    Write(io::ErrorKind),
}

impl PublishError {
    /// Whether the event is certainly not published.
    pub(crate) fn is_certain(&self) -> bool {
        match self {
            Self::Refused { .. } => true,
            Self::Call(error) => error.is_refusal(),
            Self::Write(_) => false,
        }
    }
}

/// An event as it is sent to the bus.
#[derive(Debug, Clone)]
pub(crate) struct Entry {
    /// What a rule matches as `source`: `mediahook.<slug>`.
    pub(crate) source: &'static str,
    /// What a rule matches as `detail-type`: the event's type.
    pub(crate) detail_type: String,
    /// The event, as it was stored.
    pub(crate) detail: String,
    /// The tracing header of its request.
    pub(crate) trace: Option<String>,
}

impl Entry {
    /// Bytes, as `EventBridge` counts them.
    pub(crate) fn size(&self) -> usize {
        entry_size(self.source, &self.detail_type, &self.detail)
    }
}

/// The operation of a bus.
pub(crate) trait Publish {
    /// Publishes at most [`ENTRIES`] entries, and returns the result of each, in their order, within [`PUBLISH`].
    async fn publish(&self, entries: &[&Entry]) -> Vec<Result<(), PublishError>>;
}

impl Bus {
    /// Connects to the bus that `target` names.
    ///
    /// # Errors
    /// [`CaBundleError`] where the AWS clients cannot be created.
    pub async fn connect(target: BusTarget, aws: &Aws) -> Result<Self, CaBundleError> {
        Ok(match target {
            BusTarget::EventBridge(name) => {
                let client = aws_sdk_eventbridge::Client::new(aws.configuration().await?);
                Self::EventBridge(EventBus { client, name })
            }
            BusTarget::Stdout => Self::Stdout,
        })
    }

    /// Opens the connection before the first event.
    ///
    /// # Errors
    /// [`AwsError`] where the bus was not reached. Later calls retry.
    pub async fn warm(&self) -> Result<(), AwsError> {
        match self {
            Self::EventBridge(bus) => bus.warm().await,
            Self::Stdout => Ok(()),
        }
    }
}

impl Publish for Bus {
    async fn publish(&self, entries: &[&Entry]) -> Vec<Result<(), PublishError>> {
        match self {
            Self::EventBridge(bus) => bus.publish(entries).await,
            Self::Stdout => {
                let mut lines = String::new();
                for entry in entries {
                    lines.push_str(&entry.detail);
                    lines.push('\n');
                }
                let mut out = io::stdout().lock();
                let written = out.write_all(lines.as_bytes()).and_then(|()| out.flush());
                vec![written.map_err(|error| PublishError::Write(error.kind())); entries.len()]
            }
        }
    }
}

impl FromStr for BusTarget {
    type Err = UnknownBus;

    fn from_str(text: &str) -> Result<Self, UnknownBus> {
        match text.strip_prefix("eventbridge:") {
            Some(bus) if !bus.is_empty() && !bus.contains(BUS_WITHOUT_RULES) => Ok(Self::EventBridge(bus.to_owned())),
            None if text == "stdout" => Ok(Self::Stdout),
            _ => Err(UnknownBus),
        }
    }
}

/// An event bus of Amazon `EventBridge`.
#[derive(Debug)]
pub struct EventBus {
    client: aws_sdk_eventbridge::Client,
    name: String,
}

impl EventBus {
    async fn warm(&self) -> Result<(), AwsError> {
        let asked = self.client.describe_event_bus().name(&self.name).customize();
        let settings = aws_sdk_eventbridge::config::Builder::new().timeout_config(warm_timeouts());
        warmed(asked.config_override(settings.retry_config(RetryConfig::disabled())).send().await)
    }

    /// One call. The result has an error code for each entry that failed.
    ///
    /// The SDK retries a call that failed as a whole, also after a timeout. Such a call may have published its events, so
    /// that they are published twice; without the retry they could be lost.
    async fn put(&self, entries: &[&Entry]) -> Result<Vec<Option<String>>, AwsError> {
        let entries = entries.iter().map(|entry| self.request(entry)).collect();
        let answer = self.client.put_events().set_entries(Some(entries)).send().await;
        let answer = answer.map_err(|error| AwsError::new(&error))?;
        Ok(answer.entries().iter().map(|entry| entry.error_code().map(str::to_owned)).collect())
    }

    /// The entry has no time, so that the bus sets the time of publication. A replay selects events by it: an operator knows
    /// when a consumer failed, not when the vendor's job ended.
    fn request(&self, entry: &Entry) -> PutEventsRequestEntry {
        PutEventsRequestEntry::builder()
            .event_bus_name(&self.name)
            .source(entry.source)
            .detail_type(&entry.detail_type)
            .detail(&entry.detail)
            .set_trace_header(entry.trace.clone())
            .build()
    }
}

/// The result of an entry by its error code, if it has one.
fn refused(code: Option<String>) -> Result<(), PublishError> {
    code.map_or(Ok(()), |code| Err(PublishError::Refused { code }))
}

impl Publish for EventBus {
    async fn publish(&self, entries: &[&Entry]) -> Vec<Result<(), PublishError>> {
        publish_with_retries(entries, async |entries| self.put(entries).await).await
    }
}

/// Publishes entries by calls of `put`, which returns an error code for each rejected entry. Takes no longer than
/// [`PUBLISH`] if no call takes longer than [`CALL`].
///
/// Retries entries that fail individually, as they do under throttling: the queue would redeliver them only after minutes.
/// A call that is rejected as a whole, because of one entry or of its total size, is retried one entry at a time.
pub(crate) async fn publish_with_retries(
    entries: &[&Entry],
    put: impl AsyncFn(&[&Entry]) -> Result<Vec<Option<String>>, AwsError>,
) -> Vec<Result<(), PublishError>> {
    let started = Instant::now();
    let mut results = vec![Err(PublishError::Call(AwsError::unanswered())); entries.len()];
    for round in 0..ROUNDS {
        let (open, sent): (Vec<_>, Vec<_>) = results
            .iter_mut()
            .zip(entries)
            .filter(|(result, _)| result.is_err())
            .map(|(result, entry)| (result, *entry))
            .unzip();
        if sent.is_empty() || started.elapsed() > AGAIN {
            break;
        }
        tokio::time::sleep(PAUSE * round).await;
        match put(&sent).await {
            Ok(codes) => {
                for (result, code) in open.into_iter().zip(codes) {
                    *result = refused(code);
                }
            }
            Err(error) if sent.len() > 1 && error.is_about_content() && started.elapsed() <= AGAIN => {
                for (result, single) in open.into_iter().zip(put_singly(&sent, &put).await) {
                    *result = single;
                }
                break;
            }
            Err(error) => {
                for result in open {
                    *result = Err(PublishError::Call(error.clone()));
                }
                break;
            }
        }
    }
    results
}

/// Sends entries one by one, so that a rejected one cannot fail the rest.
async fn put_singly(
    entries: &[&Entry],
    put: impl AsyncFn(&[&Entry]) -> Result<Vec<Option<String>>, AwsError>,
) -> Vec<Result<(), PublishError>> {
    join_all(entries.iter().map(async |entry| match put(&[*entry]).await {
        Ok(codes) => match codes.into_iter().next() {
            Some(code) => refused(code),
            None => Err(PublishError::Call(AwsError::unanswered())),
        },
        Err(error) => Err(PublishError::Call(error)),
    }))
    .await
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    #[test]
    fn a_bus_is_named() {
        assert_eq!("stdout".parse(), Ok(BusTarget::Stdout));
        let arn = "arn:aws:events:eu-central-1:123456789012:event-bus/media";
        assert_eq!(format!("eventbridge:{arn}").parse(), Ok(BusTarget::EventBridge(arn.to_owned())));
        for text in [
            "",
            "eventbridge:",
            "eventbridge",
            "stdout:",
            "media",
            "eventbridge:arn:aws:events:eu-central-1:123456789012:event-busv2/media/EXAMPLE1234567890abcdef",
        ] {
            assert_eq!(text.parse::<BusTarget>(), Err(UnknownBus), "{text}");
        }
    }

    /// How many calls so many entries take, of which the first takes this long, where each call has this result.
    async fn calls(entries: usize, time: Duration, result: Result<&str, AwsError>) -> usize {
        let entry = Entry { source: "s", detail_type: "t".to_owned(), detail: "{}".to_owned(), trace: None };
        let calls = Cell::new(0);
        let put = async |entries: &[&Entry]| {
            calls.set(calls.get() + 1);
            if calls.get() == 1 {
                tokio::time::sleep(time).await;
            }
            result.clone().map(|code| vec![Some(code.to_owned()); entries.len()])
        };
        publish_with_retries(&vec![&entry; entries], put).await;
        calls.get()
    }

    /// What is sent again is sent for as long as the time allows, to the millisecond.
    #[tokio::test(flavor = "current_thread", start_paused = true)]
    async fn there_is_a_time_for_retries() {
        let late = AGAIN + Duration::from_millis(1);
        assert_eq!(calls(2, Duration::ZERO, Ok("InternalFailure")).await, 3);
        assert_eq!(calls(2, AGAIN, Ok("InternalFailure")).await, 2);
        assert_eq!(calls(2, late, Ok("InternalFailure")).await, 1);
        assert_eq!(calls(2, AGAIN, Err(AwsError::refused())).await, 3);
        assert_eq!(calls(2, late, Err(AwsError::refused())).await, 1);
        // It is alone already.
        assert_eq!(calls(1, Duration::ZERO, Err(AwsError::refused())).await, 1);
    }
}
