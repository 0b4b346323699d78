//! From a request to its answer.

use std::sync::Arc;
use std::time::{Duration, Instant};

use aws_lambda_events::lambda_function_urls::LambdaFunctionUrlResponse;
use callbacks::auth::{Authentic, Clock, NotAuthentic, Request};
use callbacks::{Kind, Product, decode, redact};
use delivery::{Delivery, Intake};
use jiff::Timestamp;
use lambda_runtime::Context;
use serde_json::value::RawValue;

use super::keyring::Keyring;
use super::request::FunctionUrlRequest;
use super::response::Answer;
use crate::metrics::{self, Metric, Timer};
use crate::telemetry::{self, Refusals};

/// How long before the vendor gives up a callback is answered at the latest: the way of the answer, and of the request.
const MARGIN: Duration = Duration::from_millis(500);

/// What a function needs for each request; made once, when it starts.
pub(super) struct Handler {
    pub(super) product: Product,
    pub(super) intake: Intake,
    pub(super) keyring: Arc<Keyring>,
    /// How far a signed time may be from the clock, in seconds.
    pub(super) tolerance: u64,
    /// The largest body, in bytes.
    pub(super) body_limit: usize,
    /// What was logged of requests that were refused.
    pub(super) refusals: Refusals,
}

/// Why a request was refused, as a metric's dimension.
fn reason(error: NotAuthentic) -> &'static str {
    match error {
        NotAuthentic::Token => "token",
        NotAuthentic::Unsigned => "unsigned",
        NotAuthentic::Stale => "stale",
        NotAuthentic::Future => "future",
        NotAuthentic::Signature => "signature",
    }
}

impl Handler {
    /// Answers what Lambda was invoked with.
    ///
    /// It is taken as JSON first: the runtime's own message for what is no function URL request would repeat it.
    pub(super) async fn handle(&self, payload: Box<RawValue>, context: &Context) -> LambdaFunctionUrlResponse {
        match serde_json::from_str(payload.get()) {
            Ok(request) => self.answer(&request, context).await,
            Err(_) => self.refuse(Answer::NotARequest, "request"),
        }
        .into()
    }

    async fn answer(&self, request: &FunctionUrlRequest<'_>, context: &Context) -> Answer {
        let started = Instant::now();
        if request.method() != "POST" {
            return self.refuse(Answer::NotPost, "method");
        }
        let body = request.body();
        if body.len() > self.body_limit {
            return self.refuse(Answer::TooLarge, "size");
        }
        match self.authenticate(request, &body).await {
            Ok(body) => self.store(body, request.received(), started, context).await,
            Err(error) => self.refuse(Answer::NotAuthentic, reason(error)),
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

    async fn store(&self, body: Authentic<'_>, received: Timestamp, started: Instant, context: &Context) -> Answer {
        let product = self.product;
        let body = redact(body.body(), &self.keyring.credentials());
        let events = decode(product, &body, received);
        let within = product.answer_within().saturating_sub(MARGIN + started.elapsed());
        if let Err(error) =
            self.intake.store(&events, &Delivery { trace: context.xray_trace_id.as_deref(), within }).await
        {
            tracing::error!(%product, %error, events = events.len(), "the events of a callback were not stored");
            metrics::emit(product, Some((Timer::Latency, started.elapsed())), &[(Metric::NotStored, 1)]);
            return Answer::NotStored;
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
        Answer::Stored { events: events.len() }
    }

    fn refuse(&self, answer: Answer, reason: &'static str) -> Answer {
        self.refusals.log(self.product, reason);
        metrics::rejected(self.product, reason);
        answer
    }
}

#[cfg(test)]
mod tests {
    use callbacks::CloudEvent;
    use callbacks::auth::Credentials;
    use serde_json::json;

    use super::*;

    fn handler() -> Handler {
        let product = Product::TencentVod;
        let keyring = Arc::new(Keyring::fixed(product, Credentials::default(), true));
        Handler {
            product,
            intake: Intake::memory(),
            keyring,
            tolerance: 300,
            body_limit: 1000,
            refusals: Refusals::default(),
        }
    }

    async fn answer(method: &str, body: &str) -> (Answer, Vec<CloudEvent>) {
        let handler = handler();
        let request = json!({"requestContext": {"http": {"method": method}}, "body": body}).to_string();
        let answer = handler.answer(&serde_json::from_str(&request).unwrap(), &Context::default()).await;
        let Intake::Memory(stored) = handler.intake else { panic!() };
        (answer, stored.into_inner().unwrap())
    }

    #[tokio::test(flavor = "current_thread")]
    async fn whatever_is_posted_is_stored() {
        for body in ["{}", "", "not JSON", r#"{"EventType":"BrandNew"}"#] {
            let (answer, stored) = answer("POST", body).await;
            assert_eq!(answer, Answer::Stored { events: 1 }, "{body}");
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
        for (length, expected) in [(1000, Answer::Stored { events: 1 }), (1001, Answer::TooLarge)] {
            assert_eq!(answer("POST", &"x".repeat(length)).await.0, expected, "{length}");
        }
    }

    #[tokio::test(flavor = "current_thread")]
    async fn nothing_else_than_a_post_is_stored() {
        for method in ["GET", "PUT", "HEAD", "OPTIONS", "post", ""] {
            let (answer, stored) = answer(method, "{}").await;
            assert_eq!(answer, Answer::NotPost, "{method}");
            assert!(stored.is_empty(), "{method}");
        }
    }
}
