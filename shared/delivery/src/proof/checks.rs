//! Whether the world keeps the promises, and what has become of everything.

use std::collections::BTreeMap;

use super::parts::{Completion, Message, Place, Published, Ran, State, TIMEOUT, VISIBILITY, event, owner};
use super::promises::{Cause, Class, Promise};
use super::table::Value;
use super::world::World;
use crate::ledger::MEMORY;

/// By how many seconds clocks of two runs may differ: what a lease is longer than a run.
const CLOCKS: i64 = 30;

/// What became of the callbacks of many schedules.
#[derive(Debug, Default)]
pub(super) struct Totals {
    pub(super) callbacks: u64,
    events: u64,
    published_once: u64,
    published_again: u64,
    /// How many further publications had each cause.
    causes: BTreeMap<Cause, u64>,
    /// Messages that became dead letters.
    pub(super) dead_letters: u64,
    /// Events that are only among the dead letters in the end.
    not_redriven: u64,
    pub(super) lost: u64,
}

impl Totals {
    pub(super) fn add(&mut self, world: &World) {
        self.callbacks += world.messages.len() as u64;
        self.dead_letters += world.dead_letters;
        for number in 0..3 {
            let of_event = |message: &&Message| message.ids.iter().any(|id| event(id) == number);
            let mut messages = world.messages.iter().filter(of_event).peekable();
            if messages.peek().is_none() {
                continue;
            }
            self.events += 1;
            match world.published.iter().filter(|published| published.event == number).count() {
                0 if messages.any(|message| message.place == Place::DeadLetters) => self.not_redriven += 1,
                0 => self.lost += 1,
                1 => self.published_once += 1,
                _ => self.published_again += 1,
            }
        }
        for class in &world.classes {
            if let Class::Twice(cause) = class {
                *self.causes.entry(*cause).or_default() += 1;
            }
        }
    }
}

impl World {
    /// The bus takes an event.
    pub(super) fn publish(&mut self, new: Published) {
        if !self.messages.iter().any(|message| message.ids.iter().any(|id| event(id) == new.event)) {
            self.breaks(Promise::OnlyWhatIsStored, new.event);
        }
        let is_late = new.is_unknown;
        if !is_late && !self.is_owner(&new) && !self.clocks_differ() {
            self.breaks(Promise::OnlyUnderItsClaim, new.event);
        }
        let earlier: Vec<Published> =
            self.published.iter().filter(|earlier| earlier.event == new.event).cloned().collect();
        for earlier in &earlier {
            match self.cause(earlier, &new) {
                Ok(cause) => {
                    self.tells(|_| format!("           event {} is published again: {cause:?}", new.event));
                    self.classes.push(Class::Twice(cause));
                }
                Err(promise) => self.breaks(promise, new.event),
            }
        }
        if earlier.is_empty() && self.now() > self.disturbed + TIMEOUT + VISIBILITY {
            self.breaks(Promise::Progress, new.event);
        }
        self.published.push(new);
    }

    /// Why an event is published again, where there is a reason.
    fn cause(&self, earlier: &Published, new: &Published) -> Result<Cause, Promise> {
        if earlier.is_unknown || new.is_unknown {
            return Ok(Cause::AnswerLost);
        }
        let before = &self.runs[earlier.run];
        match before.completions.get(&new.event) {
            Some(Completion::Done { at }) if self.now() > *at + MEMORY.unsigned_abs() => Ok(Cause::Forgotten),
            // The new run had its claim before that.
            Some(Completion::Done { at }) if self.clocks_differ() && self.runs[new.run].began <= *at => {
                Ok(Cause::Clocks)
            }
            Some(Completion::Done { .. }) => Err(Promise::CompletedStays),
            Some(Completion::Overtaken) if self.clocks_differ() => Ok(Cause::Clocks),
            Some(Completion::Overtaken) => Err(Promise::TwiceForACause),
            _ if before.state == State::Ended => Ok(Cause::RunEnded),
            Some(Completion::Failed) => Ok(Self::how_again(before, &self.runs[new.run])),
            None if self.clocks_differ() => Ok(Cause::Clocks),
            None => Err(Promise::TwiceForACause),
        }
    }

    /// How an event came to another run after one that could not complete it.
    fn how_again(before: &Ran, after: &Ran) -> Cause {
        match before.messages.iter().find(|message| after.messages.contains(message)) {
            None => Cause::NotNotedOtherCopy,
            Some(message) if before.failed.contains(message) => Cause::NotNotedOtherEvent,
            Some(_) => Cause::NotNotedQueueAgain,
        }
    }

    /// Whether the ledger says that a run may publish an event.
    fn is_owner(&self, new: &Published) -> bool {
        let clock = self.clock_of(new.run).as_second();
        self.items.0.iter().any(|(key, item)| {
            key.strip_prefix("aliyun-vod/").is_some_and(|id| event(id) == new.event)
                && item.get("claim") == Some(&Value::Text(owner(new.run)))
                && matches!(item.get("lease_until"), Some(Value::Number(until)) if *until >= clock)
        })
    }

    /// Whether the clocks of any two runs differ by more than they may.
    pub(super) fn clocks_differ(&self) -> bool {
        let clocks = self.runs.iter().map(|run| run.clock);
        clocks.clone().max().unwrap_or_default() - clocks.min().unwrap_or_default() > CLOCKS
    }

    /// The queue has deleted messages: their events have to be published.
    pub(super) fn check_stored(&mut self) {
        for lost in 0..3 {
            let holds = |id: &String| event(id) == lost;
            let mut messages = self.messages.iter().filter(|message| message.ids.iter().any(holds)).peekable();
            let is_stored = messages.peek().is_some();
            let is_anywhere = messages.any(|message| message.place != Place::Gone)
                || self.published.iter().any(|published| published.event == lost);
            if is_stored && !is_anywhere {
                self.breaks(Promise::NothingLost, lost);
            }
        }
    }

    /// At the end of time what is not published is in the dead-letter queue.
    pub(super) fn check_end(&mut self) {
        self.check_stored();
        let waits = self.messages.iter().find(|message| message.place == Place::Queue);
        if let Some(event) = waits.and_then(|message| message.ids.first()).map(|id| event(id)) {
            self.breaks(Promise::NothingLost, event);
        }
    }
}
