//! The credentials in force, renewed from a secret while requests are served.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use callbacks::Product;
use callbacks::auth::{Authentic, Clock, Credentials, NotAuthentic, Request, verify};
use delivery::{Aws, CaBundleError};
use jiff::Timestamp;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use tokio::sync::watch;
use tokio::task::AbortHandle;

use super::configuration::{ConfigurationError, split_secret, usable};
use crate::environment::SecretConfiguration;
use crate::metrics::{self, Metric};
use crate::secret::{READING_LIMIT, Secret, SecretError};

/// How long a refused request waits for the secret that is being read, in case that it has the key.
const RENEWAL_WAIT: Duration = Duration::from_secs(2);
/// When a failed reading is tried again, unless the secret's age comes first.
const RETRY_AFTER: Duration = Duration::from_secs(30);
/// A reading that has run for longer was paused together with the function.
const STUCK: Duration = READING_LIMIT.saturating_add(Duration::from_secs(1));

/// The credentials of a product's function.
#[derive(Debug)]
pub(super) struct Keyring {
    product: Product,
    allow_unsigned: bool,
    current: Mutex<Arc<Credentials>>,
    source: Option<Source>,
}

/// Where the credentials are read from again and again.
#[derive(Debug)]
struct Source {
    secret: Secret,
    max_age: Duration,
    renewal: Mutex<Renewal>,
    /// Whether it is being read.
    reading: watch::Sender<bool>,
}

/// Where the reading of the secret stands. Times are those of the wall clock, since the others stand still while Lambda
/// pauses the function, as it does between requests.
#[derive(Debug)]
struct Renewal {
    /// When the next reading is due.
    due: Timestamp,
    /// When the one that runs was started, and what ends it.
    running: Option<(Timestamp, AbortHandle)>,
}

/// There are no credentials. The secret's content is in no message.
#[derive(Debug, thiserror::Error)]
pub(super) enum KeyringError {
    #[error(transparent)]
    CaBundle(#[from] CaBundleError),
    #[error(transparent)]
    Secret(#[from] SecretError),
    #[error(
        "the secret is not what it has to be: expected JSON with `keys`, `tokens` and `callback_urls`, each a list of \
         strings or a string with spaces between"
    )]
    Format,
    #[error(transparent)]
    Unusable(#[from] ConfigurationError),
}

/// The secret's JSON.
#[derive(Deserialize)]
struct SecretCredentials {
    #[serde(default)]
    keys: Values,
    #[serde(default)]
    tokens: Values,
    #[serde(default)]
    callback_urls: Values,
}

/// A list of strings, or one string with spaces between: so Secrets Manager can generate the first token.
#[derive(Deserialize)]
#[serde(untagged)]
enum Values {
    One(SecretString),
    Many(Vec<SecretString>),
}

impl Default for Values {
    fn default() -> Self {
        Self::Many(Vec::new())
    }
}

impl Values {
    fn split(&self) -> Vec<SecretString> {
        match self {
            Self::One(text) => split_secret(text),
            Self::Many(texts) => texts.iter().flat_map(split_secret).collect(),
        }
    }
}

impl Keyring {
    /// Credentials that stay as they are.
    pub(super) fn fixed(product: Product, credentials: Credentials, allow_unsigned: bool) -> Self {
        Self { product, allow_unsigned, current: Mutex::new(Arc::new(credentials)), source: None }
    }

    /// The credentials of a secret, which is read now and again whenever it is older than `max_age`.
    pub(super) async fn from_secret(
        product: Product,
        secret: SecretConfiguration,
        allow_unsigned: bool,
        aws: &Aws,
    ) -> Result<Self, KeyringError> {
        let SecretConfiguration { id, max_age } = secret;
        let renewal = Mutex::new(Renewal { due: Timestamp::now() + max_age, running: None });
        let secret = Secret::new(id, aws).await?;
        let source = Source { secret, max_age, renewal, reading: watch::Sender::new(false) };
        let credentials = source.read(product, allow_unsigned).await?;
        Ok(Self { source: Some(source), ..Self::fixed(product, credentials, allow_unsigned) })
    }

    /// The credentials that are valid now.
    pub(super) fn credentials(&self) -> Arc<Credentials> {
        Arc::clone(&lock(&self.current))
    }

