//! The access key in force, renewed from a secret between polls.

use std::time::Duration;

use delivery::{Aws, CaBundleError};
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
    last: Last,
}

/// The key, and until when it is not read again. Wall-clock time, since the others stand still while Lambda pauses the
/// function. Held while the secret is read, so that several queues read it once.
type Last = Mutex<Option<(Timestamp, Credentials)>>;

/// How long a secret that could not be read again is left alone, unless it is to be read more often: each reading may take
/// seconds, and all queues wait for it.
const RETRY: Duration = Duration::from_secs(30);

/// The secret gave no access key. Its content is in no message.
#[derive(Debug, thiserror::Error)]
pub(super) enum AccessKeyError {
    #[error(transparent)]
    Secret(#[from] SecretError),
    #[error("the secret is not what it has to be: expected JSON with `access_key_id` and `access_key_secret`")]
    Format,
}

impl AccessKey {
    pub(super) async fn new(source: Source, from: AccessKeySource, aws: &Aws) -> Result<Self, CaBundleError> {
        Ok(match from {
            AccessKeySource::Environment(credentials) => Self::Fixed(credentials),
            AccessKeySource::Secret(SecretConfiguration { id, max_age }) => {
                let secret = Secret::new(id, aws).await?;
                Self::Secret(Renewed { source, secret, max_age, last: Mutex::new(None) })
            }
        })
    }

    /// The key to sign with now. A secret that is due and cannot be read leaves the last key in force.
    pub(super) async fn current(&self) -> Result<Credentials, AccessKeyError> {
        let secret = match self {
            Self::Fixed(credentials) => return Ok(credentials.clone()),
            Self::Secret(secret) => secret,
        };
        renewed(&secret.last, secret.max_age, Timestamp::now(), async || {
            secret.read().await.inspect_err(|_| {
                metrics::emit_for(secret.source.function(), &[(Metric::SecretReadFailures, 1)]);
            })
        })
        .await
    }
}

/// The last key, or, where its time is over, what `read` gives.
async fn renewed(
    last: &Last,
    max_age: Duration,
    now: Timestamp,
    read: impl AsyncFn() -> Result<Credentials, AccessKeyError>,
) -> Result<Credentials, AccessKeyError> {
    let mut last = last.lock().await;
    if let Some((until, credentials)) = last.as_ref()
        && now < *until
    {
        return Ok(credentials.clone());
    }
    let after = |age: Duration| now.checked_add(age).unwrap_or(Timestamp::MAX);
    match (read().await, last.as_mut()) {
        (Ok(credentials), _) => {
            *last = Some((after(max_age), credentials.clone()));
            Ok(credentials)
        }
        (Err(error), Some((until, credentials))) => {
            *until = after(max_age.min(RETRY));
            tracing::error!(%error, "the secret was not read again: the last one holds");
            Ok(credentials.clone())
        }
        (Err(error), None) => Err(error),
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
    use std::cell::Cell;

    use super::*;

    #[tokio::test(flavor = "current_thread")]
    async fn a_secret_that_cannot_be_read_again_is_left_alone_for_a_while() {
        let (last, reads) = (Last::default(), Cell::new(0));
        let ask = async |seconds, works: bool| {
            let read = async || {
                reads.set(reads.get() + 1);
                let key = r#"{"access_key_id":"a","access_key_secret":"b"}"#.to_owned().into();
                if works { credentials(&key) } else { Err(AccessKeyError::Format) }
            };
            let now = Timestamp::from_second(seconds).unwrap();
            (renewed(&last, Duration::from_mins(5), now, read).await.is_ok(), reads.get())
        };
        assert_eq!(ask(0, false).await, (false, 1));
        assert_eq!(ask(0, true).await, (true, 2));
        assert_eq!(ask(299, true).await, (true, 2));
        assert_eq!(ask(300, false).await, (true, 3));
        assert_eq!(ask(329, false).await, (true, 3));
        assert_eq!(ask(330, true).await, (true, 4));
        assert_eq!(ask(629, true).await, (true, 4));
    }

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
