//! Every event is what the schemas say, and a `CloudEvent` to others.

use std::sync::LazyLock;

use cloudevents::AttributesReader;
use cloudevents::event::ExtensionValue;
use jsonschema::Validator;
use serde_json::Value;

use super::{all_payloads, events, payloads};
use crate::event::{CloudEvent, Confirmation, Origin};
use crate::{Product, cloud_event_schema, event_schema};

/// Validates a whole event.
pub(super) static WHOLE: LazyLock<Validator> = LazyLock::new(|| validator(&cloud_event_schema()));

fn validator(schema: &schemars::Schema) -> Validator {
    jsonschema::validator_for(schema.as_value()).unwrap()
}

/// The events of all of the test data, those of the rejected bodies among them.
fn all_events() -> Vec<(String, CloudEvent)> {
    let rejected = payloads("rejected").into_iter().map(|(file, body)| (Product::TencentCi, file, body));
    all_payloads()
        .chain(rejected)
        .flat_map(|(product, file, body)| {
            events(product, &body).into_iter().map(move |event| (format!("{product}/{file}"), event))
        })
        .collect()
}

#[test]
fn every_event_is_valid() {
    let data = validator(&event_schema());
    for (file, event) in all_events() {
        let value = serde_json::to_value(&event).unwrap();
        if let Some(error) = WHOLE.iter_errors(&value).next() {
            panic!("{file}: {error} at {}", error.instance_path());
        }
        if let Some(part) = value.get("data") {
            assert!(data.is_valid(part), "{file}");
        }
    }
}

/// The schemas refuse what is no event.
#[test]
fn the_schemas_are_strict_where_the_model_is() {
    let (_, event) = all_events().swap_remove(0);
    let event = serde_json::to_value(&event).unwrap();
    assert!(WHOLE.is_valid(&event));
    for (pointer, value) in [
        ("/specversion", Value::from("0.3")),
        ("/id", Value::from("ABC")),
        ("/source", Value::from("/other")),
        ("/type", Value::from("media.transcode")),
        ("/time", Value::Null),
        ("/subject", Value::Null),
        ("/confirmation", Value::from("true")),
        ("/origin", Value::from("vendor")),
        ("/jobend", Value::from(1)),
        ("/data/kind", Value::from("other")),
        ("/data/outcome", Value::from("success")),
        ("/data/media/size", Value::from("12")),
        ("/data/steps", Value::Null),
    ] {
        let mut changed = event.clone();
        let (parent, key) = pointer.rsplit_once('/').unwrap();
        if changed.pointer(parent).is_none_or(Value::is_null) {
            *changed.pointer_mut("/data").unwrap() = serde_json::json!({"media": {}});
        }
        changed.pointer_mut(parent).unwrap()[key] = value;
        assert!(!WHOLE.is_valid(&changed), "{pointer}");
    }
}

#[test]
fn every_event_is_a_cloud_event_to_others() {
    for (file, event) in all_events() {
        let text = serde_json::to_string(&event).unwrap();
        let read: cloudevents::Event = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{file}: {error}"));
        assert_eq!(read.id(), event.id, "{file}");
        assert_eq!(event.r#type, read.ty(), "{file}");
        assert_eq!(read.source(), event.source.source(), "{file}");
        assert_eq!(read.subject(), event.subject.as_deref(), "{file}");
        assert_eq!(read.datacontenttype(), Some(event.datacontenttype()), "{file}");
        assert_eq!(read.time().unwrap().timestamp(), event.time.as_second(), "{file}");
        let vendor_event = event.vendorevent.map(ExtensionValue::String);
        assert_eq!(read.extension("vendorevent"), vendor_event.as_ref(), "{file}");
        assert!(read.data().is_some(), "{file}");
    }
}

/// An event that was written is read back as the same event.
#[test]
fn every_event_reads_back() {
    for (file, event) in all_events() {
        let text = serde_json::to_string(&event).unwrap();
        let read: CloudEvent = serde_json::from_str(&text).unwrap();
        assert_eq!(serde_json::to_string(&read).unwrap(), text, "{file}");
    }
}

/// What the vendor's API says of an event is an attribute of it, wherever its data is, and changes nothing else.
#[test]
fn a_confirmation_is_an_attribute() {
    for (confirmation, word) in [
        (Confirmation::Confirmed, "confirmed"),
        (Confirmation::Contradicted, "contradicted"),
        (Confirmation::Unverifiable, "unverifiable"),
    ] {
        for (file, event) in all_events().into_iter().step_by(50) {
            let before = serde_json::to_value(&event).unwrap();
            assert_eq!(before.get("confirmation"), None, "{file}");
            let event = CloudEvent { confirmation: Some(confirmation), ..event };
            let mut after = serde_json::to_value(&event).unwrap();
            assert!(WHOLE.is_valid(&after), "{file}");
            let read: CloudEvent = serde_json::from_value(after.clone()).unwrap();
            assert_eq!(read.confirmation, Some(confirmation), "{file}");
            assert_eq!(event.referring_to("s3://b/k".to_owned()).confirmation, Some(confirmation));
            assert_eq!(after.as_object_mut().unwrap().remove("confirmation").unwrap(), word, "{file}");
            assert_eq!(after, before, "{file}");
        }
    }
}

/// How an event came, and which end of a job it is, are attributes of it, wherever its data is, and change nothing else.
#[test]
fn an_origin_is_an_attribute() {
    for (origin, word) in [(Origin::Callback, "callback"), (Origin::Queue, "queue"), (Origin::Reconciled, "reconciled")]
    {
        for (file, event) in all_events().into_iter().step_by(50) {
            let before = serde_json::to_value(&event).unwrap();
            assert_eq!((before.get("origin"), before.get("jobend")), (None, None), "{file}");
            let event = CloudEvent { origin: Some(origin), jobend: Some("a/b/c/d".to_owned()), ..event };
            let mut after = serde_json::to_value(&event).unwrap();
            assert!(WHOLE.is_valid(&after), "{file}");
            let read: CloudEvent = serde_json::from_value(after.clone()).unwrap();
            for event in [read, event.referring_to("s3://b/k".to_owned())] {
                assert_eq!((event.origin, event.jobend.as_deref()), (Some(origin), Some("a/b/c/d")), "{file}");
            }
            let members = after.as_object_mut().unwrap();
            assert_eq!(members.remove("origin").unwrap(), word, "{file}");
            assert_eq!(members.remove("jobend").unwrap(), "a/b/c/d", "{file}");
            assert_eq!(after, before, "{file}");
        }
    }
}
