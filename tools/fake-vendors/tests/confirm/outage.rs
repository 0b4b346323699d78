//! The vendor's API is down, or behind its callbacks.

use std::collections::{BTreeMap, BTreeSet};
use std::thread;
use std::time::{Duration, Instant};

use callbacks::{CloudEvent, Confirmation, Product};
use fake_vendors::query::QueryFault;
use fastrand::Rng;
use jiff::{SignedDuration, Timestamp};

use crate::here::{Here, LIMIT};
use crate::jobs::{another, some_jobs};

/// For how long an API is down where nothing else is said.
const SHORT: Duration = Duration::from_secs(20);

/// The least for which an event waits: that of `ConfirmWithin`.
const SHORTEST: Duration = Duration::from_secs(10);

/// The longest from one callback to the next.
const LONGEST_PAUSE: Duration = Duration::from_secs(3);

/// How much later than its bound an event may be here, where other tests keep the machine busy. That none is later at all, the
/// tests of the function's library show in virtual time.
const LATE: Duration = Duration::from_secs(30);

/// The API is down for seconds, and for minutes in `make test-outage`. Callbacks come before, meanwhile and after; one half of
/// them waits for less than the outage, the other for longer.
#[test]
fn while_the_api_is_down_nothing_is_lost_and_nothing_waits_longer_than_its_bound() {
    let minutes = std::env::var("OUTAGE_MINUTES").ok().map(|minutes| Duration::from_mins(minutes.parse().unwrap()));
    let outage = minutes.unwrap_or(SHORT);
    println!("The vendors' APIs are down for {} s.", outage.as_secs());
    println!("product     bound   callbacks  of them meanwhile  confirmed  unverifiable  longest wait");
    thread::scope(|scope| {
        let bounds = [(outage / 5).max(SHORTEST), outage * 3];
        let runs = Product::ALL.iter().flat_map(|product| bounds.map(|within| (*product, within)));
        let runs = runs.map(|(product, within)| scope.spawn(move || through(product, outage, within)));
        for run in runs.collect::<Vec<_>>() {
            println!("{}", run.join().unwrap());
        }
    });
}

/// A callback that was posted.
struct Posted {
    at: Timestamp,
    period: Period,
}

/// When a callback was posted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Period {
    Before,
    Meanwhile,
    After,
}

/// Posts callbacks through an outage, looks at what is stored on of them, and returns the figures.
fn through(product: Product, outage: Duration, within: Duration) -> String {
    let seconds = within.as_secs();
    let here = Here::start(&format!("down{seconds}"), product, seconds, "all", &[]);
    let (posted, up) = thread::scope(|scope| {
        let posting = scope.spawn(|| post_through(&here, outage));
        while !posting.is_finished() || here.is_waiting() {
            if here.poll().received.is_empty() {
                thread::sleep(Duration::from_millis(300));
            }
        }
        posting.join().unwrap()
    });
    let (mut counts, mut longest) = (BTreeMap::new(), SignedDuration::ZERO);
    let messages = here.stack.aws.drain(&here.stack.resources.queue).unwrap();
    assert_eq!(messages.len(), posted.len(), "{product}: stored on once");
    let mut stored = BTreeSet::new();
    for message in messages {
        let events: Vec<CloudEvent> = serde_json::from_str(&message.body).unwrap();
        assert_eq!(events.len(), 1);
        let event = &events[0];
        let Posted { at, period } = posted[&event.id];
        let at_last = message.attributes["SentTimestamp"].as_str().unwrap().parse().unwrap();
        let at_last = Timestamp::from_millisecond(at_last).unwrap();
        let confirmation = event.confirmation.unwrap();
        let expected = match period {
            Period::Meanwhile if at_last < up => Confirmation::Unverifiable,
            // It was settled right before the API came back, or right after.
            Period::Meanwhile if within < outage => confirmation,
            _ => Confirmation::Confirmed,
        };
        assert_eq!(
            confirmation,
            expected,
            "{product}, {seconds} s, {period:?}, after {:#}",
            at_last.duration_since(at)
        );
        assert_ne!(confirmation, Confirmation::Contradicted, "{product}");
        longest = longest.max(at_last.duration_since(at));
        *counts.entry(confirmation).or_insert(0_usize) += 1;
        assert!(stored.insert(event.id.clone()), "{product}: stored on twice");
    }
    let count = |confirmation| counts.get(&confirmation).copied().unwrap_or_default();
    let meanwhile = posted.values().filter(|posted| posted.period == Period::Meanwhile).count();
    let [confirmed, unverifiable] = [Confirmation::Confirmed, Confirmation::Unverifiable].map(count);
    // All that waits for less than the outage, but what came at its end; and nothing that waits for longer.
    assert!(
        if within < outage { unverifiable > meanwhile / 3 } else { unverifiable == 0 },
        "{product}: {unverifiable}"
    );
    assert!(longest < SignedDuration::try_from(within + LATE).unwrap(), "{product}: {longest:#}");
    assert!(here.confirm.log().unwrap().contains("\"LookupFailures\""));
    format!(
        "{:<11} {seconds:>4} s  {:>10}  {meanwhile:>17}  {confirmed:>9}  {unverifiable:>12}  {:>10.1} s",
        product.slug(),
        posted.len(),
        longest.as_secs_f64()
    )
}

