//! The stage through ten minutes without the vendor, in virtual time: a queue that redelivers as SQS does, the runs of the function that
//! there are at once, each with its gate, and some thousands of callbacks before, meanwhile and after.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fmt;

use callbacks::decode;
use fastrand::Rng;

use super::gate::{Gate, RUNS};
use super::patience::{LONGEST_QUESTION, Patience};
use super::stage::{Answer, Message, Services, Stage};
use super::*;

/// When it begins and ends, and when the last callback comes, from the first one on.
const DOWN: Duration = Duration::from_mins(10);
const UP: Duration = Duration::from_mins(20);
const END: Duration = Duration::from_mins(30);

/// From one callback to the next, at most.
const LONGEST_PAUSE: f64 = 1.3;

/// Timeout of the function, how many messages it gets at once, and for how long the queue hides them, as in template.yaml.
const TIMEOUT: Duration = Duration::from_secs(30);
const BATCH: usize = 10;
const HIDDEN: Duration = Duration::from_mins(3);

/// `ConfirmPerMinute`. Right after the outage there are several times as many questions as callbacks: each event that waits has its
/// turn, whichever pause it was in. What is above the limit in its last turn is unverifiable, so that none is here.
const PER_MINUTE: u32 = 1200;

/// Every choice is made from it.
const SEED: u64 = 19;

/// How long after the outage an event has to wait yet to be sure of an answer: for questions that were asked before its end, for the
/// pause after them, and for what is kept free before the bound.
const MARGIN: Duration = Duration::from_secs(30);

/// A bug that is sown into the stage's surroundings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Bug {
    /// Events wait for ten seconds longer than they may.
    WaitsLonger,
    /// No message is hidden, so that each comes back after the time of the queue.
    NotHidden,
    /// Each event waits for the vendor in turn.
    NeverQuiet,
    /// A message is deleted whatever became of it.
    DeletedAnyway,
    /// A message stays in the queue whatever became of it.
    NeverDeleted,
}

/// A message in the queue.
struct Waiting {
    body: String,
    /// When it was stored, and when it is visible again.
    sent: Duration,
    visible: Duration,
    receives: u32,
}

/// When an event came, and what was stored on of it, and when.
#[derive(Default)]
struct Event {
    sent: Duration,
    stored: Vec<(Duration, Option<Confirmation>)>,
}

struct World {
    bug: Option<Bug>,
    began: Instant,
    random: RefCell<Rng>,
    queue: RefCell<BTreeMap<String, Waiting>>,
    /// By their ids.
    events: RefCell<BTreeMap<String, Event>>,
    questions: RefCell<usize>,
}

/// What one run of the function uses.
struct Run<'w> {
    world: &'w World,
    gate: Gate,
}

impl World {
    fn elapsed(&self) -> Duration {
        self.began.elapsed()
    }

    fn now(&self) -> Timestamp {
        Timestamp::UNIX_EPOCH + self.elapsed()
    }

    fn is_down(&self) -> bool {
        (DOWN..UP).contains(&self.elapsed())
    }

    /// Takes between these times, in milliseconds.
    async fn take(&self, least: u64, most: u64) {
        let time = self.random.borrow_mut().u64(least..=most);
        tokio::time::sleep(Duration::from_millis(time)).await;
    }

