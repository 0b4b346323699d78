//! One callback, and all that became of it.

use callbacks::auth::Finding;
use callbacks::{CloudEvent, Product};
use jiff::Timestamp;
use receiver::Response;
use serde::{Deserialize, Serialize};

/// How a callback came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Via {
    Posted,
    Sent,
    Replayed,
    Imported,
    Pulled,
}

/// A callback.
#[derive(Debug, Clone)]
pub(crate) struct Entry {
    pub(crate) seq: u64,
    pub(crate) received: Timestamp,
    pub(crate) product: Product,
    pub(crate) via: Via,
    /// The function URL request, with all of its secrets, unless it is of an earlier start.
    pub(crate) request: String,
    /// The body as it was sent.
    pub(crate) body: Vec<u8>,
    pub(crate) response: Response,
    /// How long the answer took, in milliseconds.
    pub(crate) millis: f64,
    /// Why it was refused or not stored, in a word.
    pub(crate) reason: Option<String>,
    /// What was checked.
    pub(crate) findings: Vec<Finding>,
    /// Its events; of a callback that was refused, what they would have been.
    pub(crate) events: Vec<CloudEvent>,
    /// What its events were when it came, where this build makes others of it.
    pub(crate) before: Option<Vec<CloudEvent>>,
    /// Whether it is of an earlier start: its request has no secrets any more.
    pub(crate) is_kept: bool,
    /// How often its first event has come so far.
    pub(crate) repeats: usize,
    /// What the consumer was handed, and what it said.
    pub(crate) deliveries: Vec<Delivery>,
    /// How many of its events wait for the consumer.
    pub(crate) waiting: usize,
}

/// An event that was handed to the consumer.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Delivery {
    pub(crate) at: Timestamp,
    /// The id of the event.
    pub(crate) event: String,
    pub(crate) to: String,
    pub(crate) status: Option<u16>,
    pub(crate) error: Option<String>,
    pub(crate) millis: f64,
    /// The beginning of the answer's body.
    pub(crate) body: String,
}

impl Entry {
    /// Whether its events are stored, as a function says it.
    pub(crate) fn is_accepted(&self) -> bool {
        self.response.status == 200
    }

    /// Whether its events are handed on: what was imported is only looked at.
    pub(crate) fn is_handed_on(&self) -> bool {
        self.is_accepted() && self.via != Via::Imported
    }

    /// Roughly the bytes that it takes.
    pub(crate) fn size(&self) -> usize {
        // A body is in the request, by itself, and in the events with about as much again.
        self.request.len() + self.body.len() * 4 + 4096
    }
}

impl Delivery {
    pub(crate) fn has_failed(&self) -> bool {
        !self.status.is_some_and(|status| (200..300).contains(&status)) || self.error.is_some()
    }
}
