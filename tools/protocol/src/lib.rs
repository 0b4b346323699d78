//! How an event gets from the queue to the bus once, as a model: queue, lease, ledger and time.
//!
//! It is there to be read, and to be played with: `make protocol` shows it in a browser, one step at a time. One event is in
//! one or more messages of the queue, and some runs of dispatch are given them. A run *claims* the event in the ledger,
//! *publishes* it, and *completes* it in the ledger; then it *reports* to the queue, which deletes the message or gives it
//! to another run later. Each of these requests may fail in every way, a run may be killed, and time passes.
//!
//! The model is not the code. A test in `shared/delivery` runs the code in every schedule within the same bounds, and both
//! have to come to the same outcomes.

#![expect(clippy::indexing_slicing, reason = "a run or message that is not there is a mistake of the model")]

mod steps;

use std::collections::BTreeSet;
use std::sync::mpsc::channel;

use stateright::{Checker, Model, Property};
pub use steps::{Action, Fault, Request};

/// Seconds since the start, or a number of seconds.
pub type Seconds = i64;

/// How long a run may take. Lambda ends it then.
pub const RUN: Seconds = 60;
/// How long a claim holds others off, from the start of its run.
pub const LEASE: Seconds = 90;
/// How long the queue hides a message that a run was given.
pub const VISIBILITY: Seconds = 360;
/// How long the ledger remembers an event.
pub const MEMORY: Seconds = 45 * 24 * 60 * 60;
/// By how much the clocks of two runs may differ.
pub const CLOCKS: Seconds = LEASE - RUN;

/// The bounds of what happens.
#[derive(Debug, Clone)]
pub struct Protocol {
    /// In how many messages the event is: posted and pulled it is in two.
    pub messages: usize,
    /// How many things go wrong, or happen twice.
    pub faults: usize,
    /// How many runs there are at once.
    pub at_once: usize,
    /// How often a message is given to runs until it becomes a dead letter.
    pub receives: usize,
    /// By how much the clock of a run may be ahead. Each is a fault.
    pub clocks: Vec<Seconds>,
    /// Whether the vendor may send the callback again. It is a fault.
    pub resends: bool,
    /// Whether more time may pass than the ledger remembers. It is a fault.
    pub months: bool,
}

/// Where everything stands.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct State {
    /// The time.
    pub now: Seconds,
    /// How many things may still go wrong.
    pub faults: usize,
    /// How often dead letters may still be put back into the queue.
    pub redrives: usize,
    /// The messages that have the event.
    pub messages: Vec<Message>,
    /// What the ledger has of the event.
    pub item: Option<Item>,
    /// The runs, those that have ended as well.
    pub runs: Vec<Run>,
    /// Requests that were given up by their runs, and are still on their way.
    pub late: Vec<(usize, Request)>,
    /// Each publication of the event.
    pub published: Vec<Publication>,
    /// What has happened so far.
    pub happened: BTreeSet<Class>,
    /// Whether a promise was broken.
    pub is_broken: bool,
}

/// A message of the queue.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Message {
    /// Where it is.
    pub place: Place,
    /// From when on the queue gives it to a run.
    pub visible_at: Seconds,
    /// How often the queue has given it to a run.
    pub receives: usize,
}

/// Where a message is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Place {
    /// In the queue.
    Queue,
    /// In the dead-letter queue.
    DeadLetters,
    /// Deleted.
    Gone,
}

/// What the ledger has of the event.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Item {
    /// Whether the event is completed; otherwise it is claimed.
    pub is_completed: bool,
    /// The run that claimed it.
    pub owner: usize,
    /// Until when nobody else may claim it.
    pub lease_until: Seconds,
    /// When the ledger may forget it.
    pub expires_at: Seconds,
}

