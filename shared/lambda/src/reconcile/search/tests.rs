//! A search over lists that are paged, with every call failing, hanging, and the function ending in it.

use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;
use std::future::pending;

use callbacks::{Origin, decode};
use futures_util::FutureExt;
use lookup::Choice;

use super::*;

const GRACE: Duration = Duration::from_mins(15);

/// Rows of a page.
const ROWS: usize = 2;

/// What goes wrong with one call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fault {
    /// It has no effect, and the caller knows.
    Fails,
    /// It has its effect, and the caller does not know.
    AnswerLost,
    /// The function ends before it has its effect.
    EndsBefore,
    /// The function ends after it has had its effect.
    EndsAfter,
}

/// A job of the vendor's.
struct Job {
    id: &'static str,
    /// Minutes from the beginning.
    ended: i64,
    /// Whether the list tells everything.
    is_complete: bool,
    is_due: Option<bool>,
    error: i32,
}

#[derive(Default)]
struct World {
    jobs: Vec<Job>,
    /// Jobs that the vendor refuses to tell of.
    refused: RefCell<BTreeSet<&'static str>>,
    /// Jobs of which it knows nothing when it is asked.
    gone: BTreeSet<&'static str>,
    published: RefCell<HashSet<String>>,
    stored: RefCell<Vec<CloudEvent>>,
    cursor: RefCell<Option<String>>,
    asked: RefCell<Vec<String>>,
    /// The calls until the one that goes wrong, and how it does.
    fault: Cell<Option<(usize, Fault)>>,
    calls: Cell<usize>,
    is_page_stale: Cell<bool>,
}

#[derive(Debug, PartialEq, Eq)]
enum Failure {
    Refused,
    Unreachable,
}

fn at(minutes: i64) -> Timestamp {
    Timestamp::from_second(1_767_323_000 + minutes * 60).unwrap()
}

fn ended(job: &Job) -> Ended {
    let body = format!(
        r#"{{"EventType":"EditMediaComplete","EditMediaCompleteEvent":{{"TaskId":"{}","Status":"FINISH","ErrCode":{}}}}}"#,
        job.id, job.error
    );
    Ended { events: decode(Product::TencentVod, body.as_bytes(), at(job.ended)), is_due: job.is_due }
}

fn key(id: &str) -> NaturalKey {
    NaturalKey::new(Product::TencentVod, NaturalKey::TASK, [id.to_owned()]).unwrap()
}

