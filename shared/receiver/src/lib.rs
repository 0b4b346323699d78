//! From a function URL request to the events that are stored, and the response.
//!
//! This is all that a function does with a request, without Lambda, AWS, log or metrics: the caller says how a request is
//! authenticated and where events are stored, and makes log and metrics from the outcome.
//!
//! ```ignore
//! let receiver = Receiver { product, tolerance: 300, body_limit: 6 << 20 };
//! let outcome = receiver.receive(payload, &keyring, async |events, timeout| queue.store(events, timeout).await).await;
//! let response = outcome.response();
//! ```
//!
//! Invariants:
//!
//! - [`Handled::Stored`], the only one that is answered 200, comes after `store` has returned `Ok` for all events of the body.
//! - Nothing is decoded or stored that the [`Verifier`] did not accept.
//! - No response tells why a request was refused, or repeats a part of it.

pub mod credentials;
mod request;
mod response;

use std::sync::Arc;
use std::time::Duration;

use callbacks::auth::{Authentic, Clock, Credentials, NotAuthentic, Request};
use callbacks::{CloudEvent, Product, decode, redact};
use jiff::Timestamp;
pub use request::FunctionUrlRequest;
pub use response::Response;
use tokio::time::Instant;

/// How long before the vendor's timeout storing must end: latency of the request and of the response.
const MARGIN: Duration = Duration::from_millis(500);

/// What receives the callbacks of a product.
#[derive(Debug, Clone, Copy)]
pub struct Receiver {
    /// The product.
    pub product: Product,
    /// Maximum difference between a signed time and the clock, in seconds.
    pub tolerance: u64,
    /// Maximum bytes of a body.
    pub body_limit: usize,
}

/// What authenticates requests.
pub trait Verifier {
    /// Authenticates a request.
    ///
    /// # Errors
    /// [`NotAuthentic`] says why it is not accepted.
    fn verify<'b>(
        &self,
        request: &Request<'_, 'b>,
        clock: Clock,
    ) -> impl Future<Output = Result<Authentic<'b>, NotAuthentic>>;

    /// The credentials that are valid now. Their tokens are cut out of what is stored.
    fn credentials(&self) -> Arc<Credentials>;
}

/// How a request ended. `E` is the error of storing.
#[derive(Debug)]
pub enum Handled<E> {
    /// All of its events are stored.
    Stored(Vec<CloudEvent>),
    /// Its events could not be stored. The vendor should send it again.
    NotStored(Vec<CloudEvent>, E),
    /// Nothing of it is stored.
    Refused(Refusal),
}

/// Why nothing of a request is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// It is not a function URL request.
    NotARequest,
    /// It is not a POST.
    NotPost,
    /// Its body is over the limit.
    TooLarge,
    /// Its authentication failed.
    NotAuthentic(NotAuthentic),
}

impl Receiver {
    /// Receives a function URL request, whose JSON this is. `store` gets the events, on which it may note something, and the time
    /// that the vendor leaves to store them.
    pub async fn receive<E>(
        &self,
        payload: &str,
        verifier: &impl Verifier,
        store: impl AsyncFnOnce(&mut [CloudEvent], Duration) -> Result<(), E>,
    ) -> Handled<E> {
        let started = Instant::now();
        let mut events = match self.read(payload, verifier).await {
            Ok(events) => events,
            Err(refusal) => return Handled::Refused(refusal),
        };
        let timeout = self.product.answer_within().saturating_sub(MARGIN + started.elapsed());
        match store(&mut events, timeout).await {
            Ok(()) => Handled::Stored(events),
            Err(error) => Handled::NotStored(events, error),
        }
    }

    /// The events of an authentic request.
    async fn read(&self, payload: &str, verifier: &impl Verifier) -> Result<Vec<CloudEvent>, Refusal> {
        let request: FunctionUrlRequest<'_> = serde_json::from_str(payload).map_err(|_| Refusal::NotARequest)?;
        if request.method() != "POST" {
            return Err(Refusal::NotPost);
        }
        let body = request.body();
        if body.len() > self.body_limit {
            return Err(Refusal::TooLarge);
        }
        let headers = request.headers();
        let tokens = request.parameter("token");
        let tokens: Vec<&str> = tokens.iter().map(|token| &**token).collect();
        let clock = Clock { now: Timestamp::now(), tolerance: self.tolerance };
        let proof = Request { headers: &headers, tokens: &tokens, body: &body };
        let body = verifier.verify(&proof, clock).await.map_err(Refusal::NotAuthentic)?;
        let body = redact(body.body(), &verifier.credentials());
        let events = decode(self.product, &body, request.received());
        Ok(if request.is_test() { events.into_iter().map(CloudEvent::into_test).collect() } else { events })
    }
}

