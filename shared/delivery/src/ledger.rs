//! Which events have been published.
//!
//! An event is claimed before it is published, and completed afterwards. `docs/adr/0008-ledger.md` has the reasons.

mod known;

use std::collections::HashMap;
use std::str::FromStr;
use std::sync::{Mutex, MutexGuard, PoisonError};

use aws_config::retry::RetryConfig;
use aws_sdk_dynamodb::config::http::HttpResponse;
use aws_sdk_dynamodb::error::SdkError;
use aws_sdk_dynamodb::operation::delete_item::builders::DeleteItemFluentBuilder;
use aws_sdk_dynamodb::operation::put_item::builders::PutItemFluentBuilder;
use aws_sdk_dynamodb::operation::put_item::{PutItemError, PutItemOutput};
use aws_sdk_dynamodb::operation::update_item::builders::UpdateItemFluentBuilder;
use aws_sdk_dynamodb::types::{AttributeValue, ReturnValuesOnConditionCheckFailure};
use jiff::{SignedDuration, Timestamp};

use crate::aws::{Aws, AwsError, warm_timeouts, warmed};
use crate::connections::CaBundleError;

/// How long a claim holds without being completed.
///
/// It must be longer than `Timeout` of the dispatch function, so that no two runs publish an event at the same time, and
/// shorter than `VisibilityTimeout` of the queue, so that the lease has expired when the message is redelivered.
pub const LEASE: SignedDuration = SignedDuration::from_secs(90);

/// How long an event is remembered. Its last redelivery may come after up to 15 days in a vendor's queue and 14 days in
/// ours, the dead-letter queue included: SQS counts from when a message was first stored. A redrive restarts the count, and
/// so adds up to 14 days: 43 days.
pub(crate) const MEMORY: SignedDuration = SignedDuration::from_hours(45 * 24);

/// State of an event that is claimed and not completed.
const CLAIMED: &str = "claimed";

/// State of an event that has been published.
const COMPLETED: &str = "completed";

/// Remembers which events have been published.
#[derive(Debug)]
pub enum Ledger {
    /// A table of Amazon `DynamoDB`.
    DynamoDb(Table),
    /// The memory of this process, for local use: it does not know what other processes publish.
    Memory(MemoryLedger),
}

/// Names a ledger: `dynamodb:<table>` or `memory`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LedgerTarget {
    /// The table of Amazon `DynamoDB` with this name or ARN.
    DynamoDb(String),
    /// The memory of this process.
    Memory,
}

/// The configured value is not a supported ledger.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected `dynamodb:<table>` or `memory`")]
pub struct UnknownLedger;

/// The result of a claim.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Claim {
    /// The caller holds the lease, and publishes the event.
    Granted,
    /// The event has been published.
    Completed,
    /// Another run holds a lease that has not expired.
    Held,
}

/// The operations of a ledger.
pub(crate) trait Claims {
    /// Claims the event with this key for `owner`, which is unique to each run. Claiming is idempotent.
    async fn claim(&self, key: &str, owner: &str, now: Timestamp) -> Result<Claim, AwsError>;

    /// Marks the event as published, if `owner` still holds it.
    async fn complete(&self, key: &str, owner: &str, now: Timestamp) -> Result<(), AwsError>;

    /// Releases the claim, if `owner` still holds it, so that another run need not wait for the lease to expire.
    async fn release(&self, key: &str, owner: &str) -> Result<(), AwsError>;
}

impl Ledger {
    /// Connects to the ledger that `target` names.
    ///
    /// # Errors
    /// [`CaBundleError`] where the AWS clients cannot be created.
    pub async fn connect(target: LedgerTarget, aws: &Aws) -> Result<Self, CaBundleError> {
        Ok(match target {
            LedgerTarget::DynamoDb(name) => {
                let client = aws_sdk_dynamodb::Client::new(aws.configuration().await?);
                Self::DynamoDb(Table { client, name })
            }
            LedgerTarget::Memory => Self::Memory(MemoryLedger::default()),
        })
    }

    /// Opens the connection before the first event.
    ///
    /// # Errors
    /// [`AwsError`] where the table was not reached. Later calls retry.
    pub async fn warm(&self) -> Result<(), AwsError> {
        match self {
            Self::DynamoDb(table) => table.warm().await,
            Self::Memory(_) => Ok(()),
        }
    }
}

impl Claims for Ledger {
    async fn claim(&self, key: &str, owner: &str, now: Timestamp) -> Result<Claim, AwsError> {
        match self {
            Self::DynamoDb(table) => table.claim(key, owner, now).await,
            Self::Memory(memory) => memory.claim(key, owner, now).await,
        }
    }

