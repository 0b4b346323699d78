//! What each payload of the test data becomes.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{all_payloads, event, events, files, folder, normalised, payloads, received, unread};
use crate::event::{CloudEvent, Content, Kind};
use crate::{Product, decode_pulled, kinds};

/// Every payload has a snapshot of its events beside it, without the vendor's part.
#[test]
fn every_payload_becomes_what_its_snapshot_shows() {
    let rejected = payloads("rejected").into_iter().map(|(file, body)| (Product::TencentCi, "rejected", file, body));
    let accepted = all_payloads().map(|(product, file, body)| (product, product.slug(), file, body));
    for (product, name, file, body) in accepted.chain(rejected) {
        let shown: Vec<String> = events(product, &body).into_iter().map(without_vendor).collect();
        let parts = file.rsplit_once('/').unwrap_or(("", &file));
        let settings = {
            let mut settings = insta::Settings::clone_current();
            settings.set_snapshot_path(folder(name).join(parts.0));
            settings.set_prepend_module_to_snapshot(false);
            settings.set_omit_expression(true);
            settings
        };
        settings.bind(|| insta::assert_snapshot!(parts.1, shown.join("\n")));
    }
}

/// The event as a consumer reads it, without the vendor's part.
fn without_vendor(mut event: CloudEvent) -> String {
    if let Content::Read(data) = &mut event.content {
        data.vendor = None;
    }
    serde_json::to_string_pretty(&event).unwrap()
}

#[test]
fn every_snapshot_belongs_to_a_payload() {
    for name in Product::ALL.map(Product::slug).into_iter().chain(["rejected"]) {
        let snapshots: BTreeSet<String> = payloads(name).into_iter().map(|(file, _)| format!("{file}.snap")).collect();
        for file in files(name) {
            assert!(!file.contains(".snap") || snapshots.contains(&file), "{name}/{file} is no payload's");
        }
    }
}

/// A payload is in the folder of the event that it is, whose name is written with hyphens.
#[test]
fn every_payload_is_in_the_folder_of_its_event() {
    for (product, file, body) in all_payloads() {
        let names: BTreeSet<_> = events(product, &body)
            .into_iter()
            .filter_map(CloudEvent::into_data)
            .map(|data| if data.kind == Kind::Unknown { Some("unknown-event".to_owned()) } else { data.event })
            .collect();
        let name = match Vec::from_iter(names).as_slice() {
            [Some(name)] => name.to_owned(),
            [None] => "no-event".to_owned(),
            _ => "pull-events".to_owned(),
        };
        let letters = |name: &str| name.replace(['-', '/'], "").to_lowercase();
        let (folder, _) = file.split_once('/').unwrap();
        assert_eq!(letters(folder), letters(&name), "{product}/{file}");
    }
}

/// Nothing is dropped in silence: each key of a vendor is read, or is a field of ours that says why it is not used.
#[test]
fn every_key_is_read() {
    let mut unread_keys = BTreeSet::new();
    for (product, file, body) in all_payloads() {
        let keys = unread::keys(product, &body);
        unread_keys.extend(keys.into_iter().map(|key| format!("{product}/{file}: {key}")));
    }
    let unknown = "tencent-ci/unknown-event/task-finish-unknown-tag.xml: JobsDetail.0.Operation.BrandNewResult";
    assert_eq!(unread_keys, BTreeSet::from([unknown.to_owned()]));
}

/// The members around the payload, which are read before it is known what the payload is.
#[test]
fn every_head_is_read() {
    let heads = [
        (Product::AliyunIms, &["EventType", "UserId", "EventTime", "MessageBody"][..]),
        (Product::TencentVod, &["EventType", "Version", "EventHandle", "RequestId", "Sign", "T"]),
    ];
    for (product, head) in heads {
        for (_, file, body) in all_payloads().filter(|(of, ..)| *of == product) {
            for event in events(product, &body) {
                let vendor = event.into_data().unwrap().vendor.unwrap();
                let members: serde_json::Map<String, Value> = serde_json::from_str(vendor.get()).unwrap();
                // Beside its head, an event of Tencent VOD has its payload, an object, and nulls.
                let is_payload =
                    |value: &Value| product == Product::TencentVod && (value.is_object() || value.is_null());
                for (key, value) in members {
                    let is_head = head.iter().any(|known| known.eq_ignore_ascii_case(key.trim()));
                    assert!(is_head || is_payload(&value), "{product}/{file}: {key}");
                }
            }
        }
    }
}

