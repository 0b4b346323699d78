//! The vendors' APIs, each with its access key, and asked no more often than the configuration allows.

use std::time::Duration;

use callbacks::{CloudEvent, NaturalKey};
use delivery::Aws;
use lookup::Lookup;
use tokio::time::{Instant, timeout_at};
use vendor_api::{ApiError, client};

use super::NAME;
use super::configuration::VendorConfiguration;
use super::gate::{Closed, Gate};
use super::stage::Answer;
use crate::access_key::{AccessKeyError, CurrentAccessKey};
use crate::query::Query;

/// The APIs of the products whose events are confirmed.
pub(super) struct Vendors(Vec<Vendor>);

struct Vendor {
    lookup: Lookup,
    /// The account whose jobs it is asked about, where that is configured.
    account: Option<String>,
    access_key: CurrentAccessKey,
    gate: Gate,
}

/// Why a vendor gave no answer.
#[derive(Debug, thiserror::Error)]
pub(super) enum AskError {
    #[error(transparent)]
    AccessKey(#[from] AccessKeyError),
    #[error(transparent)]
    Lookup(#[from] lookup::Error),
    #[error(transparent)]
    Closed(#[from] Closed),
}

impl Vendors {
    /// Prepares the clients.
    pub(super) async fn connect(vendors: Vec<VendorConfiguration>, aws: &Aws) -> Result<Self, lambda_runtime::Error> {
        let client = client()?;
        let mut connected = Vec::new();
        for VendorConfiguration { query: Query { lookup, access_key }, per_minute } in vendors {
            connected.push(Vendor {
                account: lookup.account().map(str::to_owned),
                lookup: Lookup::new(client.clone(), lookup),
                access_key: CurrentAccessKey::new(NAME, access_key, aws).await?,
                gate: Gate::new(per_minute),
            });
        }
        Ok(Self(connected))
    }

    /// Asks about the job of an event.
    pub(super) async fn ask(&self, event: &CloudEvent, timeout: Duration) -> Result<Answer, AskError> {
        let deadline = Instant::now() + timeout;
        let vendor = self.0.iter().find(|vendor| vendor.lookup.product() == event.source);
        match (vendor, NaturalKey::of(event)) {
            (Some(vendor), Some(key)) if is_of(event, vendor.account.as_deref()) => vendor.ask(&key, deadline).await,
            _ => Ok(Answer::NotAsked),
        }
    }
}

/// Whether an event may be about a job of the account. Of another account's jobs the vendor would say that there are none.
fn is_of(event: &CloudEvent, account: Option<&str>) -> bool {
    let named = event.data().and_then(|data| data.account.as_deref());
    account.zip(named).is_none_or(|(own, named)| own == named)
}

impl Vendor {
    async fn ask(&self, key: &NaturalKey, deadline: Instant) -> Result<Answer, AskError> {
        self.gate.pass()?;
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
                    self.gate.close();
                }
                Err(error)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use callbacks::{Product, decode};
    use jiff::Timestamp;

    use super::*;
    use crate::confirm::gate::RUNS;
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

    #[test]
    fn an_event_that_names_another_account_is_not_of_it() {
        let event = |head: &str| {
            let body = format!(r#"{{{head}"EventType":"FileUploadComplete","Status":"success","VideoId":"v"}}"#);
            decode(Product::AliyunVod, body.as_bytes(), Timestamp::UNIX_EPOCH).remove(0)
        };
        for (head, account, expected) in [
            (r#""UserId":"17","#, Some("17"), true),
            (r#""UserId":17,"#, Some("17"), true),
            (r#""UserId":"18","#, Some("17"), false),
            (r#""UserId":"18","#, None, true),
            ("", Some("17"), true),
        ] {
            assert_eq!(is_of(&event(head), account), expected, "{head} {account:?}");
        }
    }

    /// What the runs share is shared by as many as there are, and a run has time to ask and to store.
    #[test]
    fn the_template_is_what_the_code_expects() {
        assert_eq!(number("ConfirmTrigger", "MaximumConcurrency"), u64::from(RUNS));
        let timeout = number("ConfirmFunction", "Timeout");
        assert!(LONGEST_QUESTION + STORE_TIME < Duration::from_secs(timeout));
        assert!(6 * timeout <= number("ConfirmQueue", "VisibilityTimeout"));
    }
}