    /// What a receiver stores until the end: callbacks of one job, and of several.
    async fn send(&self) {
        let mut number = 0;
        while self.elapsed() < END {
            let jobs = self.random.borrow_mut().choice([1, 1, 1, 2, 3]).unwrap();
            let jobs: Vec<String> = (0..jobs)
                .map(|job| format!(r#"{{"Tag":"Transcode","JobId":"j{number}-{job}","State":"Success"}}"#))
                .collect();
            let body = format!(r#"{{"EventName":"TaskFinish","JobsDetail":[{}]}}"#, jobs.join(","));
            let events = decode(Product::TencentCi, body.as_bytes(), self.now());
            assert_eq!(events.len(), jobs.len());
            let (sent, body) = (self.elapsed(), serde_json::to_string(&events).unwrap());
            self.queue.borrow_mut().insert(format!("m{number}"), Waiting { body, sent, visible: sent, receives: 0 });
            let new = events.into_iter().map(|event| (event.id, Event { sent, ..Event::default() }));
            self.events.borrow_mut().extend(new);
            number += 1;
            let pause = self.random.borrow_mut().f64() * LONGEST_PAUSE;
            tokio::time::sleep(Duration::from_secs_f64(pause)).await;
        }
    }

    /// Some of the messages that are visible, in no order, and hides them.
    fn receive(&self) -> Vec<Message> {
        let now = self.elapsed();
        let mut queue = self.queue.borrow_mut();
        let visible = queue.iter_mut().filter(|(_, waiting)| waiting.visible <= now);
        let received = self.random.borrow_mut().choose_multiple(visible, BATCH);
        let receive = |(id, waiting): (&String, &mut Waiting)| {
            waiting.visible = now + HIDDEN;
            waiting.receives += 1;
            Message {
                id: id.clone(),
                body: waiting.body.clone(),
                trace: None,
                receipt: id.clone(),
                sent: Timestamp::UNIX_EPOCH + waiting.sent,
                receives: waiting.receives,
            }
        };
        received.into_iter().map(receive).collect()
    }

    /// What Lambda does in one environment of the function, until no message is left or it takes too long.
    async fn invoke(&self, patience: Patience) {
        let services = Run { world: self, gate: Gate::new(PER_MINUTE) };
        let choice = "tencent-ci:all".parse().unwrap();
        let stage = Stage { services, choice, patience, domains: Vec::new() };
        let last = END + 3 * patience.within + 3 * HIDDEN;
        while self.elapsed() < last && (self.elapsed() < END || !self.queue.borrow().is_empty()) {
            let messages = self.receive();
            if messages.is_empty() {
                self.take(100, 900).await;
                continue;
            }
            self.take(1, 30).await;
            let handled = stage.run(&messages, self.now(), Instant::now() + TIMEOUT).await;
            self.take(1, 30).await;
            let staying = response(&handled).batch_item_failures;
            let is_done = |message: &Message| match self.bug {
                Some(Bug::DeletedAnyway) => true,
                Some(Bug::NeverDeleted) => false,
                _ => staying.iter().all(|failure| failure.item_identifier != message.id),
            };
            for message in messages.iter().filter(|message| is_done(message)) {
                self.queue.borrow_mut().remove(&message.id);
            }
        }
    }
}

impl Services for Run<'_> {
    type Error = &'static str;

    async fn load(&self, event: &CloudEvent, _: Duration) -> Result<CloudEvent, &'static str> {
        Ok(event.clone())
    }

    async fn ask(&self, event: &CloudEvent, timeout: Duration) -> Result<Answer, &'static str> {
        self.gate.pass().map_err(|_| "closed")?;
        *self.world.questions.borrow_mut() += 1;
        if !self.world.is_down() {
            self.world.take(20, 300).await;
            return Ok(Answer::Told(vec![event.clone()]));
        }
        // It is refused after some tries, or there is no answer at all.
        let share = self.world.random.borrow_mut().f64() * 2.0;
        tokio::time::sleep(timeout.mul_f64(share.min(1.0))).await;
        if self.world.bug != Some(Bug::NeverQuiet) {
            self.gate.close();
        }
        Err("down")
    }

    async fn store(&self, events: &[CloudEvent], _: Option<&str>) -> Result<(), &'static str> {
        self.world.take(5, 100).await;
        let now = self.world.elapsed();
        let mut known = self.world.events.borrow_mut();
        for event in events {
            known.entry(event.id.clone()).or_default().stored.push((now, event.confirmation));
        }
        Ok(())
    }

    async fn hide(&self, receipt: &str, pause: Duration) -> Result<(), &'static str> {
        self.world.take(5, 100).await;
        if self.world.bug == Some(Bug::NotHidden) {
            return Err("refused");
        }
        let now = self.world.elapsed();
        if let Some(waiting) = self.world.queue.borrow_mut().get_mut(receipt) {
            waiting.visible = now + Duration::from_secs(pause.as_secs());
        }
        Ok(())
    }
}