/// A run of dispatch.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Run {
    /// The messages that it was given.
    pub messages: Vec<usize>,
    /// When it started.
    pub started: Seconds,
    /// By how much its clock is ahead.
    pub clock: Seconds,
    /// What it is doing.
    pub phase: Phase,
    /// What became of the completion of the event.
    pub completion: Option<Completion>,
}

/// What a run is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Phase {
    /// It waits for the ledger's answer to its claim.
    Claim,
    /// It waits for the bus: which attempt it is, and since when it has tried.
    Publish(u8, Seconds),
    /// It waits for the ledger, which is to note that the event is published.
    Complete,
    /// It waits for the ledger, which is to give up the claim: the bus has certainly not taken the event.
    Release,
    /// It is about to tell the queue whether its messages have failed.
    Report {
        /// Whether they have.
        failed: bool,
    },
    /// It is over: it has told the queue.
    Reported,
    /// It is over: it was killed.
    Ended,
}

/// What became of a completion.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Completion {
    /// The ledger took it at this time.
    Done(Seconds),
    /// The claim had become another run's.
    Overtaken,
    /// The ledger did not take it, as far as the run knows.
    Failed,
}

/// A publication.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Publication {
    /// By which run.
    pub run: usize,
    /// Whether the run knows of it.
    pub is_known: bool,
}

/// Something that happens, as `docs/delivery.md` lists it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Class {
    /// The event was published and completed.
    Published,
    /// The event was published, and the ledger did not note it.
    NotNoted,
    /// The event had been completed before.
    Duplicate,
    /// The lease of another run held.
    Held,
    /// The ledger gave no claim.
    NotClaimed,
    /// The bus did not take the event, as far as the run knows.
    NotPublished,
    /// A run was killed.
    RunEnded,
    /// A message became a dead letter.
    DeadLetters,
    /// Dead letters were put back into the queue.
    Redriven,
    /// The event was published again.
    Again(Cause),
}

/// Why the event was published again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Cause {
    /// A run was killed after the bus had taken the event, and before it was completed.
    RunEnded,
    /// The bus took the event, and its answer did not arrive.
    AnswerLost,
    /// The ledger did not note it, and another message has the event, too.
    NotNotedOtherMessage,
    /// The ledger did not note it, and the queue gave the message once more.
    NotNotedSameMessage,
    /// The ledger had forgotten the event.
    Forgotten,
    /// The clocks of two runs differed by more than they may.
    Clocks,
}

/// What everything comes to in the end.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Outcome {
    /// What happened.
    pub happened: BTreeSet<Class>,
    /// How often the event was published.
    pub publications: usize,
    /// What the ledger has of the event: whether it is completed, if anything.
    pub completed: Option<bool>,
    /// Whether there is a dead letter.
    pub dead: bool,
}

impl Default for Protocol {
    /// What `make protocol` shows.
    fn default() -> Self {
        Self { messages: 2, faults: 2, at_once: 2, receives: 3, clocks: vec![CLOCKS + 1], resends: false, months: true }
    }
}

impl Model for Protocol {
    type State = State;
    type Action = Action;

    fn init_states(&self) -> Vec<State> {
        let message = Message { place: Place::Queue, visible_at: 0, receives: 0 };
        vec![State {
            now: 0,
            faults: self.faults,
            redrives: 1,
            messages: vec![message; self.messages],
            item: None,
            runs: Vec::new(),
            late: Vec::new(),
            published: Vec::new(),
            happened: BTreeSet::new(),
            is_broken: false,
        }]
    }

    fn actions(&self, state: &State, actions: &mut Vec<Action>) {
        actions.extend(state.expected(self.at_once));
        if state.faults > 0 {
            actions.extend(state.unexpected(self));
        }
    }

    fn next_state(&self, state: &State, action: Action) -> Option<State> {
        let mut next = state.clone();
        next.take(action, self.receives);
        Some(next)
    }

    fn format_action(&self, action: &Action) -> String {
        action.to_string()
    }

