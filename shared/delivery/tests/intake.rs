//! What storing the events of a callback sends to AWS, and how it handles faults of AWS.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::collections::VecDeque;
use std::future::pending;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use aws_config::{Region, SdkConfig};
use aws_sdk_sqs::config::{Credentials, SharedCredentialsProvider};
use axum::Router;
use axum::body::Bytes;
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use callbacks::{CloudEvent, Product, decode};
use delivery::{Aws, Intake, IntakeTarget, StoreContext, StoreError};
use serde_json::{Value, json};

const LIMIT: &str = "16384";

const TRACE: &str = "Root=1-5759e988-bd862e3fe1be46a994272793;Sampled=1";

/// The response of the service to a call.
#[derive(Debug, Clone, Copy)]
enum Reply {
    Status(u16),
    /// Success, with this body.
    Body(&'static str),
    Never,
}

/// A call that was made.
#[derive(Debug, Clone)]
struct Call {
    method: Method,
    path: String,
    content_type: String,
    body: Vec<u8>,
}

impl Call {
    fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    /// The events of a message that was sent.
    fn events(&self) -> Vec<Value> {
        serde_json::from_str(self.json()["MessageBody"].as_str().unwrap()).unwrap()
    }
}

/// A fake of SQS and S3, which records calls and gives these replies, and then success.
#[derive(Debug, Clone)]
struct Service {
    calls: Arc<Mutex<Vec<Call>>>,
    aws: SdkConfig,
}

impl Service {
    async fn start(answers: &[Reply]) -> Self {
        let calls = Arc::<Mutex<Vec<Call>>>::default();
        let answers = Arc::new(Mutex::new(VecDeque::from(answers.to_vec())));
        let noted = Arc::clone(&calls);
        let answer = async move |method: Method, uri: Uri, headers: HeaderMap, body: Bytes| {
            let header = |name| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned();
            let content_type = header("content-type");
            noted.lock().unwrap().push(Call { method, path: uri.path().to_owned(), content_type, body: body.to_vec() });
            let next = answers.lock().unwrap().pop_front().unwrap_or(Reply::Status(200));
            match next {
                Reply::Status(status) => (StatusCode::from_u16(status).unwrap(), r#"{"MessageId":"1"}"#),
                Reply::Body(body) => (StatusCode::OK, body),
                Reply::Never => pending().await,
            }
        };
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, Router::new().fallback(answer)).await });
        let aws = Aws::default()
            .configuration()
            .await
            .unwrap()
            .to_builder()
            .endpoint_url(url)
            .region(Region::new("eu-central-1"))
            .credentials_provider(SharedCredentialsProvider::new(Credentials::new("key", "secret", None, None, "test")))
            .build();
        Self { calls, aws }
    }

    async fn intake(&self, overflow: Option<&str>) -> Intake {
        let target: IntakeTarget = "sqs:https://sqs.eu-central-1.amazonaws.com/123456789012/events".parse().unwrap();
        let overflow = overflow.map(|text| text.parse().unwrap());
        Intake::connect(target, overflow, LIMIT.parse().unwrap(), &self.aws.clone().into()).await.unwrap()
    }

    fn calls(&self) -> Vec<Call> {
        self.calls.lock().unwrap().clone()
    }
}

/// The event of a callback about a media with this title.
fn event(title: &str) -> CloudEvent {
    let body = json!({"EventType": "FileUploadComplete", "MessageBody": {"Title": title}}).to_string();
    decoded(body.as_bytes())
}

fn decoded(body: &[u8]) -> CloudEvent {
    let received = "2026-01-02T03:04:05Z".parse().unwrap();
    decode(Product::AliyunIms, body, received).remove(0)
}

fn in_time() -> StoreContext<'static> {
    StoreContext { trace: None, timeout: Duration::from_secs(20) }
}

#[tokio::test(flavor = "current_thread")]
async fn a_callback_is_one_call() {
    let service = Service::start(&[]).await;
    let events = [event("one"), event("two"), event("noncharacters \u{fffe}\u{ffff}")];
    let context = StoreContext { trace: Some(TRACE), ..in_time() };
    service.intake(Some("s3:overflow")).await.store(&events, &context).await.unwrap();
    let [call] = &service.calls()[..] else { panic!() };
    assert_eq!(call.json()["QueueUrl"], "https://sqs.eu-central-1.amazonaws.com/123456789012/events");
    assert_eq!(call.json()["MessageSystemAttributes"]["AWSTraceHeader"]["StringValue"], TRACE);
    assert_eq!(call.json()["MessageGroupId"], "aliyun-ims");
    assert_eq!(call.events(), events.map(|event| serde_json::to_value(event).unwrap()));
    assert!(!call.json()["MessageBody"].as_str().unwrap().contains(['\u{fffe}', '\u{ffff}']));
}

