//! What can happen next, and what it does.

use std::fmt;

use crate::{
    CLOCKS, Cause, Class, Completion, Item, LEASE, MEMORY, Message, Phase, Place, Protocol, Publication, RUN, Run,
    Seconds, State, VISIBILITY,
};

/// How often a run tries to publish an event that the bus refuses, and for how many seconds it begins again.
const TRIES: u8 = 3;
const AGAIN: Seconds = 4;

/// Something that happens.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Action {
    /// A run's request takes its way: it is answered, or goes wrong.
    Request(usize, Request, Option<Fault>),
    /// A run tells the queue whether its messages have failed.
    Report(usize),
    /// The queue gives messages to a new run, whose clock is ahead.
    Start(Vec<usize>, Seconds),
    /// A request that was on its way arrives.
    Arrive(usize),
    /// Time passes until something happens by itself.
    Wait,
    /// The ledger removes what has expired.
    Expire,
    /// A run is killed.
    Kill(usize),
    /// The vendor sends the callback again.
    VendorAgain,
    /// The queue gives a message again that it hides or has deleted.
    QueueAgain(usize),
    /// Somebody puts the dead letters back into the queue.
    Redrive,
    /// More time passes than the ledger remembers.
    Months,
}

/// What a run asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Request {
    /// The ledger: the event is mine.
    Claim,
    /// The bus: take it.
    Publish,
    /// The ledger: it is published.
    Complete,
    /// The ledger: it is not mine any more.
    Release,
}

/// How a request goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Fault {
    /// It is refused, and has no effect.
    Refused,
    /// It is lost, and has no effect.
    Lost,
    /// It has its effect, and the answer is lost.
    AnswerLost,
    /// It has its effect some time later, and there is no answer.
    Delayed,
    /// The answer is lost; it is sent again, and answered.
    Twice,
    /// It is sent again, and answered. The first arrives some time later.
    TwiceDelayed,
    /// It has its effect, the answer is lost; it is sent again, and refused.
    TakenThenRefused,
    /// The bus takes the call, and refuses the event in it.
    EntryRefused,
}

const FAULTS: [Fault; 7] = [
    Fault::Refused,
    Fault::Lost,
    Fault::AnswerLost,
    Fault::Delayed,
    Fault::Twice,
    Fault::TwiceDelayed,
    Fault::TakenThenRefused,
];

/// What a run gets to know.
enum Answer {
    Done,
    /// The condition of the request did not hold.
    ConditionFailed,
    /// The bus has refused the event, and may take it if it is sent again.
    EntryRefused,
    /// It certainly had no effect: so the run believes.
    Refused,
    Missing,
}

impl Phase {
    fn request(self) -> Option<Request> {
        match self {
            Self::Claim => Some(Request::Claim),
            Self::Publish(..) => Some(Request::Publish),
            Self::Complete => Some(Request::Complete),
            Self::Release => Some(Request::Release),
            Self::Report { .. } | Self::Reported | Self::Ended => None,
        }
    }
}

impl State {
    /// The runs that have something left to do.
    pub(crate) fn open_runs(&self) -> impl Iterator<Item = (usize, &Run)> {
        self.runs.iter().enumerate().filter(|(_, run)| !matches!(run.phase, Phase::Reported | Phase::Ended))
    }

    fn visible(&self) -> Vec<usize> {
        let is_visible = |message: &Message| message.place == Place::Queue && message.visible_at <= self.now;
        let messages = self.messages.iter().enumerate();
        messages.filter(|(_, message)| is_visible(message)).map(|(number, _)| number).collect()
    }

    /// When the next thing happens by itself: a message is visible again, a lease has ended, a run is at its end.
    fn next_moment(&self) -> Option<Seconds> {
        let hidden: Vec<_> = self.messages.iter().filter(|message| message.place == Place::Queue).collect();
        let lease = self.item.iter().filter(|item| !item.is_completed && !hidden.is_empty());
        let ends = self.open_runs().flat_map(|(_, run)| [run.started + RUN - 1, run.started + RUN]);
        let moments = hidden.iter().map(|message| message.visible_at);
        moments.chain(lease.map(|item| item.lease_until + 1)).chain(ends).filter(|moment| *moment > self.now).min()
    }

