//! The world that runs of dispatch are explored in: the vendor, the queue, the ledger, the bus and time.

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::task::Waker;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio::time::Instant;

use super::bounds::Bounds;
use super::bugs::Bug;
use super::parts::{
    Call, Completion, Message, Place, Published, Ran, Reply, Request, State, TIMEOUT, VISIBILITY, body, event,
    event_of_key, owner,
};
use super::promises::{Broken, Class, Promise};
use super::step::{Outcome, Step, Used};
use super::table::{Items, Value, Written};
use crate::dispatch::{GROUP_TIME, Record, Report};
use crate::ledger::MEMORY;

pub(super) struct World {
    pub(super) bounds: Bounds,
    pub(super) bug: Option<Bug>,
    started: Instant,
    /// The time since then. Asking the clock takes longer.
    now: Duration,
    pub(super) items: Items,
    pub(super) messages: Vec<Message>,
    pub(super) runs: Vec<Ran>,
    pub(super) calls: Vec<Call>,
    asked: usize,
    replies: BTreeMap<usize, Reply>,
    pub(super) late: Vec<(usize, Request)>,
    pub(super) faults: usize,
    pub(super) redrives: usize,
    /// How many messages have become dead letters.
    pub(super) dead_letters: u64,
    pub(super) published: Vec<Published>,
    /// When something last went wrong, or did not happen although it could.
    pub(super) disturbed: Duration,
    /// What of the promises was broken.
    pub(super) broken: Option<Broken>,
    /// What happened that the documents list.
    pub(super) classes: Vec<Class>,
    /// Whether it is told what everything comes to: states differ by what happened on the way there, too.
    pub(super) tells_outcome: bool,
    /// What everything has come to in the end.
    pub(super) outcome: Option<protocol::Outcome>,
    /// What happens, in words, where somebody wants to read it.
    pub(super) story: Option<Vec<String>>,
}

/// The time at which everything starts.
fn epoch() -> Timestamp {
    Timestamp::constant(1_767_323_046, 0)
}

impl World {
    pub(super) fn new(bounds: Bounds, bug: Option<Bug>) -> Self {
        // The copies of an event that is known by the end of its job have different ids.
        let id = |number: usize, id: char| if id.is_uppercase() { format!("{id}{number}") } else { id.to_string() };
        let message = |(number, ids): (usize, &&str)| Message {
            ids: ids.chars().map(|letter| id(number, letter)).collect(),
            place: Place::Queue,
            visible_at: Duration::ZERO,
            receives: 0,
        };
        Self {
            bounds,
            bug,
            started: Instant::now(),
            now: Duration::ZERO,
            items: Items::default(),
            messages: bounds.messages.iter().enumerate().map(message).collect(),
            runs: Vec::new(),
            calls: Vec::new(),
            asked: 0,
            replies: BTreeMap::new(),
            late: Vec::new(),
            faults: bounds.faults,
            redrives: 1,
            dead_letters: 0,
            published: Vec::new(),
            disturbed: Duration::ZERO,
            broken: None,
            classes: Vec::new(),
            tells_outcome: false,
            outcome: None,
            story: None,
        }
    }

    /// The time since the start.
    pub(super) fn now(&self) -> Duration {
        self.now
    }

    /// What a clock that is right says.
    pub(super) fn time(&self) -> Timestamp {
        epoch() + SignedDuration::try_from(self.now()).unwrap()
    }

    /// What the clock of a run says.
    pub(super) fn clock_of(&self, run: usize) -> Timestamp {
        self.time() + SignedDuration::from_secs(self.runs[run].clock)
    }

    /// Whether a run has something left to do.
    pub(super) fn is_open(&self, run: usize) -> bool {
        self.runs[run].is_open()
    }

    /// The key of what the ledger has of an event.
    pub(super) fn key(&self, of: usize) -> Option<String> {
        let is_its = |key: &&String| key.strip_prefix("aliyun-vod/").is_some_and(|id| event(id) == of);
        self.items.0.keys().find(is_its).cloned()
    }

    /// The messages that a run would be given.
    pub(super) fn visible(&self) -> Vec<usize> {
        let is_visible = |message: &Message| message.place == Place::Queue && message.visible_at <= self.now();
        (0..self.messages.len()).filter(|message| is_visible(&self.messages[*message])).collect()
    }

