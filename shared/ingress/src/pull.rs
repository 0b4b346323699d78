//! A scheduled function: takes events out of a vendor's queues and stores them, as if they had been posted.
//!
//! What invokes it, such as a schedule of EventBridge, is not looked at. It answers with what it took out of each queue, and
//! fails where a queue could not be drained, so that Lambda invokes it again and counts the error.

use std::error::Error as _;
use std::process::ExitCode;
use std::time::{Duration, SystemTime};

use callbacks::CloudEvent;
use delivery::Intake;
use futures_util::future::join_all;
use lambda_runtime::{Context, Error, LambdaEvent, service_fn};
use queues::{BoxError, Credentials, Endpoint, Queue, Received, Report, mns, tencent};
use serde::Serialize;
use serde::de::IgnoredAny;
use tokio::time::Instant;

use crate::configuration::{ConfigurationError, INTAKE, RUNTIME_API};
use crate::telemetry;

/// Tencent Cloud VOD's server: [`tencent::MAINLAND`], which is the default, or [`tencent::INTERNATIONAL`].
pub const TENCENT_ENDPOINT: &str = "MEDIAHOOK_TENCENT_ENDPOINT";

/// The application of Tencent Cloud VOD whose events are taken, a number. Accounts opened after 2023-12-25 need it.
pub const SUB_APP_ID: &str = "MEDIAHOOK_SUB_APP_ID";

/// The server of the queues at Alibaba Cloud: `https://<account>.mns.<region>.aliyuncs.com`.
pub const MNS_ENDPOINT: &str = "MEDIAHOOK_MNS_ENDPOINT";

/// Names of the queues at Alibaba Cloud, separated by spaces.
pub const MNS_QUEUES: &str = "MEDIAHOOK_MNS_QUEUES";

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
    /// The names that the vendor's own tools give the variables of an access key: id, secret, and the token of a temporary
    /// key.
    #[must_use]
    pub fn credentials(self) -> [&'static str; 3] {
        match self {
            Self::TencentVod => ["TENCENTCLOUD_SECRET_ID", "TENCENTCLOUD_SECRET_KEY", "TENCENTCLOUD_TOKEN"],
            Self::AliyunMns => {
                ["ALIBABA_CLOUD_ACCESS_KEY_ID", "ALIBABA_CLOUD_ACCESS_KEY_SECRET", "ALIBABA_CLOUD_SECURITY_TOKEN"]
            }
        }
    }
}

/// How a function pulls.
#[derive(Debug)]
struct Configuration {
    intake: Intake,
    credentials: Credentials,
    queues: Queues,
}

/// Where each queue is.
#[derive(Debug, PartialEq, Eq)]
enum Queues {
    Tencent { endpoint: Endpoint, sub_app_id: Option<u64> },
    Mns { endpoint: Endpoint, names: Vec<mns::QueueName> },
}

