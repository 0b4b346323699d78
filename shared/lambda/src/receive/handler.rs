//! From a request to its response.

use std::sync::Arc;
use std::time::{Duration, Instant};

use aws_lambda_events::lambda_function_urls::LambdaFunctionUrlResponse;
use callbacks::auth::{Authentic, Clock, NotAuthentic, Request};
use callbacks::{CloudEvent, Kind, Product, decode, redact};
use delivery::{Intake, StoreContext, StoreError};
use jiff::Timestamp;
use lambda_runtime::Context;
use serde_json::value::RawValue;

use super::keyring::Keyring;
use super::request::FunctionUrlRequest;
use super::response::Response;
use crate::metrics::{self, Metric, Timer};
use crate::telemetry::{self, Refusals};

/// How long before the vendor's timeout storing must end: latency of the request and of the response.
const MARGIN: Duration = Duration::from_millis(500);

/// Where a handler stores events: the intake, or a list in the tests.
pub(super) trait Store {
    async fn store(&self, events: &[CloudEvent], context: &StoreContext<'_>) -> Result<(), StoreError>;
}

impl Store for Intake {
    async fn store(&self, events: &[CloudEvent], context: &StoreContext<'_>) -> Result<(), StoreError> {
        self.store(events, context).await
    }
}

/// What a request needs; created once, when the function starts.
pub(super) struct Handler<S> {
    pub(super) product: Product,
    pub(super) store: S,
    pub(super) keyring: Arc<Keyring>,
    /// Maximum difference between a signed time and the clock, in seconds.
    pub(super) tolerance: u64,
    /// Maximum bytes of a body.
    pub(super) body_limit: usize,
    /// Limits the log of rejected requests.
    pub(super) refusals: Refusals,
}

/// Why a request was rejected, as a dimension of the metric.
fn reason(error: NotAuthentic) -> &'static str {
    match error {
        NotAuthentic::Token => "token",
        NotAuthentic::Unsigned => "unsigned",
        NotAuthentic::Stale => "stale",
        NotAuthentic::Future => "future",
        NotAuthentic::Signature => "signature",
    }
}

impl<S: Store> Handler<S> {
    /// Handles an invocation.
    ///
    /// The payload is parsed here, since the runtime's own error for a malformed one would log parts of it.
    pub(super) async fn handle(&self, payload: Box<RawValue>, context: &Context) -> LambdaFunctionUrlResponse {
        match serde_json::from_str(payload.get()) {
            Ok(request) => self.respond(&request, context).await,
            Err(_) => self.reject(Response::NotARequest, "request"),
        }
        .into()
    }

    async fn respond(&self, request: &FunctionUrlRequest<'_>, context: &Context) -> Response {
        let started = Instant::now();
        if request.method() != "POST" {
            return self.reject(Response::NotPost, "method");
        }
        let body = request.body();
        if body.len() > self.body_limit {
            return self.reject(Response::TooLarge, "size");
        }
        match self.authenticate(request, &body).await {
            Ok(body) => self.store(body, request.received(), started, context).await,
            Err(error) => self.reject(Response::NotAuthentic, reason(error)),
        }
    }

