//! Canonical JSON, and JSON without white space.

use std::borrow::Cow;
use std::fmt;

use jiter::{Jiter, JiterError, JiterErrorType, Peek};

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::{MAX_DEPTH, Unreadable};

/// The canonical form of a JSON text, which everything after this reads, and from which an event's id is made.
///
/// No white space; keys sorted, without blanks around them (Alibaba VOD sends `"SourceURL "`); members that are null left
/// out; of a key that is there twice the last one, as most parsers have it. Two texts that mean the same to a vendor's
/// documents have one canonical form.
///
/// Numbers keep their text. One that neither a 64-bit integer nor a double can hold becomes a string of its digits.
///
/// # Errors
/// [`Unreadable::Json`] and [`Unreadable::TooDeep`], with the byte offset in `text`.
pub(crate) fn canonical(text: &str) -> Result<String, Unreadable> {
    canonical_without(text, &[])
}

/// [`canonical`] without some members of the outermost object.
///
/// # Errors
/// As [`canonical`].
pub(crate) fn canonical_without(text: &str, omitted: &'static [&'static str]) -> Result<String, Unreadable> {
    let mut canonicaliser =
        Canonicaliser { input: Jiter::new(text.as_bytes()), out: Vec::with_capacity(text.len()), omitted };
    let first = canonicaliser.input.peek().map_err(broken)?;
    canonicaliser.value(first, 0)?;
    canonicaliser
        .input
        .finish()
        .map_err(|error| Unreadable::Json { offset: error.index, problem: error.error_type.to_string() })?;
    String::from_utf8(canonicaliser.out)
        .map_err(|error| Unreadable::NotUtf8 { offset: error.utf8_error().valid_up_to() })
}

/// Takes out the white space between tokens, so that the text fits on one line. `text` must be JSON.
pub(crate) fn compact(text: &str) -> String {
    let mut compact = String::with_capacity(text.len());
    let mut rest = text;
    // Outside of strings and inside of strings take turns; a string ends at a quote with no backslash before it.
    while let Some((before, after)) = rest.split_once('"') {
        compact.extend(before.split_ascii_whitespace());
        let end = string_end(after);
        let (string, next) = after.split_at_checked(end).unwrap_or((after, ""));
        compact.push('"');
        compact.push_str(string);
        rest = next;
    }
    compact.extend(rest.split_ascii_whitespace());
    compact
}

/// An object, compact, without these members of it; `None` where the text is no object. What it holds may be anything that
/// a JSON parser passes over: it may be nested deeper than is read here.
pub(crate) fn compact_without(text: &str, omitted: &[&str]) -> Option<String> {
    let Members(members) = serde_json::from_str(text).ok()?;
    let mut without = Vec::with_capacity(text.len());
    for (key, value) in members.iter().filter(|(key, _)| !omitted.contains(&key.trim())) {
        without.push(if without.is_empty() { b'{' } else { b',' });
        push_string(&mut without, key);
        without.push(b':');
        without.extend_from_slice(compact(value.get()).as_bytes());
    }
    without.extend_from_slice(if without.is_empty() { b"{}" } else { b"}" });
    String::from_utf8(without).ok()
}

/// The members of an object in their order, not yet read. One that is there twice is here twice.
struct Members<'t>(Vec<(Cow<'t, str>, &'t RawValue)>);

impl<'de: 't, 't> Deserialize<'de> for Members<'t> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Object;
        impl<'de> Visitor<'de> for Object {
            type Value = Members<'de>;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<Self::Value, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = object.next_entry()? {
                    members.push(member);
                }
                Ok(Members(members))
            }
        }
        deserializer.deserialize_map(Object)
    }
}

/// How far the string reaches that begins with `text`, its closing quote included.
fn string_end(text: &str) -> usize {
    let mut escaped = false;
    for (index, byte) in text.bytes().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => return index + 1,
            _ => {}
        }
    }
    text.len()
}

/// Appends `text` as a JSON string.
pub(super) fn push_string(out: &mut Vec<u8>, text: &str) {
    // Writing to memory does not fail, and a str has no shape that JSON lacks.
    let written = serde_json::to_writer(out, text);
    debug_assert!(written.is_ok());
}

