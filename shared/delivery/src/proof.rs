//! The proof of delivery: dispatch in every order in which runs, faults, the queue, the vendor and time can follow each
//! other, within bounds.
//!
//! [`caller`] is the real code over the requests that [`Table`] makes, which [`table`] evaluates; [`moto`] holds [`table`]
//! against another implementation. [`world`] is everything around it, [`parts`] what that is made of, [`bounds`] how much of
//! it there is. [`step`] is what happens in it, [`next`] what can happen next, [`state`] which of its states are alike,
//! [`story`] what happens in words. [`promises`] have to hold, which [`checks`] sees to, [`bugs`] have to be found,
//! [`documents`] have to say what happens, and [`model`] has to come to the same. The way into the queue is explored in
//! `lambda`.
//!
//! What takes effect and what is answered is one step, since a run does nothing in between. Runs, messages and events are
//! few, and so are faults: a bug that shows only with more of them is not found.

mod bounds;
mod bugs;
mod caller;
mod checks;
mod documents;
mod model;
mod moto;
mod next;
mod parts;
mod promises;
mod state;
mod step;
mod story;
mod table;
mod world;

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant};

use aws_config::BehaviorVersion;
use bounds::{ALL, Bounds, WIDE};
use bugs::Bug;
use caller::{Requests, Running};
use checks::Totals;
use explorer::{Figures, Schedule, Violation, explore, explore_each, is_full, replay, sample, sown};
use promises::{Broken, Class};
use protocol::Outcome;
use step::Step;
use tokio::runtime::{Builder, Runtime};
use world::World;

use crate::ledger::Table;

/// How many of a hundred choices of a random schedule are not what happens where nothing goes wrong.
const RANDOM: u64 = 20;

/// Explores schedules over one table client and one clock.
struct Explorer {
    bounds: Bounds,
    bug: Option<Bug>,
    requests: Rc<Requests>,
    runtime: Runtime,
    classes: BTreeSet<Class>,
    tells_outcomes: bool,
    outcomes: BTreeSet<Outcome>,
}

impl Explorer {
    fn new(bounds: Bounds, bug: Option<Bug>) -> Self {
        let configuration = aws_sdk_dynamodb::Config::builder().behavior_version(BehaviorVersion::latest()).build();
        let client = aws_sdk_dynamodb::Client::from_conf(configuration);
        let requests = Rc::new(Requests::new(Table::new(client, "events".to_owned())));
        Self {
            bounds,
            bug,
            requests,
            runtime: runtime(),
            classes: BTreeSet::new(),
            tells_outcomes: false,
            outcomes: BTreeSet::new(),
        }
    }

    fn explore(&mut self) -> Result<Figures, Violation<Broken>> {
        explore(|schedule| self.schedule(schedule, false, &mut Totals::default()).0)
    }

    /// What happens in a schedule, in words.
    fn story(&mut self, schedule: &str) -> String {
        let (result, story) = replay(schedule, |schedule| self.schedule(schedule, true, &mut Totals::default()));
        let end = result.err().map_or_else(String::new, |broken| format!("{broken}\n"));
        format!("{}\n{end}", story.join("\n"))
    }

    fn schedule(
        &mut self,
        schedule: &mut Schedule<'_>,
        tells: bool,
        totals: &mut Totals,
    ) -> (Result<(), Broken>, Vec<String>) {
        let mut world = self.runtime.block_on(tokio::task::unconstrained(self.live(schedule, tells)));
        totals.add(&world);
        self.outcomes.extend(world.outcome.take());
        self.classes.extend(world.classes.drain(..));
        (world.broken.map_or(Ok(()), Err), world.story.unwrap_or_default())
    }

    /// Takes step after step until nothing more happens, or what follows is known.
    async fn live(&self, schedule: &mut Schedule<'_>, tells: bool) -> World {
        let mut world = World::new(self.bounds, self.bug);
        world.story = tells.then(Vec::new);
        world.tells_outcome = self.tells_outcomes;
        let world = Rc::new(RefCell::new(world));
        let mut running: Vec<Option<Running>> = Vec::new();
        loop {
            let steps = world.borrow().steps();
            if steps.len() > 1 && !schedule.is_new(|| world.borrow().state()) {
                break;
            }
            let choice = if steps.len() > 1 { schedule.choose(steps.len()) } else { 0 };
            let step = steps[choice];
            world.borrow_mut().tells(|world| world.tell(step));
            if step == Step::End {
                world.borrow_mut().end_all();
                break;
            }
            if step == Step::Wait {
                world.borrow_mut().disturb_if_late();
            }
            let duration = world.borrow_mut().duration(step);
            if !duration.is_zero() {
                tokio::time::advance(duration).await;
                world.borrow_mut().tick(step);
            }
            let went_on = if let Step::Start { message, clock, used } = step {
                let (records, now, deadline) = world.borrow_mut().start(message, clock, used);
                running.push(Some(caller::run(&world, &self.requests, running.len(), records, now, deadline)));
                Some(running.len() - 1)
            } else {
                world.borrow_mut().take(step)
            };
            for (run, running) in running.iter_mut().enumerate() {
                let is_working = world.borrow().is_working(run);
                if !is_working {
                    *running = None;
                } else if went_on == Some(run) || !duration.is_zero() {
                    go_on(&world, run, running.as_mut());
                }
            }
            if world.borrow().broken.is_some() {
                break;
            }
        }
        drop(running);
        Rc::into_inner(world).expect("nobody else has it").into_inner()
    }
}

