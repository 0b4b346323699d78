//! A proxy between the functions and the AWS APIs: it records calls, and injects faults.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{Request, State};
use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE, HOST, TRANSFER_ENCODING};
use axum::http::{HeaderMap, Method, Response, StatusCode};
use serde_json::{Value, json};
use tls_server::Server;

use crate::error::EmulatorError;

/// More than the body of any call has.
const BODY_LIMIT: usize = 16 * 1024 * 1024;

/// The call that stores events before a callback is answered.
pub const SEND: &str = "sqs:SendMessage";

/// Dispatch claims an event.
pub const CLAIM: &str = "dynamodb:PutItem";

/// Dispatch publishes up to ten events.
pub const PUBLISH: &str = "events:PutEvents";

/// Dispatch completes an event.
pub const COMPLETE: &str = "dynamodb:UpdateItem";

/// Called during a call, in the async runtime of the proxy, which it must not block: [`crate::aws::AwsClient`] and [`crate::Emulator`] cannot be used there.
pub type Hook = Arc<dyn Fn() + Send + Sync>;

/// A fault of a call.
#[derive(Clone)]
pub enum Fault {
    /// It gets a 500, and has no effect.
    Error,
    /// It gets the service's throttling error, and has no effect.
    Throttled,
    /// It gets this status and a body without anything in it, and has no effect: something else than the service responded.
    Empty(u16),
    /// It gets no response until the caller's timeout.
    Silence {
        /// Whether the call has its effect, which the caller cannot know.
        is_made: bool,
        /// What happens next, such as killing the caller.
        then: Option<Hook>,
    },
    /// The entry of `PutEvents` at this position fails; the others are published.
    Entry(usize),
}

impl fmt::Debug for Fault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Error => formatter.write_str("answered 500"),
            Self::Throttled => formatter.write_str("throttled"),
            Self::Empty(status) => write!(formatter, "answered {status} and nothing"),
            Self::Silence { is_made, then } => {
                formatter.write_str(if *is_made { "made, but " } else { "not made, and " })?;
                formatter.write_str(if then.is_some() { "the caller killed" } else { "not answered" })
            }
            Self::Entry(_) => formatter.write_str("one entry failed"),
        }
    }
}

/// One call to an AWS API.
#[derive(Debug, Clone)]
pub struct Call {
    /// Service and operation, as in a policy: `sqs:SendMessage`.
    pub operation: String,
    /// The call's body.
    pub body: Bytes,
    /// The injected fault.
    pub fault: Option<Fault>,
}

impl Call {
    /// The body as JSON; null where it is none.
    #[must_use]
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }
}

type Plan = Box<dyn FnMut(&Call) -> Option<Fault> + Send>;

struct Shared {
    upstream: String,
    client: reqwest::Client,
    plan: Mutex<Plan>,
    calls: Mutex<Vec<Call>>,
}

/// A reverse proxy in front of [`crate::moto::Moto`], which speaks TLS, as AWS does. Dropping it ends it, and all calls that
/// wait.
pub struct Proxy {
    server: Server,
    shared: Arc<Shared>,
}

impl Proxy {
    /// Starts a proxy for the APIs at this URL. It injects no faults until [`Proxy::set_plan`].
    ///
    /// # Errors
    /// [`EmulatorError::Server`] where it cannot listen; [`EmulatorError::Http`] where its client cannot be made.
    pub fn start(upstream: &str) -> Result<Self, EmulatorError> {
        // moto closes each connection after its answer.
        let client = reqwest::Client::builder().no_proxy().pool_max_idle_per_host(0).build()?;
        let shared = Arc::new(Shared {
            upstream: upstream.to_owned(),
            client,
            plan: Mutex::new(Box::new(|_| None)),
            calls: Mutex::default(),
        });
        let server = Server::start(Router::new().fallback(answer).with_state(Arc::clone(&shared)))?;
        Ok(Self { server, shared })
    }

    /// The TLS server, to which the functions connect.
    #[must_use]
    pub fn server(&self) -> &Server {
        &self.server
    }

    /// Sets the plan of faults from now on. It is called once for each call, in the order of arrival, in the same context as a
    /// [`Hook`].
    pub fn set_plan(&self, plan: impl FnMut(&Call) -> Option<Fault> + Send + 'static) {
        *self.shared.plan.lock().unwrap_or_else(PoisonError::into_inner) = Box::new(plan);
    }

