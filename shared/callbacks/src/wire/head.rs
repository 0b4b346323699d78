//! Objects of which some members are the same for all events of a product.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use serde::Deserialize;
use serde::de::value::{BorrowedStrDeserializer, MapAccessDeserializer};
use serde::de::{DeserializeSeed, Deserializer, IntoDeserializer, MapAccess, Visitor};

/// The members that the events of a product have in common.
pub(crate) trait Head: Default {
    /// Takes the value of this key, where it is one of the head; `false` leaves the value where it is.
    fn take<'de, A: MapAccess<'de>>(&mut self, key: &str, object: &mut A) -> Result<bool, A::Error>;
}

/// An object whose members are partly those of the head `H` and partly those of `B`.
///
/// It is what serde's `flatten` would be if that did not hold all members in memory.
#[derive(Debug, Default)]
pub(crate) struct WithHead<H, B> {
    pub(crate) head: H,
    pub(crate) body: B,
}

impl<'de, H: Head, B: Deserialize<'de>> Deserialize<'de> for WithHead<H, B> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(WithHeadVisitor(PhantomData))
    }
}

struct WithHeadVisitor<H, B>(PhantomData<(H, B)>);

impl<'de, H: Head, B: Deserialize<'de>> Visitor<'de> for WithHeadVisitor<H, B> {
    type Value = WithHead<H, B>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, object: A) -> Result<WithHead<H, B>, A::Error> {
        let mut head = H::default();
        let body = B::deserialize(MapAccessDeserializer::new(Rest { object, head: &mut head }))?;
        Ok(WithHead { head, body })
    }
}

/// A key, which is the document's where nothing had to change it.
#[derive(Deserialize)]
#[serde(transparent)]
pub(super) struct Key<'k>(#[serde(borrow)] pub(super) Cow<'k, str>);

/// The members of an object that are not the head's.
struct Rest<'a, A, H> {
    object: A,
    /// Takes the other members.
    head: &'a mut H,
}

impl<'de, A: MapAccess<'de>, H: Head> MapAccess<'de> for Rest<'_, A, H> {
    type Error = A::Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, A::Error> {
        while let Some(key) = self.object.next_key::<Key<'de>>()? {
            if !self.head.take(&key.0, &mut self.object)? {
                return match key.0 {
                    Cow::Borrowed(key) => seed.deserialize(BorrowedStrDeserializer::new(key)),
                    Cow::Owned(key) => seed.deserialize(key.into_deserializer()),
                }
                .map(Some);
            }
        }
        Ok(None)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, A::Error> {
        self.object.next_value_seed(seed)
    }
}
