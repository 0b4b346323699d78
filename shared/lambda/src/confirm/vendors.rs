//! The vendors' APIs, each with its access key, and asked no more often than the configuration allows.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use callbacks::{CloudEvent, NaturalKey};
use delivery::Aws;
use leaky_bucket::RateLimiter;
use lookup::Lookup;
use tokio::time::{Instant, timeout_at};
use vendor_api::{ApiError, client};

use super::NAME;
use super::configuration::VendorConfiguration;
use super::stage::Answer;
use crate::access_key::{AccessKeyError, CurrentAccessKey};
use crate::query::Query;

/// How many runs of the function there are at most: `MaximumConcurrency` of its trigger. They share the calls.
pub(super) const RUNS: u32 = 2;

/// How long a vendor that did not answer is not asked. Otherwise each event would wait for it in turn, and those behind for
/// longer than their bound.
const QUIET: Duration = Duration::from_secs(5);

/// The APIs of the products whose events are confirmed.
pub(super) struct Vendors(Vec<Vendor>);

struct Vendor {
    lookup: Lookup,
    access_key: CurrentAccessKey,
    pace: RateLimiter,
    quiet_until: Mutex<Option<Instant>>,
}

/// Why a vendor gave no answer.
#[derive(Debug, thiserror::Error)]
pub(super) enum AskError {
    #[error(transparent)]
    AccessKey(#[from] AccessKeyError),
    #[error(transparent)]
    Lookup(#[from] lookup::Error),
    #[error("as many events were asked about as the configuration allows: the others wait")]
    Limit,
    #[error("the vendor did not answer another question, and is left alone for some seconds")]
    Quiet,
}

impl Vendors {
    /// Prepares the clients.
    pub(super) async fn connect(vendors: Vec<VendorConfiguration>, aws: &Aws) -> Result<Self, lambda_runtime::Error> {
        let client = client()?;
        let mut connected = Vec::new();
        for VendorConfiguration { query: Query { lookup, access_key }, per_minute } in vendors {
            connected.push(Vendor {
                lookup: Lookup::new(client.clone(), lookup),
                access_key: CurrentAccessKey::new(NAME, access_key, aws).await?,
                pace: pace(per_minute),
                quiet_until: Mutex::default(),
            });
        }
        Ok(Self(connected))
    }

    /// Asks about the job of an event.
    pub(super) async fn ask(&self, event: &CloudEvent, timeout: Duration) -> Result<Answer, AskError> {
        let deadline = Instant::now() + timeout;
        let vendor = self.0.iter().find(|vendor| vendor.lookup.product() == event.source);
        match (vendor, NaturalKey::of(event)) {
            (Some(vendor), Some(key)) => vendor.ask(&key, deadline).await,
            _ => Ok(Answer::NotAsked),
        }
    }
}

impl Vendor {
    async fn ask(&self, key: &NaturalKey, deadline: Instant) -> Result<Answer, AskError> {
        if self.is_quiet() {
            return Err(AskError::Quiet);
        }
        if !self.pace.try_acquire(1) {
            return Err(AskError::Limit);
        }
        let asked = timeout_at(deadline, async {
            let access_key = self.access_key.current().await?;
            Ok::<_, AskError>(self.lookup.job(key, &access_key, deadline).await?)
        });
        match asked.await.unwrap_or(Err(AskError::Lookup(lookup::Error::Deadline))) {
            Ok(lookup::Answer::Ended(ended)) => Ok(Answer::Told(ended.events)),
            Ok(lookup::Answer::Running) => Ok(Answer::Running),
            Ok(lookup::Answer::Unknown) => Ok(Answer::Unknown),
            Err(AskError::Lookup(lookup::Error::Bucket | lookup::Error::NotAskable(_) | lookup::Error::Product(_))) => {
                Ok(Answer::NotAsked)
            }
            Err(error) => {
                // A refusal that is about this job only says nothing about the next.
                if !matches!(error, AskError::Lookup(lookup::Error::Api(ApiError::Refused(_) | ApiError::Gone(_)))) {
                    *self.quiet_until.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now() + QUIET);
                }
                Err(error)
            }
        }
    }

    fn is_quiet(&self) -> bool {
        let until = *self.quiet_until.lock().unwrap_or_else(PoisonError::into_inner);
        until.is_some_and(|until| Instant::now() < until)
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
    use crate::confirm::patience::LONGEST_QUESTION;
    use crate::confirm::stage::STORE_TIME;

    const TEMPLATE: &str = include_str!("../../../../template.yaml");

    /// A number in a resource of the template.
    fn number(resource: &str, property: &str) -> u64 {
        let (_, rest) = TEMPLATE.split_once(&format!("\n  {resource}:\n")).unwrap();
        let mut lines = rest.lines().take_while(|line| line.is_empty() || line.starts_with("    "));
        let value = lines.find_map(|line| line.trim().strip_prefix(property)?.strip_prefix(": ").map(str::to_owned));
        value.unwrap_or_else(|| panic!("{resource} has no {property}")).parse().unwrap()
    }

    /// What the runs share is shared by as many as there are, and a run has time to ask and to store.
    #[test]
    fn the_template_is_what_the_code_expects() {
        assert_eq!(number("ConfirmTrigger", "MaximumConcurrency"), u64::from(RUNS));
        let timeout = number("ConfirmFunction", "Timeout");
        assert!(LONGEST_QUESTION + STORE_TIME < Duration::from_secs(timeout));
        assert!(6 * timeout <= number("ConfirmQueue", "VisibilityTimeout"));
    }

    #[tokio::test(flavor = "current_thread", start_paused = true)]
    async fn a_vendor_is_asked_no_more_often_than_allowed() {
        for per_minute in [2, 60, 600, 6000] {
            let pace = pace(per_minute);
            let mut asked = 0;
            // Somebody asks far more often, for ten minutes.
            for _ in 0..6000 {
                asked += (0..20).filter(|_| pace.try_acquire(1)).count();
                tokio::time::advance(Duration::from_millis(100)).await;
            }
            let ours = usize::try_from(per_minute / RUNS).unwrap();
            assert!(asked <= 10 * ours + ours / 6 + 1, "{per_minute}: {asked}");
            assert!(asked >= 9 * ours, "{per_minute}: {asked}");
        }
    }
}
