//! Random requests are signed as the vendors' own clients, in `.venv`, sign them.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeSet;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use jiff::Timestamp;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use serde_json::json;
use vendor_api::signature::{acs3, cos, mns, query, tc3};
use vendor_api::{AccessKey, seconds};

/// How many requests of each vendor are compared.
const CASES: usize = 200;

/// A request of any vendor.
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
    /// Names and values of a query, each name once in whatever letters.
    parameters: Vec<(String, String)>,
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
        prop::collection::vec(("[A-Za-z][A-Za-z0-9._~-]{0,20}", "\\PC{0,40}"), 0..8),
    )
        .prop_map(|(id, key, token, host, time, method, resource, body, parameters)| Case {
            id,
            key,
            token,
            host,
            time,
            method,
            resource,
            body,
            parameters: distinct(parameters),
        })
}

fn distinct(parameters: Vec<(String, String)>) -> Vec<(String, String)> {
    let mut names = BTreeSet::new();
    parameters.into_iter().filter(|(name, _)| names.insert(name.to_lowercase())).collect()
}

/// How long a signature for Cloud Object Storage is valid.
const VALIDITY: Duration = Duration::from_secs(1234);

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
        let request = tc3::Signable { method: "POST", query: "", headers: &headers, body: self.body.as_bytes() };
        tc3::authorization(&request, "vod", &self.credentials(), self.time())
    }

    fn mns(&self) -> String {
        let (content_md5, content_type) = if self.body.is_empty() {
            (String::new(), "")
        } else {
            (mns::content_md5(self.body.as_bytes()), "text/xml;charset=UTF-8")
        };
        let request = mns::Signable {
            method: self.method,
            content_md5: &content_md5,
            content_type,
            date: &mns::date(self.time()),
            headers: &[mns::VERSION],
            resource: &self.resource,
        };
        mns::authorization(&request, &self.credentials())
    }

    fn parameters(&self) -> Vec<(&str, &str)> {
        self.parameters.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect()
    }

    /// The headers that a request to Alibaba Cloud has, sorted.
    fn aliyun_headers(&self) -> Vec<(&'static str, String)> {
        let mut headers = vec![
            ("host", self.host.clone()),
            ("x-acs-action", "ListTranscodeJobs".to_owned()),
            ("x-acs-content-sha256", acs3::content_hash(b"")),
            ("x-acs-date", seconds(self.time())),
            ("x-acs-signature-nonce", self.id.clone()),
            ("x-acs-version", "2020-11-09".to_owned()),
        ];
        if !self.token.is_empty() {
            headers.insert(4, ("x-acs-security-token", self.token.clone()));
        }
        headers
    }

    fn aliyun(&self) -> String {
        let mut parameters = self.parameters();
        parameters.sort_unstable();
        let headers = self.aliyun_headers();
        let headers: Vec<(&str, &str)> = headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let (query, content_hash) = (query(&parameters), acs3::content_hash(b""));
        let request = acs3::Signable { method: "POST", query: &query, headers: &headers, content_hash: &content_hash };
        acs3::authorization(&request, &self.credentials())
    }

    /// The headers that a request to Cloud Infinite has.
    fn cos_headers(&self) -> Vec<(&'static str, &str)> {
        let token = Some(("x-ci-security-token", self.token.as_str())).filter(|(_, token)| !token.is_empty());
        [("host", self.host.as_str())].into_iter().chain(token).collect()
    }

    fn path(&self) -> &str {
        self.resource.split('?').next().unwrap_or_default()
    }

    fn cos(&self) -> String {
        let request = cos::Signable {
            method: "get",
            path: self.path(),
            parameters: &self.parameters(),
            headers: &self.cos_headers(),
        };
        cos::authorization(&request, &self.credentials(), self.time(), VALIDITY)
    }

    fn line(&self, vendor: &str) -> String {
        let Self { id, key, token, host, time, method, resource, body, parameters } = self;
        let headers: Vec<(&str, String)> = match vendor {
            "aliyun" => self.aliyun_headers(),
            _ => self.cos_headers().into_iter().map(|(name, value)| (name, value.to_owned())).collect(),
        };
        json!({
            "vendor": vendor, "id": id, "key": key, "token": token, "host": host, "time": time, "method": method,
            "resource": resource, "body": body, "parameters": parameters, "headers": headers, "path": self.path(),
            "validity": VALIDITY.as_secs(),
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
    let vendors = ["tencent", "mns", "aliyun", "cos"];
    let lines: Vec<String> = cases.iter().flat_map(|case| vendors.map(|vendor| case.line(vendor))).collect();
    let ours: Vec<String> =
        cases.iter().flat_map(|case| [case.tencent(), case.mns(), case.aliyun(), case.cos()]).collect();
    let theirs = signed_by_vendors(&lines);
    assert_eq!(theirs.len(), ours.len());
    for ((ours, theirs), line) in ours.iter().zip(&theirs).zip(&lines) {
        assert_eq!(ours, theirs, "{line}");
    }
}
