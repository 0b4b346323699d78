//! Whatever the bytes: no panic, and nothing lost.

use std::fmt::Write;

use proptest::prelude::*;
use proptest::sample::{Index, select};
use serde_json::Value;

use super::{all_payloads, events, normalised, received, schema, unread};
use crate::event::{CloudEvent, Outcome, Verdict};
use crate::{Product, decode};

/// What every body has to give.
fn check(product: Product, body: &[u8]) {
    let decoded = decode(product, body, received());
    // Only a pull response may hold no event.
    let has = |name: &[u8]| body.windows(name.len()).any(|part| part == name);
    assert!(!decoded.is_empty() || has(b"EventSet") || has(b"eventList"));
    let lines: Vec<String> = decoded.iter().map(|event| serde_json::to_string(event).unwrap()).collect();
    for (decoded, line) in decoded.iter().zip(&lines) {
        assert!(schema::WHOLE.is_valid(&serde_json::from_str(line).unwrap()), "{line}");
        let read_back: CloudEvent = serde_json::from_str(line).unwrap();
        assert_eq!(read_back.id, decoded.id);
        assert_eq!(decoded.data().is_some(), decoded.unreadable().is_none());
    }
    rules::check(product.slug(), body, &lines).unwrap();
    if let Some(body) = rules::with_a_failed_part(body) {
        let with_part = decode(product, &body, received());
        let lines: Vec<String> = with_part.iter().map(|event| serde_json::to_string(event).unwrap()).collect();
        rules::a_failed_part_counts(&lines).unwrap();
    }
}

/// Any JSON object, with keys that mean something somewhere, some of them twice.
fn arbitrary_json() -> impl Strategy<Value = String> {
    let key = select(vec![
        "EventType",
        "MessageBody",
        "Message",
        "Messages",
        "MessageId",
        "TopicName",
        "Notification",
        "EventSet",
        "Response",
        "eventList",
        "eventContent",
        "msgHandle",
        "EventHandle",
        "RequestId",
        "Sign",
        "T",
        "data",
        "Data",
        "JobsDetail",
        "EventName",
        "WorkflowExecution",
        "FileDeleteEvent",
        "FileIdSet",
        "FileUploadEvent",
        "Status",
        "ActivityResults",
        "StreamInfos",
        "New",
        " New",
    ]);
    let leaf = prop_oneof![
        select(vec![
            "null",
            "true",
            "1e999",
            "1.50",
            "\"NewFileUpload\"",
            "\"FileDeleted\"",
            "\"TaskFinish\"",
            "\"FAIL\"",
            "\"{\\\"Status\\\":\\\"FAIL\\\"}\"",
            "\"{\\\"Status\\\":\\\"FAIL\\\",} more\"",
            "\"[7\"",
            "\"1\"",
        ])
        .prop_map(str::to_owned),
        any::<i32>().prop_map(|number| number.to_string()),
        "\"[a-z]{3,8}\"",
    ];
    let object = |members: Vec<(&str, String)>| {
        let members: Vec<String> = members.iter().map(|(key, value)| format!("\"{key}\":{value}")).collect();
        format!("{{{}}}", members.join(","))
    };
    let value = leaf.prop_recursive(4, 24, 4, {
        let key = key.clone();
        move |inner| {
            let quoted = inner.clone().prop_map(|json| serde_json::to_string(&json).unwrap());
            prop_oneof![
                1 => prop::collection::vec(inner.clone(), 0..4).prop_map(|items| format!("[{}]", items.join(","))),
                3 => prop::collection::vec((key.clone(), inner), 0..5).prop_map(object),
                1 => quoted,
            ]
        }
    });
    prop::collection::vec((key, value), 0..5).prop_map(object)
}

/// Any payload of the test data.
fn payload() -> impl Strategy<Value = (Product, Vec<u8>)> {
    let payloads: Vec<(Product, Vec<u8>)> = all_payloads().map(|(product, _, body)| (product, body)).collect();
    select(payloads)
}

/// Any payload of the test data that is JSON, parsed.
fn json_payload() -> impl Strategy<Value = (Product, Value)> {
    let payloads: Vec<(Product, Value)> =
        all_payloads().filter_map(|(product, _, body)| Some((product, serde_json::from_slice(&body).ok()?))).collect();
    select(payloads)
}

/// A value of any JSON type.
fn odd_value() -> impl Strategy<Value = Value> {
    select(vec![
        Value::Null,
        Value::from(-7),
        Value::from(1e300),
        Value::from(u64::MAX),
        Value::from(true),
        Value::from(""),
        Value::from("text"),
        Value::from("{\"a\":[{\"b\":\"{}\"}]}"),
        serde_json::json!([]),
        serde_json::json!([[1], {"a": null}, "b"]),
        serde_json::json!({"a": {"b": [1]}}),
    ])
}