    async fn complete(&self, key: &str, owner: &str, now: Timestamp) -> Result<(), AwsError> {
        match self {
            Self::DynamoDb(table) => table.complete(key, owner, now).await,
            Self::Memory(memory) => memory.complete(key, owner, now).await,
        }
    }

    async fn release(&self, key: &str, owner: &str) -> Result<(), AwsError> {
        match self {
            Self::DynamoDb(table) => table.release(key, owner).await,
            Self::Memory(memory) => memory.release(key, owner).await,
        }
    }
}

impl FromStr for LedgerTarget {
    type Err = UnknownLedger;

    fn from_str(text: &str) -> Result<Self, UnknownLedger> {
        match text.strip_prefix("dynamodb:") {
            Some(table) if !table.is_empty() => Ok(Self::DynamoDb(table.to_owned())),
            None if text == "memory" => Ok(Self::Memory),
            _ => Err(UnknownLedger),
        }
    }
}

/// A table with the partition key `id`, a string, and `expires_at` as its time to live.
#[derive(Debug)]
pub struct Table {
    client: aws_sdk_dynamodb::Client,
    name: String,
}

impl Table {
    async fn warm(&self) -> Result<(), AwsError> {
        let asked = self.client.describe_table().table_name(&self.name).customize();
        let settings = aws_sdk_dynamodb::config::Builder::new().timeout_config(warm_timeouts());
        warmed(asked.config_override(settings.retry_config(RetryConfig::disabled())).send().await)
    }
}

impl Claims for Table {
    async fn claim(&self, key: &str, owner: &str, now: Timestamp) -> Result<Claim, AwsError> {
        claimed(owner, self.claiming(key, owner, now).send().await)
    }

    async fn complete(&self, key: &str, owner: &str, now: Timestamp) -> Result<(), AwsError> {
        let completed = self.completing(key, owner, now).send().await;
        completed.map(drop).map_err(|error| AwsError::new(&error))
    }

    async fn release(&self, key: &str, owner: &str) -> Result<(), AwsError> {
        let released = self.releasing(key, owner).send().await;
        released.map(drop).map_err(|error| AwsError::new(&error))
    }
}

/// The requests, separate from the calls so that the proof can evaluate them.
impl Table {
    #[cfg(test)]
    pub(crate) fn new(client: aws_sdk_dynamodb::Client, name: String) -> Self {
        Self { client, name }
    }

    pub(crate) fn claiming(&self, key: &str, owner: &str, now: Timestamp) -> PutItemFluentBuilder {
        self.client
            .put_item()
            .table_name(&self.name)
            .item("id", text(key))
            .item("state", text(CLAIMED))
            .item("claim", text(owner))
            .item("lease_until", seconds(now + LEASE))
            .item("expires_at", seconds(now + MEMORY))
            .condition_expression("attribute_not_exists(#id) OR (#state = :claimed AND #lease_until < :now)")
            .expression_attribute_names("#id", "id")
            .expression_attribute_names("#state", "state")
            .expression_attribute_names("#lease_until", "lease_until")
            .expression_attribute_values(":claimed", text(CLAIMED))
            .expression_attribute_values(":now", seconds(now))
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
    }

    pub(crate) fn completing(&self, key: &str, owner: &str, now: Timestamp) -> UpdateItemFluentBuilder {
        self.client
            .update_item()
            .table_name(&self.name)
            .key("id", text(key))
            .update_expression("SET #state = :completed, #expires_at = :expires_at")
            .condition_expression("#claim = :owner")
            .expression_attribute_names("#state", "state")
            .expression_attribute_names("#expires_at", "expires_at")
            .expression_attribute_names("#claim", "claim")
            .expression_attribute_values(":completed", text(COMPLETED))
            .expression_attribute_values(":expires_at", seconds(now + MEMORY))
            .expression_attribute_values(":owner", text(owner))
    }

    pub(crate) fn releasing(&self, key: &str, owner: &str) -> DeleteItemFluentBuilder {
        self.client
            .delete_item()
            .table_name(&self.name)
            .key("id", text(key))
            .condition_expression("#claim = :owner AND #state = :claimed")
            .expression_attribute_names("#claim", "claim")
            .expression_attribute_names("#state", "state")
            .expression_attribute_values(":owner", text(owner))
            .expression_attribute_values(":claimed", text(CLAIMED))
    }
}

