//! JSON: a text is scanned once into a [`Document`]; all that follows works on its [`Value`]s.

mod de;
mod document;
mod parts;
mod repair;
mod value;
mod write;

pub(crate) use de::{EMBEDDED, EMBEDDED_PARTS, RAW, UNUSED};
pub(crate) use document::{Document, trim};
pub(crate) use parts::{Lists, parts};
pub(crate) use value::{Notes, Value};
pub(crate) use write::{compact, handed_on, push_string, rest, write_canonical};
