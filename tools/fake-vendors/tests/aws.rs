//! The functions that pull, between a vendor's queue and the AWS APIs: the access key from a secret, the events into a queue.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeSet;
use std::thread;
use std::time::{Duration, Instant};

use callbacks::{CloudEvent, decode};
use emulator::Emulator;
use emulator::moto::Moto;
use emulator::proxy::Fault;
use emulator::stack::Stack;
use fake_vendors::{Action, KEY, KEY_ID, QueueKind, TOKEN, Vendor};
use jiff::Timestamp;
use serde_json::{Value, json};

const KINDS: [QueueKind; 2] = [QueueKind::Tencent, QueueKind::Mns];
const SECRET: &str = "access-key-of-the-test";

/// Many times the second after which a secret is read again.
const LIMIT: Duration = Duration::from_mins(1);

fn bodies() -> Vec<String> {
    (0..40).map(|number| format!(r#"{{"EventType":"New","Status":"success","JobId":"{number}"}}"#)).collect()
}

fn ids(kind: QueueKind) -> BTreeSet<String> {
    let events = bodies().into_iter().flat_map(|body| decode(kind.product(), body.as_bytes(), Timestamp::now()));
    events.map(|event| event.id).collect()
}

fn put(stack: &Stack, operation: &str, key: &str) {
    let secret = json!({"access_key_id": KEY_ID, "access_key_secret": key, "security_token": TOKEN}).to_string();
    let body = match operation {
        "CreateSecret" => json!({"Name": SECRET, "SecretString": secret}),
        _ => json!({"SecretId": SECRET, "SecretString": secret, "ClientRequestToken": "0".repeat(32)}),
    };
    stack.aws.call(&format!("secretsmanager.{operation}"), &body).unwrap();
}

/// The function with everything that it needs but an access key of its own.
fn start(stack: &Stack, vendor: &Vendor, kind: QueueKind) -> Emulator {
    let keys = [queues::tencent::ACCESS_KEY_VARIABLES, queues::mns::ACCESS_KEY_VARIABLES].concat();
    let environment = vendor.environment();
    let mut environment: Vec<(&str, &str)> = environment
        .iter()
        .map(|(name, value)| (*name, value.as_str()))
        .filter(|(name, _)| !keys.contains(name) && *name != variables::INTAKE)
        .collect();
    environment.extend([(variables::SECRET_ID, SECRET), (variables::SECRET_MAX_AGE, "1")]);
    stack.storing(kind.function(), &environment).unwrap()
}

/// Whether the run drained its queues.
fn invoke(function: &Emulator) -> bool {
    let answer: Value = serde_json::from_str(&function.invoke_raw("{}").unwrap()).unwrap();
    answer.get("errorMessage").is_none()
}

/// The ids of all events in the queue.
fn stored(stack: &Stack) -> BTreeSet<String> {
    let messages = stack.aws.drain(&stack.resources.queue).unwrap();
    let events = messages.iter().flat_map(|message| serde_json::from_str::<Vec<CloudEvent>>(&message.body).unwrap());
    events.map(|event| event.id).collect()
}

#[test]
fn a_key_that_is_put_into_the_secret_takes_effect() {
    for kind in KINDS {
        let moto = Moto::start().unwrap();
        let stack = Stack::create(&moto, kind.function()).unwrap();
        put(&stack, "CreateSecret", "not-the-key");
        let vendor = Vendor::start(kind, &bodies());
        let function = start(&stack, &vendor, kind);
        assert!(!invoke(&function));
        assert_eq!((vendor.left(), stored(&stack).len()), (bodies().len(), 0));

        put(&stack, "PutSecretValue", KEY);
        let started = Instant::now();
        while !invoke(&function) {
            assert!(started.elapsed() < LIMIT, "the secret is not read again");
            thread::sleep(Duration::from_millis(100));
        }
        assert_eq!(vendor.left(), 0, "{kind:?}");
        assert_eq!(stored(&stack), ids(kind), "{kind:?}");
        assert!(!function.log().unwrap().contains(KEY));
    }
}

#[test]
fn nothing_is_confirmed_while_the_queue_takes_nothing() {
    for kind in KINDS {
        let moto = Moto::start().unwrap();
        let stack = Stack::create(&moto, kind.function()).unwrap();
        put(&stack, "CreateSecret", KEY);
        let vendor = Vendor::start(kind, &bodies());
        let function = start(&stack, &vendor, kind);
        stack.intake.set_plan(|call| (call.operation == "sqs:SendMessage").then_some(Fault::Error));
        assert!(!invoke(&function));
        assert_eq!((vendor.count(Action::Confirm), vendor.left()), (0, bodies().len()), "{kind:?}");

        stack.intake.set_plan(|_| None);
        vendor.reveal();
        assert!(invoke(&function));
        assert_eq!(vendor.left(), 0, "{kind:?}");
        assert_eq!(stored(&stack), ids(kind), "{kind:?}");
    }
}
