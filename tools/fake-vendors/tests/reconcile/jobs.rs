//! Jobs that ended, and what becomes of their callbacks.

use std::collections::{BTreeMap, BTreeSet};

use callbacks::{NaturalKey, Product, decode};
use emulator::root;
use fake_vendors::query::{BUCKET, Forgery, forged};
use fastrand::Rng;
use jiff::Timestamp;
use lookup::job_end;
use sender::fresh::fresh;
use serde_json::{Value, json};

use crate::ago;

/// What becomes of the callback of a job.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fate {
    Sent,
    /// It is in the vendor's queue, and not posted.
    Queued,
    Dropped,
    /// It comes after the job was reconciled.
    Late,
    /// It comes late, and says that the job ended differently.
    Otherwise,
    /// None was due, as the vendor says.
    NotDue,
}

pub(crate) struct Ended {
    pub(crate) product: Product,
    pub(crate) fate: Fate,
    pub(crate) body: String,
    /// What its event is known by.
    pub(crate) end: String,
    pub(crate) ended_at: Timestamp,
}

/// A sample of each event that a list has, that the fakes can tell of, and that can be made into another.
fn samples(product: Product, ending: &str) -> Vec<String> {
    let mut samples = BTreeMap::new();
    let mut paths = vec![root().join("shared/callbacks/testdata").join(product.slug())];
    while let Some(path) = paths.pop() {
        if path.is_dir() {
            let mut inside: Vec<_> = path.read_dir().unwrap().map(|entry| entry.unwrap().path()).collect();
            inside.sort();
            paths.extend(inside);
            continue;
        }
        let name = path.file_stem().unwrap().to_str().unwrap();
        // The old envelope, and several events in one, are not what the API answers.
        let is_other = path.extension().is_none_or(|own| own != ending) || name.starts_with("v2-");
        let Ok(body) = std::fs::read_to_string(&path) else { continue };
        let events = decode(product, body.as_bytes(), ago(0));
        let [event] = events.as_slice() else { continue };
        let (Some(end), Some(key)) = (job_end(event), NaturalKey::of(event)) else { continue };
        let is_here =
            key.bucket().is_none_or(|(name, region)| name == BUCKET.0 && region.is_none_or(|of| of == BUCKET.1));
        let is_named = event.vendorevent.as_ref().is_some_and(|name| body.contains(name.split('/').next().unwrap()));
        if is_other
            || !is_here
            || !is_listed(&key, &body)
            || !is_named
            || body.contains("EventSet")
            || body.contains("ProcessImageAsync")
            || fresh(product, body.as_bytes(), ago(0), &mut Rng::with_seed(0)).is_err()
        {
            continue;
        }
        let outcome = end.rsplit_once('/').unwrap().1.to_owned();
        let smallest: &mut String = samples.entry((event.vendorevent.clone(), outcome)).or_default();
        if smallest.is_empty() || body.len() < smallest.len() {
            *smallest = body;
        }
    }
    samples.into_values().collect()
}

