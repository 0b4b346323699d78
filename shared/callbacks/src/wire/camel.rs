//! Objects whose keys come in two spellings.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::fmt;
use std::marker::PhantomData;

use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserialize, DeserializeSeed, Deserializer, IgnoredAny, IntoDeserializer, MapAccess, Visitor};

use super::head::Key;

/// How many keys of an object are looked at. No struct has so many fields.
const MOST_KEYS: usize = 1_000;

/// An object whose keys are in `camelCase`, `PascalCase` or `snake_case`, as it comes: `T` sees `camelCase` only.
///
/// Of a key that is there in two spellings the one that sorts first counts. With a serde alias it would be a duplicate field, which
/// costs the event. The keys of objects inside of it are left as they are.
#[derive(Debug, Default, Clone, PartialEq)]
pub(crate) struct CamelCase<T>(pub(crate) T);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for CamelCase<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(CamelCaseVisitor(PhantomData))
    }
}

struct CamelCaseVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for CamelCaseVisitor<T> {
    type Value = CamelCase<T>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, object: A) -> Result<CamelCase<T>, A::Error> {
        let members = Members { object, seen: BTreeSet::new() };
        T::deserialize(MapAccessDeserializer::new(members)).map(CamelCase)
    }
}

/// The members of an object under their keys in `camelCase`, each key once.
struct Members<'de, A> {
    object: A,
    /// The keys so far.
    seen: BTreeSet<Cow<'de, str>>,
}

impl<'de, A: MapAccess<'de>> MapAccess<'de> for Members<'de, A> {
    type Error = A::Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, A::Error> {
        while let Some(key) = self.object.next_key::<Key<'de>>()? {
            let key = camel_case(key.0);
            if self.seen.len() < MOST_KEYS && !self.seen.contains(&key) {
                let found = seed.deserialize(key.as_ref().into_deserializer())?;
                self.seen.insert(key);
                return Ok(Some(found));
            }
            self.object.next_value::<IgnoredAny>()?;
        }
        Ok(None)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, A::Error> {
        self.object.next_value_seed(seed)
    }
}

/// `codecName` of `codec_name`, `CodecName` and `Codec_name`.
fn camel_case(key: Cow<'_, str>) -> Cow<'_, str> {
    if !key.contains('_') && !key.starts_with(|first: char| first.is_ascii_uppercase()) {
        return key;
    }
    let mut camel_case = String::with_capacity(key.len());
    for (index, word) in key.split('_').enumerate() {
        let mut letters = word.chars();
        let capitalize = if index == 0 { char::to_ascii_lowercase } else { char::to_ascii_uppercase };
        camel_case.extend(letters.next().map(|first| capitalize(&first)));
        camel_case.push_str(letters.as_str());
    }
    camel_case.into()
}

#[cfg(test)]
mod tests {
    use super::super::{Integer, Many, One};
    use super::*;

    #[derive(Debug, Default, PartialEq, serde::Deserialize)]
    #[serde(default, rename_all = "camelCase")]
    struct Stream {
        bit_rate: Integer,
        has_b_frames: Integer,
        inner: One<CamelCase<Stream>>,
    }

    #[test]
    fn either_spelling_is_read_and_both_cost_nothing() {
        for (json, bit_rate, has_b_frames) in [
            (r#"{"bitRate":1,"hasBFrames":2}"#, Some(1), Some(2)),
            (r#"{"bit_rate":1,"has_b_frames":2}"#, Some(1), Some(2)),
            (r#"{"BitRate":1,"Has_b_frames":2}"#, Some(1), Some(2)),
            (r#"{"bitRate":1,"bit_rate":{"x":[3]},"hasBFrames":2}"#, Some(1), Some(2)),
            (r#"{"bit_rate":1,"bitRate":3}"#, Some(3), None),
            (r#"{"bitrate":1,"BITRATE":1,"":1,"_":1,"new_key":1,"newKey":1}"#, None, None),
            ("{}", None, None),
        ] {
            let CamelCase(stream) = crate::wire::parse::<CamelCase<Stream>>(json);
            assert_eq!((stream.bit_rate.get(), stream.has_b_frames.get()), (bit_rate, has_b_frames), "{json}");
        }
    }

    #[test]
    fn it_is_read_wherever_an_object_is() {
        let json = r#"[{"inner":{"bit_rate":1,"bitRate":2}},null,"text",{"bit_rate":3}]"#;
        let streams: Many<CamelCase<Stream>> = crate::wire::parse(json);
        let [CamelCase(one), CamelCase(two)] = streams.0.as_slice() else { panic!("{streams:?}") };
        assert_eq!(one.inner.as_ref().and_then(|inner| inner.0.bit_rate.get()), Some(2));
        assert_eq!(two.bit_rate.get(), Some(3));
        for json in ["null", "7", r#""text""#, "[]"] {
            assert_eq!(crate::wire::parse::<One<CamelCase<Stream>>>(json).0, None, "{json}");
        }
    }
}
