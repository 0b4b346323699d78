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

/// Timeout of one attempt of a call, unless the caller sets another.
const ATTEMPT: Duration = Duration::from_secs(5);

/// Timeout of a call, retries included, unless the caller sets another. It leaves room for a second attempt after one that
/// hung.
pub(crate) const CALL: Duration = Duration::from_secs(8);

/// The most attempts of a call, the first included. After that the queue redelivers the message.
const MAX_ATTEMPTS: u32 = 3;

/// Backoff before the second attempt, before jitter; it doubles with each attempt.
pub(crate) const BACKOFF: Duration = Duration::from_millis(50);

/// Timeout for opening a connection while a function starts. Lambda allows ten seconds for the whole init phase.
pub(crate) const WARM: Duration = Duration::from_secs(2);

/// A call of an AWS service failed.
///
/// The message has the service's error code, or says that there was no response. The service's own message is left out,
/// since it may repeat parts of the request.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{problem}")]
pub struct AwsError {
    problem: String,
    failure: Failure,
}

/// How a call failed, and so whether it may have had an effect.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Failure {
    /// The service rejected the request: it had no effect.
    Refused,
    /// The service throttled the request: it had no effect.
    Throttled,
    /// The service had an internal error. Whether the request had an effect is unknown.
    Failed,
    /// There was no response. Whether the request had an effect is unknown.
    NoResponse,
}

/// The configuration that all AWS clients share. It is loaded with the first client: a function without one starts faster.
///
/// All clients share one connection pool, which belongs to the async runtime that makes the calls.
#[derive(Debug, Default)]
pub struct Aws {
    ca_bundle: Option<PathBuf>,
    configuration: OnceCell<SdkConfig>,
}

impl Aws {
    /// Trusts servers whose certificates chain to the roots in this PEM file, or to Amazon's roots where there is none.
    #[must_use]
    pub fn new(ca_bundle: Option<PathBuf>) -> Self {
        Self { ca_bundle, configuration: OnceCell::new() }
    }

    /// The configuration of all clients: region, credentials and endpoint from the environment, and timeouts that end
    /// a call before Lambda ends the function.
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
    let retries = RetryConfig::standard().with_max_attempts(MAX_ATTEMPTS).with_initial_backoff(BACKOFF);
    // Lambda sets the region in the environment. The default provider would also look in files and on the network.
    let region = EnvironmentVariableRegionProvider::new();
    let defaults = aws_config::defaults(BehaviorVersion::latest()).region(region).http_client(connections);
    defaults.timeout_config(timeouts).retry_config(retries).load().await
}

/// Timeouts of a call that only opens a connection.
pub(crate) fn warm_timeouts() -> TimeoutConfig {
    TimeoutConfig::builder().operation_timeout(WARM).build()
}

impl AwsError {
    /// Classifies the error of a call.
    pub(crate) fn new<E: ProvideErrorMetadata>(error: &SdkError<E, HttpResponse>) -> Self {
        match error {
            SdkError::ServiceError(context) => {
                let status = context.raw().status();
                let code = context.err().code().unwrap_or("no error code");
                let failure = match status.is_client_error() {
                    true if code.contains("Throttl") || status.as_u16() == 429 => Failure::Throttled,
                    true => Failure::Refused,
                    false => Failure::Failed,
                };
                Self { problem: format!("{code} (status {})", status.as_u16()), failure }
            }
            SdkError::ConstructionFailure(_) => Self::of("the request could not be built", Failure::Refused),
            SdkError::TimeoutError(_) => Self::of("no response before the timeout", Failure::NoResponse),
            SdkError::DispatchFailure(failure) if failure.is_timeout() => {
                Self::of("no connection before the timeout", Failure::NoResponse)
            }
            SdkError::DispatchFailure(failure) if failure.is_user() || failure.is_other() => {
                Self::of("the request could not be sent", Failure::NoResponse)
            }
            SdkError::DispatchFailure(_) => Self::of("the connection failed", Failure::NoResponse),
            _ => Self::unanswered(),
        }
    }

    /// There is no response, or none that can be parsed.
    pub(crate) fn unanswered() -> Self {
        Self::of("no response that can be parsed", Failure::NoResponse)
    }

    /// The service left out a part of its answer, again and again.
    pub(crate) fn throttled() -> Self {
        Self::of("the answer was not whole", Failure::Throttled)
    }

    /// The service rejected the request.
    #[cfg(test)]
    pub(crate) fn refused() -> Self {
        Self::of("refused", Failure::Refused)
    }

    fn of(problem: &str, failure: Failure) -> Self {
        Self { problem: problem.to_owned(), failure }
    }

    /// Whether the service rejected or throttled the request, so that it certainly had no effect.
    #[must_use]
    pub fn is_refusal(&self) -> bool {
        matches!(self.failure, Failure::Refused | Failure::Throttled)
    }

    /// Whether the service rejected the request for its content, and not for the load.
    pub(crate) fn is_about_content(&self) -> bool {
        self.failure == Failure::Refused
    }

    /// Whether the service was reached.
    pub(crate) fn is_response(&self) -> bool {
        self.failure != Failure::NoResponse
    }
}

/// The result of a call that only opens a connection: any response shows that it is open, even an error.
pub(crate) fn warmed<T, E: ProvideErrorMetadata>(result: Result<T, SdkError<E, HttpResponse>>) -> Result<(), AwsError> {
    match result.map_err(|error| AwsError::new(&error)) {
        Err(error) if !error.is_response() => Err(error),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The SDK's default and that of other calls are longer than Lambda's init phase may take.
    #[test]
    fn warming_ends_before_the_init_phase() {
        assert_eq!(warm_timeouts().operation_timeout(), Some(WARM));
    }
}
