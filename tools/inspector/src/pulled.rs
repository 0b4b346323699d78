//! Events that were pulled from a vendor's queue.

use std::sync::Arc;

use callbacks::CloudEvent;
use jiff::Timestamp;
use receiver::Handled;

use crate::entry::{Entry, Via};
use crate::lock::lock;
use crate::state::State;

/// Takes what is pulled.
#[derive(Clone)]
pub struct Puller(pub(crate) Arc<State>);

impl Puller {
    /// Shows the events that are new, and returns how many those are: what stays in a queue is redelivered.
    #[must_use]
    pub fn take(&self, events: &[CloudEvent]) -> usize {
        let new: Vec<&CloudEvent> = {
            let mut pulled = lock(&self.0.pulled);
            events.iter().filter(|event| pulled.insert(&event.id)).collect()
        };
        for event in &new {
            let body =
                event.data().and_then(|data| data.vendor.as_ref()).map(|vendor| vendor.get().as_bytes().to_vec());
            self.0.keep(Entry {
                seq: 0,
                received: Timestamp::now(),
                product: event.source,
                via: Via::Pulled,
                request: String::new(),
                body: body.unwrap_or_default(),
                response: Handled::<()>::Stored(vec![(*event).clone()]).response(),
                millis: 0.0,
                reason: None,
                findings: Vec::new(),
                events: vec![(*event).clone()],
                before: None,
                is_kept: false,
                repeats: 1,
                deliveries: Vec::new(),
                waiting: 0,
            });
        }
        new.len()
    }

    /// Notes how a queue is doing, in words.
    pub fn note(&self, queue: &str, state: &str) {
        lock(&self.0.pulls).insert(queue.to_owned(), state.to_owned());
    }
}
