//! What the world is made of, and what runs say to it.

use std::collections::{BTreeMap, HashMap};
use std::rc::Rc;
use std::task::Waker;
use std::time::Duration;

use aws_sdk_dynamodb::operation::delete_item::DeleteItemInput;
use aws_sdk_dynamodb::operation::put_item::PutItemInput;
use aws_sdk_dynamodb::operation::update_item::UpdateItemInput;
use aws_sdk_dynamodb::types::AttributeValue;

use super::table::Item;

/// How long the queue hides a message that was received: `VisibilityTimeout`.
pub(super) const VISIBILITY: Duration = Duration::from_mins(6);

/// How long Lambda lets a run go on: `Timeout`.
pub(super) const TIMEOUT: Duration = Duration::from_mins(1);

/// What a run asks of the ledger or the bus.
#[derive(Debug, Clone)]
pub(super) enum Request {
    Claim(Rc<PutItemInput>),
    Complete(Rc<UpdateItemInput>),
    Release(Rc<DeleteItemInput>),
    Put(Vec<String>),
}

/// What the run gets to know.
#[derive(Debug, Clone, Hash)]
pub(super) enum Reply {
    Done,
    ConditionFailed(Option<Item>),
    Refused,
    Throttled,
    Missing,
    /// Which of the entries were refused.
    Codes(Vec<bool>),
}

#[derive(Debug, Clone, Hash)]
pub(super) struct Message {
    pub(super) ids: Vec<String>,
    pub(super) place: Place,
    pub(super) visible_at: Duration,
    pub(super) receives: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Place {
    Queue,
    DeadLetters,
    Gone,
}

#[derive(Debug, Hash)]
pub(super) struct Ran {
    pub(super) messages: Vec<usize>,
    /// When Lambda invoked it.
    pub(super) started: Duration,
    /// When it began with the events that are explored.
    pub(super) began: Duration,
    /// By how many seconds its clock is ahead.
    pub(super) clock: i64,
    pub(super) state: State,
    pub(super) is_asleep: bool,
    /// What it was told, by which its own state is known.
    pub(super) told: BTreeMap<usize, (u64, Duration)>,
    pub(super) calls: usize,
    pub(super) completions: BTreeMap<usize, Completion>,
    /// The messages that it said have failed.
    pub(super) failed: Vec<usize>,
}

impl Ran {
    /// Whether it has something left to do.
    pub(super) fn is_open(&self) -> bool {
        matches!(self.state, State::Working | State::Reporting)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum State {
    Working,
    Reporting,
    Reported,
    Ended,
}

/// What became of a run's call to complete an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Completion {
    Done {
        at: Duration,
    },
    /// The claim had become another run's.
    Overtaken,
    Failed,
}

#[derive(Debug, Clone, Hash)]
pub(super) struct Published {
    pub(super) event: usize,
    pub(super) run: usize,
    /// Whether the run does not know.
    pub(super) is_unknown: bool,
}

pub(super) struct Call {
    pub(super) number: usize,
    pub(super) run: usize,
    /// Which of the run's calls it is.
    pub(super) ordinal: usize,
    pub(super) request: Request,
    pub(super) waker: Option<Waker>,
}

/// The number of an event: `a` is 0. What follows the letter is what a delivery would have added to the id. A capital letter is
/// an event that is known by the end of its job, since its copies have different ids: `A0` and `A1`.
pub(super) fn event(id: &str) -> usize {
    usize::from(id.as_bytes()[0].to_ascii_lowercase() - b'a')
}

/// What a run calls itself.
pub(super) fn owner(run: usize) -> String {
    format!("run {}", run + 1)
}

pub(super) fn event_of_key(key: Option<&HashMap<String, AttributeValue>>) -> usize {
    let id = key.and_then(|key| key.get("id")).and_then(|id| id.as_s().ok()).unwrap();
    event(id.strip_prefix("aliyun-vod/").unwrap())
}

/// A message with these events. `x` makes it one that holds none.
pub(super) fn body(ids: &[String]) -> String {
    let event = |id: &String| {
        let letter = id.as_bytes()[0];
        let end = format!(r#","jobend":"aliyun-vod/{}/1/succeeded""#, char::from(letter.to_ascii_lowercase()));
        let end = if letter.is_ascii_uppercase() { end.as_str() } else { "" };
        format!(
            r#"{{"id":"{id}","source":"/aliyun/vod","type":"media.upload.succeeded","time":"2026-01-02T03:04:05Z"{end}}}"#
        )
    };
    if ids.iter().any(|id| id == "x") {
        "none".to_owned()
    } else {
        format!("[{}]", ids.iter().map(event).collect::<Vec<_>>().join(","))
    }
}
