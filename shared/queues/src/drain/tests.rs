//! With a queue in memory, under a clock that only runs when all wait.

use std::cell::RefCell;
use std::collections::VecDeque;

use callbacks::{Product, decode};

use super::*;
use vendor_api::ErrorResponse;

/// What happened, in order.
type Log = RefCell<Vec<String>>;

type Answers<T> = RefCell<VecDeque<Result<T, ApiError>>>;

/// A queue that gives these answers one after the other, and then is empty and confirms everything.
struct Scripted<'l> {
    log: &'l Log,
    received: Answers<Vec<Message>>,
    confirmed: Answers<usize>,
    takes: Duration,
    /// How long each confirmation takes.
    confirming: Duration,
}

impl<'l> Scripted<'l> {
    /// One that gives these messages, at once.
    fn quick(log: &'l Log, received: Vec<Message>) -> Self {
        let received = if received.is_empty() { VecDeque::new() } else { VecDeque::from([Ok(received)]) };
        Self {
            log,
            received: RefCell::new(received),
            confirmed: RefCell::default(),
            takes: Duration::ZERO,
            confirming: Duration::ZERO,
        }
    }
}

impl Queue for Scripted<'_> {
    fn name(&self) -> &'static str {
        "scripted"
    }

    fn poll_timeout(&self) -> Duration {
        Duration::from_secs(10)
    }

    async fn receive(&self, _: &AccessKey) -> Result<Vec<Message>, ApiError> {
        tokio::time::sleep(self.takes).await;
        self.log.borrow_mut().push("receive".to_owned());
        self.received.borrow_mut().pop_front().unwrap_or(Ok(Vec::new()))
    }

    async fn confirm(&self, _: &AccessKey, handles: &[String]) -> Result<usize, ApiError> {
        self.log.borrow_mut().push(format!("confirm {}", handles.join(" ")));
        tokio::time::sleep(self.confirming).await;
        self.confirmed.borrow_mut().pop_front().unwrap_or(Ok(0))
    }
}

fn message(handle: Option<&str>, events: usize) -> Message {
    let decoded = decode(Product::TencentVod, b"{}", jiff::Timestamp::UNIX_EPOCH);
    let events = decoded.into_iter().cycle().take(events).collect();
    Message { handle: handle.map(str::to_owned), events }
}

fn unavailable<T>() -> Result<T, ApiError> {
    Err(ApiError::Fault(ErrorResponse::new(500, "InternalError", "r")))
}

fn denied<T>() -> Result<T, ApiError> {
    Err(ApiError::Denied(ErrorResponse::new(403, "AccessDenied", "r")))
}

async fn key() -> Result<AccessKey, BoxError> {
    Ok(AccessKey::new(&"id".to_owned().into(), &"key".to_owned().into(), None)?)
}

/// Drains a queue of these answers for a minute, into an intake that works or does not.
async fn drained(
    received: Vec<Result<Vec<Message>, ApiError>>,
    confirmed: Vec<Result<usize, ApiError>>,
    intake_works: bool,
) -> (DrainReport, Vec<String>) {
    let log = Log::default();
    let queue = Scripted {
        log: &log,
        received: RefCell::new(received.into()),
        confirmed: RefCell::new(confirmed.into()),
        takes: Duration::from_secs(1),
        confirming: Duration::ZERO,
    };
    let store = async |events: &mut [CloudEvent], _| {
        log.borrow_mut().push(format!("store {}", events.len()));
        if intake_works { Ok(ControlFlow::Continue(())) } else { Err("the disk is full".into()) }
    };
    let deadline = Instant::now() + Duration::from_mins(1);
    let report = drain(&queue, key, store, AfterStore::Confirm, deadline).await;
    let log = log.take();
    (report, log)
}

#[tokio::test(start_paused = true)]
async fn a_batch_is_stored_and_then_confirmed_until_the_queue_is_empty() {
    let batches = vec![Ok(vec![message(Some("a"), 1), message(Some("b"), 2)]), Ok(vec![message(Some("c"), 1)])];
    let (report, log) = drained(batches, Vec::new(), true).await;
    assert_eq!(log, ["receive", "store 3", "confirm a b", "receive", "store 1", "confirm c", "receive"]);
    assert_eq!((report.stored, report.confirmed, report.unconfirmed, report.empty), (4, 3, 0, true));
    assert!(report.error.is_none());
    assert_eq!(
        serde_json::to_string(&report).unwrap(),
        r#"{"queue":"scripted","stored":4,"confirmed":3,"unconfirmed":0,"empty":true}"#
    );
}

