//! The real functions against the AWS APIs over HTTP: what is stored, what is published, and what happens when an API
//! or a function fails.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod frozen;
mod secret;
mod support;

use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use callbacks::Product;
use emulator::poller::{deliver, poll};
use emulator::proxy::{CLAIM, COMPLETE, Fault, Hook, PUBLISH, SEND, counts};
use emulator::vendor::UNSIGNED;
use emulator::{expected_events, post};
use serde_json::{Value, json};
use support::{dispatch_all, oversized, published, sample, stack, stored};

#[test]
fn storing_takes_one_call_and_no_other() {
    let stack = stack("one-call");
    for product in Product::ALL {
        let function = stack.product(product, UNSIGNED).unwrap();
        let requests = emulator::requests(product).unwrap();
        // Calls at the start of the function are not part of handling a callback.
        assert_eq!(function.invoke(&requests[0].1).unwrap().status_code, 200);
        drop(stack.aws.drain(&stack.resources.queue).unwrap());
        drop(stack.intake.take_calls());
        for (case, request) in requests.iter().skip(1).take(8) {
            assert_eq!(function.invoke(request).unwrap().status_code, 200, "{product} {case}");
            let operations: Vec<String> = stack.intake.take_calls().into_iter().map(|call| call.operation).collect();
            let expected: Vec<Value> = json_lines(&expected_events(product, request).unwrap());
            // A pull response without an event stores nothing.
            assert_eq!(operations, if expected.is_empty() { vec![] } else { vec![SEND] }, "{case}");
            assert_eq!(stored(&stack), expected, "{product} {case}");
        }
    }
}

