//! What all AWS clients share.

use std::path::PathBuf;
use std::time::Duration;

use aws_config::environment::EnvironmentVariableRegionProvider;
use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, SdkConfig};
use aws_sdk_sqs::config::http::HttpResponse;
use aws_sdk_sqs::error::{ProvideErrorMetadata, SdkError};
use tokio::sync::OnceCell;

use crate::connections::{CaBundleError, Connections};

/// How long one attempt of a call may take where the caller sets no time of its own.
const ATTEMPT: Duration = Duration::from_secs(5);

/// How long a call may take, all attempts included, where the caller sets no time of its own. It leaves room for a second
/// attempt after one that hung.
pub(crate) const CALL: Duration = Duration::from_secs(8);

/// How often a call is tried. What fails this often comes back from the queue.
const ATTEMPTS: u32 = 3;

/// Before the second attempt; it doubles with each. A random part of it is waited.
pub(crate) const BACKOFF: Duration = Duration::from_millis(50);

/// How long a connection may take to open during a function's start. Lambda allows ten seconds for all of the start.
pub(crate) const WARM: Duration = Duration::from_secs(2);

/// An AWS service did not do what it was asked to.
///
/// The message has the service's error code, or says that there was no answer. What the service wrote besides is left out,
/// since it may repeat what it was sent.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{problem}")]
pub struct AwsError {
    problem: String,
    answer: Answer,
}

/// What is known of a call that failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Answer {
    /// The service refused it: nothing was done.
    Refused,
    /// The service refused it because of how much it is asked to do, not because of what: nothing was done.
    Throttled,
    /// The service failed on it. Whether anything was done is not known.
    Failed,
    /// There was no answer. Whether anything was done is not known.
    Missing,
}

/// What AWS clients are made of. It is loaded when the first client is made: a function that has none starts without it.
///
/// All clients share the connections, which belong to the runtime that makes the calls.
#[derive(Debug, Default)]
pub struct Aws {
    ca_bundle: Option<PathBuf>,
    configuration: OnceCell<SdkConfig>,
}

impl Aws {
    /// Clients of servers whose certificates chain to those of this file, in PEM; to AWS's own roots where there is none.
    #[must_use]
    pub fn new(ca_bundle: Option<PathBuf>) -> Self {
        Self { ca_bundle, configuration: OnceCell::new() }
    }

    /// The configuration of all clients: region, credentials and endpoint from the environment, and time limits that end a
    /// call before Lambda ends the function.
    ///
    /// # Errors
    /// [`CaBundleError`] where the certificates cannot be read.
    pub async fn configuration(&self) -> Result<&SdkConfig, CaBundleError> {
        self.configuration.get_or_try_init(async || Ok(load(Connections::new(self.ca_bundle.as_deref())?).await)).await
    }
}

impl From<SdkConfig> for Aws {
    fn from(configuration: SdkConfig) -> Self {
        Self { ca_bundle: None, configuration: configuration.into() }
    }
}

async fn load(connections: Connections) -> SdkConfig {
    let timeouts = TimeoutConfig::builder().operation_attempt_timeout(ATTEMPT).operation_timeout(CALL).build();
    let retries = RetryConfig::standard().with_max_attempts(ATTEMPTS).with_initial_backoff(BACKOFF);
    // Lambda says the region in the environment. The default looks for it in files and on the network, too.
    let region = EnvironmentVariableRegionProvider::new();
    let defaults = aws_config::defaults(BehaviorVersion::latest()).region(region).http_client(connections);
    defaults.timeout_config(timeouts).retry_config(retries).load().await
}

/// The time limits of a call that only opens a connection.
pub(crate) fn warm_timeouts() -> TimeoutConfig {
    TimeoutConfig::builder().operation_timeout(WARM).build()
}

impl AwsError {
    /// What is known of a call that failed.
    pub(crate) fn new<E: ProvideErrorMetadata>(error: &SdkError<E, HttpResponse>) -> Self {
        match error {
            SdkError::ServiceError(context) => {
                let status = context.raw().status();
                let code = context.err().code().unwrap_or("no error code");
                let answer = match status.is_client_error() {
                    true if code.contains("Throttl") || status.as_u16() == 429 => Answer::Throttled,
                    true => Answer::Refused,
                    false => Answer::Failed,
                };
                Self { problem: format!("{code} (status {})", status.as_u16()), answer }
            }
            SdkError::ConstructionFailure(_) => Self::of("the request could not be made", Answer::Refused),
            SdkError::TimeoutError(_) => Self::of("no answer in time", Answer::Missing),
            SdkError::DispatchFailure(failure) if failure.is_timeout() => {
                Self::of("no connection in time", Answer::Missing)
            }
            SdkError::DispatchFailure(failure) if failure.is_user() || failure.is_other() => {
                Self::of("the request could not be sent", Answer::Missing)
            }
            SdkError::DispatchFailure(_) => Self::of("the connection failed", Answer::Missing),
            _ => Self::unanswered(),
        }
    }

    /// There is no answer, or none that can be read.
    pub(crate) fn unanswered() -> Self {
        Self::of("no answer that can be read", Answer::Missing)
    }

    /// The service refused the call.
    #[cfg(test)]
    pub(crate) fn refused() -> Self {
        Self::of("refused", Answer::Refused)
    }

    fn of(problem: &str, answer: Answer) -> Self {
        Self { problem: problem.to_owned(), answer }
    }

    /// Whether the service refused the call, so that it certainly did nothing.
    #[must_use]
    pub fn is_refusal(&self) -> bool {
        matches!(self.answer, Answer::Refused | Answer::Throttled)
    }

    /// Whether the service refused the call, and would have done so with less to do, too.
    pub(crate) fn is_about_content(&self) -> bool {
        self.answer == Answer::Refused
    }

    /// Whether the service was reached.
    pub(crate) fn is_answer(&self) -> bool {
        self.answer != Answer::Missing
    }
}

/// The result of a call that only opens a connection: any answer has done so, one that refuses it, too.
pub(crate) fn warmed<T, E: ProvideErrorMetadata>(result: Result<T, SdkError<E, HttpResponse>>) -> Result<(), AwsError> {
    match result.map_err(|error| AwsError::new(&error)) {
        Err(error) if !error.is_answer() => Err(error),
        _ => Ok(()),
    }
}
