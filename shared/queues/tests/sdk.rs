//! Random requests are signed as the vendors' own clients, in `.venv`, sign them.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use jiff::Timestamp;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use queues::{AccessKey, mns, tencent};
use serde_json::json;

/// How many requests of each vendor are compared.
const CASES: usize = 200;

/// A request of either vendor.
#[derive(Debug, Clone)]
struct Case {
    id: String,
    key: String,
    token: String,
    host: String,
    /// Seconds since 1970, up to the year 2100.
    time: i64,
    method: &'static str,
    resource: String,
    body: String,
}

fn cases() -> impl Strategy<Value = Case> {
    (
        "[A-Za-z0-9]{1,40}",
        "[!-~]{1,80}",
        prop_oneof![Just(String::new()), "[!-~]{1,200}".boxed()],
        "[a-z0-9.-]{1,40}(:[1-9][0-9]{3})?",
        0..4_102_444_800_i64,
        prop_oneof![Just("GET"), Just("PUT"), Just("DELETE")],
        "/queues/[A-Za-z0-9-]{1,40}/messages(\\?[!-~]{0,80})?",
        prop_oneof![Just(String::new()), "\\PC{1,200}".boxed()],
    )
        .prop_map(|(id, key, token, host, time, method, resource, body)| Case {
            id,
            key,
            token,
            host,
            time,
            method,
            resource,
            body,
        })
}

impl Case {
    fn credentials(&self) -> AccessKey {
        let token = self.token.clone().into();
        AccessKey::new(&self.id.clone().into(), &self.key.clone().into(), Some(&token)).unwrap()
    }

    fn time(&self) -> Timestamp {
        Timestamp::from_second(self.time).unwrap()
    }

    fn tencent(&self) -> String {
        let headers = [("content-type", "application/json"), ("host", self.host.as_str())];
        let request =
            tencent::signature::Signable { method: "POST", query: "", headers: &headers, body: self.body.as_bytes() };
        tencent::signature::authorization(&request, "vod", &self.credentials(), self.time())
    }

    fn mns(&self) -> String {
        let (content_md5, content_type) = if self.body.is_empty() {
            (String::new(), "")
        } else {
            (mns::signature::content_md5(self.body.as_bytes()), "text/xml;charset=UTF-8")
        };
        let request = mns::signature::Signable {
            method: self.method,
            content_md5: &content_md5,
            content_type,
            date: &mns::signature::date(self.time()),
            headers: &[mns::signature::VERSION],
            resource: &self.resource,
        };
        mns::signature::authorization(&request, &self.credentials())
    }

    fn line(&self, vendor: &str) -> String {
        let Self { id, key, token, host, time, method, resource, body } = self;
        json!({
            "vendor": vendor, "id": id, "key": key, "token": token, "host": host, "time": time, "method": method,
            "resource": resource, "body": body,
        })
        .to_string()
    }
}

/// What the vendors' clients make of these lines.
fn signed_by_vendors(lines: &[String]) -> Vec<String> {
    let crate_folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    let python = crate_folder.join("../../.venv/bin/python");
    assert!(python.exists(), "no Python in .venv: run `make setup`");
    let mut process = Command::new(python)
        .arg(crate_folder.join("tests/sdk.py"))
        .env("PYTHONUTF8", "1")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = process.stdin.take().unwrap();
    let text = lines.join("\n");
    let writer = std::thread::spawn(move || input.write_all(text.as_bytes()));
    let output = process.wait_with_output().unwrap();
    writer.join().unwrap().unwrap();
    assert!(output.status.success());
    String::from_utf8(output.stdout).unwrap().lines().map(str::to_owned).collect()
}

#[test]
fn random_requests_are_signed_as_the_vendors_clients_sign_them() {
    let mut runner = TestRunner::default();
    let cases: Vec<Case> = (0..CASES).map(|_| cases().new_tree(&mut runner).unwrap().current()).collect();
    let lines: Vec<String> = cases.iter().flat_map(|case| [case.line("tencent"), case.line("mns")]).collect();
    let ours: Vec<String> = cases.iter().flat_map(|case| [case.tencent(), case.mns()]).collect();
    let theirs = signed_by_vendors(&lines);
    assert_eq!(theirs.len(), ours.len());
    for ((ours, theirs), line) in ours.iter().zip(&theirs).zip(&lines) {
        assert_eq!(ours, theirs, "{line}");
    }
}
