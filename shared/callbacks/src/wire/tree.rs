//! What holds other values: objects, lists, and JSON in a string.

use std::marker::PhantomData;

use serde::Deserialize;
use serde::de::value::{MapAccessDeserializer, SeqAccessDeserializer};
use serde::de::{Deserializer, MapAccess, SeqAccess};
use serde_json::value::{RawValue, to_raw_value};

use super::leaf::Texts;
use super::lenient::{self, Lenient};
use crate::budget;
use crate::json::{Document, EMBEDDED, EMBEDDED_PARTS, RAW, UNUSED, compact};

/// One object, or none. Of a list its first object.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct One<T>(pub(crate) Option<Box<T>>);

/// Any number of objects; a single one counts as a list of one.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Many<T>(pub(crate) Vec<T>);

/// JSON in a string, or the thing itself. A string that does not parse stays a string.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) enum Embedded<T> {
    /// Not there, or of a type that does not fit.
    #[default]
    Absent,
    /// What the string held, or the object that stood in its place.
    Json(T),
    /// A string that is not JSON.
    Text(String),
}

/// What the customer attached to a job: the JSON of the string, else the string as JSON.
#[derive(Debug, Clone, Default)]
pub(crate) struct UserData(pub(crate) Option<Box<RawValue>>);

/// A field of the type `T` that is known and stays in the vendor's event only: it is passed over.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Unused<T>(PhantomData<T>);

impl<T> One<T> {
    pub(crate) fn as_ref(&self) -> Option<&T> {
        self.0.as_deref()
    }
}

impl<T: Default> One<T> {
    /// The object; one without any value where there is none.
    pub(crate) fn or_default(self) -> T {
        self.0.map(|boxed| *boxed).unwrap_or_default()
    }
}

impl<T> From<One<T>> for Option<T> {
    fn from(one: One<T>) -> Self {
        one.0.map(|boxed| *boxed)
    }
}

impl<T> Default for One<T> {
    fn default() -> Self {
        Self(None)
    }
}

impl<T> Default for Many<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T> Default for Unused<T> {
    fn default() -> Self {
        Self(PhantomData)
    }
}

impl<T> IntoIterator for Many<T> {
    type Item = T;
    type IntoIter = std::vec::IntoIter<T>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl<T> Embedded<T> {
    pub(crate) fn json(self) -> Option<T> {
        match self {
            Self::Json(value) => Some(value),
            Self::Absent | Self::Text(_) => None,
        }
    }
}

impl<T: Default> Embedded<T> {
    /// The object; one without any value where there is none.
    pub(crate) fn or_default(self) -> T {
        self.json().unwrap_or_default()
    }
}

impl<'de, T: Deserialize<'de>> Lenient<'de> for One<T> {
    fn from_list<A: SeqAccess<'de>>(list: A) -> Result<Self, A::Error> {
        lenient::first(list)
    }

    fn from_object<A: MapAccess<'de>>(object: A) -> Result<Self, A::Error> {
        budget::count_struct::<T>();
        T::deserialize(MapAccessDeserializer::new(object)).map(|value| Self(Some(Box::new(value))))
    }
}

impl<'de, T: Deserialize<'de>> Lenient<'de> for Many<T> {
    fn from_list<A: SeqAccess<'de>>(list: A) -> Result<Self, A::Error> {
        lenient::items::<One<T>, T, A>(list).map(Self)
    }

    fn from_object<A: MapAccess<'de>>(object: A) -> Result<Self, A::Error> {
        T::deserialize(MapAccessDeserializer::new(object)).map(|item| Self(vec![item]))
    }
}

/// What can stand as JSON in a string.
pub(crate) trait Embeddable {
    /// Whether it is a list of parts of the event: while one cannot be read, it is not known how the event ended.
    const IS_PARTS: bool;
}

impl<T> Embeddable for One<T> {
    const IS_PARTS: bool = false;
}

impl Embeddable for Texts {
    const IS_PARTS: bool = false;
}

impl<T> Embeddable for Many<T> {
    const IS_PARTS: bool = true;
}

impl<'de, T: Deserialize<'de>> Lenient<'de> for Embedded<T> {
    /// From a string that holds no list and no object.
    fn from_text(text: &str) -> Self {
        if text.trim().is_empty() { Self::Absent } else { Self::Text(text.to_owned()) }
    }

    fn from_list<A: SeqAccess<'de>>(list: A) -> Result<Self, A::Error> {
        T::deserialize(SeqAccessDeserializer::new(list)).map(Self::Json)
    }

    fn from_object<A: MapAccess<'de>>(object: A) -> Result<Self, A::Error> {
        T::deserialize(MapAccessDeserializer::new(object)).map(Self::Json)
    }
}

