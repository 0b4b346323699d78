//! What the vendor's answer makes of true callbacks, and of forged ones.

use std::collections::{BTreeMap, BTreeSet};

use callbacks::{CloudEvent, Confirmation, NaturalKey, Product, decode};
use emulator::root;
use fake_vendors::query::{Forgery, Job, forged};
use fake_vendors::{KEY, TOKEN};
use jiff::Timestamp;

use crate::here::Here;
use crate::jobs::{event, expected, jobs};

/// The domains that deliver media in the samples.
const DOMAINS: &str = "media.example.com media.example.net sample-bucket.oss-cn-shanghai.aliyuncs.com";

/// The buckets of some jobs of Cloud Infinite, as the configuration has them.
fn buckets(jobs: &[Job]) -> String {
    let of = |job: &Job| {
        let key = NaturalKey::of(&event(Product::TencentCi, job.callback()))?;
        let (name, region) = key.bucket()?;
        // Callbacks of workflows have no region.
        Some(format!("{name}/{}", region.unwrap_or("ap-guangzhou")))
    };
    let buckets: BTreeSet<String> = jobs.iter().filter_map(of).collect();
    buckets.into_iter().collect::<Vec<_>>().join(" ")
}

/// What somebody else than the vendor would make of a job's callback, where that makes a difference to the event.
fn forgeries(product: Product, job: &Job) -> Vec<(Forgery, String)> {
    let event = event(product, job.callback());
    let key = NaturalKey::of(&event).unwrap();
    let places = |event: &CloudEvent| {
        let data = event.data().unwrap();
        let files = data.outputs.iter().chain(data.steps.iter().flat_map(|step| &step.outputs));
        let media = data.media.iter().map(|media| (media.url.clone(), media.object.clone()));
        media.chain(files.map(|file| (file.url.clone(), file.object.clone()))).collect::<Vec<_>>()
    };
    let verdict = |event: &CloudEvent| event.data().unwrap().review.as_ref().and_then(|review| review.verdict);
    [Forgery::InventedJob, Forgery::OtherOutcome, Forgery::OtherFiles, Forgery::OtherVerdict]
        .into_iter()
        .map(|forgery| (forgery, forged(job.callback(), &key, forgery)))
        .filter(|(forgery, body)| {
            let [other] = &decode(product, body.as_bytes(), Timestamp::now())[..] else { return false };
            if other.unreadable().is_some() {
                return false;
            }
            match forgery {
                Forgery::InventedJob => NaturalKey::of(other).is_some_and(|other| other.ids() != key.ids()),
                Forgery::OtherOutcome => other.r#type.outcome != event.r#type.outcome,
                Forgery::OtherFiles => places(other) != places(&event),
                Forgery::OtherVerdict => verdict(other) != verdict(&event),
            }
        })
        .collect()
}