    /// What happens where nothing goes wrong.
    pub(crate) fn expected(&self, at_once: usize) -> Vec<Action> {
        let mut actions = Vec::new();
        for (number, run) in self.open_runs() {
            actions.push(
                run.phase.request().map_or(Action::Report(number), |request| Action::Request(number, request, None)),
            );
        }
        let visible = self.visible();
        if !visible.is_empty() && self.open_runs().count() < at_once {
            if visible.len() > 1 {
                actions.extend(visible.iter().map(|message| Action::Start(vec![*message], 0)));
            }
            actions.push(Action::Start(visible, 0));
        }
        actions.extend((0..self.late.len()).map(Action::Arrive));
        if self.open_runs().next().is_none() && self.next_moment().is_some() {
            actions.push(Action::Wait);
        }
        if self.item.as_ref().is_some_and(|item| item.expires_at < self.now) {
            actions.push(Action::Expire);
        }
        if self.is_over() && self.is_dead() && self.redrives > 0 {
            actions.push(Action::Redrive);
        }
        actions
    }

    /// What costs a fault.
    pub(crate) fn unexpected(&self, bounds: &Protocol) -> Vec<Action> {
        let mut actions = Vec::new();
        for (number, run) in self.open_runs() {
            if let Some(request) = run.phase.request() {
                let entry = (request == Request::Publish).then_some(Fault::EntryRefused);
                let faults = FAULTS.into_iter().chain(entry);
                actions.extend(faults.map(|fault| Action::Request(number, request, Some(fault))));
            }
            actions.push(Action::Kill(number));
        }
        let (visible, open) = (self.visible(), self.open_runs().count());
        if !visible.is_empty() && open < bounds.at_once {
            actions.extend(bounds.clocks.iter().map(|clock| Action::Start(visible.clone(), *clock)));
        }
        // It is slow while a run is in the middle of something.
        if open > 0 && self.next_moment().is_some() {
            actions.push(Action::Wait);
        }
        let comes_again = |message: &Message| match message.place {
            Place::Queue => message.visible_at > self.now,
            Place::DeadLetters => false,
            Place::Gone => true,
        };
        let messages = self.messages.iter().enumerate().filter(|(_, message)| comes_again(message));
        actions.extend(messages.map(|(number, _)| Action::QueueAgain(number)));
        if bounds.resends {
            actions.push(Action::VendorAgain);
        }
        if bounds.months && self.is_over() {
            actions.push(Action::Months);
        }
        actions
    }

    pub(crate) fn take(&mut self, action: Action, receives: usize) {
        match action {
            Action::Request(run, request, fault) => self.request(run, request, fault),
            Action::Report(run) => self.report(run),
            Action::Start(messages, clock) => self.start(messages, clock, receives),
            Action::Arrive(late) => {
                let (run, request) = self.late.remove(late);
                self.apply(run, request, false);
            }
            Action::Wait => {
                if self.open_runs().next().is_some() {
                    self.faults -= 1;
                }
                self.now = self.next_moment().unwrap_or(self.now);
                for run in 0..self.runs.len() {
                    if self.open_runs().any(|(open, at)| open == run && at.started + RUN <= self.now) {
                        self.end(run);
                    }
                }
            }
            Action::Expire => self.item = None,
            Action::Kill(run) => {
                self.faults -= 1;
                self.end(run);
            }
            Action::VendorAgain => {
                self.faults -= 1;
                self.messages.push(Message { place: Place::Queue, visible_at: self.now, receives: 0 });
            }
            Action::QueueAgain(message) => {
                self.faults -= 1;
                let message = &mut self.messages[message];
                (message.place, message.visible_at) = (Place::Queue, self.now);
            }
            Action::Redrive => {
                self.redrives -= 1;
                self.happened.insert(Class::Redriven);
                for message in self.messages.iter_mut().filter(|message| message.place == Place::DeadLetters) {
                    *message = Message { place: Place::Queue, visible_at: self.now, receives: 0 };
                }
            }
            Action::Months => {
                self.faults -= 1;
                self.now += MEMORY + 1;
            }
        }
    }

    fn end(&mut self, run: usize) {
        self.runs[run].phase = Phase::Ended;
        self.happened.insert(Class::RunEnded);
    }

