//! Which events pass, and how.

use std::thread;
use std::time::{Duration, Instant};

use callbacks::{Confirmation, Product};
use emulator::poller::poll;
use emulator::proxy::{Fault, SEND};
use serde_json::Value;

use crate::here::{Here, LIMIT};
use crate::jobs::some_jobs;

#[test]
fn what_is_not_stored_on_stays_and_what_comes_twice_is_published_once() {
    let here = Here::start("stored", Product::TencentVod, 600, "all", &[]);
    let job = &some_jobs(here.product)[0];
    here.vendor.add(job.clone());
    here.post(job.callback());
    here.stack.intake.set_plan(|call| (call.operation == SEND).then_some(Fault::Error));
    let batch = here.poll();
    assert_eq!((batch.received.len(), batch.failed.len()), (1, 1));
    assert_eq!(here.stack.aws.length(&here.queue).unwrap(), 1);
    here.stack.intake.set_plan(|_| None);
    // What was stored on and not deleted comes again, as the vendor's own retry does.
    here.post(job.callback());
    let started = Instant::now();
    while here.stack.aws.length(&here.queue).unwrap() > 0 {
        assert!(started.elapsed() < LIMIT);
        here.poll();
        thread::sleep(Duration::from_millis(100));
    }
    let dispatch = here.stack.dispatch(&[]).unwrap();
    while here.stack.aws.length(&here.stack.resources.queue).unwrap() > 0 {
        poll(&here.stack.aws, &here.stack.resources.queue, 10, &dispatch).unwrap();
    }
    let published = here.stack.aws.drain(&here.stack.resources.target).unwrap();
    let published: Vec<Value> = published.iter().map(|message| serde_json::from_str(&message.body).unwrap()).collect();
    assert_eq!(published.len(), 1);
    let detail = &published[0]["detail"];
    assert_eq!(
        (detail["confirmation"].as_str(), detail["id"].as_str()),
        (Some("confirmed"), Some(here.event(job.callback()).id.as_str()))
    );
}

#[test]
fn what_was_not_chosen_passes_as_it_came() {
    let here = Here::start("passes", Product::TencentVod, 600, "live", &[]);
    let job = &some_jobs(here.product)[0];
    here.post(job.callback());
    let [stored] = &here.confirmed()[..] else { panic!("not one event") };
    assert_eq!((stored.confirmation, &stored.id), (None, &here.event(job.callback()).id));
    assert_eq!(here.vendor.requests(), 0);
}

/// The data of a large event is in the bucket, which the function reads.
#[test]
fn a_large_event_is_confirmed_too() {
    let here = Here::start("large", Product::TencentVod, 600, "all", &[(variables::EVENT_LIMIT, "16384")]);
    let job = &some_jobs(here.product)[0];
    let padding = format!(r#"{{"Padding":"{}","#, "x".repeat(20_000));
    let body = job.callback().trim_start().replacen('{', &padding, 1);
    here.vendor.add(job.clone());
    here.post(&body);
    let [stored] = &here.confirmed()[..] else { panic!("not one event") };
    assert_eq!(stored.confirmation, Some(Confirmation::Confirmed));
    assert!(stored.data().is_none() && stored.id == here.event(&body).id);
}