    /// When the next thing happens by itself: a message is visible again, a lease has ended, a run is at its end.
    pub(super) fn next_moment(&self) -> Option<Duration> {
        let now = self.now();
        let hidden = self.messages.iter().filter(|message| message.place == Place::Queue);
        let visible = hidden.clone().map(|message| message.visible_at);
        let ends = |run: &Ran| [run.started + TIMEOUT.saturating_sub(Duration::from_secs(1)), run.started + TIMEOUT];
        let working = self.runs.iter().filter(|run| run.is_open());
        // Nobody asks for the leases of events that are in no message.
        let leases = self.items.0.values().filter(|item| item.get("state") == Some(&Value::Text("claimed".to_owned())));
        let leases = leases.filter_map(|item| match item.get("lease_until") {
            Some(Value::Number(seconds)) => {
                u64::try_from(seconds + 1 - epoch().as_second()).ok().map(Duration::from_secs)
            }
            _ => None,
        });
        let leases = leases.filter(|_| hidden.clone().next().is_some());
        visible.chain(working.flat_map(ends)).chain(leases).filter(|moment| *moment > now).min()
    }

    /// A run asks for something.
    pub(super) fn ask(&mut self, run: usize, request: Request) -> usize {
        let number = self.asked;
        self.asked += 1;
        let ordinal = self.runs[run].calls;
        self.runs[run].calls += 1;
        if let Request::Claim(_) = request {
            let left = (self.runs[run].started + TIMEOUT).saturating_sub(self.now());
            if left < GROUP_TIME {
                self.breaks(Promise::TimeEnough, 0);
            }
        }
        self.calls.push(Call { number, run, ordinal, request, waker: None });
        self.calls.sort_by_key(|call| (call.run, call.ordinal));
        number
    }

    /// What a run is told; it is woken once there is something to tell.
    pub(super) fn reply(&mut self, call: usize, waker: &Waker) -> Option<Reply> {
        if let Some(waiting) = self.calls.iter_mut().find(|waiting| waiting.number == call) {
            waiting.waker = Some(waker.clone());
        }
        self.replies.remove(&call)
    }

    /// Does what a step says, but for what passes time or starts a run. Gives the run that goes on.
    pub(super) fn take(&mut self, step: Step) -> Option<usize> {
        match step {
            Step::Answer { call, outcome } => return Some(self.answer(call, outcome)),
            Step::Report { run } => self.report(run),
            Step::Arrive { late } => {
                self.disturb();
                let (run, request) = self.late.remove(late);
                self.apply(run, &request, None, true);
            }
            Step::Expire { event } => {
                let key = self.key(event);
                key.and_then(|key| self.items.0.remove(&key));
            }
            Step::Kill { run } => {
                self.spend();
                self.end(run);
            }
            Step::VendorAgain => {
                self.spend();
                let mut ids: Vec<String> = self.messages[0].ids.clone();
                if self.bug == Some(Bug::IdOfDelivery) {
                    ids = ids.iter().map(|id| format!("{id}{}", self.messages.len())).collect();
                }
                let visible_at = self.now();
                self.messages.push(Message { ids, place: Place::Queue, visible_at, receives: 0 });
            }
            Step::QueueAgain { message } => {
                self.spend();
                let visible_at = self.now();
                let again = &mut self.messages[message];
                (again.place, again.visible_at) = (Place::Queue, visible_at);
            }
            Step::Redrive => {
                self.redrives -= 1;
                self.disturb();
                self.classes.push(Class::Redriven);
                let visible_at = self.now();
                for message in self.messages.iter_mut().filter(|message| message.place == Place::DeadLetters) {
                    *message = Message { place: Place::Queue, visible_at, receives: 0, ..message.clone() };
                }
            }
            Step::Months => self.spend(),
            Step::Wake { .. } | Step::Wait | Step::Start { .. } | Step::End => {}
        }
        None
    }

    /// How long a step takes.
    pub(super) fn duration(&mut self, step: Step) -> Duration {
        match step {
            Step::Wake { .. } => Duration::from_millis(200),
            Step::Months => MEMORY.unsigned_abs() + Duration::from_secs(1),
            Step::Wait => {
                if (0..self.runs.len()).any(|run| self.is_open(run)) {
                    self.spend();
                }
                self.next_moment().unwrap_or_default().saturating_sub(self.now())
            }
            _ => Duration::ZERO,
        }
    }

