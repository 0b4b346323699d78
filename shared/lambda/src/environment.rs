//! Reads the environment variables that several kinds of function have. Their names are in the crate `variables`.

use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use delivery::{Aws, IntakeTarget, Limit, Overflow};
use variables::{
    CA_BUNDLE, EVENT_LIMIT, INITIALIZATION_TYPE, INTAKE, OVERFLOW, RUNTIME_API, SECRET_ID, SECRET_MAX_AGE,
};

/// Where events are stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct IntakeConfiguration {
    /// The intake.
    pub(crate) target: IntakeTarget,
    /// Where the data of events above the limit is stored.
    pub(crate) overflow: Option<Overflow>,
    /// The size limit of messages and bus entries.
    pub(crate) limit: Limit,
}

/// A secret in Secrets Manager.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SecretConfiguration {
    /// Its name or ARN.
    pub(crate) id: String,
    /// How long a read value is used before the secret is read again.
    pub(crate) max_age: Duration,
}

/// A variable is missing or invalid. The message never has its value.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum EnvironmentError {
    /// The value is not a valid one.
    #[error("{variable} is invalid: expected {expected}")]
    Invalid {
        /// Name of the variable.
        variable: &'static str,
        /// What values are valid.
        expected: &'static str,
    },
    /// The function was started outside of Lambda.
    #[error("this runs only in AWS Lambda: try it with `make invoke`, `sam local invoke` or `cargo lambda watch`")]
    NotInLambda,
}

/// Reads variables by means of a look-up function. An empty one counts as not set.
pub(crate) struct Environment<F>(pub(crate) F);

impl<F: Fn(&str) -> Option<String>> Environment<F> {
    pub(crate) fn text(&self, name: &str) -> Option<String> {
        self.0(name).filter(|value| !value.trim().is_empty())
    }

    /// The parsed value, or the default. A required variable has no default.
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
        // In Lambda, standard output is the log: an intake that is not set must not lose events there.
        let default = if self.text(INITIALIZATION_TYPE).is_some() { None } else { Some(IntakeTarget::Stdout) };
        let target = self.parsed(INTAKE, "`stdout` or `sqs:<queue URL>`", default)?;
        let overflow = match self.text(OVERFLOW) {
            None => None,
            Some(_) => Some(self.parsed(OVERFLOW, "`s3:<bucket>`", None)?),
        };
        Ok(IntakeConfiguration { target, overflow, limit: self.limit()? })
    }

    /// The configuration of AWS clients.
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

    /// Checks that the function runs in Lambda or an emulator of it.
    pub(crate) fn in_lambda(&self) -> Result<(), EnvironmentError> {
        self.text(RUNTIME_API).map(drop).ok_or(EnvironmentError::NotInLambda)
    }
}