/// Posts callbacks before, during and after an outage. Returns them by the ids of their events, and when the outage was over.
fn post_through(here: &Here, outage: Duration) -> (BTreeMap<String, Posted>, Timestamp) {
    let mut random = Rng::with_seed(19);
    let samples = some_jobs(here.product);
    let mut posted = BTreeMap::new();
    let pause = (outage / 40).min(LONGEST_PAUSE);
    let mut post = |period| {
        let job = another(here.product, &samples[posted.len() % samples.len()], posted.len(), &mut random);
        let at = Timestamp::now();
        here.vendor.add(job.clone());
        here.post(job.callback());
        assert!(posted.insert(here.event(job.callback()).id, Posted { at, period }).is_none());
        thread::sleep(pause);
    };
    (0..8).for_each(|_| post(Period::Before));
    let started = Instant::now();
    while here.is_waiting() {
        assert!(started.elapsed() < LIMIT, "{}", here.confirm.log().unwrap());
        thread::sleep(pause);
    }
    here.vendor.set_down(true);
    let started = Instant::now();
    while started.elapsed() < outage {
        post(Period::Meanwhile);
    }
    let up = Timestamp::now();
    here.vendor.set_down(false);
    // A vendor that did not answer is left alone for a while, which may be as long as an event waits here.
    thread::sleep(SHORTEST);
    (0..8).for_each(|_| post(Period::After));
    (posted, up)
}

#[test]
fn an_api_that_comes_back_in_time_settles_what_waits() {
    for product in Product::ALL {
        let here = Here::start("back", product, 600, "all", &[]);
        let jobs = &some_jobs(product)[..4];
        here.vendor.set_down(true);
        for job in jobs {
            here.post(job.callback());
            here.vendor.add(job.clone());
        }
        let batch = here.poll();
        assert_eq!((batch.received.len(), batch.failed.len()), (4, 4), "{product}");
        assert_eq!(here.stored().len(), 0);
        here.vendor.set_down(false);
        here.vendor.fail([QueryFault::Throttle, QueryFault::Garbage(500)]);
        let stored = here.confirmed();
        assert_eq!(stored.iter().map(|event| event.id.clone()).collect::<BTreeSet<_>>(), here.ids(jobs));
        assert!(stored.iter().all(|event| event.confirmation == Some(Confirmation::Confirmed)), "{product}");
    }
}

/// No vendor says how soon its API knows what its callback says.
#[test]
fn an_api_that_is_behind_the_callback_contradicts_nothing() {
    for product in Product::ALL {
        let here = Here::start("behind", product, 600, "all", &[]);
        here.vendor.set_delay(4);
        let jobs = &some_jobs(product)[..4];
        for job in jobs {
            here.vendor.add(job.clone().created(Timestamp::now()));
            here.post(job.callback());
        }
        let stored = here.confirmed();
        assert_eq!(stored.len(), 4);
        assert!(stored.iter().all(|event| event.confirmation == Some(Confirmation::Confirmed)), "{product}");
    }
}
