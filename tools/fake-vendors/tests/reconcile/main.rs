//! The function that reconciles, between fakes of the vendors' query APIs and the AWS APIs, beside receivers and dispatch: what the
//! vendors' callbacks do not bring comes by their lists, once.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod here;
mod jobs;
mod uploads;

use std::collections::{BTreeMap, BTreeSet};
use std::time::Instant;

use callbacks::Product;
use emulator::moto::Moto;
use fake_vendors::query::{Job, QueryFault};
use fake_vendors::{KEY, TOKEN};
use fastrand::Rng;
use here::Here;
use jiff::{SignedDuration, Timestamp};
use jobs::{Ended, Fate, jobs, otherwise, workflows};
use serde_json::json;

/// The products whose lists are read, with the ending of their samples that an API answers with, and how many jobs end. They are few
/// where few requests a second are allowed. A product whose lists are new takes a row.
const PRODUCTS: [(Product, &str, usize); 4] = [
    (Product::TencentVod, "json", 900),
    (Product::TencentCi, "xml", 900),
    (Product::AliyunIms, "json", 100),
    (Product::AliyunVod, "json", 100),
];

/// What is looked for: everything, and whatever looks as if it had been uploaded to `ApsaraVideo` VOD.
const CHOICE: &str = "tencent-vod:all tencent-ci:all aliyun-ims:all aliyun-vod:all,upload";

const SEED: u64 = 19;

fn ago(seconds: i64) -> Timestamp {
    Timestamp::now().saturating_sub(SignedDuration::from_secs(seconds)).unwrap()
}

#[test]
fn every_job_that_ended_is_on_the_bus_once() {
    let started = Instant::now();
    let told = |what: &str| println!("{:>4} s  {what}", started.elapsed().as_secs());
    let mut random = Rng::with_seed(SEED);
    let jobs: Vec<Ended> =
        PRODUCTS.iter().flat_map(|(product, ending, count)| jobs(*product, ending, *count, &mut random)).collect();
    let bodies = |fate: Fate| -> Vec<(Product, &str)> {
        let of_fate = jobs.iter().filter(|job| job.fate == fate);
        of_fate.map(|job| (job.product, job.body.as_str())).collect()
    };
    let count = |product: Product, fates: &[Fate]| {
        jobs.iter().filter(|job| job.product == product && fates.contains(&job.fate)).count()
    };
    told("there are jobs");
    let moto = Moto::start().unwrap();
    let mut here = Here::start(&moto, "reconcile", CHOICE, &workflows(&jobs));
    // The first run notes when it began, and looks for nothing older.
    let reports = here.reconciled().unwrap();
    assert!(reports.values().all(|report| report["is_done"] == true && report["listed"] == 0), "{reports:?}");
    here.begin_earlier();
    for job in &jobs {
        here.vendors[job.product.slug()].add(Job::ended(&*job.body, job.ended_at));
    }
    told("there are jobs and functions");

    here.post(&bodies(Fate::Sent));
    here.pull(&bodies(Fate::Queued).iter().map(|(_, body)| (*body).to_owned()).collect::<Vec<_>>());
    told("the callbacks are posted and pulled");
    here.dispatched();
    let mut published = here.published();
    for (origin, fate) in [("callback", Fate::Sent), ("queue", Fate::Queued)] {
        let came = published.iter().filter(|event| event["origin"] == origin).count();
        assert_eq!(came, bodies(fate).len(), "{origin}");
    }
    assert_eq!(published.len(), bodies(Fate::Sent).len() + bodies(Fate::Queued).len());
    told("and dispatched");

    // The vendors are slow and have faults, and the first run does not come to an end.
    for vendor in here.vendors.values() {
        vendor.fail([QueryFault::Throttle, QueryFault::Internal, QueryFault::CutOff]);
    }
    let lost = [Fate::Dropped, Fate::Late, Fate::Otherwise];
    let reports = here.reconciled().unwrap();
    told("reconciled");
    for (product, _, jobs) in PRODUCTS {
        let report = &reports[product.slug()];
        println!("       {report}");
        let expected = json!([count(product, &lost), count(product, &[Fate::NotDue]), 0, 0, true]);
        let found = ["stored", "not_due", "untold", "open", "is_done"].map(|name| report[name].clone());
        assert_eq!(json!(found), expected, "{report}");
        let tells = matches!(product, Product::TencentCi | Product::TencentVod);
        assert!(count(product, &lost) > jobs / 10 && (count(product, &[Fate::NotDue]) > 1) == tells, "{product}");
    }
    here.dispatched();
    let recovered = here.published();
    assert!(recovered.iter().all(|event| event["origin"] == "reconciled"));
    published.extend(recovered);
    told("and dispatched");

    // Late callbacks bring nothing new but where they say otherwise.
    let late = bodies(Fate::Late);
    let others: Vec<(Product, String)> = jobs
        .iter()
        .filter(|job| job.fate == Fate::Otherwise)
        .map(|job| (job.product, otherwise(job.product, &job.body, &job.end).unwrap()))
        .collect();
    here.post(&late);
    here.post(&others.iter().map(|(product, body)| (*product, body.as_str())).collect::<Vec<_>>());
    here.dispatched();
    let otherwise = here.published();
    assert_eq!((otherwise.len(), others.len() > 5, late.len() > 10), (others.len(), true, true));
    assert!(otherwise.iter().all(|event| event["origin"] == "callback"));

    // Nothing is found twice.
    let reports = here.reconciled().unwrap();
    assert!(reports.values().all(|report| report["stored"] == 0 && report["is_done"] == true), "{reports:?}");

    let mut times: BTreeMap<&str, usize> = BTreeMap::new();
    for event in &published {
        *times.entry(event["jobend"].as_str().unwrap()).or_default() += 1;
    }
    let due: BTreeSet<&str> = jobs.iter().filter(|job| job.fate != Fate::NotDue).map(|job| job.end.as_str()).collect();
    assert_eq!(times.keys().copied().collect::<BTreeSet<_>>(), due);
    assert!(times.values().all(|times| *times == 1));
    let kinds: BTreeSet<&str> = published.iter().map(|event| event["vendorevent"].as_str().unwrap()).collect();
    println!("       {} events of {} sorts", published.len(), kinds.len());

    // The number that nobody has.
    let all: usize = PRODUCTS.iter().map(|(product, ..)| count(*product, &lost)).sum();
    assert_eq!(Here::counted(&here.dispatch, "Recovered"), all as u64);
    assert_eq!(Here::counted(&here.reconcile, "Reconciled"), all as u64);
    for vendor in here.vendors.values() {
        assert_eq!((vendor.complaints().as_str(), vendor.has_failed()), ("", true));
    }
    let log = here.reconcile.log().unwrap();
    assert!(!log.contains(KEY) && !log.contains(TOKEN) && !log.contains("SECRET"), "{log}");
    told("the end");
}