impl Lenient<'_> for UserData {
    fn from_text(text: &str) -> Self {
        if text.trim().is_empty() || text.trim() == "null" {
            return Self(None);
        }
        // Every JSON reader can take what is handed on as JSON: anything else stays in a string.
        let is_json = Document::parse(text).is_ok_and(|document| document.is_plain());
        let parsed = if is_json { RawValue::from_string(compact(text)).ok() } else { None };
        Self(parsed.or_else(|| to_raw_value(text).ok()))
    }

    fn from_raw(json: Vec<u8>) -> Self {
        Self(String::from_utf8(json).ok().and_then(|json| RawValue::from_string(json).ok()))
    }
}

impl<T> Lenient<'_> for Unused<T> {}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for One<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        lenient::deserialize(deserializer)
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Many<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        lenient::deserialize(deserializer)
    }
}

impl<'de, T: Deserialize<'de> + Embeddable> Deserialize<'de> for Embedded<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        lenient::deserialize_named(if T::IS_PARTS { EMBEDDED_PARTS } else { EMBEDDED }, deserializer)
    }
}

impl<'de> Deserialize<'de> for UserData {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        lenient::deserialize_named(RAW, deserializer)
    }
}

impl<'de, T> Deserialize<'de> for Unused<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        lenient::deserialize_named(UNUSED, deserializer)
    }
}

#[cfg(test)]
mod tests {
    use super::super::leaf::Integer;
    use super::*;

    #[derive(Debug, Default, PartialEq, Deserialize)]
    #[serde(default)]
    struct Point {
        x: Integer,
    }

    fn parse<T: for<'de> Deserialize<'de>>(json: &str) -> T {
        super::super::parse(json)
    }

    #[test]
    fn an_object_may_come_as_a_list_of_one() {
        for (json, expected) in [
            (r#"{"x":1}"#, Some(1)),
            (r#"[{"x":"1"}]"#, Some(1)),
            ("[]", None),
            (r#""text""#, None),
            ("7", None),
            ("1.5", None),
            ("true", None),
            ("null", None),
        ] {
            assert_eq!(parse::<One<Point>>(json).0.and_then(|point| point.x.get()), expected, "{json}");
        }
    }

    #[test]
    fn a_list_may_come_as_a_single_object() {
        for (json, expected) in [
            (r#"[{"x":1},{"x":2}]"#, vec![1, 2]),
            (r#"{"x":1}"#, vec![1]),
            (r#"[{"x":1},null,"text",{"x":2}]"#, vec![1, 2]),
            (r#""text""#, vec![]),
            ("null", vec![]),
        ] {
            let points: Vec<i64> = parse::<Many<Point>>(json).into_iter().filter_map(|point| point.x.get()).collect();
            assert_eq!(points, expected, "{json}");
        }
    }

    #[test]
    fn embedded_json_is_read_and_other_text_kept() {
        type Item = Embedded<One<Point>>;
        let point = |x| Embedded::Json(One(Some(Box::new(Point { x }))));
        let one = parse::<Integer>("1");
        assert_eq!(parse::<Item>(r#""{\"x\":1}""#), point(one));
        assert_eq!(parse::<Item>(r#"{"x":1}"#), point(one));
        assert_eq!(parse::<Item>(r#""{\"x\":1,\"y\":xxx}""#), point(one));
        assert_eq!(parse::<Item>(r#""plain""#), Embedded::Text("plain".to_owned()));
        assert_eq!(parse::<Item>(r#"" ""#), Embedded::Absent);
        assert_eq!(parse::<Item>("null"), Embedded::Absent);
        assert_eq!(parse::<Embedded<Many<Point>>>(r#""[{\"x\":1}]""#), Embedded::Json(Many(vec![Point { x: one }])));
    }

    #[test]
    fn user_data_is_json_where_it_can_be() {
        for (json, expected) in [
            (r#""{\"a\": [1, 2.50]}""#, Some(r#"{"a":[1,2.50]}"#)),
            (r#""plain text""#, Some(r#""plain text""#)),
            (r#""{not json}""#, Some(r#""{not json}""#)),
            (r#"{"b":1,"a":[2]}"#, Some(r#"{"a":[2],"b":1}"#)),
            (r#""""#, None),
            (r#""1e999""#, Some(r#""1e999""#)),
            (r#""null""#, None),
            ("null", None),
        ] {
            assert_eq!(parse::<UserData>(json).0.as_deref().map(RawValue::get), expected, "{json}");
        }
        // Too deep to be worth handing on as JSON: it stays the string that it came as.
        let deep = parse::<UserData>(&format!("{:?}", "[".repeat(10_000)));
        assert!(deep.0.unwrap().get().starts_with('"'));
    }
}
