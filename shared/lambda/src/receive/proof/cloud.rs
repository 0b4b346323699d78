//! What is around the function: SQS, S3 and Secrets Manager, which the SDK's own clients ask, and the clock on the wall.

use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};
use std::future::pending;
use std::time::Duration;

use aws_config::retry::RetryConfig;
use aws_config::{BehaviorVersion, SdkConfig};
use aws_sdk_secretsmanager::config::{
    AsyncSleep, Credentials, Region, SharedAsyncSleep, SharedCredentialsProvider, Sleep,
};
use aws_smithy_runtime_api::client::connector_metadata::ConnectorMetadata;
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use callbacks::CloudEvent;
use jiff::Timestamp;
use serde_json::{Value, json};
use tokio::sync::{mpsc, oneshot};
use tokio::time::Instant;

/// What a service says, or that the connection broke.
pub(in crate::receive) type Said = Result<HttpResponse, ConnectorError>;

/// A request of the function, and where its answer goes. Whoever drops the latter gives no answer.
pub(in crate::receive) struct Asked {
    pub(in crate::receive) service: Service,
    pub(in crate::receive) request: HttpRequest,
    pub(in crate::receive) reply: oneshot::Sender<Said>,
}

/// What a request asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::receive) enum Service {
    /// SQS, to store a message.
    Queue,
    /// S3, to store an object.
    Bucket,
    /// Secrets Manager, for the secret.
    Secret,
    /// SQS, to open a connection.
    Warm,
}

/// Hands requests on to the explorer.
#[derive(Debug, Clone)]
struct Connector(mpsc::UnboundedSender<Asked>);

impl HttpConnector for Connector {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let service = match request.headers().get("x-amz-target") {
            None => Service::Bucket,
            Some("AmazonSQS.SendMessage") => Service::Queue,
            Some("secretsmanager.GetSecretValue") => Service::Secret,
            Some("AmazonSQS.GetQueueAttributes") => Service::Warm,
            Some(target) => panic!("{target} is not known"),
        };
        let (reply, answered) = oneshot::channel();
        // Nobody answers once the schedule is over.
        drop(self.0.send(Asked { service, request, reply }));
        HttpConnectorFuture::new(async move {
            match answered.await {
                Ok(said) => said,
                Err(_) => pending().await,
            }
        })
    }
}

impl HttpClient for Connector {
    fn http_connector(&self, _: &HttpConnectorSettings, _: &RuntimeComponents) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }

    fn connector_metadata(&self) -> Option<ConnectorMetadata> {
        None
    }
}

/// The sleep of the runtime whose clock the explorer has.
#[derive(Debug)]
struct TokioSleep;

impl AsyncSleep for TokioSleep {
    fn sleep(&self, duration: Duration) -> Sleep {
        Sleep::new(tokio::time::sleep(duration))
    }
}

/// The configuration of clients that ask `sender`'s other end.
pub(in crate::receive) fn configuration(sender: mpsc::UnboundedSender<Asked>) -> SdkConfig {
    SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::from_static("us-east-1"))
        .credentials_provider(SharedCredentialsProvider::new(Credentials::new("id", "key", None, None, "test")))
        .retry_config(RetryConfig::standard().with_initial_backoff(Duration::from_millis(50)))
        .sleep_impl(SharedAsyncSleep::new(TokioSleep))
        .http_client(Connector(sender))
        .build()
}

thread_local! {
    /// Since when the explorer's clock runs, and how long it has stood still while the function was frozen.
    static CLOCK: Cell<Option<(Instant, Duration)>> = const { Cell::new(None) };
}

/// The time at which everything starts.
pub(in crate::receive) const EPOCH: Timestamp = Timestamp::constant(1_767_323_046, 0);

/// Starts the clock on the wall.
pub(in crate::receive) fn start_clock() {
    CLOCK.set(Some((Instant::now(), Duration::ZERO)));
}

/// The function is frozen for so long, and its own clock with it: only the one on the wall goes on.
pub(in crate::receive) fn freeze(duration: Duration) {
    CLOCK.set(CLOCK.get().map(|(started, frozen)| (started, frozen + duration)));
}

/// What the clock on the wall says.
pub(in crate::receive) fn wall() -> Timestamp {
    let (started, frozen) = CLOCK.get().expect("a clock that runs");
    EPOCH + started.elapsed() + frozen
}

/// What the services hold.
#[derive(Debug, Default)]
pub(in crate::receive) struct Held {
    pub(in crate::receive) messages: Vec<String>,
    pub(in crate::receive) objects: BTreeMap<String, Vec<u8>>,
    pub(in crate::receive) tokens: Vec<&'static str>,
}

impl Held {
    /// A request has its effect. This is the answer to it.
    pub(in crate::receive) fn take(&mut self, service: Service, request: &HttpRequest) -> HttpResponse {
        let body = request.body().bytes().expect("a body in memory");
        match service {
            Service::Bucket => {
                let key: Vec<&str> = request.uri().split('?').next().unwrap_or_default().rsplit('/').take(2).collect();
                let object = self.objects.entry(format!("{}/{}", key[1], key[0]));
                // The first one stays.
                if let std::collections::btree_map::Entry::Occupied(_) = object {
                    return answer(412, "<Error><Code>PreconditionFailed</Code></Error>");
                }
                object.or_insert(body.to_vec());
                answer(200, "")
            }
            Service::Queue => {
                let body: Value = serde_json::from_slice(body).unwrap();
                self.messages.push(body["MessageBody"].as_str().unwrap().to_owned());
                // SQS says the digest of the body, which the SDK does not look at.
                answer(200, r#"{"MessageId":"m","MD5OfMessageBody":"0"}"#)
            }
            Service::Secret => {
                let secret = json!({ "tokens": self.tokens }).to_string();
                answer(200, &json!({"Name": "s", "SecretString": secret}).to_string())
            }
            Service::Warm => answer(200, "{}"),
        }
    }

    /// The events of each of these messages.
    pub(in crate::receive) fn events(messages: &[String]) -> Vec<Vec<Value>> {
        messages.iter().map(|message| serde_json::from_str(message).unwrap()).collect()
    }

    /// The ids of the events that are stored whole in these messages.
    pub(in crate::receive) fn whole(&self, messages: &[String], events: &[CloudEvent]) -> BTreeSet<String> {
        let stored: Vec<Value> = Self::events(messages).into_iter().flatten().collect();
        let is_whole = |event: &&CloudEvent| {
            let expected = serde_json::to_value(event).unwrap();
            stored.iter().any(|stored| {
                let Some(reference) = stored.get("dataref") else { return *stored == expected };
                let key = reference.as_str().and_then(|reference| reference.strip_prefix("s3://bucket/")).unwrap();
                let object = self.objects.get(key).map(|object| serde_json::from_slice::<Value>(object).unwrap());
                stored["id"] == expected["id"] && object.as_ref() == Some(&expected["data"])
            })
        };
        events.iter().filter(is_whole).map(|event| event.id.clone()).collect()
    }
}

pub(in crate::receive) fn connection() -> ConnectorError {
    ConnectorError::io("the connection broke".into())
}

pub(in crate::receive) fn answer(status: u16, body: &str) -> HttpResponse {
    let mut response = HttpResponse::new(status.try_into().unwrap(), body.to_owned().into());
    response.headers_mut().insert("content-type", "application/x-amz-json-1.0");
    response
}
