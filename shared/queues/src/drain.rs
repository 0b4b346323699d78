//! Receive, store, confirm, in this order, until a queue is empty or the deadline is near.

use std::cell::Cell;
use std::error::Error;
use std::ops::ControlFlow;
use std::time::Duration;

use backon::{ExponentialBuilder, Retryable};
use callbacks::CloudEvent;
use serde::Serialize;
use tokio::time::{Instant, timeout, timeout_at};
use vendor_api::{AccessKey, ApiError};

/// An error of a function that the caller of [`drain`] passes in.
pub type BoxError = Box<dyn Error + Send + Sync>;

/// The minimum lifetime of a handle, within which a message must be confirmed: 30 seconds at Tencent Cloud VOD. At Alibaba
/// Cloud it is the visibility timeout of the queue, by default also 30 seconds.
const HANDLE_LIFETIME: Duration = Duration::from_secs(30);

/// Latency of the vendor's response: the lifetime of its handles starts when it is sent.
const LATENCY: Duration = Duration::from_secs(2);

/// Backoff after a temporary error: about 0.2, 0.8 and 3.2 seconds.
const FIRST_DELAY: Duration = Duration::from_millis(200);
const DELAY_FACTOR: f32 = 4.0;
const RETRIES: usize = 3;

/// The most messages of one response that are processed. Both vendors send at most 16: a response with many more is not
/// theirs, and must not exhaust the memory of a function.
pub(crate) const MAX_MESSAGES: usize = 100;

/// Timeout of one request of a confirmation.
pub(crate) const CONFIRM_REQUEST: Duration = Duration::from_secs(4);

/// Timeout of a confirmation, all of its requests included: a request that times out, its retry, and two seconds for the
/// backoff and for handles that are confirmed one by one.
const CONFIRM_TIMEOUT: Duration = CONFIRM_REQUEST.saturating_mul(2).saturating_add(Duration::from_secs(2));

/// Timeout of storing a batch: the lifetime of its handles, less latency and confirmation.
const STORE_TIMEOUT: Duration = HANDLE_LIFETIME.saturating_sub(LATENCY).saturating_sub(CONFIRM_TIMEOUT);

/// The minimum time for storing that must be left to start another poll.
const MIN_STORE_TIME: Duration = Duration::from_secs(5);

/// Time that must be left after a poll to store and confirm its messages.
const RESERVE: Duration = MIN_STORE_TIME.saturating_add(CONFIRM_TIMEOUT);

/// A handle younger than this should still be valid; 5 s allow for clock skew and latency.
const SURELY_VALID: Duration = HANDLE_LIFETIME.saturating_sub(Duration::from_secs(5));

/// A vendor's queue.
pub trait Queue {
    /// The name of the queue in logs and reports.
    fn name(&self) -> &str;

    /// Timeout of one poll, the wait for messages included.
    fn poll_timeout(&self) -> Duration;

    /// Receives up to 16 messages, which the vendor then hides for a while. If there are none, it waits some seconds.
    ///
    /// No messages means that the queue is empty.
    fn receive(&self, credentials: &AccessKey) -> impl Future<Output = Result<Vec<Message>, ApiError>>;

    /// Confirms messages, so that the vendor does not redeliver them. Returns how many handles the vendor rejected, whose
    /// messages it will redeliver.
    fn confirm(&self, credentials: &AccessKey, handles: &[String]) -> impl Future<Output = Result<usize, ApiError>>;
}

/// A message of a queue.
#[derive(Debug, Clone)]
pub struct Message {
    /// Identifies it in a confirmation. A message without a handle cannot be confirmed, and is redelivered until the vendor
    /// discards it.
    pub handle: Option<String>,
    /// Its events: in practice one. An unreadable message is an event, too.
    pub events: Vec<CloudEvent>,
}

/// What to do with messages after their events are stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AfterStore {
    /// Confirm them.
    Confirm,
    /// Leave them in the queue, which redelivers them.
    Keep,
}

/// The result of draining a queue.
#[derive(Debug, Default, Serialize)]
pub struct DrainReport {
    /// Name of the queue.
    pub queue: String,
    /// How many events were received and stored.
    pub stored: usize,
    /// How many messages were confirmed.
    pub confirmed: usize,
    /// How many messages were stored and not confirmed: the vendor rejected the handle, or sent none. It redelivers them.
    pub unconfirmed: usize,
    /// Whether the queue was empty at the end.
    pub empty: bool,
    /// The error that ended it early.
    #[serde(skip)]
    pub error: Option<DrainError>,
}

