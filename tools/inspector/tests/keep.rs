//! `--keep`: what came is there after a restart, and no secret is in the file.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::path::{Path, PathBuf};

use callbacks::Product;
use callbacks::auth::Credentials;
use inspector::{Form, Inspector, Options};
use serde_json::{Value, json};
use tokio::runtime::Runtime;

const KEY: &str = "TheSecretKey1";
const TOKEN: &str = "the-secret-token";
const SIGN: &str = "0123456789abcdef0123456789abcdef";
const UPLOAD: &str = r#"{"EventType":"FileUploadComplete","UserId":1,"EventTime":"2022-07-15T08:48:14Z","MessageBody":{"Status":"Success","MediaId":"m-1","UserData":"https://a.example/?token=the-secret-token"}}"#;
/// Without a time of the vendor's.
const XML: &str = "<Response><EventName>TaskFinish</EventName><JobsDetail><Tag>Snapshot</Tag><JobId>j</JobId><State>Success</State></JobsDetail></Response>";

/// An inspector with a runtime of its own, with which all of it ends.
struct Running {
    runtime: Runtime,
    page: String,
    receivers: String,
    kept: Option<String>,
    client: reqwest::Client,
}

/// A file of this test, which goes away with it.
struct Kept(PathBuf);

impl Drop for Kept {
    fn drop(&mut self) {
        std::fs::remove_file(&self.0).unwrap_or_default();
    }
}

fn file(name: &str) -> Kept {
    let path = std::env::temp_dir().join(format!("mediahook-keep-{name}-{}.ndjson", std::process::id()));
    std::fs::remove_file(&path).unwrap_or_default();
    Kept(path)
}

fn options(keep: &Path) -> Options {
    let credentials = || Credentials {
        keys: vec![KEY.to_owned().into()],
        tokens: vec![TOKEN.to_owned().into()],
        callback_urls: vec![format!("https://media.example.com/?token={TOKEN}").into()],
    };
    let token = Credentials { tokens: vec![TOKEN.to_owned().into()], ..Credentials::default() };
    let credentials = vec![
        (Product::AliyunIms, credentials()),
        (Product::TencentVod, Credentials { callback_urls: Vec::new(), ..credentials() }),
        (Product::TencentCi, token),
    ];
    Options {
        port: 0,
        page_port: 0,
        credentials,
        allow_unsigned: false,
        tolerance: 300,
        body_limit: 100_000,
        forward: None,
        form: Form::EventBridge,
        r#match: String::new(),
        keep: Some(keep.to_owned()),
        record: None,
        callbacks: 50,
        bytes: 64 << 20,
        samples: |_| Vec::new(),
    }
}

/// Starts one. The file of one that has just ended may be held for a moment.
fn start(file: &Path) -> Running {
    let runtime = Runtime::new().unwrap();
    let inspector = loop {
        match runtime.block_on(Inspector::start(options(file))) {
            Err(error) if error.to_string().contains("another") => std::thread::yield_now(),
            started => break started.unwrap(),
        }
    };
    let (page, receivers, kept) = (inspector.page(), inspector.receivers(), inspector.kept());
    runtime.spawn(inspector.run(|_| {}));
    Running { runtime, page, receivers, kept, client: reqwest::Client::new() }
}

impl Running {
    fn ask(&self, request: reqwest::RequestBuilder) -> (u16, Value) {
        self.runtime.block_on(async {
            let response = request.send().await.unwrap();
            (response.status().as_u16(), response.json().await.unwrap_or_default())
        })
    }

    fn get(&self, path: &str) -> Value {
        self.ask(self.client.get(format!("{}api/{path}", self.page))).1
    }

    fn post(&self, path: &str, body: &Value) -> (u16, Value) {
        self.ask(self.client.post(format!("{}api/{path}", self.page)).json(body))
    }

    fn receive(&self, path: &str, body: &[u8]) {
        let request = self.client.post(format!("{}{path}", self.receivers)).header("content-type", "application/json");
        self.ask(request.body(body.to_vec()));
    }

    /// All callbacks with everything, without what is of this run, of the moment of looking, or of what is masked.
    fn all(&self) -> Vec<Value> {
        let list = self.get("callbacks?limit=500");
        let of_run = ["/summary/kept", "/summary/size", "/eventbridge"];
        let detail = |summary: &Value| {
            let mut detail = self.get(&format!("callbacks/{}", summary.get("seq").unwrap()));
            for path in of_run {
                *detail.pointer_mut(path).unwrap() = Value::Null;
            }
            detail
        };
        list.get("callbacks").and_then(Value::as_array).unwrap().iter().map(detail).collect()
    }
}