#[tokio::test(start_paused = true)]
async fn what_is_not_stored_is_not_confirmed() {
    let (report, log) = drained(vec![Ok(vec![message(Some("a"), 1)])], Vec::new(), false).await;
    assert_eq!(log, ["receive", "store 1"]);
    assert!(matches!(report.error, Some(DrainError::Store(_))));
    assert_eq!((report.stored, report.confirmed), (0, 0));
}

#[tokio::test(start_paused = true)]
async fn what_has_no_handle_is_stored_and_does_not_stop_the_rest() {
    let batches = vec![Ok(vec![message(None, 1), message(Some("b"), 1)]), Ok(vec![message(None, 1)])];
    let (report, log) = drained(batches, Vec::new(), true).await;
    assert_eq!(log, ["receive", "store 2", "confirm b", "receive", "store 1", "receive"]);
    assert_eq!((report.stored, report.confirmed, report.unconfirmed), (3, 1, 2));
}

#[tokio::test(start_paused = true)]
async fn handles_that_the_vendor_refuses_do_not_stop_the_rest() {
    let batches = vec![Ok(vec![message(Some("a"), 1), message(Some("b"), 1)]), Ok(vec![message(Some("c"), 1)])];
    let (report, log) = drained(batches, vec![Ok(1)], true).await;
    assert_eq!(log, ["receive", "store 2", "confirm a b", "receive", "store 1", "confirm c", "receive"]);
    assert_eq!((report.stored, report.confirmed, report.unconfirmed), (3, 2, 1));
}

#[tokio::test(start_paused = true)]
async fn what_fails_for_the_moment_is_tried_again() {
    let answers = vec![unavailable(), unavailable(), unavailable(), Ok(vec![message(Some("a"), 1)])];
    let (report, log) = drained(answers, vec![unavailable(), Ok(0)], true).await;
    let polls = ["receive"; 4];
    assert_eq!(log, [&polls[..], &["store 1", "confirm a", "confirm a", "receive"]].concat());
    assert_eq!((report.stored, report.confirmed, report.empty), (1, 1, true));
    assert!(report.error.is_none());
}

#[tokio::test(start_paused = true)]
async fn what_keeps_failing_ends_it() {
    let (report, log) = drained((0..9).map(|_| unavailable()).collect(), Vec::new(), true).await;
    assert_eq!(log, ["receive"; 1 + RETRIES]);
    assert!(matches!(report.error, Some(DrainError::Receive(ApiError::Fault(_)))));
    let (report, log) = drained(vec![denied()], Vec::new(), true).await;
    assert_eq!(log, ["receive"]);
    assert!(matches!(report.error, Some(DrainError::Receive(ApiError::Denied(_)))));
    let (report, log) = drained(vec![Ok(vec![message(Some("a"), 1)])], vec![denied()], true).await;
    assert_eq!(log, ["receive", "store 1", "confirm a"]);
    assert!(matches!(report.error, Some(DrainError::Confirm(ApiError::Denied(_)))));
    assert_eq!((report.stored, report.confirmed, report.unconfirmed), (1, 0, 1));
}

/// A queue that never ends is left when its next poll could not be finished.
#[tokio::test(start_paused = true)]
async fn it_ends_before_the_time_is_up() {
    let batches = (0..100).map(|_| Ok(vec![message(Some("a"), 1)])).collect();
    let (report, _) = drained(batches, Vec::new(), true).await;
    // Polls take one second here, and are begun until 25 seconds before the end: 10 for the longest poll, 5 to
    // store and 10 to confirm.
    assert_eq!((report.stored, report.confirmed, report.empty), (36, 36, false));
    assert!(report.error.is_none());
}

/// An intake that works.
async fn stored(_: &mut [CloudEvent], _: Duration) -> Result<ControlFlow<()>, BoxError> {
    Ok(ControlFlow::Continue(()))
}

#[tokio::test(start_paused = true)]
async fn a_time_that_is_too_short_is_an_error() {
    let log = Log::default();
    let queue = Scripted { takes: Duration::from_secs(9), ..Scripted::quick(&log, Vec::new()) };
    let deadline = Instant::now() + Duration::from_secs(3);
    let report = drain(&queue, key, stored, AfterStore::Confirm, deadline).await;
    assert!(matches!(report.error, Some(DrainError::Timeout)));
}

#[tokio::test(start_paused = true)]
async fn without_a_key_nothing_is_asked() {
    let log = Log::default();
    let queue = Scripted::quick(&log, Vec::new());
    let deadline = Instant::now() + Duration::from_mins(1);
    let none = async || Err("no secret of this name".into());
    let report = drain(&queue, none, stored, AfterStore::Confirm, deadline).await;
    assert!(matches!(report.error, Some(DrainError::AccessKey(_))));
    assert!(log.take().is_empty());
}

