//! The token of a request, and what is wrong with it.

use secrecy::{ExposeSecret, SecretString};

use super::words::{counted, one_of, plain};
use super::{Check, Finding, Known, Seen};
use crate::auth::token::verify;

pub(super) fn finding(known: &Known<'_>, seen: &Seen<'_, '_>) -> Finding {
    let tokens = &known.credentials.tokens;
    let passed = verify(known.credentials, &seen.request).is_ok();
    let given = seen.request.tokens;
    if tokens.is_empty() {
        let found = if given.is_empty() { "no token" } else { "a token, which is not verified" };
        return Finding::new(Check::Token, passed, "anything: there are no tokens", found);
    }
    let expected = format!("one `token=` in the URL, with {}", one_of(tokens.len(), "token"));
    let refused =
        |found: String, hint: String| Finding::new(Check::Token, false, expected.clone(), found).hinting(hint);
    match given {
        [] => {
            let (found, hint) = missing(known, seen);
            refused(found, hint.to_owned())
        }
        [token] if passed => {
            let number = number_of(tokens, token).unwrap_or_default();
            Finding::new(Check::Token, true, expected, format!("token {number}"))
        }
        [token] => {
            refused(format!("`token=` with {}", counted(token.chars().count(), "character")), another(known, token))
        }
        [_, _, ..] => refused(format!("`token=` {} times", given.len()), "keep one of them".to_owned()),
    }
}

/// There is no `token=`: perhaps one under another name.
fn missing(known: &Known<'_>, seen: &Seen<'_, '_>) -> (String, &'static str) {
    let misnamed = seen.parameters.iter().find_map(|(name, value)| {
        let number = number_of(&known.credentials.tokens, value);
        (number.is_some() || name.eq_ignore_ascii_case("token")).then_some((name, number))
    });
    if let Some((name, number)) = misnamed {
        let name = plain(name, known.secrets());
        let what = number.map_or_else(|| "a parameter".to_owned(), |number| format!("token {number}"));
        (format!("{what} under the name {name}"), "the parameter has to be called `token`")
    } else {
        let hint = "the URL at the vendor lacks its end, `?token=` and the token: `mediahook secret show` and `make token` print it";
        ("no `token=`".to_owned(), hint)
    }
}

/// What another token may be.
fn another(known: &Known<'_>, token: &str) -> String {
    for (product, credentials) in known.others {
        if let Some(number) = number_of(&credentials.tokens, token) {
            return format!("that is token {number} of {product}: the URL is that of another product");
        }
    }
    for (number, valid) in (1..).zip(&known.credentials.tokens) {
        if let Some(how) = near(valid.expose_secret(), token) {
            return format!("it is token {number} {how}");
        }
    }
    let mut lengths: Vec<usize> =
        known.credentials.tokens.iter().map(|token| token.expose_secret().chars().count()).collect();
    lengths.sort_unstable();
    lengths.dedup();
    let has_length = lengths.contains(&token.chars().count());
    let lengths = lengths.iter().map(ToString::to_string).collect::<Vec<_>>().join(" or ");
    if has_length {
        "no token that is known here".to_owned()
    } else {
        format!("the tokens here have {lengths} characters")
    }
}

/// How the valid token became the given one.
fn near(valid: &str, given: &str) -> Option<String> {
    let decoded = || form_decoded(given);
    let unquoted =
        given.trim_matches(|character: char| character.is_whitespace() || matches!(character, '"' | '\'' | '`'));
    if valid.eq_ignore_ascii_case(given) {
        Some("with letters of the other case".to_owned())
    } else if unquoted == valid {
        Some("with spaces or quotes around it".to_owned())
    } else if decoded() == valid {
        Some("escaped twice".to_owned())
    } else if given.replace(' ', "+") == valid {
        Some("with a `+` that was not escaped: in a URL it is `%2B`".to_owned())
    } else if let Some(rest) = given.strip_prefix(valid) {
        Some(format!("with {} behind it", counted(rest.chars().count(), "more character")))
    } else if valid.starts_with(given) && given.len() * 2 > valid.len() {
        Some(format!("cut off after {}", counted(given.chars().count(), "character")))
    } else {
        None
    }
}

/// The text with its percent escapes decoded once more.
fn form_decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, tail @ ..] = rest {
        let escaped =
            if *first == b'%' { tail.get(..2).and_then(|digits| std::str::from_utf8(digits).ok()) } else { None };
        if let Some(byte) = escaped.and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
            bytes.push(byte);
            rest = tail.get(2..).unwrap_or_default();
        } else {
            bytes.push(*first);
            rest = tail;
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// The number of a token, from 1 on.
fn number_of(tokens: &[SecretString], token: &str) -> Option<usize> {
    tokens.iter().position(|valid| valid.expose_secret() == token).map(|place| place + 1)
}