/// SQS would reject the message because of it.
#[tokio::test(flavor = "current_thread")]
async fn a_malformed_trace_does_not_cost_the_event() {
    let service = Service::start(&[]).await;
    let context = StoreContext { trace: Some("Root=x"), ..in_time() };
    service.intake(None).await.store(&[event("one")], &context).await.unwrap();
    assert_eq!(service.calls()[0].json().get("MessageSystemAttributes"), None);
}

#[tokio::test(flavor = "current_thread")]
async fn nothing_to_store_is_no_call() {
    let service = Service::start(&[]).await;
    service.intake(None).await.store(&[], &in_time()).await.unwrap();
    assert!(service.calls().is_empty());
}

#[tokio::test(flavor = "current_thread")]
async fn a_call_that_fails_is_repeated() {
    let service = Service::start(&[Reply::Status(503), Reply::Status(500)]).await;
    service.intake(None).await.store(&[event("one")], &in_time()).await.unwrap();
    assert_eq!(service.calls().len(), 3);
}

/// A connection that was lost while the function was frozen gives no response. The next attempt must fit the timeout, too.
#[tokio::test(flavor = "current_thread")]
async fn a_call_without_an_answer_is_repeated_in_time() {
    let service = Service::start(&[Reply::Status(200), Reply::Never]).await;
    let intake = service.intake(None).await;
    intake.warm().await.unwrap();
    let context = StoreContext { trace: None, timeout: Duration::from_secs(5) };
    intake.store(&[event("one")], &context).await.unwrap();
    // The warming, the attempt that hangs, and the one that does not. On a busy machine another may end too late.
    assert!(service.calls().len() >= 3, "{}", service.calls().len());
}

/// A timeout longer than that of other calls is used in full.
#[tokio::test(flavor = "current_thread", start_paused = true)]
async fn a_call_has_the_time_that_there_is() {
    let service = Service::start(&[Reply::Never, Reply::Never]).await;
    let context = StoreContext { trace: None, timeout: Duration::from_secs(40) };
    service.intake(None).await.store(&[event("one")], &context).await.unwrap();
    assert!(service.calls().len() >= 3, "{}", service.calls().len());
}

#[tokio::test(flavor = "current_thread")]
async fn a_queue_that_never_answers_is_an_error() {
    let service = Service::start(&[Reply::Never; 20]).await;
    let context = StoreContext { trace: None, timeout: Duration::from_millis(300) };
    let error = service.intake(None).await.store(&[event("one")], &context).await.unwrap_err();
    assert!(matches!(error, StoreError::Timeout | StoreError::Queue(_)), "{error}");
}

#[tokio::test(flavor = "current_thread")]
async fn a_queue_that_refuses_is_an_error() {
    let service = Service::start(&[Reply::Status(403)]).await;
    let error = service.intake(None).await.store(&[event("SECRET")], &in_time()).await.unwrap_err();
    assert!(matches!(&error, StoreError::Queue(error) if error.is_refusal()), "{error}");
    assert!(!format!("{error} {error:?}").contains("SECRET"));
    assert_eq!(service.calls().len(), 1);
}

/// What has no id of a message is not the queue's response.
#[tokio::test(flavor = "current_thread")]
async fn a_response_without_a_message_is_an_error() {
    for body in ["{}", r#"{"MessageId":""}"#] {
        let service = Service::start(&[Reply::Body(body)]).await;
        let error = service.intake(None).await.store(&[event("one")], &in_time()).await.unwrap_err();
        assert!(matches!(error, StoreError::Queue(_)), "{body}: {error}");
    }
}

/// The vendor sends a callback again whose data is stored: the first object stays.
#[tokio::test(flavor = "current_thread")]
async fn data_that_is_stored_already_is_no_error() {
    let service = Service::start(&[Reply::Status(412)]).await;
    let event = event(&"large ".repeat(3_000));
    service.intake(Some("s3:overflow")).await.store(&[event], &in_time()).await.unwrap();
    assert_eq!(service.calls().len(), 2);
}

