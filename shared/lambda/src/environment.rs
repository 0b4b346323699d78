//! What the environment says to all functions. Those that one kind of function reads are declared with it.

use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use delivery::{Aws, IntakeTarget, Limit, Overflow};

/// Where events go: `sqs:<queue URL>`, or `stdout`, one event per line. The default is `stdout`, but for Lambda itself, where
/// it has to be set.
pub const INTAKE: &str = "MEDIAHOOK_INTAKE";

/// Where the data of events beyond the limit go: `s3:<bucket>`. Without it a callback with such an event is not stored.
pub const OVERFLOW: &str = "MEDIAHOOK_OVERFLOW";

/// Bytes that a message of the queue and an entry of the bus may have: 16384 to 1048576. 262144 unless it is set. It is the
/// same for all functions.
pub const EVENT_LIMIT: &str = "MEDIAHOOK_EVENT_LIMIT";

/// Name or ARN of a secret in Secrets Manager, in place of the variables that have secrets. A function that receives
/// callbacks finds `{"keys":[…],"tokens":[…],"callback_urls":[…]}` there, one that pulls
/// `{"access_key_id":"…","access_key_secret":"…"}`.
pub const SECRET_ID: &str = "MEDIAHOOK_SECRET_ID";

/// Seconds after which the secret is read again, 1 to 86400: 300 unless it is set.
pub const SECRET_MAX_AGE: &str = "MEDIAHOOK_SECRET_MAX_AGE";

/// A file of root certificates in PEM that the servers of AWS have to chain to, as the AWS CLI and SDKs have it. Without it
/// these are the roots of Amazon Trust Services.
pub const CA_BUNDLE: &str = "AWS_CA_BUNDLE";

/// How Lambda started the function. Lambda sets it, its emulators do not.
pub const INITIALIZATION_TYPE: &str = "AWS_LAMBDA_INITIALIZATION_TYPE";

/// Least level of the log: `TRACE`, `DEBUG`, `INFO`, `WARN` or `ERROR`. `INFO` unless it is set.
///
/// Lambda's own setting (`AWS_LAMBDA_LOG_LEVEL`) is no substitute: it drops the lines with metrics, too.
pub const LOG_LEVEL: &str = "MEDIAHOOK_LOG_LEVEL";

/// Under which name `CloudWatch` lists the metrics: `Mediahook` unless it is set.
pub const METRICS_NAMESPACE: &str = "MEDIAHOOK_METRICS_NAMESPACE";

/// Where the Lambda runtime is. Lambda and its emulators set it; without it there is nothing to receive requests from.
pub const RUNTIME_API: &str = "AWS_LAMBDA_RUNTIME_API";

/// Where events go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IntakeConfiguration {
    /// The first durable place.
    pub target: IntakeTarget,
    /// Where the data of events beyond the limit go.
    pub overflow: Option<Overflow>,
    /// The limit.
    pub limit: Limit,
}

/// A secret of Secrets Manager.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SecretConfiguration {
    /// Its name or ARN.
    pub id: String,
    /// When it is read again.
    pub max_age: Duration,
}

/// A variable is missing or has a value that means nothing. The message never repeats the value.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EnvironmentError {
    /// The value is not what the variable takes.
    #[error("{variable} is set wrong: expected {expected}")]
    Invalid {
        /// Name of the variable.
        variable: &'static str,
        /// What it takes.
        expected: &'static str,
    },
    /// The function runs outside of Lambda.
    #[error("this runs in AWS Lambda only: try it with `make invoke`, `sam local invoke` or `cargo lambda watch`")]
    NotInLambda,
}

/// The variables, by what looks them up. An empty one counts as not set.
pub(crate) struct Environment<F>(pub(crate) F);

impl<F: Fn(&str) -> Option<String>> Environment<F> {
    pub(crate) fn text(&self, name: &str) -> Option<String> {
        self.0(name).filter(|value| !value.trim().is_empty())
    }

    /// The variable's meaning, or the default. One that is needed has no default.
    pub(crate) fn parsed<T: FromStr>(
        &self,
        variable: &'static str,
        expected: &'static str,
        default: Option<T>,
    ) -> Result<T, EnvironmentError> {
        let invalid = EnvironmentError::Invalid { variable, expected };
        match self.text(variable) {
            Some(text) => text.parse().map_err(|_| invalid),
            None => default.ok_or(invalid),
        }
    }

    pub(crate) fn limit(&self) -> Result<Limit, EnvironmentError> {
        self.parsed(EVENT_LIMIT, "a number of bytes from 16384 to 1048576", Some(Limit::default()))
    }

    pub(crate) fn intake(&self) -> Result<IntakeConfiguration, EnvironmentError> {
        // In Lambda, standard output is the log: events there are lost unless somebody wants them there.
        let default = if self.text(INITIALIZATION_TYPE).is_some() { None } else { Some(IntakeTarget::Stdout) };
        let target = self.parsed(INTAKE, "`stdout` or `sqs:<queue URL>`", default)?;
        let overflow = match self.text(OVERFLOW) {
            None => None,
            Some(_) => Some(self.parsed(OVERFLOW, "`s3:<bucket>`", None)?),
        };
        Ok(IntakeConfiguration { target, overflow, limit: self.limit()? })
    }

    /// What AWS clients are made of, where there are any.
    pub(crate) fn aws(&self) -> Aws {
        Aws::new(self.text(CA_BUNDLE).map(PathBuf::from))
    }

    pub(crate) fn secret(&self) -> Result<Option<SecretConfiguration>, EnvironmentError> {
        let Some(id) = self.text(SECRET_ID) else { return Ok(None) };
        let expected = "a number of seconds from 1 to 86400";
        let max_age = self.parsed(SECRET_MAX_AGE, expected, Some(5 * 60))?;
        if !(1..=24 * 60 * 60).contains(&max_age) {
            return Err(EnvironmentError::Invalid { variable: SECRET_MAX_AGE, expected });
        }
        Ok(Some(SecretConfiguration { id, max_age: Duration::from_secs(max_age) }))
    }

    /// Whether there is a Lambda runtime to work for.
    pub(crate) fn in_lambda(&self) -> Result<(), EnvironmentError> {
        self.text(RUNTIME_API).map(drop).ok_or(EnvironmentError::NotInLambda)
    }
}
