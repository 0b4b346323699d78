//! The inspector over HTTP, as a sender, a consumer and the page see it.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::post;
use callbacks::Product;
use callbacks::auth::Credentials;
use inspector::{Form, Inspector, Options};
use serde_json::{Value, json};
use tokio::net::TcpListener;

const KEY: &str = "TheSecretKey1";
const TOKEN: &str = "the-secret-token";
const URL: &str = "https://media.example.com/aliyun-ims?token=the-secret-token";
const BODY: &str = r#"{"EventType":"FileUploadComplete","UserId":1,"EventTime":"2022-07-15T08:48:14Z","MessageBody":{"Status":"Success","MediaId":"m-1"}}"#;

/// A running inspector, and a client of both its ports.
struct Running {
    page: String,
    receivers: String,
    client: reqwest::Client,
}

fn options() -> Options {
    let keyed = Credentials {
        keys: vec![KEY.to_owned().into()],
        tokens: vec![TOKEN.to_owned().into()],
        callback_urls: vec![URL.to_owned().into()],
    };
    let token = Credentials { tokens: vec![TOKEN.to_owned().into()], ..Credentials::default() };
    Options {
        port: 0,
        page_port: 0,
        credentials: vec![(Product::AliyunIms, keyed), (Product::TencentCi, token)],
        allow_unsigned: false,
        tolerance: 300,
        body_limit: 100_000,
        forward: None,
        form: Form::EventBridge,
        r#match: String::new(),
        keep: None,
        record: None,
        callbacks: 50,
        bytes: 64 << 20,
        samples: |_| vec![("upload".to_owned(), BODY.as_bytes().to_vec())],
    }
}

async fn start(options: Options) -> Running {
    let inspector = Inspector::start(options).await.unwrap();
    let (page, receivers) = (inspector.page(), inspector.receivers());
    tokio::spawn(inspector.run(|_| {}));
    Running {
        page,
        receivers,
        client: reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap(),
    }
}

impl Running {
    async fn get(&self, path: &str) -> Value {
        self.client.get(format!("{}api/{path}", self.page)).send().await.unwrap().json().await.unwrap()
    }

    async fn post(&self, path: &str, body: Value) -> Value {
        self.client.post(format!("{}api/{path}", self.page)).json(&body).send().await.unwrap().json().await.unwrap()
    }

