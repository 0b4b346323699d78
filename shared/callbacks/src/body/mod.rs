//! From the bytes of a body to one canonical JSON text, whether the vendor sent JSON or XML.

pub(crate) mod json;
mod xml;

use std::borrow::Cow;

/// How deep objects, arrays or elements may nest. Real events nest some ten deep.
pub(crate) const MAX_DEPTH: usize = 100;

/// Why a body could not be read. Says where and what was expected, and repeats nothing from the body.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Unreadable {
    #[error("the body is empty")]
    Empty,
    #[error("not UTF-8 at byte {offset}")]
    NotUtf8 { offset: usize },
    #[error("expected JSON or XML, found text that starts with neither `{{` nor `<`")]
    NotStructured,
    #[error("expected a JSON object, found {found}")]
    NotAnObject { found: &'static str },
    #[error("broken JSON at byte {offset}: {problem}")]
    Json { offset: usize, problem: String },
    #[error("broken XML at byte {offset}: {problem}")]
    Xml { offset: usize, problem: &'static str },
    #[error("nested more than {MAX_DEPTH} deep at byte {offset}")]
    TooDeep { offset: usize },
    #[error("at {path}: {problem}")]
    Field { path: String, problem: String },
}

/// The body as JSON text: as it came where it is JSON, else as the JSON that the vendor would have sent for this XML.
///
/// The first byte tells which it is, since content types are wrong or missing in practice.
pub(crate) fn to_json(body: &[u8]) -> Result<Cow<'_, str>, Unreadable> {
    let text = std::str::from_utf8(body).map_err(|error| Unreadable::NotUtf8 { offset: error.valid_up_to() })?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text).trim();
    match text.as_bytes().first() {
        None => Err(Unreadable::Empty),
        Some(b'<') => xml::to_json(text).map(Cow::Owned),
        Some(b'{') => Ok(Cow::Borrowed(text)),
        Some(b'[') => Err(Unreadable::NotAnObject { found: "an array" }),
        Some(b'"') => Err(Unreadable::NotAnObject { found: "a string" }),
        Some(b'-' | b'0'..=b'9') => Err(Unreadable::NotAnObject { found: "a number" }),
        Some(_) => Err(Unreadable::NotStructured),
    }
}
