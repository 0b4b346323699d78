//! A scheduled function: drains a vendor's queues and stores the events, as if they had been posted.
//!
//! The payload of its invocation, for example by a schedule of EventBridge, is ignored. It returns a report of each queue, and
//! fails where a queue could not be drained, so that Lambda counts the error. The next scheduled run continues.

mod configuration;
mod source;

use std::error::Error as _;
use std::ops::ControlFlow;
use std::process::ExitCode;
use std::time::{Duration, SystemTime};

use callbacks::{CloudEvent, Kind, Product};
use configuration::{Configuration, Queues};
use delivery::{Intake, StoreContext};
use futures_util::future::join_all;
use lambda_runtime::{Context, Error, LambdaEvent, service_fn};
use lookup::Marks;
use queues::{AfterStore, DrainReport, Queue, mns, tencent};
use serde::Serialize;
use serde::de::IgnoredAny;
pub use source::Source;
use tokio::time::Instant;

use crate::access_key::CurrentAccessKey;
use crate::metrics::{self, Metric};
use crate::run::{log_end, run};

/// Time reserved for the function's response.
const RESPONSE_RESERVE: Duration = Duration::from_secs(1);

/// Runs the function until the Lambda environment ends it.
///
/// With an invalid configuration it does not start, and logs what is expected.
#[must_use]
pub fn pull(source: Source) -> ExitCode {
    let configuration = |variable: fn(&str) -> Option<String>| Configuration::from_environment(source, variable);
    run(source.function(), configuration, async |configuration| serve(source, configuration).await)
}

async fn serve(source: Source, configuration: Configuration) -> Result<(), Error> {
    let Configuration { aws, intake, access_key, queues, marks } = configuration;
    let intake = Intake::connect(intake.target, intake.overflow, intake.limit, &aws).await?;
    let access_key = CurrentAccessKey::new(source.function(), access_key, &aws).await?;
    if let Err(error) = intake.warm().await {
        tracing::warn!(%error, "a connection could not be opened before the first event");
    }
    let client = queues::client()?;
    match queues {
        Queues::Tencent { endpoint, sub_app_id } => {
            let queue = tencent::EventQueue::new(client, endpoint, sub_app_id);
            Puller { source, queues: vec![queue], access_key, intake, marks }.run().await
        }
        Queues::Mns { endpoint, names } => {
            let queue = |name| mns::MessageQueue::new(client.clone(), endpoint.clone(), name);
            let queues = names.into_iter().map(queue).collect();
            Puller { source, queues, access_key, intake, marks }.run().await
        }
    }
}

/// What a run needs; created once, when the function starts.
struct Puller<Q> {
    source: Source,
    queues: Vec<Q>,
    access_key: CurrentAccessKey,
    intake: Intake,
    marks: Marks,
}

/// The function's response.
#[derive(Debug, Serialize)]
struct PullResponse {
    queues: Vec<DrainReport>,
}

impl<Q: Queue> Puller<Q> {
    async fn run(&self) -> Result<(), Error> {
        let service = service_fn(async |event: LambdaEvent<IgnoredAny>| {
            let reports = self.drain(&event.context).await;
            count(self.source, &reports);
            response(reports)
        });
        log_end(&lambda_runtime::run(service).await);
        Ok(())
    }

    /// Drains all queues concurrently, so that a slow one does not delay the others.
    async fn drain(&self, context: &Context) -> Vec<DrainReport> {
        let deadline = deadline(context);
        let trace = context.xray_trace_id.as_deref();
        join_all(self.queues.iter().map(async |queue| {
            let credentials = async || Ok(self.access_key.current().await?);
            let store = async |events: &mut [CloudEvent], timeout| {
                self.marks.mark(events);
                self.intake.store(events, &StoreContext { trace, timeout }).await?;
                note_stored(queue.name(), events);
                Ok(ControlFlow::Continue(()))
            };
            let report = queues::drain(queue, credentials, store, AfterStore::Confirm, deadline).await;
            log(&report);
            report
        }))
        .await
    }
}