/// The values in a JSON value, each by the way to it.
fn pointers(value: &Value, prefix: &str, pointers_so_far: &mut Vec<String>) {
    let children: Vec<(String, &Value)> = match value {
        Value::Object(members) => members.iter().map(|(key, value)| (key.clone(), value)).collect(),
        Value::Array(items) => items.iter().enumerate().map(|(index, value)| (index.to_string(), value)).collect(),
        _ => Vec::new(),
    };
    for (key, child) in children {
        let pointer = format!("{prefix}/{}", key.replace('~', "~0").replace('/', "~1"));
        pointers(child, &pointer, pointers_so_far);
        pointers_so_far.push(pointer);
    }
}

/// The ways in which the same JSON can be written.
#[derive(Debug, Clone, Copy)]
#[expect(clippy::struct_excessive_bools, reason = "each way is taken or not, whatever the others")]
struct Dress {
    /// Members in the opposite order.
    reversed: bool,
    /// A member that is null in each object.
    nulls: bool,
    /// A member that nobody knows in each object.
    extra: bool,
    /// Numbers as strings.
    quoted_numbers: bool,
    /// Strings of digits as numbers.
    bare_numbers: bool,
    /// Objects as lists of one.
    lists: bool,
}

impl Dress {
    fn put_on(self, value: &Value) -> Value {
        match value {
            Value::Object(members) => {
                let dressed = members.iter().map(|(key, value)| (key.clone(), self.put_on_member(key, value)));
                let mut dressed: Vec<(String, Value)> = dressed.collect();
                if self.nulls {
                    dressed.push(("ZzzNull".to_owned(), Value::Null));
                }
                let is_answer =
                    ["Response", "EventSet", "eventList", "msgHandle"].iter().any(|key| members.contains_key(*key));
                // What is beside a pull response is an event of its own.
                if self.extra && !is_answer {
                    dressed.push(("ZzzExtra".to_owned(), serde_json::json!([7, "text"])));
                }
                if self.reversed {
                    dressed.reverse();
                }
                Value::Object(dressed.into_iter().collect())
            }
            Value::Array(items) => items.iter().map(|item| self.put_on_member("", item)).collect(),
            Value::Number(number) if self.quoted_numbers => number.to_string().into(),
            Value::String(text) if self.bare_numbers && !self.quoted_numbers => {
                let number = text.parse::<i64>().ok().filter(|number| number.to_string() == *text);
                number.map_or_else(|| value.clone(), Value::from)
            }
            other => other.clone(),
        }
    }

    fn put_on_member(self, key: &str, value: &Value) -> Value {
        let dressed = self.put_on(value);
        // A pull response and its events are the delivery, not the event.
        let is_delivery = key == "Response" || ["EventHandle", "msgHandle"].iter().any(|key| value.get(key).is_some());
        if self.lists && value.is_object() && !is_delivery { Value::Array(vec![dressed]) } else { dressed }
    }
}

fn dress() -> impl Strategy<Value = Dress> {
    any::<[bool; 6]>().prop_map(|[reversed, nulls, extra, quoted_numbers, bare_numbers, lists]| Dress {
        reversed,
        nulls,
        extra,
        quoted_numbers,
        bare_numbers,
        lists,
    })
}

/// The XML that Cloud Infinite sends for its JSON.
fn to_xml(name: &str, value: &Value, out: &mut String) {
    match value {
        Value::Null => {}
        Value::Array(items) => items.iter().for_each(|item| to_xml(name, item, out)),
        Value::Object(members) => {
            write!(out, "<{name}>").unwrap();
            members.iter().for_each(|(key, value)| to_xml(key, value, out));
            write!(out, "</{name}>").unwrap();
        }
        leaf => {
            let text = leaf.as_str().map_or_else(|| leaf.to_string(), str::to_owned);
            write!(out, "<{name}>{}</{name}>", quick_xml::escape::escape(text.as_str())).unwrap();
        }
    }
}

