//! The port that a tunnel is pointed at: one path for each product, answered as the functions answer.

use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Path, Request, State as Shared};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response as HttpResponse};
use axum::routing::any;
use callbacks::auth::{Check, Clock, Finding, NotAuthentic, Seen, explain};
use callbacks::{CloudEvent, Product, decode, redact};
use jiff::Timestamp;
use receiver::{FunctionUrlRequest, Handled, Receiver, Refusal, Response};

use crate::entry::{Entry, Via};
use crate::http::{Parts, function_url_request};
use crate::keyring::Guard;
use crate::state::State;

/// The most bytes that are read of a body. Lambda takes 6 MB; what is larger than the limit still gets its answer.
const MOST_BYTES: usize = 64 << 20;

/// The events were not stored on purpose.
struct Fault;

pub(crate) fn router(state: Arc<State>) -> Router {
    Router::new().route("/{product}", any(receive)).route("/{product}/", any(receive)).with_state(state)
}

async fn receive(Shared(state): Shared<Arc<State>>, Path(slug): Path<String>, request: Request) -> HttpResponse {
    let Ok(product) = slug.parse::<Product>() else { return StatusCode::NOT_FOUND.into_response() };
    let (parts, body) = request.into_parts();
    let Ok(body) = to_bytes(body, MOST_BYTES).await else { return StatusCode::PAYLOAD_TOO_LARGE.into_response() };
    let request = function_url_request(&Parts {
        method: parts.method.as_str(),
        path: parts.uri.path(),
        query: parts.uri.query().unwrap_or_default(),
        headers: &parts.headers,
        body: &body,
        at: Timestamp::now(),
    });
    let faults = state.faults();
    if faults.delay_ms > 0 {
        tokio::time::sleep(Duration::from_millis(faults.delay_ms)).await;
    }
    let host = parts.headers.get("host").and_then(|host| host.to_str().ok()).unwrap_or_default().to_owned();
    let (response, seen) = answer(&state, product, request, Via::Posted).await;
    // Explaining and keeping come after the answer: a sender learns nothing from its time.
    tokio::task::spawn_blocking(move || {
        let entry = seen.entry(&state);
        let refusal = (!entry.is_accepted()).then(|| crate::summary::title(&entry)).flatten();
        state.reach(product, &host, refusal);
        state.keep(entry);
    });
    http(&response)
}

/// The answer as HTTP.
fn http(response: &Response) -> HttpResponse {
    let mut builder = HttpResponse::builder().status(response.status);
    for (name, value) in response.headers {
        builder = builder.header(*name, *value);
    }
    builder.body(Body::from(response.body.clone())).unwrap_or_default()
}

/// A callback that was answered, and not yet explained.
pub(crate) struct Answered {
    product: Product,
    via: Via,
    request: String,
    received: Timestamp,
    millis: f64,
    outcome: Handled<Fault>,
}

/// Answers a function URL request by the code of the functions.
pub(crate) async fn answer(state: &State, product: Product, request: String, via: Via) -> (Response, Answered) {
    let (arrived, started) = (Timestamp::now(), Instant::now());
    let receiver = Receiver { product, tolerance: state.tolerance, body_limit: state.body_limit };
    let guard = Guard { keyring: &state.keyring, product };
    let store = async |_: &[CloudEvent], _| if state.take_fault() { Err(Fault) } else { Ok(()) };
    let outcome = receiver.receive(&request, &guard, store).await;
    let millis = started.elapsed().as_secs_f64() * 1000.0;
    (outcome.response(), Answered { product, via, request, received: arrived, millis, outcome })
}

impl Answered {
    /// The callback with its explanation.
    pub(crate) fn entry(self, state: &State) -> Entry {
        let Self { product, via, request, received, millis, outcome } = self;
        let response = outcome.response();
        let read = serde_json::from_str::<FunctionUrlRequest<'_>>(&request).ok();
        let body = read.as_ref().map(|request| request.body().into_owned()).unwrap_or_default();
        let findings = read.map(|request| findings(state, product, &request)).unwrap_or_default();
        let (reason, events) = match outcome {
            Handled::Stored(events) => (None, events),
            Handled::NotStored(events, Fault) => (Some("not-stored"), events),
            Handled::Refused(refusal) => (Some(refusal.reason()), would_be(state, product, &body, received, refusal)),
        };
        Entry {
            seq: 0,
            received,
            product,
            via,
            request,
            body,
            response,
            millis,
            reason,
            findings,
            events,
            repeats: 1,
            deliveries: Vec::new(),
            waiting: 0,
        }
    }
}

/// What the events of a refused callback would have been.
fn would_be(state: &State, product: Product, body: &[u8], received: Timestamp, refusal: Refusal) -> Vec<CloudEvent> {
    match refusal {
        Refusal::NotAuthentic(_) | Refusal::NotPost if !body.is_empty() => {
            decode(product, &redact(body, &state.keyring.of(product)), received)
        }
        Refusal::NotAuthentic(
            NotAuthentic::Token
            | NotAuthentic::Unsigned
            | NotAuthentic::Stale
            | NotAuthentic::Future
            | NotAuthentic::Signature,
        )
        | Refusal::NotPost
        | Refusal::TooLarge
        | Refusal::NotARequest => Vec::new(),
    }
}

/// Every check of a request.
fn findings(state: &State, product: Product, request: &FunctionUrlRequest<'_>) -> Vec<Finding> {
    let parameters = request.parameters();
    let parameters: Vec<(&str, &str)> = parameters.iter().map(|(name, value)| (&**name, &**value)).collect();
    let tokens: Vec<&str> = parameters.iter().filter(|(name, _)| *name == "token").map(|(_, value)| *value).collect();
    let (headers, body, url) = (request.headers(), request.body(), request.url());
    let check = |check, passed, expected: String, found: String| Finding { check, passed, expected, found, hint: None };
    let method: String = request.method().chars().filter(char::is_ascii_graphic).take(20).collect();
    let mut findings = vec![check(Check::Method, request.method() == "POST", "POST".to_owned(), method)];
    if body.len() > state.body_limit {
        let expected = format!("at most {} bytes", state.body_limit);
        findings.push(check(Check::Size, false, expected, format!("{} bytes", body.len())));
        return findings;
    }
    if state.keyring.is_open(product) {
        return findings;
    }
    let seen = Seen {
        request: callbacks::auth::Request { headers: &headers, tokens: &tokens, body: &body },
        parameters: &parameters,
        url: url.as_deref(),
    };
    let clock = Clock { now: request.received(), tolerance: state.tolerance };
    findings.extend(explain(product, &state.keyring.of(product), &state.keyring.others(product), &seen, clock));
    findings
}