/// What becomes of callbacks, by what they are.
fn outcomes(product: Product, number: usize, jobs: &[Job]) -> Vec<(String, Confirmation, Confirmation)> {
    let more = [(variables::CI_BUCKETS, buckets(jobs)), (variables::ALIYUN_VOD_DOMAINS, DOMAINS.to_owned())];
    let more = more.each_ref().map(|(name, value)| (*name, value.as_str()));
    let here = Here::start(&format!("forged{number}"), product, 60, "all", &more);
    let mut sent = BTreeMap::new();
    for job in jobs {
        let name = |event: &CloudEvent| {
            let name = event.vendorevent.as_deref().unwrap_or_default();
            format!("{name} {}", event.r#type.outcome)
        };
        for (forgery, body) in forgeries(product, job) {
            let event = here.event(&body);
            let own = expected(&event, Some(forgery));
            sent.insert(event.id.clone(), (format!("{forgery:?} of {}", name(&event)), own));
            here.post(&body);
        }
        let event = here.event(job.callback());
        sent.insert(event.id.clone(), (format!("true {}", name(&event)), expected(&event, None)));
        here.post(job.callback());
        here.vendor.add(job.clone());
    }
    let stored = here.confirmed();
    let found: BTreeMap<&str, Confirmation> =
        stored.iter().map(|event| (event.id.as_str(), event.confirmation.unwrap())).collect();
    assert_eq!(found.keys().copied().collect::<Vec<_>>(), sent.keys().map(String::as_str).collect::<Vec<_>>());
    assert_eq!(here.vendor.complaints(), "");
    let log = here.confirm.log().unwrap();
    assert!(!log.contains(KEY) && !log.contains(TOKEN) && !log.contains("SECRET"), "{log}");
    assert!(log.contains("\"Contradicted\"") && log.contains("\"ConfirmedEvents\""));
    sent.into_iter().map(|(id, (name, expected))| (name, expected, found[id.as_str()])).collect()
}

fn true_callbacks_are_confirmed_and_forged_ones_contradicted(product: Product) {
    let jobs = jobs(product);
    // As many as can be asked about within the bound. Alibaba Cloud is asked seven times a second, and several times about some jobs.
    let at_once = if matches!(product, Product::AliyunIms | Product::AliyunVod) { 16 } else { 80 };
    let chunks = jobs.chunks(at_once).enumerate();
    let all: Vec<_> = chunks.flat_map(|(number, jobs)| outcomes(product, number, jobs)).collect();
    let wrong: Vec<_> = all.iter().filter(|(_, expected, found)| expected != found).collect();
    assert!(wrong.is_empty(), "{product}: {wrong:#?}");
    let count = |start: &str, confirmation| {
        all.iter().filter(|(name, _, found)| name.starts_with(start) && *found == confirmation).count()
    };
    let confirmed = count("true", Confirmation::Confirmed);
    let [jobs, outcomes, files, verdicts] = ["InventedJob", "OtherOutcome", "OtherFiles", "OtherVerdict"]
        .map(|forgery| count(forgery, Confirmation::Contradicted));
    assert!(confirmed > 12 && jobs > 12 && outcomes > 12 && files > 4, "{product}");
    // No review of Intelligent Media Services is told.
    assert!(verdicts > 0 || product == Product::AliyunIms, "{product}");
}

#[test]
fn of_cloud_infinite_true_callbacks_are_confirmed_and_forged_ones_contradicted() {
    true_callbacks_are_confirmed_and_forged_ones_contradicted(Product::TencentCi);
}

#[test]
fn of_tencent_vod_true_callbacks_are_confirmed_and_forged_ones_contradicted() {
    true_callbacks_are_confirmed_and_forged_ones_contradicted(Product::TencentVod);
}

#[test]
fn of_aliyun_ims_true_callbacks_are_confirmed_and_forged_ones_contradicted() {
    true_callbacks_are_confirmed_and_forged_ones_contradicted(Product::AliyunIms);
}

#[test]
fn of_aliyun_vod_true_callbacks_are_confirmed_and_forged_ones_contradicted() {
    true_callbacks_are_confirmed_and_forged_ones_contradicted(Product::AliyunVod);
}

/// A short callback, the vendor's default, has the address of the object in place of its bucket and name.
#[test]
fn a_short_callback_of_a_review_is_confirmed_by_its_object() {
    let buckets = [(variables::CI_BUCKETS, "my-bkt-1250000001/ap-beijing")];
    let here = Here::start("short", Product::TencentCi, 60, "moderation", &buckets);
    let path = "shared/callbacks/testdata/tencent-ci/review-video/review-video-simple-ads.json";
    let body = std::fs::read_to_string(root().join(path)).unwrap();
    let job = Job::ended(body.as_str(), Timestamp::now());
    let key = NaturalKey::of(&here.event(&body)).unwrap();
    here.post(&body);
    here.vendor.add(job);
    let mut expected = BTreeMap::from([(here.event(&body).id, Confirmation::Confirmed)]);
    for other in [
        body.replace("my-bkt-1250000001", "other-bkt-1250000001"),
        body.replace("video/31.mp4", "video/32.mp4"),
        forged(&body, &key, Forgery::OtherVerdict),
        forged(&body, &key, Forgery::OtherOutcome),
        forged(&body, &key, Forgery::InventedJob),
    ] {
        expected.insert(here.event(&other).id, Confirmation::Contradicted);
        here.post(&other);
    }
    assert_eq!(expected.len(), 6);
    let stored = here.confirmed();
    let found: BTreeMap<String, Confirmation> =
        stored.into_iter().map(|event| (event.id, event.confirmation.unwrap())).collect();
    assert_eq!(found, expected);
}

/// The access key does not see the jobs of another account, so that the vendor would say that there are none.
#[test]
fn an_event_of_another_account_is_not_asked_about() {
    for (product, body) in [
        (
            Product::AliyunIms,
            r#"{"EventType":"DeleteMediaComplete","UserId":17,"MessageBody":{"Status":"Success","MediaId":"71151b80f2d"}}"#,
        ),
        (
            Product::AliyunVod,
            r#"{"EventType":"DeleteMediaComplete","UserId":"17","Status":"success","MediaId":"9586704b959"}"#,
        ),
    ] {
        let here = Here::start("account", product, 600, "all", &[(variables::ALIYUN_ACCOUNT, "17")]);
        for (body, expected, is_asked) in [
            (body.replace("17", "18"), Confirmation::Unverifiable, false),
            (body.to_owned(), Confirmation::Confirmed, true),
        ] {
            here.post(&body);
            let confirmations: Vec<_> = here.confirmed().iter().map(|event| event.confirmation).collect();
            assert_eq!((confirmations, here.vendor.requests() > 0), (vec![Some(expected)], is_asked), "{product}");
        }
    }
}

/// All that a vendor tells of a deletion is that there are no such media. Of media that are there, a part may be gone.
#[test]
fn a_deletion_is_confirmed_only_where_the_media_are_gone() {
    for (product, gone, there) in [
        (
            Product::TencentVod,
            r#"{"EventType":"FileDeleted","FileDeleteEvent":{"FileIdSet":["5285890784246869930"]}}"#,
            r#"{"EventType":"NewFileUpload","FileUploadEvent": {"FileId":"5285890784246869930"}}"#,
        ),
        (
            Product::AliyunVod,
            r#"{"EventType":"DeleteMediaComplete","Status":"success","MediaId":"9586704b959"}"#,
            r#"{"EventType":"FileUploadComplete","Status":"success","VideoId":"9586704b959","FileUrl":"http://a/b"}"#,
        ),
        (
            Product::AliyunIms,
            r#"{"EventType":"DeleteMediaComplete","MessageBody":{"Status":"Success","MediaId":"71151b80f2d"}}"#,
            r#"{"EventType":"FileUploadComplete","MessageBody":{"Status":"Success","MediaId":"71151b80f2d","FileUrl":"http://a/b"}}"#,
        ),
    ] {
        let here = Here::start("gone", product, 600, "all", &[]);
        here.post(gone);
        let confirmations = |events: Vec<CloudEvent>| events.iter().map(|event| event.confirmation).collect::<Vec<_>>();
        assert_eq!(confirmations(here.confirmed()), [Some(Confirmation::Confirmed)], "{product}");
        here.vendor.add(Job::ended(there, Timestamp::now()));
        here.post(gone);
        assert_eq!(confirmations(here.confirmed()), [Some(Confirmation::Unverifiable)], "{product}");
    }
}
