//! A callback as the list shows it.

use callbacks::auth::Check;
use callbacks::{CloudEvent, Kind};
use serde_json::{Value, json};

use crate::entry::Entry;

/// The summary of a callback.
pub(crate) fn summary(entry: &Entry) -> Value {
    json!({
        "seq": entry.seq,
        "received": entry.received,
        "product": entry.product,
        "via": entry.via,
        "status": entry.response.status,
        "millis": (entry.millis * 10.0).round() / 10.0,
        "reason": entry.reason,
        "kept": entry.is_kept,
        "title": title(entry),
        "size": entry.body.len(),
        "format": format(&entry.body),
        "name": entry.events.iter().find_map(|event| event.vendorevent.clone()),
        "events": entry.events.iter().map(event).collect::<Vec<_>>(),
        "repeats": entry.repeats,
        "consumer": consumer(entry),
    })
}

/// Why it was refused, in a few words; `None` where it was not.
pub(crate) fn title(entry: &Entry) -> Option<String> {
    let reason = entry.reason.as_deref()?;
    let failed = |check: Check| entry.findings.iter().any(|finding| finding.check == check && !finding.passed);
    let hint = |check: Check| {
        let finding = entry.findings.iter().find(|finding| finding.check == check && !finding.passed);
        finding.and_then(|finding| finding.hint.clone())
    };
    Some(match reason {
        "token" if failed(Check::Token) => hint(Check::Token).unwrap_or_else(|| "the token is not right".to_owned()),
        "signature" => signature(&hint(Check::Signature).unwrap_or_default()),
        "stale" => "signed too long ago".to_owned(),
        "future" => "signed too far ahead".to_owned(),
        "unsigned" => "not signed as the vendor does".to_owned(),
        "method" => "not a POST".to_owned(),
        "size" => "larger than the limit".to_owned(),
        "request" => "no function URL request".to_owned(),
        "not-stored" => "answered 503 on purpose".to_owned(),
        other => other.to_owned(),
    })
}

/// What is wrong with a signature, in a few words of its hint.
fn signature(hint: &str) -> String {
    let first = hint.split(';').next().unwrap_or_default();
    if first.starts_with("the signed URL") {
        "signed for another URL".to_owned()
    } else if first.starts_with("it is signed with") || first.starts_with("at the vendor key") {
        first.to_owned()
    } else {
        "fits no key known here".to_owned()
    }
}

fn event(event: &CloudEvent) -> Value {
    let data = event.data();
    let review = data.and_then(|data| data.review.as_ref());
    let media = data.and_then(|data| data.media.as_ref());
    json!({
        "id": event.id,
        "type": event.r#type.to_string(),
        "kind": event.r#type.kind,
        "outcome": event.r#type.outcome,
        "subject": event.subject,
        "time": event.time,
        "verdict": review.and_then(|review| review.verdict),
        "label": review.and_then(|review| review.label.clone()),
        "score": review.and_then(|review| review.score),
        "media": media.and_then(|media| media.id.clone()),
        "file": media.and_then(|media| media.title.clone().or_else(|| media.object.clone())),
        "job": data.and_then(|data| data.job.as_ref()).and_then(|job| job.id.clone()),
    })
}

fn consumer(entry: &Entry) -> Option<Value> {
    let last = entry.deliveries.last();
    if entry.waiting > 0 {
        return Some(json!({"state": "waiting", "status": null, "millis": null}));
    }
    let last = last?;
    let state = if entry.deliveries.iter().any(crate::entry::Delivery::has_failed) { "failed" } else { "done" };
    Some(json!({"state": state, "status": last.status, "millis": last.millis.round()}))
}

/// What the body looks like.
pub(crate) fn format(body: &[u8]) -> &'static str {
    match body.trim_ascii_start().first() {
        Some(b'{' | b'[') => "json",
        Some(b'<') => "xml",
        _ => "other",
    }
}

/// The groups that the list counts.
pub(crate) fn groups(entry: &Entry) -> [(&'static str, bool); 5] {
    let any = |test: &dyn Fn(&CloudEvent) -> bool| entry.events.iter().any(test);
    let has_failed =
        |event: &CloudEvent| matches!(event.r#type.outcome, callbacks::Outcome::Failed | callbacks::Outcome::Partial);
    [
        ("all", true),
        ("failed", entry.is_accepted() && any(&has_failed)),
        ("refused", !entry.is_accepted()),
        ("unknown", any(&|event| matches!(event.r#type.kind, Kind::Unknown | Kind::Unreadable))),
        ("moderation", any(&|event| event.r#type.kind == Kind::Moderation)),
    ]
}
