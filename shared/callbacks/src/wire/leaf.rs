//! Single values: texts, numbers, times.

use jiff::Timestamp;
use serde::Deserialize;
use serde::de::{Deserializer, SeqAccess};

use super::lenient::{self, Lenient};
use crate::json::trim;

/// Bytes of the longest text that is read. No name, address or message of a vendor is nearly as long, and several things are
/// made of a text.
const LONGEST: usize = 32 * 1024;

/// A text. A number or boolean counts as its text, an empty string and one that is far longer than any as absent.
#[derive(Debug, Default, Clone, PartialEq)]
pub(crate) struct Text(pub(crate) Option<String>);

/// A whole number, given as a number or as digits in a string.
#[derive(Debug, Default, Clone, Copy, PartialEq)]
pub(crate) struct Integer(Option<i64>);

/// A number, given as such or in a string. `50/1`, as Cloud Infinite writes a frame rate, is a fraction.
#[derive(Debug, Default, Clone, Copy, PartialEq)]
pub(crate) struct Decimal(Option<f64>);

/// A point in time: RFC 3339, also with a blank for the `T` or without the colon of the offset.
#[derive(Debug, Default, Clone, Copy, PartialEq)]
pub(crate) struct Time(pub(crate) Option<Timestamp>);

/// A point in time as Unix seconds.
#[derive(Debug, Default, Clone, Copy, PartialEq)]
pub(crate) struct UnixTime(pub(crate) Option<Timestamp>);

/// Several texts; a single one counts as a list of one.
#[derive(Debug, Default, Clone, PartialEq)]
pub(crate) struct Texts(pub(crate) Vec<String>);

impl Text {
    pub(crate) fn as_deref(&self) -> Option<&str> {
        self.0.as_deref()
    }

    pub(crate) fn is_absent(&self) -> bool {
        self.0.is_none()
    }

    /// This text, or the other where this one is absent.
    pub(crate) fn or(self, other: Self) -> Self {
        Self(self.0.or(other.0))
    }
}

impl From<Text> for Option<String> {
    fn from(text: Text) -> Self {
        text.0
    }
}

impl Integer {
    pub(crate) fn get(self) -> Option<i64> {
        self.0
    }

    /// A size or count: absent where it is negative.
    pub(crate) fn count(self) -> Option<u64> {
        self.0.and_then(|value| u64::try_from(value).ok())
    }
}

impl Decimal {
    /// The number that a text holds.
    pub(crate) fn of(text: &str) -> Self {
        Self::from_text(text)
    }

    pub(crate) fn get(self) -> Option<f64> {
        self.0
    }

    /// Bits per second, of a value in kilobits per second.
    pub(crate) fn kilobits(self) -> Option<u64> {
        self.0.and_then(|value| whole(value * 1000.0))
    }

    /// Bits per second, of a value in bits per second.
    pub(crate) fn bits(self) -> Option<u64> {
        self.0.and_then(whole)
    }
}

/// The nearest whole number; absent where the value is negative or too large to be one.
fn whole(value: f64) -> Option<u64> {
    const LARGEST: f64 = 9_007_199_254_740_992.0;
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the range is checked")]
    (0.0..=LARGEST).contains(&value).then(|| value.round() as u64)
}

impl<'de> Lenient<'de> for Text {
    fn from_list<A: SeqAccess<'de>>(list: A) -> Result<Self, A::Error> {
        lenient::first(list)
    }

    fn from_text(text: &str) -> Self {
        Self((!trim(text).is_empty() && text.len() <= LONGEST).then(|| text.to_owned()))
    }
}

impl<'de> Lenient<'de> for Integer {
    fn from_list<A: SeqAccess<'de>>(list: A) -> Result<Self, A::Error> {
        lenient::first(list)
    }

    fn from_text(text: &str) -> Self {
        let text = trim(text);
        text.parse()
            .map_or_else(|_| parse_decimal(text).map_or(Self(None), Self::from_float), |value| Self(Some(value)))
    }

    fn from_integer(value: i64) -> Self {
        Self(Some(value))
    }

    fn from_float(value: f64) -> Self {
        let magnitude = whole(value.abs()).filter(|_| value.fract() == 0.0).and_then(|whole| i64::try_from(whole).ok());
        Self(magnitude.map(|whole| if value < 0.0 { -whole } else { whole }))
    }
}

impl<'de> Lenient<'de> for Decimal {
    fn from_list<A: SeqAccess<'de>>(list: A) -> Result<Self, A::Error> {
        lenient::first(list)
    }

    fn from_text(text: &str) -> Self {
        Self(parse_decimal(trim(text)))
    }

    fn from_float(value: f64) -> Self {
        Self(Some(value).filter(|value| value.is_finite()))
    }
}

/// Whether a time can be one at which something happened to media. A vendor writes the year 1 for none, and buses refuse it.
fn is_plausible(time: &Timestamp) -> bool {
    const FIRST: i64 = 0;
    /// 9999-12-31T23:59:59Z: what is later has no RFC 3339.
    const LAST: i64 = 253_402_300_799;
    (FIRST..=LAST).contains(&time.as_second())
}

impl<'de> Lenient<'de> for Time {
    fn from_list<A: SeqAccess<'de>>(list: A) -> Result<Self, A::Error> {
        lenient::first(list)
    }

    fn from_text(text: &str) -> Self {
        Self(trim(text).parse().ok().filter(is_plausible))
    }
}

