//! The access key in force, renewed from a secret between polls.

use std::time::Duration;

use aws_config::SdkConfig;
use jiff::Timestamp;
use queues::Credentials;
use secrecy::{ExposeSecret, SecretString};
use tokio::sync::Mutex;

use super::Source;
use super::configuration::AccessKeySource;
use crate::environment::SecretConfiguration;
use crate::metrics::{self, Metric};
use crate::secret::{Secret, SecretError};

/// The access key of a function that pulls.
#[derive(Debug)]
pub(super) enum AccessKey {
    /// One that stays as it is.
    Fixed(Credentials),
    /// One that a secret has.
    Secret(Renewed),
}

/// A secret, and what was last read from it.
#[derive(Debug)]
pub(super) struct Renewed {
    source: Source,
    secret: Secret,
    max_age: Duration,
    /// The key, and when it was read. Wall-clock time, since the others stand still while Lambda pauses the function. Held
    /// while the secret is read, so that several queues read it once.
    last: Mutex<Option<(Timestamp, Credentials)>>,
}

/// The secret gave no access key. Its content is in no message.
#[derive(Debug, thiserror::Error)]
pub(super) enum AccessKeyError {
    #[error(transparent)]
    Secret(#[from] SecretError),
    #[error("the secret is not what it has to be: expected JSON with `access_key_id` and `access_key_secret`")]
    Format,
}

impl AccessKey {
    pub(super) fn new(source: Source, from: AccessKeySource, aws: &SdkConfig) -> Self {
        match from {
            AccessKeySource::Environment(credentials) => Self::Fixed(credentials),
            AccessKeySource::Secret(SecretConfiguration { id, max_age }) => {
                Self::Secret(Renewed { source, secret: Secret::new(id, aws), max_age, last: Mutex::new(None) })
            }
        }
    }

    /// The key to sign with now. A secret that is due and cannot be read leaves the last key in force.
    pub(super) async fn current(&self) -> Result<Credentials, AccessKeyError> {
        let secret = match self {
            Self::Fixed(credentials) => return Ok(credentials.clone()),
            Self::Secret(secret) => secret,
        };
        let mut last = secret.last.lock().await;
        let now = Timestamp::now();
        let age = last.as_ref().and_then(|(read, _)| Duration::try_from(now.duration_since(*read)).ok());
        if let (Some((_, credentials)), Some(age)) = (last.as_ref(), age)
            && age < secret.max_age
        {
            return Ok(credentials.clone());
        }
        match (secret.read().await, last.as_ref()) {
            (Ok(credentials), _) => {
                *last = Some((now, credentials.clone()));
                Ok(credentials)
            }
            (Err(error), known) => {
                metrics::emit_for(secret.source.function(), &[(Metric::SecretReadFailures, 1)]);
                let Some((_, credentials)) = known else { return Err(error) };
                tracing::error!(%error, "the secret was not read again: the last one holds");
                Ok(credentials.clone())
            }
        }
    }
}

impl Renewed {
    async fn read(&self) -> Result<Credentials, AccessKeyError> {
        credentials(&self.secret.read().await?)
    }
}

fn credentials(secret: &SecretString) -> Result<Credentials, AccessKeyError> {
    serde_json::from_str(secret.expose_secret()).map_err(|_| AccessKeyError::Format)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_of_another_form_is_told_without_repeating_it() {
        assert!(credentials(&r#"{"access_key_id":"a","access_key_secret":"b"}"#.to_owned().into()).is_ok());
        // The second is what the stack creates.
        for json in ["SECRET", r#"{"access_key_id":"","access_key_secret":""}"#, r#"{"access_key_id":"SECRET"}"#] {
            let error = credentials(&json.to_owned().into()).unwrap_err();
            assert!(matches!(error, AccessKeyError::Format), "{json}");
            assert!(!format!("{error} {error:?}").contains("SECRET"));
        }
    }
}
