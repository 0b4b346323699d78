//! What happened to a media: all callbacks that are about it, or about what was made of it.

use std::collections::BTreeSet;

use callbacks::{CloudEvent, Kind, Outcome};
use serde_json::{Value, json};

use crate::entry::Entry;
use crate::journal::Journal;

/// What ties an event to others: ids of media, jobs and runs, and objects in buckets.
pub(crate) fn keys(event: &CloudEvent) -> Vec<String> {
    let Some(data) = event.data() else { return Vec::new() };
    let media = data.media.as_ref();
    let object = |bucket: &Option<String>, object: &Option<String>| {
        let (bucket, object) = (bucket.as_ref()?, object.as_ref()?);
        Some(format!("{bucket}/{}", object.trim_start_matches('/')))
    };
    let job = data.job.as_ref();
    let mut keys: Vec<Option<String>> = vec![
        media.and_then(|media| media.id.clone()),
        media.and_then(|media| object(&media.bucket, &media.object)),
        job.and_then(|job| job.id.clone()),
        job.and_then(|job| job.parent_id.clone()),
        data.workflow.as_ref().and_then(|workflow| workflow.run_id.clone()),
    ];
    keys.extend(data.follow_ups.iter().cloned().map(Some));
    let outputs = data.outputs.iter().chain(data.steps.iter().flat_map(|step| &step.outputs));
    for output in outputs.take(100) {
        keys.extend([output.id.clone(), object(&output.bucket, &output.object)]);
    }
    keys.extend(data.steps.iter().map(|step| step.id.clone()));
    keys.into_iter().flatten().filter(|key| !key.is_empty()).collect()
}

/// The timeline of what has this key; `None` where nothing has.
pub(crate) fn timeline(journal: &Journal, key: &str) -> Option<Value> {
    journal.with(|entries| {
        let all: Vec<(&Entry, &CloudEvent, Vec<String>)> = entries
            .iter()
            .flat_map(|entry| entry.events.iter().map(move |event| (entry, event, keys(event))))
            .collect();
        let mut known: BTreeSet<&str> = BTreeSet::from([key]);
        loop {
            let before = known.len();
            for (_, _, keys) in &all {
                if keys.iter().any(|key| known.contains(key.as_str())) {
                    known.extend(keys.iter().map(String::as_str));
                }
            }
            if known.len() == before {
                break;
            }
        }
        let about: Vec<_> =
            all.iter().filter(|(_, _, keys)| keys.iter().any(|key| known.contains(key.as_str()))).collect();
        if about.is_empty() {
            return None;
        }
        let mut seen = BTreeSet::new();
        let mut items: Vec<&(&Entry, &CloudEvent, Vec<String>)> = about
            .iter()
            .rev()
            .filter(|(entry, event, _)| seen.insert((event.id.as_str(), entry.is_accepted())))
            .copied()
            .collect();
        items.sort_by_key(|(entry, event, _)| (event.time, entry.seq));
        let title = about.iter().find_map(|(_, event, _)| {
            let media = event.data()?.media.as_ref()?;
            media.title.clone().or_else(|| media.object.clone())
        });
        let missing = missing(&items);
        Some(json!({
            "key": key,
            "title": title,
            "items": items.into_iter().map(|(entry, event, _)| item(entry, event)).collect::<Vec<_>>(),
            "missing": missing,
        }))
    })
}

fn item(entry: &Entry, event: &CloudEvent) -> Value {
    let data = event.data();
    let job = data.and_then(|data| data.job.as_ref());
    let steps = data.map_or(0, |data| data.steps.len());
    let ended = data.map_or(0, |data| {
        data.steps.iter().filter(|step| !matches!(step.outcome, Outcome::Running | Outcome::Unknown)).count()
    });
    json!({
        "seq": entry.seq,
        "event": event.id,
        "product": entry.product,
        "kind": event.r#type.kind,
        "type": event.r#type.to_string(),
        "outcome": event.r#type.outcome,
        "verdict": data.and_then(|data| data.review.as_ref()).and_then(|review| review.verdict),
        "http": entry.response.status,
        "time": event.time,
        "started_at": job.and_then(|job| job.started_at.or(job.created_at)),
        "finished_at": job.and_then(|job| job.finished_at),
        "received": entry.received,
        "refused": !entry.is_accepted(),
        "repeats": entry.repeats,
        "steps": (steps > 0).then_some(steps),
        "steps_seen": (steps > 0).then_some(ended),
    })
}

/// What has not come, or has not been kept, in words.
fn missing(items: &[&(&Entry, &CloudEvent, Vec<String>)]) -> Vec<String> {
    let accepted = |id: &str| items.iter().any(|(entry, event, _)| entry.is_accepted() && event.id == id);
    let mut missing: Vec<String> = items
        .iter()
        .filter(|(entry, event, _)| !entry.is_accepted() && !accepted(&event.id))
        .map(|(entry, event, _)| {
            format!(
                "{} was answered {}, and is lost unless the vendor sends it again",
                event.r#type, entry.response.status
            )
        })
        .collect();
    let reported: BTreeSet<&str> =
        items.iter().filter_map(|(_, event, _)| event.data()?.job.as_ref()?.id.as_deref()).collect();
    for (_, event, _) in items {
        let announced = event.data().map(|data| data.follow_ups.as_slice()).unwrap_or_default();
        for job in announced.iter().filter(|job| !reported.contains(job.as_str())) {
            missing.push(format!("job {job} was announced, and has not ended yet"));
        }
    }
    let is_over = |kind: Kind| {
        items.iter().any(|(_, event, _)| event.r#type.kind == kind && event.r#type.outcome != Outcome::Running)
    };
    let running: BTreeSet<String> = items
        .iter()
        .filter(|(_, event, _)| event.r#type.outcome == Outcome::Running && !is_over(event.r#type.kind))
        .map(|(_, event, _)| event.r#type.kind.to_string())
        .collect();
    missing.extend(running.into_iter().map(|kind| format!("{kind} still runs")));
    missing.sort();
    missing.dedup();
    missing
}
