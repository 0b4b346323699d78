//! What holds for every body, and for the events that are made of it, whatever made them.
//!
//! The property tests and the fuzz targets check bodies of their own with it, the tests of the functions what these store. It
//! knows bodies and the JSON of events, and none of the code that it checks.
//!
//! ```ignore
//! rules::check("tencent-vod", body, &events)?;
//! ```

pub mod amplifiers;
mod texts;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

use crate::texts::Texts;

/// Bytes that the events of any body may have: what the budget of a callback allows.
const ALLOWANCE: usize = 10 << 20;

/// How often the events may repeat a body: whole, in parts, with every character escaped.
const REPEATED: usize = 16;

/// How many events a body becomes at most: those of the budget, and what stands beside them.
const MOST_EVENTS: usize = 1_010;

/// A list of parts that no vendor has, with one in it that failed.
const FAILED_PART: &str = r#""ZzzNewParts":[{"Status":"SUCCESS"},{"Status":"FAIL"}]"#;

/// Checks all rules on the events of a body, each as JSON, at the product of this slug.
///
/// # Errors
/// Which rule is broken, and by what.
pub fn check(product: &str, body: &[u8], events: &[String]) -> Result<(), String> {
    size_is_bounded(body, events)?;
    let parsed = events.iter().map(|event| parse(event)).collect::<Result<Vec<Value>, String>>()?;
    for event in &parsed {
        is_whole(event)?;
        is_no_success_over_a_failed_part(event)?;
        has_no_signature(product, event)?;
    }
    nothing_is_lost(product, body, events)
}

/// The events are no longer than a body allows, and no more.
fn size_is_bounded(body: &[u8], events: &[String]) -> Result<(), String> {
    let size: usize = events.iter().map(String::len).sum();
    if size > REPEATED * body.len() + ALLOWANCE || events.len() > MOST_EVENTS {
        return Err(format!("{} events of {size} bytes are made of a body of {}", events.len(), body.len()));
    }
    Ok(())
}

/// Every text and number of a body is in `vendor` or `data_base64` of an event. What belongs to a delivery, the wrappings of
/// queues and topics and Tencent Cloud VOD's signature, is not; nor is the token of a callback URL.
fn nothing_is_lost(product: &str, body: &[u8], events: &[String]) -> Result<(), String> {
    let mut kept = Texts::kept();
    for event in events {
        let Kept { data, data_base64 } = serde_json::from_str(event).map_err(|error| error.to_string())?;
        match (data.and_then(|data| data.vendor), data_base64) {
            (Some(vendor), _) => kept.add(vendor.get().as_bytes()),
            (None, Some(base64)) => {
                let bytes = STANDARD.decode(base64).map_err(|error| error.to_string())?;
                if bytes == body {
                    return Ok(());
                }
                kept.add(&bytes);
            }
            (None, None) => return Err(format!("an event has neither `vendor` nor `data_base64`: {event}")),
        }
    }
    let mut sent = Texts::sent(product, body);
    sent.add(body);
    match sent.iter().find(|text| !kept.has(text)) {
        Some(text) => Err(format!("{text:?} is in no event of {}", String::from_utf8_lossy(body))),
        None => Ok(()),
    }
}

/// Where an event has what was posted.
#[derive(Deserialize)]
struct Kept<'a> {
    #[serde(borrow)]
    data: Option<Data<'a>>,
    data_base64: Option<String>,
}

#[derive(Deserialize)]
struct Data<'a> {
    /// As it stands: a number is handed on as it was written.
    #[serde(borrow)]
    vendor: Option<&'a RawValue>,
}

/// An event that succeeded has no step that did not.
fn is_no_success_over_a_failed_part(event: &Value) -> Result<(), String> {
    let is_failure = |part: &Value| matches!(part["outcome"].as_str(), Some("failed" | "partial" | "canceled"));
    let steps = event.pointer("/data/steps").and_then(Value::as_array);
    let has_failed = steps.into_iter().flatten().any(is_failure) || event.pointer("/data/error").is_some();
    let is_success = event.pointer("/data/outcome").and_then(Value::as_str) == Some("succeeded");
    if is_success && has_failed { Err(format!("a success over a failed part: {event}")) } else { Ok(()) }
}

/// The same body with parts beside all else that nobody knows, of which one failed; `None` where it is no JSON object.
#[must_use]
pub fn with_a_failed_part(body: &[u8]) -> Option<Vec<u8>> {
    let text = std::str::from_utf8(body).ok()?;
    let object: Value = serde_json::from_str(text).ok().filter(Value::is_object)?;
    let comma = if object.as_object()?.is_empty() { "" } else { "," };
    let (blanks, members) = text.split_once('{')?;
    Some(format!("{blanks}{{{FAILED_PART}{comma}{members}").into_bytes())
}

/// Of the events of a body [with a failed part](with_a_failed_part), the one that has it is no success.
///
/// # Errors
/// The event that is one.
pub fn a_failed_part_counts(events: &[String]) -> Result<(), String> {
    let has_part = |event: &&String| event.contains("ZzzNewParts");
    if !events.iter().any(|event| has_part(&event)) {
        return Err("the failed part is in no event".to_owned());
    }
    let outcome = |event: &String| parse(event).map(|event| event.pointer("/data/outcome").cloned());
    for event in events.iter().filter(has_part) {
        if outcome(event)? == Some(Value::from("succeeded")) {
            return Err(format!("a success over a part that failed: {event}"));
        }
    }
    Ok(())
}

