//! Receive, store, confirm: in this order, until a queue is empty or the time is up.

use std::cell::Cell;
use std::error::Error;
use std::ops::ControlFlow;
use std::time::Duration;

use backon::{ExponentialBuilder, Retryable};
use callbacks::CloudEvent;
use serde::Serialize;
use tokio::time::{Instant, timeout, timeout_at};

use crate::{Credentials, QueueError};

/// An error of what is called from here and belongs to the caller.
pub type BoxError = Box<dyn Error + Send + Sync>;

/// How long a handle lives at the least: the 30 seconds of Tencent Cloud VOD. A queue at Alibaba Cloud has a setting for it,
/// the visibility time-out, of as much unless it is changed. What is polled has to be confirmed within it.
const HANDLE_LIFE: Duration = Duration::from_secs(30);

/// How old handles may be when they arrive: the vendor counts from its answer.
const ON_THE_WAY: Duration = Duration::from_secs(2);

/// A request that failed for the moment is sent again after about 0.2, 0.8 and 3.2 seconds.
const FIRST_DELAY: Duration = Duration::from_millis(200);
const DELAY_FACTOR: f32 = 4.0;
const RETRIES: usize = 3;

/// How many messages of one answer are taken. Both vendors give 16 at most: what has many more is none of theirs, and must not
/// take more memory than a function has.
pub(crate) const MOST_MESSAGES: usize = 100;

/// The longest that one request of a confirmation may take.
pub(crate) const CONFIRM_REQUEST: Duration = Duration::from_secs(4);

/// The longest that a confirmation may take, all of its requests included: one that is never answered, the same again, and
/// two seconds for the delay between and for handles that are confirmed one by one.
const CONFIRMING: Duration = CONFIRM_REQUEST.saturating_mul(2).saturating_add(Duration::from_secs(2));

/// The longest that storing a batch may take: what its handles live, less the rest of what is done while they do.
const STORE_LIMIT: Duration = HANDLE_LIFE.saturating_sub(ON_THE_WAY).saturating_sub(CONFIRMING);

/// How much time to store there has to be for another poll to be worth it.
const STORE_LEAST: Duration = Duration::from_secs(5);

/// How much time must be left after a poll, so that what it gives can be stored and confirmed.
const RESERVE: Duration = STORE_LEAST.saturating_add(CONFIRMING);

/// Handles that are younger than this have no reason to be dead: most of their life, less a doubt about clocks and ways.
const YOUNG: Duration = HANDLE_LIFE.saturating_sub(Duration::from_secs(5));

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
    /// Whether there was nothing left in the end.
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
    /// The vendor refused every handle of a batch, and not for its age: the same events would be stored in each run.
    #[error("the vendor confirmed no message of a batch that it had just given: it will deliver them again")]
    NoneConfirmed,
    /// The deadline came in the middle of a poll, or before its events were stored and confirmed; or confirming took so long
    /// that the handles are dead by now.
    #[error("the time was up before the poll and what follows it were done")]
    TimeUp,
}

/// Takes events out of a queue until it is empty, `store` wants no more, or no time is left for another poll before
/// `deadline`.
///
/// `credentials` is asked before each poll, so that a key may change. `store` has to store all of the events it is given
/// within the time it is given, or fail: the messages of those, and of no others, are confirmed after it. The first poll is
/// made however near the deadline is, so that a time that is always too short shows as an error and not as an empty queue.
pub async fn drain<Q: Queue>(
    queue: &Q,
    credentials: impl AsyncFn() -> Result<Credentials, BoxError>,
    store: impl AsyncFn(&[CloudEvent], Duration) -> Result<ControlFlow<()>, BoxError>,
    received: Received,
    deadline: Instant,
) -> Report {
    let mut report = Report { queue: queue.name().to_owned(), ..Report::default() };
    loop {
        let within = || deadline.duration_since(Instant::now()).saturating_sub(CONFIRMING).min(STORE_LIMIT);
        let store = async |events: &[CloudEvent]| store(events, within()).await;
        let batch = take_batch(queue, &credentials, &store, received, &mut report);
        let is_done = match timeout_at(deadline, batch).await {
            Ok(Ok(flow)) => flow.is_break(),
            Ok(Err(error)) => {
                report.error = Some(error);
                true
            }
            Err(_) => {
                report.error = Some(DrainError::TimeUp);
                true
            }
        };
        let is_time_left = deadline.duration_since(Instant::now()) >= queue.poll_limit() + RESERVE;
        if is_done || !is_time_left {
            return report;
        }
    }
}

/// One poll, and all that becomes of what it gives. It breaks where there is to be no other.
async fn take_batch<Q: Queue>(
    queue: &Q,
    credentials: impl AsyncFn() -> Result<Credentials, BoxError>,
    store: impl AsyncFn(&[CloudEvent]) -> Result<ControlFlow<()>, BoxError>,
    received: Received,
    report: &mut Report,
) -> Result<ControlFlow<()>, DrainError> {
    let credentials = credentials().await.map_err(DrainError::Credentials)?;
    let receive = async || queue.receive(&credentials).await;
    let messages = receive.retry(backoff()).when(QueueError::is_temporary).await.map_err(DrainError::Receive)?;
    let arrived = Instant::now();
    if messages.is_empty() {
        report.empty = true;
        return Ok(ControlFlow::Break(()));
    }
    let (mut events, mut handles, count) = (Vec::new(), Vec::new(), messages.len());
    for message in messages {
        // Of a message without an event nothing is stored, so nothing of it may be lost at the vendor.
        if !message.events.is_empty() {
            handles.extend(message.handle);
        }
        events.extend(message.events);
    }
    let flow = store(&events).await.map_err(DrainError::Store)?;
    report.stored += events.len();
    report.unconfirmed += count;
    if received == Received::Keep || handles.is_empty() {
        return Ok(flow);
    }
    let tries = Cell::new(0_usize);
    let confirm = async || {
        tries.set(tries.get() + 1);
        queue.confirm(&credentials, &handles).await
    };
    let confirm = confirm.retry(backoff()).when(QueueError::is_temporary);
    let refused = timeout(CONFIRMING, confirm).await.map_err(|_| DrainError::TimeUp)?.map_err(DrainError::Confirm)?;
    let confirmed = handles.len().saturating_sub(refused);
    report.confirmed += confirmed;
    report.unconfirmed -= confirmed;
    // A request whose answer was lost may have confirmed them, and the next is refused for that.
    if confirmed == 0 && tries.get() == 1 && arrived.elapsed() < YOUNG {
        return Err(DrainError::NoneConfirmed);
    }
    Ok(flow)
}

/// There is one function for a queue and one invocation of it at a time, so that no two wait for the same moment, and the
/// delays need no jitter.
fn backoff() -> ExponentialBuilder {
    ExponentialBuilder::default().with_min_delay(FIRST_DELAY).with_factor(DELAY_FACTOR).with_max_times(RETRIES)
}

#[cfg(test)]
mod tests;
