//! Hundreds of runs of one environment of each function that pulls, with the vendor and AWS behind TLS, without a
//! resource leak.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use emulator::soak::soak;
use emulator::stack::start_behind;
use emulator::stand_in::StandIn;
use fake_vendors::{Action, QueueKind, Vendor};

const PULLS: usize = 500;

/// So many events wait for each pull.
const EVENTS: usize = 4;

fn pulls_leave_nothing(kind: QueueKind) {
    let aws = StandIn::start("").unwrap();
    let vendor = Vendor::start(kind, &[]);
    vendor.do_not_hold();
    let environment = vendor.environment();
    let mut environment: Vec<(&str, &str)> = environment.iter().map(|(name, value)| (*name, value.as_str())).collect();
    environment.push((variables::INTAKE, "sqs:https://sqs.eu-central-1.amazonaws.com/123456789012/intake"));
    let function = start_behind(aws.server(), kind.function(), &environment).unwrap();
    let pull = |number: usize| {
        for event in 0..EVENTS {
            vendor.add(&format!(r#"{{"EventType":"New","Status":"success","JobId":"{number}-{event}"}}"#));
        }
        let answer = function.invoke_raw("{}").unwrap();
        assert!(!answer.contains("errorMessage"), "pull {number}: {answer}");
        assert_eq!(vendor.left(), 0, "pull {number}");
    };
    soak(&function, &[aws.server(), vendor.server()], PULLS, pull).unwrap();
    assert!(vendor.count(Action::Confirm) >= PULLS && aws.count("sqs:SendMessage") >= PULLS);
    assert_eq!(vendor.complaints(), "");
}

#[test]
fn pulls_leave_nothing_in_tencent_vod_pull() {
    pulls_leave_nothing(QueueKind::Tencent);
}

#[test]
fn pulls_leave_nothing_in_aliyun_mns_pull() {
    pulls_leave_nothing(QueueKind::Mns);
}