struct Canonicaliser<'j> {
    input: Jiter<'j>,
    out: Vec<u8>,
    /// Members of the outermost object that are left out.
    omitted: &'static [&'static str],
}

/// Where a member lies in the output, without the comma before it.
#[derive(Clone, Copy)]
struct Member {
    key: usize,
    value: usize,
    end: usize,
    is_left_out: bool,
}

impl Canonicaliser<'_> {
    fn value(&mut self, first: Peek, depth: usize) -> Result<(), Unreadable> {
        match first {
            Peek::Null => {
                self.input.known_null().map_err(broken)?;
                self.out.extend_from_slice(b"null");
            }
            Peek::True | Peek::False => {
                let value = self.input.known_bool(first).map_err(broken)?;
                self.out.extend_from_slice(if value { b"true" } else { b"false" });
            }
            Peek::String => {
                let text = self.input.known_str().map_err(broken)?;
                push_string(&mut self.out, text);
            }
            Peek::Array | Peek::Object if depth >= MAX_DEPTH => {
                return Err(Unreadable::TooDeep { offset: self.input.current_index() });
            }
            Peek::Array => self.array(depth + 1)?,
            Peek::Object => self.object(depth + 1)?,
            number => {
                let digits = self.input.known_number_bytes(number).map_err(broken)?;
                push_number(&mut self.out, digits);
            }
        }
        Ok(())
    }

    fn array(&mut self, depth: usize) -> Result<(), Unreadable> {
        self.out.push(b'[');
        let mut next = self.input.known_array().map_err(broken)?;
        let mut first = true;
        while let Some(item) = next {
            if !std::mem::take(&mut first) {
                self.out.push(b',');
            }
            self.value(item, depth)?;
            next = self.input.array_step().map_err(broken)?;
        }
        self.out.push(b']');
        Ok(())
    }

    fn object(&mut self, depth: usize) -> Result<(), Unreadable> {
        let start = self.out.len();
        let mut members = Vec::new();
        self.out.push(b'{');
        let mut next = self.input.known_object().map_err(broken)?;
        while let Some(key) = next {
            if !members.is_empty() {
                self.out.push(b',');
            }
            let name = key.trim();
            let is_omitted = depth == 1 && self.omitted.contains(&name);
            let key = self.out.len();
            push_string(&mut self.out, name);
            self.out.push(b':');
            let value = self.out.len();
            let first = self.input.peek().map_err(broken)?;
            self.value(first, depth)?;
            let is_left_out = is_omitted || first == Peek::Null;
            members.push(Member { key, value, end: self.out.len(), is_left_out });
            next = self.input.next_key().map_err(broken)?;
        }
        self.out.push(b'}');
        if !self.is_in_order(&members) {
            self.put_in_order(&mut members, start);
        }
        Ok(())
    }

    fn key(&self, member: &Member) -> &[u8] {
        self.out.get(member.key..member.value).unwrap_or_default()
    }

    fn is_in_order(&self, members: &[Member]) -> bool {
        members.iter().all(|member| !member.is_left_out)
            && members.is_sorted_by(|one, other| self.key(one) < self.key(other))
    }

    /// Writes the object anew that lies in the output from `start` on.
    fn put_in_order(&mut self, members: &mut [Member], start: usize) {
        // A stable sort keeps members of one key in their order, so that the last of them can win.
        members.sort_by(|one, other| self.key(one).cmp(self.key(other)));
        let mut object = Vec::with_capacity(self.out.len() - start);
        object.push(b'{');
        for run in members.chunk_by(|one, other| self.key(one) == self.key(other)) {
            let Some(last) = run.last().filter(|member| !member.is_left_out) else { continue };
            if object.len() > 1 {
                object.push(b',');
            }
            object.extend_from_slice(self.out.get(last.key..last.end).unwrap_or_default());
        }
        object.push(b'}');
        self.out.truncate(start);
        self.out.append(&mut object);
    }
}

fn push_number(out: &mut Vec<u8>, digits: &[u8]) {
    let text = std::str::from_utf8(digits).unwrap_or_default();
    let holds = if text.contains(['.', 'e', 'E']) {
        text.parse::<f64>().is_ok_and(f64::is_finite)
    } else {
        text.parse::<i64>().is_ok() || text.parse::<u64>().is_ok()
    };
    if holds {
        out.extend_from_slice(digits);
    } else {
        push_string(out, text);
    }
}

