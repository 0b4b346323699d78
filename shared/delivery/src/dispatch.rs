//! From the queue to the bus: claim, publish, complete.
//!
//! `docs/delivery.md` lists what happens when a step fails, or the function is killed between two steps.

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

/// The most groups of events in flight at once. Each has up to ten concurrent calls of the ledger.
const AT_ONCE: usize = 4;

/// The longest that a group of events takes from its claims to its completions, with the function's response after it. A run
/// with less time left starts no group: `Timeout` of the function must be longer.
pub const GROUP_TIME: Duration = CALL.saturating_add(PUBLISH).saturating_add(CALL).saturating_add(ANSWER);

/// Time reserved after the last group for the response that lists the failed messages.
const ANSWER: Duration = Duration::from_secs(1);

/// Publishes the events of the queue's messages.
#[derive(Debug)]
pub struct Dispatcher {
    ledger: Ledger,
    bus: Bus,
    limit: Limit,
}

/// A message of the queue.
#[derive(Debug, Clone, Default)]
pub struct Record {
    /// Its id, which a batch response lists if the message failed.
    pub message: String,
    /// The events of a callback, as [`Intake::store`](crate::Intake::store) wrote them.
    pub body: String,
    /// The tracing header of their request (`AWSTraceHeader`).
    pub trace: Option<String>,
}

/// The result of a batch of messages.
#[derive(Debug, Default)]
pub struct Report {
    /// Each event, once.
    pub events: Vec<Dispatched>,
    /// The ids of the messages that are not events of Mediahook. They fail, and end up in the dead-letter queue.
    pub unreadable: Vec<String>,
    /// The ids of all messages to redeliver, the unreadable ones included.
    pub failed: Vec<String>,
}

/// An event, and its result.
#[derive(Debug)]
pub struct Dispatched {
    /// Whose event it is.
    pub product: Product,
    /// Its id.
    pub id: String,
    /// Its type.
    pub r#type: String,
    /// Whether the vendor's API told of it, and no callback had come before.
    pub is_reconciled: bool,
    /// The result.
    pub fate: Fate,
}

/// The result of dispatching an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fate {
    /// It is published, and completed in the ledger.
    Published,
    /// It is published, but the ledger could not be updated. A redelivery would be published again.
    NotNoted(AwsError),
    /// It had been published before, and is not published again.
    Duplicate,
    /// Another run holds its lease, and may have published it. Its messages are redelivered.
    Held,
    /// The claim failed. Its messages are redelivered.
    NotClaimed(AwsError),
    /// It was not published, or is not known to be. Its messages are redelivered.
    NotPublished(PublishError),
    /// The run had too little time left to start. Its messages are redelivered.
    NotStarted,
}

impl Fate {
    /// Whether the event needs no redelivery.
    #[must_use]
    pub fn is_settled(&self) -> bool {
        match self {
            Self::Published | Self::NotNoted(_) | Self::Duplicate => true,
            Self::Held | Self::NotClaimed(_) | Self::NotPublished(_) | Self::NotStarted => false,
        }
    }
}

impl Dispatcher {
    /// A dispatcher with this ledger and bus. `limit` is the size limit of a call of the bus.
    #[must_use]
    pub fn new(ledger: Ledger, bus: Bus, limit: Limit) -> Self {
        Self { ledger, bus, limit }
    }

    /// Opens the connections before the first event.
    ///
    /// # Errors
    /// [`AwsError`] where the ledger or the bus was not reached. Later calls retry.
    pub async fn warm(&self) -> Result<(), AwsError> {
        let (ledger, bus) = join(self.ledger.warm(), self.bus.warm()).await;
        ledger.and(bus)
    }

    /// Publishes the events of these messages, each once.
    ///
    /// `owner` is unique to this run. `now` must not be before the start of the run: leases count from it, and outlast the
    /// run. The run ends before `deadline`: events for which too little time is left are [`Fate::NotStarted`].
    pub async fn run(&self, records: &[Record], owner: &str, now: Timestamp, deadline: Instant) -> Report {
        Run { ledger: &self.ledger, bus: &self.bus, owner, now, deadline }.dispatch(records, self.limit).await
    }
}

/// An event to publish.
struct Queued {
    product: Product,
    id: String,
    is_reconciled: bool,
    entry: Entry,
}

/// The fields of an event that routing needs. The rest is passed on unchanged.
#[derive(Deserialize)]
struct Head<'a> {
    #[serde(borrow)]
    id: Cow<'a, str>,
    #[serde(borrow)]
    source: Cow<'a, str>,
    #[serde(borrow)]
    r#type: Cow<'a, str>,
    /// What it is claimed by in place of its id.
    #[serde(borrow)]
    jobend: Option<Cow<'a, str>>,
    #[serde(borrow)]
    origin: Option<Cow<'a, str>>,
    /// Not used, but required: an event has a time.
    #[serde(rename = "time")]
    _time: Timestamp,
}

/// The events of a message, by their keys; `None` where it is something else.
fn read(record: &Record) -> Option<Vec<(String, Queued)>> {
    let events: Vec<&RawValue> = serde_json::from_str(&record.body).ok()?;
    events
        .into_iter()
        .map(|event| {
            // Serde also reads a struct from an array of its fields. The bus accepts only objects.
            let object = Some(event.get()).filter(|text| text.starts_with('{'))?;
            let head: Head<'_> = serde_json::from_str(object).ok()?;
            let product = Product::of_source(&head.source)?;
            let entry = Entry {
                source: product.bus_source(),
                detail_type: head.r#type.into_owned(),
                detail: event.get().to_owned(),
                trace: record.trace.clone(),
            };
            // A callback, and what the vendor's API tells of the same end of a job, have different ids and this alike.
            let key = head.jobend.map_or_else(|| encode::key(product, &head.id), Cow::into_owned);
            let is_reconciled = head.origin.is_some_and(|origin| origin == "reconciled");
            Some((key, Queued { product, id: head.id.into_owned(), is_reconciled, entry }))
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
pub(crate) struct Run<'a, L, B> {
    pub(crate) ledger: &'a L,
    pub(crate) bus: &'a B,
    pub(crate) owner: &'a str,
    pub(crate) now: Timestamp,
    pub(crate) deadline: Instant,
}

impl<L: Claims, B: Publish> Run<'_, L, B> {
    pub(crate) async fn dispatch(&self, records: &[Record], limit: Limit) -> Report {
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
            // The same event may be in a batch twice.
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

    /// Takes a group of events through all steps, so that few events are between two steps at any time. It does not start
    /// without enough time left: Lambda would kill it between two steps, and the response for all messages would be lost.
    async fn settle(&self, group: Vec<(String, Queued)>) -> Vec<(String, Dispatched)> {
        let fates = if self.deadline.saturating_duration_since(Instant::now()) < GROUP_TIME {
            vec![Fate::NotStarted; group.len()]
        } else {
            self.take(&group).await
        };
        let dispatched = |((key, event), fate): ((String, Queued), Fate)| {
            let Queued { product, id, is_reconciled, entry } = event;
            (key, Dispatched { product, id, r#type: entry.detail_type, is_reconciled, fate })
        };
        group.into_iter().zip(fates).map(dispatched).collect()
    }

    /// The steps of a group: returns the result of each event, in their order, within [`GROUP_TIME`].
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

    /// The last step: completes an event that is published, and releases the claim of one that certainly is not.
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
                    // If this fails, the lease expires before the message is redelivered.
                    self.ledger.release(key, self.owner).await.unwrap_or_default();
                }
                Fate::NotPublished(error)
            }
        }
    }
}
