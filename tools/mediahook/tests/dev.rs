//! `mediahook dev`, as a user starts it.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::io::{BufRead, BufReader, Lines};
use std::process::{Child, ChildStdout, Command, Stdio};

use fake_vendors::{Action, QueueKind, Vendor};
use serde_json::Value;

/// The tool while it runs.
struct Running {
    process: Child,
    page: String,
    receivers: String,
    /// It would end if nobody could read what it prints.
    _output: Lines<BufReader<ChildStdout>>,
}

impl Drop for Running {
    fn drop(&mut self) {
        drop(self.process.kill());
        drop(self.process.wait());
    }
}

fn dev(arguments: &[&str], environment: &[(&str, String)]) -> Running {
    let mut process = Command::new(env!("CARGO_BIN_EXE_mediahook"))
        .args(["dev", "--port", "0"])
        .args(arguments)
        .env_clear()
        .envs(environment.iter().map(|(name, value)| (*name, value)))
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(process.stdout.take().unwrap()).lines();
    let mut address = |name: &str| {
        let line = lines.next().unwrap().unwrap();
        line.split_once(name).unwrap().1.split_whitespace().next().unwrap().to_owned()
    };
    let (page, receivers) = (address("inspector"), address("receivers"));
    Running { process, page, receivers: receivers.replace("<slug>", ""), _output: lines }
}

fn get(running: &Running, path: &str) -> Value {
    reqwest::blocking::get(format!("{}api/{path}", running.page)).unwrap().json().unwrap()
}

#[test]
fn a_callback_without_the_token_is_refused_and_told() {
    let running = dev(&[], &[]);
    let url = format!("{}tencent-ci", running.receivers);
    let answer = reqwest::blocking::Client::new().post(url).body("{}").send().unwrap();
    assert_eq!(answer.status(), 401);
    let refused = get(&running, "wait?q=is:refused&timeout=30");
    assert_eq!((&refused["product"], &refused["reason"]), (&"tencent-ci".into(), &"token".into()));
}

#[test]
fn what_waits_in_a_queue_is_shown_and_stays_there() {
    for (kind, source) in [(QueueKind::Tencent, "tencent-vod"), (QueueKind::Mns, "aliyun-mns")] {
        let bodies: Vec<String> =
            (1..=3).map(|job| format!(r#"{{"EventType":"New","Status":"success","JobId":"{job}"}}"#)).collect();
        let vendor = Vendor::start(kind, &bodies);
        let running = dev(&["--pull", source], &vendor.environment());
        assert_eq!(get(&running, "wait?after=2&timeout=60")["via"], "pulled", "{source}");
        assert_eq!(get(&running, "callbacks")["total"], 3, "{source}");
        assert_eq!((vendor.left(), vendor.count(Action::Confirm)), (3, 0), "{source}");
        assert_eq!(vendor.complaints(), "");
    }
}

#[test]
fn a_secret_without_credentials_is_told() {
    for (secret, error) in [("{}", "there is neither a key nor a token"), ("no JSON", "the secret is invalid")] {
        let file = std::env::temp_dir().join(format!("mediahook-dev-{}.json", std::process::id()));
        std::fs::write(&file, secret).unwrap();
        let secret = format!("aliyun-ims={}", file.display());
        let output =
            Command::new(env!("CARGO_BIN_EXE_mediahook")).args(["dev", "--port", "0", "--secret", &secret]).output();
        std::fs::remove_file(file).unwrap();
        let output = output.unwrap();
        assert!(!output.status.success());
        let told = String::from_utf8(output.stderr).unwrap();
        assert!(told.contains(error), "{told}");
    }
}
