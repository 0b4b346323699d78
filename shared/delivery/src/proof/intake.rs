//! The proof that what is stored is stored whole, and in time: [`Intake::store`] with the SDK's own clients, of which each
//! request to SQS and S3 is answered, refused, failed, lost before or after its effect, or left without an answer, also
//! while Lambda has frozen the function.

use std::collections::{BTreeMap, BTreeSet};
use std::future::pending;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use aws_config::{BehaviorVersion, SdkConfig};
use aws_sdk_sqs::config::{Credentials, Region, SharedCredentialsProvider};
use aws_smithy_runtime_api::client::connector_metadata::ConnectorMetadata;
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use callbacks::{CloudEvent, Product, decode};
use explorer::{Failure, Figures, Schedule, explore};
use serde_json::Value;
use tokio::sync::{mpsc, oneshot};
use tokio::time::Instant;

use super::runtime;
use crate::aws::Aws;
use crate::intake::{Intake, IntakeTarget};
use crate::store::StoreContext;

/// The time that the vendor waits, less a margin.
const WITHIN: Duration = Duration::from_millis(2500);

/// How long Lambda freezes the function.
const FROZEN: Duration = Duration::from_mins(10);

/// What goes wrong with one attempt of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fault {
    /// The service refuses it for good.
    Refused,
    /// The service refuses it for now.
    Throttled,
    /// The service fails, and has done nothing.
    Failed,
    /// The connection breaks before it has an effect.
    LostBefore,
    /// The connection breaks after it had its effect.
    LostAfter,
    /// There is no answer, and no effect.
    Hangs,
    /// There is no answer; it has its effect.
    HangsAfter,
    /// The function is frozen in the middle, and the connection is gone when it is thawed.
    Frozen,
}

const FAULTS: [Fault; 8] = [
    Fault::Refused,
    Fault::Throttled,
    Fault::Failed,
    Fault::LostBefore,
    Fault::LostAfter,
    Fault::Hangs,
    Fault::HangsAfter,
    Fault::Frozen,
];

/// A bug of the intake.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Bug {
    /// The callback is answered whatever became of storing it.
    AnswerBeforeStore,
    /// What is sent again after a fault has lost the events.
    RetryLosesBatch,
}

/// A request, and where its answer goes.
type Asked = (HttpRequest, oneshot::Sender<Result<HttpResponse, ConnectorError>>);

/// Hands requests on to the explorer.
#[derive(Debug, Clone)]
struct Connector(mpsc::UnboundedSender<Asked>);

