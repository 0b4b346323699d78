//! The proof that no message is done whose events are not stored on: the stage, with every call failing in every way, and the
//! function ending before and after each.

use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;
use std::future::pending;
use std::hash::{DefaultHasher, Hash, Hasher};

use callbacks::decode;
use explorer::{Figures, Schedule, Violation, explore, is_full};
use lookup::Choice;
use tokio::sync::Notify;

use super::patience::Patience;
use super::stage::{Answer, Fate, Message, Services, Stage};
use super::*;

/// How long an event waits at most.
const WITHIN: Duration = Duration::from_secs(30);

/// Timeout of the function, and for how long the queue hides a message, as in template.yaml.
const TIMEOUT: Duration = Duration::from_secs(30);
const HIDDEN: Duration = Duration::from_mins(3);

/// What goes wrong with a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fault {
    /// It is refused, and nothing is done.
    Refused,
    /// It is done, and the answer is lost.
    AnswerLost,
    /// It takes all of its time, and nothing is done.
    Hangs,
    /// The function ends before it.
    EndsBefore,
    /// The function ends after it.
    EndsAfter,
}

const FAULTS: [Fault; 5] = [Fault::Refused, Fault::AnswerLost, Fault::Hangs, Fault::EndsBefore, Fault::EndsAfter];

/// A bug that is sown into the stage's surroundings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Bug {
    /// The message is deleted whatever became of it.
    DeletedAnyway,
}

/// A message in its queue, a vendor, an intake, and what goes wrong with them.
struct World<'w, 's> {
    schedule: RefCell<&'w mut Schedule<'s>>,
    faults: Cell<usize>,
    /// Seconds since the message was stored.
    age: Cell<u64>,
    receives: Cell<u32>,
    /// For how long the message was asked to be hidden.
    pause: Cell<Option<u64>>,
    /// The ids of the events that are stored on.
    stored: RefCell<BTreeSet<String>>,
    end: Notify,
}

impl World<'_, '_> {
    /// Names what decides how it goes on.
    fn state(&self) -> u64 {
        let mut hasher = DefaultHasher::new();
        (self.faults.get(), self.age.get(), self.receives.get(), &*self.stored.borrow()).hash(&mut hasher);
        hasher.finish()
    }

    fn choose(&self, options: usize) -> usize {
        self.schedule.borrow_mut().choose(options)
    }

    /// Does it, and says how that went; `None` where it never says.
    async fn call(&self, longest: Duration, act: impl FnOnce()) -> Result<(), &'static str> {
        let options = if self.faults.get() == 0 { 1 } else { FAULTS.len() + 1 };
        let fault = self.choose(options).checked_sub(1).map(|fault| FAULTS[fault]);
        self.faults.set(self.faults.get() - usize::from(fault.is_some()));
        if matches!(fault, None | Some(Fault::AnswerLost | Fault::EndsAfter)) {
            act();
        }
        match fault {
            None => Ok(()),
            Some(Fault::Refused | Fault::AnswerLost) => Err("failed"),
            Some(Fault::Hangs) => {
                tokio::time::sleep(longest).await;
                Err("hung")
            }
            Some(Fault::EndsBefore | Fault::EndsAfter) => {
                self.end.notify_one();
                pending().await
            }
        }
    }
}

impl Services for &World<'_, '_> {
    type Error = &'static str;

    async fn load(&self, event: &CloudEvent, _: Duration) -> Result<CloudEvent, &'static str> {
        Ok(event.clone())
    }

    async fn ask(&self, event: &CloudEvent, timeout: Duration) -> Result<Answer, &'static str> {
        self.call(timeout, || ()).await?;
        Ok(match self.choose(3) {
            0 => Answer::Told(vec![event.clone()]),
            1 => Answer::Running,
            _ => Answer::Unknown,
        })
    }

    async fn store(&self, events: &[CloudEvent], _: Option<&str>) -> Result<(), &'static str> {
        assert!(events.iter().all(|event| event.confirmation.is_some()));
        let ids = events.iter().map(|event| event.id.clone());
        self.call(STORE_TIMEOUT, || self.stored.borrow_mut().extend(ids)).await
    }

    async fn hide(&self, _: &str, pause: Duration) -> Result<(), &'static str> {
        self.call(Duration::from_secs(8), || self.pause.set(Some(pause.as_secs()))).await
    }
}

