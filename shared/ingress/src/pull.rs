//! A scheduled function: takes events out of a vendor's queues and stores them, as if they had been posted.
//!
//! What invokes it, such as a schedule of EventBridge, is not looked at. It answers with what it took out of each queue, and
//! fails where a queue could not be drained, so that Lambda invokes it again and counts the error.

mod access_key;
mod configuration;

use std::error::Error as _;
use std::process::ExitCode;
use std::time::{Duration, SystemTime};

use access_key::AccessKey;
use callbacks::CloudEvent;
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
use crate::run;

/// How much of its time the function leaves for its answer.
const ANSWER: Duration = Duration::from_secs(1);

/// How long storing a batch may take: handles of Tencent Cloud VOD live for 30 seconds, and confirming takes some of them.
const STORE_LIMIT: Duration = Duration::from_secs(20);

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
    let aws = delivery::aws().await;
    let Configuration { intake, access_key, queues } = configuration;
    let intake = Intake::connect(intake.target, intake.overflow, intake.limit, &aws);
    let access_key = AccessKey::new(source, access_key, &aws);
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
        lambda_runtime::run(service).await
    }

    /// All queues at once, so that a slow one takes no time from the others.
    async fn drain(&self, context: &Context) -> Vec<Report> {
        let deadline = deadline(context);
        let trace = context.xray_trace_id.as_deref();
        join_all(self.queues.iter().map(async |queue| {
            let credentials = async || Ok(self.access_key.current().await?);
            let store = async |events: &[CloudEvent]| {
                self.intake.store(events, &Delivery { trace, within: STORE_LIMIT }).await?;
                for event in events {
                    tracing::info!(queue = queue.name(), id = event.id, r#type = event.r#type, "an event was stored");
                }
                Ok(())
            };
            let report = queues::drain(queue, credentials, store, Received::Confirm, deadline).await;
            log(&report);
            report
        }))
        .await
    }
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

/// A run counts as one when all of its queues were drained, so that an alarm on silence sees queues that never are.
fn count(source: Source, reports: &[Report]) {
    let failed = failed(reports);
    let counts = [
        (Metric::Polls, usize::from(failed == 0)),
        (Metric::PullFailures, failed),
        (Metric::Pulled, reports.iter().map(|report| report.stored).sum()),
        (Metric::Confirmed, reports.iter().map(|report| report.confirmed).sum()),
    ];
    metrics::emit_for(source.function(), &counts);
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
    use super::*;

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
