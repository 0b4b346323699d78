//! The model of the protocol against the code: within the same bounds both come to the same outcomes.

use std::collections::BTreeSet;
use std::time::Duration;

use explorer::{explore_each, is_full};
use protocol::{Cause as ModelCause, Class as ModelClass, Outcome, Protocol};

use super::Explorer;
use super::bounds::{Bounds, NARROW};
use super::parts::{Place, TIMEOUT, VISIBILITY};
use super::promises::{Cause, Class};
use super::table::Value;
use super::world::World;
use crate::ledger::{LEASE, MEMORY};

/// What both are run with. The event is one and the same in all messages.
const ALL: &[Bounds] = &[
    Bounds { name: "posted-and-pulled", messages: &["a", "a"], ..NARROW },
    Bounds { name: "resent", messages: &["a"], resends: true, ..NARROW },
    Bounds { name: "forgotten", messages: &["a"], months: true, ..NARROW },
    Bounds { name: "clocks", messages: &["a", "a"], clocks: &[30, 31], ..NARROW },
    Bounds { name: "dead-letters", messages: &["a", "a"], receives: 1, ..NARROW },
];

impl Explorer {
    /// All outcomes.
    fn outcomes(bounds: Bounds) -> BTreeSet<Outcome> {
        let mut explorer = Self { tells_outcomes: true, ..Self::new(bounds, None) };
        if let Err(failure) = explorer.explore() {
            panic!("{failure}\n{}", explorer.story(&failure.schedule));
        }
        explorer.outcomes
    }
}

impl World {
    /// What everything has come to.
    pub(super) fn outcome(&self) -> Outcome {
        let state = self.key(0).and_then(|key| self.items.0.get(&key)).and_then(|item| item.get("state"));
        Outcome {
            happened: self.classes.iter().map(|class| of(*class)).collect(),
            publications: self.published.len(),
            completed: state.map(|state| *state == Value::Text("completed".to_owned())),
            dead: self.messages.iter().any(|message| message.place == Place::DeadLetters),
        }
    }
}

/// A class by its name in the model, which has one event and no unreadable message.
fn of(class: Class) -> ModelClass {
    match class {
        Class::Published => ModelClass::Published,
        Class::NotNoted => ModelClass::NotNoted,
        Class::Duplicate => ModelClass::Duplicate,
        Class::Held => ModelClass::Held,
        Class::NotClaimed => ModelClass::NotClaimed,
        Class::NotPublished => ModelClass::NotPublished,
        Class::RunEnded => ModelClass::RunEnded,
        Class::DeadLetters => ModelClass::DeadLetters,
        Class::Redriven => ModelClass::Redriven,
        Class::Twice(cause) => ModelClass::Again(match cause {
            Cause::RunEnded => ModelCause::RunEnded,
            Cause::AnswerLost => ModelCause::AnswerLost,
            Cause::NotNotedOtherCopy => ModelCause::NotNotedOtherMessage,
            Cause::NotNotedQueueAgain => ModelCause::NotNotedSameMessage,
            Cause::Forgotten => ModelCause::Forgotten,
            Cause::Clocks => ModelCause::Clocks,
            Cause::NotNotedOtherEvent => panic!("there is one event"),
        }),
        Class::NotStarted | Class::Unreadable | Class::CallRefused => panic!("{class:?} is not in the bounds"),
    }
}

fn model(bounds: &Bounds) -> Protocol {
    Protocol {
        messages: bounds.messages.len(),
        faults: bounds.faults,
        at_once: bounds.at_once,
        receives: bounds.receives,
        clocks: bounds.clocks.to_vec(),
        resends: bounds.resends,
        months: bounds.months,
    }
}

#[test]
fn the_model_comes_to_the_same_outcomes() {
    let faults = if is_full() { 2 } else { 1 };
    let all: Vec<Bounds> = ALL.iter().map(|bounds| Bounds { faults, ..*bounds }).collect();
    let found = explore_each(&all, |bounds| (model(bounds).outcomes(), Explorer::outcomes(*bounds)));
    for (bounds, ((of_model, states), of_code)) in all.iter().zip(found) {
        let only_in = |one: &BTreeSet<Outcome>, other: &BTreeSet<Outcome>| {
            one.difference(other).take(3).map(|outcome| format!("{outcome:?}")).collect::<Vec<_>>()
        };
        let nothing: Vec<String> = Vec::new();
        assert_eq!(only_in(&of_model, &of_code), nothing, "{}: only the model comes to it", bounds.name);
        assert_eq!(only_in(&of_code, &of_model), nothing, "{}: only the code comes to it", bounds.name);
        println!(
            "model of {:<18} {faults} faults: {states:>8} states, {:>4} outcomes, the same as the code's",
            bounds.name,
            of_model.len()
        );
    }
}

#[test]
fn the_model_has_the_times_of_the_code() {
    let seconds = |seconds: i64| Duration::from_secs(seconds.unsigned_abs());
    assert_eq!((seconds(protocol::RUN), seconds(protocol::VISIBILITY)), (TIMEOUT, VISIBILITY));
    assert_eq!((protocol::LEASE, protocol::MEMORY), (LEASE.as_secs(), MEMORY.as_secs()));
}
