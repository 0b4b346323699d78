//! The real functions that pull, in the runtime interface emulator, against fakes of the vendors' servers.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeSet;
use std::thread;
use std::time::{Duration, Instant};

use callbacks::{CloudEvent, decode};
use emulator::{Emulator, root};
use fake_vendors::{Action, Empty, KEY, QueueFault, QueueKind, TOKEN, Vendor};
use jiff::Timestamp;
use serde_json::Value;

const KINDS: [QueueKind; 2] = [QueueKind::Tencent, QueueKind::Mns];

/// What EventBridge invokes a scheduled function with.
const SCHEDULED: &str = r#"{"version":"0","id":"53dc4d37-cffa-4f76-80c9-8b7d4a4d2eaa","detail-type":"Scheduled Event","source":"aws.events","account":"123456789012","time":"2015-10-08T16:53:06Z","region":"us-east-1","resources":["arn:aws:events:us-east-1:123456789012:rule/r"],"detail":{}}"#;

/// The bodies of the product's callbacks, and some that nobody knows or can read.
fn bodies(kind: QueueKind) -> Vec<String> {
    let folders: &[&str] = match kind {
        QueueKind::Tencent => &["tencent-vod"],
        QueueKind::Mns => &["aliyun-ims", "aliyun-vod"],
    };
    let mut bodies = Vec::new();
    for folder in folders {
        let folders = root().join("shared/callbacks/testdata").join(folder).read_dir().unwrap();
        let events = folders.map(|event| event.unwrap().path()).filter(|event| event.is_dir());
        for entry in events.flat_map(|event| event.read_dir().unwrap()) {
            let path = entry.unwrap().path();
            if path.extension().is_none_or(|ending| ending != "json") {
                continue;
            }
            let body = std::fs::read_to_string(path).unwrap();
            // What came by a pull already has its handle.
            if !body.contains("EventHandle") && !body.contains("EventSet") {
                bodies.push(body);
            }
        }
    }
    bodies.sort();
    bodies.truncate(50);
    bodies.push(r#"{"EventType":"BrandNew","BrandNewEvent":{"TaskId":"t"}}"#.to_owned());
    let deep = format!("{}{}", r#"{"A":"#.repeat(150), "1".to_owned() + &"}".repeat(150));
    bodies.push(deep);
    if kind == QueueKind::Mns {
        bodies.push("no event <&> at all".to_owned());
        // The same event as the next, in Base64.
        bodies.push("eyJFdmVudFR5cGUiOiJOZXciLCJNZXNzYWdlQm9keSI6e319".to_owned());
        bodies.push(r#"{"EventType":"New","MessageBody":{}}"#.to_owned());
    }
    bodies
}

fn few_bodies(count: usize) -> Vec<String> {
    (0..count).map(|number| format!(r#"{{"EventType":"New","Status":"success","JobId":"{number}"}}"#)).collect()
}

/// The ids that the events of these bodies have when they are posted.
///
/// Of a body that cannot be read the id is that of its bytes, which Tencent Cloud's handle is among.
fn posted_ids(kind: QueueKind, bodies: &[String]) -> BTreeSet<String> {
    let events = bodies.iter().flat_map(|body| decode(kind.product(), body.as_bytes(), Timestamp::now()));
    events.filter(|event| is_comparable(kind, event)).map(|event| event.id).collect()
}

fn is_comparable(kind: QueueKind, event: &CloudEvent) -> bool {
    kind == QueueKind::Mns || event.unreadable().is_none()
}

fn start(vendor: &Vendor, kind: QueueKind, more: &[(&str, &str)]) -> Emulator {
    let environment = vendor.environment();
    let mut environment: Vec<(&str, &str)> = environment.iter().map(|(name, value)| (*name, value.as_str())).collect();
    environment.extend(more);
    let function = Emulator::start(kind.function(), &environment).unwrap();
    vendor.watch(function.folder().join("events"));
    function
}

/// Invokes the function, and gives its answer where it gave one.
fn invoke(function: &Emulator) -> Result<Value, String> {
    let answer: Value = serde_json::from_str(&function.invoke_raw(SCHEDULED).unwrap()).unwrap();
    match answer.get("errorMessage") {
        Some(message) => Err(message.as_str().unwrap().to_owned()),
        None => Ok(answer),
    }
}

fn total(answer: &Value, field: &str) -> u64 {
    answer["queues"].as_array().unwrap().iter().map(|queue| queue[field].as_u64().unwrap()).sum()
}

fn events(function: &mut Emulator) -> Vec<CloudEvent> {
    function.events().unwrap().iter().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn ids(events: &[CloudEvent]) -> BTreeSet<String> {
    events.iter().map(|event| event.id.clone()).collect()
}

/// What holds after any run: nobody did what they must not, and no secret, payload or message of the vendor is in the log.
fn check(vendor: &Vendor, function: &Emulator) {
    assert_eq!(vendor.complaints(), "");
    let log = function.log().unwrap();
    for secret in ["SECRET", KEY, TOKEN, "127.0.0.1", "JobId", "BrandNew"] {
        assert!(!log.contains(secret), "{secret}: {log}");
    }
}

#[test]
fn every_event_is_stored_and_then_confirmed() {
    for kind in KINDS {
        for empty in [Empty::Error, Empty::Null, Empty::List] {
            let bodies = bodies(kind);
            let vendor = Vendor::start(kind, &bodies);
            vendor.say_empty(empty);
            let mut function = start(&vendor, kind, &[]);
            let answer = invoke(&function).unwrap();
            let stored = events(&mut function);
            assert_eq!(stored.len(), bodies.len(), "{kind:?}");
            assert!(posted_ids(kind, &bodies).is_subset(&ids(&stored)), "{kind:?}");
            assert_eq!(vendor.left(), 0, "{kind:?}");
            assert_eq!(total(&answer, "stored"), bodies.len() as u64);
            assert_eq!(total(&answer, "confirmed"), bodies.len() as u64);
            assert!(answer["queues"].as_array().unwrap().iter().all(|queue| queue["empty"] == true));
            for r#type in ["media.unknown.unknown", "media.unreadable.unknown"] {
                assert!(stored.iter().any(|event| event.r#type == r#type), "{kind:?} {type}");
            }
            // Nothing is left, so a second run finds nothing.
            assert_eq!(total(&invoke(&function).unwrap(), "stored"), 0);
            check(&vendor, &function);
        }
    }
}

#[test]
fn what_a_server_does_wrong_for_a_moment_loses_nothing() {
    for kind in KINDS {
        for faults in [
            vec![(Action::Receive, QueueFault::Throttle), (Action::Receive, QueueFault::Internal)],
            vec![(Action::Receive, QueueFault::Garbage(502)), (Action::Receive, QueueFault::Garbage(429))],
            vec![(Action::Confirm, QueueFault::Throttle), (Action::Confirm, QueueFault::Internal)],
            vec![(Action::Confirm, QueueFault::Garbage(503))],
            vec![(Action::Confirm, QueueFault::ExpireOne)],
        ] {
            let bodies = few_bodies(40);
            let vendor = Vendor::start(kind, &bodies);
            vendor.fail(faults.clone());
            let mut function = start(&vendor, kind, &[]);
            let answer = invoke(&function).unwrap();
            let stored = events(&mut function);
            assert!(vendor.has_failed(), "{kind:?} {faults:?}");
            assert_eq!(ids(&stored), posted_ids(kind, &bodies), "{kind:?} {faults:?}");
            assert_eq!(vendor.left(), 0, "{kind:?} {faults:?}");
            assert_eq!(total(&answer, "confirmed"), bodies.len() as u64);
            // What was delivered twice was stored twice, with the same id.
            assert_eq!(total(&answer, "unconfirmed"), (stored.len() - bodies.len()) as u64);
            check(&vendor, &function);
        }
    }
}

/// If the vendor rejects every handle of a batch that it has just delivered, the run fails, so that somebody is alerted.
#[test]
fn handles_that_are_all_refused_fail_the_run_and_lose_nothing() {
    for kind in KINDS {
        let bodies = few_bodies(4);
        let vendor = Vendor::start(kind, &bodies);
        vendor.fail([(Action::Confirm, QueueFault::Expire)]);
        let mut function = start(&vendor, kind, &[]);
        invoke(&function).unwrap_err();
        assert!(function.log().unwrap().contains("the vendor confirmed no message of a batch"), "{kind:?}");
        vendor.reveal();
        invoke(&function).unwrap();
        assert_eq!(ids(&events(&mut function)), posted_ids(kind, &bodies), "{kind:?}");
        assert_eq!(vendor.left(), 0, "{kind:?}");
        check(&vendor, &function);
    }
}

/// The connection breaks in the middle of a response, or there is none. Messages delivered by then are redelivered.
#[test]
fn an_answer_that_does_not_come_loses_nothing() {
    for kind in KINDS {
        for fault in [QueueFault::CutOff, QueueFault::Stall] {
            for action in [Action::Receive, Action::Confirm] {
                let bodies = few_bodies(4);
                let vendor = Vendor::start(kind, &bodies);
                vendor.fail([(action, fault.clone())]);
                let mut function = start(&vendor, kind, &[]);
                // What was cut off is hidden for a while, and so left for a later run.
                invoke(&function).unwrap();
                vendor.reveal();
                invoke(&function).unwrap();
                assert!(vendor.has_failed(), "{kind:?} {action:?} {fault:?}");
                assert_eq!(ids(&events(&mut function)), posted_ids(kind, &bodies), "{kind:?} {action:?} {fault:?}");
                assert_eq!(vendor.left(), 0, "{kind:?} {action:?} {fault:?}");
                check(&vendor, &function);
            }
        }
    }
}

#[test]
fn what_cannot_be_stored_is_not_confirmed() {
    for kind in KINDS {
        let bodies = few_bodies(4);
        let vendor = Vendor::start(kind, &bodies);
        let nowhere = [
            (variables::INTAKE, "sqs:http://127.0.0.1:1/000000000000/intake"),
            ("AWS_ENDPOINT_URL", "http://127.0.0.1:1"),
            ("AWS_REGION", "eu-central-1"),
            ("AWS_ACCESS_KEY_ID", "test"),
            ("AWS_SECRET_ACCESS_KEY", "test"),
        ];
        let function = start(&vendor, kind, &nowhere);
        let error = invoke(&function).unwrap_err();
        assert!(error.contains("could not be drained"), "{error}");
        assert_eq!((vendor.left(), vendor.count(Action::Confirm)), (bodies.len(), 0), "{kind:?}");
        assert!(function.log().unwrap().contains("events could not be stored"));
    }
}

#[test]
fn a_key_that_is_refused_ends_it_at_once() {
    for kind in KINDS {
        let vendor = Vendor::start(kind, &few_bodies(1));
        let wrong = match kind {
            QueueKind::Tencent => (variables::TENCENTCLOUD_SECRET_KEY, "SECRETwrong"),
            QueueKind::Mns => (variables::ALIBABA_CLOUD_ACCESS_KEY_SECRET, "SECRETwrong"),
        };
        let function = start(&vendor, kind, &[wrong]);
        invoke(&function).unwrap_err();
        let log = function.log().unwrap();
        assert!(log.contains("the vendor rejected the access key, or the key lacks a permission"), "{log}");
        assert!(log.contains("r-1") && !log.contains("SECRET"), "{log}");
        // Once for each queue.
        assert_eq!(vendor.count(Action::Receive), if kind == QueueKind::Mns { 2 } else { 1 });
        assert_eq!(vendor.left(), 1);
    }
}

#[test]
fn a_clock_that_is_wrong_is_told() {
    for kind in KINDS {
        for seconds in [-1_000, 1_000] {
            let vendor = Vendor::start(kind, &few_bodies(1));
            vendor.move_clock(seconds);
            let function = start(&vendor, kind, &[]);
            invoke(&function).unwrap_err();
            let log = function.log().unwrap();
            assert!(log.contains("set the clock of this machine"), "{log}");
            assert_eq!(vendor.left(), 1);
        }
    }
}

/// Wherever the function is killed, messages that were not stored are redelivered, and confirmed ones were stored.
#[test]
fn a_function_that_is_killed_loses_nothing() {
    for kind in KINDS {
        for (action, fault) in [
            (Action::Receive, QueueFault::Stall),
            (Action::Receive, QueueFault::StallAfter),
            (Action::Confirm, QueueFault::Stall),
            (Action::Confirm, QueueFault::StallAfter),
        ] {
            let bodies = few_bodies(20);
            let vendor = Vendor::start(kind, &bodies);
            vendor.fail([(action, fault.clone())]);
            let function = start(&vendor, kind, &[]);
            let mut stored = thread::scope(|scope| {
                // The emulator answers, or not, when its function is gone.
                scope.spawn(|| function.invoke_raw(SCHEDULED).map(drop).unwrap_or_default());
                let deadline = Instant::now() + Duration::from_mins(1);
                while !vendor.has_failed() {
                    assert!(Instant::now() < deadline, "the server was not asked: {kind:?} {action:?} {fault:?}");
                    thread::sleep(Duration::from_millis(5));
                }
                function.killer().kill();
                read_events(&function)
            });
            // What the killed function stored stays, for a confirmation that is still in flight.
            vendor.reveal();
            let mut next = start(&vendor, kind, &[]);
            invoke(&next).unwrap();
            stored.extend(events(&mut next));
            assert_eq!(ids(&stored), posted_ids(kind, &bodies), "{kind:?} {action:?} {fault:?}");
            assert_eq!(vendor.left(), 0, "{kind:?} {action:?} {fault:?}");
            check(&vendor, &next);
        }
    }
}

fn read_events(function: &Emulator) -> Vec<CloudEvent> {
    let text = std::fs::read_to_string(function.folder().join("events")).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// Between two runs Lambda freezes the function, and the vendor closes its connections.
#[test]
fn connections_that_are_closed_while_the_function_is_frozen_lose_nothing() {
    for kind in KINDS {
        let bodies = few_bodies(4);
        let vendor = Vendor::start(kind, &[]);
        let mut function = start(&vendor, kind, &[]);
        for body in &bodies {
            vendor.add(body);
            invoke(&function).unwrap();
            assert_eq!(vendor.left(), 0, "{kind:?}");
            function.killer().pause();
            vendor.server().close_connections();
            function.killer().resume();
        }
        assert_eq!(ids(&events(&mut function)), posted_ids(kind, &bodies), "{kind:?}");
        check(&vendor, &function);
    }
}

#[test]
fn a_function_that_is_configured_wrongly_does_not_start() {
    for kind in KINDS {
        let vendor = Vendor::start(kind, &few_bodies(1));
        let wrong = match kind {
            QueueKind::Tencent => (variables::SUB_APP_ID, "SECRET"),
            QueueKind::Mns => (variables::MNS_QUEUES, "a/SECRET"),
        };
        let function = start(&vendor, kind, &[wrong]);
        assert!(function.invoke_raw(SCHEDULED).is_err());
        let log = function.log().unwrap();
        assert!(log.contains(wrong.0) && log.contains("expected") && !log.contains("SECRET"), "{log}");
        assert_eq!(vendor.count(Action::Receive), 0);
    }
}

/// One message that cannot be read, in XML that only nearly is, costs the others of its batch nothing.
#[test]
fn a_message_that_cannot_be_read_costs_no_other() {
    for kind in KINDS {
        // A batch for each queue.
        let mut bodies = few_bodies(32);
        bodies[5] = match kind {
            QueueKind::Tencent => format!("{}1{}", r#"{"A":"#.repeat(150), "}".repeat(150)),
            QueueKind::Mns => "no event &nbsp; at all".to_owned(),
        };
        let vendor = Vendor::start(kind, &bodies);
        vendor.write_as_it_is();
        let mut function = start(&vendor, kind, &[]);
        invoke(&function).unwrap();
        let stored = events(&mut function);
        assert_eq!((stored.len(), vendor.left()), (bodies.len(), 0), "{kind:?}");
        assert_eq!(stored.iter().filter(|event| event.unreadable().is_some()).count(), 1, "{kind:?}");
        assert!(posted_ids(kind, &bodies).is_subset(&ids(&stored)), "{kind:?}");
        check(&vendor, &function);
    }
}

/// A response with far more events than were asked for does not exhaust the memory of the function.
#[test]
fn a_response_of_200_000_events_takes_little() {
    // A message of Alibaba Cloud's has more around it, and a response has at most 16 MiB.
    for (kind, count, length) in [(QueueKind::Tencent, 200_000, 40), (QueueKind::Mns, 60_000, 200)] {
        let vendor = Vendor::start(kind, &few_bodies(1));
        let mut function = start(&vendor, kind, &[]);
        invoke(&function).unwrap();
        let before = function.usage().unwrap().peak;
        (0..count).for_each(|_| vendor.add("{}"));
        vendor.give_at_once(count);
        invoke(&function).unwrap();
        let peak = function.usage().unwrap().peak - before;
        assert!(peak <= 8 * count * length + (28 << 20), "{kind:?}: {peak} bytes");
        // What is not taken is not confirmed.
        assert_eq!(events(&mut function).len() - 1 + vendor.left(), count, "{kind:?}");
        check(&vendor, &function);
    }
}