    /// Time has passed. Lambda ends runs whose time is over.
    pub(super) fn tick(&mut self, step: Step) {
        self.now = self.started.elapsed();
        let now = self.now;
        let was_busy = (0..self.runs.len()).any(|run| self.is_open(run));
        for run in 0..self.runs.len() {
            let ran = &self.runs[run];
            if ran.is_open() && ran.started + TIMEOUT <= now {
                self.end(run);
            }
        }
        // What is slow is wrong until then.
        if step == Step::Months || (step == Step::Wait && was_busy) {
            self.disturb();
        }
    }

    /// A late poller is a disturbance, too: what it takes is not what the queue takes.
    pub(super) fn disturb_if_late(&mut self) {
        if !self.visible().is_empty() {
            self.disturb();
        }
    }

    pub(super) fn disturb(&mut self) {
        self.disturbed = self.now();
    }

    fn spend(&mut self) {
        self.faults = self.faults.saturating_sub(1);
        self.disturb();
    }

    /// The queue gives messages to a new run: the run, what it is given, its clock, and how long it has left.
    pub(super) fn start(
        &mut self,
        message: Option<usize>,
        clock: i64,
        used: Used,
    ) -> (Vec<Record>, Timestamp, Instant) {
        if clock != 0 || used != Used::None {
            self.spend();
        }
        let most = TIMEOUT.saturating_sub(GROUP_TIME);
        let used = match used {
            Used::None => Duration::ZERO,
            Used::Most => most,
            Used::TooMuch => most + Duration::from_secs(1),
        };
        let batch = message.map_or_else(|| self.visible(), |message| vec![message]);
        let most = self.bounds.receives;
        let (dead, batch): (Vec<usize>, Vec<usize>) =
            batch.into_iter().partition(|message| self.messages[*message].receives >= most);
        for message in dead {
            self.messages[message].place = Place::DeadLetters;
            self.dead_letters += 1;
            self.classes.push(Class::DeadLetters);
        }
        let (now, is_ignored) = (self.now(), self.bug == Some(Bug::EndIgnored));
        let records = batch
            .iter()
            .map(|number| {
                let message = &mut self.messages[*number];
                message.receives += 1;
                message.visible_at = now + VISIBILITY;
                let body = body(&message.ids);
                let body = if is_ignored { body.replace("jobend", "other") } else { body };
                Record { message: number.to_string(), body, trace: None }
            })
            .collect();
        let deadline = match self.bug {
            Some(Bug::DeadlineIgnored) => Instant::now() + TIMEOUT,
            _ => Instant::now() + TIMEOUT - used,
        };
        let begun = self.time() - SignedDuration::try_from(used).unwrap() + SignedDuration::from_secs(clock);
        self.runs.push(Ran {
            messages: batch,
            started: now.saturating_sub(used),
            began: now,
            clock,
            state: State::Working,
            is_asleep: false,
            told: BTreeMap::new(),
            calls: 0,
            completions: BTreeMap::new(),
            failed: Vec::new(),
        });
        (records, begun, deadline)
    }

    pub(super) fn is_working(&self, run: usize) -> bool {
        self.runs[run].state == State::Working
    }

    /// A run waits for something: for an answer, or for time to pass.
    pub(super) fn waits(&mut self, run: usize) {
        self.runs[run].is_asleep = self.calls.iter().all(|call| call.run != run);
    }

    /// A run is done, and about to tell the queue.
    pub(super) fn done(&mut self, run: usize, report: &Report) {
        self.runs[run].state = State::Reporting;
        self.runs[run].is_asleep = false;
        self.runs[run].failed = report.failed.iter().map(|message| message.parse().unwrap()).collect();
        self.classes.extend(report.events.iter().map(|event| Class::of(&event.fate)));
        if !report.unreadable.is_empty() {
            self.classes.push(Class::Unreadable);
        }
    }