impl<'de> Lenient<'de> for UnixTime {
    fn from_list<A: SeqAccess<'de>>(list: A) -> Result<Self, A::Error> {
        lenient::first(list)
    }

    fn from_text(text: &str) -> Self {
        Self(
            Integer::from_text(text)
                .get()
                .and_then(|seconds| Timestamp::from_second(seconds).ok())
                .filter(is_plausible),
        )
    }
}

fn parse_decimal(text: &str) -> Option<f64> {
    let value = match text.split_once('/') {
        Some((numerator, denominator)) => numerator.parse::<f64>().ok()? / denominator.parse::<f64>().ok()?,
        None => text.parse().ok()?,
    };
    Some(value).filter(|value| value.is_finite())
}

impl<'de> Lenient<'de> for Texts {
    fn from_text(text: &str) -> Self {
        Self(Text::from_text(text).0.into_iter().collect())
    }

    fn from_list<A: SeqAccess<'de>>(list: A) -> Result<Self, A::Error> {
        lenient::items::<Text, String, A>(list).map(Self)
    }
}

impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        lenient::deserialize(deserializer)
    }
}

impl<'de> Deserialize<'de> for Integer {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        lenient::deserialize(deserializer)
    }
}

impl<'de> Deserialize<'de> for Decimal {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        lenient::deserialize(deserializer)
    }
}

impl<'de> Deserialize<'de> for Time {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        lenient::deserialize(deserializer)
    }
}

impl<'de> Deserialize<'de> for UnixTime {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        lenient::deserialize(deserializer)
    }
}

impl<'de> Deserialize<'de> for Texts {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        lenient::deserialize(deserializer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse<T: for<'de> Deserialize<'de>>(json: &str) -> T {
        serde_json::from_str(json).unwrap()
    }

    #[test]
    fn texts() {
        for (json, expected) in [
            (r#""a""#, Some("a")),
            ("7", Some("7")),
            ("-7", Some("-7")),
            ("18446744073709551615", Some("18446744073709551615")),
            ("1.5", Some("1.5")),
            ("true", Some("true")),
            (r#""""#, None),
            (r#"" ""#, None),
            ("null", None),
            (r#"["a"]"#, Some("a")),
            (r#"["a","b"]"#, Some("a")),
            (r#"{"a":{"b":1}}"#, None),
        ] {
            assert_eq!(parse::<Text>(json).as_deref(), expected, "{json}");
        }
    }

    #[test]
    fn integers() {
        for (json, expected) in [
            ("7", Some(7)),
            (r#""7""#, Some(7)),
            (r#"" 7 ""#, Some(7)),
            ("7.0", Some(7)),
            (r#""-7.000""#, Some(-7)),
            ("7.5", None),
            (r#""seven""#, None),
            (r#""""#, None),
            ("1e300", None),
            ("18446744073709551615", None),
            ("[7]", Some(7)),
            ("{}", None),
        ] {
            assert_eq!(parse::<Integer>(json).get(), expected, "{json}");
        }
    }

    #[test]
    fn decimals() {
        for (json, expected) in [
            ("24.0", Some(24.0)),
            ("24", Some(24.0)),
            (r#""68.576667""#, Some(68.576_667)),
            (r#""30000/1001""#, Some(30000.0 / 1001.0)),
            (r#""50/0""#, None),
            (r#""inf""#, None),
            (r#""NaN""#, None),
            ("[]", None),
        ] {
            assert_eq!(parse::<Decimal>(json).get(), expected, "{json}");
        }
        assert_eq!(parse::<Decimal>(r#""9049.17""#).kilobits(), Some(9_049_170));
        assert_eq!(parse::<Decimal>("-1").bits(), None);
        assert_eq!(parse::<Decimal>("1e300").bits(), None);
    }

    #[test]
    fn times_are_read_in_every_vendors_format() {
        for text in [
            "2022-06-30T10:47:18Z",
            "2022-06-30T18:47:18+0800",
            "2022-06-30T18:47:18+08:00",
            "2022-06-30 18:47:18+0800",
            "2022-06-30T10:47:18.000Z",
        ] {
            let time = parse::<Time>(&format!("{text:?}"));
            assert_eq!(time.0.unwrap().to_string(), "2022-06-30T10:47:18Z", "{text}");
        }
        for text in ["", "yesterday", "2022-06-30", "2022-06-30T18:47:18", "9999-99-99T00:00:00Z"] {
            assert_eq!(parse::<Time>(&format!("{text:?}")).0, None, "{text}");
        }
        assert_eq!(parse::<UnixTime>("1656466420").0.unwrap().to_string(), "2022-06-29T01:33:40Z");
        assert_eq!(parse::<UnixTime>("9223372036854775807").0, None);
    }

    #[test]
    fn lists_of_texts() {
        for (json, expected) in [
            (r#"["a","b"]"#, vec!["a", "b"]),
            (r#""a""#, vec!["a"]),
            (r#"["a",1,null,{"x":1},""]"#, vec!["a", "1"]),
            ("null", vec![]),
            ("{}", vec![]),
        ] {
            assert_eq!(parse::<Texts>(json).0, expected, "{json}");
        }
    }
}
