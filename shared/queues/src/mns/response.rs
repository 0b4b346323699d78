//! The responses of a queue, in XML.

use std::collections::HashMap;
use std::convert::Infallible;

use quick_xml::de::{Deserializer, EntityResolver};
use quick_xml::escape::resolve_predefined_entity;
use quick_xml::events::BytesText;
use serde::Deserialize;
use vendor_api::{ApiError, Response};

/// A response, by the name of its root element.
#[derive(Debug, Deserialize)]
pub(super) enum Document {
    /// The messages of a batch poll.
    Messages(Messages),
    /// The message of a single poll.
    Message(Message),
    /// The handles whose deletion failed.
    Errors(Errors),
    /// The error of a request that failed as a whole.
    Error(Failure),
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Messages {
    /// Up to 16.
    #[serde(rename = "Message")]
    pub(super) message: Vec<Message>,
}

/// The fields of a message that are used.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(super) struct Message {
    /// Deletes the message, until the visibility timeout ends.
    pub(super) receipt_handle: Option<String>,
    /// The payload: an event, plain or in Base64.
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

/// Resolves the entities of XML, and keeps unknown ones as they are: one unknown entity must not fail a whole batch.
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

/// Characters of the longest entity name that is considered. The longest of HTML has 31.
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

/// Parses a response.
///
/// # Errors
/// [`ApiError::Fault`] or [`ApiError::Response`], depending on the status, where it is not one of these documents.
pub(super) fn read(response: &Response) -> Result<Document, ApiError> {
    let mut document = Deserializer::from_str_with_resolver(&response.body, Entities::of(&response.body));
    Document::deserialize(&mut document)
        .map_err(|_| ApiError::undocumented(response.status, "expected messages or an error as XML"))
}