fn body() -> (String, BTreeSet<String>) {
    let job = |id| format!(r#"{{"Tag":"Transcode","JobId":"{id}","State":"Success"}}"#);
    let body = format!(r#"{{"EventName":"TaskFinish","JobsDetail":[{},{}]}}"#, job("j1"), job("j2"));
    let events = decode(Product::TencentCi, body.as_bytes(), Timestamp::UNIX_EPOCH);
    (serde_json::to_string(&events).unwrap(), events.into_iter().map(|event| event.id).collect())
}

/// Explores runs of the function over a message of two events, until it is deleted.
fn proven(faults: usize, bug: Option<Bug>) -> Result<Figures, Violation<String>> {
    let (body, ids) = body();
    explore(|schedule| {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
        let world = World {
            schedule: RefCell::new(schedule),
            faults: Cell::new(faults),
            age: Cell::new(0),
            receives: Cell::new(0),
            pause: Cell::new(None),
            stored: RefCell::default(),
            end: Notify::new(),
        };
        let choice: Choice = "tencent-ci:all".parse().unwrap();
        let patience = Patience { within: WITHIN };
        let stage = Stage { services: &world, choice, patience, domains: Vec::new() };
        loop {
            if !world.schedule.borrow_mut().is_new(|| world.state()) {
                return Ok(());
            }
            world.receives.set(world.receives.get() + 1);
            world.pause.set(None);
            let sent = Timestamp::UNIX_EPOCH;
            let message = Message {
                id: "m".to_owned(),
                body: body.clone(),
                sent,
                receives: world.receives.get(),
                ..Message::default()
            };
            let now = sent + Duration::from_secs(world.age.get());
            let (is_done, took) = runtime.block_on(async {
                let started = Instant::now();
                let messages = [message];
                let run = stage.run(&messages, now, started + TIMEOUT);
                let is_done = tokio::select! {
                    () = world.end.notified() => false,
                    handled = run => matches!(handled[0].fate, Fate::Stored),
                    () = tokio::time::sleep(TIMEOUT) => return Err("the function was ended by its deadline".to_owned()),
                };
                Ok((is_done, started.elapsed()))
            })?;
            if is_done || bug == Some(Bug::DeletedAnyway) {
                let stored = world.stored.borrow();
                return if *stored == ids {
                    Ok(())
                } else {
                    Err(format!("{} of 2 events are stored on", stored.len()))
                };
            }
            // Whoever fails to hide a message gets it back after the time of the queue.
            let pause = world.pause.get().map_or(HIDDEN, Duration::from_secs);
            world.age.set(world.age.get() + took.as_secs() + pause.as_secs().max(1));
            let late = Duration::from_secs(world.age.get()).saturating_sub(WITHIN);
            let most = (HIDDEN + TIMEOUT) * u32::try_from(faults).unwrap_or(u32::MAX);
            if late > most {
                return Err(format!("the events wait for {late:?} longer than their bound"));
            }
        }
    })
}

#[test]
fn no_message_is_done_before_its_events_are_stored_on() {
    let faults = if is_full() { 3 } else { 2 };
    match proven(faults, None) {
        Ok(Figures { schedules, states, longest }) => println!(
            "{:<18} {faults} faults: {schedules:>9} schedules, {states:>8} states, at most {longest:>2} choices",
            "confirmed"
        ),
        Err(failure) => panic!("{failure}"),
    }
}

#[test]
fn deleting_what_is_not_stored_is_found() {
    let failure = proven(1, Some(Bug::DeletedAnyway)).unwrap_err();
    println!("{:?} is found: {failure}", Bug::DeletedAnyway);
}