impl HttpConnector for Connector {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let (answer, answered) = oneshot::channel();
        drop(self.0.send((request, answer)));
        HttpConnectorFuture::new(async move {
            match answered.await {
                Ok(answer) => answer,
                // Whoever drops it gives no answer.
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

/// What SQS and S3 hold.
#[derive(Debug, Default)]
struct Stored {
    messages: Vec<String>,
    objects: BTreeMap<String, Vec<u8>>,
}

impl Stored {
    /// A request has its effect.
    fn take(&mut self, request: &HttpRequest) {
        let body = request.body().bytes().expect("a body in memory");
        if request.method() == "PUT" {
            let path = request.uri().split('?').next().unwrap_or_default();
            let key = path.rsplit('/').take(2).collect::<Vec<_>>();
            self.objects.insert(format!("{}/{}", key[1], key[0]), body.to_vec());
        } else {
            let body: Value = serde_json::from_slice(body).unwrap();
            self.messages.push(body["MessageBody"].as_str().unwrap().to_owned());
        }
    }

    fn events(&self) -> Vec<Value> {
        self.messages.iter().flat_map(|message| serde_json::from_str::<Vec<Value>>(message).unwrap()).collect()
    }

    /// The ids of the events in messages.
    fn ids(&self) -> BTreeSet<String> {
        self.events().iter().map(|event| event["id"].as_str().unwrap().to_owned()).collect()
    }

    /// The ids of the events that are stored whole.
    fn whole(&self, events: &[CloudEvent]) -> BTreeSet<String> {
        let stored = self.events();
        let is_whole = |event: &&CloudEvent| {
            let expected = serde_json::to_value(event).unwrap();
            stored.iter().filter(|stored| stored["id"] == expected["id"]).any(|stored| {
                let Some(reference) = stored.get("dataref") else { return *stored == expected };
                let key = reference.as_str().and_then(|reference| reference.strip_prefix("s3://bucket/")).unwrap();
                let object = self.objects.get(key);
                object.is_some_and(|object| serde_json::from_slice::<Value>(object).unwrap() == expected["data"])
            })
        };
        events.iter().filter(is_whole).map(|event| event.id.clone()).collect()
    }
}

fn connection() -> ConnectorError {
    ConnectorError::io("the connection broke".into())
}

fn answer(status: u16, body: &str) -> HttpResponse {
    let mut response = HttpResponse::new(status.try_into().unwrap(), body.to_owned().into());
    response.headers_mut().insert("content-type", "application/x-amz-json-1.0");
    response
}

/// What the service says to a request that it takes. SQS says the digest of the body, which the SDK does not look at.
fn taken() -> HttpResponse {
    answer(200, r#"{"MessageId":"m","MD5OfMessageBody":"0"}"#)
}

/// Stores these events with so many faults.
fn proven(events: &[CloudEvent], faults: usize, bug: Option<Bug>) -> Result<Figures, Failure<String>> {
    explore(|schedule| runtime().block_on(stored(schedule, events, faults, bug)))
}

async fn stored(
    schedule: &mut Schedule<'_>,
    events: &[CloudEvent],
    mut faults: usize,
    bug: Option<Bug>,
) -> Result<(), String> {
    // The pauses of the SDK are random.
    fastrand::seed(0);
    let (sender, mut requests) = mpsc::unbounded_channel();
    let configuration = SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::from_static("us-east-1"))
        .credentials_provider(SharedCredentialsProvider::new(Credentials::new("id", "key", None, None, "test")))
        .sleep_impl(aws_sdk_sqs::config::SharedAsyncSleep::new(Sleep))
        .http_client(Connector(sender))
        .build();
    let target: IntakeTarget = "sqs:https://sqs.us-east-1.amazonaws.com/1/events".parse().unwrap();
    let limit = "16384".parse().unwrap();
    let aws = Aws::from(configuration);
    let intake = Intake::connect(target, Some("s3:bucket".parse().unwrap()), limit, &aws).await.unwrap();
    let held = Arc::new(Mutex::new(Stored::default()));
    let started = Instant::now();
    let (mut frozen, mut failed) = (Duration::ZERO, Vec::new());
    let storing = intake.store(events, &StoreContext { trace: None, timeout: WITHIN });
    tokio::pin!(storing);
    let mut hanging = Vec::new();
    let result = loop {
        let (request, reply) = tokio::select! {
            biased;
            result = &mut storing => break result,
            asked = requests.recv() => asked.expect("the client is there"),
        };
        let options = if faults == 0 { 1 } else { FAULTS.len() + 1 };
        let fault = schedule.choose(options).checked_sub(1).map(|fault| FAULTS[fault]);
        faults -= usize::from(fault.is_some());
        failed.extend(fault);
        let takes_effect = matches!(fault, None | Some(Fault::LostAfter | Fault::HangsAfter));
        if takes_effect {
            held.lock().unwrap().take(&request);
        }
        let said = match fault {
            None => Ok(taken()),
            Some(Fault::Refused) => Ok(answer(403, r#"{"__type":"AccessDeniedException"}"#)),
            Some(Fault::Throttled) if request.method() == "PUT" => {
                Ok(answer(503, "<Error><Code>SlowDown</Code></Error>"))
            }
            Some(Fault::Throttled) => Ok(answer(400, r#"{"__type":"ThrottlingException"}"#)),
            Some(Fault::Failed) => Ok(answer(500, "{}")),
            Some(Fault::LostBefore | Fault::LostAfter) => Err(connection()),
            Some(Fault::Frozen) => {
                tokio::time::advance(FROZEN).await;
                frozen += FROZEN;
                Err(connection())
            }
            Some(Fault::Hangs | Fault::HangsAfter) => {
                hanging.push(reply);
                continue;
            }
        };
        if bug == Some(Bug::RetryLosesBatch) && fault.is_some() {
            let mut held = held.lock().unwrap();
            held.messages.clear();
            held.messages.push("[]".to_owned());
            drop(reply.send(Ok(taken())));
            continue;
        }
        drop(reply.send(said));
    };
    if started.elapsed() > WITHIN + frozen + Duration::from_millis(2) {
        return Err(format!("it took {:?}", started.elapsed()));
    }
    let is_answered = result.is_ok() || bug == Some(Bug::AnswerBeforeStore);
    let whole = held.lock().unwrap().whole(events);
    let all: BTreeSet<String> = events.iter().map(|event| event.id.clone()).collect();
    if is_answered && whole != all {
        return Err("it was answered 200, and not everything is stored".to_owned());
    }
    if !held.lock().unwrap().ids().is_subset(&whole) {
        return Err("a message is stored with an event that is not whole".to_owned());
    }
    let passes = match failed[..] {
        [] => true,
        [fault] => !matches!(fault, Fault::Refused | Fault::Frozen),
        _ => false,
    };
    if result.is_err() && passes {
        return Err(format!("there was time to try again after {failed:?}: {result:?}"));
    }
    Ok(())
}

/// The sleep of the runtime whose clock the explorer has.
#[derive(Debug)]
struct Sleep;

impl aws_sdk_sqs::config::AsyncSleep for Sleep {
    fn sleep(&self, duration: Duration) -> aws_sdk_sqs::config::Sleep {
        aws_sdk_sqs::config::Sleep::new(tokio::time::sleep(duration))
    }
}

/// A callback of one event, one that is too large for a message, and several that make two messages.
fn callbacks() -> [(&'static str, Vec<CloudEvent>); 3] {
    let decoded = |body: String| decode(Product::AliyunIms, body.as_bytes(), "2026-01-02T03:04:05Z".parse().unwrap());
    let body = |number: usize, length: usize| {
        let text = "x".repeat(length);
        format!(r#"{{"EventType":"New{number}","MessageBody":{{"Text":"{text}"}}}}"#)
    };
    let two = (0..2).flat_map(|number| decoded(body(number, 10_000))).collect();
    [("one event", decoded(body(0, 10))), ("a large event", decoded(body(0, 30_000))), ("two messages", two)]
}

#[test]
fn what_is_answered_is_stored() {
    let faults = if std::env::var_os("PROVE").is_some() { 3 } else { 2 };
    for (name, events) in callbacks() {
        match proven(&events, faults, None) {
            Ok(Figures { schedules, longest, .. }) => {
                println!("storing {name:<14} {faults} faults: {schedules:>6} schedules, at most {longest} choices");
            }
            Err(failure) => panic!("{name}: {failure}"),
        }
    }
}

#[test]
fn bugs_of_storing_are_found() {
    let [(_, events), ..] = callbacks();
    for bug in [Bug::AnswerBeforeStore, Bug::RetryLosesBatch] {
        let failure = (1..=3).find_map(|faults| proven(&events, faults, Some(bug)).err());
        println!("{bug:?} is found: {}", failure.unwrap_or_else(|| panic!("{bug:?} was not found")));
    }
}
