//! What every way of storing events shares: its context and its errors.

use std::io;
use std::time::Duration;

use crate::aws::AwsError;

/// What comes with the events of one callback.
#[derive(Debug, Clone, Copy)]
pub struct StoreContext<'a> {
    /// The X-Ray tracing header of the request. A malformed one is left out.
    pub trace: Option<&'a str>,
    /// The time limit for storing all events, retries included. Past it the result is [`StoreError::Timeout`].
    pub timeout: Duration,
}

/// Not all events are known to be stored. Storing them again is safe.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// An event could not be serialized as JSON.
    #[error("an event could not be serialized")]
    Encode(#[source] serde_json::Error),
    /// Standard output could not be written to.
    #[error("standard output could not be written to")]
    Write(#[source] io::Error),
    /// An event exceeds the limit of the queue or the bus, and no overflow bucket is configured.
    #[error("an event exceeds the size limit, and no overflow bucket is configured")]
    TooLarge,
    /// The data of a large event could not be written to the overflow bucket.
    #[error("the data of a large event could not be written to the overflow bucket: {0}")]
    Overflow(#[source] AwsError),
    /// A message could not be sent to the queue.
    #[error("a message could not be sent to the queue: {0}")]
    Queue(#[source] AwsError),
    /// The time limit passed before everything was stored.
    #[error("timed out before all events were stored")]
    Timeout,
}

/// The data of a large event could not be read.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// The event refers to something else than what this intake stored for it.
    #[error("the data of a large event is not in the overflow bucket")]
    Elsewhere,
    /// The overflow bucket did not give it.
    #[error("the data of a large event could not be read from the overflow bucket: {0}")]
    Overflow(#[source] AwsError),
    /// It is no data of an event.
    #[error("what was stored for a large event is not its data")]
    Unreadable,
    /// The time limit passed.
    #[error("timed out before the data of a large event was read")]
    Timeout,
}
