//! `mediahook replay --type`: the events of one type of a time, published once more.
//!
//! A replay of EventBridge's has no filter by type. It goes to a rule of the tool's own, which matches the type and this replay only, so
//! that no other rule sees it; from the queue behind that, each event is published to the bus as if it was new.

use std::collections::HashSet;
use std::time::Duration;

use aws_config::SdkConfig;
use aws_sdk_eventbridge::Client;
use aws_sdk_eventbridge::primitives::DateTime;
use aws_sdk_eventbridge::types::{PutEventsRequestEntry, ReplayDestination, ReplayState};
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::json;
use serde_json::value::RawValue;

use crate::failure::Failure;
use crate::live::tap::Tap;
use crate::live::{aws, interrupted};
use crate::output::{message, print_line, print_note};

/// What the names of these replays begin with.
pub(super) const PREFIX: &str = "mediahook-type-";

/// After so many looks at the queue that found nothing, each of some seconds, all that was replayed has arrived.
const QUIET: u32 = 5;

/// The most entries of one call, and the most bytes.
const ENTRIES: usize = 10;
const BYTES: usize = 256 * 1024;

/// How often entries are tried that the bus does not take, and how long is waited in between.
const ATTEMPTS: u32 = 3;
const PAUSE: Duration = Duration::from_millis(200);

/// The events of one type that were published in a time.
pub(super) struct ByType<'o> {
    pub(super) archive: &'o str,
    /// The ARN of the bus.
    pub(super) bus: &'o str,
    pub(super) since: Timestamp,
    pub(super) until: Timestamp,
    pub(super) r#type: &'o str,
    /// Seconds until EventBridge knows a new rule.
    pub(super) wait: u64,
    /// Whether they are published, and not only counted.
    pub(super) yes: bool,
}

/// An event in the queue.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Envelope<'e> {
    source: String,
    detail_type: String,
    #[serde(borrow)]
    detail: &'e RawValue,
}

/// What identifies an event.
#[derive(Debug, Deserialize)]
struct Id {
    id: String,
}