/// Logs events that were stored, and counts them as if they had been posted.
fn note_stored(queue: &str, events: &[CloudEvent]) {
    for event in events {
        let product = event.source.slug();
        tracing::info!(queue, product, id = event.id, r#type = %event.r#type, "an event was stored");
    }
    for (product, counts) in by_product(events) {
        metrics::emit(product, None, &counts);
    }
}

/// Counts the events of each product, and those that are unknown or unreadable. A queue of Alibaba Cloud may hold events of
/// two products.
fn by_product(events: &[CloudEvent]) -> Vec<(Product, [(Metric, usize); 3])> {
    let of = |product: Product, is: fn(Kind) -> bool| {
        events.iter().filter(|event| event.source == product && is(event.r#type.kind)).count()
    };
    let counts = |product| {
        [
            (Metric::Stored, of(product, |_| true)),
            (Metric::Unknown, of(product, |kind| kind == Kind::Unknown)),
            (Metric::Unreadable, of(product, |kind| kind == Kind::Unreadable)),
        ]
    };
    let has_some = |product: &Product| of(*product, |_| true) > 0;
    Product::ALL.into_iter().filter(has_some).map(|product| (product, counts(product))).collect()
}

/// When draining must end.
fn deadline(context: &Context) -> Instant {
    let left = context.deadline().duration_since(SystemTime::now()).unwrap_or_default();
    Instant::now() + left.saturating_sub(RESPONSE_RESERVE)
}

fn log(report: &DrainReport) {
    let DrainReport { queue, stored, confirmed, unconfirmed, empty, error } = report;
    if let Some(error) = error {
        let error = with_causes(error);
        tracing::error!(queue, stored, confirmed, unconfirmed, error, "a queue could not be drained");
    } else if *unconfirmed > 0 {
        tracing::warn!(queue, stored, confirmed, unconfirmed, empty, "the vendor will redeliver some messages");
    } else {
        tracing::info!(queue, stored, confirmed, empty, "a queue was drained");
    }
}

/// An error with its causes, in one line.
fn with_causes(error: &queues::DrainError) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text = format!("{text}: {error}");
        cause = error.source();
    }
    text
}

fn count(source: Source, reports: &[DrainReport]) {
    metrics::emit_for_function(source.function(), &counts(reports));
}

/// A run is counted only if none of its queues failed, so that the alarm on missing runs sees queues that always fail.
fn counts(reports: &[DrainReport]) -> [(Metric, usize); 5] {
    let failed = failed(reports);
    [
        (Metric::PullRuns, usize::from(failed == 0)),
        (Metric::PullFailures, failed),
        (Metric::NotDrained, usize::from(!reports.iter().all(|report| report.empty))),
        (Metric::Pulled, reports.iter().map(|report| report.stored).sum()),
        (Metric::Confirmed, reports.iter().map(|report| report.confirmed).sum()),
    ]
}

fn failed(reports: &[DrainReport]) -> usize {
    reports.iter().filter(|report| report.error.is_some()).count()
}

/// The response with the reports, or an error where a queue could not be drained.
fn response(queues: Vec<DrainReport>) -> Result<PullResponse, Error> {
    match failed(&queues) {
        0 => Ok(PullResponse { queues }),
        failed => Err(format!("{failed} of {} queues could not be drained; the log says why", queues.len()).into()),
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use callbacks::{Origin, decode};
    use delivery::{Aws, IntakeTarget, Limit};
    use jiff::Timestamp;
    use lookup::Choice;
    use queues::{AccessKey, ApiError, Message};

    use super::*;

    /// A vendor's queue of one message.
    #[derive(Default)]
    struct OneMessage {
        is_given: Cell<bool>,
        confirmed: Cell<usize>,
    }

    impl Queue for OneMessage {
        fn name(&self) -> &'static str {
            "one message"
        }

        fn poll_timeout(&self) -> Duration {
            Duration::from_secs(1)
        }

        async fn receive(&self, _: &AccessKey) -> Result<Vec<Message>, ApiError> {
            let event = decode(Product::AliyunIms, br#"{"EventType":"New"}"#, Timestamp::UNIX_EPOCH);
            let message = Message { handle: Some("handle".to_owned()), events: event };
            Ok(if self.is_given.replace(true) { Vec::new() } else { vec![message] })
        }

        async fn confirm(&self, _: &AccessKey, handles: &[String]) -> Result<usize, ApiError> {
            self.confirmed.set(self.confirmed.get() + handles.len());
            Ok(0)
        }
    }

    #[tokio::test(flavor = "current_thread")]
    async fn every_queue_is_drained_before_the_function_ends() {
        let intake = Intake::connect(IntakeTarget::Stdout, None, Limit::default(), &Aws::default()).await.unwrap();
        let access_key = AccessKey::new(&"id".to_owned().into(), &"key".to_owned().into(), None).unwrap();
        let puller = Puller {
            source: Source::AliyunMns,
            queues: vec![OneMessage::default(), OneMessage::default()],
            access_key: CurrentAccessKey::Fixed(access_key),
            intake,
            marks: Marks { origin: Origin::Queue, reconciled: Choice::default(), confirmed: Choice::default() },
        };
        let mut context = Context::default();
        let deadline = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap() + Duration::from_mins(1);
        context.deadline = u64::try_from(deadline.as_millis()).unwrap();
        let reports = puller.drain(&context).await;
        let of = |report: &DrainReport| (report.stored, report.confirmed, report.empty, report.error.is_some());
        assert_eq!(reports.iter().map(of).collect::<Vec<_>>(), [(1, 1, true, false); 2]);
        assert!(puller.queues.iter().all(|queue| queue.confirmed.get() == 1));
    }

    #[test]
    fn an_error_is_told_with_its_causes() {
        assert_eq!(with_causes(&queues::DrainError::Store("no queue".into())), "events could not be stored: no queue");
        assert_eq!(with_causes(&queues::DrainError::Timeout), queues::DrainError::Timeout.to_string());
    }

    #[test]
    fn a_run_that_left_something_is_counted_once() {
        let report = |empty, stored| DrainReport { empty, stored, confirmed: stored, ..DrainReport::default() };
        for (reports, not_drained) in [
            (vec![report(true, 1), report(true, 2)], 0),
            (vec![report(false, 1), report(false, 2), report(true, 0)], 1),
        ] {
            let expected = [
                (Metric::PullRuns, 1),
                (Metric::PullFailures, 0),
                (Metric::NotDrained, not_drained),
                (Metric::Pulled, 3),
                (Metric::Confirmed, 3),
            ];
            assert_eq!(counts(&reports), expected);
        }
    }

    #[test]
    fn events_count_for_their_product() {
        let bodies = [r#"{"EventType":"New","VideoId":"v"}"#, r#"{"EventType":"New","MessageBody":{}}"#, "no event"];
        let events: Vec<CloudEvent> =
            bodies.iter().flat_map(|body| decode(Product::AliyunIms, body.as_bytes(), Timestamp::UNIX_EPOCH)).collect();
        let of = |stored, unknown, unreadable| {
            [(Metric::Stored, stored), (Metric::Unknown, unknown), (Metric::Unreadable, unreadable)]
        };
        assert_eq!(by_product(&events), [(Product::AliyunVod, of(1, 1, 0)), (Product::AliyunIms, of(2, 1, 1))]);
    }

    #[test]
    fn a_queue_that_failed_fails_the_invocation() {
        let report = |error| DrainReport { queue: "q".to_owned(), error, ..DrainReport::default() };
        let good = response(vec![report(None)]).unwrap();
        assert_eq!(
            serde_json::to_string(&good).unwrap(),
            r#"{"queues":[{"queue":"q","stored":0,"confirmed":0,"unconfirmed":0,"empty":false}]}"#
        );
        let error = response(vec![report(None), report(Some(queues::DrainError::Timeout))]).unwrap_err();
        assert_eq!(error.to_string(), "1 of 2 queues could not be drained; the log says why");
    }
}
