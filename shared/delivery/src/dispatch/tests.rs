//! Dispatching, with every step failing, and the function ending between any two.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::future::pending;

use futures_util::FutureExt;
use jiff::SignedDuration;
use tokio::time::{sleep, timeout_at};

use super::*;
use crate::ledger::{LEASE, MemoryLedger};

/// How long the queue hides a message that is being worked on.
const VISIBILITY: SignedDuration = SignedDuration::from_secs(360);

/// How long the function may run.
const TIMEOUT: Duration = Duration::from_mins(1);

/// What goes wrong with one call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fault {
    /// The function ends before the call has had its effect.
    EndsBefore,
    /// The function ends after the call has had its effect.
    EndsAfter,
    /// The call is refused.
    Refused,
    /// The call has its effect, but its answer is lost.
    AnswerLost,
}

/// A ledger and a bus that keep what they are told, and one of whose calls goes wrong.
#[derive(Default)]
struct World {
    ledger: MemoryLedger,
    published: RefCell<Vec<String>>,
    /// The calls until the one that goes wrong, and how it does.
    fault: Cell<Option<(usize, Fault)>>,
}

impl World {
    /// What goes wrong with this call, and which calls come after it.
    async fn fault(&self) -> Option<Fault> {
        let (calls, fault) = self.fault.get()?;
        let is_end = matches!(fault, Fault::EndsBefore | Fault::EndsAfter);
        if calls > 0 {
            self.fault.set(Some((calls - 1, fault)));
            return None;
        }
        // Once the function has ended, no other call begins.
        self.fault.set(is_end.then_some((0, Fault::EndsBefore)));
        if fault == Fault::EndsBefore { pending().await } else { Some(fault) }
    }

    async fn call<T>(&self, act: impl Future<Output = T>, error: impl Fn(Fault) -> T) -> T {
        match self.fault().await {
            None | Some(Fault::EndsBefore) => act.await,
            Some(Fault::EndsAfter) => {
                act.await;
                pending().await
            }
            Some(Fault::Refused) => error(Fault::Refused),
            Some(Fault::AnswerLost) => {
                act.await;
                error(Fault::AnswerLost)
            }
        }
    }

    /// A run over these messages; `None` where the function ended within it.
    fn run(&self, records: &[Record], owner: &str, now: Timestamp) -> Option<Report> {
        let run = Run { ledger: self, bus: self, owner, now, deadline: Instant::now() + TIMEOUT };
        run.dispatch(records, Limit::default()).now_or_never()
    }

    /// How often each event has been published.
    fn published(&self) -> BTreeMap<String, usize> {
        let mut counts = BTreeMap::new();
        for id in self.published.borrow().iter() {
            *counts.entry(id.clone()).or_default() += 1;
        }
        counts
    }
}

fn unanswered(fault: Fault) -> AwsError {
    if fault == Fault::Refused { AwsError::refused() } else { AwsError::unanswered() }
}

impl Claims for World {
    async fn claim(&self, key: &str, owner: &str, now: Timestamp) -> Result<Claim, AwsError> {
        self.call(self.ledger.claim(key, owner, now), |fault| Err(unanswered(fault))).await
    }

    async fn complete(&self, key: &str, owner: &str, now: Timestamp) -> Result<(), AwsError> {
        self.call(self.ledger.complete(key, owner, now), |fault| Err(unanswered(fault))).await
    }

    async fn release(&self, key: &str, owner: &str) -> Result<(), AwsError> {
        self.call(self.ledger.release(key, owner), |fault| Err(unanswered(fault))).await
    }
}

impl Publish for World {
    async fn publish(&self, entries: &[&Entry]) -> Vec<Result<(), PublishError>> {
        let published = async {
            for entry in entries {
                let head: Head<'_> = serde_json::from_str(&entry.detail).unwrap();
                self.published.borrow_mut().push(head.id.into_owned());
            }
            vec![Ok(()); entries.len()]
        };
        self.call(published, |fault| vec![Err(PublishError::Call(unanswered(fault))); entries.len()]).await
    }
}

