//! The configuration of a function that receives callbacks.

use callbacks::auth::{Credentials, CredentialsError};
use callbacks::{Origin, Product};
use delivery::Aws;
use lookup::Marks;
use receiver::credentials::split;
use secrecy::SecretString;
use variables::{ALLOW_UNSIGNED, BODY_LIMIT, CALLBACK_URLS, KEYS, SECRET_ID, TOKENS, TOLERANCE};

use crate::environment::{Environment, EnvironmentError, IntakeConfiguration, SecretConfiguration};

/// The largest tolerance, in seconds: a day.
const MAX_TOLERANCE: u64 = 24 * 60 * 60;

/// The configuration of a function that receives callbacks.
#[derive(Debug)]
pub(super) struct Configuration {
    /// The configuration of AWS clients.
    pub(super) aws: Aws,
    /// Where events are stored.
    pub(super) intake: IntakeConfiguration,
    /// Where the credentials that authenticate callbacks come from.
    pub(super) credentials: CredentialsSource,
    /// Accept callbacks without authentication if there are no credentials.
    pub(super) allow_unsigned: bool,
    /// Maximum difference between a signed time and the clock, in seconds, both ways.
    pub(super) tolerance: u64,
    /// Maximum bytes of a body.
    pub(super) body_limit: usize,
    /// What is noted on events.
    pub(super) marks: Marks,
}

/// Where keys, tokens and callback URLs come from.
#[derive(Debug)]
pub(super) enum CredentialsSource {
    /// Environment variables.
    Environment(Credentials),
    /// A secret in Secrets Manager.
    Secret(SecretConfiguration),
}

/// The configuration is invalid. The message never has a value.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum ConfigurationError {
    /// A variable is invalid.
    #[error(transparent)]
    Environment(#[from] EnvironmentError),
    /// Both a secret and the variables that it replaces are set.
    #[error("{SECRET_ID} replaces {KEYS}, {TOKENS} and {CALLBACK_URLS}: set it or them, not both")]
    TwoSources,
    /// There are no credentials, and unsigned callbacks are not allowed.
    #[error(
        "nothing authenticates callbacks: set {expected}, or {SECRET_ID} for a secret with them; or, for local use only, \
         {ALLOW_UNSIGNED}=true to accept unsigned callbacks"
    )]
    NoAuthentication {
        /// The variables that the product needs.
        expected: &'static str,
    },
    /// The credentials are incomplete or do not fit the product.
    #[error("{KEYS}, {TOKENS} and {CALLBACK_URLS}, or the secret that replaces them: {0}")]
    Credentials(CredentialsError),
}

impl Configuration {
    /// Reads the variables that `variable` looks up. An empty one counts as not set.
    ///
    /// # Errors
    /// [`ConfigurationError`] for the first invalid one.
    pub(super) fn from_environment(
        product: Product,
        variable: impl Fn(&str) -> Option<String>,
    ) -> Result<Self, ConfigurationError> {
        let environment = Environment(variable);
        let variable = |name| environment.text(name);
        let intake = environment.intake()?;
        let allow_unsigned = environment.parsed(ALLOW_UNSIGNED, "`true` or `false`", false)?;
        let credentials = match environment.secret()? {
            Some(_) if [KEYS, TOKENS, CALLBACK_URLS].into_iter().any(|name| variable(name).is_some()) => {
                return Err(ConfigurationError::TwoSources);
            }
            Some(secret) => CredentialsSource::Secret(secret),
            None => {
                let credentials = Credentials {
                    keys: secrets(variable(KEYS)),
                    tokens: secrets(variable(TOKENS)),
                    callback_urls: secrets(variable(CALLBACK_URLS)),
                };
                usable(product, &credentials, allow_unsigned)?;
                CredentialsSource::Environment(credentials)
            }
        };
        let tolerance = environment.seconds(TOLERANCE, 0..=MAX_TOLERANCE, 300)?;
        let body_limit = environment.parsed(BODY_LIMIT, "a whole number", 6 << 20)?;
        let marks = environment.marks(Origin::Callback)?;
        environment.in_lambda()?;
        Ok(Self { aws: environment.aws(), intake, credentials, allow_unsigned, tolerance, body_limit, marks })
    }
}

/// Checks that a function may run with these credentials.
///
/// # Errors
/// [`ConfigurationError`] says what to set.
pub(super) fn usable(
    product: Product,
    credentials: &Credentials,
    allow_unsigned: bool,
) -> Result<(), ConfigurationError> {
    match credentials.check(product) {
        Ok(()) => Ok(()),
        Err(CredentialsError::None) if allow_unsigned && credentials.callback_urls.is_empty() => Ok(()),
        Err(CredentialsError::None) => Err(ConfigurationError::NoAuthentication {
            expected: match product {
                Product::AliyunVod | Product::AliyunIms => {
                    "MEDIAHOOK_KEYS and MEDIAHOOK_CALLBACK_URLS, MEDIAHOOK_TOKENS, or all three"
                }
                Product::TencentVod => "MEDIAHOOK_KEYS, MEDIAHOOK_TOKENS, or both",
                Product::TencentCi => TOKENS,
            },
        }),
        Err(error) => Err(ConfigurationError::Credentials(error)),
    }
}

