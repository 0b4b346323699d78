//! How often a vendor is asked: below what it documents, and again where it throttles or has a fault.

use std::time::Duration;

use backon::{ExponentialBuilder, Retryable};
use leaky_bucket::RateLimiter;
use tokio::time::{Instant, timeout_at};
use vendor_api::{AccessKey, ApiError};

use crate::error::Error;

/// Timeout of one request.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(10);

/// Backoff after throttling or a fault: half a second to ten, up to twice that by chance, so that functions which were
/// throttled together do not come back together.
const FIRST_DELAY: Duration = Duration::from_millis(500);
const LONGEST_DELAY: Duration = Duration::from_secs(10);

/// A token bucket, which refills every second.
#[derive(Debug)]
pub(crate) struct Pace(RateLimiter);

impl Pace {
    /// At most so many requests a second.
    pub(crate) fn new(rate: usize) -> Self {
        let limiter =
            RateLimiter::builder().max(rate).initial(rate).refill(rate).interval(Duration::from_secs(1)).build();
        Self(limiter)
    }
}

/// What every request needs.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Asking<'a> {
    pub(crate) pace: &'a Pace,
    pub(crate) credentials: &'a AccessKey,
    pub(crate) deadline: Instant,
}

impl Asking<'_> {
    /// Sends a request in its turn, again and again while the vendor throttles or has a fault, until the deadline.
    /// `request` gets its timeout.
    pub(crate) async fn call<T>(self, request: impl AsyncFn(Duration) -> Result<T, ApiError>) -> Result<T, Error> {
        let attempt = async || {
            self.pace.0.acquire_one().await;
            request(REQUEST_TIMEOUT).await
        };
        let backoff = ExponentialBuilder::default()
            .with_min_delay(FIRST_DELAY)
            .with_max_delay(LONGEST_DELAY)
            .without_max_times()
            .with_jitter();
        let answer = timeout_at(self.deadline, attempt.retry(backoff).when(ApiError::is_temporary)).await;
        answer.map_err(|_| Error::Deadline)?.map_err(Error::Api)
    }
}
