//! What can happen next.

use super::parts::{Call, Message, Place, Request, State};
use super::step::{Outcome, Step, Used};
use super::table::Value;
use super::world::World;

impl World {
    /// All that can happen next: first what happens where nothing goes wrong, in the order in which it is soonest.
    pub(super) fn steps(&self) -> Vec<Step> {
        let mut steps = Vec::new();
        let runs = |state| (0..self.runs.len()).filter(move |run| self.runs[*run].state == state);
        steps.extend((0..self.calls.len()).map(|call| Step::Answer { call, outcome: Outcome::Fine }));
        steps.extend(runs(State::Reporting).map(|run| Step::Report { run }));
        steps.extend(runs(State::Working).filter(|run| self.runs[*run].is_asleep).map(|run| Step::Wake { run }));
        let working = (0..self.runs.len()).filter(|run| self.is_open(*run)).count();
        let visible = self.visible();
        let can_start = working < self.bounds.at_once && !visible.is_empty();
        if can_start {
            steps.push(Step::Start { message: None, clock: 0, used: Used::None });
            if visible.len() > 1 {
                // Of messages that are alike one stands for all.
                let alike = |message: usize| (&self.messages[message].ids, self.messages[message].receives);
                let is_first = |message: &&usize| {
                    visible.iter().find(|other| alike(**other) == alike(**message)) == Some(*message)
                };
                let one = |message: &usize| Step::Start { message: Some(*message), clock: 0, used: Used::None };
                steps.extend(visible.iter().filter(is_first).map(one));
            }
        }
        steps.extend((0..self.late.len()).map(|late| Step::Arrive { late }));
        let can_wait = self.next_moment().is_some();
        if can_wait && working == 0 {
            steps.push(Step::Wait);
        }
        let is_over = steps.is_empty();
        if is_over {
            if self.redrives > 0 && self.messages.iter().any(|message| message.place == Place::DeadLetters) {
                steps.push(Step::Redrive);
            }
            steps.push(Step::End);
        }
        steps.extend((0..3).filter(|event| self.is_forgotten(*event)).map(|event| Step::Expire { event }));
        if self.faults == 0 {
            return steps;
        }
        for (call, Call { request, .. }) in self.calls.iter().enumerate() {
            steps.extend(request.faults().into_iter().map(|outcome| Step::Answer { call, outcome }));
        }
        steps.extend(runs(State::Working).chain(runs(State::Reporting)).map(|run| Step::Kill { run }));
        if can_start {
            let start = |clock, used| Step::Start { message: None, clock, used };
            steps.extend(self.bounds.clocks.iter().map(|clock| start(*clock, Used::None)));
            if self.bounds.late_groups {
                steps.extend([start(0, Used::Most), start(0, Used::TooMuch)]);
            }
        }
        if can_wait && working > 0 {
            steps.push(Step::Wait);
        }
        let comes_again = |message: &Message| match message.place {
            Place::Queue => message.visible_at > self.now(),
            Place::DeadLetters => false,
            Place::Gone => true,
        };
        let again = (0..self.messages.len()).filter(|message| comes_again(&self.messages[*message]));
        steps.extend(again.map(|message| Step::QueueAgain { message }));
        if self.bounds.resends {
            steps.push(Step::VendorAgain);
        }
        if self.bounds.months && is_over {
            steps.push(Step::Months);
        }
        steps
    }

    /// Whether the table may remove what it knows of an event.
    fn is_forgotten(&self, event: usize) -> bool {
        let item = self.key(event).and_then(|key| self.items.0.get(&key));
        let expires = item.and_then(|item| item.get("expires_at"));
        matches!(expires, Some(Value::Number(seconds)) if *seconds < self.time().as_second())
    }
}

impl Request {
    /// What may go wrong with it. To dispatch all errors of the ledger are alike, so that one without an effect stands for
    /// all of them.
    fn faults(&self) -> Vec<Outcome> {
        use Outcome::{Entry, Late, LostAfter, LostBefore, Refused, Repeated, RepeatedLate, ThenThrottled, Throttled};
        match self {
            Self::Claim(_) | Self::Release(_) => vec![Refused, LostAfter, Late, Repeated, RepeatedLate],
            Self::Complete(_) => vec![Refused, LostAfter, Late, RepeatedLate],
            Self::Put(ids) => {
                let all = [Refused, Throttled, LostBefore, LostAfter, Late, Repeated, RepeatedLate, ThenThrottled];
                all.into_iter().chain((0..ids.len()).map(Entry)).collect()
            }
        }
    }
}