/// A vendor that is down, or a queue that takes nothing: the run fails, and the next one goes on.
#[test]
fn what_could_not_be_looked_at_is_looked_at_later() {
    let mut random = Rng::with_seed(SEED);
    let jobs: Vec<Ended> = PRODUCTS
        .iter()
        .flat_map(|(product, ending, _)| jobs(*product, ending, 20, &mut random))
        .filter(|job| job.fate != Fate::NotDue)
        .collect();
    let moto = Moto::start().unwrap();
    let mut here = Here::start(&moto, "later", CHOICE, &workflows(&jobs));
    here.reconciled().unwrap();
    here.begin_earlier();
    for job in &jobs {
        here.vendors[job.product.slug()].add(Job::ended(&*job.body, job.ended_at));
    }
    here.stack
        .intake
        .set_plan(|call| (call.operation == emulator::proxy::SEND).then_some(emulator::proxy::Fault::Error));
    let error = here.reconciled().unwrap_err();
    assert!(error.contains("of 4 products could not be looked at"), "{error}");
    here.stack.intake.set_plan(|_| None);
    let reports = here.reconciled().unwrap();
    assert!(reports.values().all(|report| report["is_done"] == true), "{reports:?}");
    here.dispatched();
    let ends: BTreeSet<String> =
        here.published().iter().map(|event| event["jobend"].as_str().unwrap().to_owned()).collect();
    assert_eq!(ends, jobs.iter().map(|job| job.end.clone()).collect());
    assert_eq!(Here::counted(&here.reconcile, "ReconcileFailures"), 4);
}
