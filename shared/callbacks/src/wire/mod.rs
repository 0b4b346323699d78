//! The types that the vendors' structs are made of.
//!
//! Vendors give the same field as a number, as a string of digits, as JSON in a string, as one object or as a list of
//! them. Each type here takes all of those, and takes what does not fit at all for absent: a field of an unexpected type
//! never costs the event, whose `vendor` still has it. So a struct needs no more than `#[serde(default)]` and one of
//! these types for each field.

mod camel;
mod head;
mod leaf;
mod lenient;
mod tree;

use std::borrow::Cow;

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::body::{Unreadable, json};

pub(crate) use camel::CamelCase;
pub(crate) use head::{Head, WithHead};
pub(crate) use leaf::{Decimal, Integer, Text, Texts, Time, UnixTime};
pub(crate) use tree::{Embedded, Many, Named, One, Unused, UserData};

/// Reads a vendor's struct from canonical JSON.
///
/// # Errors
/// [`Unreadable::Field`] with the path of the field, where the text is no object or a type here is not as forgiving as it
/// should be.
pub(crate) fn read<'de, T: Deserialize<'de>>(json: &'de str) -> Result<T, Unreadable> {
    let mut deserializer = serde_json::Deserializer::from_str(json);
    #[cfg(test)]
    let value = crate::tests::unread::deserialize(&mut deserializer);
    #[cfg(not(test))]
    let value = serde_path_to_error::deserialize(&mut deserializer);
    value.map_err(|error| unreadable(&error))
}

/// Reads some of an object's members. What this passes over, [`read`] or nothing reads.
///
/// # Errors
/// As [`read`].
pub(crate) fn peek<'de, T: Deserialize<'de>>(json: &'de str) -> Result<T, Unreadable> {
    let value = serde_path_to_error::deserialize(&mut serde_json::Deserializer::from_str(json));
    value.map_err(|error| unreadable(&error))
}

/// The text of an object that came as it is, as a list of one, or as JSON in a string.
pub(crate) fn object(json: &str) -> Option<Cow<'_, str>> {
    match json.as_bytes().first()? {
        b'{' => Some(Cow::Borrowed(json)),
        b'[' => {
            let items: Vec<&RawValue> = serde_json::from_str(json).ok()?;
            object(items.first()?.get())
        }
        b'"' => {
            let text: String = serde_json::from_str(json).ok()?;
            let text = json::canonical(&text).ok().filter(|text| text.starts_with('{'))?;
            Some(Cow::Owned(text))
        }
        _ => None,
    }
}

fn unreadable(error: &serde_path_to_error::Error<serde_json::Error>) -> Unreadable {
    let is_too_long = error.inner().to_string().starts_with(lenient::TOO_MANY);
    let problem = if is_too_long { lenient::TOO_MANY } else { category(error.inner()) }.to_owned();
    Unreadable::Field { path: error.path().to_string(), problem }
}

/// What kind of problem it is, without the value that the library's message may quote.
fn category(error: &serde_json::Error) -> &'static str {
    match error.classify() {
        serde_json::error::Category::Data => "unexpected type of value",
        serde_json::error::Category::Eof => "the text ends too early",
        _ => "broken JSON",
    }
}
