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
#[cfg(test)]
mod schema;
mod tree;

use serde::Deserialize;

use crate::json::Value;

pub(crate) use camel::CamelCase;
pub(crate) use head::{Head, WithHead};
pub(crate) use leaf::{Decimal, Integer, Text, Texts, Time, UnixTime};
pub(crate) use tree::{Embedded, Many, One, Unused, UserData};

/// What has a JSON Schema, in tests.
#[cfg(test)]
pub(crate) use schemars::JsonSchema as Documented;

/// What has a JSON Schema, in tests.
#[cfg(not(test))]
pub(crate) trait Documented {}

#[cfg(not(test))]
impl<T> Documented for T {}

/// Reads a vendor's struct from a value. What is not of the struct's form is as good as absent: the types here take every
/// value, so that this is so of nothing but the value itself.
pub(crate) fn read_struct<'d, T: Deserialize<'d> + Default>(value: Value<'d>) -> T {
    T::deserialize(value).unwrap_or_else(|_| {
        value.notes().damage();
        T::default()
    })
}

/// Reads some of an object's members, to tell what it is. What this passes over is read again, or passed over again.
pub(crate) fn peek<'d, T: Deserialize<'d> + Default>(value: Value<'d>) -> T {
    value.notes().unnoted(|| read_struct(value))
}

/// Reads a vendor's struct from JSON, for tests.
#[cfg(test)]
pub(crate) fn parse<T: for<'d> Deserialize<'d>>(json: &str) -> T {
    let document = crate::json::Document::parse(json).unwrap();
    let notes = crate::json::Notes::default();
    T::deserialize(Value::root(&document, &notes)).unwrap()
}
