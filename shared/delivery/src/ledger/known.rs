//! What a ledger knows, for those who publish nothing: which events have been published, and notes of how far somebody is.

use std::collections::{HashMap, HashSet};
use std::sync::PoisonError;
use std::time::Duration;

use aws_sdk_dynamodb::types::{AttributeValue, KeysAndAttributes};
use jiff::Timestamp;

use super::{COMPLETED, Ledger, MEMORY, MemoryLedger, Table, seconds, text};
use crate::aws::AwsError;

/// The most items of one call.
const ITEMS: usize = 100;

/// How often what the table left out of an answer is asked for again, and how long it is left alone before.
const ATTEMPTS: u32 = 5;
const PAUSE: Duration = Duration::from_millis(100);

impl Ledger {
    /// Those of these keys of events that are published. The key of an event is [`event_key`](crate::event_key), or what it
    /// has as `jobend`.
    ///
    /// # Errors
    /// [`AwsError`] where the ledger did not tell of all of them.
    pub async fn published(&self, keys: impl IntoIterator<Item = String>) -> Result<HashSet<String>, AwsError> {
        let keys: HashSet<String> = keys.into_iter().collect();
        match self {
            Self::DynamoDb(table) => table.published(keys.into_iter().collect()).await,
            Self::Memory(memory) => Ok(memory.published(keys)),
        }
    }

    /// The note of this name, if there is one. Its name has a `#`, which no key of an event has.
    ///
    /// # Errors
    /// [`AwsError`] where the ledger did not tell.
    pub async fn note(&self, name: &str) -> Result<Option<String>, AwsError> {
        match self {
            Self::DynamoDb(table) => table.note(name).await,
            Self::Memory(memory) => Ok(memory.notes.lock().unwrap_or_else(PoisonError::into_inner).get(name).cloned()),
        }
    }

    /// Writes a note, in the place of an earlier one of this name. It is kept for as long as an event.
    ///
    /// # Errors
    /// [`AwsError`] where it is not known to be written.
    pub async fn write_note(&self, name: &str, note: String, now: Timestamp) -> Result<(), AwsError> {
        match self {
            Self::DynamoDb(table) => table.write_note(name, note, now).await,
            Self::Memory(memory) => {
                memory.notes.lock().unwrap_or_else(PoisonError::into_inner).insert(name.to_owned(), note);
                Ok(())
            }
        }
    }
}

impl Table {
    async fn published(&self, keys: Vec<String>) -> Result<HashSet<String>, AwsError> {
        let mut published = HashSet::new();
        for keys in keys.chunks(ITEMS) {
            let mut left = keys.iter().map(|key| HashMap::from([("id".to_owned(), text(key))])).collect();
            for attempt in 1.. {
                left = self.some_published(left, &mut published).await?;
                if left.is_empty() {
                    break;
                }
                if attempt == ATTEMPTS {
                    return Err(AwsError::throttled());
                }
                tokio::time::sleep(PAUSE * attempt).await;
            }
        }
        Ok(published)
    }

    /// Asks for some items, and returns the keys that the table left out of its answer.
    async fn some_published(
        &self,
        keys: Vec<HashMap<String, AttributeValue>>,
        published: &mut HashSet<String>,
    ) -> Result<Vec<HashMap<String, AttributeValue>>, AwsError> {
        let asked = KeysAndAttributes::builder()
            .set_keys(Some(keys))
            .projection_expression("#id, #state")
            .expression_attribute_names("#id", "id")
            .expression_attribute_names("#state", "state");
        let asked = asked.build().map_err(|_| AwsError::unanswered())?;
        let answer = self.client.batch_get_item().request_items(&self.name, asked).send().await;
        let answer = answer.map_err(|error| AwsError::new(&error))?;
        // The table is named as it was asked for, by its name or its ARN, or by its name in any case.
        for mut item in answer.responses.into_iter().flat_map(HashMap::into_values).flatten() {
            let is_completed =
                item.get("state").and_then(|state| state.as_s().ok()).is_some_and(|state| state == COMPLETED);
            if let (true, Some(AttributeValue::S(key))) = (is_completed, item.remove("id")) {
                published.insert(key);
            }
        }
        Ok(answer.unprocessed_keys.into_iter().flat_map(HashMap::into_values).flat_map(|left| left.keys).collect())
    }

    async fn note(&self, name: &str) -> Result<Option<String>, AwsError> {
        let request = self.client.get_item().table_name(&self.name).key("id", text(name)).consistent_read(true);
        let item = request.send().await.map_err(|error| AwsError::new(&error))?.item;
        Ok(item.and_then(|mut item| match item.remove("note")? {
            AttributeValue::S(note) => Some(note),
            _ => None,
        }))
    }

    async fn write_note(&self, name: &str, note: String, now: Timestamp) -> Result<(), AwsError> {
        let request = self.client.put_item().table_name(&self.name).item("id", text(name));
        let request = request.item("note", AttributeValue::S(note)).item("expires_at", seconds(now + MEMORY));
        request.send().await.map(drop).map_err(|error| AwsError::new(&error))
    }
}

impl MemoryLedger {
    fn published(&self, mut keys: HashSet<String>) -> HashSet<String> {
        let items = self.items();
        keys.retain(|key| items.get(key).is_some_and(|item| item.is_completed));
        keys
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::Claims;

    #[tokio::test(flavor = "current_thread")]
    async fn only_what_is_completed_is_published() {
        let memory = MemoryLedger::default();
        let now = Timestamp::UNIX_EPOCH;
        for key in ["a", "b"] {
            memory.claim(key, "one", now).await.unwrap();
        }
        memory.complete("a", "one", now).await.unwrap();
        let ledger = Ledger::Memory(memory);
        let published = ledger.published(["a", "b", "c", "a"].map(str::to_owned)).await.unwrap();
        assert_eq!(published, HashSet::from(["a".to_owned()]));
    }

    #[tokio::test(flavor = "current_thread")]
    async fn the_last_note_counts() {
        let ledger = Ledger::Memory(MemoryLedger::default());
        assert_eq!(ledger.note("reconcile#a").await.unwrap(), None);
        for note in ["one", "two"] {
            ledger.write_note("reconcile#a", note.to_owned(), Timestamp::UNIX_EPOCH).await.unwrap();
        }
        assert_eq!(ledger.note("reconcile#a").await.unwrap().as_deref(), Some("two"));
    }
}