/// The result of `owner`'s claim, from the table's response.
pub(crate) fn claimed(
    owner: &str,
    response: Result<PutItemOutput, SdkError<PutItemError, HttpResponse>>,
) -> Result<Claim, AwsError> {
    let Err(error) = response else { return Ok(Claim::Granted) };
    match error.as_service_error() {
        Some(PutItemError::ConditionalCheckFailedException(failure)) => {
            let is = |name, value: &str| {
                failure
                    .item()
                    .and_then(|item| item.get(name))
                    .is_some_and(|found| found.as_s().is_ok_and(|found| found == value))
            };
            if is("state", COMPLETED) {
                Ok(Claim::Completed)
            } else if is("claim", owner) {
                // An earlier attempt of this call was granted the claim, and its response was lost.
                Ok(Claim::Granted)
            } else {
                Ok(Claim::Held)
            }
        }
        _ => Err(AwsError::new(&error)),
    }
}

fn text(value: &str) -> AttributeValue {
    AttributeValue::S(value.to_owned())
}

/// A time in whole seconds since 1970, as the time to live of a table requires.
fn seconds(time: Timestamp) -> AttributeValue {
    AttributeValue::N(time.as_second().to_string())
}

/// A ledger in memory.
#[derive(Debug, Default)]
pub struct MemoryLedger {
    items: Mutex<HashMap<String, Item>>,
    notes: Mutex<HashMap<String, String>>,
}

#[derive(Debug, Clone)]
struct Item {
    is_completed: bool,
    owner: String,
    lease_until: Timestamp,
}

impl MemoryLedger {
    fn items(&self) -> MutexGuard<'_, HashMap<String, Item>> {
        self.items.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Claims for MemoryLedger {
    async fn claim(&self, key: &str, owner: &str, now: Timestamp) -> Result<Claim, AwsError> {
        let mut items = self.items();
        match items.get(key) {
            Some(item) if item.is_completed => Ok(Claim::Completed),
            Some(item) if item.lease_until >= now && item.owner != owner => Ok(Claim::Held),
            _ => {
                let item = Item { is_completed: false, owner: owner.to_owned(), lease_until: now + LEASE };
                items.insert(key.to_owned(), item);
                Ok(Claim::Granted)
            }
        }
    }

    async fn complete(&self, key: &str, owner: &str, _now: Timestamp) -> Result<(), AwsError> {
        if let Some(item) = self.items().get_mut(key).filter(|item| item.owner == owner) {
            item.is_completed = true;
        }
        Ok(())
    }

    async fn release(&self, key: &str, owner: &str) -> Result<(), AwsError> {
        self.items().retain(|known, item| known != key || item.owner != owner || item.is_completed);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn time(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn a_ledger_is_named() {
        assert_eq!("memory".parse(), Ok(LedgerTarget::Memory));
        assert_eq!("dynamodb:events".parse(), Ok(LedgerTarget::DynamoDb("events".to_owned())));
        for text in ["", "dynamodb:", "dynamodb", "memory:", "events"] {
            assert_eq!(text.parse::<LedgerTarget>(), Err(UnknownLedger), "{text}");
        }
    }

    #[tokio::test(flavor = "current_thread")]
    async fn an_event_is_claimed_by_one_at_a_time() {
        let ledger = MemoryLedger::default();
        let start = time("2026-01-02T03:00:00Z");
        assert_eq!(ledger.claim("a", "one", start).await, Ok(Claim::Granted));
        assert_eq!(ledger.claim("a", "one", start).await, Ok(Claim::Granted));
        assert_eq!(ledger.claim("a", "two", start + LEASE).await, Ok(Claim::Held));
        assert_eq!(ledger.claim("b", "two", start).await, Ok(Claim::Granted));
        let after = start + LEASE + SignedDuration::from_secs(1);
        assert_eq!(ledger.claim("a", "two", after).await, Ok(Claim::Granted));
        // The first lease has expired: calls of its owner have no effect.
        ledger.complete("a", "one", after).await.unwrap();
        ledger.release("a", "one").await.unwrap();
        assert_eq!(ledger.claim("a", "three", after).await, Ok(Claim::Held));
        ledger.release("a", "two").await.unwrap();
        assert_eq!(ledger.claim("a", "three", after).await, Ok(Claim::Granted));
        ledger.complete("a", "three", after).await.unwrap();
        ledger.release("a", "three").await.unwrap();
        assert_eq!(ledger.claim("a", "four", after + MEMORY).await, Ok(Claim::Completed));
    }
}
