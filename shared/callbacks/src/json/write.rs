//! Values as JSON text: in canonical form, and without white space.

use std::io::{self, Write};

use memchr::memchr2;

use super::document::{Shape, is_held, trim};
use super::value::Value;

/// The canonical form of a value, from which an event's id is made.
///
/// No white space; keys sorted, without blanks around them; members that are null left out; of a key that is there twice
/// the last one, as most parsers have it. Two texts that mean the same to a vendor's documents have one canonical form.
///
/// Numbers keep their text. One that neither a 64-bit integer nor a double can hold becomes a string of its digits.
pub(crate) fn canonical(value: Value<'_>) -> Vec<u8> {
    let mut text = Vec::with_capacity(value.source().len());
    // Writing to memory does not fail.
    write_canonical(value, &[], &mut text).unwrap_or_default();
    text
}

/// Writes the canonical form of a value, without some members of it that are texts or numbers.
///
/// # Errors
/// Those of `out`.
pub(crate) fn write_canonical(value: Value<'_>, omitted: &[&str], out: &mut impl Write) -> io::Result<()> {
    match value.shape() {
        Shape::Number if !value.is_plain() && !is_held(value.text()) => string(value.text(), out),
        Shape::Null | Shape::True | Shape::False | Shape::Number => out.write_all(value.text().as_bytes()),
        Shape::Plain => plain(value.text(), out),
        Shape::Escaped => string(value.text(), out),
        Shape::List => {
            let mut before: &[u8] = b"[";
            for item in value.items() {
                out.write_all(before)?;
                write_canonical(item, &[], out)?;
                before = b",";
            }
            out.write_all(if before == b"[" { b"[]" } else { b"]" })
        }
        Shape::Object => {
            let mut before: &[u8] = b"{";
            for (key, member) in value.members() {
                if omitted.contains(&key) && member.is_leaf() {
                    continue;
                }
                out.write_all(before)?;
                if member.is_key_plain() {
                    plain(key, out)?;
                } else {
                    string(key, out)?;
                }
                out.write_all(b":")?;
                write_canonical(member, &[], out)?;
                before = b",";
            }
            out.write_all(if before == b"{" { b"{}" } else { b"}" })
        }
    }
}

/// Writes a text that needs no escapes as a JSON string.
fn plain(text: &str, out: &mut impl Write) -> io::Result<()> {
    out.write_all(b"\"")?;
    out.write_all(text.as_bytes())?;
    out.write_all(b"\"")
}

/// An object as it stands, compact, so that every JSON reader takes it, without the members of these keys that are texts or
/// numbers.
///
/// What a reader may refuse is written in another way: a number that no double holds as a string of its digits, and of a key
/// that is there several times all but the last with a number behind it (`Key#1`).
pub(crate) fn handed_on(object: Value<'_>, omitted: &[&str]) -> String {
    let is_omitted = |key: &str, value: Value<'_>| omitted.contains(&key) && value.is_leaf();
    if object.is_plain() {
        return compact_without(object, is_omitted);
    }
    let mut text = Vec::with_capacity(object.source().len());
    write_plain(object, &is_omitted, &mut text);
    String::from_utf8(text).unwrap_or_default()
}

fn write_plain(value: Value<'_>, is_omitted: &dyn Fn(&str, Value<'_>) -> bool, out: &mut Vec<u8>) {
    match value.shape() {
        Shape::Number if !is_held(value.text()) => push_string(out, value.text()),
        Shape::List => {
            let mut before = b'[';
            for item in value.items() {
                out.push(before);
                before = b',';
                write_plain(item, &|_, _| false, out);
            }
            out.extend_from_slice(if before == b'[' { b"[]" } else { b"]" });
        }
        Shape::Object => {
            let keys = Keys::of(value);
            let mut before = b'{';
            for (key, member) in value.entries().filter(|(key, member)| !is_omitted(trim(key), *member)) {
                out.push(before);
                before = b',';
                match keys.number(key, member) {
                    None => push_string(out, key),
                    Some(number) => push_string(out, &keys.unused(&format!("{key}#{number}"))),
                }
                out.push(b':');
                write_plain(member, &|_, _| false, out);
            }
            out.extend_from_slice(if before == b'{' { b"{}" } else { b"}" });
        }
        _ => push_value(out, value),
    }
}

/// The keys of an object, in the order of their texts, equal ones in the order in which they stand.
struct Keys<'d> {
    object: Value<'d>,
    keys: Vec<u32>,
}