    async fn authenticate<'b>(
        &self,
        request: &FunctionUrlRequest<'_>,
        body: &'b [u8],
    ) -> Result<Authentic<'b>, NotAuthentic> {
        let headers = request.headers();
        let tokens = request.parameter("token");
        let tokens: Vec<&str> = tokens.iter().map(|token| &**token).collect();
        let clock = Clock { now: Timestamp::now(), tolerance: self.tolerance };
        self.keyring.verify(&Request { headers: &headers, tokens: &tokens, body }, clock).await
    }

    async fn store(&self, body: Authentic<'_>, received: Timestamp, started: Instant, context: &Context) -> Response {
        let product = self.product;
        let body = redact(body.body(), &self.keyring.credentials());
        let events = decode(product, &body, received);
        let timeout = product.answer_within().saturating_sub(MARGIN + started.elapsed());
        let trace = context.xray_trace_id.as_deref();
        if let Err(error) = self.store.store(&events, &StoreContext { trace, timeout }).await {
            tracing::error!(%product, %error, events = events.len(), "the events of a callback were not stored");
            metrics::emit(product, Some((Timer::Latency, started.elapsed())), &[(Metric::NotStored, 1)]);
            return Response::NotStored;
        }
        for event in &events {
            telemetry::stored(product, event, &context.request_id);
        }
        let of = |kind| events.iter().filter(|event| event.r#type.kind == kind).count();
        let counts = [
            (Metric::Accepted, 1),
            (Metric::Stored, events.len()),
            (Metric::Unknown, of(Kind::Unknown)),
            (Metric::Unreadable, of(Kind::Unreadable)),
        ];
        metrics::emit(product, Some((Timer::Latency, started.elapsed())), &counts);
        Response::Stored { events: events.len() }
    }

    fn reject(&self, response: Response, reason: &'static str) -> Response {
        self.refusals.log(self.product, reason);
        metrics::rejected(self.product, reason);
        response
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use callbacks::auth::Credentials;
    use serde_json::json;

    use super::*;

    #[derive(Default)]
    struct MemoryStore(Mutex<Vec<CloudEvent>>);

    impl Store for MemoryStore {
        async fn store(&self, events: &[CloudEvent], _: &StoreContext<'_>) -> Result<(), StoreError> {
            self.0.lock().unwrap().extend_from_slice(events);
            Ok(())
        }
    }

    fn handler() -> Handler<MemoryStore> {
        let product = Product::TencentVod;
        let keyring = Arc::new(Keyring::fixed(product, Credentials::default(), true));
        Handler {
            product,
            store: MemoryStore::default(),
            keyring,
            tolerance: 300,
            body_limit: 1000,
            refusals: Refusals::default(),
        }
    }

    async fn response_to(method: &str, body: &str) -> (Response, Vec<CloudEvent>) {
        let handler = handler();
        let request = json!({"requestContext": {"http": {"method": method}}, "body": body}).to_string();
        let response = handler.respond(&serde_json::from_str(&request).unwrap(), &Context::default()).await;
        (response, handler.store.0.into_inner().unwrap())
    }

    #[tokio::test(flavor = "current_thread")]
    async fn whatever_is_posted_is_stored() {
        for body in ["{}", "", "not JSON", r#"{"EventType":"BrandNew"}"#] {
            let (response, stored) = response_to("POST", body).await;
            assert_eq!(response, Response::Stored { events: 1 }, "{body}");
            assert_eq!(stored.len(), 1, "{body}");
        }
    }

    #[tokio::test(flavor = "current_thread")]
    async fn what_is_no_request_is_refused_without_repeating_it() {
        let handler = handler();
        for payload in [r#""SECRET""#, "{}", r#"{"headers":{"SECRET":1},"requestContext":{"http":{}}}"#, "null"] {
            let response =
                handler.handle(RawValue::from_string(payload.to_owned()).unwrap(), &Context::default()).await;
            assert_eq!(response.status_code, 400, "{payload}");
            assert!(!response.body.unwrap().contains("SECRET"), "{payload}");
        }
    }

    #[tokio::test(flavor = "current_thread")]
    async fn a_body_over_the_limit_is_refused() {
        for (length, expected) in [(1000, Response::Stored { events: 1 }), (1001, Response::TooLarge)] {
            assert_eq!(response_to("POST", &"x".repeat(length)).await.0, expected, "{length}");
        }
    }

    #[tokio::test(flavor = "current_thread")]
    async fn nothing_else_than_a_post_is_stored() {
        for method in ["GET", "PUT", "HEAD", "OPTIONS", "post", ""] {
            let (response, stored) = response_to(method, "{}").await;
            assert_eq!(response, Response::NotPost, "{method}");
            assert!(stored.is_empty(), "{method}");
        }
    }
}