    fn properties(&self) -> Vec<Property<Self>> {
        vec![
            Property::<Self>::always("in the end the event is published, or a dead letter", |_, state| {
                !state.is_over() || !state.published.is_empty() || state.is_dead()
            }),
            Property::<Self>::always("it is published under a claim, and again for a reason", |_, state| {
                !state.is_broken
            }),
            Property::<Self>::sometimes("a lease holds another run off", |_, state| {
                state.happened.contains(&Class::Held)
            }),
            Property::<Self>::sometimes("a dead letter is put back", |_, state| {
                state.happened.contains(&Class::Redriven)
            }),
            Property::<Self>::sometimes("again: the run was killed", |_, state| state.is_again(Cause::RunEnded)),
            Property::<Self>::sometimes("again: the answer was lost", |_, state| state.is_again(Cause::AnswerLost)),
            Property::<Self>::sometimes("again: not noted, other message", |_, state| {
                state.is_again(Cause::NotNotedOtherMessage)
            }),
            Property::<Self>::sometimes("again: not noted, same message", |_, state| {
                state.is_again(Cause::NotNotedSameMessage)
            }),
            Property::<Self>::sometimes("again: forgotten", |_, state| state.is_again(Cause::Forgotten)),
            Property::<Self>::sometimes("again: clocks differ", |_, state| state.is_again(Cause::Clocks)),
        ]
    }
}

impl Protocol {
    /// All outcomes, and of how many states.
    ///
    /// # Panics
    /// Panics where a property that must always hold does not.
    #[must_use]
    pub fn outcomes(self) -> (BTreeSet<Outcome>, usize) {
        let (sender, outcomes) = channel();
        let visitor = move |path: stateright::Path<State, Action>| {
            let state = path.last_state();
            if state.is_over() {
                // Whoever collects them is there to the end.
                sender.send(state.outcome()).unwrap_or_default();
            }
        };
        let checker = self.checker().visitor(visitor).spawn_dfs().join();
        for property in checker.model().properties() {
            if property.expectation == stateright::Expectation::Always {
                checker.assert_no_discovery(property.name);
            }
        }
        let states = checker.unique_state_count();
        drop(checker);
        (outcomes.into_iter().collect(), states)
    }
}

impl State {
    /// Whether nothing more happens by itself.
    #[must_use]
    pub fn is_over(&self) -> bool {
        let waits = self.messages.iter().any(|message| message.place == Place::Queue);
        !waits && self.late.is_empty() && self.open_runs().next().is_none()
    }

    fn is_dead(&self) -> bool {
        self.messages.iter().any(|message| message.place == Place::DeadLetters)
    }

    fn is_again(&self, cause: Cause) -> bool {
        self.happened.contains(&Class::Again(cause))
    }

    fn outcome(&self) -> Outcome {
        Outcome {
            happened: self.happened.clone(),
            publications: self.published.len(),
            completed: self.item.as_ref().map(|item| item.is_completed),
            dead: self.is_dead(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Without faults there is one outcome for each way in which the two messages meet.
    #[test]
    fn without_faults_the_event_is_published_once() {
        let (outcomes, _) = Protocol { faults: 0, ..Protocol::default() }.outcomes();
        assert!(outcomes.iter().all(|outcome| outcome.publications == 1 && outcome.completed == Some(true)));
        let happened: BTreeSet<Class> = outcomes.into_iter().flat_map(|outcome| outcome.happened).collect();
        assert_eq!(happened, BTreeSet::from([Class::Published, Class::Duplicate, Class::Held]));
    }

    /// Each property that `make protocol` shows has its example, but for those that need a fault more.
    #[test]
    fn what_is_sometimes_so_happens() {
        let checker = Protocol { faults: 1, ..Protocol::default() }.checker().spawn_bfs().join();
        for name in ["a lease holds another run off", "again: the run was killed", "again: the answer was lost"] {
            checker.assert_any_discovery(name);
        }
    }
}
