//! Reading values into structs, by serde.

use serde::de::value::{BorrowedStrDeserializer, Error};
use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde::forward_to_deserialize_any;

use super::document::{Shape, is_held};
use super::value::Value;
use super::write;
use crate::budget;

/// A newtype of this name is read from the JSON in a string, or from the value that stands in its place.
pub(crate) const EMBEDDED: &str = "mediahook::Embedded";

/// The same for a list of parts of the event: while it cannot be read, it is not known how the event ended.
pub(crate) const EMBEDDED_PARTS: &str = "mediahook::EmbeddedParts";

/// A newtype of this name is passed over: what is in it is known, and stays in the vendor's event only.
pub(crate) const UNUSED: &str = "mediahook::Unused";

/// A newtype of this name is read from a list's or an object's text, as bytes; from anything else as it is.
pub(crate) const RAW: &str = "mediahook::Raw";

impl<'d> Deserializer<'d> for Value<'d> {
    type Error = Error;

    fn deserialize_any<V: Visitor<'d>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.shape() {
            Shape::Null => visitor.visit_unit(),
            Shape::True => visitor.visit_bool(true),
            Shape::False => visitor.visit_bool(false),
            Shape::Number => number(self.text(), visitor),
            Shape::Plain | Shape::Escaped => visitor.visit_borrowed_str(self.text()),
            Shape::List => {
                let (next, end) = self.document.inside(self.index);
                visitor.visit_seq(Items { list: self, next, end })
            }
            Shape::Object => {
                self.pass_over_shadowed();
                visitor.visit_map(Members { rest: self.members(), value: None })
            }
        }
    }

    fn deserialize_option<V: Visitor<'d>>(self, visitor: V) -> Result<V::Value, Error> {
        if self.shape() == Shape::Null { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    fn deserialize_newtype_struct<V: Visitor<'d>>(self, name: &'static str, visitor: V) -> Result<V::Value, Error> {
        match (name, self.shape()) {
            (RAW, Shape::List | Shape::Object) => visitor.visit_byte_buf(write::canonical(self)),
            (RAW, _) => self.deserialize_any(visitor),
            (UNUSED, _) => visitor.visit_unit(),
            (EMBEDDED | EMBEDDED_PARTS, Shape::Plain | Shape::Escaped) => {
                let is_part = name == EMBEDDED_PARTS;
                if let Some(value) = self.embedded_part(is_part) {
                    return visitor.visit_newtype_struct(value);
                }
                if is_part && !self.text().trim().is_empty() {
                    self.notes().damage();
                }
                visitor.visit_borrowed_str(self.text())
            }
            _ => visitor.visit_newtype_struct(self),
        }
    }

    fn deserialize_ignored_any<V: Visitor<'d>>(self, visitor: V) -> Result<V::Value, Error> {
        self.pass_over();
        visitor.visit_unit()
    }

    forward_to_deserialize_any! {
        <W: Visitor<'d>>
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct seq tuple
        tuple_struct map struct enum identifier
    }
}

/// A number of the type that holds it, or its digits where none does.
fn number<'d, V: Visitor<'d>>(digits: &'d str, visitor: V) -> Result<V::Value, Error> {
    if let Ok(value) = digits.parse::<i64>() {
        visitor.visit_i64(value)
    } else if let Ok(value) = digits.parse::<u64>() {
        visitor.visit_u64(value)
    } else if is_held(digits)
        && let Ok(value) = digits.parse::<f64>()
    {
        visitor.visit_f64(value)
    } else {
        visitor.visit_borrowed_str(digits)
    }
}

/// The items of a list that are not read yet.
struct Items<'d> {
    list: Value<'d>,
    next: u32,
    end: u32,
}

impl<'d> SeqAccess<'d> for Items<'d> {
    type Error = Error;

    fn next_element_seed<T: DeserializeSeed<'d>>(&mut self, seed: T) -> Result<Option<T::Value>, Error> {
        if self.next >= self.end {
            return Ok(None);
        }
        let item = self.list.at(self.next);
        if !budget::take_item() {
            // What is left is looked at like a list that nobody knows.
            item.pass_over_until(self.end);
            self.next = self.end;
            return Ok(None);
        }
        self.next = self.list.document.behind(self.next);
        seed.deserialize(item).map(Some)
    }
}

/// The members of an object that are not read yet.
struct Members<'d, M> {
    rest: M,
    value: Option<Value<'d>>,
}

impl<'d, M: Iterator<Item = (&'d str, Value<'d>)>> MapAccess<'d> for Members<'d, M> {
    type Error = Error;

    fn next_key_seed<K: DeserializeSeed<'d>>(&mut self, seed: K) -> Result<Option<K::Value>, Error> {
        let Some((key, value)) = self.rest.next() else { return Ok(None) };
        self.value = Some(value);
        seed.deserialize(BorrowedStrDeserializer::new(key)).map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'d>>(&mut self, seed: V) -> Result<V::Value, Error> {
        match self.value.take() {
            Some(value) => seed.deserialize(value),
            None => Err(serde::de::Error::custom("a value without its key")),
        }
    }
}