fn secrets(text: Option<String>) -> Vec<SecretString> {
    split(&text.unwrap_or_default().into())
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret;
    use variables::{INTAKE, RUNTIME_API, SECRET_MAX_AGE};

    use super::*;

    const IN_LAMBDA: (&str, &str) = (RUNTIME_API, "localhost:9001");

    fn read(product: Product, variables: &[(&str, &str)]) -> Result<Configuration, ConfigurationError> {
        let variables = [&[IN_LAMBDA], variables].concat();
        let lookup =
            |name: &str| variables.iter().rfind(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned());
        Configuration::from_environment(product, lookup)
    }

    #[test]
    fn unsigned_callbacks_must_be_allowed_in_so_many_words() {
        for product in Product::ALL {
            assert!(read(product, &[(ALLOW_UNSIGNED, "true")]).unwrap().allow_unsigned);
            let outside = read(product, &[(ALLOW_UNSIGNED, "true"), (RUNTIME_API, "")]).unwrap_err();
            assert_eq!(outside, ConfigurationError::Environment(EnvironmentError::NotInLambda));
            for variables in
                [&[][..], &[(ALLOW_UNSIGNED, "")], &[(ALLOW_UNSIGNED, "false")], &[(KEYS, " "), (TOKENS, "")]]
            {
                let error = read(product, variables).unwrap_err();
                assert!(matches!(error, ConfigurationError::NoAuthentication { .. }), "{product} {variables:?}");
                let message = error.to_string();
                for name in [TOKENS, SECRET_ID, "MEDIAHOOK_ALLOW_UNSIGNED=true"] {
                    assert!(message.contains(name), "{message}");
                }
            }
        }
    }

    #[test]
    fn keys_tokens_and_urls_are_separated_by_spaces() {
        let variables = [(KEYS, "one  two\n"), (TOKENS, " three"), (CALLBACK_URLS, "https://a/ https://b/?x=1")];
        let configuration = read(Product::AliyunIms, &variables).unwrap();
        let CredentialsSource::Environment(credentials) = configuration.credentials else { panic!() };
        assert_eq!((credentials.keys.len(), credentials.tokens.len()), (2, 1));
        let urls: Vec<&str> = credentials.callback_urls.iter().map(ExposeSecret::expose_secret).collect();
        assert_eq!(urls, ["https://a/", "https://b/?x=1"]);
        assert_eq!((configuration.tolerance, configuration.body_limit), (300, 6 * 1024 * 1024));
    }

    #[test]
    fn what_authenticates_less_than_it_seems_to_is_refused() {
        for (product, variables) in [
            (Product::AliyunVod, &[(KEYS, "k")][..]),
            (Product::AliyunIms, &[(CALLBACK_URLS, "https://a/"), (TOKENS, "t")]),
            (Product::TencentCi, &[(KEYS, "k"), (TOKENS, "t")]),
            (Product::AliyunVod, &[(KEYS, "k"), (ALLOW_UNSIGNED, "true")]),
        ] {
            let error = read(product, variables).unwrap_err();
            assert!(matches!(error, ConfigurationError::Credentials(_)), "{product} {variables:?} {error}");
        }
        let both = read(Product::TencentVod, &[(SECRET_ID, "s"), (TOKENS, "t")]).unwrap_err();
        assert_eq!(both, ConfigurationError::TwoSources);
    }

    #[test]
    fn a_secret_takes_the_place_of_the_variables() {
        let configuration = read(Product::TencentVod, &[(SECRET_ID, "s"), (SECRET_MAX_AGE, "7")]).unwrap();
        let CredentialsSource::Secret(secret) = configuration.credentials else { panic!() };
        assert_eq!((secret.id.as_str(), secret.max_age.as_secs()), ("s", 7));
    }

    #[test]
    fn the_clocks_may_differ_by_up_to_a_day() {
        let with = |seconds| read(Product::TencentCi, &[(ALLOW_UNSIGNED, "true"), (TOLERANCE, seconds)]);
        assert_eq!(with("86400").unwrap().tolerance, 86_400);
        assert!(with("86401").unwrap_err().to_string().starts_with(TOLERANCE));
    }

    #[test]
    fn a_wrong_value_is_told_without_repeating_it() {
        for (name, value) in [
            (ALLOW_UNSIGNED, "yes-Please"),
            (INTAKE, "kafka:Please"),
            (TOLERANCE, "-1 Please"),
            (BODY_LIMIT, "1.5 Please"),
        ] {
            let error = read(Product::TencentCi, &[(ALLOW_UNSIGNED, "true"), (name, value)]).unwrap_err().to_string();
            assert!(error.starts_with(name), "{error}");
            assert!(!error.contains("Please"), "{error}");
        }
    }
}
