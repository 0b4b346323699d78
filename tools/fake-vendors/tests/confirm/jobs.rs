//! Jobs at the vendors, made of the samples of their callbacks, and what the vendors' APIs tell of them.

use std::collections::BTreeMap;

use callbacks::{CloudEvent, Confirmation, Kind, NaturalKey, Outcome, Product, decode};
use emulator::root;
use fake_vendors::query::{BUCKET, Forgery, Job, with_id};
use fastrand::Rng;
use jiff::{SignedDuration, Timestamp};
use sender::fresh::fresh;

/// The event of this body, as the receiver makes it.
pub(crate) fn event(product: Product, body: &str) -> CloudEvent {
    let mut events = decode(product, body.as_bytes(), Timestamp::now());
    assert_eq!(events.len(), 1);
    events.remove(0)
}

/// A job of each sort that the fakes have an answer about, and of each way in which it ended, a moment ago.
pub(crate) fn jobs(product: Product) -> Vec<Job> {
    let mut random = Rng::with_seed(19);
    let mut jobs = BTreeMap::new();
    let mut paths = vec![root().join("shared/callbacks/testdata").join(product.slug())];
    while let Some(path) = paths.pop() {
        if path.is_dir() {
            paths.extend(path.read_dir().unwrap().map(|entry| entry.unwrap().path()));
            paths.sort();
            continue;
        }
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        // Cloud Infinite's API answers in XML, though callbacks of reviews are in JSON; that of VOD in the form of today's callbacks.
        let ending = if product == Product::TencentCi && !name.starts_with("review") { "xml" } else { "json" };
        if name.starts_with("v2-") || path.extension().is_none_or(|found| found != ending) {
            continue;
        }
        let now = Timestamp::now();
        let Ok(body) = fresh(product, &std::fs::read(&path).unwrap(), now, &mut random) else { continue };
        let Ok(body) = String::from_utf8(body) else { continue };
        let [event] = &decode(product, body.as_bytes(), now)[..] else { continue };
        if is_told(event, &body) {
            let verdict = event.data().unwrap().review.as_ref().map(|review| format!("{:?}", review.verdict));
            let sort = (event.vendorevent.clone(), event.r#type.outcome.to_string(), verdict);
            let number = jobs.len();
            jobs.entry(sort).or_insert_with(|| Job::ended(with_own_ids(event, body, number), now));
        }
    }
    let jobs: Vec<Job> = jobs.into_values().collect();
    assert!(jobs.len() > 15, "{product}: {}", jobs.len());
    jobs
}

/// Some jobs whose true callbacks are confirmed. Those of Cloud Infinite are in the bucket that is configured.
pub(crate) fn some_jobs(product: Product) -> Vec<Job> {
    let is_plain = |job: &Job| {
        let event = event(product, job.callback());
        let key = NaturalKey::of(&event).unwrap();
        key.bucket().is_none_or(|bucket| bucket == (BUCKET.0, Some(BUCKET.1)))
            && expected(&event, None) == Confirmation::Confirmed
            && event.r#type.kind != Kind::Moderation
    };
    let jobs: Vec<Job> = jobs(product).into_iter().filter(is_plain).take(8).collect();
    assert!(jobs.len() >= 4, "{product}");
    jobs
}

/// Another job like this one, which ended now.
pub(crate) fn another(product: Product, job: &Job, number: usize, random: &mut Rng) -> Job {
    let now = Timestamp::now();
    let body = String::from_utf8(fresh(product, job.callback().as_bytes(), now, random).unwrap()).unwrap();
    Job::ended(with_own_ids(&event(product, &body), body, number), now)
}

/// Whether the vendor's API tells of the end that an event reports. `docs/lookup.md` has those of which it does not.
fn is_told(event: &CloudEvent, body: &str) -> bool {
    let Some(key) = NaturalKey::of(event) else { return false };
    let has_ended = !matches!(event.r#type.outcome, Outcome::Running | Outcome::Unknown);
    has_ended
        && match (event.source, key.end()) {
            // Of media that are gone, all APIs tell no more than that.
            (_, "FileDeleted" | "DeleteMediaComplete" | "RestoreMediaComplete" | "PersistenceComplete") => false,
            (Product::TencentVod, "NewFileUpload") => body.contains(r#""FileUploadEvent": {"#),
            (Product::TencentVod, _) => !body.contains("EventSet") && !body.contains("ProcessImageAsync"),
            // Which of several buckets a short callback of a review is about, only a server for each bucket tells.
            (Product::TencentCi, _) if body.contains(".myqcloud.com/") && body.contains("trace_id") => false,
            (Product::TencentCi, end) => ["job", "WorkflowFinish"].contains(&end) || end.starts_with("Review"),
            (Product::AliyunIms, end) => !["AIMediaAuditComplete", "TranscodeComplete"].contains(&end),
            (Product::AliyunVod, "SnapshotComplete") => body.contains("VideoId"),
            (Product::AliyunVod, "VideoAnalysisComplete") => event.r#type.outcome == Outcome::Succeeded,
            (Product::AliyunVod, end) => !["DynamicImageComplete", "UpdateMediaStorageClassComplete"].contains(&end),
        }
}

/// Some samples are of the same review, or stream, or of the snapshots of the same video, of which the API has the newest.
fn with_own_ids(event: &CloudEvent, body: String, number: usize) -> String {
    if ![Product::AliyunVod, Product::TencentCi].contains(&event.source) {
        return body;
    }
    let key = NaturalKey::of(event).unwrap();
    let video = event.data().unwrap().media.as_ref().and_then(|media| media.id.clone());
    let mut ids: Vec<&String> = key.ids().iter().chain(&video).collect();
    ids.dedup();
    let own = |place: usize, id: &str| format!("{}{number:04}{place}", id.get(..8).unwrap_or(id));
    ids.iter().enumerate().fold(body, |body, (place, id)| with_id(&body, id, &own(place, id)))
}

/// What becomes of the event of a true callback, or of a forged one.
pub(crate) fn expected(event: &CloudEvent, forgery: Option<Forgery>) -> Confirmation {
    let data = event.data().unwrap();
    let name = data.event.as_deref().unwrap_or_default();
    let has_files = !data.outputs.is_empty() || data.steps.iter().any(|step| !step.outputs.is_empty());
    let is_old = event.time < Timestamp::now().saturating_sub(SignedDuration::from_hours(24)).unwrap();
    // What the API does not tell of this job: `docs/setup/confirm.md` has it.
    let is_silent = match (event.source, name) {
        (Product::TencentCi, "WorkflowFinish") => has_files,
        (Product::TencentVod, "NewFileUpload")
        | (Product::AliyunVod, "StreamTranscodeComplete" | "TranscodeComplete") => data.user_data.is_some(),
        // Which snapshot is the cover.
        (Product::AliyunVod, "SnapshotComplete") => !data.outputs.is_empty() || data.user_data.is_some(),
        _ => false,
    };
    match forgery {
        // An invented job that is older than the vendor's memory by its own word.
        Some(Forgery::InventedJob) if is_old => Confirmation::Unverifiable,
        // Where snapshots are, only the newest of each type tell.
        Some(Forgery::OtherFiles) if event.source == Product::AliyunVod && name == "SnapshotComplete" => {
            Confirmation::Unverifiable
        }
        Some(_) => Confirmation::Contradicted,
        None if is_silent => Confirmation::Unverifiable,
        None => Confirmation::Confirmed,
    }
}