/// Why draining a queue ended early. Messages that were not confirmed are redelivered.
#[derive(Debug, thiserror::Error)]
pub enum DrainError {
    /// The access key could not be read.
    #[error("the access key could not be read")]
    AccessKey(#[source] BoxError),
    /// Messages could not be received.
    #[error("messages could not be received")]
    Receive(#[source] ApiError),
    /// Events could not be stored; their messages were not confirmed.
    #[error("events could not be stored")]
    Store(#[source] BoxError),
    /// Messages could not be confirmed.
    #[error("messages could not be confirmed")]
    Confirm(#[source] ApiError),
    /// The vendor rejected every handle of a batch, although none had expired: each run would store the same events again.
    #[error("the vendor confirmed no message of a batch that it had just delivered, and will redeliver them")]
    NoneConfirmed,
    /// The deadline passed during a poll, or before its events were stored and confirmed; or confirming took so long that the
    /// handles have expired.
    #[error("timed out before a batch was received, stored and confirmed")]
    Timeout,
}

/// Drains a queue until it is empty, `store` breaks, or too little time for another poll is left before `deadline`.
///
/// `credentials` is called before each poll, so that a key may change. `store` gets events, on which it may note something, and
/// a timeout, and must store all of them or fail: only their messages are confirmed afterwards. The first poll is made however
/// near the deadline is, so that a deadline that is always too short is an error, and does not look like an empty queue.
pub async fn drain<Q: Queue>(
    queue: &Q,
    credentials: impl AsyncFn() -> Result<AccessKey, BoxError>,
    store: impl AsyncFn(&mut [CloudEvent], Duration) -> Result<ControlFlow<()>, BoxError>,
    after_store: AfterStore,
    deadline: Instant,
) -> DrainReport {
    let mut report = DrainReport { queue: queue.name().to_owned(), ..DrainReport::default() };
    loop {
        let store_timeout =
            || deadline.duration_since(Instant::now()).saturating_sub(CONFIRM_TIMEOUT).min(STORE_TIMEOUT);
        let store = async |events: &mut [CloudEvent]| store(events, store_timeout()).await;
        let batch = take_batch(queue, &credentials, &store, after_store, &mut report);
        let is_done = match timeout_at(deadline, batch).await {
            Ok(Ok(flow)) => flow.is_break(),
            Ok(Err(error)) => {
                report.error = Some(error);
                true
            }
            Err(_) => {
                report.error = Some(DrainError::Timeout);
                true
            }
        };
        let is_time_left = deadline.duration_since(Instant::now()) >= queue.poll_timeout() + RESERVE;
        if is_done || !is_time_left {
            return report;
        }
    }
}

/// One poll, and storing and confirming its messages. It breaks where draining should end.
async fn take_batch<Q: Queue>(
    queue: &Q,
    credentials: impl AsyncFn() -> Result<AccessKey, BoxError>,
    store: impl AsyncFn(&mut [CloudEvent]) -> Result<ControlFlow<()>, BoxError>,
    after_store: AfterStore,
    report: &mut DrainReport,
) -> Result<ControlFlow<()>, DrainError> {
    let credentials = credentials().await.map_err(DrainError::AccessKey)?;
    let receive = async || queue.receive(&credentials).await;
    let messages = receive.retry(backoff()).when(ApiError::is_temporary).await.map_err(DrainError::Receive)?;
    let arrived = Instant::now();
    if messages.is_empty() {
        report.empty = true;
        return Ok(ControlFlow::Break(()));
    }
    let (mut events, mut handles, count) = (Vec::new(), Vec::new(), messages.len());
    for message in messages {
        // A message without an event is not stored, and so must not be confirmed.
        if !message.events.is_empty() {
            handles.extend(message.handle);
        }
        events.extend(message.events);
    }
    let flow = store(&mut events).await.map_err(DrainError::Store)?;
    report.stored += events.len();
    report.unconfirmed += count;
    if after_store == AfterStore::Keep || handles.is_empty() {
        return Ok(flow);
    }
    let tries = Cell::new(0_usize);
    let confirm = async || {
        tries.set(tries.get() + 1);
        queue.confirm(&credentials, &handles).await
    };
    let confirm = confirm.retry(backoff()).when(ApiError::is_temporary);
    let refused =
        timeout(CONFIRM_TIMEOUT, confirm).await.map_err(|_| DrainError::Timeout)?.map_err(DrainError::Confirm)?;
    let confirmed = handles.len().saturating_sub(refused);
    report.confirmed += confirmed;
    report.unconfirmed -= confirmed;
    // A request whose response was lost may have confirmed them, so that its retry is rejected.
    if confirmed == 0 && tries.get() == 1 && arrived.elapsed() < SURELY_VALID {
        return Err(DrainError::NoneConfirmed);
    }
    Ok(flow)
}

/// No jitter is needed: a queue is drained by one invocation at a time, so that no clients retry in step.
fn backoff() -> ExponentialBuilder {
    ExponentialBuilder::default().with_min_delay(FIRST_DELAY).with_factor(DELAY_FACTOR).with_max_times(RETRIES)
}

#[cfg(test)]
mod proof;
#[cfg(test)]
mod tests;