/// What became of all events.
#[derive(Debug, Default)]
struct Figures {
    events: usize,
    confirmed: usize,
    unverifiable: usize,
    longest: Duration,
    questions: usize,
}

impl fmt::Display for Figures {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { events, confirmed, unverifiable, longest, questions } = self;
        write!(
            formatter,
            "{events} events, {confirmed} confirmed, {unverifiable} unverifiable, after at most {:.1} s, by {questions} questions",
            longest.as_secs_f64()
        )
    }
}

/// Runs the function through the outage with events that wait for so long at most.
fn through(within: Duration, bug: Option<Bug>) -> Result<Figures, String> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
    let world = runtime.block_on(async {
        let world = World {
            bug,
            began: Instant::now(),
            random: RefCell::new(Rng::with_seed(SEED)),
            queue: RefCell::default(),
            events: RefCell::default(),
            questions: RefCell::default(),
        };
        let longer = if bug == Some(Bug::WaitsLonger) { Duration::from_secs(10) } else { Duration::ZERO };
        let runs = (0..RUNS).map(|_| world.invoke(Patience { within: within + longer }));
        tokio::join!(world.send(), futures_util::future::join_all(runs));
        world
    });
    let mut figures = Figures { questions: *world.questions.borrow(), ..Figures::default() };
    for (id, Event { sent, stored }) in world.events.borrow().iter() {
        let &[(at, confirmation)] = &stored[..] else {
            return Err(format!("{id}, which came after {sent:?}, was stored on {} times", stored.len()));
        };
        let waited = at.saturating_sub(*sent);
        if waited > within {
            return Err(format!("{id}, which came after {sent:?}, waited for {waited:?} of {within:?}"));
        }
        let meanwhile = (DOWN..UP).contains(sent);
        let expected = match confirmation {
            // No answer came before.
            _ if meanwhile && at < UP => Some(Confirmation::Unverifiable),
            _ if meanwhile && *sent + within >= UP + MARGIN => Some(Confirmation::Confirmed),
            // It came right before the outage or waited until right after it.
            _ if meanwhile || (*sent < DOWN && *sent + LONGEST_QUESTION >= DOWN) => confirmation,
            _ if (UP..UP + MARGIN).contains(sent) && within < 2 * MARGIN => confirmation,
            _ => Some(Confirmation::Confirmed),
        };
        if confirmation != expected {
            return Err(format!("{id}, which came after {sent:?}, is {confirmation:?} after {waited:?}"));
        }
        figures.events += 1;
        figures.confirmed += usize::from(confirmation == Some(Confirmation::Confirmed));
        figures.unverifiable += usize::from(confirmation == Some(Confirmation::Unverifiable));
        figures.longest = figures.longest.max(waited);
    }
    Ok(figures)
}

#[test]
fn in_an_outage_nothing_is_lost_and_nothing_waits_longer_than_its_bound() {
    for within in [60, 600, 1800].map(Duration::from_secs) {
        let figures = through(within, None).unwrap_or_else(|failure| panic!("{within:?}: {failure}"));
        println!("{within:>5?}: {figures}");
        let Figures { events, confirmed, unverifiable, .. } = figures;
        assert!(events > 4000 && confirmed > events / 2 && confirmed + unverifiable == events);
        assert_eq!(unverifiable == 0, DOWN + within > UP);
    }
}

#[test]
fn what_loses_events_or_lets_them_wait_is_found() {
    for (bug, words) in [
        (Bug::WaitsLonger, "waited for"),
        (Bug::NotHidden, "waited for"),
        (Bug::NeverQuiet, "waited for"),
        (Bug::DeletedAnyway, "stored on 0 times"),
        (Bug::NeverDeleted, "stored on"),
    ] {
        let failure = through(Duration::from_mins(1), Some(bug)).unwrap_err();
        println!("{bug:?} is found: {failure}");
        assert!(failure.contains(words), "{bug:?}: {failure}");
    }
}