/// Lets a run go on until it waits for something.
fn go_on(world: &Rc<RefCell<World>>, number: usize, running: Option<&mut Running>) {
    let Some(running) = running else { return };
    match running.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(report) => world.borrow_mut().done(number, &report),
        Poll::Pending => world.borrow_mut().waits(number),
    }
}

/// A runtime whose clock stands still unless it is advanced.
fn runtime() -> Runtime {
    Builder::new_current_thread().enable_time().start_paused(true).build().unwrap()
}

/// The bounds, as wide as they are explored.
fn bounds() -> Vec<Bounds> {
    ALL.iter().map(|all| Bounds { faults: if is_full() { all.faults } else { all.in_test }, ..*all }).collect()
}

/// What is found within bounds: the figures or a story, the classes, and how long it took.
type Found = (Result<Figures, String>, BTreeSet<Class>, Duration);

fn found(bounds: &Bounds, bug: Option<Bug>) -> Found {
    let started = Instant::now();
    let mut explorer = Explorer::new(*bounds, bug);
    let figures = explorer.explore().map_err(|failure| {
        let name = format!("{}:{}", bounds.name, failure.schedule);
        format!("schedule {name}: {}\n{}", failure.error, explorer.story(&failure.schedule))
    });
    (figures, explorer.classes, started.elapsed())
}

/// Every promise, in every schedule; and every class of what happens is in the documents, and what is in them happens.
#[test]
fn every_schedule_keeps_the_promises() {
    let bug = sown(&Bug::ALL);
    let all = bug.map_or_else(bounds, |bug| vec![bug.bounds()]);
    let mut classes = BTreeSet::new();
    let mut failures = Vec::new();
    for (bounds, (figures, found, time)) in all.iter().zip(explore_each(&all, |bounds| found(bounds, bug))) {
        match figures {
            Ok(Figures { schedules, states, longest }) => println!(
                "{:<18} {} faults: {schedules:>9} schedules, {states:>8} states, at most {longest:>2} choices, {:>3} s",
                bounds.name,
                bounds.faults,
                time.as_secs()
            ),
            Err(story) => failures.push(story),
        }
        classes.extend(found);
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
    println!("classes: {classes:?}");
    documents::check(&classes);
}

/// Each bug is looked for where it shows first: with the fewest faults, so that the stories are short.
#[test]
fn every_bug_is_found() {
    for bug in Bug::ALL {
        let mut explorer = Explorer::new(bug.bounds(), Some(bug));
        let failure = explorer.explore().err().unwrap_or_else(|| panic!("{bug:?} was not found"));
        println!("{bug:?} is found: {} {failure}\n{}", bug.bounds().name, explorer.story(&failure.schedule));
    }
}

/// `PROVE_CALLBACKS` says how many callbacks there are, `PROVE_SEED` with which seed the first schedule is made.
#[test]
fn random_schedules_keep_the_promises() {
    let number = |name: &str, default| std::env::var(name).map_or(default, |value| value.parse().unwrap());
    let (callbacks, seed) = (number("PROVE_CALLBACKS", 500), number("PROVE_SEED", 1_u64));
    let mut explorer = Explorer::new(WIDE, None);
    let (mut totals, mut schedules) = (Totals::default(), 0);
    while totals.callbacks < callbacks {
        let (result, story) =
            sample(seed + schedules, RANDOM, |schedule| explorer.schedule(schedule, false, &mut totals));
        drop(story);
        if let Err(broken) = result {
            let story = sample(seed + schedules, RANDOM, |schedule| explorer.schedule(schedule, true, &mut totals)).1;
            panic!("seed {}: {broken}\n{}", seed + schedules, story.join("\n"));
        }
        schedules += 1;
    }
    println!("seeds {seed} to {}: {totals:#?}", seed + schedules - 1);
    assert_eq!(totals.lost, 0);
    assert!(totals.dead_letters > 0, "random schedules are to reach the dead letters");
}

/// Tells what happens in the schedule `PROVE_REPLAY`, which a failure has named, if it is one of dispatch:
/// `one-callback:10d1`.
#[test]
fn a_schedule_is_told() {
    let schedule = std::env::var("PROVE_REPLAY").unwrap_or_else(|_| "one-callback:".to_owned());
    let (name, choices) = schedule.split_once(':').expect("<bounds>:<choices>");
    let Some(bounds) = ALL.iter().find(|bounds| bounds.name == name) else {
        println!("no bounds of dispatch are called {name}");
        return;
    };
    let story = Explorer::new(*bounds, None).story(choices);
    assert!(story.contains("nothing more happens") || story.contains("event "), "{story}");
    println!("{story}");
}