impl<E> Handled<E> {
    /// What the vendor is answered.
    #[must_use]
    pub fn response(&self) -> Response {
        match self {
            Self::Stored(events) => Response::stored(events.len()),
            Self::NotStored(..) => Response::of_status(http::StatusCode::SERVICE_UNAVAILABLE),
            Self::Refused(refusal) => Response::of_refusal(*refusal),
        }
    }
}

impl Refusal {
    /// The reason in a word, as metrics and log have it.
    #[must_use]
    pub fn reason(self) -> &'static str {
        match self {
            Self::NotARequest => "request",
            Self::NotPost => "method",
            Self::TooLarge => "size",
            Self::NotAuthentic(NotAuthentic::Token) => "token",
            Self::NotAuthentic(NotAuthentic::Unsigned) => "unsigned",
            Self::NotAuthentic(NotAuthentic::Stale) => "stale",
            Self::NotAuthentic(NotAuthentic::Future) => "future",
            Self::NotAuthentic(NotAuthentic::Signature) => "signature",
        }
    }
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use serde_json::json;

    use super::*;

    /// Accepts everything.
    struct Anyone;

    impl Verifier for Anyone {
        async fn verify<'b>(&self, request: &Request<'_, 'b>, _: Clock) -> Result<Authentic<'b>, NotAuthentic> {
            Ok(Authentic::unsigned(request.body))
        }

        fn credentials(&self) -> Arc<Credentials> {
            Arc::default()
        }
    }

    const RECEIVER: Receiver = Receiver { product: Product::TencentVod, tolerance: 300, body_limit: 1000 };

    /// The outcome, and how many events came to be stored.
    async fn received(payload: &str) -> (Handled<Infallible>, usize) {
        let mut stored = 0;
        let outcome = RECEIVER.receive(payload, &Anyone, async |events, timeout| {
            assert!(timeout < RECEIVER.product.answer_within());
            stored = events.len();
            Ok(())
        });
        let outcome = outcome.await;
        (outcome, stored)
    }

    fn request(method: &str, body: &str) -> String {
        json!({"requestContext": {"http": {"method": method}}, "body": body}).to_string()
    }

    #[tokio::test(flavor = "current_thread")]
    async fn whatever_is_posted_is_stored() {
        for body in ["{}", "", "not JSON", r#"{"EventType":"BrandNew"}"#] {
            let (outcome, stored) = received(&request("POST", body)).await;
            assert!(matches!(outcome, Handled::Stored(events) if events.len() == 1), "{body}");
            assert_eq!(stored, 1, "{body}");
        }
    }

    #[tokio::test(flavor = "current_thread")]
    async fn a_test_is_marked_and_is_another_event() {
        let mut events = Vec::new();
        for header in [None, Some("false"), Some("true")] {
            let headers = header.map(|value| json!({"X-Mediahook-Test": value}));
            let request = json!({"requestContext": {"http": {"method": "POST"}}, "headers": headers, "body": "{}"});
            let (Handled::Stored(stored), _) = received(&request.to_string()).await else { panic!("{header:?}") };
            events.extend(stored);
        }
        let [unmarked, other, test] = &events[..] else { panic!("{events:?}") };
        assert_eq!((unmarked.test, other.test, test.test), (false, false, true));
        assert!(unmarked.id == other.id && other.id != test.id);
    }

    #[tokio::test(flavor = "current_thread")]
    async fn what_is_no_request_is_refused_without_repeating_it() {
        for payload in [r#""SECRET""#, "{}", r#"{"headers":{"SECRET":1},"requestContext":{"http":{}}}"#, "null"] {
            let (outcome, stored) = received(payload).await;
            assert!(matches!(outcome, Handled::Refused(Refusal::NotARequest)), "{payload}");
            assert!(!outcome.response().body.contains("SECRET") && stored == 0, "{payload}");
        }
    }

    #[tokio::test(flavor = "current_thread")]
    async fn a_body_over_the_limit_is_refused() {
        for (length, status) in [(1000, 200), (1001, 413)] {
            let (outcome, _) = received(&request("POST", &"x".repeat(length))).await;
            assert_eq!(outcome.response().status, status, "{length}");
        }
    }

    #[tokio::test(flavor = "current_thread")]
    async fn nothing_else_than_a_post_is_stored() {
        for method in ["GET", "PUT", "HEAD", "OPTIONS", "post", ""] {
            let (outcome, stored) = received(&request(method, "{}")).await;
            assert!(matches!(outcome, Handled::Refused(Refusal::NotPost)), "{method}");
            assert_eq!(stored, 0, "{method}");
        }
    }

    #[tokio::test(flavor = "current_thread")]
    async fn what_is_not_stored_is_not_acknowledged() {
        let outcome = RECEIVER.receive(&request("POST", "{}"), &Anyone, async |_, _| Err("full")).await;
        assert!(matches!(&outcome, Handled::NotStored(events, "full") if events.len() == 1));
        assert_eq!(outcome.response().status, 503);
    }
}
