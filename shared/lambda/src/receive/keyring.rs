//! The current credentials, refreshed from a secret while requests are served.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use callbacks::Product;
use callbacks::auth::{Authentic, Clock, Credentials, NotAuthentic, Request, verify};
use delivery::{Aws, CaBundleError};
use jiff::Timestamp;
use receiver::Verifier;
use receiver::credentials::{NotASecret, of_secret};
use tokio::sync::watch;
use tokio::task::AbortHandle;

use super::configuration::{ConfigurationError, usable};
use crate::environment::SecretConfiguration;
use crate::metrics::{self, Metric};
use crate::secret::{READ_TIMEOUT, Secret, SecretError};

/// How long a failed verification waits for a running secret refresh.
const REFRESH_WAIT: Duration = Duration::from_secs(2);
/// Backoff after a failed refresh, unless the maximum age is shorter.
const RETRY_AFTER: Duration = Duration::from_secs(30);
/// A refresh that has run for longer was frozen together with the function.
const STUCK: Duration = READ_TIMEOUT.saturating_add(Duration::from_secs(1));

/// The credentials of a product's function.
#[derive(Debug)]
pub(super) struct Keyring(Arc<State>);

#[derive(Debug)]
struct State {
    product: Product,
    allow_unsigned: bool,
    current: Mutex<Arc<Credentials>>,
    source: Option<Source>,
    clock: WallClock,
}

/// Tells the time. Monotonic clocks stop while Lambda freezes the function between requests.
pub(super) type WallClock = fn() -> Timestamp;

/// The secret that the credentials are refreshed from.
#[derive(Debug)]
struct Source {
    secret: Secret,
    max_age: Duration,
    refresh: Mutex<Refresh>,
    /// Whether a refresh is running.
    refreshing: watch::Sender<bool>,
}

/// The state of refreshing, in times of the wall clock.
#[derive(Debug)]
struct Refresh {
    /// When the next refresh is due.
    due: Timestamp,
    /// When the credentials are so old that a request waits for a refresh.
    stale: Timestamp,
    /// When the running refresh was started, and a handle to abort it.
    running: Option<(Timestamp, AbortHandle)>,
}

