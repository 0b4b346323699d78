//! What is explored of receiving.

use std::time::Duration;

use callbacks::Product;
use serde_json::json;

/// What is explored.
#[derive(Debug, Clone, Copy)]
pub(super) struct Bounds {
    pub(super) name: &'static str,
    pub(super) product: Product,
    pub(super) body: fn() -> String,
    /// Whether the callback is one message.
    pub(super) is_one_message: bool,
    pub(super) has_bucket: bool,
    /// How many things go wrong.
    pub(super) faults: usize,
    /// The same, for `make test`.
    pub(super) in_test: usize,
    /// How often the vendor sends the callback.
    pub(super) sends: usize,
    /// For how long the function may be frozen before it is sent again, and before it is sent for the third time.
    pub(super) gaps: [&'static [Duration]; 2],
    /// Whether the secret is changed.
    pub(super) rotates: bool,
}

pub(super) const ONE_EVENT: Bounds = Bounds {
    name: "one-event",
    product: Product::AliyunIms,
    body: || event(10),
    is_one_message: true,
    has_bucket: true,
    faults: 3,
    in_test: 2,
    sends: 1,
    gaps: [&[], &[]],
    rotates: false,
};

pub(super) const ALL: &[Bounds] = &[
    ONE_EVENT,
    Bounds { name: "large-event", body: || event(30_000), faults: 3, in_test: 1, ..ONE_EVENT },
    Bounds { name: "no-bucket", body: || event(30_000), has_bucket: false, faults: 1, in_test: 1, ..ONE_EVENT },
    Bounds {
        name: "two-messages",
        product: Product::TencentCi,
        body: jobs,
        is_one_message: false,
        faults: 3,
        in_test: 1,
        ..ONE_EVENT
    },
    Bounds { name: "sent-again", faults: 2, in_test: 1, sends: 2, gaps: [&[Duration::ZERO], &[]], ..ONE_EVENT },
    SECRET_CHANGED,
    // The rest of the same, on another processor.
    Bounds { name: "secret-changed-2", in_test: 0, gaps: [&[NEXT, HOUR], SECRET_CHANGED.gaps[1]], ..SECRET_CHANGED },
];

/// The secret is too old.
const TOO_OLD: Duration = Duration::from_secs(320);

/// The secret is due to be read again.
const DUE: Duration = Duration::from_secs(250);

const NEXT: Duration = Duration::from_secs(1);

const HOUR: Duration = Duration::from_hours(1);

const SECRET_CHANGED: Bounds = Bounds {
    name: "secret-changed",
    faults: 1,
    in_test: 1,
    sends: 3,
    gaps: [&[TOO_OLD, DUE], &[TOO_OLD, DUE, NEXT]],
    rotates: true,
    ..ONE_EVENT
};

/// A callback with a text of this length.
fn event(length: usize) -> String {
    json!({"EventType": "New", "MessageBody": {"Text": "x".repeat(length)}}).to_string()
}

/// A callback of two jobs, each of which fills a message.
fn jobs() -> String {
    let job = |id: &str| json!({"JobId": id, "Tag": "New", "State": "Success", "Note": "x".repeat(10_000)});
    json!({"EventName": "TaskFinish", "JobsDetail": [job("j1"), job("j2")]}).to_string()
}