fn broken(error: JiterError) -> Unreadable {
    let problem = match error.error_type {
        JiterErrorType::JsonError(problem) => problem.to_string(),
        JiterErrorType::WrongType { .. } => "unexpected value".to_owned(),
    };
    Unreadable::Json { offset: error.index, problem }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_are_left_out_of_the_outermost_object() {
        let without = |text| compact_without(text, &["Sign", "T"]).unwrap();
        for (text, expected) in [
            (r#"{"Sign":"x","A":{"T":1},"T":2}"#, r#"{"A":{"T":1}}"#),
            (r#" { "A" : "T" , "B" : [ 1, 2 ], " T " : "x" }"#, r#"{"A":"T","B":[1,2]}"#),
            (r#"{"A":1,"T":2,"T":3,"B":"}\"{"}"#, r#"{"A":1,"B":"}\"{"}"#),
            (r#"{"Sign":{"A":[]},"T":null}"#, "{}"),
            ("{}", "{}"),
        ] {
            assert_eq!(without(text), expected);
        }
        let deep = "[".repeat(10_000) + &"]".repeat(10_000);
        assert_eq!(without(&format!(r#"{{"A":{deep},"T":1}}"#)), format!(r#"{{"A":{deep}}}"#));
        for text in [r#"["T"]"#, "7", "", r#"{"T":1"#] {
            assert_eq!(compact_without(text, &["T"]), None, "{text}");
        }
    }

    #[test]
    fn what_means_the_same_has_one_form() {
        let canonical_form = r#"{"a":1,"b":[{"c":"x"},null],"d":"\"\n中"}"#;
        for text in [
            r#"{"a":1,"b":[{"c":"x"},null],"d":"\"\n中"}"#,
            r#"{ "d" : "\u0022\u000a\u4e2d" , "b" : [ { "c" : "x" }, null ] , "a" : 1 }"#,
            r#"{"a":0,"z":null,"a ":1,"b":[{"e":null,"c":"x"},null],"d":"\"\n中"}"#,
            r#"{"z":1,"z":null,"a":1,"b":[{"c":"x"},null],"d":"\"\n中"}"#,
        ] {
            assert_eq!(canonical(text).unwrap(), canonical_form, "{text}");
        }
    }

    #[test]
    fn numbers_keep_their_digits() {
        let long = "9".repeat(400);
        let text = format!(r#"{{"a":1.50,"b":-0,"c":18446744073709551615,"d":{long},"e":1e5,"f":1e999}}"#);
        let expected = format!(r#"{{"a":1.50,"b":-0,"c":18446744073709551615,"d":"{long}","e":1e5,"f":"1e999"}}"#);
        assert_eq!(canonical(&text).unwrap(), expected);
    }

    #[test]
    fn broken_texts_are_told_with_their_offset() {
        for (text, message) in [
            (r#"{"a":1,}"#, "broken JSON at byte 7: trailing comma"),
            (r#"{"a":1"#, "broken JSON at byte 6: EOF while parsing an object"),
            (r#"{"a":1} x"#, "broken JSON at byte 8: trailing characters"),
            (r#"{"a":NaN}"#, "broken JSON at byte 5: expected value"),
            (r#"{"a":"\ud800"}"#, "broken JSON at byte 12: unexpected end of hex escape"),
        ] {
            assert_eq!(canonical(text).unwrap_err().to_string(), message, "{text}");
        }
    }

    #[test]
    fn depth_has_a_limit() {
        let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        assert!(canonical(&nested(MAX_DEPTH)).is_ok());
        assert_eq!(canonical(&nested(10_000)).unwrap_err(), Unreadable::TooDeep { offset: MAX_DEPTH });
    }

    #[test]
    fn compact_leaves_strings_alone() {
        assert_eq!(compact("{ \"a b\" :\n [ 1 , \"c \\\" \\\\\" ,\t\" d\" ] }\r\n"), r#"{"a b":[1,"c \" \\"," d"]}"#);
    }
}
