//! Reads the environment variables that several kinds of function have. Their names are in the crate `variables`.

use std::fmt::Display;
use std::ops::RangeInclusive;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use callbacks::Origin;
use delivery::{Aws, IntakeTarget, Limit, Overflow};
use lookup::Marks;
use variables::{
    CA_BUNDLE, CONFIRM, EVENT_LIMIT, INITIALIZATION_TYPE, INTAKE, OVERFLOW, RECONCILE, RUNTIME_API, SECRET_ID,
    SECRET_MAX_AGE,
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
    /// The longest for which a value is used without reading the secret again.
    pub(crate) max_age: Duration,
}

/// A variable is missing or invalid. The message never has its value.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum EnvironmentError {
    /// The value is not a valid one.
    #[error("{variable} is invalid: {problem}")]
    Invalid {
        /// Name of the variable.
        variable: &'static str,
        /// What values are expected.
        problem: String,
    },
    /// The function was started outside of Lambda.
    #[error("this runs only in AWS Lambda: try it with `make invoke`, `sam local invoke` or `cargo lambda watch`")]
    NotInLambda,
}

impl EnvironmentError {
    /// The variable is not set, or its value is something else than this.
    pub(crate) fn expected(variable: &'static str, expected: &str) -> Self {
        Self::Invalid { variable, problem: format!("expected {expected}") }
    }
}

/// Reads variables by means of a look-up function. An empty one counts as not set.
pub(crate) struct Environment<F>(pub(crate) F);

impl<F: Fn(&str) -> Option<String>> Environment<F> {
    pub(crate) fn text(&self, name: &str) -> Option<String> {
        self.0(name).filter(|value| !value.trim().is_empty())
    }

    /// The parsed value of a variable, if it is set. The error of its type says what is expected.
    pub(crate) fn named<T: FromStr<Err: Display>>(
        &self,
        variable: &'static str,
    ) -> Result<Option<T>, EnvironmentError> {
        let parsed = self.text(variable).map(|text| text.parse());
        parsed.transpose().map_err(|error: T::Err| EnvironmentError::Invalid { variable, problem: error.to_string() })
    }

    /// The same of a variable that has to be set.
    pub(crate) fn required<T: FromStr<Err: Display>>(&self, variable: &'static str) -> Result<T, EnvironmentError> {
        // What no value parses as says what is expected.
        let missing = || "".parse::<T>().err().map_or_else(String::new, |error| error.to_string());
        self.named(variable)?.ok_or_else(|| EnvironmentError::Invalid { variable, problem: missing() })
    }

    /// The parsed value of a variable of a type whose error does not say what is expected, or the default.
    pub(crate) fn parsed<T: FromStr>(
        &self,
        variable: &'static str,
        expected: &str,
        default: T,
    ) -> Result<T, EnvironmentError> {
        let invalid = |_| EnvironmentError::expected(variable, expected);
        self.text(variable).map_or(Ok(default), |text| text.parse().map_err(invalid))
    }

    /// A number of seconds in a range, or the default.
    pub(crate) fn seconds(
        &self,
        variable: &'static str,
        range: RangeInclusive<u64>,
        default: u64,
    ) -> Result<u64, EnvironmentError> {
        let expected = format!("a number of seconds from {} to {}", range.start(), range.end());
        let seconds = self.parsed(variable, &expected, default)?;
        if range.contains(&seconds) { Ok(seconds) } else { Err(EnvironmentError::expected(variable, &expected)) }
    }

    pub(crate) fn limit(&self) -> Result<Limit, EnvironmentError> {
        Ok(self.named(EVENT_LIMIT)?.unwrap_or_default())
    }

    pub(crate) fn intake(&self) -> Result<IntakeConfiguration, EnvironmentError> {
        // In Lambda, standard output is the log: an intake that is not set must not lose events there.
        let target = match self.named(INTAKE)? {
            None if self.text(INITIALIZATION_TYPE).is_none() => IntakeTarget::Stdout,
            None => self.required(INTAKE)?,
            Some(target) => target,
        };
        Ok(IntakeConfiguration { target, overflow: self.named(OVERFLOW)?, limit: self.limit()? })
    }

    /// What is noted on events that come in this way.
    pub(crate) fn marks(&self, origin: Origin) -> Result<Marks, EnvironmentError> {
        let reconciled = self.named(RECONCILE)?.unwrap_or_default();
        Ok(Marks { origin, reconciled, confirmed: self.named(CONFIRM)?.unwrap_or_default() })
    }

    /// The configuration of AWS clients.
    pub(crate) fn aws(&self) -> Aws {
        Aws::new(self.text(CA_BUNDLE).map(PathBuf::from))
    }

    pub(crate) fn secret(&self) -> Result<Option<SecretConfiguration>, EnvironmentError> {
        self.secret_named(SECRET_ID)
    }

    /// The secret that this variable names.
    pub(crate) fn secret_named(&self, variable: &str) -> Result<Option<SecretConfiguration>, EnvironmentError> {
        let Some(id) = self.text(variable) else { return Ok(None) };
        let max_age = self.seconds(SECRET_MAX_AGE, 1..=24 * 60 * 60, 5 * 60)?;
        Ok(Some(SecretConfiguration { id, max_age: Duration::from_secs(max_age) }))
    }

    /// Checks that the function runs in Lambda or an emulator of it.
    pub(crate) fn in_lambda(&self) -> Result<(), EnvironmentError> {
        self.text(RUNTIME_API).map(drop).ok_or(EnvironmentError::NotInLambda)
    }
}