    /// Shows that a request is the vendor's.
    ///
    /// A secret that is due is read meanwhile. Two requests wait for it: one that would be refused, since its vendor may sign
    /// with a key that the secret has by now; and one that comes when the secret is long due, since an environment that was
    /// idle would accept what was revoked in the meantime.
    pub(super) async fn verify<'b>(
        self: &Arc<Self>,
        request: &Request<'_, 'b>,
        clock: Clock,
    ) -> Result<Authentic<'b>, NotAuthentic> {
        let is_stale = self.source.as_ref().is_some_and(Source::is_stale);
        self.renew_when_due();
        let verified = self.verify_with_current(request, clock);
        match &self.source {
            Some(source) if (is_stale || verified.is_err()) && *source.reading.borrow() => {
                let mut reading = source.reading.subscribe();
                // Whether it came in time or not, what there is now decides.
                drop(tokio::time::timeout(RENEWAL_WAIT, reading.wait_for(|reading| !reading)).await);
                self.verify_with_current(request, clock)
            }
            _ => verified,
        }
    }

    fn verify_with_current<'b>(&self, request: &Request<'_, 'b>, clock: Clock) -> Result<Authentic<'b>, NotAuthentic> {
        let credentials = self.credentials();
        if self.allow_unsigned && is_empty(&credentials) {
            return Ok(Authentic::unsigned(request.body));
        }
        verify(self.product, &credentials, request, clock)
    }

    /// Starts to read the secret where it is due, and anew where Lambda paused the function in the middle of it: such a
    /// reading waits for an answer on a connection that is gone.
    fn renew_when_due(self: &Arc<Self>) {
        let Some(source) = &self.source else { return };
        let now = Timestamp::now();
        let mut renewal = lock(&source.renewal);
        match &renewal.running {
            Some((started, task)) if now >= *started + STUCK => task.abort(),
            Some(_) => return,
            None if now < renewal.due => return,
            None => {}
        }
        source.reading.send_replace(true);
        let keyring = Arc::clone(self);
        let task = tokio::spawn(async move { keyring.renew(now).await });
        renewal.running = Some((now, task.abort_handle()));
    }

    /// Reads the secret. One that cannot be read or used changes nothing.
    async fn renew(&self, started: Timestamp) {
        let Some(source) = &self.source else { return };
        let product = self.product;
        // An emptied secret opens no function that was closed.
        let is_open = self.allow_unsigned && is_empty(&self.credentials());
        let read = source.read(product, is_open).await;
        let now = Timestamp::now();
        let due = match read {
            Ok(credentials) => {
                *lock(&self.current) = Arc::new(credentials);
                tracing::info!(%product, "the secret was read again");
                now + source.max_age
            }
            // The function was paused meanwhile. That says nothing about the secret.
            Err(_) if now >= started + STUCK => now,
            Err(error) => {
                metrics::emit(product, None, &[(Metric::SecretReadFailures, 1)]);
                tracing::error!(%product, %error, "the secret was not read again: the last one holds");
                now + source.max_age.min(RETRY_AFTER)
            }
        };
        *lock(&source.renewal) = Renewal { due, running: None };
        source.reading.send_replace(false);
    }
}

/// Whether there is nothing to authenticate a callback by.
fn is_empty(credentials: &Credentials) -> bool {
    credentials.keys.is_empty() && credentials.tokens.is_empty()
}

impl Source {
    /// Whether the secret is as long due as it was valid.
    fn is_stale(&self) -> bool {
        Timestamp::now() > lock(&self.renewal).due + self.max_age
    }

    async fn read(&self, product: Product, allow_unsigned: bool) -> Result<Credentials, KeyringError> {
        let credentials = credentials(&self.secret.read().await?)?;
        usable(product, &credentials, allow_unsigned)?;
        Ok(credentials)
    }
}

fn credentials(secret: &SecretString) -> Result<Credentials, KeyringError> {
    let secret: SecretCredentials = serde_json::from_str(secret.expose_secret()).map_err(|_| KeyringError::Format)?;
    let SecretCredentials { keys, tokens, callback_urls } = secret;
    Ok(Credentials { keys: keys.split(), tokens: tokens.split(), callback_urls: callback_urls.split() })
}

/// The value behind a lock. Nothing that holds one of these can panic half-way.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(json: &str) -> Result<Credentials, KeyringError> {
        credentials(&json.to_owned().into())
    }

    #[test]
    fn a_secret_has_lists_or_words() {
        for (json, keys, tokens, urls) in [
            (r#"{"keys":["a","b"],"tokens":["c"],"callback_urls":["https://d/"]}"#, 2, 1, 1),
            (r#"{"keys":"a b","tokens":"c","callback_urls":"https://d/ https://e/"}"#, 2, 1, 2),
            (r#"{"keys":[],"callback_urls":[],"tokens":"generated"}"#, 0, 1, 0),
            (r#"{"keys":["", " "],"tokens":"  "}"#, 0, 0, 0),
            (r#"{"description":"x"}"#, 0, 0, 0),
        ] {
            let credentials = read(json).unwrap();
            let found = (credentials.keys.len(), credentials.tokens.len(), credentials.callback_urls.len());
            assert_eq!(found, (keys, tokens, urls), "{json}");
        }
    }

    #[test]
    fn a_secret_of_another_form_is_told_without_repeating_it() {
        for json in ["SECRET", r#"{"keys":1}"#, r#"{"keys":{"SECRET":1}}"#, r#""SECRET""#, ""] {
            let error = read(json).unwrap_err();
            assert!(matches!(error, KeyringError::Format), "{json}");
            assert!(!format!("{error} {error:?}").contains("SECRET"));
        }
    }

    #[test]
    fn what_is_unsigned_is_accepted_only_without_credentials() {
        let clock = Clock { now: Timestamp::now(), tolerance: 300 };
        let request = Request { headers: &[], tokens: &[], body: b"{}" };
        let keyring = |tokens: &[&str], allow_unsigned| {
            let tokens = tokens.iter().map(|&token| token.to_owned().into()).collect();
            Keyring::fixed(Product::TencentCi, Credentials { tokens, ..Credentials::default() }, allow_unsigned)
        };
        assert!(keyring(&[], true).verify_with_current(&request, clock).is_ok());
        assert!(keyring(&[], false).verify_with_current(&request, clock).is_err());
        assert!(keyring(&["t"], true).verify_with_current(&request, clock).is_err());
    }
}