    /// What a sender is answered.
    async fn receive(&self, path: &str, body: &str) -> (u16, String) {
        let request = self.client.post(format!("{}{path}", self.receivers)).header("content-type", "application/json");
        let response = request.body(body.to_owned()).send().await.unwrap();
        (response.status().as_u16(), response.text().await.unwrap())
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_callback_is_shown_with_what_became_of_it() {
    let running = start(options()).await;
    let job = r#"{"EventName":"TaskFinish","JobsDetail":[{"Tag":"Transcode","JobId":"j","State":"Success"}]}"#;
    let (status, answer) = running.receive(&format!("tencent-ci?token={TOKEN}"), job).await;
    assert_eq!((status, answer.as_str()), (200, r#"{"stored":1}"#));
    let waited = running.get("wait?q=type:media.transcode.*&after=0&timeout=10").await;
    assert_eq!((&waited["seq"], &waited["status"], &waited["via"]), (&json!(1), &json!(200), &json!("posted")));
    let detail = running.get("callbacks/1").await;
    assert_eq!(detail["events"][0]["data"]["job"]["id"], "j");
    assert_eq!(detail["eventbridge"][0]["source"], "mediahook.tencent-ci");
    assert_eq!(detail["vendor"][0]["JobsDetail"][0]["Tag"], "Transcode");
    let fields = running.get("callbacks/1/provenance").await;
    let of_job =
        fields["events"][0]["fields"].as_array().unwrap().iter().find(|field| field["path"] == "job.id").unwrap();
    assert_eq!(of_job["sources"], json!(["JobsDetail[0].JobId"]));
    let timeline = running.get("media/j").await;
    assert_eq!(timeline["items"][0]["kind"], "transcode");
}

/// Only the page is told why; a sender gets what a function answers.
#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_is_explained_to_the_page_only() {
    let running = start(options()).await;
    let (status, answer) = running.receive("tencent-ci?Token=the-secret-token", "{}").await;
    assert_eq!((status, answer.as_str()), (401, r#"{"title":"Unauthorized","status":401}"#));
    let waited = running.get("wait?q=status:401&after=0&timeout=10").await;
    assert_eq!(waited["reason"], "token");
    let detail = running.get("callbacks/1").await;
    let token = detail["findings"].as_array().unwrap().iter().find(|finding| finding["check"] == "token").unwrap();
    assert_eq!(token["passed"], false);
    assert!(token.to_string().contains("Token"), "{token}");
    assert_eq!(running.receive("nothing", "{}").await.0, 404);
    assert_eq!(running.receive("", "{}").await.0, 404);
    assert_eq!(running.receive("api/health", "{}").await.0, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_sent_is_signed_and_what_is_forged_is_refused() {
    let running = start(options()).await;
    for (forge, clock, status) in [
        (Value::Null, 0, 200),
        (json!("signature"), 0, 401),
        (json!("timestamp"), 0, 401),
        (json!("token"), 0, 401),
        (json!("body"), 0, 200),
        (Value::Null, -3600, 401),
    ] {
        let sent = json!({"product": "aliyun-ims", "sample": "upload", "forge": forge, "clock": clock});
        let answer = running.post("send", sent).await;
        assert_eq!(
            (&answer["answers"][0]["status"], &answer["expected"]),
            (&json!(status), &json!(status)),
            "{forge} {clock}"
        );
    }
    let again = running.post("callbacks/2/replay", json!({})).await;
    assert_eq!(again["answers"][0]["status"], 200);
    let as_received = running.post("callbacks/2/replay", json!({"as_received": true})).await;
    assert_eq!(as_received["answers"][0]["status"], 401);
    let list = running.get("callbacks?q=via:replayed").await;
    assert_eq!(list["total"], 2);
    assert_eq!(running.get("callbacks?q=-status:401").await["total"], 3);
}

/// No key, token or signature is in anything that the page gets.
#[tokio::test(flavor = "multi_thread")]
async fn no_secret_is_shown() {
    let running = start(options()).await;
    for forge in [Value::Null, json!("signature"), json!("token")] {
        running.post("send", json!({"product": "aliyun-ims", "sample": "upload", "forge": forge})).await;
    }
    let with_token = format!(r#"{{"EventName":"TaskFinish","UserData":"https://a.example/?token={TOKEN}"}}"#);
    running.receive(&format!("tencent-ci?token={TOKEN}"), &with_token).await;
    running.receive(&format!("aliyun-ims?token={KEY}"), "{}").await;
    let signed = r#"{"EventType":"NewFileUpload","Sign":"0123456789abcdef0123456789abcdef","T":1}"#;
    running.receive("tencent-vod?token=wrong", signed).await;
    running.get("wait?after=5&timeout=10").await;
    let mut shown = String::new();
    for path in ["callbacks", "settings", "health"] {
        shown += &running.get(path).await.to_string();
    }
    for seq in 1..=6 {
        for part in ["", "/body", "/request", "/provenance"] {
            let url = format!("{}api/callbacks/{seq}{part}", running.page);
            shown += &running.client.get(url).send().await.unwrap().text().await.unwrap();
        }
    }
    for secret in [KEY, TOKEN, "0123456789abcdef0123456789abcdef"] {
        assert!(!shown.contains(secret), "{secret} is shown");
    }
    assert!(running.get("copy-url/tencent-ci").await["url"].as_str().unwrap().ends_with(&format!("?token={TOKEN}")));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_list_is_bounded_and_can_be_cleared() {
    let running = start(options()).await;
    running.post("send", json!({"product": "aliyun-ims", "sample": "upload", "times": 60})).await;
    let list = running.get("callbacks?limit=500").await;
    assert_eq!((&list["total"], &list["dropped"], &list["last"]), (&json!(50), &json!(10), &json!(60)));
    assert_eq!(list["callbacks"][0]["repeats"], 60);
    let page = running.get("callbacks?limit=10&before=30").await;
    assert_eq!(page["callbacks"][0]["seq"], 29);
    let cleared =
        running.client.delete(format!("{}api/callbacks", running.page)).header("content-type", "application/json");
    assert_eq!(cleared.send().await.unwrap().status(), 204);
    assert_eq!(running.get("callbacks").await["total"], 0);
    let nothing = running.client.get(format!("{}api/wait?after=now&timeout=0", running.page)).send().await.unwrap();
    assert_eq!(nothing.status(), 204);
}

#[tokio::test(flavor = "multi_thread")]
async fn faults_are_answered_as_often_as_was_asked() {
    let running = start(options()).await;
    let faults = json!({"faults": {"status": 503, "remaining": 2}});
    running.client.patch(format!("{}api/settings", running.page)).json(&faults).send().await.unwrap();
    let sent = running.post("send", json!({"product": "aliyun-ims", "sample": "upload", "times": 3})).await;
    let statuses: Vec<&Value> = sent["answers"].as_array().unwrap().iter().map(|answer| &answer["status"]).collect();
    assert_eq!(statuses, [503, 503, 200]);
}

/// What the consumer does, and what it was sent.
type Consumer = Arc<Mutex<(u16, Vec<Value>)>>;

async fn consumer() -> (String, Consumer) {
    let consumer: Consumer = Arc::new(Mutex::new((204, Vec::new())));
    let take = async |State(consumer): State<Consumer>, body: String| -> Response {
        let mut consumer = consumer.lock().unwrap();
        consumer.1.push(serde_json::from_str(&body).unwrap());
        match consumer.0 {
            303 => Redirect::to("http://127.0.0.1:1/").into_response(),
            status => (StatusCode::from_u16(status).unwrap(), "said").into_response(),
        }
    };
    let router = Router::new().route("/events", post(take)).with_state(Arc::clone(&consumer));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/events", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    (url, consumer)
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_is_handed_to_the_consumer_once() {
    let (url, consumer) = consumer().await;
    let running = start(Options { forward: Some(url), ..options() }).await;
    running.post("send", json!({"product": "aliyun-ims", "sample": "upload", "times": 3})).await;
    let waited = running.get("wait?q=consumer:2xx&after=0&timeout=10").await;
    assert_eq!((&waited["seq"], &waited["consumer"]["state"]), (&json!(1), &json!("done")));
    for status in [500, 303] {
        consumer.lock().unwrap().0 = status;
        running.post("callbacks/1/replay", json!({"to": "consumer"})).await;
        let query = format!("wait?q=consumer:{status}&after=0&timeout=10");
        assert_eq!(running.get(&query).await["consumer"]["state"], "failed", "{status}");
    }
    let sent = consumer.lock().unwrap().1.clone();
    assert_eq!(sent.len(), 3);
    assert_eq!(sent[0]["detail-type"], "media.upload.succeeded");
    assert_eq!(sent[0]["detail"]["data"]["media"]["id"], "m-1");
    let deliveries = running.get("callbacks/1").await["deliveries"].clone();
    assert_eq!((&deliveries[1]["status"], &deliveries[1]["body"]), (&json!(500), &json!("said")));
}

#[tokio::test(flavor = "multi_thread")]
async fn receivers_do_not_wait_for_a_consumer_that_is_down() {
    let running = start(Options { forward: Some("http://127.0.0.1:9/".to_owned()), ..options() }).await;
    let sent = running.post("send", json!({"product": "aliyun-ims", "sample": "upload"})).await;
    assert_eq!(sent["answers"][0]["status"], 200);
    let waited = running.get("wait?q=consumer:failed&after=0&timeout=10").await;
    assert_eq!(waited["consumer"]["status"], Value::Null);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_logged_request_is_explained_as_of_its_time() {
    let running = start(options()).await;
    let request = sender::request::of_vendor(Product::TencentCi, br#"{"EventName":"TaskFinish","JobsDetail":[]}"#);
    let imported = running.post("import", json!({"product": "tencent-ci", "text": request.to_string()})).await;
    let seq = &imported["seqs"][0];
    let detail = running.get(&format!("callbacks/{seq}")).await;
    assert_eq!((&detail["summary"]["via"], &detail["summary"]["status"]), (&json!("imported"), &json!(401)));
    let unknown = running.client.post(format!("{}api/import", running.page)).json(&json!({"text": "hello"}));
    assert_eq!(unknown.send().await.unwrap().status(), 400);
}

/// A client that comes back goes on where it was; one of another start is told to begin anew.
#[tokio::test(flavor = "multi_thread")]
async fn the_stream_goes_on_without_a_gap() {
    let running = start(options()).await;
    let read = async |last: Option<&str>, until: &str| {
        let mut request = running.client.get(format!("{}api/stream", running.page));
        if let Some(last) = last {
            request = request.header("last-event-id", last);
        }
        let mut response = request.send().await.unwrap();
        let mut text = String::new();
        while !text.contains(until) {
            let chunk =
                tokio::time::timeout(Duration::from_secs(10), response.chunk()).await.unwrap().unwrap().unwrap();
            text += std::str::from_utf8(&chunk).unwrap();
        }
        text
    };
    let state = read(None, "\n\n").await;
    let id = state.lines().find_map(|line| line.strip_prefix("id: ")).unwrap().to_owned();
    running.post("send", json!({"product": "aliyun-ims", "sample": "upload", "times": 3})).await;
    let missed = read(Some(&id), r#""seq":3"#).await;
    for seq in 1..=3 {
        assert_eq!(missed.matches(&format!(r#""seq":{seq},"#)).count(), 1, "{missed}");
    }
    assert!(read(Some("another-7"), "reset").await.contains("event: reset"));
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_else_reaches_the_page() {
    let running = start(options()).await;
    let url = format!("{}api/health", running.page);
    for (name, value) in [
        ("host", "evil.example"),
        ("x-forwarded-for", "192.0.2.1"),
        ("sec-fetch-site", "cross-site"),
        ("origin", "http://evil.example"),
    ] {
        let answer = running.client.get(&url).header(name, value).send().await.unwrap();
        assert_eq!(answer.status(), 403, "{name}");
        assert!(answer.headers().contains_key("content-security-policy"), "{name}");
    }
    let form = running.client.post(format!("{}api/send", running.page)).header("content-type", "text/plain").body("{}");
    assert_eq!(form.send().await.unwrap().status(), 403);
}

/// What the consumer is handed is what the search finds, event by event.
#[tokio::test(flavor = "multi_thread")]
async fn a_consumer_gets_what_it_asks_for() {
    let (url, consumer) = consumer().await;
    let r#match = "type:media.*.failed".to_owned();
    let running = start(Options { forward: Some(url.clone()), r#match, ..options() }).await;
    let job = |id: &str, state: &str| format!(r#"{{"Tag":"Transcode","JobId":"{id}","State":"{state}"}}"#);
    let jobs = [job("a", "Success"), job("b", "Failed"), job("c", "Success")].join(",");
    let body = format!(r#"{{"EventName":"TaskFinish","JobsDetail":[{jobs}]}}"#);
    running.receive(&format!("tencent-ci?token={TOKEN}"), &body).await;
    running.get("wait?q=consumer:2xx&after=0&timeout=10").await;
    let change = async |change: Value| {
        let url = format!("{}api/settings", running.page);
        let answer = running.client.patch(url).json(&change).send().await.unwrap();
        (answer.status().as_u16(), answer.json::<Value>().await.unwrap())
    };
    let (status, settings) = change(json!({"consumer": {"url": url, "match": "-type:media.upload.*"}})).await;
    assert_eq!((status, &settings["consumer"]["match"]), (200, &json!("-type:media.upload.*")));
    running.post("send", json!({"product": "aliyun-ims", "sample": "upload"})).await;
    let last = running.receive(&format!("tencent-ci?token={TOKEN}"), &body.replace("\"b\"", "\"d\"")).await;
    assert_eq!(last.0, 200);
    running.get("wait?q=consumer:2xx&after=1&timeout=10").await;
    let types: Vec<Value> =
        consumer.lock().unwrap().1.iter().map(|sent| sent["detail"]["data"]["job"]["id"].clone()).collect();
    assert_eq!(types, ["b", "d"]);
    let (status, problem) = change(json!({"consumer": {"url": url, "match": "typ:media.*"}})).await;
    assert!(status == 400 && problem["error"].as_str().unwrap().starts_with("`typ:`"), "{problem}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_added_can_be_taken_away() {
    let running = start(options()).await;
    let change = async |change: Value| {
        let url = format!("{}api/settings", running.page);
        running.client.patch(url).json(&change).send().await.unwrap().status().as_u16()
    };
    let token = |value: &str| json!({"add": {"product": "tencent-ci", "kind": "token", "value": value}});
    let drop = |number: usize| json!({"drop": {"product": "tencent-ci", "kind": "token", "number": number}});
    let receive = async |token: &str| running.receive(&format!("tencent-ci?token={token}"), "{}").await.0;
    assert_eq!(change(token("the-second-token")).await, 200);
    assert_eq!((receive(TOKEN).await, receive("the-second-token").await), (200, 200));
    assert_eq!(change(drop(1)).await, 200);
    assert_eq!((receive(TOKEN).await, receive("the-second-token").await), (401, 200));
    for number in [0, 1, 2] {
        assert_eq!(change(drop(number)).await, 400, "{number}: nothing would be accepted, or there is none");
    }
    assert_eq!(receive("the-second-token").await, 200);
    let secret = |value: &str| json!({"add_secret": {"product": "tencent-ci", "value": value}});
    assert_eq!(change(secret(r#"{"tokens": ["the-third-token", "the-fourth-token"]}"#)).await, 200);
    assert_eq!((receive("the-third-token").await, receive("the-fourth-token").await), (200, 200));
    assert_eq!(change(secret("no secret")).await, 400);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_vendor_deprecates_is_told_and_events_are_valid() {
    let running = start(options()).await;
    for (name, is_deprecated) in [("TranscodeComplete", true), ("SnapshotComplete", false)] {
        let body = BODY.replace("FileUploadComplete", name);
        let sent = running.post("send", json!({"product": "aliyun-ims", "body": body})).await;
        let detail = running.get(&format!("callbacks/{}", sent["seqs"][0])).await;
        assert_eq!(detail["deprecated"], json!([is_deprecated]), "{name}");
        assert_eq!(detail["invalid"], json!([[]]), "{name}");
    }
}

/// The page offers to accept the URL that a callback was signed for.
#[tokio::test(flavor = "multi_thread")]
async fn the_url_that_was_signed_can_be_accepted() {
    let running = start(options()).await;
    let signing = sender::signing::Signing {
        url: URL.to_owned(),
        key: Some(KEY.to_owned().into()),
        callback_url: Some("https://media.example.com/aliyun-ims/?token=the-secret-token".to_owned()),
        time: jiff::Timestamp::now().as_second().unsigned_abs(),
        ..sender::signing::Signing::default()
    };
    let callback = signing.sign(Product::AliyunIms, BODY.as_bytes()).unwrap();
    let post = async || {
        let url = format!("{}aliyun-ims?token={TOKEN}", running.receivers);
        let mut request = running.client.post(url).header("content-type", "application/json");
        for (name, value) in &callback.headers {
            request = request.header(*name, value);
        }
        request.body(callback.body.clone()).send().await.unwrap().status().as_u16()
    };
    assert_eq!(post().await, 401);
    let refused = running.get("wait?q=is:refused&after=0&timeout=10").await;
    assert_eq!((&refused["reason"], &refused["title"]), (&json!("signature"), &json!("signed for another URL")));
    let accept = json!({"accept_url": {"product": "aliyun-ims", "seq": 1}});
    let accepted = running.client.patch(format!("{}api/settings", running.page)).json(&accept).send().await.unwrap();
    let status = accepted.status();
    assert_eq!(status, 200, "{}", accepted.text().await.unwrap());
    let status = post().await;
    assert_eq!(status, 200, "{} {}", running.get("settings").await, running.get("callbacks/2").await);
}
