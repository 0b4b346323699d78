//! From the queue to the bus: claim, publish, complete.
//!
//! `docs/delivery.md` lists what happens where a step fails, or the function ends between two of them.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashSet};
use std::time::Duration;

use callbacks::Product;
use futures_util::future::{join, join_all};
use futures_util::{StreamExt, stream};
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::value::RawValue;
use tokio::time::Instant;

use crate::aws::{AwsError, CALL};
use crate::bus::{Bus, ENTRIES, Entry, PUBLISH, Publish, PublishError};
use crate::encode;
use crate::ledger::{Claim, Claims, Ledger};
use crate::limit::Limit;

#[cfg(test)]
mod tests;

/// Groups of events that are on their way at once. Each has up to ten calls of the ledger open.
const AT_ONCE: usize = 4;

/// The longest that a group of events takes from its claims to its completions, and the answer to the queue after it. A run
/// with less time than this starts none: `Timeout` of the function has to be longer.
pub const GROUP_TIME: Duration = CALL.saturating_add(PUBLISH).saturating_add(CALL).saturating_add(ANSWER);

/// What the function takes after the last group to tell the queue what failed.
const ANSWER: Duration = Duration::from_secs(1);

/// Publishes what the queue holds.
#[derive(Debug)]
pub struct Dispatcher {
    ledger: Ledger,
    bus: Bus,
    limit: Limit,
}

/// A message of the queue.
#[derive(Debug, Clone, Default)]
pub struct Record {
    /// Its id, by which the queue is told that it failed.
    pub message: String,
    /// The events of a callback, as [`Intake::store`](crate::Intake::store) wrote them.
    pub body: String,
    /// The tracing header of the request that brought them (`AWSTraceHeader`).
    pub trace: Option<String>,
}

/// What became of a batch of messages.
#[derive(Debug, Default)]
pub struct Report {
    /// Each event, once.
    pub events: Vec<Dispatched>,
    /// The ids of the messages that hold no events of ours. They failed, and end up in the dead-letter queue.
    pub unreadable: Vec<String>,
    /// The ids of all messages that have to come back, the unreadable ones among them.
    pub failed: Vec<String>,
}

/// What became of an event.
#[derive(Debug)]
pub struct Dispatched {
    /// Whose event it is.
    pub product: Product,
    /// Its id.
    pub id: String,
    /// Its type.
    pub r#type: String,
    /// What became of it.
    pub fate: Fate,
}

/// What became of an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fate {
    /// It is published, and the ledger knows it.
    Published,
    /// It is published, but the ledger was not told. Another delivery of it will be published, too.
    NotNoted(AwsError),
    /// It had been published before, and was not again.
    Duplicate,
    /// Another run has claimed it, and may have published it. Its messages come back.
    Held,
    /// The ledger did not say whether it is published. Its messages come back.
    NotClaimed(AwsError),
    /// It was not published, or is not known to be. Its messages come back.
    NotPublished(PublishError),
    /// The run had too little time left to try. Its messages come back.
    NotStarted,
}

impl Fate {
    /// Whether nothing is left to do for the event.
    #[must_use]
    pub fn is_settled(&self) -> bool {
        match self {
            Self::Published | Self::NotNoted(_) | Self::Duplicate => true,
            Self::Held | Self::NotClaimed(_) | Self::NotPublished(_) | Self::NotStarted => false,
        }
    }
}

impl Dispatcher {
    /// A dispatcher from here to there. No call of the bus has more than `limit`.
    #[must_use]
    pub fn new(ledger: Ledger, bus: Bus, limit: Limit) -> Self {
        Self { ledger, bus, limit }
    }

    /// Opens the connections ahead of the first event.
    ///
    /// # Errors
    /// [`AwsError`] where the ledger or the bus was not reached. Later calls try anew.
    pub async fn warm(&self) -> Result<(), AwsError> {
        let (ledger, bus) = join(self.ledger.warm(), self.bus.warm()).await;
        ledger.and(bus)
    }

    /// Publishes the events of these messages, each once.
    ///
    /// `owner` is unique to this run, and `now` is not before the run's start: a claim holds from then on, and longer than a
    /// run may take. The run ends before `deadline`: events for which too little time is left are [`Fate::NotStarted`].
    pub async fn run(&self, records: &[Record], owner: &str, now: Timestamp, deadline: Instant) -> Report {
        Run { ledger: &self.ledger, bus: &self.bus, owner, now, deadline }.dispatch(records, self.limit).await
    }
}

/// An event that is to be published.
struct Queued {
    product: Product,
    id: String,
    entry: Entry,
}

/// What of an event is read here, so that it can be routed. The rest goes on as it is.
#[derive(Deserialize)]
struct Head<'a> {
    #[serde(borrow)]
    id: Cow<'a, str>,
    #[serde(borrow)]
    source: Cow<'a, str>,
    #[serde(borrow)]
    r#type: Cow<'a, str>,
    /// Without a time it is not an event.
    #[serde(rename = "time")]
    _time: Timestamp,
}