impl<'d> Keys<'d> {
    fn of(object: Value<'d>) -> Self {
        let mut keys: Vec<u32> = object.document.keys(object.index).collect();
        let text = |key: &u32| object.document.text(*key);
        keys.sort_by(|one, other| text(one).cmp(text(other)));
        Self { object, keys }
    }

    /// All that are equal to this key.
    fn equal(&self, key: &str) -> &[u32] {
        let text = |index: &u32| self.object.document.text(*index);
        let start = self.keys.partition_point(|index| text(index) < key);
        let end = self.keys.partition_point(|index| text(index) <= key);
        self.keys.get(start..end).unwrap_or_default()
    }

    /// Which of its equals the key of this member is, from 1; `None` where it is the last.
    fn number(&self, key: &str, member: Value<'d>) -> Option<usize> {
        let equal = self.equal(key);
        let number = equal.partition_point(|index| *index < member.index);
        (number < equal.len()).then_some(number)
    }

    /// A key like this one that the object does not have.
    fn unused(&self, key: &str) -> String {
        let mut unused = key.to_owned();
        while !self.equal(&unused).is_empty() {
            unused.push('#');
        }
        unused
    }
}

/// An object, compact, without some members of it, which are told by key, without blanks around it, and value. All else stays as
/// it stands.
fn compact_without(object: Value<'_>, is_omitted: impl Fn(&str, Value<'_>) -> bool) -> String {
    let is_kept = |(key, value): &(&str, Value<'_>)| !is_omitted(trim(key), *value);
    if object.entries().all(|entry| is_kept(&entry)) {
        return compact(object.source());
    }
    let mut text = Vec::with_capacity(object.source().len());
    for (key, value) in object.entries().filter(is_kept) {
        text.push(if text.is_empty() { b'{' } else { b',' });
        push_string(&mut text, key);
        text.push(b':');
        push_value(&mut text, value);
    }
    text.extend_from_slice(if text.is_empty() { b"{}" } else { b"}" });
    String::from_utf8(text).unwrap_or_default()
}

/// What an object has besides the member that was taken, and those of its delivery, which are texts or numbers; `None` where
/// that is nothing.
pub(crate) fn rest(object: Value<'_>, taken: &str, is_delivery: impl Fn(&str) -> bool) -> Option<String> {
    let is_known = |key: &str, value: Value<'_>| key == taken || (is_delivery(key) && value.is_leaf());
    let has_rest = object.entries().any(|(key, value)| !value.is_null() && !is_known(trim(key), value));
    has_rest.then(|| compact_without(object, is_known))
}

/// Takes out the white space between tokens, so that the text fits on one line. `text` must be JSON.
pub(crate) fn compact(text: &str) -> String {
    let mut compact = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((dense, behind)) = rest.split_at_checked(dense(rest.as_bytes())).filter(|_| !rest.is_empty()) {
        compact.push_str(dense);
        rest = behind.trim_ascii_start();
    }
    compact
}

/// How far the text has no white space but in strings.
fn dense(text: &[u8]) -> usize {
    let mut position = 0;
    while let Some(byte) = text.get(position) {
        match byte {
            b'"' => position += 1 + string_end(text.get(position + 1..).unwrap_or_default()),
            b' ' | b'\t' | b'\n' | b'\r' => return position,
            _ => position += 1,
        }
    }
    position.min(text.len())
}

/// How far the string reaches that begins with `text`, its closing quote included.
fn string_end(text: &[u8]) -> usize {
    let mut position = 0;
    while let Some(offset) = memchr2(b'"', b'\\', text.get(position..).unwrap_or_default()) {
        position += offset + 1;
        if text.get(position - 1) == Some(&b'"') {
            return position;
        }
        position += 1;
    }
    text.len()
}

/// Writes `text` as a JSON string.
///
/// # Errors
/// Those of `out`.
pub(crate) fn string(text: &str, out: &mut impl Write) -> io::Result<()> {
    serde_json::to_writer(out, text).map_err(io::Error::from)
}

/// Appends a value as it stands, without white space between its tokens.
pub(super) fn push_value(out: &mut Vec<u8>, value: Value<'_>) {
    if value.is_object() || value.is_list() {
        out.extend_from_slice(compact(value.source()).as_bytes());
    } else if let Some(text) = value.string() {
        push_string(out, text);
    } else {
        out.extend_from_slice(value.text().as_bytes());
    }
}

/// Appends `text` as a JSON string.
pub(crate) fn push_string(out: &mut Vec<u8>, text: &str) {
    // Writing to memory does not fail, and a str has no shape that JSON lacks.
    string(text, out).unwrap_or_default();
}