/// The secret has no usable credentials. No message has its content.
#[derive(Debug, thiserror::Error)]
pub(super) enum KeyringError {
    #[error(transparent)]
    CaBundle(#[from] CaBundleError),
    #[error(transparent)]
    Secret(#[from] SecretError),
    #[error(transparent)]
    Format(#[from] NotASecret),
    #[error(transparent)]
    Unusable(#[from] ConfigurationError),
}

impl Verifier for Keyring {
    /// A refresh that is due runs in the background. A request waits for it in two cases: when it would be rejected, since the
    /// vendor may already sign with a key that was added to the secret; and when the credentials are older than the
    /// maximum age, since an environment that was idle would accept credentials that were revoked in the meantime.
    async fn verify<'b>(&self, request: &Request<'_, 'b>, clock: Clock) -> Result<Authentic<'b>, NotAuthentic> {
        let Self(state) = self;
        let is_stale = state.source.as_ref().is_some_and(|source| (state.clock)() > lock(&source.refresh).stale);
        state.refresh_when_due();
        let verified = state.verify(request, clock);
        match &state.source {
            Some(source) if (is_stale || verified.is_err()) && *source.refreshing.borrow() => {
                let mut refreshing = source.refreshing.subscribe();
                // After a timeout the old credentials decide.
                drop(tokio::time::timeout(REFRESH_WAIT, refreshing.wait_for(|refreshing| !refreshing)).await);
                state.verify(request, clock)
            }
            _ => verified,
        }
    }

    fn credentials(&self) -> Arc<Credentials> {
        self.0.credentials()
    }
}

impl Keyring {
    /// A keyring of credentials that never change.
    pub(super) fn fixed(product: Product, credentials: Credentials, allow_unsigned: bool) -> Self {
        Self::new(product, credentials, allow_unsigned, None, Timestamp::now)
    }

    /// A keyring of the credentials in a secret. It is read now, and again before its value is older than `max_age`.
    pub(super) async fn from_secret(
        product: Product,
        secret: SecretConfiguration,
        allow_unsigned: bool,
        aws: &Aws,
        clock: WallClock,
    ) -> Result<Self, KeyringError> {
        let SecretConfiguration { id, max_age } = secret;
        let refresh = Mutex::new(Refresh::after(clock(), max_age));
        let secret = Secret::new(id, aws).await?;
        let source = Source { secret, max_age, refresh, refreshing: watch::Sender::new(false) };
        let credentials = source.read(product, allow_unsigned).await?;
        Ok(Self::new(product, credentials, allow_unsigned, Some(source), clock))
    }

    fn new(
        product: Product,
        credentials: Credentials,
        allow_unsigned: bool,
        source: Option<Source>,
        clock: WallClock,
    ) -> Self {
        Self(Arc::new(State { product, allow_unsigned, current: Mutex::new(Arc::new(credentials)), source, clock }))
    }
}

impl State {
    fn credentials(&self) -> Arc<Credentials> {
        Arc::clone(&lock(&self.current))
    }

    fn verify<'b>(&self, request: &Request<'_, 'b>, clock: Clock) -> Result<Authentic<'b>, NotAuthentic> {
        let credentials = self.credentials();
        if self.allow_unsigned && is_empty(&credentials) {
            return Ok(Authentic::unsigned(request.body));
        }
        verify(self.product, &credentials, request, clock)
    }

    /// Starts a refresh when it is due, and restarts one during which Lambda froze the function: it waits for a response on a
    /// closed connection.
    fn refresh_when_due(self: &Arc<Self>) {
        let Some(source) = &self.source else { return };
        let now = (self.clock)();
        let mut refresh = lock(&source.refresh);
        match &refresh.running {
            Some((started, task)) if now >= *started + STUCK => task.abort(),
            Some(_) => return,
            None if now < refresh.due => return,
            None => {}
        }
        source.refreshing.send_replace(true);
        let keyring = Arc::clone(self);
        let task = tokio::spawn(async move { keyring.refresh(now).await });
        refresh.running = Some((now, task.abort_handle()));
    }

    /// Refreshes the credentials. If the secret cannot be read or used, they stay as they are.
    async fn refresh(&self, started: Timestamp) {
        let Some(source) = &self.source else { return };
        let product = self.product;
        // A secret that is emptied must not turn authentication off.
        let is_open = self.allow_unsigned && is_empty(&self.credentials());
        let read = source.read(product, is_open).await;
        let now = (self.clock)();
        let mut refresh = lock(&source.refresh);
        refresh.running = None;
        match read {
            // The function may have been frozen since the secret was read.
            Ok(credentials) => {
                *lock(&self.current) = Arc::new(credentials);
                *refresh = Refresh::after(started, source.max_age);
                tracing::info!(%product, "the secret was refreshed");
            }
            // The function was frozen meanwhile, so the error says nothing about the secret.
            Err(_) if now >= started + STUCK => refresh.due = now,
            Err(error) => {
                refresh.due = now + source.max_age.min(RETRY_AFTER);
                refresh.stale = now + source.max_age;
                metrics::emit(product, None, &[(Metric::SecretReadFailures, 1)]);
                tracing::error!(%product, %error, "the secret could not be refreshed: the last one stays in use");
            }
        }
        drop(refresh);
        source.refreshing.send_replace(false);
    }
}

/// Whether there is neither a key nor a token.
fn is_empty(credentials: &Credentials) -> bool {
    credentials.keys.is_empty() && credentials.tokens.is_empty()
}

impl Refresh {
    /// After a secret was read at this time. It is read again some time before it is too old, so that no request of a busy
    /// function has to wait for that.
    fn after(read: Timestamp, max_age: Duration) -> Self {
        Self { due: read + max_age * 4 / 5, stale: read + max_age, running: None }
    }
}

impl Source {
    async fn read(&self, product: Product, allow_unsigned: bool) -> Result<Credentials, KeyringError> {
        let credentials = of_secret(&self.secret.read().await?)?;
        usable(product, &credentials, allow_unsigned)?;
        Ok(credentials)
    }
}

/// Locks a mutex. No code that holds one of these locks can panic.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests;
