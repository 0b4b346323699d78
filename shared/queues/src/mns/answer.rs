//! What a queue answers, in XML.

use std::collections::HashMap;
use std::convert::Infallible;

use quick_xml::de::{Deserializer, EntityResolver};
use quick_xml::escape::resolve_predefined_entity;
use quick_xml::events::BytesText;
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

/// The entities of XML, and any other as it stands: a message with one that is not known must not cost the others of its
/// batch.
struct Entities(HashMap<String, String>);

impl Entities {
    fn of(text: &str) -> Self {
        let names = text.split('&').skip(1).filter_map(|rest| rest.split_once(';')).map(|(name, _)| name);
        let is_name = |name: &&str| {
            name.len() <= LONGEST_NAME
                && !name.is_empty()
                && name.chars().all(|part| part.is_alphanumeric() || part == '_')
        };
        Self(names.filter(is_name).map(|name| (name.to_owned(), format!("&{name};"))).collect())
    }
}

/// Characters of the longest name of an entity that is looked at. The longest of HTML has 31.
const LONGEST_NAME: usize = 40;

impl EntityResolver for Entities {
    type Error = Infallible;

    fn capture(&mut self, _: BytesText<'_>) -> Result<(), Infallible> {
        Ok(())
    }

    fn resolve(&self, entity: &str) -> Option<&str> {
        resolve_predefined_entity(entity).or_else(|| self.0.get(entity).map(String::as_str))
    }
}

/// Reads an answer.
///
/// # Errors
/// [`QueueError::Unavailable`] or [`QueueError::Answer`], by the status, where it is none of these.
pub(super) fn read(response: &Response) -> Result<Answer, QueueError> {
    let status = response.status;
    let mut document = Deserializer::from_str_with_resolver(&response.body, Entities::of(&response.body));
    Answer::deserialize(&mut document).map_err(|_| match status {
        429 | 500.. => QueueError::Unavailable(Refusal::new(status, "", "")),
        _ => QueueError::Answer { status, problem: "expected messages or an error as XML" },
    })
}
