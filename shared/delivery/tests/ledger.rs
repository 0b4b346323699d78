//! What dispatch sends to `DynamoDB`, and in which order with what it sends to `EventBridge`.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::future::pending;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use aws_config::Region;
use aws_sdk_dynamodb::config::{Credentials, SharedCredentialsProvider};
use axum::Router;
use axum::http::{HeaderMap, StatusCode};
use delivery::{Aws, Bus, BusTarget, Dispatcher, Fate, Ledger, LedgerTarget, Limit, Record};
use futures_util::future::join_all;
use tokio::net::TcpListener;
use tokio::time::Instant;

const CLAIM: &str = "DynamoDB_20120810.PutItem";
const PUBLISH: &str = "AWSEvents.PutEvents";
const COMPLETE: &str = "DynamoDB_20120810.UpdateItem";
const RELEASE: &str = "DynamoDB_20120810.DeleteItem";

/// What the services answer to an operation that does not succeed; `None` where they never answer.
type Failure = (&'static str, Option<(u16, &'static str)>);

/// Stand-ins of `DynamoDB` and `EventBridge`, of which one operation fails.
struct Services {
    aws: Aws,
    calls: Arc<Mutex<Vec<String>>>,
}

impl Services {
    async fn start(failure: Option<Failure>) -> Self {
        let calls = Arc::<Mutex<Vec<String>>>::default();
        let noted = Arc::clone(&calls);
        let answer = async move |headers: HeaderMap| {
            let operation = headers.get("x-amz-target").unwrap().to_str().unwrap().to_owned();
            noted.lock().unwrap().push(operation.clone());
            let ok = if operation == PUBLISH { r#"{"FailedEntryCount":0,"Entries":[{"EventId":"1"}]}"# } else { "{}" };
            let (status, body) = match failure {
                Some((failing, Some(answer))) if operation.contains(failing) => answer,
                Some((failing, None)) if operation.contains(failing) => pending().await,
                _ => (200, ok),
            };
            (StatusCode::from_u16(status).unwrap(), body)
        };
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, Router::new().fallback(answer)).await });
        let configuration = Aws::default().configuration().await.unwrap().to_builder();
        let credentials = Credentials::new("key", "secret", None, None, "test");
        let configuration = configuration
            .endpoint_url(url)
            .region(Region::new("eu-central-1"))
            .credentials_provider(SharedCredentialsProvider::new(credentials));
        Self { aws: configuration.build().into(), calls }
    }

    async fn dispatcher(&self, ledger: LedgerTarget) -> Dispatcher {
        let ledger = Ledger::connect(ledger, &self.aws).await.unwrap();
        let bus = Bus::connect(BusTarget::EventBridge("media".to_owned()), &self.aws).await.unwrap();
        Dispatcher::new(ledger, bus, Limit::default())
    }

    /// The operations that were called since this was last asked.
    fn calls(&self) -> Vec<String> {
        std::mem::take(&mut self.calls.lock().unwrap())
    }
}

/// The result of the event of one message.
async fn run(dispatcher: &Dispatcher, owner: &str) -> Fate {
    let event = r#"{"id":"a","source":"/tencent/ci","type":"media.snapshot.failed","time":"2026-01-02T03:04:05Z"}"#;
    let records = [Record { message: "m1".to_owned(), body: format!("[{event}]"), trace: None }];
    let deadline = Instant::now() + Duration::from_mins(1);
    let mut report = dispatcher.run(&records, owner, "2026-01-02T03:04:06Z".parse().unwrap(), deadline).await;
    report.events.remove(0).fate
}

fn table() -> LedgerTarget {
    LedgerTarget::DynamoDb("events".to_owned())
}

#[tokio::test(flavor = "current_thread")]
async fn an_event_is_claimed_published_and_completed() {
    let services = Services::start(None).await;
    assert_eq!(run(&services.dispatcher(table()).await, "one").await, Fate::Published);
    assert_eq!(services.calls(), [CLAIM, PUBLISH, COMPLETE]);
}

#[tokio::test(flavor = "current_thread")]
async fn a_completed_event_is_not_published() {
    let item =
        r#"{"__type":"ConditionalCheckFailedException","Item":{"id":{"S":"tencent-ci/a"},"state":{"S":"completed"}}}"#;
    let services = Services::start(Some((CLAIM, Some((400, item))))).await;
    assert_eq!(run(&services.dispatcher(table()).await, "one").await, Fate::Duplicate);
    assert_eq!(services.calls(), [CLAIM]);
}

#[tokio::test(flavor = "current_thread")]
async fn an_event_that_the_bus_rejects_is_released() {
    let services = Services::start(Some((PUBLISH, Some((403, "{}"))))).await;
    assert!(matches!(run(&services.dispatcher(table()).await, "one").await, Fate::NotPublished(_)));
    assert_eq!(services.calls(), [CLAIM, PUBLISH, RELEASE]);
}

#[tokio::test(flavor = "current_thread")]
async fn a_completion_that_fails_is_told() {
    let services = Services::start(Some((COMPLETE, Some((403, "{}"))))).await;
    assert!(matches!(run(&services.dispatcher(table()).await, "one").await, Fate::NotNoted(_)));
}

/// For local use: it does the same as the table, for one process.
#[tokio::test(flavor = "current_thread")]
async fn the_memory_of_a_process_remembers_as_well() {
    let services = Services::start(None).await;
    let dispatcher = services.dispatcher(LedgerTarget::Memory).await;
    assert_eq!(run(&dispatcher, "one").await, Fate::Published);
    assert_eq!(run(&dispatcher, "two").await, Fate::Duplicate);

    // What is released is nobody's.
    let services = Services::start(Some((PUBLISH, Some((403, "{}"))))).await;
    let dispatcher = services.dispatcher(LedgerTarget::Memory).await;
    for owner in ["one", "two"] {
        assert!(matches!(run(&dispatcher, owner).await, Fate::NotPublished(_)), "{owner}");
    }
    assert_eq!(services.calls(), [PUBLISH, PUBLISH]);
}

/// The connections are open, whatever the responses. Each of the two services counts.
#[tokio::test(flavor = "current_thread")]
async fn warming_needs_any_answer_of_both() {
    let warm = async |failure| {
        let services = Services::start(failure).await;
        let is_warm = services.dispatcher(table()).await.warm().await.is_ok();
        let mut calls = services.calls();
        calls.sort();
        assert_eq!(calls, ["AWSEvents.DescribeEventBus", "DynamoDB_20120810.DescribeTable"]);
        is_warm
    };
    let failures =
        [None, Some(("Describe", Some((403, "{}")))), Some(("DescribeTable", None)), Some(("DescribeEventBus", None))];
    assert_eq!(join_all(failures.map(warm)).await, [true, true, false, false]);
}