#[tokio::test(flavor = "current_thread")]
async fn a_large_event_travels_as_a_reference() {
    let service = Service::start(&[]).await;
    let event = event(&"large ".repeat(3_000));
    service.intake(Some("s3:overflow")).await.store(std::slice::from_ref(&event), &in_time()).await.unwrap();
    let [put, sent] = &service.calls()[..] else { panic!() };

    let key = format!("aliyun-ims/{}", event.id);
    assert_eq!((&put.method, put.path.as_str()), (&Method::PUT, format!("/overflow/{key}").as_str()));
    assert_eq!(put.content_type, "application/json");
    let mut expected = serde_json::to_value(&event).unwrap();
    assert_eq!(put.json(), expected["data"]);

    let members = expected.as_object_mut().unwrap();
    members.remove("data");
    members.insert("dataref".to_owned(), format!("s3://overflow/{key}").into());
    assert_eq!(sent.events(), [expected]);
}

#[tokio::test(flavor = "current_thread")]
async fn a_large_body_that_cannot_be_read_is_kept_as_it_came() {
    let service = Service::start(&[]).await;
    let body = vec![0xff; 20_000];
    let event = decoded(&body);
    service.intake(Some("s3:overflow")).await.store(&[event], &in_time()).await.unwrap();
    let [put, sent] = &service.calls()[..] else { panic!() };
    assert_eq!((put.content_type.as_str(), &put.body[..]), ("application/octet-stream", &body[..]));
    let event = &sent.events()[0];
    assert_eq!((event.get("data_base64"), event.get("data")), (None, None));
    assert_eq!(event["datacontenttype"], "application/octet-stream");
}

/// Attributes that rules match on may have their maximum length: the reference fits all the same.
#[tokio::test(flavor = "current_thread")]
async fn a_large_envelope_fits() {
    let service = Service::start(&[]).await;
    let quotes = "\"".repeat(2048);
    let body = json!({"EventType": quotes, "MessageBody": {"MediaId": quotes, "Title": "x".repeat(20_000)}});
    let event = decoded(body.to_string().as_bytes());
    service.intake(Some("s3:overflow")).await.store(&[event], &in_time()).await.unwrap();
    let event = &service.calls()[1].events()[0];
    assert_eq!((&event["subject"], &event["vendorevent"]), (&quotes.clone().into(), &quotes.into()));
}

/// A message that refers to a missing object would lose the event.
#[tokio::test(flavor = "current_thread")]
async fn nothing_is_sent_before_its_data_is_kept() {
    let service = Service::start(&[Reply::Status(403)]).await;
    let event = event(&"large ".repeat(3_000));
    let error = service.intake(Some("s3:overflow")).await.store(&[event], &in_time()).await.unwrap_err();
    assert!(matches!(error, StoreError::Overflow(_)), "{error}");
    assert_eq!(service.calls().len(), 1);
}

#[tokio::test(flavor = "current_thread")]
async fn without_an_overflow_a_large_event_is_an_error() {
    let service = Service::start(&[]).await;
    let events = [event("small"), event(&"large ".repeat(3_000))];
    let error = service.intake(None).await.store(&events, &in_time()).await.unwrap_err();
    assert!(matches!(error, StoreError::TooLarge), "{error}");
    assert!(service.calls().is_empty());
}

#[tokio::test(flavor = "current_thread")]
async fn events_that_do_not_fit_one_message_make_several() {
    let events: Vec<CloudEvent> = (0..50).map(|number| event(&format!("{number}{}", "x".repeat(2_000)))).collect();
    let service = Service::start(&[]).await;
    service.intake(None).await.store(&events, &in_time()).await.unwrap();
    let calls = service.calls();
    let mut stored: Vec<String> = Vec::new();
    for call in &calls {
        assert!(call.json()["MessageBody"].as_str().unwrap().len() <= LIMIT.parse().unwrap());
        stored.extend(call.events().iter().map(|event| event["id"].as_str().unwrap().to_owned()));
    }
    stored.sort();
    let mut expected: Vec<String> = events.iter().map(|event| event.id.clone()).collect();
    expected.sort();
    assert_eq!(stored, expected);

    // Not all of them are stored, so it is an error.
    let mut answers = vec![Reply::Status(200); calls.len() - 1];
    answers.push(Reply::Status(400));
    let service = Service::start(&answers).await;
    service.intake(None).await.store(&events, &in_time()).await.unwrap_err();
}

/// The connection is open, whatever the response.
#[tokio::test(flavor = "current_thread")]
async fn warming_needs_any_answer() {
    for (answer, is_warm) in [(Reply::Status(200), true), (Reply::Status(403), true), (Reply::Never, false)] {
        let service = Service::start(&[answer]).await;
        assert_eq!(service.intake(None).await.warm().await.is_ok(), is_warm, "{answer:?}");
        assert_eq!(service.calls().len(), 1);
    }
}
