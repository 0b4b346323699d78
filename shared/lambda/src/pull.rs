//! A scheduled function: takes events out of a vendor's queues and stores them, as if they had been posted.
//!
//! What invokes it, such as a schedule of EventBridge, is not looked at. It answers with what it took out of each queue, and
//! fails where a queue could not be drained, so that Lambda counts the error. The next scheduled run does what it left.

mod access_key;
mod configuration;

use std::error::Error as _;
use std::ops::ControlFlow;
use std::process::ExitCode;
use std::time::{Duration, SystemTime};

use access_key::AccessKey;
use callbacks::{CloudEvent, Kind, Product};
use configuration::{Configuration, Queues};
pub use configuration::{MNS_ENDPOINT, MNS_QUEUES, SUB_APP_ID, TENCENT_ENDPOINT};
use delivery::{Delivery, Intake};
use futures_util::future::join_all;
use lambda_runtime::{Context, Error, LambdaEvent, service_fn};
use queues::{Queue, Received, Report, mns, tencent};
use serde::Serialize;
use serde::de::IgnoredAny;
use tokio::time::Instant;

use crate::metrics::{self, Metric};
use crate::{ended, run};

/// How much of its time the function leaves for its answer.
const ANSWER: Duration = Duration::from_secs(1);

/// Where events wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// Tencent Cloud VOD's own queue.
    TencentVod,
    /// Queues of Alibaba Cloud's Simple Message Queue (MNS), which VOD and IMS write to.
    AliyunMns,
}

impl Source {
    /// The function's name, under which its metrics are listed.
    fn function(self) -> &'static str {
        match self {
            Self::TencentVod => "tencent-vod-pull",
            Self::AliyunMns => "aliyun-mns-pull",
        }
    }
}

/// Runs the function until the Lambda environment ends it.
///
/// A configuration that is wrong stops it at once, with a log line that says what is expected.
#[must_use]
pub fn pull(source: Source) -> ExitCode {
    let configuration = |variable: fn(&str) -> Option<String>| Configuration::from_environment(source, variable);
    run(source.function(), configuration, async |configuration| serve(source, configuration).await)
}

async fn serve(source: Source, configuration: Configuration) -> Result<(), Error> {
    let Configuration { aws, intake, access_key, queues } = configuration;
    let intake = Intake::connect(intake.target, intake.overflow, intake.limit, &aws).await?;
    let access_key = AccessKey::new(source, access_key, &aws).await?;
    if let Err(error) = intake.warm().await {
        tracing::warn!(%error, "a connection was not opened ahead of the first event");
    }
    let client = queues::client()?;
    match queues {
        Queues::Tencent { endpoint, sub_app_id } => {
            let queue = tencent::EventQueue::new(client, endpoint, sub_app_id);
            Puller { source, queues: vec![queue], access_key, intake }.run().await
        }
        Queues::Mns { endpoint, names } => {
            let queue = |name| mns::MessageQueue::new(client.clone(), endpoint.clone(), name);
            let queues = names.into_iter().map(queue).collect();
            Puller { source, queues, access_key, intake }.run().await
        }
    }
}

/// What a function needs for each run; made once, when it starts.
struct Puller<Q> {
    source: Source,
    queues: Vec<Q>,
    access_key: AccessKey,
    intake: Intake,
}

/// What the function answers.
#[derive(Debug, Serialize)]
struct Answer {
    queues: Vec<Report>,
}

impl<Q: Queue> Puller<Q> {
    async fn run(&self) -> Result<(), Error> {
        let service = service_fn(async |event: LambdaEvent<IgnoredAny>| {
            let reports = self.drain(&event.context).await;
            count(self.source, &reports);
            answer(reports)
        });
        ended(&lambda_runtime::run(service).await);
        Ok(())
    }

    /// All queues at once, so that a slow one takes no time from the others.
    async fn drain(&self, context: &Context) -> Vec<Report> {
        let deadline = deadline(context);
        let trace = context.xray_trace_id.as_deref();
        join_all(self.queues.iter().map(async |queue| {
            let credentials = async || Ok(self.access_key.current().await?);
            let store = async |events: &[CloudEvent], within| {
                self.intake.store(events, &Delivery { trace, within }).await?;
                note_stored(queue.name(), events);
                Ok(ControlFlow::Continue(()))
            };
            let report = queues::drain(queue, credentials, store, Received::Confirm, deadline).await;
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

/// How many events of each product there are, and how many of them have no name or could not be read. A queue of Alibaba
/// Cloud may hold those of two products.
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

/// When the function has to be done with its queues.
fn deadline(context: &Context) -> Instant {
    let left = context.deadline().duration_since(SystemTime::now()).unwrap_or_default();
    Instant::now() + left.saturating_sub(ANSWER)
}

fn log(report: &Report) {
    let Report { queue, stored, confirmed, unconfirmed, empty, error } = report;
    if let Some(error) = error {
        let error = with_causes(error);
        tracing::error!(queue, stored, confirmed, unconfirmed, error, "a queue could not be drained");
    } else if *unconfirmed > 0 {
        tracing::warn!(queue, stored, confirmed, unconfirmed, empty, "the vendor will deliver some messages again");
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

fn count(source: Source, reports: &[Report]) {
    metrics::emit_for(source.function(), &counts(reports));
}

/// A run counts as one when none of its queues failed, so that an alarm on silence sees queues that always do.
fn counts(reports: &[Report]) -> [(Metric, usize); 5] {
    let failed = failed(reports);
    [
        (Metric::Polls, usize::from(failed == 0)),
        (Metric::PullFailures, failed),
        (Metric::NotDrained, usize::from(!reports.iter().all(|report| report.empty))),
        (Metric::Pulled, reports.iter().map(|report| report.stored).sum()),
        (Metric::Confirmed, reports.iter().map(|report| report.confirmed).sum()),
    ]
}

fn failed(reports: &[Report]) -> usize {
    reports.iter().filter(|report| report.error.is_some()).count()
}

/// The reports as an answer, or as an error where a queue could not be drained.
fn answer(queues: Vec<Report>) -> Result<Answer, Error> {
    match failed(&queues) {
        0 => Ok(Answer { queues }),
        failed => Err(format!("{failed} of {} queues could not be drained; the log says why", queues.len()).into()),
    }
}

#[cfg(test)]
mod tests {
    use callbacks::decode;
    use jiff::Timestamp;

    use super::*;

    #[test]
    fn a_run_that_left_something_is_counted_once() {
        let report = |empty, stored| Report { empty, stored, confirmed: stored, ..Report::default() };
        for (reports, not_drained) in [
            (vec![report(true, 1), report(true, 2)], 0),
            (vec![report(false, 1), report(false, 2), report(true, 0)], 1),
        ] {
            let expected = [
                (Metric::Polls, 1),
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
        let report = |error| Report { queue: "q".to_owned(), error, ..Report::default() };
        let good = answer(vec![report(None)]).unwrap();
        assert_eq!(
            serde_json::to_string(&good).unwrap(),
            r#"{"queues":[{"queue":"q","stored":0,"confirmed":0,"unconfirmed":0,"empty":false}]}"#
        );
        let error = answer(vec![report(None), report(Some(queues::DrainError::TimeUp))]).unwrap_err();
        assert_eq!(error.to_string(), "1 of 2 queues could not be drained; the log says why");
    }
}