/// The test that every key is read would notice one that is not.
#[test]
fn a_new_key_is_noticed() {
    for (product, body) in [
        (Product::AliyunVod, r#"{"EventType":"WorkflowTaskComplete","NewKey":1}"#),
        (Product::AliyunIms, r#"{"EventType":"SnapshotComplete","MessageBody":{"Input":"{\"NewKey\":1}"}}"#),
        (Product::TencentCi, r#"{"EventName":"TaskFinish","JobsDetail":[{"Operation":{"NewKey":{"A":1}}}]}"#),
        (Product::TencentVod, r#"{"EventType":"ProcedureStateChanged","ProcedureStateChangeEvent":{"NewKey":1}}"#),
    ] {
        let keys = unread::keys(product, body.as_bytes());
        assert_eq!(keys.len(), 1, "{product}: {keys:?}");
        assert!(keys[0].ends_with("NewKey"), "{product}: {keys:?}");
    }
}

/// The XML and the JSON form of one event are one event, down to its id.
#[test]
fn xml_and_json_give_the_same_event() {
    let payloads = payloads(Product::TencentCi.slug());
    let mut pairs = 0;
    for (file, xml) in &payloads {
        let Some(stem) = file.strip_suffix(".xml") else { continue };
        let Some((_, json)) = payloads.iter().find(|(other, _)| *other == format!("{stem}.json")) else { continue };
        let of_xml = events(Product::TencentCi, xml);
        let of_json = events(Product::TencentCi, json);
        assert_eq!(of_xml.len(), of_json.len(), "{stem}");
        for (one, other) in of_xml.iter().zip(&of_json) {
            let (mut one, mut other) = (normalised(one), normalised(other));
            // A header that is alone is an object in this JSON and an element in the XML: the vendor's parts differ.
            if stem.ends_with("/task-finish-one-cos-header") {
                one["id"] = Value::Null;
                other["id"] = Value::Null;
            }
            assert_eq!(one, other, "{stem}");
        }
        pairs += 1;
    }
    assert!(pairs >= 10, "{pairs} pairs");
}

/// `vendor` is what the vendor sent: nothing added, no digit lost, and nothing dropped but the signature of a delivery, with
/// which anybody could send callbacks until it expires.
#[test]
fn the_vendors_event_is_handed_on_whole() {
    for (product, file, body) in all_payloads() {
        let is_one_json = !body.starts_with(b"<") && !file.contains("pull") && !file.contains("several");
        if !is_one_json {
            continue;
        }
        let vendor = event(product, &body).into_data().unwrap().vendor.unwrap();
        let mut sent: Value = serde_json::from_slice(&body).unwrap();
        // JSON with the root of the XML is the event without it.
        if let Some(response) = sent.get_mut("Response") {
            sent = response.take();
        }
        if product == Product::TencentVod {
            sent.as_object_mut().unwrap().retain(|name, _| name != "Sign" && name != "T");
        }
        assert_eq!(serde_json::from_str::<Value>(vendor.get()).unwrap(), sent, "{product}/{file}");
    }
    // What some JSON readers refuse is in another form, and nothing is missing.
    for (body, expected) in [
        (
            r#"{"EventType" : "New", "N": 1.2345678901234567890 , "S": "a  b"}"#,
            r#"{"EventType":"New","N":1.2345678901234567890,"S":"a  b"}"#,
        ),
        (r#"{"EventType":"New","N":1e999,"S":"a  b"}"#, r#"{"EventType":"New","N":"1e999","S":"a  b"}"#),
        (r#"{"EventType":"New","A":[{"B":1,"B":2,"B":3}]}"#, r#"{"EventType":"New","A":[{"B#1":1,"B#2":2,"B":3}]}"#),
    ] {
        let vendor = event(Product::AliyunVod, body.as_bytes()).into_data().unwrap().vendor.unwrap();
        assert_eq!(vendor.get(), expected);
    }
}

#[test]
fn every_payload_is_of_a_known_kind() {
    for (product, file, body) in all_payloads() {
        for event in events(product, &body) {
            let data = event.data().unwrap();
            assert_eq!(data.kind == Kind::Unknown, file.contains("unknown"), "{product}/{file}");
            assert_eq!((event.r#type.kind, event.r#type.outcome), (data.kind, data.outcome), "{product}/{file}");
            assert!(event.subject.is_some(), "{product}/{file}");
        }
    }
}

#[test]
fn every_event_of_the_tables_has_a_payload() {
    let seen: BTreeSet<(Product, String)> = all_payloads()
        .flat_map(|(product, _, body)| events(product, &body))
        .filter_map(CloudEvent::into_data)
        .filter_map(|data| Some((data.product, data.event?)))
        .collect();
    for (product, name, _) in kinds() {
        assert!(seen.contains(&(product, name.clone())), "{product} {name}");
    }
}

/// The table that the kinds were agreed on, beside the one that the parser works by.
#[test]
fn the_kinds_are_those_that_were_agreed_on() {
    let row = |(product, name, kind): (Product, String, Kind)| format!("{product}\t{name}\t{kind}");
    let ours: BTreeSet<String> = kinds().into_iter().map(row).collect();
    let agreed: BTreeSet<String> =
        include_str!("../../testdata/kinds.tsv").lines().skip(1).map(str::to_owned).collect();
    assert_eq!(ours, agreed);
}

#[test]
fn names_are_in_one_table_once() {
    let names: Vec<_> = kinds().into_iter().map(|(product, name, _)| (product, name)).collect();
    let unique: BTreeSet<_> = names.iter().collect();
    assert_eq!(unique.len(), names.len());
}

#[test]
fn a_redelivery_has_the_same_id_and_another_event_another() {
    let one = br#"{"EventType":"X","Status":"success","Sign":"a","T":1}"#;
    let again = br#"{ "T": 2, "Sign": "b", "Status": "success", "EventType": "X", "Extend": null }"#;
    let another = br#"{"EventType":"X","Status":"fail"}"#;
    let id = |body| event(Product::TencentVod, body).id;
    assert_eq!(id(one), id(again));
    assert_ne!(id(one), id(another));
    assert_ne!(id(one), event(Product::AliyunVod, one).id);
    assert!(id(one).len() == 32 && id(one).bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f')));
}

/// An event that is pulled is the event that would have been posted; its handle is the caller's.
#[test]
fn a_pulled_event_is_the_posted_one() {
    let members = r#""EventType":"ProcedureStateChanged","ProcedureStateChangeEvent":{"TaskId":"t","Status":"FINISH"}"#;
    let posted = format!("{{{members}}}");
    let pulled = format!(r#"{{"Response":{{"EventSet":[{{"EventHandle":"h",{members}}}],"RequestId":"r"}}}}"#);
    let posted = normalised(&event(Product::TencentVod, posted.as_bytes()));
    assert_eq!(normalised(&event(Product::TencentVod, pulled.as_bytes())), posted);
    let message = format!(r#"{{"EventHandle":"h",{members}}}"#);
    let [message] = decode_pulled(Product::TencentVod, message.as_bytes(), received()).try_into().unwrap();
    assert_eq!(normalised(&message), posted);
}

/// A signature belongs to the delivery, whatever is posted: an event, or a whole answer of the queue.
#[test]
fn a_signature_changes_no_event() {
    for (file, body) in payloads(Product::TencentVod.slug()) {
        let Ok(Value::Object(mut signed)) = serde_json::from_slice(&body) else { continue };
        signed.insert("Sign".to_owned(), "5ee8ca6c28cbe415b40352969cdf8249".into());
        signed.insert("T".to_owned(), 1_700_000_000.into());
        let signed = events(Product::TencentVod, Value::Object(signed).to_string().as_bytes());
        let posted = events(Product::TencentVod, &body);
        let said = |events: &[CloudEvent]| events.iter().map(normalised).collect::<Vec<_>>();
        assert_eq!(said(&signed), said(&posted), "{file}");
    }
}
