//! The name of a state, by which schedules that lead to the same are explored once.

use std::collections::BTreeSet;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::time::Duration;

use super::parts::{Completion, VISIBILITY, owner};
use super::table::Value;
use super::world::World;

impl World {
    /// The state, by all that makes a difference to what follows and to what is checked: times as they are from now, runs by
    /// their order, and of runs that have ended only those that somebody still hears of.
    pub(super) fn state(&self) -> u64 {
        let now = self.now();
        let from_now = |time: Duration| (time.saturating_sub(now), now.saturating_sub(time).min(VISIBILITY * 2));
        let mut hasher = DefaultHasher::new();
        let hash = &mut hasher;
        (now.subsec_millis(), self.faults, self.redrives, from_now(self.disturbed)).hash(hash);
        for message in &self.messages {
            let hidden = message.visible_at.saturating_sub(now);
            (&message.ids, message.place, hidden, message.receives).hash(hash);
        }
        let owns = |run: usize| self.items.0.values().any(|item| item.get("claim") == Some(&Value::Text(owner(run))));
        let is_known = |run: usize| {
            self.is_open(run)
                || owns(run)
                || self.late.iter().any(|(late, _)| *late == run)
                || self.published.iter().any(|published| published.run == run && !published.is_unknown)
        };
        let known: Vec<usize> = (0..self.runs.len()).filter(|run| is_known(*run)).collect();
        let number = |run: usize| known.iter().position(|known| *known == run);
        for run in &known {
            let ran = &self.runs[*run];
            (ran.state, ran.clock, ran.is_asleep, ran.calls).hash(hash);
            if self.is_open(*run) {
                (&ran.messages, &ran.failed, from_now(ran.started), from_now(ran.began)).hash(hash);
                for (call, (reply, at)) in &ran.told {
                    (call, reply, from_now(*at)).hash(hash);
                }
            }
            for (event, completion) in &ran.completions {
                match completion {
                    Completion::Done { at } if self.bounds.months || self.clocks_differ() => {
                        (event, from_now(*at)).hash(hash);
                    }
                    Completion::Done { .. } => (event, 0).hash(hash),
                    Completion::Overtaken => (event, 1).hash(hash),
                    Completion::Failed => (event, 2, &ran.messages, &ran.failed).hash(hash),
                }
            }
        }
        for (key, item) in &self.items.0 {
            key.hash(hash);
            for (name, value) in item {
                match (name.as_str(), value) {
                    ("lease_until", Value::Number(seconds)) => (seconds - self.time().as_second()).max(-200).hash(hash),
                    // It counts only where the memory ends.
                    ("expires_at", Value::Number(seconds)) if self.bounds.months => {
                        (seconds - self.time().as_second()).max(-1).hash(hash);
                    }
                    ("expires_at", _) => {}
                    ("claim", Value::Text(claim)) => {
                        let run = (0..self.runs.len()).find(|run| owner(*run) == *claim);
                        run.and_then(number).hash(hash);
                    }
                    _ => (name, value).hash(hash),
                }
            }
        }
        let published: BTreeSet<_> = self
            .published
            .iter()
            .map(|published| (published.event, (!published.is_unknown).then(|| number(published.run))))
            .collect();
        published.hash(hash);
        if self.tells_outcome {
            let happened: BTreeSet<_> = self.classes.iter().collect();
            (happened, self.published.len()).hash(hash);
        }
        let clocks = self.runs.iter().map(|run| run.clock);
        (clocks.clone().min(), clocks.max()).hash(hash);
        for call in &self.calls {
            // What it asks for follows from what the run was told.
            (number(call.run), call.ordinal).hash(hash);
        }
        for (run, request) in &self.late {
            (number(*run), Self::describe(request)).hash(hash);
        }
        hasher.finish()
    }
}
