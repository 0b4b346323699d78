//! Thousands of requests to one environment of each function, with AWS behind TLS, without a resource leak.
//! `tools/fake-vendors/tests/soak.rs` does the same for the functions that pull.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use callbacks::Product;
use emulator::post;
use emulator::soak::soak;
use emulator::stack::start_behind;
use emulator::stand_in::StandIn;
use serde_json::{Value, json};

const CALLBACKS: usize = 2_000;
/// Of 5.5 messages each, so 2,035 in all.
const BATCHES: usize = 370;

/// One in this many callbacks is larger than a message of the queue.
const LARGE: usize = 50;

fn callbacks_leave_nothing(product: Product) {
    let aws = StandIn::start(r#"{"tokens":"the-token"}"#).unwrap();
    let environment = [
        (variables::INTAKE, "sqs:https://sqs.eu-central-1.amazonaws.com/123456789012/intake"),
        (variables::OVERFLOW, "s3:overflow"),
        (variables::SECRET_ID, "secret"),
        (variables::SECRET_MAX_AGE, "1"),
    ];
    let function = start_behind(aws.server(), product.slug(), &environment).unwrap();
    let large = "x".repeat(300_000);
    let callback = |number: usize| {
        let text = if number.is_multiple_of(LARGE) { large.as_str() } else { "" };
        let body = json!({"EventType": "New", "Number": number, "MessageBody": {"Text": text}});
        let mut request: Value = serde_json::from_str(&post(body.to_string().as_bytes())).unwrap();
        *request.pointer_mut("/rawQueryString").unwrap() = "token=the-token".into();
        assert_eq!(function.invoke(&request.to_string()).unwrap().status_code, 200, "callback {number}");
    };
    soak(&function, &[aws.server()], CALLBACKS, callback).unwrap();
    assert_eq!((aws.count("sqs:SendMessage"), aws.count("s3:PutObject")), (CALLBACKS, CALLBACKS / LARGE));
    assert!(aws.count("secretsmanager:GetSecretValue") > 1);
}

#[test]
fn callbacks_leave_nothing_in_aliyun_vod() {
    callbacks_leave_nothing(Product::AliyunVod);
}

#[test]
fn callbacks_leave_nothing_in_aliyun_ims() {
    callbacks_leave_nothing(Product::AliyunIms);
}

#[test]
fn callbacks_leave_nothing_in_tencent_ci() {
    callbacks_leave_nothing(Product::TencentCi);
}

#[test]
fn callbacks_leave_nothing_in_tencent_vod() {
    callbacks_leave_nothing(Product::TencentVod);
}

/// Batches of one to ten messages, as Lambda makes them.
#[test]
fn messages_leave_nothing_in_dispatch() {
    let aws = StandIn::start("").unwrap();
    let environment = [(variables::LEDGER, "dynamodb:ledger"), (variables::BUS, "eventbridge:media")];
    let function = start_behind(aws.server(), "dispatch", &environment).unwrap();
    let mut sent = 0;
    let batch = |number: usize| {
        let records: Vec<Value> = (0..=number % 10)
            .map(|_| {
                sent += 1;
                let event = json!([{
                    "id": format!("{sent:032x}"), "source": "/tencent/ci", "type": "media.snapshot.succeeded",
                    "time": "2026-01-02T03:04:05Z",
                }]);
                json!({"messageId": sent.to_string(), "body": event.to_string()})
            })
            .collect();
        let answer = function.invoke_raw(&json!({"Records": records}).to_string()).unwrap();
        assert_eq!(answer, r#"{"batchItemFailures":[]}"#, "batch {number}");
    };
    soak(&function, &[aws.server()], BATCHES, batch).unwrap();
    assert_eq!(sent, BATCHES / 10 * 55);
    assert_eq!((aws.count("events:PutEvents"), aws.count("dynamodb:UpdateItem")), (sent, sent));
}
