//! What the environment says. Every variable that a function reads is declared here.

use delivery::Intake;

/// Where events go: `stdout`, one event per line. The default is `stdout`.
pub const INTAKE: &str = "MEDIAHOOK_INTAKE";

/// `true`: accept what cannot be authenticated, for local use. A function that has no other way to authenticate a
/// callback does not start without it.
pub const ALLOW_UNSIGNED: &str = "MEDIAHOOK_ALLOW_UNSIGNED";

/// Where the Lambda runtime is. Lambda and its emulators set it; without it there is nothing to receive requests from.
pub const RUNTIME_API: &str = "AWS_LAMBDA_RUNTIME_API";

/// How a function runs.
#[derive(Debug)]
pub struct Configuration {
    /// Where events go.
    pub intake: Intake,
    /// Accept what cannot be authenticated.
    pub allow_unsigned: bool,
}

/// A variable is missing or has a value that means nothing. The message never repeats the value.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ConfigurationError {
    /// The value is not what the variable takes.
    #[error("{variable} is set wrong: expected {expected}")]
    Invalid {
        /// Name of the variable.
        variable: &'static str,
        /// What it takes.
        expected: &'static str,
    },
    /// Nothing authenticates callbacks, and unsigned ones are not allowed.
    #[error("nothing authenticates callbacks: set {ALLOW_UNSIGNED}=true to accept unsigned ones, for local use only")]
    NoAuthentication,
    /// The function runs outside of Lambda.
    #[error("this runs in AWS Lambda only: try it with `make invoke`, `sam local invoke` or `cargo lambda watch`")]
    NotInLambda,
}

impl Configuration {
    /// Reads the variables that `variable` looks up. An empty one counts as not set.
    ///
    /// # Errors
    /// [`ConfigurationError`] for the first one that is wrong.
    pub fn from_environment(variable: impl Fn(&str) -> Option<String>) -> Result<Self, ConfigurationError> {
        let variable = |name| variable(name).filter(|value| !value.is_empty());
        let intake = match variable(INTAKE).as_deref() {
            None => Intake::Stdout,
            Some("stdout") => Intake::Stdout,
            Some(_) => return Err(ConfigurationError::Invalid { variable: INTAKE, expected: "`stdout`" }),
        };
        let allow_unsigned = match variable(ALLOW_UNSIGNED).as_deref() {
            Some("true") => true,
            None | Some("false") => false,
            Some(_) => {
                return Err(ConfigurationError::Invalid { variable: ALLOW_UNSIGNED, expected: "`true` or `false`" });
            }
        };
        if !allow_unsigned {
            return Err(ConfigurationError::NoAuthentication);
        }
        if variable(RUNTIME_API).is_none() {
            return Err(ConfigurationError::NotInLambda);
        }
        Ok(Self { intake, allow_unsigned })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(variables: &[(&str, &str)]) -> Result<Configuration, ConfigurationError> {
        let lookup =
            |name: &str| variables.iter().rfind(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned());
        Configuration::from_environment(lookup)
    }

    #[test]
    fn unsigned_callbacks_must_be_allowed_in_so_many_words() {
        assert!(read(&[(ALLOW_UNSIGNED, "true"), (RUNTIME_API, "localhost:9001")]).unwrap().allow_unsigned);
        assert_eq!(read(&[(ALLOW_UNSIGNED, "true")]).unwrap_err(), ConfigurationError::NotInLambda);
        for variables in [&[][..], &[(ALLOW_UNSIGNED, "")], &[(ALLOW_UNSIGNED, "false")]] {
            let error = read(variables).unwrap_err();
            assert_eq!(error, ConfigurationError::NoAuthentication);
            assert!(error.to_string().contains("MEDIAHOOK_ALLOW_UNSIGNED=true"));
        }
    }

    #[test]
    fn a_wrong_value_is_told_without_repeating_it() {
        for (name, value) in [(ALLOW_UNSIGNED, "yes-Please"), (INTAKE, "kafka:Please")] {
            let error = read(&[(ALLOW_UNSIGNED, "true"), (name, value)]).unwrap_err().to_string();
            assert!(error.starts_with(name), "{error}");
            assert!(!error.contains("Please"), "{error}");
        }
    }
}
