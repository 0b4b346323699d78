//! Receive, store, confirm: in this order, until a queue is empty or the time is up.

use std::error::Error;
use std::time::Duration;

use backon::{ExponentialBuilder, Retryable};
use callbacks::CloudEvent;
use serde::Serialize;
use tokio::time::{Instant, timeout_at};

use crate::{Credentials, QueueError};

/// An error of what is called from here and belongs to the caller.
pub type BoxError = Box<dyn Error + Send + Sync>;

/// How much time must be left after a poll, so that what it gives can be stored and confirmed.
const RESERVE: Duration = Duration::from_secs(5);

/// A request that failed for the moment is sent again after about 0.2, 0.8 and 3.2 seconds. All of that fits into the 30
/// seconds that a handle of Tencent Cloud VOD lives.
const FIRST_DELAY: Duration = Duration::from_millis(200);
const DELAY_FACTOR: f32 = 4.0;
const RETRIES: usize = 3;

/// A vendor's queue.
pub trait Queue {
    /// What the queue is called in logs and reports.
    fn name(&self) -> &str;

    /// The longest that one poll takes, the wait for events included.
    fn poll_limit(&self) -> Duration;

    /// Takes up to 16 messages, which the vendor then hides for a while; waits some seconds where there are none.
    ///
    /// No message means that the queue is empty.
    fn receive(&self, credentials: &Credentials) -> impl Future<Output = Result<Vec<Message>, QueueError>>;

    /// Tells the vendor that messages need not be delivered again, and gives how many of them it would not take back,
    /// which it will deliver again.
    fn confirm(&self, credentials: &Credentials, handles: &[String])
    -> impl Future<Output = Result<usize, QueueError>>;
}

/// A message of a queue.
#[derive(Debug, Clone)]
pub struct Message {
    /// What confirms it. A message without one cannot be confirmed, and is delivered again until the vendor discards it.
    pub handle: Option<String>,
    /// What it says: one event, in practice. What cannot be read is an event, too.
    pub events: Vec<CloudEvent>,
}

/// What becomes of messages after their events are stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Received {
    /// They are confirmed.
    Confirm,
    /// They stay in the queue, which delivers them again.
    Keep,
}

/// What was taken out of a queue.
#[derive(Debug, Default, Serialize)]
pub struct Report {
    /// Name of the queue.
    pub queue: String,
    /// How many events were received and stored.
    pub stored: usize,
    /// How many messages were confirmed.
    pub confirmed: usize,
    /// How many messages were stored and not confirmed: the vendor would not, or gave no handle. It delivers them again.
    pub unconfirmed: usize,
    /// Whether there was nothing left.
    pub empty: bool,
    /// What ended it before the queue was empty and the time was up.
    #[serde(skip)]
    pub error: Option<DrainError>,
}

/// What ended the draining of a queue early. What was not confirmed by then is delivered again.
#[derive(Debug, thiserror::Error)]
pub enum DrainError {
    /// There is no access key.
    #[error("the access key could not be read")]
    Credentials(#[source] BoxError),
    /// Messages could not be received.
    #[error("messages could not be received")]
    Receive(#[source] QueueError),
    /// Events could not be stored; their messages were not confirmed.
    #[error("events could not be stored")]
    Store(#[source] BoxError),
    /// Messages could not be confirmed.
    #[error("messages could not be confirmed")]
    Confirm(#[source] QueueError),
    /// The deadline came in the middle of a poll, or before its events were stored and confirmed.
    #[error("the time was up before the poll and what follows it were done")]
    TimeUp,
}

/// Takes events out of a queue until it is empty, or no time is left for another poll before `deadline`.
///
/// `credentials` is asked before each poll, so that a key may change. `store` has to store all of the events it is given, or
/// fail: the messages of those, and of no others, are confirmed after it. The first poll is made however near the deadline
/// is, so that a time that is always too short shows as an error and not as an empty queue.
pub async fn drain<Q: Queue>(
    queue: &Q,
    credentials: impl AsyncFn() -> Result<Credentials, BoxError>,
    store: impl AsyncFn(&[CloudEvent]) -> Result<(), BoxError>,
    received: Received,
    deadline: Instant,
) -> Report {
    let mut report = Report { queue: queue.name().to_owned(), ..Report::default() };
    loop {
        let batch = take_batch(queue, &credentials, &store, received, &mut report);
        match timeout_at(deadline, batch).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => report.error = Some(error),
            Err(_) => report.error = Some(DrainError::TimeUp),
        }
        let is_time_left = deadline.duration_since(Instant::now()) >= queue.poll_limit() + RESERVE;
        if report.empty || report.error.is_some() || !is_time_left {
            return report;
        }
    }
}

/// One poll, and all that becomes of what it gives.
async fn take_batch<Q: Queue>(
    queue: &Q,
    credentials: impl AsyncFn() -> Result<Credentials, BoxError>,
    store: impl AsyncFn(&[CloudEvent]) -> Result<(), BoxError>,
    received: Received,
    report: &mut Report,
) -> Result<(), DrainError> {
    let credentials = credentials().await.map_err(DrainError::Credentials)?;
    let receive = async || queue.receive(&credentials).await;
    let messages = receive.retry(backoff()).when(QueueError::is_temporary).await.map_err(DrainError::Receive)?;
    if messages.is_empty() {
        report.empty = true;
        return Ok(());
    }
    let (mut events, mut handles, count) = (Vec::new(), Vec::new(), messages.len());
    for message in messages {
        events.extend(message.events);
        handles.extend(message.handle);
    }
    store(&events).await.map_err(DrainError::Store)?;
    report.stored += events.len();
    report.unconfirmed += count;
    if received == Received::Keep || handles.is_empty() {
        return Ok(());
    }
    let confirm = async || queue.confirm(&credentials, &handles).await;
    let refused = confirm.retry(backoff()).when(QueueError::is_temporary).await.map_err(DrainError::Confirm)?;
    let confirmed = handles.len().saturating_sub(refused);
    report.confirmed += confirmed;
    report.unconfirmed -= confirmed;
    Ok(())
}

/// There is one function for a queue and one invocation of it at a time, so that no two wait for the same moment, and the
/// delays need no jitter.
fn backoff() -> ExponentialBuilder {
    ExponentialBuilder::default().with_min_delay(FIRST_DELAY).with_factor(DELAY_FACTOR).with_max_times(RETRIES)
}

#[cfg(test)]
mod tests;
