//! The current access key of a vendor, refreshed from a secret.

use std::time::Duration;

use delivery::{Aws, CaBundleError};
use jiff::Timestamp;
use queues::AccessKey;
use secrecy::{ExposeSecret, SecretString};
use tokio::sync::Mutex;

use crate::environment::SecretConfiguration;
use crate::metrics::{self, Metric};
use crate::secret::{Secret, SecretError};

/// Where an access key comes from.
#[derive(Debug)]
pub(crate) enum AccessKeySource {
    /// The variables that the vendor's own tools read.
    Environment(AccessKey),
    /// A secret of Secrets Manager.
    Secret(SecretConfiguration),
}

/// An access key of a vendor.
#[derive(Debug)]
pub(crate) enum CurrentAccessKey {
    /// A key from environment variables.
    Fixed(AccessKey),
    /// A key from a secret.
    Secret(CachedSecret),
}

/// A secret, and the key that was last read from it.
#[derive(Debug)]
pub(crate) struct CachedSecret {
    /// The function whose metrics count that it could not be read.
    function: &'static str,
    secret: Secret,
    max_age: Duration,
    last: Last,
}

/// The key, and when it expires from this cache. It is wall-clock time, since monotonic clocks stop while Lambda freezes the
/// function. The lock is held while the secret is read, so that several queues read it once.
type Last = Mutex<Option<(Timestamp, AccessKey)>>;

/// Backoff after a failed refresh, unless the maximum age is shorter: each read may take seconds, and all queues wait for it.
const RETRY_AFTER: Duration = Duration::from_secs(30);

/// The secret has no access key. No message has its content.
#[derive(Debug, thiserror::Error)]
pub(crate) enum AccessKeyError {
    #[error(transparent)]
    Secret(#[from] SecretError),
    #[error("the secret is invalid: expected JSON with `access_key_id` and `access_key_secret`")]
    Format,
}

impl CurrentAccessKey {
    pub(crate) async fn new(function: &'static str, from: AccessKeySource, aws: &Aws) -> Result<Self, CaBundleError> {
        Ok(match from {
            AccessKeySource::Environment(credentials) => Self::Fixed(credentials),
            AccessKeySource::Secret(SecretConfiguration { id, max_age }) => {
                let secret = Secret::new(id, aws).await?;
                Self::Secret(CachedSecret { function, secret, max_age, last: Mutex::new(None) })
            }
        })
    }

    /// The key to sign with. If a refresh fails, the last key stays in use.
    pub(crate) async fn current(&self) -> Result<AccessKey, AccessKeyError> {
        let secret = match self {
            Self::Fixed(credentials) => return Ok(credentials.clone()),
            Self::Secret(secret) => secret,
        };
        refreshed(&secret.last, secret.max_age, Timestamp::now(), async || {
            secret.read().await.inspect_err(|_| {
                metrics::emit_for_function(secret.function, &[(Metric::SecretReadFailures, 1)]);
            })
        })
        .await
    }
}

/// The cached key, or the result of `read` if it has expired.
async fn refreshed(
    last: &Last,
    max_age: Duration,
    now: Timestamp,
    read: impl AsyncFn() -> Result<AccessKey, AccessKeyError>,
) -> Result<AccessKey, AccessKeyError> {
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
            *until = after(max_age.min(RETRY_AFTER));
            tracing::error!(%error, "the secret could not be refreshed: the last one stays in use");
            Ok(credentials.clone())
        }
        (Err(error), None) => Err(error),
    }
}

impl CachedSecret {
    async fn read(&self) -> Result<AccessKey, AccessKeyError> {
        credentials(&self.secret.read().await?)
    }
}

fn credentials(secret: &SecretString) -> Result<AccessKey, AccessKeyError> {
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
            (refreshed(&last, Duration::from_mins(5), now, read).await.is_ok(), reads.get())
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
