//! The proof that nothing is confirmed that is not stored: [`drain`], with every call failing in every way, and the function
//! ending before and after each.
//!
//! [`documents`] holds what happens against the documents.

mod documents;

use std::cell::{Cell, RefCell};
use std::collections::{BTreeSet, HashSet};
use std::future::pending;
use std::hash::{DefaultHasher, Hash, Hasher};

use callbacks::{Product, decode};
use documents::Class;
use explorer::{Figures, Schedule, Violation, explore, is_full, sown};
use tokio::sync::Notify;

use super::*;
use vendor_api::ErrorResponse;

/// The most messages that one poll gives, so that there are several batches.
const BATCH: usize = 2;

/// How long the function may run.
const TIMEOUT: Duration = Duration::from_mins(1);

/// What goes wrong with a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fault {
    /// It is refused for now, and nothing is done.
    Unavailable,
    /// It is done, and the answer is lost.
    AnswerLost,
    /// It is refused for good.
    Denied,
    /// It is done in part, and the rest is refused.
    InPart,
    /// It never gives an answer, and nothing is done.
    Hangs,
    /// It is done, and never gives an answer.
    HangsAfter,
    /// The function ends before it.
    EndsBefore,
    /// The function ends after it.
    EndsAfter,
}

const FAULTS: [Fault; 8] = [
    Fault::Unavailable,
    Fault::AnswerLost,
    Fault::Denied,
    Fault::InPart,
    Fault::Hangs,
    Fault::HangsAfter,
    Fault::EndsBefore,
    Fault::EndsAfter,
];

/// A call of the function.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Call {
    /// Of AWS, for the access key.
    Key,
    /// Of the vendor, for messages.
    Receive,
    /// Of the intake.
    Store,
    /// Of the vendor, that messages are stored.
    Confirm,
}

/// A bug that is sown into draining.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Bug {
    /// Messages are confirmed when they are received.
    ConfirmBeforeStore,
}

/// A vendor's queue, an intake, and what goes wrong with them.
struct World<'w, 's> {
    schedule: RefCell<&'w mut Schedule<'s>>,
    faults: Cell<usize>,
    /// The event of each message.
    events: &'w [CloudEvent],
    hidden: RefCell<HashSet<usize>>,
    confirmed: RefCell<BTreeSet<usize>>,
    /// The ids of the events.
    stored: RefCell<BTreeSet<String>>,
    /// A message that was confirmed and not stored.
    lost: Cell<Option<usize>>,
    end: Notify,
    bug: Option<Bug>,
    classes: &'w RefCell<BTreeSet<Class>>,
}

impl World<'_, '_> {
    fn fault(&self, call: Call) -> Option<Fault> {
        // To the function all ways in which it gets no key are alike, but for those that take time or end it.
        let faults: &[Fault] =
            if call == Call::Key { &[Fault::Denied, Fault::Hangs, Fault::EndsBefore] } else { &FAULTS };
        let options = if self.faults.get() == 0 { 1 } else { faults.len() + 1 };
        let fault =
            self.schedule.borrow_mut().choose(options).checked_sub(1).and_then(|fault| faults.get(fault).copied());
        self.faults.set(self.faults.get() - usize::from(fault.is_some()));
        fault
    }

    /// Does it for so many of `count`, and says how that went.
    async fn call(&self, call: Call, count: usize, act: impl FnOnce(usize)) -> Result<(), Option<Fault>> {
        let fault = self.fault(call);
        self.classes.borrow_mut().extend(fault.map(|fault| match (call, fault) {
            (_, Fault::EndsBefore | Fault::EndsAfter) => Class::Ended,
            (Call::Key, _) => Class::NoKey,
            (Call::Receive, _) => Class::NotReceived,
            (Call::Store, _) => Class::NotStored,
            (Call::Confirm, _) => Class::NotConfirmed,
        }));
        act(match fault {
            None | Some(Fault::AnswerLost | Fault::HangsAfter | Fault::EndsAfter) => count,
            Some(Fault::InPart) => count - 1,
            Some(Fault::Unavailable | Fault::Denied | Fault::Hangs | Fault::EndsBefore) => 0,
        });
        match fault {
            None => Ok(()),
            Some(Fault::EndsBefore | Fault::EndsAfter) => {
                self.end.notify_one();
                pending().await
            }
            Some(Fault::Hangs | Fault::HangsAfter) => pending().await,
            fault => Err(fault),
        }
    }

    fn note_confirmed(&self, messages: &[usize]) {
        for message in messages {
            let is_stored = self.events.get(*message).is_some_and(|event| self.stored.borrow().contains(&event.id));
            if !is_stored {
                self.lost.set(Some(*message));
            }
            self.confirmed.borrow_mut().insert(*message);
        }
    }

