//! What a queue answers, in XML.

use serde::Deserialize;

use crate::endpoint::Response;
use crate::{QueueError, Refusal};

/// An answer, by the name of its root.
#[derive(Debug, Deserialize)]
pub(super) enum Answer {
    /// Of a poll for several messages.
    Messages(Messages),
    /// Of a poll for one.
    Message(Message),
    /// Of a deletion: those handles that failed.
    Errors(Errors),
    /// Of a request that failed as a whole.
    Error(Failure),
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Messages {
    /// Up to 16.
    #[serde(rename = "Message")]
    pub(super) message: Vec<Message>,
}

/// A message, as far as it matters here.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(super) struct Message {
    /// What deletes it, until it is visible again.
    pub(super) receipt_handle: Option<String>,
    /// What was sent to the queue: an event, plain or in Base64.
    pub(super) message_body: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Errors {
    /// One for each handle.
    #[serde(rename = "Error")]
    pub(super) error: Vec<serde::de::IgnoredAny>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(super) struct Failure {
    pub(super) code: String,
    pub(super) request_id: String,
}

/// Reads an answer.
///
/// # Errors
/// [`QueueError::Unavailable`] or [`QueueError::Answer`], by the status, where it is none of these.
pub(super) fn read(response: &Response) -> Result<Answer, QueueError> {
    let status = response.status;
    quick_xml::de::from_str(&response.body).map_err(|_| match status {
        429 | 500.. => QueueError::Unavailable(Refusal::new(status, "", "")),
        _ => QueueError::Answer { status, problem: "expected messages or an error as XML" },
    })
}