#[tokio::test(start_paused = true)]
async fn what_is_kept_is_not_confirmed() {
    let log = Log::default();
    let queue = Scripted::quick(&log, vec![message(Some("a"), 1)]);
    let deadline = Instant::now() + Duration::from_mins(1);
    let report = drain(&queue, key, stored, AfterStore::Keep, deadline).await;
    assert_eq!(log.take(), ["receive", "receive"]);
    assert_eq!((report.stored, report.confirmed, report.unconfirmed), (1, 0, 1));
}

#[tokio::test(start_paused = true)]
async fn it_ends_when_no_more_is_wanted() {
    let log = Log::default();
    let queue = Scripted::quick(&log, vec![message(Some("a"), 1)]);
    let enough = async |_: &mut [CloudEvent], _| Ok(ControlFlow::Break(()));
    let report = drain(&queue, key, enough, AfterStore::Confirm, Instant::now() + Duration::from_mins(1)).await;
    assert_eq!(log.take(), ["receive", "confirm a"]);
    assert_eq!((report.stored, report.confirmed, report.empty), (1, 1, false));
    assert!(report.error.is_none());
}

#[tokio::test(start_paused = true)]
async fn a_message_without_an_event_is_not_confirmed() {
    let batches = vec![Ok(vec![message(Some("a"), 0), message(Some("b"), 1)]), Ok(vec![message(Some("c"), 0)])];
    let (report, log) = drained(batches, Vec::new(), true).await;
    assert_eq!(log, ["receive", "store 1", "confirm b", "receive", "store 0", "receive"]);
    assert_eq!((report.stored, report.confirmed, report.unconfirmed), (1, 1, 2));
}

/// Otherwise the same events would be stored in every run, and every run would count as a good one.
#[tokio::test(start_paused = true)]
async fn a_young_batch_of_which_nothing_is_confirmed_is_an_error() {
    let batches = || vec![Ok(vec![message(Some("a"), 1), message(Some("b"), 1)])];
    let (report, log) = drained(batches(), vec![Ok(2)], true).await;
    assert_eq!(log, ["receive", "store 2", "confirm a b"]);
    assert!(matches!(report.error, Some(DrainError::NoneConfirmed)));
    assert_eq!((report.stored, report.confirmed, report.unconfirmed), (2, 0, 2));

    let log = Log::default();
    let queue =
        Scripted { confirmed: RefCell::new([Ok(1)].into()), ..Scripted::quick(&log, vec![message(Some("a"), 1)]) };
    let slow = async |_: &mut [CloudEvent], _| {
        tokio::time::sleep(SURELY_VALID).await;
        Ok(ControlFlow::Continue(()))
    };
    let report = drain(&queue, key, slow, AfterStore::Confirm, Instant::now() + Duration::from_mins(2)).await;
    assert!(report.error.is_none());
    assert_eq!((report.stored, report.confirmed, report.unconfirmed), (1, 0, 1));
}

/// The time to store leaves enough to confirm: before the deadline, and while the handles live.
#[tokio::test(start_paused = true)]
async fn storing_leaves_time_to_confirm() {
    for (left, expected) in [(120, STORE_TIMEOUT), (20, Duration::from_secs(20).saturating_sub(CONFIRM_TIMEOUT))] {
        let log = Log::default();
        let queue =
            Scripted { confirming: Duration::from_secs(9), ..Scripted::quick(&log, vec![message(Some("a"), 1)]) };
        let began = Instant::now();
        let lazy = async |_: &mut [CloudEvent], within: Duration| {
            assert_eq!(within, expected);
            tokio::time::sleep(within).await;
            Ok(ControlFlow::Break(()))
        };
        let report = drain(&queue, key, lazy, AfterStore::Confirm, began + Duration::from_secs(left)).await;
        assert_eq!((report.confirmed, report.error.is_none()), (1, true), "{left}");
        // The clock is the test's own.
        assert!(began.elapsed() + LATENCY <= HANDLE_LIFETIME, "{left}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_confirmation_ends_while_the_handles_live() {
    let log = Log::default();
    let queue = Scripted { confirming: HANDLE_LIFETIME, ..Scripted::quick(&log, vec![message(Some("a"), 1)]) };
    let began = Instant::now();
    let report = drain(&queue, key, stored, AfterStore::Confirm, began + Duration::from_mins(5)).await;
    assert!(matches!(report.error, Some(DrainError::Timeout)));
    assert_eq!(began.elapsed(), CONFIRM_TIMEOUT);
}

#[test]
fn retries_are_further_and_further_apart() {
    let delays: Vec<u128> = backon::BackoffBuilder::build(backoff()).map(|delay| delay.as_millis()).collect();
    assert_eq!(delays, [200, 800, 3_200]);
}