/// The function does not start.
#[derive(Debug, thiserror::Error)]
enum StartError {
    #[error(transparent)]
    Configuration(#[from] ConfigurationError),
    #[error("no access key: set {} and {}", .0[0], .0[1])]
    NoCredentials([&'static str; 3]),
    #[error(transparent)]
    Credentials(#[from] queues::CredentialsError),
    #[error("the HTTP client cannot be made")]
    Client(#[from] queues::QueueError),
}

/// Runs the function until the Lambda environment ends it.
///
/// A configuration that is wrong stops it at once, with a log line that says what is expected.
#[must_use]
pub fn run(source: Source) -> ExitCode {
    telemetry::start();
    match start(source) {
        Ok(Ok(())) => ExitCode::SUCCESS,
        Ok(Err(error)) => {
            tracing::debug!(%error, "the Lambda environment has ended");
            ExitCode::FAILURE
        }
        Err(error) => {
            tracing::error!(%error, "the function does not start");
            ExitCode::FAILURE
        }
    }
}

fn start(source: Source) -> Result<Result<(), Error>, StartError> {
    let Configuration { intake, credentials, queues } =
        Configuration::from_environment(source, |name| std::env::var(name).ok())?;
    let client = queues::client()?;
    Ok(match queues {
        Queues::Tencent { endpoint, sub_app_id } => {
            serve(&[tencent::EventQueue::new(client, endpoint, sub_app_id)], &credentials, &intake)
        }
        Queues::Mns { endpoint, names } => {
            let queue = |name| mns::MessageQueue::new(client.clone(), endpoint.clone(), name);
            serve(&names.into_iter().map(queue).collect::<Vec<_>>(), &credentials, &intake)
        }
    })
}

fn serve(queues: &[impl Queue], credentials: &Credentials, intake: &Intake) -> Result<(), Error> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let service = service_fn(async |event: LambdaEvent<IgnoredAny>| {
        answer(drain_all(queues, credentials, intake, deadline(&event.context)).await)
    });
    runtime.block_on(lambda_runtime::run(service))
}

/// When the function has to be done with its queues.
fn deadline(context: &Context) -> Instant {
    let left = context.deadline().duration_since(SystemTime::now()).unwrap_or_default();
    Instant::now() + left.saturating_sub(ANSWER)
}

/// All queues at once, so that a slow one takes no time from the others.
async fn drain_all(
    queues: &[impl Queue],
    credentials: &Credentials,
    intake: &Intake,
    deadline: Instant,
) -> Vec<Report> {
    join_all(queues.iter().map(async |queue| {
        let store = async |events: &[CloudEvent]| store(intake, queue.name(), events).await;
        let report = queues::drain(queue, async || Ok(credentials.clone()), store, Received::Confirm, deadline).await;
        log(&report);
        report
    }))
    .await
}

async fn store(intake: &Intake, queue: &str, events: &[CloudEvent]) -> Result<(), BoxError> {
    intake.store(events).await?;
    for event in events {
        tracing::info!(queue, id = event.id, r#type = event.r#type, "an event was stored");
    }
    Ok(())
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

/// What the function answers.
#[derive(Debug, Serialize)]
struct Answer {
    queues: Vec<Report>,
}

/// The reports as an answer, or as an error where a queue could not be drained.
fn answer(queues: Vec<Report>) -> Result<Answer, Error> {
    let failed = queues.iter().filter(|report| report.error.is_some()).count();
    if failed > 0 {
        return Err(format!("{failed} of {} queues could not be drained; the log says why", queues.len()).into());
    }
    Ok(Answer { queues })
}

impl Configuration {
    /// Reads the variables that `variable` looks up. An empty one counts as not set.
    fn from_environment(source: Source, variable: impl Fn(&str) -> Option<String>) -> Result<Self, StartError> {
        let variable = |name| variable(name).filter(|value| !value.is_empty());
        if variable(RUNTIME_API).is_none() {
            return Err(ConfigurationError::NotInLambda.into());
        }
        let intake = variable(INTAKE).unwrap_or_else(|| "stdout".to_owned());
        let intake = intake.parse().map_err(|_| wrong(INTAKE, "`stdout`"))?;
        let queues = match source {
            Source::TencentVod => tencent_queues(variable)?,
            Source::AliyunMns => mns_queues(variable)?,
        };
        let names = source.credentials();
        let [Some(id), Some(key), token] = names.map(variable) else { return Err(StartError::NoCredentials(names)) };
        let credentials = Credentials::new(&id.into(), &key.into(), token.map(Into::into).as_ref())?;
        Ok(Self { intake, credentials, queues })
    }
}

fn tencent_queues(variable: impl Fn(&'static str) -> Option<String>) -> Result<Queues, ConfigurationError> {
    let endpoint = variable(TENCENT_ENDPOINT).unwrap_or_else(|| tencent::MAINLAND.to_owned());
    let sub_app_id = variable(SUB_APP_ID).map(|text| text.parse()).transpose();
    Ok(Queues::Tencent {
        endpoint: endpoint.parse().map_err(|_| {
            wrong(TENCENT_ENDPOINT, "`https://vod.tencentcloudapi.com` or `https://vod.intl.tencentcloudapi.com`")
        })?,
        sub_app_id: sub_app_id.map_err(|_| wrong(SUB_APP_ID, "a number"))?,
    })
}

fn mns_queues(variable: impl Fn(&'static str) -> Option<String>) -> Result<Queues, ConfigurationError> {
    let endpoint = variable(MNS_ENDPOINT).unwrap_or_default();
    let names = variable(MNS_QUEUES).unwrap_or_default();
    let names: Option<Vec<mns::QueueName>> = names.split_whitespace().map(|name| name.parse().ok()).collect();
    Ok(Queues::Mns {
        endpoint: endpoint.parse().map_err(|_| wrong(MNS_ENDPOINT, "`https://<account>.mns.<region>.aliyuncs.com`"))?,
        names: names.filter(|names| !names.is_empty()).ok_or(wrong(
            MNS_QUEUES,
            "names of queues, separated by spaces, each of up to 120 letters, digits and hyphens",
        ))?,
    })
}

fn wrong(variable: &'static str, expected: &'static str) -> ConfigurationError {
    ConfigurationError::Invalid { variable, expected }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: [(&str, &str); 5] = [
        ("TENCENTCLOUD_SECRET_ID", "SECRET1"),
        ("TENCENTCLOUD_SECRET_KEY", "SECRET2"),
        ("ALIBABA_CLOUD_ACCESS_KEY_ID", "SECRET3"),
        ("ALIBABA_CLOUD_ACCESS_KEY_SECRET", "SECRET4"),
        (RUNTIME_API, "localhost:9001"),
    ];
    const MNS: [(&str, &str); 2] =
        [(MNS_ENDPOINT, "https://1.mns.cn-shanghai.aliyuncs.com"), (MNS_QUEUES, " ice-callback-a  vod-b ")];

    fn read(source: Source, variables: &[(&str, &str)]) -> Result<Configuration, StartError> {
        let lookup =
            |name: &str| variables.iter().rfind(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned());
        Configuration::from_environment(source, lookup)
    }

    #[test]
    fn tencents_server_is_the_mainlands_unless_it_is_set() {
        let queues = |variables: &[_]| read(Source::TencentVod, &[&KEY[..], variables].concat()).unwrap().queues;
        let endpoint = |text: &str| text.parse().unwrap();
        let mainland = Queues::Tencent { endpoint: endpoint(tencent::MAINLAND), sub_app_id: None };
        assert_eq!(queues(&[]), mainland);
        assert_eq!(queues(&[(TENCENT_ENDPOINT, ""), (SUB_APP_ID, "")]), mainland);
        assert_eq!(
            queues(&[(TENCENT_ENDPOINT, tencent::INTERNATIONAL), (SUB_APP_ID, "1500012345")]),
            Queues::Tencent { endpoint: endpoint(tencent::INTERNATIONAL), sub_app_id: Some(1_500_012_345) }
        );
    }

    #[test]
    fn there_are_any_number_of_queues_at_alibaba_cloud() {
        let configuration = read(Source::AliyunMns, &[&KEY[..], &MNS].concat()).unwrap();
        let names = ["ice-callback-a", "vod-b"].map(|name| name.parse().unwrap()).to_vec();
        assert_eq!(configuration.queues, Queues::Mns { endpoint: MNS[0].1.parse().unwrap(), names });
    }

    #[test]
    fn a_wrong_value_is_told_without_repeating_it() {
        for (source, name, value) in [
            (Source::TencentVod, INTAKE, "kafka:Please"),
            (Source::TencentVod, TENCENT_ENDPOINT, "http://Please"),
            (Source::TencentVod, SUB_APP_ID, "Please"),
            (Source::AliyunMns, MNS_ENDPOINT, "Please"),
            (Source::AliyunMns, MNS_ENDPOINT, ""),
            (Source::AliyunMns, MNS_QUEUES, "a/Please"),
            (Source::AliyunMns, MNS_QUEUES, " "),
        ] {
            let error = read(source, &[&KEY[..], &MNS, &[(name, value)]].concat()).unwrap_err().to_string();
            assert!(error.starts_with(name) && error.contains("expected"), "{error}");
            assert!(!error.contains("Please"), "{error}");
        }
    }

    #[test]
    fn a_function_without_a_key_or_outside_of_lambda_does_not_start() {
        for source in [Source::TencentVod, Source::AliyunMns] {
            for name in &source.credentials()[..2] {
                let error = read(source, &[&KEY[..], &MNS, &[(name, "")]].concat()).unwrap_err().to_string();
                assert!(error.starts_with("no access key") && error.contains(name), "{error}");
                let error = read(source, &[&KEY[..], &MNS, &[(name, "Please no")]].concat()).unwrap_err().to_string();
                assert!(!error.contains("Please"), "{error}");
            }
            let error = read(source, &[&KEY[..], &MNS, &[(RUNTIME_API, "")]].concat()).unwrap_err();
            assert!(matches!(error, StartError::Configuration(ConfigurationError::NotInLambda)));
        }
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