/// A ledger and a bus of which each call takes as long as it may, and then does what it should, or gives no answer.
struct Slow {
    world: World,
    answers: bool,
}

impl Slow {
    /// A run over messages with an event each, within the time that Lambda gives it.
    async fn run(&self, messages: usize) -> Report {
        let records: Vec<Record> =
            (0..messages).map(|number| record(&number.to_string(), &[&number.to_string()])).collect();
        // Each event is a group of its own.
        let padding = " ".repeat(10_000);
        let records: Vec<Record> = records
            .into_iter()
            .map(|record| Record { body: record.body.replace(r#""data""#, &format!(r#"{padding}"data""#)), ..record })
            .collect();
        let deadline = Instant::now() + TIMEOUT;
        let run = Run { ledger: self, bus: self, owner: "one", now: start(), deadline };
        timeout_at(deadline, run.dispatch(&records, "16384".parse().unwrap())).await.unwrap()
    }

    async fn after<T>(&self, time: Duration, act: impl Future<Output = T>, failed: T) -> T {
        sleep(time).await;
        if self.answers { act.await } else { failed }
    }
}

impl Claims for Slow {
    async fn claim(&self, key: &str, owner: &str, now: Timestamp) -> Result<Claim, AwsError> {
        self.after(CALL, self.world.claim(key, owner, now), Err(AwsError::unanswered())).await
    }

    async fn complete(&self, key: &str, owner: &str, now: Timestamp) -> Result<(), AwsError> {
        self.after(CALL, self.world.complete(key, owner, now), Err(AwsError::unanswered())).await
    }

    async fn release(&self, key: &str, owner: &str) -> Result<(), AwsError> {
        self.after(CALL, self.world.release(key, owner), Err(AwsError::unanswered())).await
    }
}

impl Publish for Slow {
    async fn publish(&self, entries: &[&Entry]) -> Vec<Result<(), PublishError>> {
        let failed = vec![Err(PublishError::Call(AwsError::unanswered())); entries.len()];
        self.after(PUBLISH, self.world.publish(entries), failed).await
    }
}

fn event(id: &str) -> String {
    let time = "2026-01-02T03:04:05.678Z";
    format!(
        r#"{{"id":"{id}","source":"/aliyun/vod","type":"media.upload.succeeded","time":"{time}","data":{{"a":1.0}}}}"#
    )
}

fn record(message: &str, ids: &[&str]) -> Record {
    let events: Vec<String> = ids.iter().map(|id| event(id)).collect();
    Record { message: message.to_owned(), body: format!("[{}]", events.join(",")), trace: None }
}

fn start() -> Timestamp {
    "2026-01-02T03:04:06Z".parse().unwrap()
}

fn fates(report: &Report) -> Vec<(&str, &Fate)> {
    report.events.iter().map(|event| (event.id.as_str(), &event.fate)).collect()
}

fn counts(counts: &[(&str, usize)]) -> BTreeMap<String, usize> {
    counts.iter().map(|(id, count)| ((*id).to_owned(), *count)).collect()
}

#[test]
fn an_event_is_published_once_however_often_it_comes() {
    let world = World::default();
    let records = [record("m1", &["a"]), record("m2", &["b", "c"]), record("m3", &["c", "a"])];
    let report = world.run(&records, "one", start()).unwrap();
    assert_eq!(fates(&report), [("a", &Fate::Published), ("b", &Fate::Published), ("c", &Fate::Published)]);
    let report = world.run(&records, "two", start() + VISIBILITY).unwrap();
    assert_eq!(fates(&report), [("a", &Fate::Duplicate), ("b", &Fate::Duplicate), ("c", &Fate::Duplicate)]);
    assert!(report.failed.is_empty());
    assert_eq!(world.published(), counts(&[("a", 1), ("b", 1), ("c", 1)]));
}

/// A callback, and what the vendor's API tells of the same end, have different ids. One that ended differently is another.
#[test]
fn an_end_of_a_job_is_published_once_whatever_its_ids_are() {
    let world = World::default();
    let of_job = |message: &str, id: &str, end: &str, origin: &str| {
        let marks = format!(r#""jobend":"aliyun-vod/job/{end}","origin":"{origin}","data""#);
        let record = record(message, &[id]);
        Record { body: record.body.replace(r#""data""#, &marks), ..record }
    };
    let callback = of_job("m1", "a", "1/succeeded", "callback");
    let reconciled = of_job("m2", "b", "1/succeeded", "reconciled");
    let other = of_job("m3", "c", "1/failed", "reconciled");
    // The same id does not make them one.
    let same_id = record("m4", &["a"]);
    let report = world.run(&[callback.clone(), same_id], "one", start()).unwrap();
    assert_eq!(fates(&report), [("a", &Fate::Published), ("a", &Fate::Published)]);
    let report = world.run(&[reconciled, other, callback], "two", start() + VISIBILITY).unwrap();
    let mut fates: Vec<_> = report.events.iter().map(|event| (&event.fate, event.is_reconciled)).collect();
    fates.sort_by_key(|(fate, _)| **fate == Fate::Duplicate);
    assert_eq!((fates.len(), fates[0], fates[1].0), (2, (&Fate::Published, true), &Fate::Duplicate));
    assert!(report.failed.is_empty());
    assert_eq!(world.published(), counts(&[("a", 2), ("c", 1)]));
    // Both are among one batch.
    let world = World::default();
    let batch = [of_job("m1", "a", "1/succeeded", "callback"), of_job("m2", "b", "1/succeeded", "reconciled")];
    assert_eq!(world.run(&batch, "one", start()).unwrap().events.len(), 1);
}

/// The calls are three claims, one publication, three completions.
#[test]
fn whenever_the_function_ends_nothing_is_lost() {
    let records = [record("m1", &["a"]), record("m2", &["b", "c"])];
    for call in 0..7 {
        for fault in [Fault::EndsBefore, Fault::EndsAfter] {
            let world = World::default();
            world.fault.set(Some((call, fault)));
            assert!(world.run(&records, "one", start()).is_none(), "{fault:?} {call}");
            world.fault.set(None);

            // The vendor's redelivery, while the run that ended still holds its claims, publishes no event twice.
            world.run(&records, "two", start() + SignedDuration::from_secs(1)).unwrap();
            let at_most = world.published().into_values().max().unwrap_or_default();
            assert!(at_most <= 1, "{fault:?} {call}");

            let report = world.run(&records, "three", start() + VISIBILITY).unwrap();
            assert!(report.failed.is_empty(), "{fault:?} {call}");

            // Published and not completed: those, and no others, are published again.
            let steps = call + usize::from(fault == Fault::EndsAfter);
            let completed = steps.saturating_sub(4);
            let again = if steps >= 4 { 3 - completed } else { 0 };
            let published = world.published();
            assert_eq!(published.len(), 3, "{fault:?} {call}");
            assert_eq!(published.values().filter(|count| **count == 2).count(), again, "{fault:?} {call}");
            assert_eq!(published.values().sum::<usize>(), 3 + again, "{fault:?} {call}");
        }
    }
}

#[test]
fn without_the_ledger_events_wait() {
    let world = World::default();
    let records = [record("m1", &["a"]), record("m2", &["b"])];
    world.fault.set(Some((0, Fault::Refused)));
    let report = world.run(&records, "one", start()).unwrap();
    assert_eq!(report.failed, ["m1"]);
    assert!(matches!(fates(&report)[..], [("a", Fate::NotClaimed(_)), ("b", Fate::Published)]));
    assert_eq!(world.published(), counts(&[("b", 1)]));
    let report = world.run(&records[..1], "two", start() + VISIBILITY).unwrap();
    assert!(report.failed.is_empty());
    assert_eq!(world.published(), counts(&[("a", 1), ("b", 1)]));
}

/// A claim whose answer was lost is still there when the lease has ended, and stands in nobody's way.
#[test]
fn a_claim_without_an_answer_ends_with_its_lease() {
    let world = World::default();
    let records = [record("m1", &["a"])];
    world.fault.set(Some((0, Fault::AnswerLost)));
    assert_eq!(world.run(&records, "one", start()).unwrap().failed, ["m1"]);
    let report = world.run(&records, "two", start() + LEASE).unwrap();
    assert_eq!((fates(&report), &report.failed[..]), (vec![("a", &Fate::Held)], &["m1".to_owned()][..]));
    assert!(world.run(&records, "three", start() + VISIBILITY).unwrap().failed.is_empty());
    assert_eq!(world.published(), counts(&[("a", 1)]));
}

#[test]
fn what_the_bus_refuses_is_free_at_once() {
    let world = World::default();
    let records = [record("m1", &["a"])];
    world.fault.set(Some((1, Fault::Refused)));
    let report = world.run(&records, "one", start()).unwrap();
    assert!(matches!(fates(&report)[..], [("a", Fate::NotPublished(_))]));
    assert_eq!(report.failed, ["m1"]);
    assert!(world.run(&records, "two", start()).unwrap().failed.is_empty());
    assert_eq!(world.published(), counts(&[("a", 1)]));
}

/// Nobody can know whether it was published: it is again, as it might have been lost.
#[test]
fn what_the_bus_does_not_answer_is_published_again_after_the_lease() {
    let world = World::default();
    let records = [record("m1", &["a"])];
    world.fault.set(Some((1, Fault::AnswerLost)));
    assert_eq!(world.run(&records, "one", start()).unwrap().failed, ["m1"]);
    assert_eq!(fates(&world.run(&records, "two", start()).unwrap()), [("a", &Fate::Held)]);
    assert!(world.run(&records, "three", start() + VISIBILITY).unwrap().failed.is_empty());
    assert_eq!(world.published(), counts(&[("a", 2)]));
}

/// The message does not come back: the event is published. Only the vendor could send it again.
#[test]
fn a_completion_that_fails_does_not_bring_the_event_back() {
    for fault in [Fault::Refused, Fault::AnswerLost] {
        let world = World::default();
        world.fault.set(Some((2, fault)));
        let report = world.run(&[record("m1", &["a"])], "one", start()).unwrap();
        assert!(matches!(fates(&report)[..], [("a", Fate::NotNoted(_))]), "{fault:?}");
        assert!(report.failed.is_empty(), "{fault:?}");
        assert_eq!(world.published(), counts(&[("a", 1)]));
    }
}

/// Of a callback with several events, those that are published are not published again with the others.
#[test]
fn a_message_comes_back_for_the_event_that_failed() {
    let world = World::default();
    let records = [record("m1", &["a", "b"]), record("m2", &["b"])];
    world.fault.set(Some((1, Fault::Refused)));
    assert_eq!(world.run(&records, "one", start()).unwrap().failed, ["m1", "m2"]);
    let report = world.run(&records[..1], "two", start() + VISIBILITY).unwrap();
    assert_eq!(fates(&report), [("a", &Fate::Duplicate), ("b", &Fate::Published)]);
    assert_eq!(world.published(), counts(&[("a", 1), ("b", 1)]));
}

/// Lambda would end the run between two steps, and no message would be done with.
#[tokio::test(flavor = "current_thread", start_paused = true)]
async fn a_run_ends_before_lambda_ends_it() {
    let slow = Slow { world: World::default(), answers: true };
    let report = slow.run(50).await;
    let published = slow.world.published();
    let not_started = report.events.iter().filter(|event| event.fate == Fate::NotStarted).count();
    assert_eq!((report.events.len(), published.len() + not_started), (50, 50));
    assert!(published.len() >= AT_ONCE, "{published:?}");
    assert_eq!(report.failed.len(), not_started);
    assert!(report.failed.iter().all(|id| !published.contains_key(id)));

    // Nothing stands in the way of the next run.
    let records: Vec<Record> = report.failed.iter().map(|id| record(id, &[id])).collect();
    assert!(slow.world.run(&records, "two", start()).unwrap().failed.is_empty());
    assert_eq!(slow.world.published().into_values().collect::<Vec<_>>(), [1; 50]);
}

/// A group whose steps just fit the time that is left is started.
#[tokio::test(flavor = "current_thread", start_paused = true)]
async fn a_group_needs_its_time_and_no_more() {
    for (left, fate) in
        [(GROUP_TIME, Fate::Published), (GROUP_TIME.saturating_sub(Duration::from_millis(1)), Fate::NotStarted)]
    {
        let world = World::default();
        let run = Run { ledger: &world, bus: &world, owner: "one", now: start(), deadline: Instant::now() + left };
        let report = run.dispatch(&[record("m1", &["a"])], Limit::default()).await;
        assert_eq!(fates(&report), [("a", &fate)]);
    }
}

#[tokio::test(flavor = "current_thread", start_paused = true)]
async fn a_run_that_gets_no_answers_ends_before_lambda_ends_it() {
    let slow = Slow { world: World::default(), answers: false };
    let report = slow.run(50).await;
    assert_eq!(report.failed.len(), 50);
    assert!(report.events.iter().any(|event| event.fate == Fate::NotStarted));
}

#[test]
fn what_is_no_event_goes_to_the_dead_letters_alone() {
    let bodies = [
        "",
        "SECRET",
        "{}",
        "[1]",
        "[{}]",
        r#"[["a","/aliyun/vod","t","2026-01-02T03:04:05Z"]]"#,
        r#"[{"id":"a","source":"/other","type":"t","time":"2026-01-02T03:04:05Z"}]"#,
        r#"[{"id":"a","source":"/aliyun/vod","type":"t","time":"yesterday"}]"#,
        r#"[{"id":"a","source":"/aliyun/vod","type":"t","time":"2026-01-02T03:04:05Z"}"#,
    ];
    for body in bodies {
        let world = World::default();
        let bad = Record { message: "bad".to_owned(), body: body.to_owned(), trace: None };
        let report = world.run(&[bad, record("good", &["a"])], "one", start()).unwrap();
        assert_eq!((&report.unreadable[..], &report.failed[..]), (&["bad".to_owned()][..], &["bad".to_owned()][..]));
        assert_eq!(world.published(), counts(&[("a", 1)]), "{body}");
    }
    assert!(World::default().run(&[record("empty", &[])], "one", start()).unwrap().failed.is_empty());
}

/// The bus gets the event byte for byte, numbers included, and what rules match.
#[test]
fn an_entry_is_the_event() {
    let mut message = record("m1", &["a\u{e9}"]);
    message.body = message.body.replace(',', " ,\n");
    message.trace = Some("Root=1-5759e988-bd862e3fe1be46a994272793".to_owned());
    let (key, queued) = read(&message).unwrap().remove(0);
    assert_eq!(key, "aliyun-vod/a\u{e9}");
    let entry = queued.entry;
    assert_eq!((entry.source, entry.detail_type.as_str()), ("mediahook.aliyun-vod", "media.upload.succeeded"));
    assert_eq!(entry.detail, message.body.trim_matches(['[', ']']));
    assert_eq!(entry.trace, message.trace);
}

#[test]
fn a_call_of_the_bus_keeps_its_limits() {
    let events = |count: usize, length: usize| -> BTreeMap<String, Queued> {
        (0..count)
            .map(|number| {
                let (key, mut queued) = read(&record("m", &[&format!("{number:04}")])).unwrap().remove(0);
                queued.entry.detail.push_str(&" ".repeat(length));
                (key, queued)
            })
            .collect()
    };
    let limit: Limit = "16384".parse().unwrap();
    for (count, length, expected) in [
        (0, 0, vec![]),
        (1, 0, vec![1]),
        (10, 0, vec![10]),
        (25, 0, vec![10, 10, 5]),
        (5, 5_000, vec![3, 2]),
        // More than the limit: the bus has to say so.
        (2, 20_000, vec![1, 1]),
    ] {
        let groups = groups(events(count, length), limit);
        assert_eq!(groups.iter().map(Vec::len).collect::<Vec<_>>(), expected, "{count} of {length}");
    }
}
