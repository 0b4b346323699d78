//! From the bytes of a body to one canonical JSON text, whether the vendor sent JSON or XML.

mod xml;

use std::borrow::Cow;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::unreadable::Unreadable;

/// The body as JSON text: as it came where it is JSON, else as the JSON that the vendor would have sent for this XML.
///
/// The first byte tells which it is, since content types are wrong or missing in practice. Either may come in Base64, as
/// some SDKs put messages into queues.
pub(crate) fn to_json(body: &[u8]) -> Result<Cow<'_, str>, Unreadable> {
    match structured(body) {
        Err(Unreadable::NotStructured) => {
            // Some encoders break their lines.
            let text: Vec<u8> = body.iter().copied().filter(|byte| !byte.is_ascii_whitespace()).collect();
            let decoded = STANDARD.decode(text).map_err(|_| Unreadable::NotStructured)?;
            structured(&decoded).map(|json| Cow::Owned(json.into_owned())).map_err(|_| Unreadable::NotStructured)
        }
        json => json,
    }
}

fn structured(body: &[u8]) -> Result<Cow<'_, str>, Unreadable> {
    let whole = std::str::from_utf8(body).map_err(|error| Unreadable::NotUtf8 { offset: error.valid_up_to() })?;
    let text = whole.trim_start_matches(|character: char| character == '\u{feff}' || character.is_whitespace());
    let skipped = whole.len() - text.len();
    let text = text.trim_end();
    match text.as_bytes().first() {
        None => Err(Unreadable::Empty),
        Some(b'<') => xml::to_json(text).map(Cow::Owned).map_err(|error| error.further_by(skipped)),
        // What is wrong with JSON is told by its offset in the body, so the body stays as long as it is.
        Some(b'{') if skipped == 0 => Ok(Cow::Borrowed(text)),
        Some(b'{') => Ok(Cow::Owned(format!("{}{text}", " ".repeat(skipped)))),
        Some(_) => match what(text) {
            "text" => Err(Unreadable::NotStructured),
            found => Err(Unreadable::NotAnObject { found }),
        },
    }
}

/// What sort of JSON value a text is that is no object; `text` where it is none.
pub(crate) fn what(text: &str) -> &'static str {
    match text.as_bytes() {
        [b'[', ..] => "an array",
        [b'"', ..] => "a string",
        [b'-' | b'0'..=b'9', ..] => "a number",
        b"true" | b"false" => "a boolean",
        b"null" => "null",
        _ => "text",
    }
}