impl ByType<'_> {
    /// Counts the events, and publishes them where that was asked for. The rule and the queue go away, whatever happens.
    pub(super) async fn run(&self, configuration: &SdkConfig) -> Result<(), Failure> {
        let Self { r#type, since, until, .. } = self;
        // From here on, no signal ends the program before the tap is removed.
        let interrupted = interrupted().map_err(message)?;
        let events = Client::new(configuration);
        let replay = format!("{PREFIX}{}", Timestamp::now().as_millisecond());
        let tap = Tap::new(configuration, self.bus, "replay");
        print_note(format_args!(
            "the archive is looked through by the rule and queue {}, which takes minutes",
            tap.name()
        ));
        let counted = tokio::select! {
            counted = self.look(&events, &tap, &replay) => counted,
            _ = interrupted => Err("interrupted: what was published until then stays published".to_owned().into()),
        };
        if counted.is_err() {
            // Nobody waits for it any more. It may not have begun, or have ended.
            drop(events.cancel_replay().replay_name(&replay).send().await);
        }
        let closed = tap.close().await;
        let count = counted?;
        closed?;
        let found = if count == 1 { "1 event".to_owned() } else { format!("{count} events") };
        let what = format!("{found} of type {type} published from {since} until {until}");
        Ok(print_line(&if self.yes {
            format!("published once more: {what}")
        } else {
            format!("would publish once more: {what}; --yes does it")
        })?)
    }

    /// How many events there are. Each is counted, and published, once.
    async fn look(&self, events: &Client, tap: &Tap, replay: &str) -> Result<usize, Failure> {
        let mut pattern = Tap::pattern(self.r#type);
        if let Some(pattern) = pattern.as_object_mut() {
            pattern.insert("replay-name".to_owned(), json!([replay]));
        }
        let rule = tap.open(&pattern).await?;
        tokio::time::sleep(Duration::from_secs(self.wait)).await;
        self.start(events, rule, replay).await?;
        let (mut seen, mut quiet, mut has_ended) = (HashSet::new(), 0, false);
        loop {
            has_ended = has_ended || self::has_ended(events, replay).await?;
            let messages = tap.receive().await?;
            quiet = if has_ended && messages.is_empty() { quiet + 1 } else { 0 };
            if quiet == QUIET {
                return Ok(seen.len());
            }
            let mut entries = Vec::new();
            for message in &messages {
                let envelope = serde_json::from_str::<Envelope<'_>>(message);
                let event =
                    envelope.and_then(|envelope| Ok((serde_json::from_str::<Id>(envelope.detail.get())?, envelope)));
                match event {
                    Ok((Id { id }, envelope)) => {
                        if seen.insert(id) {
                            entries.push(self.entry(&envelope));
                        }
                    }
                    Err(_) => print_note("a message is none of Mediahook's events, and is left out"),
                }
            }
            if self.yes {
                publish(events, entries).await?;
            }
        }
    }

    async fn start(&self, events: &Client, rule: String, replay: &str) -> Result<(), Failure> {
        let destination = ReplayDestination::builder().arn(self.bus).filter_arns(rule).build();
        let destination = destination.map_err(|error| Failure::Failed(error.to_string()))?;
        let start = events.start_replay().replay_name(replay).event_source_arn(self.archive).destination(destination);
        let start = start
            .event_start_time(DateTime::from_secs(self.since.as_second()))
            .event_end_time(DateTime::from_secs(self.until.as_second()));
        start.send().await.map_err(aws("the replay could not be started"))?;
        Ok(())
    }

    fn entry(&self, envelope: &Envelope<'_>) -> PutEventsRequestEntry {
        PutEventsRequestEntry::builder()
            .event_bus_name(self.bus)
            .source(&envelope.source)
            .detail_type(&envelope.detail_type)
            .detail(envelope.detail.get())
            .build()
    }
}

/// Whether a replay has come to its end.
async fn has_ended(events: &Client, replay: &str) -> Result<bool, Failure> {
    let described = events.describe_replay().replay_name(replay).send().await;
    let described = described.map_err(aws("the replay could not be read"))?;
    match described.state() {
        Some(ReplayState::Completed) => Ok(true),
        Some(ReplayState::Failed | ReplayState::Cancelling | ReplayState::Cancelled) => {
            let reason = described.state_reason().unwrap_or("it was canceled");
            Err(format!("the replay {replay} did not come to its end: {reason}").into())
        }
        _ => Ok(false),
    }
}

/// Publishes entries in as few calls as their number and size allow.
async fn publish(events: &Client, entries: Vec<PutEventsRequestEntry>) -> Result<(), Failure> {
    let (mut call, mut bytes) = (Vec::new(), 0);
    for entry in entries {
        // As the bus counts it: a time is 14 bytes.
        let texts = [entry.source(), entry.detail_type(), entry.detail()];
        let more = 14 + texts.into_iter().flatten().map(str::len).sum::<usize>();
        if call.len() == ENTRIES || (!call.is_empty() && bytes + more >= BYTES) {
            put(events, std::mem::take(&mut call)).await?;
            bytes = 0;
        }
        bytes += more;
        call.push(entry);
    }
    if call.is_empty() { Ok(()) } else { put(events, call).await }
}

/// Publishes entries by one call, and once more those that the bus does not take.
async fn put(events: &Client, mut entries: Vec<PutEventsRequestEntry>) -> Result<(), Failure> {
    for attempt in 1.. {
        let answer = events.put_events().set_entries(Some(entries.clone())).send().await;
        let answer = answer.map_err(aws("events could not be published"))?;
        let errors: Vec<Option<&str>> = answer.entries().iter().map(|entry| entry.error_code()).collect();
        let Some(code) = errors.iter().copied().flatten().next() else { break };
        if attempt == ATTEMPTS {
            let left = errors.iter().flatten().count();
            return Err(format!("{left} events could not be published: {code}. Run it again: no event is lost").into());
        }
        let mut errors = errors.into_iter();
        entries.retain(|_| errors.next().flatten().is_some());
        tokio::time::sleep(PAUSE).await;
    }
    Ok(())
}
