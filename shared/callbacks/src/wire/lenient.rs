//! Reading a value of whatever JSON type the vendor chose to send.

use std::fmt;
use std::marker::PhantomData;

use serde::de::{Deserialize, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};

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

/// How many items a list may have. Beyond that the body is unreadable, and handed on as it came: what is made of an item
/// takes far more memory than an empty item takes in the body.
pub(super) const MAX_ITEMS: usize = 100_000;

/// What the error of a list that is too long says.
pub(super) const TOO_MANY: &str = "more than 100000 items";

/// The items of a list, as one or none each.
pub(super) fn items<'de, I, T, A>(mut list: A) -> Result<Vec<T>, A::Error>
where
    I: Deserialize<'de> + Into<Option<T>>,
    A: SeqAccess<'de>,
{
    let mut items = Vec::new();
    while let Some(item) = list.next_element::<I>()? {
        items.extend(item.into());
        if items.len() > MAX_ITEMS {
            return Err(A::Error::custom(TOO_MANY));
        }
    }
    Ok(items)
}

/// The body of `Deserialize` for every type here.
pub(super) fn deserialize<'de, T: Lenient<'de>, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    deserializer.deserialize_any(LenientVisitor(PhantomData))
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

    fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<T, A::Error> {
        T::from_list(list)
    }

    fn visit_map<A: MapAccess<'de>>(self, object: A) -> Result<T, A::Error> {
        T::from_object(object)
    }
}
