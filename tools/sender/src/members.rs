//! Members of the outermost object of a JSON body.

use std::collections::BTreeMap;
use std::ops::Range;

use serde_json::value::RawValue;

/// Some senders put it before a UTF-8 body.
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// Sets members of the body, with values as JSON: existing ones are replaced, others are added at the start. Everything else
/// stays byte for byte. `None` where the body is not a JSON object.
pub(crate) fn set(body: &[u8], members: &[(&str, String)]) -> Option<Vec<u8>> {
    let text = body.strip_prefix(BYTE_ORDER_MARK).unwrap_or(body);
    let present: BTreeMap<String, &RawValue> = serde_json::from_slice(text).ok()?;
    let start = body.iter().position(|byte| *byte == b'{')? + 1;

    let (replaced, added): (Vec<_>, Vec<_>) = members.iter().partition(|(name, _)| present.contains_key(*name));
    let mut added = added.iter().map(|(name, value)| format!(r#""{name}":{value}"#)).collect::<Vec<_>>().join(",");
    if !added.is_empty() && !present.is_empty() {
        added.push(',');
    }
    let mut edits = vec![(start..start, added)];
    edits.extend(
        replaced.into_iter().filter_map(|(name, value)| Some((place(present.get(*name)?, body), value.clone()))),
    );

    // From the end, so that no edit moves the place of another.
    edits.sort_by_key(|(place, _)| std::cmp::Reverse(place.start));
    let mut edited = body.to_vec();
    for (place, text) in edits {
        drop(edited.splice(place, text.into_bytes()));
    }
    Some(edited)
}

/// The range in the body of a value that was parsed from it.
fn place(value: &RawValue, body: &[u8]) -> Range<usize> {
    let start = value.get().as_ptr().addr() - body.as_ptr().addr();
    start..start + value.get().len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_are_set_and_the_rest_stays() {
        let members = [("Sign", r#""new""#.to_owned()), ("T", "7".to_owned())];
        for (body, expected) in [
            (r#"{"A": 1}"#, Some(r#"{"Sign":"new","T":7,"A": 1}"#)),
            ("\u{feff} \n{ \"A\":{}}\n", Some("\u{feff} \n{\"Sign\":\"new\",\"T\":7, \"A\":{}}\n")),
            ("{}", Some(r#"{"Sign":"new","T":7}"#)),
            ("{ }", Some(r#"{"Sign":"new","T":7 }"#)),
            (r#"{"T":"1","A":{"T":2}, "Sign" : "old" }"#, Some(r#"{"T":7,"A":{"T":2}, "Sign" : "new" }"#)),
            (r#"{"A":1,"T":1}"#, Some(r#"{"Sign":"new","A":1,"T":7}"#)),
            (r#"[{"A":1}]"#, None),
            (r#"{"A":1"#, None),
            ("<a/>", None),
            ("", None),
        ] {
            let edited = set(body.as_bytes(), &members).map(|body| String::from_utf8(body).unwrap());
            assert_eq!(edited.as_deref(), expected, "{body}");
        }
    }
}