/// An event has what every event has, and nothing that a bus refuses.
fn is_whole(event: &Value) -> Result<(), String> {
    let text = |name: &str| event.get(name).and_then(Value::as_str).unwrap_or_default();
    let is_id = text("id").len() == 32 && text("id").bytes().all(|byte| byte.is_ascii_hexdigit());
    // A bus takes times from 1970 on.
    let year = text("time").split('-').next().filter(|year| year.len() == 4).and_then(|year| year.parse::<u16>().ok());
    let is_time = year.is_some_and(|year| year >= 1970) && text("time").ends_with('Z');
    let words: Vec<&str> = text("type").split('.').collect();
    let is_type = words.len() == 3 && words.first() == Some(&"media");
    let outcome = event.pointer("/data/outcome").and_then(Value::as_str);
    let is_outcome = outcome.is_none_or(|outcome| words.last() == Some(&outcome));
    let has_data = event.get("data").is_some() != event.get("data_base64").is_some();
    let is_short = ["subject", "vendorevent"].iter().all(|name| text(name).len() <= 2_048);
    if is_id && is_time && is_type && is_outcome && has_data && is_short {
        Ok(())
    } else {
        Err(format!("an event is not whole: {event}"))
    }
}

/// What authenticates any callback of Tencent Cloud VOD until it expires is in no event.
fn has_no_signature(product: &str, event: &Value) -> Result<(), String> {
    let is_signature = |name| event.pointer("/data/vendor").and_then(|vendor| vendor.get(name)).is_some_and(is_leaf);
    if product == "tencent-vod" && ["Sign", "T"].into_iter().any(is_signature) {
        return Err(format!("an event has a signature: {event}"));
    }
    Ok(())
}

fn is_leaf(value: &Value) -> bool {
    !value.is_array() && !value.is_object()
}

fn parse(event: &str) -> Result<Value, String> {
    if event.contains('\n') {
        return Err(format!("an event has several lines: {event}"));
    }
    serde_json::from_str(event).map_err(|error| format!("an event is no JSON: {error}: {event}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(outcome: &str, steps: &str, vendor: &str) -> String {
        format!(
            r#"{{"id":"{:032}","time":"2026-01-02T03:04:05Z","type":"media.transcode.{outcome}","data":{{"outcome":"{outcome}","steps":[{steps}],"vendor":{vendor}}}}}"#,
            7
        )
    }

    #[test]
    fn a_rule_that_is_broken_is_told() {
        let failed = r#"{"outcome":"failed"}"#;
        for (body, event, broken) in [
            (r#"{"a":"b","n":1}"#, event("succeeded", "", r#"{"a":"b","n":1}"#), None),
            (r#"{"a":"b","n":1}"#, event("succeeded", "", r#"{"a":"b"}"#), Some("is in no event")),
            (r#"{"a":"{\"b\":1}"}"#, event("succeeded", "", r#"{"a":{"b":1}}"#), None),
            (r#"{"a":"b","a":"c"}"#, event("succeeded", "", r#"{"a":"c"}"#), Some("is in no event")),
            ("<Response><a x='y'>b</a></Response>", event("succeeded", "", r#"{"a":"b"}"#), Some("is in no event")),
            (r#"{"Sign":"s","a":1}"#, event("succeeded", "", r#"{"a":1}"#), None),
            (r#"{"Sign":["s"],"a":1}"#, event("succeeded", "", r#"{"a":1}"#), Some("is in no event")),
            ("{}", event("succeeded", "", r#"{"Sign":"s"}"#), Some("has a signature")),
            ("{}", event("partial", failed, "{}"), None),
            ("{}", event("succeeded", failed, "{}"), Some("a success over a failed part")),
            ("{}", event("succeeded", "", "{}").replace("2026", "1926"), Some("is not whole")),
            ("{}", event("succeeded", "", &format!("[{}]", "1".repeat(11_000_000))), Some("bytes are made of a body")),
        ] {
            let result = check("tencent-vod", body.as_bytes(), &[event]);
            match (result, broken) {
                (Ok(()), None) => {}
                (Err(error), Some(broken)) => assert!(error.contains(broken), "{body}: {error}"),
                (result, _) => panic!("{body}: {result:?}"),
            }
        }
    }

    /// What belongs to a message of a queue is a part of the event where there is no message.
    #[test]
    fn members_of_messages_may_be_missing_from_messages_only() {
        let lost = [event("succeeded", "", r#"{"EventType":"New","MessageBody":{}}"#)];
        let posted = r#"{"EventType":"New","MessageBody":{"Priority":7}}"#;
        assert!(check("aliyun-ims", posted.as_bytes(), &lost).is_err());
        let message = r#"{"Message":{"Priority":7,"MessageBody":"{\"EventType\":\"New\",\"MessageBody\":{}}"}}"#;
        assert_eq!(check("aliyun-ims", message.as_bytes(), &lost), Ok(()));
    }

    #[test]
    fn a_failed_part_is_added() {
        let part = |body: &str| with_a_failed_part(body.as_bytes()).map(|body| String::from_utf8(body).unwrap());
        assert_eq!(part("{}").unwrap(), format!("{{{FAILED_PART}}}"));
        assert_eq!(part(r#" {"a":1}"#).unwrap(), format!(r#" {{{FAILED_PART},"a":1}}"#));
        assert_eq!(part("[]"), None);
        assert!(a_failed_part_counts(&[event("partial", "", &part("{}").unwrap())]).is_ok());
        assert!(a_failed_part_counts(&[event("succeeded", "", &part("{}").unwrap())]).is_err());
        assert!(a_failed_part_counts(&[event("failed", "", "{}")]).is_err());
    }
}