    /// All calls since the start or the last [`Proxy::take_calls`], in the order of arrival.
    #[must_use]
    pub fn take_calls(&self) -> Vec<Call> {
        std::mem::take(&mut *self.shared.calls.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// How often each operation was called.
#[must_use]
pub fn counts(calls: &[Call]) -> BTreeMap<&str, usize> {
    let mut counts = BTreeMap::new();
    for call in calls {
        *counts.entry(call.operation.as_str()).or_default() += 1;
    }
    counts
}

async fn answer(State(shared): State<Arc<Shared>>, request: Request) -> Response<Body> {
    let (head, body) = request.into_parts();
    let Ok(body) = to_bytes(body, BODY_LIMIT).await else {
        return plain(StatusCode::BAD_REQUEST, "application/json", "{}".to_owned());
    };
    let operation = operation(&head.method, head.uri.path(), &head.headers);
    let mut call = Call { operation, body, fault: None };
    call.fault = (shared.plan.lock().unwrap_or_else(PoisonError::into_inner))(&call);
    shared.calls.lock().unwrap_or_else(PoisonError::into_inner).push(call.clone());

    let path = head.uri.path_and_query().map_or("/", |path| path.as_str());
    let forward = |body| forward(&shared, head.method.clone(), path, head.headers.clone(), body);
    match call.fault {
        None => forward(call.body).await,
        Some(Fault::Error) => error(&call.operation),
        Some(Fault::Throttled) => throttled(&call.operation),
        Some(Fault::Empty(status)) => {
            let status = StatusCode::from_u16(status).unwrap_or_default();
            let body = if status == StatusCode::NO_CONTENT { "" } else { "{}" };
            plain(status, "application/x-amz-json-1.0", body.to_owned())
        }
        Some(Fault::Silence { is_made, then }) => {
            if is_made {
                forward(call.body).await;
            }
            if let Some(then) = then {
                then();
            }
            std::future::pending().await
        }
        Some(Fault::Entry(position)) => {
            let Some((others, failing)) = without_entry(&call.body, position) else {
                return forward(call.body).await;
            };
            let entries = match others {
                None => Vec::new(),
                Some(others) => {
                    let answered = forward(others).await;
                    if answered.status() != StatusCode::OK {
                        return answered;
                    }
                    entries(answered).await
                }
            };
            with_entry(entries, failing)
        }
    }
}

/// The operation, as an IAM policy names it. S3 has no header for it: it is told by method and path, for objects only.
pub(crate) fn operation(method: &Method, path: &str, headers: &HeaderMap) -> String {
    let Some(target) = headers.get("x-amz-target").and_then(|target| target.to_str().ok()) else {
        let is_object = path.trim_matches('/').contains('/');
        return match (method, is_object) {
            (&Method::PUT, true) => "s3:PutObject".to_owned(),
            (&Method::GET, true) => "s3:GetObject".to_owned(),
            (&Method::HEAD, false) => "s3:HeadBucket".to_owned(),
            _ => format!("s3:{method}"),
        };
    };
    let (service, operation) = target.split_once('.').unwrap_or((target, ""));
    let service = match service {
        "AmazonSQS" => "sqs",
        "AWSEvents" => "events",
        _ if service.starts_with("DynamoDB") => "dynamodb",
        other => other,
    };
    format!("{service}:{operation}")
}

async fn forward(shared: &Shared, method: Method, path: &str, mut headers: HeaderMap, body: Bytes) -> Response<Body> {
    for name in [HOST, CONTENT_LENGTH, TRANSFER_ENCODING] {
        headers.remove(name);
    }
    let request = shared.client.request(method, format!("{}{path}", shared.upstream)).headers(headers).body(body);
    let answered = async {
        let answered = request.send().await?;
        let (status, headers) = (answered.status(), answered.headers().clone());
        Ok::<_, reqwest::Error>((status, headers, answered.bytes().await?))
    };
    let Ok((status, mut headers, body)) = answered.await else {
        return plain(StatusCode::BAD_GATEWAY, "text/plain", "moto does not answer".to_owned());
    };
    for name in [CONTENT_LENGTH, TRANSFER_ENCODING, axum::http::header::CONNECTION] {
        headers.remove(name);
    }
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status;
    *response.headers_mut() = headers;
    response
}

fn error(operation: &str) -> Response<Body> {
    if operation.starts_with("s3:") {
        return xml(StatusCode::INTERNAL_SERVER_ERROR, "InternalError");
    }
    aws_json(StatusCode::INTERNAL_SERVER_ERROR, "InternalServerError")
}

/// The name of the error differs between services.
fn throttled(operation: &str) -> Response<Body> {
    match operation.split(':').next() {
        Some("s3") => xml(StatusCode::SERVICE_UNAVAILABLE, "SlowDown"),
        Some("sqs") => aws_json(StatusCode::BAD_REQUEST, "com.amazonaws.sqs#RequestThrottled"),
        Some("dynamodb") => {
            aws_json(StatusCode::BAD_REQUEST, "com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException")
        }
        _ => aws_json(StatusCode::BAD_REQUEST, "ThrottlingException"),
    }
}

fn aws_json(status: StatusCode, name: &str) -> Response<Body> {
    plain(status, "application/x-amz-json-1.0", json!({"__type": name, "message": "injected"}).to_string())
}

fn xml(status: StatusCode, code: &str) -> Response<Body> {
    plain(status, "application/xml", format!("<Error><Code>{code}</Code><Message>injected</Message></Error>"))
}

fn plain(status: StatusCode, content_type: &'static str, body: String) -> Response<Body> {
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, axum::http::HeaderValue::from_static(content_type));
    response
}

/// The call without the entry that fails, if any other is left, and the position of that entry.
fn without_entry(body: &[u8], position: usize) -> Option<(Option<Bytes>, usize)> {
    let mut body: Value = serde_json::from_slice(body).ok()?;
    let entries = body.get_mut("Entries")?.as_array_mut()?;
    let position = position.checked_rem(entries.len())?;
    entries.remove(position);
    let others = (!entries.is_empty()).then(|| Bytes::from(body.to_string()));
    Some((others, position))
}

async fn entries(answered: Response<Body>) -> Vec<Value> {
    let body = to_bytes(answered.into_body(), BODY_LIMIT).await.unwrap_or_default();
    let body: Value = serde_json::from_slice(&body).unwrap_or_default();
    body.get("Entries").and_then(Value::as_array).cloned().unwrap_or_default()
}

fn with_entry(mut entries: Vec<Value>, failing: usize) -> Response<Body> {
    let position = failing.min(entries.len());
    entries.insert(position, json!({"ErrorCode": "InternalFailure", "ErrorMessage": "injected"}));
    let body = json!({"FailedEntryCount": 1, "Entries": entries});
    plain(StatusCode::OK, "application/x-amz-json-1.1", body.to_string())
}