    /// The queue gives messages to a run. What it has given too often becomes a dead letter instead.
    fn start(&mut self, messages: Vec<usize>, clock: Seconds, receives: usize) {
        let (dead, messages): (Vec<_>, Vec<_>) =
            messages.into_iter().partition(|message| self.messages[*message].receives >= receives);
        for message in dead {
            self.messages[message].place = Place::DeadLetters;
            self.happened.insert(Class::DeadLetters);
        }
        for message in &messages {
            let message = &mut self.messages[*message];
            message.receives += 1;
            message.visible_at = self.now + VISIBILITY;
        }
        let phase = if messages.is_empty() { Phase::Report { failed: false } } else { Phase::Claim };
        self.runs.push(Run { messages, started: self.now, clock, phase, completion: None });
    }

    /// The queue deletes what has not failed. What has failed is visible again after a while.
    fn report(&mut self, run: usize) {
        let run = &mut self.runs[run];
        if run.phase == (Phase::Report { failed: false }) {
            for message in &run.messages {
                self.messages[*message].place = Place::Gone;
            }
        }
        run.phase = Phase::Reported;
    }

    fn request(&mut self, run: usize, request: Request, fault: Option<Fault>) {
        self.faults -= usize::from(fault.is_some());
        let answer = match fault {
            None => self.apply(run, request, true),
            Some(Fault::Refused) => Answer::Refused,
            Some(Fault::Lost) => Answer::Missing,
            Some(Fault::EntryRefused) => Answer::EntryRefused,
            Some(Fault::AnswerLost) => {
                self.apply(run, request, false);
                Answer::Missing
            }
            Some(Fault::Delayed) => {
                self.late.push((run, request));
                Answer::Missing
            }
            Some(Fault::Twice) => {
                self.apply(run, request, false);
                self.apply(run, request, true)
            }
            Some(Fault::TwiceDelayed) => {
                self.late.push((run, request));
                self.apply(run, request, true)
            }
            Some(Fault::TakenThenRefused) => {
                self.apply(run, request, false);
                Answer::Refused
            }
        };
        self.runs[run].phase = self.next_phase(run, &answer);
    }

    /// What a run does after an answer.
    fn next_phase(&mut self, number: usize, answer: &Answer) -> Phase {
        let run = &mut self.runs[number];
        let (class, failed) = match (run.phase, answer) {
            (Phase::Claim, Answer::Done) => return Phase::Publish(1, self.now),
            (Phase::Claim, Answer::ConditionFailed) => match &self.item {
                Some(item) if item.is_completed => (Class::Duplicate, false),
                // An earlier attempt of this request was granted.
                Some(item) if item.owner == number => return Phase::Publish(1, self.now),
                _ => (Class::Held, true),
            },
            (Phase::Claim, _) => (Class::NotClaimed, true),
            (Phase::Publish(..), Answer::Done) => return Phase::Complete,
            (Phase::Publish(tries, since), Answer::EntryRefused) if tries < TRIES && self.now - since <= AGAIN => {
                return Phase::Publish(tries + 1, since);
            }
            (Phase::Publish(..), Answer::EntryRefused | Answer::Refused) => return Phase::Release,
            (Phase::Publish(..) | Phase::Release, _) => (Class::NotPublished, true),
            (Phase::Complete, Answer::Done) => (Class::Published, false),
            // The event is published. Its message is deleted all the same: it would be published again.
            (Phase::Complete, Answer::ConditionFailed) => (Class::NotNoted, false),
            (Phase::Complete, _) => {
                run.completion.get_or_insert(Completion::Failed);
                (Class::NotNoted, false)
            }
            (phase @ (Phase::Report { .. } | Phase::Reported | Phase::Ended), _) => return phase,
        };
        self.happened.insert(class);
        Phase::Report { failed }
    }

    /// A request has its effect. `is_known` is whether its run gets to know.
    fn apply(&mut self, number: usize, request: Request, is_known: bool) -> Answer {
        let now = self.now;
        let run = &mut self.runs[number];
        // What its clock said when it started.
        let started = run.started + run.clock;
        let is_own = self.item.as_ref().is_some_and(|item| item.owner == number);
        let is_done = match request {
            Request::Publish => {
                self.publish(Publication { run: number, is_known });
                true
            }
            Request::Claim => {
                let is_free = |item: &Item| !item.is_completed && item.lease_until < started;
                let is_granted = self.item.as_ref().is_none_or(is_free);
                if is_granted {
                    let (lease_until, expires_at) = (started + LEASE, started + MEMORY);
                    self.item = Some(Item { is_completed: false, owner: number, lease_until, expires_at });
                }
                is_granted
            }
            Request::Complete => {
                if let Some(item) = self.item.as_mut().filter(|_| is_own) {
                    (item.is_completed, item.expires_at) = (true, started + MEMORY);
                    run.completion = Some(Completion::Done(now));
                } else {
                    run.completion.get_or_insert(Completion::Overtaken);
                }
                is_own
            }
            Request::Release => {
                self.item.take_if(|item| item.owner == number && !item.is_completed);
                true
            }
        };
        if is_done { Answer::Done } else { Answer::ConditionFailed }
    }