    /// The queue deletes what has not failed.
    fn report(&mut self, run: usize) {
        let ran = &mut self.runs[run];
        ran.state = State::Reported;
        for message in ran.messages.iter().filter(|message| !ran.failed.contains(message)) {
            self.messages[*message].place = Place::Gone;
        }
        self.check_stored();
    }

    /// Nothing more happens.
    pub(super) fn end_all(&mut self) {
        self.check_end();
        if self.tells_outcome {
            self.outcome = Some(self.outcome());
        }
    }

    /// A run comes to its end, wherever it is.
    fn end(&mut self, run: usize) {
        self.runs[run].state = State::Ended;
        self.runs[run].is_asleep = false;
        self.calls.retain(|call| call.run != run);
        self.classes.push(Class::RunEnded);
    }

    fn answer(&mut self, call: usize, outcome: Outcome) -> usize {
        let Call { number, run, ordinal, request, waker } = self.calls.remove(call);
        if matches!((&request, outcome), (Request::Put(ids), Outcome::Refused) if ids.len() > 1) {
            self.classes.push(Class::CallRefused);
        }
        if outcome != Outcome::Fine {
            self.spend();
        }
        let fails = |reply| match request {
            Request::Put(_) | Request::Claim(_) | Request::Release(_) => reply,
            Request::Complete(_) => Reply::Missing,
        };
        let reply = match outcome {
            Outcome::Fine => self.apply(run, &request, None, false),
            Outcome::Refused => fails(Reply::Refused),
            Outcome::Throttled => Reply::Throttled,
            Outcome::LostBefore => Reply::Missing,
            Outcome::LostAfter => {
                self.apply(run, &request, None, true);
                Reply::Missing
            }
            Outcome::ThenThrottled => {
                self.apply(run, &request, None, true);
                Reply::Throttled
            }
            Outcome::Late => {
                self.late.push((run, request.clone()));
                Reply::Missing
            }
            Outcome::Repeated => {
                self.apply(run, &request, None, true);
                self.apply(run, &request, None, false)
            }
            Outcome::RepeatedLate => {
                self.late.push((run, request.clone()));
                self.apply(run, &request, None, false)
            }
            Outcome::Entry(entry) => self.apply(run, &request, Some(entry), false),
        };
        if let Request::Complete(input) = &request
            && matches!(reply, Reply::Missing)
        {
            let event = event_of_key(input.key());
            self.runs[run].completions.entry(event).or_insert(Completion::Failed);
        }
        let mut hasher = DefaultHasher::new();
        match &reply {
            // The code looks at the state and the owner.
            Reply::ConditionFailed(Some(item)) => {
                (item.get("state"), item.get("claim") == Some(&Value::Text(owner(run)))).hash(&mut hasher);
            }
            reply => reply.hash(&mut hasher),
        }
        let now = self.now();
        self.runs[run].told.insert(ordinal, (hasher.finish(), now));
        self.replies.insert(number, reply);
        if let Some(waker) = waker {
            waker.wake();
        }
        run
    }

    /// A request has its effect.
    fn apply(&mut self, run: usize, request: &Request, refused: Option<usize>, is_unknown: bool) -> Reply {
        let written = match request {
            Request::Put(ids) => {
                for (_, id) in ids.iter().enumerate().filter(|(entry, _)| refused != Some(*entry)) {
                    self.publish(Published { event: event(id), run, is_unknown });
                }
                return Reply::Codes((0..ids.len()).map(|entry| refused == Some(entry)).collect());
            }
            Request::Claim(input) => self.items.put(input),
            Request::Release(input) => self.items.delete(input),
            Request::Complete(input) => {
                let written = self.items.update(input);
                let at = self.now();
                let completions = &mut self.runs[run].completions;
                let event = event_of_key(input.key());
                match written {
                    Written::Done => drop(completions.insert(event, Completion::Done { at })),
                    Written::Refused(_) => drop(completions.entry(event).or_insert(Completion::Overtaken)),
                }
                written
            }
        };
        match written {
            Written::Done => Reply::Done,
            Written::Refused(item) => match request {
                Request::Claim(_) => Reply::ConditionFailed(item),
                _ => Reply::ConditionFailed(None),
            },
        }
    }

    pub(super) fn breaks(&mut self, promise: Promise, event: usize) {
        self.broken.get_or_insert(Broken { promise, event });
    }
}