/// The events of a message, by their keys; `None` where it holds something else.
fn read(record: &Record) -> Option<Vec<(String, Queued)>> {
    let events: Vec<&RawValue> = serde_json::from_str(&record.body).ok()?;
    events
        .into_iter()
        .map(|event| {
            // Serde would take an array for the members in their order, and the bus only takes objects.
            let object = Some(event.get()).filter(|text| text.starts_with('{'))?;
            let head: Head<'_> = serde_json::from_str(object).ok()?;
            let product = Product::of_source(&head.source)?;
            let entry = Entry {
                source: product.bus_source(),
                detail_type: head.r#type.into_owned(),
                detail: event.get().to_owned(),
                trace: record.trace.clone(),
            };
            Some((encode::key(product, &head.id), Queued { product, id: head.id.into_owned(), entry }))
        })
        .collect()
}

/// Groups that each fit one call of the bus, in the order of the keys.
fn groups(events: BTreeMap<String, Queued>, limit: Limit) -> Vec<Vec<(String, Queued)>> {
    let mut groups: Vec<Vec<(String, Queued)>> = Vec::new();
    let mut size = 0;
    for event in events {
        let more = event.1.entry.size();
        match groups.last_mut() {
            Some(group) if group.len() < ENTRIES && limit.is_call(size + more) => {
                size += more;
                group.push(event);
            }
            _ => {
                size = more;
                groups.push(vec![event]);
            }
        }
    }
    groups
}

/// One run over a batch of messages.
struct Run<'a, L, B> {
    ledger: &'a L,
    bus: &'a B,
    owner: &'a str,
    now: Timestamp,
    deadline: Instant,
}

impl<L: Claims, B: Publish> Run<'_, L, B> {
    async fn dispatch(&self, records: &[Record], limit: Limit) -> Report {
        let mut report = Report::default();
        let mut keys_of = Vec::new();
        let mut events = BTreeMap::new();
        for record in records {
            let Some(read) = read(record) else {
                report.unreadable.push(record.message.clone());
                report.failed.push(record.message.clone());
                continue;
            };
            let keys: Vec<String> = read.iter().map(|(key, _)| key.clone()).collect();
            keys_of.push((&record.message, keys));
            // A callback that came twice may be in one batch twice.
            events.extend(read);
        }
        let settled = stream::iter(groups(events, limit)).map(|group| self.settle(group)).buffer_unordered(AT_ONCE);
        let settled: Vec<_> = settled.collect().await;
        let mut open = HashSet::new();
        for (key, dispatched) in settled.into_iter().flatten() {
            if !dispatched.fate.is_settled() {
                open.insert(key);
            }
            report.events.push(dispatched);
        }
        let comes_back = |keys: &[String]| keys.iter().any(|key| open.contains(key));
        report
            .failed
            .extend(keys_of.into_iter().filter(|(_, keys)| comes_back(keys)).map(|(message, _)| message.clone()));
        report
    }

    /// Takes a group of events through all steps, so that few events are between two steps at any time. Starts none that
    /// might not end: Lambda would end it between two steps, and the answer to the queue would be lost for all messages.
    async fn settle(&self, group: Vec<(String, Queued)>) -> Vec<(String, Dispatched)> {
        let fates = if self.deadline.saturating_duration_since(Instant::now()) < GROUP_TIME {
            vec![Fate::NotStarted; group.len()]
        } else {
            self.take(&group).await
        };
        let dispatched = |((key, event), fate): ((String, Queued), Fate)| {
            let Queued { product, id, entry } = event;
            (key, Dispatched { product, id, r#type: entry.detail_type, fate })
        };
        group.into_iter().zip(fates).map(dispatched).collect()
    }

    /// The steps of a group: what became of each event, in their order. Takes less than [`GROUP_TIME`].
    async fn take(&self, group: &[(String, Queued)]) -> Vec<Fate> {
        let claims = join_all(group.iter().map(|(key, _)| self.ledger.claim(key, self.owner, self.now))).await;
        let granted = |claim: &Result<Claim, AwsError>| *claim == Ok(Claim::Granted);
        let ours: Vec<&Entry> =
            group.iter().zip(&claims).filter(|(_, claim)| granted(claim)).map(|((_, event), _)| &event.entry).collect();
        let mut published = if ours.is_empty() { Vec::new() } else { self.bus.publish(&ours).await }.into_iter();
        join_all(group.iter().zip(claims).map(|((key, _), claim)| {
            let published = if granted(&claim) { published.next() } else { None };
            self.conclude(key, claim, published)
        }))
        .await
    }

    /// The last step: completes what is published, and gives up the claim to what certainly is not.
    async fn conclude(
        &self,
        key: &str,
        claim: Result<Claim, AwsError>,
        published: Option<Result<(), PublishError>>,
    ) -> Fate {
        match (claim, published) {
            (Err(error), _) => Fate::NotClaimed(error),
            (Ok(Claim::Completed), _) => Fate::Duplicate,
            (Ok(Claim::Held), _) | (Ok(Claim::Granted), None) => Fate::Held,
            (Ok(Claim::Granted), Some(Ok(()))) => match self.ledger.complete(key, self.owner, self.now).await {
                Ok(()) => Fate::Published,
                Err(error) => Fate::NotNoted(error),
            },
            (Ok(Claim::Granted), Some(Err(error))) => {
                if error.is_certain() {
                    // Where the ledger does not take this, the lease ends before the message comes back.
                    self.ledger.release(key, self.owner).await.unwrap_or_default();
                }
                Fate::NotPublished(error)
            }
        }
    }
}