#[test]
fn callbacks_are_there_after_a_restart() {
    let file = file("restart");
    let first = start(&file.0);
    assert_eq!(first.kept, None);
    for forge in [Value::Null, json!("signature"), json!("token")] {
        first.post("send", &json!({"product": "aliyun-ims", "body": UPLOAD, "forge": forge}));
    }
    first.post(
        "send",
        &json!({"product": "tencent-vod", "body": r#"{"EventType":"NewFileUpload","FileUploadEvent":{"FileId":"1"}}"#}),
    );
    let signed = format!(r#"{{"EventType":"NewFileUpload","Sign":"{SIGN}","T":1}}"#);
    first.receive("tencent-vod?token=wrong", signed.as_bytes());
    first.get("wait?after=4&timeout=10");
    first.receive(&format!("tencent-ci?token={TOKEN}"), XML.as_bytes());
    first.get("wait?after=5&timeout=10");
    // No text at all, with a token in it.
    let bytes = [b"{\xff ".as_slice(), TOKEN.as_bytes(), b" \xfe"].concat();
    first.receive(&format!("tencent-ci?token={TOKEN}"), &bytes);
    first.get("wait?after=6&timeout=10");
    let before = first.all();
    assert_eq!(before.len(), 7);
    let text = String::from_utf8(std::fs::read(&file.0).unwrap()).unwrap();
    for secret in [KEY, TOKEN, SIGN] {
        assert!(!text.contains(secret), "{secret} is in the file");
        // A body that is no text is there in Base64.
        for part in text.split('"') {
            let decoded = base64::Engine::decode(&base64::engine::general_purpose::STANDARD, part).unwrap_or_default();
            assert!(!String::from_utf8_lossy(&decoded).contains(secret), "{secret} is in the file");
        }
    }
    let Err(taken) = first.runtime.block_on(Inspector::start(options(&file.0))) else {
        panic!("two keep the same file")
    };
    assert!(taken.to_string().contains("another `mediahook dev`"), "{taken}");
    drop(first);

    let second = start(&file.0);
    assert_eq!(second.kept.as_deref(), Some("callbacks kept from before: 7"));
    let after = second.all();
    for (before, after) in before.iter().zip(&after) {
        assert_eq!(before, after, "{}", before["summary"]["seq"]);
    }
    assert_eq!(after.len(), before.len());
    assert_eq!(second.get("callbacks/1")["summary"]["kept"], true);
    // What has lost its secrets cannot come as it came, and is signed anew.
    let (status, problem) = second.post("callbacks/2/replay", &json!({"as_received": true}));
    assert_eq!((status, problem["error"].as_str().unwrap().contains("without its secrets")), (400, true));
    let (_, again) = second.post("callbacks/4/replay", &json!({}));
    assert_eq!((&again["seqs"], &again["answers"][0]["status"]), (&json!([8]), &json!(200)), "{again}");
    let twice = second.get("callbacks/8");
    assert_eq!((&twice["summary"]["repeats"], &twice["summary"]["kept"]), (&json!(2), &json!(false)));
    let accept = json!({"accept_url": {"product": "aliyun-ims", "seq": 2}});
    let accepted = second.ask(second.client.patch(format!("{}api/settings", second.page)).json(&accept));
    assert_eq!(accepted.0, 400, "its URL has no token any more");

    let clear =
        second.client.delete(format!("{}api/callbacks", second.page)).header("content-type", "application/json");
    second.ask(clear);
    drop(second);
    let third = start(&file.0);
    assert_eq!((third.kept.as_deref(), third.all().len()), (None, 0));
    drop(third);
}

/// A build that reads bodies otherwise says so, and a line that was cut off costs no other.
#[test]
fn what_decodes_differently_is_told() {
    let file = file("changed");
    let first = start(&file.0);
    for id in ["a", "b"] {
        let body = UPLOAD.replace("m-1", id);
        first.post("send", &json!({"product": "aliyun-ims", "body": body}));
    }
    drop(first);
    let text = std::fs::read_to_string(&file.0).unwrap();
    let (one, other) = text.split_once('\n').unwrap();
    let older = one
        .replace("media.upload.succeeded", "media.asset.succeeded")
        .replace(r#""kind":"upload""#, r#""kind":"asset""#);
    assert_ne!(older, one);
    let cut = older.get(..older.len() / 2).unwrap();
    std::fs::write(&file.0, format!("{older}\n{other}\nnothing\n{cut}")).unwrap();

    let second = start(&file.0);
    let told = second.kept.clone().unwrap();
    assert!(told.starts_with("callbacks kept from before: 2, 1 of 2 now decode differently: http"), "{told}");
    assert!(told.ends_with("lines that cannot be read: 2"), "{told}");
    let changed = second.get("callbacks?q=is:changed");
    assert_eq!((&changed["total"], &changed["callbacks"][0]["seq"]), (&json!(1), &json!(1)));
    let detail = second.get("callbacks/1");
    assert_eq!(detail["before"][0]["type"], "media.asset.succeeded");
    assert_eq!(detail["events"][0]["type"], "media.upload.succeeded");
    // What follows the cut line is whole.
    second.post("send", &json!({"product": "aliyun-ims", "body": UPLOAD}));
    drop(second);
    let third = start(&file.0);
    assert_eq!(third.get("callbacks")["total"], 3);
    drop(third);
}
