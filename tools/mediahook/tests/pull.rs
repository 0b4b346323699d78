//! The tool against servers that behave as the vendors' do.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::process::{Command, Output};

use fake_vendors::{Action, KEY, QueueFault, QueueKind, Vendor};

const SOURCES: [(QueueKind, &str); 2] = [(QueueKind::Tencent, "tencent-vod"), (QueueKind::Mns, "aliyun-mns")];

fn bodies() -> Vec<String> {
    (0..20).map(|number| format!(r#"{{"EventType":"New","Status":"success","JobId":"{number}"}}"#)).collect()
}

fn pull(vendor: &Vendor, arguments: &[&str], more: &[(&str, &str)]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_mediahook"))
        .arg("pull")
        .args(arguments)
        .env_clear()
        .envs(vendor.environment())
        .envs(more.iter().copied())
        .output()
        .unwrap()
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap()
}

#[test]
fn events_are_printed_and_stay_where_they_are() {
    for (kind, source) in SOURCES {
        let vendor = Vendor::start(kind, &bodies());
        let output = pull(&vendor, &[source, "--once"], &[]);
        assert!(output.status.success(), "{}", text(&output.stderr));
        let events: Vec<serde_json::Value> =
            text(&output.stdout).lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!(events.len(), 20, "{source}");
        assert!(events.iter().all(|event| event["vendorevent"] == "New"));
        assert_eq!((vendor.left(), vendor.count(Action::Confirm)), (20, 0), "{source}");
        assert_eq!(vendor.complaints(), "");
    }
}

/// They come again as soon as they are not hidden any more.
#[test]
fn events_that_stay_are_printed_once() {
    for (kind, source) in SOURCES {
        let vendor = Vendor::start(kind, &bodies()[..8]);
        vendor.fail((0..8).map(|_| (Action::Receive, QueueFault::Expire)));
        let output = pull(&vendor, &[source, "--once"], &[]);
        assert!(output.status.success(), "{}", text(&output.stderr));
        assert_eq!(text(&output.stdout).lines().count(), 8, "{source}");
        assert!(!vendor.has_failed(), "{source}: it asked until the queue was empty");
    }
}

#[test]
fn events_are_confirmed_when_that_is_asked_for() {
    for (kind, source) in SOURCES {
        let vendor = Vendor::start(kind, &bodies());
        let output = pull(&vendor, &[source, "--once", "--confirm"], &[]);
        assert!(output.status.success(), "{}", text(&output.stderr));
        assert_eq!(text(&output.stdout).lines().count(), 20, "{source}");
        assert_eq!(vendor.left(), 0, "{source}");
        assert_eq!(vendor.complaints(), "");
    }
}

#[test]
fn what_is_wrong_is_told_without_the_key() {
    for (kind, source) in SOURCES {
        let vendor = Vendor::start(kind, &bodies());
        let [id, key] = match kind {
            QueueKind::Tencent => [variables::TENCENTCLOUD_SECRET_ID, variables::TENCENTCLOUD_SECRET_KEY],
            QueueKind::Mns => [variables::ALIBABA_CLOUD_ACCESS_KEY_ID, variables::ALIBABA_CLOUD_ACCESS_KEY_SECRET],
        };
        for (variable, value, expected) in [
            (id, "", "no access key: set"),
            (key, "SECRETwrong", "the vendor rejected the access key"),
            (key, "SECRET wrong", "the access key secret is invalid: expected"),
        ] {
            let output = pull(&vendor, &[source, "--once"], &[(variable, value)]);
            let message = text(&output.stderr);
            assert_eq!(output.status.code(), Some(1), "{source}");
            assert!(message.contains(expected) && !message.contains("SECRETw"), "{message}");
            assert!(!message.contains(KEY) && output.stdout.is_empty(), "{message}");
        }
        assert_eq!(vendor.left(), 20);
    }
}