/// What an event says, apart from its id: the id is made from the text, in which a number is not a string.
fn said(events: &[CloudEvent]) -> Vec<Value> {
    let without_id = |event| {
        let mut value = normalised(event);
        value["id"] = Value::Null;
        // What the customer attached is handed on as it is, whatever it is.
        value["data"]["user_data"] = Value::Null;
        value
    };
    events.iter().map(without_id).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1024, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn arbitrary_bytes(body in prop::collection::vec(any::<u8>(), 0..512), product in select(Product::ALL.to_vec())) {
        check(product, &body);
    }

    #[test]
    fn arbitrary_structure(body in "[{<]([\\[\\]{}<>/\"':,&;a-z0-9 \\\\.-]|\\PC){0,200}", product in select(Product::ALL.to_vec())) {
        check(product, body.as_bytes());
    }

    #[test]
    fn everything_is_handed_on(posted in arbitrary_json(), product in select(Product::ALL.to_vec())) {
        check(product, posted.as_bytes());
    }

    #[test]
    fn everything_of_a_payload_is_handed_on((product, posted) in payload()) {
        check(product, &posted);
    }

    /// A list that no struct knows, in any object of any payload: where one of its items failed, the event is no success, and a
    /// block is never lost.
    #[test]
    fn a_list_that_is_not_known_counts(
        (product, mut payload) in json_payload(),
        place in any::<Index>(),
        failure in select(vec![
            serde_json::json!({"Status": "FAIL"}),
            serde_json::json!({"status": "Failed", "taskType": "New"}),
            serde_json::json!({"ErrCode": 30010}),
            serde_json::json!({"Name": "x", "errorCode": "InvalidMedia"}),
            serde_json::json!({"Suggestion": "block", "State": "Success"}),
        ]),
        in_string in any::<bool>(),
    ) {
        let mut places = Vec::new();
        pointers(&payload, "", &mut places);
        places.retain(|place| payload.pointer(place).is_some_and(Value::is_object));
        // What a customer attached, or asked for, is no part of the event; nor is what stands around events.
        places.retain(|place| {
            let is_none = ["UserData", "Extend", "SessionContext", "DataId", "UserInfo", "Input", "EventSet", "Response", "eventList"];
            !is_none.iter().any(|part| place.to_lowercase().contains(&part.to_lowercase()))
        });
        prop_assume!(!places.is_empty());
        let list = serde_json::json!([{"Status": "SUCCESS"}, failure]);
        let list = if in_string { Value::from(list.to_string()) } else { list };
        let place = place.get(&places).clone();
        payload.pointer_mut(&place).unwrap()["ZzzNewList"] = list;
        // What is in a field that is known, and left to the vendor's part, is not looked at.
        let body = payload.to_string();
        prop_assume!(unread::keys(product, body.as_bytes()).iter().any(|key| key.contains("ZzzNewList")));
        for event in events(product, body.as_bytes()) {
            let vendor = event.data().unwrap().vendor.as_ref().unwrap().get();
            if !vendor.contains("ZzzNewList") {
                continue;
            }
            let data = event.data().unwrap();
            if failure.get("Suggestion").is_some() {
                prop_assert_eq!(data.review.as_ref().and_then(|review| review.verdict), Some(Verdict::Block), "{}", place);
            } else {
                prop_assert_ne!(data.outcome, Outcome::Succeeded, "{}: {}", place, vendor);
            }
        }
    }

    /// Any payload at any product, with bytes changed, cut out, or said twice.
    #[test]
    fn mutated_payloads(
        (_, mut body) in payload(),
        product in select(Product::ALL.to_vec()),
        changes in prop::collection::vec((any::<Index>(), any::<Index>(), 0..4_u8, any::<u8>()), 1..6),
    ) {
        for (one, other, how, byte) in changes {
            if body.is_empty() {
                break;
            }
            let (from, to) = (one.index(body.len()), other.index(body.len()));
            let (from, to) = (from.min(to), from.max(to));
            match how {
                0 => body[from] = byte,
                1 => drop(body.drain(from..to)),
                2 => body.truncate(from),
                _ => {
                    let piece = body[from..to].to_vec();
                    body.splice(from..from, piece);
                }
            }
        }
        check(product, &body);
    }

    /// A value of another type in any place makes no event unreadable: the vendor's types are never relied on.
    #[test]
    fn a_value_of_another_type_costs_no_event(
        (product, mut payload) in json_payload(),
        place in any::<Index>(),
        value in odd_value(),
    ) {
        let mut places = Vec::new();
        pointers(&payload, "", &mut places);
        let place = place.get(&places);
        // The elements of a pull response's list are events themselves, and a number is none.
        prop_assume!(!place.contains("EventSet") && !place.contains("eventList"));
        *payload.pointer_mut(place).unwrap() = value;
        let body = serde_json::to_vec(&payload).unwrap();
        check(product, &body);
        for event in events(product, &body) {
            prop_assert!(event.unreadable().is_none(), "{place}: {:?}", event.unreadable());
        }
    }

    /// The order of keys, nulls, unknown members, numbers as strings and strings as numbers, lists of one and white space
    /// change nothing of what an event says.
    #[test]
    fn the_same_in_another_dress((product, payload) in json_payload(), dress in dress()) {
        let plain = events(product, &serde_json::to_vec(&payload).unwrap());
        let dressed = dress.put_on(&payload);
        let compact = events(product, &serde_json::to_vec(&dressed).unwrap());
        let pretty = events(product, &serde_json::to_vec_pretty(&dressed).unwrap());
        prop_assert_eq!(said(&plain), said(&compact));
        prop_assert_eq!(said(&plain), said(&pretty));
    }
}

/// Every JSON payload of Cloud Infinite says the same as XML.
#[test]
fn the_same_as_xml() {
    let product = Product::TencentCi;
    for (_, _, body) in all_payloads().filter(|(of, ..)| *of == product) {
        let Ok(payload) = serde_json::from_slice::<Value>(&body) else { continue };
        let mut xml = String::new();
        to_xml("Response", &payload, &mut xml);
        assert_eq!(said(&events(product, xml.as_bytes())), said(&events(product, &body)), "{xml}");
    }
}
