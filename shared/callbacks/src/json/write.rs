//! Values as JSON text: in canonical form, and without white space.

use std::collections::HashMap;
use std::io::{self, Write};

use super::document::{Shape, is_held};
use super::value::Value;

/// The canonical form of a value, from which an event's id is made.
///
/// No white space; keys sorted, without blanks around them; members that are null left out; of a key that is there twice
/// the last one, as most parsers have it. Two texts that mean the same to a vendor's documents have one canonical form.
///
/// Numbers keep their text. One that neither a 64-bit integer nor a double can hold becomes a string of its digits.
pub(crate) fn canonical(value: Value<'_>) -> Vec<u8> {
    let mut text = Vec::new();
    // Writing to memory does not fail.
    write_canonical(value, &[], &mut text).unwrap_or_default();
    text
}

/// Writes the canonical form of a value, without some members of it.
///
/// # Errors
/// Those of `out`.
pub(crate) fn write_canonical(value: Value<'_>, omitted: &[&str], out: &mut impl Write) -> io::Result<()> {
    match value.shape() {
        Shape::Number if !is_held(value.text()) => string(value.text(), out),
        Shape::Null | Shape::True | Shape::False | Shape::Number => out.write_all(value.text().as_bytes()),
        Shape::Plain => {
            out.write_all(b"\"")?;
            out.write_all(value.text().as_bytes())?;
            out.write_all(b"\"")
        }
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
                if omitted.contains(&key) {
                    continue;
                }
                out.write_all(before)?;
                string(key, out)?;
                out.write_all(b":")?;
                write_canonical(member, &[], out)?;
                before = b",";
            }
            out.write_all(if before == b"{" { b"{}" } else { b"}" })
        }
    }
}

/// An object as it stands, compact, without these members of it, so that every JSON reader takes it.
///
/// What a reader may refuse is written in another way: a number that no double holds as a string of its digits, and of a key
/// that is there several times all but the last with a number behind it (`Key#1`).
pub(crate) fn handed_on(object: Value<'_>, omitted: &[&str]) -> String {
    if object.is_plain() {
        return compact_without(object, omitted);
    }
    let mut text = Vec::with_capacity(object.source().len());
    write_plain(object, omitted, &mut text);
    String::from_utf8(text).unwrap_or_default()
}

fn write_plain(value: Value<'_>, omitted: &[&str], out: &mut Vec<u8>) {
    match value.shape() {
        Shape::Number if !is_held(value.text()) => push_string(out, value.text()),
        Shape::List => {
            let mut before = b'[';
            for item in value.items() {
                out.push(before);
                before = b',';
                write_plain(item, &[], out);
            }
            out.extend_from_slice(if before == b'[' { b"[]" } else { b"]" });
        }
        Shape::Object => {
            let mut seen: HashMap<&str, usize> = HashMap::new();
            let entries = || value.entries().filter(|(key, _)| !omitted.contains(&key.trim()));
            let mut count: HashMap<&str, usize> = HashMap::new();
            entries().for_each(|(key, _)| *count.entry(key).or_default() += 1);
            let mut before = b'{';
            for (key, member) in entries() {
                out.push(before);
                before = b',';
                let number = seen.entry(key).or_default();
                *number += 1;
                if count.get(key) == Some(number) {
                    push_string(out, key);
                } else {
                    push_string(out, &format!("{key}#{number}"));
                }
                out.push(b':');
                write_plain(member, &[], out);
            }
            out.extend_from_slice(if before == b'{' { b"{}" } else { b"}" });
        }
        _ => push_value(out, value),
    }
}

/// An object, compact, without these members of it. All else stays as it stands.
pub(crate) fn compact_without(object: Value<'_>, omitted: &[&str]) -> String {
    if !object.entries().any(|(key, _)| omitted.contains(&key.trim())) {
        return compact(object.source());
    }
    let mut text = Vec::with_capacity(object.source().len());
    for (key, value) in object.entries().filter(|(key, _)| !omitted.contains(&key.trim())) {
        text.push(if text.is_empty() { b'{' } else { b',' });
        push_string(&mut text, key);
        text.push(b':');
        push_value(&mut text, value);
    }
    text.extend_from_slice(if text.is_empty() { b"{}" } else { b"}" });
    String::from_utf8(text).unwrap_or_default()
}

/// What an object has besides the members that were taken, and those of its delivery, which are texts or numbers; `None` where
/// that is nothing.
pub(crate) fn rest(object: Value<'_>, taken: &[&str], delivery: &[&str]) -> Option<String> {
    let members: Vec<_> = object.members().collect();
    let is_known = |(key, value): &(&str, Value<'_>)| {
        taken.contains(key) || (delivery.contains(key) && !value.is_list() && !value.is_object())
    };
    let known: Vec<&str> = members.iter().copied().filter(is_known).map(|(key, _)| key).collect();
    (known.len() < members.len()).then(|| compact_without(object, &known))
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