#[test]
fn several_events_of_a_body_are_one_message() {
    let stack = stack("several");
    let function = stack.product(Product::TencentVod, UNSIGNED).unwrap();
    let request = sample(Product::TencentVod, "pull-events-several");
    assert_eq!(function.invoke(&request).unwrap().body, r#"{"stored":3}"#);
    let messages = stack.aws.drain(&stack.resources.queue).unwrap();
    assert_eq!(messages.len(), 1);
    let expected = json_lines(&expected_events(Product::TencentVod, &request).unwrap());
    assert_eq!(serde_json::from_str::<Vec<Value>>(&messages[0].body).unwrap(), expected);
}

#[test]
fn what_is_too_big_for_a_message_goes_to_the_bucket_whole() {
    let stack = stack("too-big");
    let function = stack.product(Product::AliyunIms, UNSIGNED).unwrap();
    let binary = vec![0xFF; 300_000];
    for (body, is_readable) in [(oversized(1).into_bytes(), true), (binary, false)] {
        let request = post(&body);
        assert_eq!(function.invoke(&request).unwrap().status_code, 200);
        let expected = json_lines(&expected_events(Product::AliyunIms, &request).unwrap()).remove(0);
        let event = stored(&stack).remove(0);
        assert_eq!((&event["id"], &event["type"]), (&expected["id"], &expected["type"]));
        assert_eq!((event.get("data"), event.get("data_base64")), (None, None));
        let reference = event["dataref"].as_str().unwrap();
        let key = reference.strip_prefix(&format!("s3://{}/", stack.resources.bucket)).expect("a place in the bucket");
        let object = stack.aws.object(&stack.resources.bucket, key).unwrap();
        if is_readable {
            assert_eq!(serde_json::from_slice::<Value>(&object).unwrap(), expected["data"]);
        } else {
            assert_eq!(STANDARD.encode(&object), expected["data_base64"].as_str().unwrap());
            assert_eq!(object, body);
        }
    }
}

/// A redelivery differs in what belongs to the delivery only. The event that was stored first may be published by then.
#[test]
fn a_redelivery_leaves_the_object_of_the_first() {
    let stack = stack("redelivered");
    let function = stack.product(Product::TencentVod, UNSIGNED).unwrap();
    let text = "x".repeat(300_000);
    let mut references = Vec::new();
    for handle in ["first", "second"] {
        let body = format!(r#"{{"EventType":"New","EventHandle":"{handle}","Text":"{text}"}}"#);
        assert_eq!(function.invoke(&post(body.as_bytes())).unwrap().status_code, 200);
        references.push(stored(&stack).remove(0)["dataref"].as_str().unwrap().to_owned());
    }
    assert_eq!(references[0], references[1]);
    let (_, key) = references[0].split_once(&format!("{}/", stack.resources.bucket)).unwrap();
    let object: Value = serde_json::from_slice(&stack.aws.object(&stack.resources.bucket, key).unwrap()).unwrap();
    assert_eq!(object["vendor"]["EventHandle"], "first");
}

#[test]
fn what_the_queue_or_bucket_does_not_take_is_not_acknowledged() {
    let stack = stack("intake-down");
    let function = stack.product(Product::AliyunIms, UNSIGNED).unwrap();
    let faults = [Fault::Error, Fault::Throttled, Fault::Silence { is_made: false, then: None }];
    // A queue that took a message has an id for it.
    let of_queue = [Fault::Empty(200), Fault::Empty(204)];
    for (body, operation, more) in [("{}".to_owned(), SEND, of_queue.as_slice()), (oversized(1), "s3:PutObject", &[])] {
        let request = post(body.as_bytes());
        for fault in faults.iter().chain(more) {
            let failing = fault.clone();
            stack.intake.set_plan(move |call| (call.operation == operation).then(|| failing.clone()));
            assert_eq!(function.invoke(&request).unwrap().status_code, 503, "{operation} {fault:?}");
            assert!(stored(&stack).is_empty(), "{operation} {fault:?}");
        }
        stack.intake.set_plan(|_| None);
        assert_eq!(function.invoke(&request).unwrap().status_code, 200);
        assert_eq!(stored(&stack).len(), 1);
    }
}

#[test]
fn an_event_is_published_once_however_often_it_is_delivered() {
    let stack = stack("twice");
    let function = stack.product(Product::TencentVod, UNSIGNED).unwrap();
    let dispatch = stack.dispatch(&[]).unwrap();
    let request = sample(Product::TencentVod, "pull-events-several");
    function.invoke(&request).unwrap();
    let messages = stack.aws.receive(&stack.resources.queue).unwrap();
    assert_eq!(deliver(&messages, &dispatch), [] as [String; 0]);
    let calls = stack.outlet.take_calls();
    assert_eq!(counts(&calls)[PUBLISH], 1);

    // The queue redelivers the message, and the vendor retries the callback.
    assert_eq!(deliver(&messages, &dispatch), [] as [String; 0]);
    stack.aws.delete(&stack.resources.queue, &messages).unwrap();
    assert_eq!(function.invoke(&request).unwrap().status_code, 200);
    assert_eq!(poll(&stack.aws, &stack.resources.queue, 10, &dispatch).unwrap().failed, [] as [String; 0]);
    assert_eq!(counts(&stack.outlet.take_calls()).get(PUBLISH), None);

    let published = published(&stack);
    assert_eq!(published.len(), 3);
    for event in json_lines(&expected_events(Product::TencentVod, &request).unwrap()) {
        assert!(published.iter().any(|published| published["detail"] == event));
    }
    for event in &published {
        assert_eq!(event["source"], "mediahook.tencent-vod");
        assert_eq!(event["detail-type"], event["detail"]["type"]);
        // The time of publication, not of the event.
        assert_ne!(event["time"].as_str().unwrap().get(..10), event["detail"]["time"].as_str().unwrap().get(..10));
    }
}

#[test]
fn only_what_failed_comes_back() {
    let stack = stack("entry");
    let function = stack.product(Product::AliyunIms, UNSIGNED).unwrap();
    let dispatch = stack.dispatch(&[]).unwrap();
    for number in 0..3 {
        function.invoke(&post(format!(r#"{{"EventType":"New{number}"}}"#).as_bytes())).unwrap();
    }
    // Dispatch itself retries entries that the bus rejects.
    stack.outlet.set_plan(|call| {
        let call = call.json();
        let entries = call.get("Entries")?.as_array()?;
        let refused = |entry: &Value| entry["Detail"].as_str().is_some_and(|detail| detail.contains("New1"));
        entries.iter().position(refused).map(Fault::Entry)
    });
    let batch = poll(&stack.aws, &stack.resources.queue, 10, &dispatch).unwrap();
    assert_eq!((batch.received.len(), batch.failed.len()), (3, 1));
    assert_eq!(published(&stack).len(), 2);
    stack.outlet.set_plan(|_| None);
    dispatch_all(&stack, &dispatch);
    assert_eq!(published(&stack).len(), 1);
}

#[test]
fn events_wait_in_the_queue_while_the_ledger_or_bus_is_down() {
    let stack = stack("outlet-down");
    let function = stack.product(Product::AliyunIms, UNSIGNED).unwrap();
    let dispatch = stack.dispatch(&[]).unwrap();
    for (number, (service, fault)) in [
        ("dynamodb:", Fault::Error),
        ("dynamodb:", Fault::Throttled),
        ("events:", Fault::Error),
        ("events:", Fault::Throttled),
    ]
    .into_iter()
    .enumerate()
    {
        function.invoke(&post(format!(r#"{{"EventType":"New{number}"}}"#).as_bytes())).unwrap();
        let failing = fault.clone();
        stack.outlet.set_plan(move |call| call.operation.starts_with(service).then(|| failing.clone()));
        let batch = poll(&stack.aws, &stack.resources.queue, 10, &dispatch).unwrap();
        assert_eq!((batch.received.len(), batch.failed.len()), (1, 1), "{service} {fault:?}");
        assert!(published(&stack).is_empty(), "{service} {fault:?}");
        stack.outlet.set_plan(|_| None);
        dispatch_all(&stack, &dispatch);
        assert_eq!(published(&stack).len(), 1, "{service} {fault:?}");
    }
}

/// An event is published twice only where dispatch cannot know that it was published.
#[test]
fn a_function_that_is_killed_between_two_steps_loses_nothing() {
    for (number, (step, is_made, times)) in
        [(CLAIM, true, 1), (PUBLISH, false, 1), (PUBLISH, true, 2), (COMPLETE, false, 2), (COMPLETE, true, 1)]
            .into_iter()
            .enumerate()
    {
        let stack = stack(&format!("killed-{number}"));
        let function = stack.product(Product::AliyunIms, UNSIGNED).unwrap();
        let dispatch = stack.dispatch(&[]).unwrap();
        function.invoke(&post(b"{}")).unwrap();
        let killer = dispatch.killer();
        let mut is_alive = true;
        stack.outlet.set_plan(move |call| {
            let is_hit = call.operation == step && std::mem::take(&mut is_alive);
            let killer = killer.clone();
            is_hit.then(|| Fault::Silence { is_made, then: Some(Arc::new(move || killer.kill())) })
        });
        let batch = poll(&stack.aws, &stack.resources.queue, 10, &dispatch).unwrap();
        assert_eq!((batch.received.len(), batch.failed.len()), (1, 1), "{step} {is_made}");
        dispatch_all(&stack, &dispatch);
        assert_eq!(published(&stack).len(), times, "{step} {is_made}");
    }
}

/// Without the lease, a second run with the same message would publish its event while the first run still may.
#[test]
fn what_another_run_has_claimed_waits() {
    let stack = stack("held");
    let function = stack.product(Product::AliyunIms, UNSIGNED).unwrap();
    let dispatch = stack.dispatch(&[]).unwrap();
    function.invoke(&post(b"{}")).unwrap();
    let messages = stack.aws.receive(&stack.resources.queue).unwrap();
    let killer = dispatch.killer();
    let then: Hook = Arc::new(move || killer.kill());
    stack.outlet.set_plan(move |call| {
        let then = Some(Arc::clone(&then));
        (call.operation == PUBLISH).then_some(Fault::Silence { is_made: false, then })
    });
    assert_eq!(deliver(&messages, &dispatch).len(), 1);
    stack.outlet.set_plan(|_| None);
    assert_eq!(deliver(&messages, &dispatch).len(), 1);
    assert!(published(&stack).is_empty());
    stack.aws.end_leases(&stack.resources.table, &stack.outlet.take_calls()).unwrap();
    assert_eq!(deliver(&messages, &dispatch), [] as [String; 0]);
    assert_eq!(published(&stack).len(), 1);
}

#[test]
fn a_message_that_is_none_of_ours_becomes_a_dead_letter() {
    let stack = stack("dead");
    let function = stack.product(Product::AliyunIms, UNSIGNED).unwrap();
    let dispatch = stack.dispatch(&[]).unwrap();
    let body = json!({"QueueUrl": stack.resources.queue, "MessageBody": "not ours"});
    stack.aws.call("AmazonSQS.SendMessage", &body).unwrap();
    function.invoke(&post(b"{}")).unwrap();
    dispatch_all(&stack, &dispatch);
    assert_eq!(published(&stack).len(), 1);
    let dead = stack.aws.drain(&stack.resources.dead_letter_queue).unwrap();
    assert_eq!(dead.iter().map(|message| message.body.as_str()).collect::<Vec<_>>(), ["not ours"]);
}

/// The runtime interface emulator gives functions no tracing header, so the message gets it here.
#[test]
fn the_trace_goes_on_from_the_queue_to_the_bus() {
    const TRACE: &str = "Root=1-69573465-0123456789abcdef01234567;Parent=53995c3f42cd8ad8;Sampled=1";
    let stack = stack("trace");
    let function = stack.product(Product::AliyunIms, UNSIGNED).unwrap();
    let dispatch = stack.dispatch(&[]).unwrap();
    function.invoke(&post(b"{}")).unwrap();
    let untraced = stack.aws.drain(&stack.resources.queue).unwrap();
    let body = json!({
        "QueueUrl": stack.resources.queue,
        "MessageBody": untraced[0].body,
        "MessageSystemAttributes": {"AWSTraceHeader": {"DataType": "String", "StringValue": TRACE}},
    });
    stack.aws.call("AmazonSQS.SendMessage", &body).unwrap();
    let batch = poll(&stack.aws, &stack.resources.queue, 10, &dispatch).unwrap();
    assert_eq!((batch.received.len(), batch.failed.len()), (1, 0));
    let calls = stack.outlet.take_calls();
    let call = calls.iter().find(|call| call.operation == PUBLISH).unwrap();
    assert_eq!(call.json()["Entries"][0]["TraceHeader"], TRACE);
}

fn json_lines(lines: &[String]) -> Vec<Value> {
    lines.iter().map(|line| serde_json::from_str(line).unwrap()).collect()
}
