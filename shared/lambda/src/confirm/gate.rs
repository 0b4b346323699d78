//! What keeps questions from a vendor: a number of them a minute, and a pause after one that it did not answer. No I/O.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use leaky_bucket::RateLimiter;
use tokio::time::Instant;

/// How many runs of the function there are at most: `MaximumConcurrency` of its trigger. They share the calls.
pub(super) const RUNS: u32 = 2;

/// How long a vendor that did not answer is not asked. Otherwise each event would wait for it in turn, and those behind for
/// longer than their bound.
const QUIET: Duration = Duration::from_secs(5);

/// The gate of one vendor, for the questions of one run.
pub(super) struct Gate {
    pace: RateLimiter,
    quiet_until: Mutex<Option<Instant>>,
}

/// Why a question is not asked now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum Closed {
    #[error("as many events were asked about as the configuration allows: the others wait")]
    Limit,
    #[error("the vendor did not answer another question, and is left alone for some seconds")]
    Quiet,
}

impl Gate {
    /// A gate for this run's part of so many questions a minute.
    pub(super) fn new(per_minute: u32) -> Self {
        Self { pace: pace(per_minute), quiet_until: Mutex::default() }
    }

    /// Lets a question through, and counts it.
    pub(super) fn pass(&self) -> Result<(), Closed> {
        let quiet_until = *self.quiet_until.lock().unwrap_or_else(PoisonError::into_inner);
        if quiet_until.is_some_and(|until| Instant::now() < until) {
            return Err(Closed::Quiet);
        }
        if self.pace.try_acquire(1) { Ok(()) } else { Err(Closed::Limit) }
    }

    /// Lets no question through for some seconds, since one was not answered.
    pub(super) fn close(&self) {
        *self.quiet_until.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now() + QUIET);
    }
}

/// This run's part of so many questions a minute, of which those of ten seconds may come at once.
fn pace(per_minute: u32) -> RateLimiter {
    let ours = (per_minute / RUNS).max(1);
    let at_once = usize::try_from(ours / 6).unwrap_or(usize::MAX).max(1);
    RateLimiter::builder().max(at_once).initial(at_once).refill(1).interval(Duration::from_mins(1) / ours).build()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(flavor = "current_thread", start_paused = true)]
    async fn a_vendor_is_asked_no_more_often_than_allowed() {
        for per_minute in [2, 60, 600, 6000] {
            let gate = Gate::new(per_minute);
            let mut asked = 0;
            // Somebody asks far more often, for ten minutes.
            for _ in 0..6000 {
                asked += (0..20).filter(|_| gate.pass().is_ok()).count();
                tokio::time::advance(Duration::from_millis(100)).await;
            }
            let ours = usize::try_from(per_minute / RUNS).unwrap();
            assert!(asked <= 10 * ours + ours / 6 + 1, "{per_minute}: {asked}");
            assert!(asked >= 9 * ours, "{per_minute}: {asked}");
        }
    }

    #[tokio::test(flavor = "current_thread", start_paused = true)]
    async fn a_vendor_that_does_not_answer_is_left_alone_for_a_while() {
        let gate = Gate::new(6000);
        assert_eq!(gate.pass(), Ok(()));
        gate.close();
        assert_eq!(gate.pass(), Err(Closed::Quiet));
        tokio::time::advance(QUIET / 2).await;
        assert_eq!(gate.pass(), Err(Closed::Quiet));
        tokio::time::advance(QUIET / 2).await;
        assert_eq!(gate.pass(), Ok(()));
    }
}
