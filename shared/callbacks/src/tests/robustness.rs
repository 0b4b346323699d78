//! Whatever the bytes: no panic, and nothing lost.

use proptest::prelude::*;
use proptest::sample::{Index, select};
use serde_json::Value;

use super::{all_payloads, events, normalised, received};
use crate::event::{CloudEvent, Kind};
use crate::{Product, decode};

/// What every body has to give.
fn check(product: Product, body: &[u8]) {
    for decoded in decode(product, body, received()) {
        let line = serde_json::to_string(&decoded.event).unwrap();
        assert!(!line.contains('\n'));
        let read_back: CloudEvent = serde_json::from_str(&line).unwrap();
        assert_eq!(read_back.id, decoded.event.id);
        assert_eq!(decoded.event.data.is_some(), decoded.event.data_base64.is_none());
    }
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

/// The same JSON in another dress: objects inside out, a null where nothing was, numbers as strings.
fn dressed_up(value: &Value) -> Value {
    match value {
        Value::Object(members) => {
            let mut dressed: serde_json::Map<String, Value> =
                members.iter().rev().map(|(key, value)| (key.clone(), dressed_up(value))).collect();
            dressed.insert("ZzzNew".to_owned(), Value::Null);
            dressed.into()
        }
        Value::Array(items) => items.iter().map(dressed_up).collect(),
        Value::Number(number) => number.to_string().into(),
        other => other.clone(),
    }
}

/// What an event says, apart from its id: the id is made from the text, in which a number is not a string.
fn said(events: &[CloudEvent]) -> Vec<Value> {
    let without_id = |event| {
        let mut value = normalised(event);
        value["id"] = Value::Null;
        value
    };
    events.iter().map(without_id).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn arbitrary_bytes(body in prop::collection::vec(any::<u8>(), 0..512), product in select(Product::ALL.to_vec())) {
        check(product, &body);
    }

    #[test]
    fn arbitrary_structure(body in "[{<]([\\[\\]{}<>/\"':,&;a-z0-9 \\\\.-]|\\PC){0,200}", product in select(Product::ALL.to_vec())) {
        check(product, body.as_bytes());
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
        prop_assume!(!place.contains("EventSet"));
        *payload.pointer_mut(place).unwrap() = value;
        let body = serde_json::to_vec(&payload).unwrap();
        check(product, &body);
        for event in events(product, &body) {
            prop_assert!(event.unreadable.is_none(), "{place}: {:?}", event.unreadable);
        }
    }

    /// The order of keys, nulls, white space, and numbers as strings change nothing of what an event says.
    #[test]
    fn the_same_in_another_dress((product, payload) in json_payload()) {
        let plain = events(product, &serde_json::to_vec(&payload).unwrap());
        let dressed = events(product, &serde_json::to_vec_pretty(&dressed_up(&payload)).unwrap());
        prop_assert_eq!(said(&plain), said(&dressed));
        for event in plain {
            prop_assert_ne!(event.data.map(|data| data.kind), Some(Kind::Unreadable));
        }
    }
}
