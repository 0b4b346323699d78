//! Lambda's event source mapping between the intake queue and dispatch.

use serde_json::{Value, json};

use crate::aws::{AwsClient, ReceivedMessage};
use crate::error::EmulatorError;
use crate::function::{Emulator, REGION};

/// The result of a batch.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Batch {
    /// Ids of the messages that dispatch received.
    pub received: Vec<String>,
    /// Ids of those that failed: they stay in the queue.
    pub failed: Vec<String>,
}

/// Receives up to `limit` messages from a queue, invokes dispatch with them, and deletes those that did not fail.
///
/// # Errors
/// [`EmulatorError`] where the queue cannot be used.
pub fn poll(aws: &AwsClient, queue: &str, limit: usize, dispatch: &Emulator) -> Result<Batch, EmulatorError> {
    let messages = aws.receive_up_to(queue, limit)?;
    if messages.is_empty() {
        return Ok(Batch::default());
    }
    let failed = deliver(&messages, dispatch);
    aws.delete(queue, messages.iter().filter(|message| !failed.contains(&message.id)))?;
    Ok(Batch { received: messages.into_iter().map(|message| message.id).collect(), failed })
}

/// Invokes dispatch with messages, and returns the ids of those that failed: all of them where there is no valid response.
pub fn deliver(messages: &[ReceivedMessage], dispatch: &Emulator) -> Vec<String> {
    let all = || messages.iter().map(|message| message.id.clone()).collect();
    let Ok(answer) = dispatch.invoke_raw(&event(messages).to_string()) else { return all() };
    let answer: Value = serde_json::from_str(&answer).unwrap_or_default();
    let Some(failures) = answer.get("batchItemFailures").and_then(Value::as_array) else { return all() };
    let ids = failures.iter().map(|failure| failure.get("itemIdentifier").and_then(Value::as_str));
    let ids: Option<Vec<String>> = ids.map(|id| id.map(str::to_owned)).collect();
    ids.unwrap_or_else(all)
}

/// The payload of an invocation with messages.
fn event(messages: &[ReceivedMessage]) -> Value {
    let records: Vec<Value> = messages
        .iter()
        .map(|message| {
            json!({
                "messageId": message.id,
                "receiptHandle": message.receipt,
                "body": message.body,
                "attributes": message.attributes,
                "messageAttributes": {},
                "eventSource": "aws:sqs",
                "eventSourceARN": format!("arn:aws:sqs:{REGION}:123456789012:intake"),
                "awsRegion": REGION,
            })
        })
        .collect();
    json!({"Records": records})
}