    /// The bus takes the event.
    fn publish(&mut self, new: Publication) {
        let clock = self.now + self.runs[new.run].clock;
        let is_claimed = self.item.as_ref().is_some_and(|item| item.owner == new.run && item.lease_until >= clock);
        self.is_broken |= new.is_known && !is_claimed && !self.clocks_differ();
        for earlier in &self.published {
            match self.cause(earlier, &new) {
                Some(cause) => drop(self.happened.insert(Class::Again(cause))),
                None => self.is_broken = true,
            }
        }
        self.published.push(new);
    }

    /// Why the event is published again, where there is a reason.
    fn cause(&self, earlier: &Publication, new: &Publication) -> Option<Cause> {
        if !earlier.is_known || !new.is_known {
            return Some(Cause::AnswerLost);
        }
        let (before, after) = (&self.runs[earlier.run], &self.runs[new.run]);
        match before.completion {
            Some(Completion::Done(at)) if self.now > at + MEMORY => Some(Cause::Forgotten),
            // The new run had its claim before that.
            Some(Completion::Done(at)) => (self.clocks_differ() && after.started <= at).then_some(Cause::Clocks),
            Some(Completion::Overtaken) => self.clocks_differ().then_some(Cause::Clocks),
            _ if before.phase == Phase::Ended => Some(Cause::RunEnded),
            Some(Completion::Failed) if before.messages.iter().any(|message| after.messages.contains(message)) => {
                Some(Cause::NotNotedSameMessage)
            }
            Some(Completion::Failed) => Some(Cause::NotNotedOtherMessage),
            None => self.clocks_differ().then_some(Cause::Clocks),
        }
    }

    /// Whether the clocks of any two runs differ by more than they may.
    fn clocks_differ(&self) -> bool {
        let clocks = self.runs.iter().map(|run| run.clock);
        clocks.clone().max().unwrap_or_default() - clocks.min().unwrap_or_default() > CLOCKS
    }
}

impl fmt::Display for Action {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Request(run, request, fault) => {
                let asks = match request {
                    Request::Claim => "claims the event",
                    Request::Publish => "publishes the event",
                    Request::Complete => "completes the event",
                    Request::Release => "releases its claim",
                };
                write!(formatter, "run {run} {asks}")?;
                match fault {
                    None => Ok(()),
                    Some(Fault::Refused) => formatter.write_str(": it is refused"),
                    Some(Fault::Lost) => formatter.write_str(": the request is lost"),
                    Some(Fault::AnswerLost) => formatter.write_str(": the answer is lost"),
                    Some(Fault::Delayed) => formatter.write_str(": no answer, and it is still on its way"),
                    Some(Fault::Twice) => formatter.write_str(" twice: the first answer is lost"),
                    Some(Fault::TwiceDelayed) => formatter.write_str(" twice: the first is still on its way"),
                    Some(Fault::TakenThenRefused) => {
                        formatter.write_str(" twice: the first answer is lost, the second time it is refused")
                    }
                    Some(Fault::EntryRefused) => formatter.write_str(": the bus takes the call, and not the event"),
                }
            }
            Self::Report(run) => write!(formatter, "run {run} reports to the queue"),
            Self::Start(messages, 0) => write!(formatter, "a run starts with messages {messages:?}"),
            Self::Start(messages, clock) => {
                write!(formatter, "a run starts with messages {messages:?}, its clock {clock} s ahead")
            }
            Self::Arrive(late) => write!(formatter, "delayed request {late} arrives"),
            Self::Wait => formatter.write_str("time passes"),
            Self::Expire => formatter.write_str("the ledger removes what has expired"),
            Self::Kill(run) => write!(formatter, "run {run} is killed"),
            Self::VendorAgain => formatter.write_str("the vendor sends the callback again"),
            Self::QueueAgain(message) => write!(formatter, "the queue gives message {message} again"),
            Self::Redrive => formatter.write_str("the dead letters go back to the queue"),
            Self::Months => formatter.write_str("45 days pass"),
        }
    }
}
