//! Handles the invocations of a receiving function: log and metrics, and the response as Lambda takes it.

use std::time::Instant;

use aws_lambda_events::lambda_function_urls::LambdaFunctionUrlResponse;
use callbacks::{CloudEvent, Kind};
use delivery::{Intake, StoreContext, StoreError};
use http::{HeaderName, HeaderValue};
use lambda_runtime::Context;
use lookup::Marks;
use receiver::{Handled, Receiver, Response};
use serde_json::value::RawValue;

use super::keyring::Keyring;
use crate::metrics::{self, Metric, Timer};
use crate::telemetry::{self, Refusals};

/// What a request needs; created once, when the function starts.
pub(super) struct Handler {
    pub(super) receiver: Receiver,
    pub(super) intake: Intake,
    pub(super) keyring: Keyring,
    /// What is noted on events.
    pub(super) marks: Marks,
    /// Limits the log of rejected requests.
    pub(super) refusals: Refusals,
}

impl Handler {
    /// Handles an invocation.
    ///
    /// The payload is parsed by the receiver, since the runtime's own error for a malformed one would log parts of it.
    pub(super) async fn handle(&self, payload: Box<RawValue>, context: &Context) -> LambdaFunctionUrlResponse {
        let started = Instant::now();
        let trace = context.xray_trace_id.as_deref();
        let store = async |events: &mut [CloudEvent], timeout| {
            self.marks.mark(events);
            self.intake.store(events, &StoreContext { trace, timeout }).await
        };
        let outcome = self.receiver.receive(payload.get(), &self.keyring, store).await;
        self.report(&outcome, started, context);
        answer(outcome.response())
    }

    /// Logs and counts how a request ended.
    fn report(&self, outcome: &Handled<StoreError>, started: Instant, context: &Context) {
        let product = self.receiver.product;
        let emit = |counts: &[_]| metrics::emit(product, Some((Timer::Latency, started.elapsed())), counts);
        match outcome {
            Handled::Stored(events) => {
                for event in events {
                    telemetry::stored(product, event, &context.request_id);
                }
                emit(&counts(events));
            }
            Handled::NotStored(events, error) => {
                tracing::error!(%product, %error, events = events.len(), "the events of a callback were not stored");
                emit(&[(Metric::NotStored, 1)]);
            }
            Handled::Refused(refusal) => {
                let reason = refusal.reason();
                self.refusals.log(product, reason);
                metrics::rejected(product, reason);
            }
        }
    }
}

/// The counts of a callback that was stored as these events.
fn counts(events: &[CloudEvent]) -> [(Metric, usize); 4] {
    let of = |kind| events.iter().filter(|event| event.r#type.kind == kind).count();
    [
        (Metric::Accepted, 1),
        (Metric::Stored, events.len()),
        (Metric::Unknown, of(Kind::Unknown)),
        (Metric::Unreadable, of(Kind::Unreadable)),
    ]
}

/// The response as Lambda takes it.
fn answer(response: Response) -> LambdaFunctionUrlResponse {
    let headers = response.headers.iter();
    let mut answer = LambdaFunctionUrlResponse::default();
    answer.status_code = i64::from(response.status);
    answer.headers =
        headers.map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value))).collect();
    answer.body = Some(response.body);
    answer
}

#[cfg(test)]
mod tests {
    use callbacks::{Product, decode};
    use jiff::Timestamp;

    use super::*;

    #[test]
    fn what_is_not_understood_is_counted() {
        let bodies = [r#"{"EventType":"New"}"#, "no event", "nor this"];
        let events: Vec<CloudEvent> =
            bodies.iter().flat_map(|body| decode(Product::AliyunIms, body.as_bytes(), Timestamp::UNIX_EPOCH)).collect();
        let expected = [(Metric::Accepted, 1), (Metric::Stored, 3), (Metric::Unknown, 1), (Metric::Unreadable, 2)];
        assert_eq!(counts(&events), expected);
    }
}