impl World {
    /// A world with jobs that ended in these minutes, every second one of them told by the list.
    fn new(jobs: &[(&'static str, i64)]) -> Self {
        let job = |(number, (id, ended)): (usize, &(&'static str, i64))| Job {
            id,
            ended: *ended,
            is_complete: number % 2 == 0,
            is_due: None,
            error: 0,
        };
        Self { jobs: jobs.iter().enumerate().map(job).collect(), ..Self::default() }
    }

    async fn call<T>(&self, act: impl FnOnce() -> T) -> Result<T, Failure> {
        self.calls.set(self.calls.get() + 1);
        let fault = match self.fault.get() {
            Some((0, fault)) => {
                // Once the function has ended, no other call begins.
                let is_end = matches!(fault, Fault::EndsBefore | Fault::EndsAfter);
                self.fault.set(is_end.then_some((0, Fault::EndsBefore)));
                Some(fault)
            }
            Some((calls, fault)) => {
                self.fault.set(Some((calls - 1, fault)));
                None
            }
            None => None,
        };
        match fault {
            None => Ok(act()),
            Some(Fault::Fails) => Err(Failure::Unreachable),
            Some(Fault::AnswerLost) => {
                act();
                Err(Failure::Unreachable)
            }
            Some(Fault::EndsBefore) => pending().await,
            Some(Fault::EndsAfter) => {
                act();
                pending().await
            }
        }
    }

    /// A run; `None` where the function ended in it.
    fn run(&self, minute: i64, choice: &str, time: Duration) -> Option<Report<Failure>> {
        let marks =
            Marks { origin: Origin::Reconciled, reconciled: choice.parse().unwrap(), confirmed: Choice::default() };
        let search = Search {
            services: self,
            product: Product::TencentVod,
            marks: &marks,
            grace: GRACE,
            longest_job: Duration::from_hours(1),
            function: "f",
        };
        search.run(at(minute), Instant::now() + time).now_or_never()
    }

    fn runs(&self, minute: i64) -> Report<Failure> {
        self.run(minute, "tencent-vod:all", Duration::from_mins(5)).unwrap()
    }

    /// The jobs whose events are stored.
    fn stored(&self) -> Vec<String> {
        let id = |event: &CloudEvent| event.data().unwrap().job.as_ref().unwrap().id.clone().unwrap();
        let mut ids: Vec<String> = self.stored.borrow().iter().map(id).collect();
        ids.sort_unstable();
        ids
    }

    /// Dispatch has published the event of a callback.
    fn publish(&self, id: &str, outcome: &str) {
        self.published.borrow_mut().insert(format!("tencent-vod/task/{id}/{outcome}"));
    }
}

impl Services for World {
    type Error = Failure;

    async fn list(&self, window: Window, page: Option<&Page>, _: Instant) -> Result<Finished, Failure> {
        if self.is_page_stale.get() && page.is_some() {
            return Err(Failure::Refused);
        }
        self.call(|| {
            let begin: usize =
                page.map_or(0, |page| serde_json::to_value(page).unwrap()["token"].as_str().unwrap().parse().unwrap());
            let is_in = |job: &&Job| window.since <= at(job.ended) && at(job.ended) < window.until;
            let jobs: Vec<&Job> = self.jobs.iter().filter(is_in).collect();
            let rows = jobs.iter().skip(begin).take(ROWS).map(|job| Listed {
                key: key(job.id),
                ended_at: Some(at(job.ended)),
                ended: job.is_complete.then(|| ended(job)),
            });
            // No callback is known by such an end, so that nobody is asked about it.
            let other = NaturalKey::new(Product::TencentVod, "FileDeleted", ["other".to_owned()]).unwrap();
            let rows = rows.chain([Listed { key: other, ended_at: Some(window.since), ended: None }]);
            let next = begin + ROWS;
            let token = || serde_json::json!({"list": 0, "token": next.to_string(), "since": null});
            let next = (next < jobs.len()).then(|| serde_json::from_value(token()).unwrap());
            Finished { jobs: rows.collect(), next }
        })
        .await
    }

    async fn job(&self, key: &NaturalKey, _: Instant) -> Result<Answer, Failure> {
        let id = key.ids()[0].as_str();
        self.asked.borrow_mut().push(id.to_owned());
        if self.refused.borrow().contains(id) {
            return Err(Failure::Refused);
        }
        let answer = || match self.jobs.iter().find(|job| job.id == id) {
            Some(job) if !self.gone.contains(id) => Answer::Ended(ended(job)),
            _ => Answer::Unknown,
        };
        self.call(answer).await
    }

    async fn published(&self, keys: Vec<String>) -> Result<HashSet<String>, Failure> {
        self.call(|| keys.into_iter().filter(|key| self.published.borrow().contains(key)).collect()).await
    }

    async fn store(&self, events: &[CloudEvent], _: Duration) -> Result<(), Failure> {
        self.call(|| self.stored.borrow_mut().extend_from_slice(events)).await
    }

    async fn cursor(&self) -> Result<Option<Cursor>, Failure> {
        self.call(|| self.cursor.borrow().as_ref().map(|text| serde_json::from_str(text).unwrap())).await
    }

    async fn keep(&self, cursor: &Cursor) -> Result<(), Failure> {
        self.call(|| *self.cursor.borrow_mut() = Some(serde_json::to_string(cursor).unwrap())).await
    }

    fn is_refusal(error: &Failure) -> bool {
        *error == Failure::Refused
    }
}

#[tokio::test(flavor = "current_thread")]
async fn what_is_missing_is_stored_and_nothing_else() {
    let mut world = World::new(&[
        ("before", -1),
        ("known", 1),
        ("lost", 2),
        ("asked", 3),
        ("silent", 4),
        ("mute", 5),
        ("fresh", 50),
    ]);
    world.jobs[4].is_due = Some(false);
    world.jobs[5].is_due = Some(false);
    assert!(world.runs(0).is_done);
    assert_eq!(world.asked.borrow().len(), 0);
    world.publish("known", "succeeded");
    let report = world.runs(60);
    let counts = (report.listed, report.known, report.not_due, report.stored, report.is_done, report.error);
    assert_eq!(counts, (5, 1, 2, 2, true, None));
    assert_eq!(world.stored(), ["asked", "lost"]);
    for event in world.stored.borrow().iter() {
        assert_eq!(event.origin, Some(Origin::Reconciled));
        assert_eq!(event.jobend, job_end(event));
        assert!(event.jobend.is_some() && event.confirmation.is_none());
    }
    // Nobody is asked about what is known.
    assert_eq!(*world.asked.borrow(), ["asked", "mute"]);
    // Dispatch has published them meanwhile.
    world.publish("lost", "succeeded");
    world.publish("asked", "succeeded");
    let report = world.runs(66);
    assert_eq!((report.stored, report.is_done, world.stored().len()), (1, true, 3));
    assert_eq!(world.stored(), ["asked", "fresh", "lost"]);
}

/// What the user did not choose has no callback, as far as the user knows.
#[tokio::test(flavor = "current_thread")]
async fn only_what_is_chosen_is_stored() {
    let world = World::new(&[("a", 1), ("b", 2)]);
    for minute in [0, 60] {
        world.run(minute, "tencent-vod:transcode", Duration::from_mins(5)).unwrap();
    }
    assert_eq!((world.stored().len(), world.runs(120).stored), (0, 0));
}

/// What is chosen later was claimed by its id until then.
#[tokio::test(flavor = "current_thread")]
async fn what_is_chosen_later_is_looked_for_from_then_on() {
    let world = World::new(&[("a", 1), ("b", 2), ("c", 70)]);
    let run = |minute, choice| world.run(minute, choice, Duration::from_mins(5)).unwrap();
    run(0, "tencent-vod:upload");
    let report = run(60, "tencent-vod:upload,edit");
    assert_eq!((report.not_due, report.stored, report.is_done), (2, 0, true));
    // The kinds of before are still looked for.
    let report = run(120, "tencent-vod:edit");
    assert_eq!((report.stored, report.is_done), (1, true));
    assert_eq!(world.stored(), ["c"]);
}

/// Else what ended until a list can be read would be taken for what was claimed by its id.
#[tokio::test(flavor = "current_thread")]
async fn a_choice_is_noted_though_no_list_can_be_read() {
    let world = World::new(&[("a", 40)]);
    let run = |minute, kinds: &str| world.run(minute, &format!("tencent-vod:{kinds}"), Duration::from_mins(5)).unwrap();
    run(0, "transcode");
    // The note is read and written before the list.
    world.fault.set(Some((2, Fault::Fails)));
    assert_eq!(run(30, "transcode,edit").error, Some(Failure::Unreachable));
    assert_eq!(run(60, "transcode,edit").stored, 1);
}

/// A callback that says otherwise is another event; so is what the vendor says then. Where only the details tell how a job
/// ended, nobody asks for them after any callback.
#[tokio::test(flavor = "current_thread")]
async fn another_outcome_is_another_event() {
    let mut world = World::new(&[("a", 1), ("b", 2)]);
    world.jobs[0].error = 70_000;
    world.jobs[1].error = 70_000;
    world.runs(0);
    world.publish("a", "succeeded");
    world.publish("b", "succeeded");
    assert_eq!((world.runs(60).known, world.stored()), (1, vec!["a".to_owned()]));
}

/// Events that came before the receivers knew of it are claimed by their ids.
#[tokio::test(flavor = "current_thread")]
async fn what_was_published_by_its_id_is_known() {
    let world = World::new(&[("a", 1), ("b", 2)]);
    world.runs(0);
    for job in &world.jobs {
        world.published.borrow_mut().insert(id(&ended(job).events[0]));
    }
    let report = world.runs(60);
    assert_eq!((report.known, report.stored), (2, 0));
}

/// Whichever call fails, and wherever the function ends: the next run goes on, and nothing is left out.
#[tokio::test(flavor = "current_thread")]
async fn whatever_fails_nothing_is_left_out() {
    let jobs = [("a", 1), ("b", 2), ("c", 3), ("d", 4), ("e", 5)];
    let calls = {
        let world = World::new(&jobs);
        world.runs(0);
        world.calls.set(0);
        world.publish("c", "succeeded");
        world.runs(60);
        assert_eq!(world.stored(), ["a", "b", "d", "e"]);
        world.calls.get()
    };
    assert!(calls > 10, "{calls}");
    let mut twice = 0;
    for call in 0..calls {
        for fault in [Fault::Fails, Fault::AnswerLost, Fault::EndsBefore, Fault::EndsAfter] {
            let world = World::new(&jobs);
            world.runs(0);
            world.publish("c", "succeeded");
            world.fault.set(Some((call, fault)));
            let report = world.run(60, "tencent-vod:all", Duration::from_mins(5));
            let is_end = matches!(fault, Fault::EndsBefore | Fault::EndsAfter);
            assert_eq!(report.is_none(), is_end, "{call} {fault:?}");
            assert!(report.is_none_or(|report| report.has_failed() && !report.is_done), "{call} {fault:?}");
            world.fault.set(None);
            // Much later: what was not looked at is not forgotten.
            let report = world.runs(600);
            assert!(report.is_done && !report.has_failed(), "{call} {fault:?}");
            let mut stored = world.stored();
            stored.dedup();
            assert_eq!(stored, ["a", "b", "d", "e"], "{call} {fault:?}");
            twice += usize::from(world.stored().len() > 4);
            assert_eq!(world.runs(660).listed, 0, "{call} {fault:?}");
        }
    }
    // What was stored and not noted is stored again, and dispatch drops it.
    assert!(twice > 0);
}

/// One job that the vendor does not tell of keeps no other, and is asked about again.
#[tokio::test(flavor = "current_thread")]
async fn what_is_refused_is_asked_about_again() {
    let world = World {
        gone: BTreeSet::from(["f"]),
        ..World::new(&[("a", 1), ("b", 2), ("c", 3), ("d", 4), ("e", 5), ("f", 6)])
    };
    world.runs(0);
    world.refused.borrow_mut().insert("b");
    let report = world.runs(60);
    assert_eq!((report.open, report.untold, report.is_done, report.error), (1, 1, false, Some(Failure::Refused)));
    assert_eq!(world.stored(), ["a", "c", "d", "e"]);
    for id in ["a", "c", "d", "e"] {
        world.publish(id, "succeeded");
    }
    world.refused.borrow_mut().clear();
    let report = world.runs(600);
    assert_eq!((report.open, report.stored, report.is_done), (0, 1, true));
    assert_eq!(world.stored(), ["a", "b", "c", "d", "e"]);
}

#[tokio::test(flavor = "current_thread")]
async fn a_page_that_the_vendor_has_forgotten_is_no_end() {
    let world = World::new(&[("a", 1), ("b", 2), ("c", 3), ("d", 4), ("e", 5)]);
    world.runs(0);
    // The second page.
    world.fault.set(Some((6, Fault::EndsBefore)));
    assert!(world.run(60, "tencent-vod:all", Duration::from_mins(5)).is_none());
    world.fault.set(None);
    world.is_page_stale.set(true);
    let report = world.runs(75);
    // The pages of this list cannot be read at all: that is an error, and nothing is skipped.
    assert_eq!((report.is_done, report.error), (false, Some(Failure::Refused)));
    world.is_page_stale.set(false);
    assert!(world.runs(90).is_done);
    let mut stored = world.stored();
    stored.dedup();
    assert_eq!(stored, ["a", "b", "c", "d", "e"]);
}

#[tokio::test(flavor = "current_thread")]
async fn a_run_without_time_leaves_everything_to_the_next() {
    let world = World::new(&[("a", 1), ("b", 2)]);
    world.runs(0);
    let report = world.run(60, "tencent-vod:all", PAGE_TIME / 2).unwrap();
    assert_eq!((report.listed, report.is_done, report.has_failed()), (0, false, false));
    assert_eq!((world.runs(75).stored, world.stored().len()), (2, 2));
}
