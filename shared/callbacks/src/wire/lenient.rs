//! Reading a value of whatever JSON type the vendor chose to send.

use std::fmt;
use std::marker::PhantomData;

use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

/// What can be made from any JSON value; from one that does not fit, the default, which means absent.
///
/// Reading never fails on a value's type, so that no field can cost the event.
pub(super) trait Lenient<'de>: Default {
    /// From a string, and from a number or boolean as its text.
    fn from_text(_text: &str) -> Self {
        Self::default()
    }

    fn from_integer(value: i64) -> Self {
        Self::from_text(&value.to_string())
    }

    fn from_float(value: f64) -> Self {
        Self::from_text(&value.to_string())
    }

    /// From the text of a list or an object, where [`RAW`](crate::json::RAW) was asked for.
    fn from_raw(_json: Vec<u8>) -> Self {
        Self::default()
    }

    fn from_list<A: SeqAccess<'de>>(list: A) -> Result<Self, A::Error> {
        drain(list).map(|()| Self::default())
    }

    fn from_object<A: MapAccess<'de>>(mut object: A) -> Result<Self, A::Error> {
        while object.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Self::default())
    }
}

/// Consumes what is left of a list.
pub(super) fn drain<'de, A: SeqAccess<'de>>(mut list: A) -> Result<(), A::Error> {
    while list.next_element::<IgnoredAny>()?.is_some() {}
    Ok(())
}

/// The first item of a list.
pub(super) fn first<'de, T: Deserialize<'de> + Default, A: SeqAccess<'de>>(mut list: A) -> Result<T, A::Error> {
    let first = list.next_element()?;
    drain(list)?;
    Ok(first.unwrap_or_default())
}

/// The items of a list, as one or none each.
pub(super) fn items<'de, I, T, A>(mut list: A) -> Result<Vec<T>, A::Error>
where
    I: Deserialize<'de> + Into<Option<T>>,
    A: SeqAccess<'de>,
{
    let mut items = Vec::new();
    while let Some(item) = list.next_element::<I>()? {
        items.extend(item.into());
    }
    Ok(items)
}

/// The body of `Deserialize` for most types here.
pub(super) fn deserialize<'de, T: Lenient<'de>, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    deserializer.deserialize_any(LenientVisitor(PhantomData))
}

/// The body of `Deserialize` for types that a [`Value`](crate::json::Value) has to know by this name.
pub(super) fn deserialize_named<'de, T: Lenient<'de>, D: Deserializer<'de>>(
    name: &'static str,
    deserializer: D,
) -> Result<T, D::Error> {
    deserializer.deserialize_newtype_struct(name, LenientVisitor(PhantomData))
}

struct LenientVisitor<T>(PhantomData<T>);

impl<'de, T: Lenient<'de>> Visitor<'de> for LenientVisitor<T> {
    type Value = T;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("any value")
    }

    fn visit_str<E>(self, text: &str) -> Result<T, E> {
        Ok(T::from_text(text))
    }

    fn visit_i64<E>(self, value: i64) -> Result<T, E> {
        Ok(T::from_integer(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<T, E> {
        Ok(i64::try_from(value).map_or_else(|_| T::from_text(&value.to_string()), T::from_integer))
    }

    fn visit_f64<E>(self, value: f64) -> Result<T, E> {
        Ok(T::from_float(value))
    }

    fn visit_bool<E>(self, value: bool) -> Result<T, E> {
        Ok(T::from_text(if value { "true" } else { "false" }))
    }

    fn visit_unit<E>(self) -> Result<T, E> {
        Ok(T::default())
    }

    fn visit_byte_buf<E>(self, json: Vec<u8>) -> Result<T, E> {
        Ok(T::from_raw(json))
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, deserializer: D) -> Result<T, D::Error> {
        deserializer.deserialize_any(self)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<T, A::Error> {
        T::from_list(list)
    }

    fn visit_map<A: MapAccess<'de>>(self, object: A) -> Result<T, A::Error> {
        T::from_object(object)
    }
}