/// Whether a list has the end of a sample by itself.
fn is_listed(key: &NaturalKey, body: &str) -> bool {
    match (key.product(), key.end()) {
        // Some samples have the name of an upload and the payload of a task.
        (Product::TencentVod, "NewFileUpload") => body.contains(r#""FileUploadEvent": {"#),
        // Parts of a job are listed with it.
        (Product::AliyunIms, "MediaConvertOutputComplete" | "MediaConvertOutputGroupComplete")
        | (Product::AliyunVod, "StreamTranscodeComplete") => false,
        // Only media that are there are found.
        (Product::AliyunVod, "ImageUploadComplete" | "AttachedMediaUploadComplete") => !body.contains(r#""fail""#),
        _ => true,
    }
}

/// The callbacks that the vendor sends for the parts of a job, beside that of the whole.
fn parts(product: Product, body: &str) -> Vec<String> {
    let whole: Value = serde_json::from_str(body).unwrap_or_default();
    let part = |event: &str| json!({"EventType": event, "EventTime": whole["EventTime"], "UserId": whole["UserId"]});
    match (product, whole["EventType"].as_str()) {
        (Product::AliyunVod, Some("TranscodeComplete")) => {
            let of = |stream: &Value| {
                let mut body = part("StreamTranscodeComplete");
                body["VideoId"] = whole["VideoId"].clone();
                body["Status"] = whole["Status"].clone();
                body.as_object_mut().unwrap().extend(stream.as_object().unwrap().clone());
                body.to_string()
            };
            whole["StreamInfos"].as_array().into_iter().flatten().map(of).collect()
        }
        (Product::AliyunIms, Some("MediaConvertComplete")) => {
            // It may come as a text.
            let text = |text: &str| serde_json::from_str(text).unwrap();
            let message: Value = whole["MessageBody"].as_str().map_or_else(|| whole["MessageBody"].clone(), text);
            let job = &message["JobId"];
            let of = |name: &str| {
                let mut body = part("MediaConvertOutputComplete");
                body["MessageBody"] = json!({"JobId": job, "TaskId": name, "Name": name, "Status": "Success"});
                body.to_string()
            };
            ["large", "small"].map(of).to_vec()
        }
        _ => Vec::new(),
    }
}

/// The same job, of which the vendor says that no callback is due; where it says that of this sort of jobs.
fn without_callback(product: Product, body: &str) -> Option<String> {
    let other = match product {
        // They do not say it.
        Product::AliyunIms | Product::AliyunVod => return None,
        Product::TencentCi => body.replacen("<JobsDetail>", "<JobsDetail><CallBack>no</CallBack>", 1),
        Product::TencentVod => body
            .replace(r#""TasksNotifyMode": "Finish""#, r#""TasksNotifyMode": "None""#)
            .replace(r#""TasksNotifyMode": "Change""#, r#""TasksNotifyMode": "None""#)
            .replace(r#""TasksNotifyMode": """#, r#""TasksNotifyMode": "None""#),
    };
    (other != body).then_some(other)
}

/// The same end with another outcome.
pub(crate) fn otherwise(product: Product, body: &str, end: &str) -> Option<String> {
    let other = match product {
        Product::AliyunIms | Product::AliyunVod => {
            let key = NaturalKey::of(decode(product, body.as_bytes(), ago(0)).first()?)?;
            forged(body, &key, Forgery::OtherOutcome)
        }
        Product::TencentCi => body.replace("<State>Success</State>", "<State>Failed</State>"),
        Product::TencentVod => body.replace(r#""ErrCode": 0"#, r#""ErrCode": 70000"#),
    };
    let other_end = job_end(decode(product, other.as_bytes(), ago(0)).first()?)?;
    (other_end != end).then_some(other)
}

/// A sample with ids and times of its own.
struct Template {
    body: String,
    ids: Vec<String>,
    ended_at: Timestamp,
}

/// Each sample, as jobs that ended at several times between an hour and two minutes ago.
fn templates(product: Product, ending: &str, random: &mut Rng) -> Vec<Template> {
    let template = |sample: &String| {
        let ended_at = ago(random.i64(2 * 60..50 * 60));
        let body = String::from_utf8(fresh(product, sample.as_bytes(), ended_at, random).unwrap()).unwrap();
        let event = decode(product, body.as_bytes(), ended_at).remove(0);
        let ids = NaturalKey::of(&event).unwrap().ids().to_vec();
        Template { body, ids, ended_at }
    };
    let samples = samples(product, ending);
    samples.iter().chain(&samples).map(template).collect()
}

/// Jobs, and what becomes of their callbacks.
pub(crate) fn jobs(product: Product, ending: &str, count: usize, random: &mut Rng) -> Vec<Ended> {
    let templates = templates(product, ending, random);
    let job = |number: usize| {
        let template = &templates[number % templates.len()];
        let mut body = template.body.clone();
        for (place, id) in template.ids.iter().enumerate() {
            // As long as the vendor's, and of the same family.
            let begin = id.len().saturating_sub(6);
            body = body.replace(id, &format!("{}{place}{number:05}", id.get(..begin).unwrap()));
        }
        (body, template.ended_at)
    };
    let wholes = (0..count).map(job);
    let with_parts = wholes.flat_map(|(body, ended_at)| {
        let parts = parts(product, &body);
        parts.into_iter().chain([body]).map(move |body| (body, ended_at))
    });
    let with_parts: Vec<(String, Timestamp)> = with_parts.collect();
    let of = |(body, ended_at): (String, Timestamp)| {
        let end = job_end(&decode(product, body.as_bytes(), ended_at)[0]).unwrap();
        let fate = match random.u8(0..100) {
            0..10 => Fate::Dropped,
            10..13 => Fate::Late,
            13..15 if otherwise(product, &body, &end).is_some() => Fate::Otherwise,
            15..25 if without_callback(product, &body).is_some() => Fate::NotDue,
            25..95 if product == Product::TencentVod => Fate::Queued,
            _ => Fate::Sent,
        };
        let body = if fate == Fate::NotDue { without_callback(product, &body).unwrap() } else { body };
        Ended { product, fate, body, end, ended_at }
    };
    with_parts.into_iter().map(of).collect()
}

/// The ids of the workflows of Cloud Infinite whose runs are among the jobs.
pub(crate) fn workflows(jobs: &[Ended]) -> String {
    let id = |job: &Ended| {
        let event = decode(job.product, job.body.as_bytes(), job.ended_at).remove(0);
        event.into_data().unwrap().workflow.and_then(|workflow| workflow.id)
    };
    let jobs = jobs.iter().filter(|job| job.product == Product::TencentCi);
    let ids: BTreeSet<String> = jobs.filter_map(id).collect();
    Vec::from_iter(ids).join(" ")
}