    /// One invocation of the function, an hour after the one before.
    async fn run(&self) {
        self.hidden.borrow_mut().clear();
        let store = async |events: &mut [CloudEvent], within: Duration| {
            let stored = self.call(Call::Store, events.len(), |count| {
                self.stored.borrow_mut().extend(events.iter().take(count).map(|event| event.id.clone()));
            });
            // The intake ends by itself.
            match timeout(within, stored).await {
                Ok(Ok(())) => Ok(ControlFlow::Continue(())),
                Ok(Err(_)) | Err(_) => Err("not stored".into()),
            }
        };
        let key = async || match self.call(Call::Key, 1, |_| ()).await {
            Ok(()) => Ok(AccessKey::new(&"id".to_owned().into(), &"key".to_owned().into(), None)?),
            Err(_) => Err("no access key".into()),
        };
        let deadline = Instant::now() + TIMEOUT;
        tokio::select! {
            () = self.end.notified() => {}
            report = drain(self, key, store, AfterStore::Confirm, deadline) => drop(report),
        }
    }

    fn state(&self) -> u64 {
        let mut hasher = DefaultHasher::new();
        (self.faults.get(), &*self.confirmed.borrow(), &*self.stored.borrow()).hash(&mut hasher);
        hasher.finish()
    }
}

impl Queue for World<'_, '_> {
    fn name(&self) -> &'static str {
        "explored"
    }

    fn poll_timeout(&self) -> Duration {
        Duration::from_secs(10)
    }

    async fn receive(&self, _: &AccessKey) -> Result<Vec<Message>, ApiError> {
        let is_there =
            |message: &usize| !self.confirmed.borrow().contains(message) && !self.hidden.borrow().contains(message);
        let batch: Vec<usize> = (0..self.events.len()).filter(is_there).take(BATCH).collect();
        let given = Cell::new(0);
        let hide = |count: usize| {
            given.set(count.min(batch.len()));
            self.hidden.borrow_mut().extend(batch.iter().take(count));
            if self.bug == Some(Bug::ConfirmBeforeStore) {
                self.note_confirmed(&batch[..given.get()]);
            }
        };
        // A poll that gives fewer messages is none that fails.
        match self.call(Call::Receive, batch.len().max(1), hide).await {
            Ok(()) | Err(Some(Fault::InPart)) => {}
            Err(fault) => return Err(error(fault)),
        }
        let message = |number: &usize| {
            let events = self.events.get(*number).cloned().into_iter().collect();
            Message { handle: Some(number.to_string()), events }
        };
        Ok(batch.iter().take(given.get()).map(message).collect())
    }

    async fn confirm(&self, _: &AccessKey, handles: &[String]) -> Result<usize, ApiError> {
        let messages: Vec<usize> = handles.iter().filter_map(|handle| handle.parse().ok()).collect();
        match self.call(Call::Confirm, messages.len(), |count| self.note_confirmed(&messages[..count])).await {
            Ok(()) => Ok(0),
            Err(Some(Fault::InPart)) => Ok(1),
            Err(fault) => Err(error(fault)),
        }
    }
}

fn error(fault: Option<Fault>) -> ApiError {
    match fault {
        Some(Fault::Denied) => ApiError::Denied(ErrorResponse::new(403, "AccessDenied", "r")),
        _ => ApiError::Fault(ErrorResponse::new(500, "InternalError", "r")),
    }
}

/// Explores runs of the function over three messages until no fault is left.
fn proven(faults: usize, bug: Option<Bug>, classes: &RefCell<BTreeSet<Class>>) -> Result<Figures, Violation<String>> {
    let body = |number| format!(r#"{{"EventType":"New{number}"}}"#);
    let decoded = |number: usize| decode(Product::TencentVod, body(number).as_bytes(), jiff::Timestamp::UNIX_EPOCH);
    let events: Vec<CloudEvent> = (0..3).flat_map(decoded).collect();
    explore(|schedule| {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
        let world = World {
            schedule: RefCell::new(schedule),
            faults: Cell::new(faults),
            events: &events,
            hidden: RefCell::default(),
            confirmed: RefCell::default(),
            stored: RefCell::default(),
            lost: Cell::new(None),
            end: Notify::new(),
            bug,
            classes,
        };
        loop {
            let is_last = world.faults.get() == 0;
            if !world.schedule.borrow_mut().is_new(|| world.state()) {
                return Ok(());
            }
            runtime.block_on(world.run());
            if let Some(message) = world.lost.get() {
                return Err(format!("message {message} was confirmed before it was stored"));
            }
            let is_done = world.confirmed.borrow().len() == world.events.len();
            if is_done || is_last {
                let stored = world.stored.borrow().len();
                return if is_done && stored == 3 {
                    Ok(())
                } else {
                    Err(format!("{stored} of 3 are stored in the end"))
                };
            }
        }
    })
}

#[test]
fn nothing_is_confirmed_that_is_not_stored() {
    let faults = if is_full() { 3 } else { 2 };
    let classes = RefCell::default();
    match proven(faults, sown(&[Bug::ConfirmBeforeStore]), &classes) {
        Ok(Figures { schedules, states, longest }) => println!(
            "{:<18} {faults} faults: {schedules:>9} schedules, {states:>8} states, at most {longest:>2} choices",
            "pulled"
        ),
        Err(failure) => panic!("{failure}"),
    }
    documents::check(&classes.borrow());
}

#[test]
fn confirming_before_storing_is_found() {
    let failure = proven(1, Some(Bug::ConfirmBeforeStore), &RefCell::default()).unwrap_err();
    println!("{:?} is found: {failure}", Bug::ConfirmBeforeStore);
}
