//! The injected faults.

use std::collections::HashSet;
use std::sync::{Arc, Mutex};

use axum::body::Bytes;
use emulator::Killer;
use emulator::proxy::{CLAIM, COMPLETE, Call, Fault, Hook, PUBLISH, SEND};
use fastrand::Rng;

/// The faults of one run of dispatch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Trouble {
    /// Now and then a call fails, and is retried.
    Weather,
    /// A service is down for all of the run.
    Outage(&'static str),
    /// The function is killed at a call, which is made or not.
    Kill(&'static str, bool),
    /// A call is made, and its response is lost.
    Lost(&'static str),
}

impl Trouble {
    /// Whether an event that is published can be published again because of it: nobody knows that it was.
    pub(crate) fn is_ambiguous(self) -> bool {
        matches!(self, Self::Kill(PUBLISH, true) | Self::Kill(COMPLETE, false) | Self::Lost(PUBLISH))
    }
}

/// All faults that must not duplicate an event.
pub(crate) const HARMLESS: [Trouble; 7] = [
    Trouble::Outage("dynamodb:"),
    Trouble::Outage("events:"),
    Trouble::Kill(CLAIM, false),
    Trouble::Kill(CLAIM, true),
    Trouble::Kill(PUBLISH, false),
    Trouble::Kill(COMPLETE, true),
    Trouble::Lost(CLAIM),
];

/// All faults that may duplicate an event.
pub(crate) const AMBIGUOUS: [Trouble; 3] =
    [Trouble::Kill(PUBLISH, true), Trouble::Kill(COMPLETE, false), Trouble::Lost(PUBLISH)];

/// The call with which the queue and the bucket are down for the first time, so that they are in a short run, too.
const FIRST_OUTAGE: usize = 40;

/// The faults while a callback is handled: single calls, and now and then an outage.
pub(crate) fn intake(seed: u64) -> impl FnMut(&Call) -> Option<Fault> {
    let mut random = Rng::with_seed(seed);
    let (mut calls, mut outage) = (0, 0);
    move |call| {
        if call.operation != SEND && call.operation != "s3:PutObject" {
            return None;
        }
        calls += 1;
        if outage == 0 && (calls == FIRST_OUTAGE || random.u32(..1000) == 0) {
            outage = 40;
        }
        if outage > 0 {
            outage -= 1;
            return Some(Fault::Error);
        }
        match random.u32(..1000) {
            0..30 => Some(Fault::Error),
            30..60 => Some(Fault::Throttled),
            60..63 => Some(Fault::Silence { is_made: true, then: None }),
            63..66 => Some(Fault::Silence { is_made: false, then: None }),
            _ => None,
        }
    }
}

/// The faults between the queue and the bus. They are set for each run.
pub(crate) fn outlet(seed: u64, trouble: Arc<Mutex<Trouble>>, killer: Killer) -> impl FnMut(&Call) -> Option<Fault> {
    let mut random = Rng::with_seed(seed);
    let mut failed: HashSet<Bytes> = HashSet::new();
    let kill: Hook = Arc::new(move || killer.kill());
    move |call| {
        let mut trouble = trouble.lock().unwrap();
        match *trouble {
            Trouble::Outage(service) if call.operation.starts_with(service) => {
                Some(if random.bool() { Fault::Error } else { Fault::Throttled })
            }
            Trouble::Kill(operation, is_made) if call.operation == operation => {
                *trouble = Trouble::Weather;
                Some(Fault::Silence { is_made, then: Some(Arc::clone(&kill)) })
            }
            Trouble::Lost(operation) if call.operation == operation => {
                *trouble = Trouble::Weather;
                Some(Fault::Silence { is_made: true, then: None })
            }
            // Calls at the start have no other body in another attempt, and are not tried again.
            Trouble::Weather if call.operation.contains(":Describe") => None,
            // No call fails a second time, so that what the functions try again succeeds in the end.
            Trouble::Weather if failed.contains(&call.body) => None,
            Trouble::Weather => {
                let fault = match (call.operation.as_str(), random.u32(..1000)) {
                    (_, 0..20) => Fault::Error,
                    (_, 20..40) => Fault::Throttled,
                    (PUBLISH, 40..90) => Fault::Entry(random.usize(..10)),
                    _ => return None,
                };
                failed.insert(call.body.clone());
                Some(fault)
            }
            Trouble::Outage(_) | Trouble::Kill(..) | Trouble::Lost(_) => None,
        }
    }
}
