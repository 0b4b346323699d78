//! The port that a tunnel is pointed at: one path for each product, answered as the functions answer.

use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Path, Request, State as Shared};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response as HttpResponse};
use axum::routing::any;
use callbacks::auth::{Check, Finding};
use callbacks::{CloudEvent, Product, decode, redact};
use jiff::Timestamp;
use receiver::{FunctionUrlRequest, Handled, Refusal, Response};
use sender::request;

use crate::entry::{Entry, Via};
use crate::findings::findings;
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
    let headers = parts.headers.keys().map(|name| {
        let values = parts.headers.get_all(name).iter().map(|value| String::from_utf8_lossy(value.as_bytes()));
        (name.as_str(), values.collect::<Vec<_>>().join(","))
    });
    let query = parts.uri.query().unwrap_or_default();
    let request = request::of_http(parts.method.as_str(), parts.uri.path(), query, headers, &body, Timestamp::now());
    let request = request.to_string();
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
    let receiver = state.receiver(product);
    let guard = Guard { keyring: &state.keyring, product };
    let store = async |_: &mut [CloudEvent], _| if state.take_fault() { Err(Fault) } else { Ok(()) };
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
        // An imported request is judged as of its own time.
        let time = read.as_ref().and_then(FunctionUrlRequest::time).unwrap_or(received);
        let findings = read.map(|request| checked(state, product, &request)).unwrap_or_default();
        let (reason, events) = match outcome {
            Handled::Stored(events) => (None, events),
            Handled::NotStored(events, Fault) => (Some("not-stored".to_owned()), events),
            Handled::Refused(refusal) => {
                (Some(refusal.reason().to_owned()), would_be(state, product, &body, time, refusal))
            }
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
            before: None,
            is_kept: false,
            repeats: 1,
            deliveries: Vec::new(),
            waiting: 0,
        }
    }
}

/// What the events of a refused callback would have been.
fn would_be(state: &State, product: Product, body: &[u8], time: Timestamp, refusal: Refusal) -> Vec<CloudEvent> {
    match refusal {
        Refusal::NotAuthentic(_) | Refusal::NotPost if body.is_empty() => Vec::new(),
        Refusal::NotAuthentic(_) | Refusal::NotPost => decode(product, &redact(body, &state.keyring.of(product)), time),
        Refusal::TooLarge | Refusal::NotARequest => Vec::new(),
    }
}

/// Every check of a request; without those of its authenticity where everybody's callbacks are accepted.
fn checked(state: &State, product: Product, request: &FunctionUrlRequest<'_>) -> Vec<Finding> {
    let (own, others) = (state.keyring.of(product), state.keyring.others(product));
    let mut findings = findings(&state.receiver(product), &own, &others, request, request.received());
    if state.keyring.is_open(product) {
        findings.retain(|finding| matches!(finding.check, Check::Method | Check::Size));
    }
    findings
}
