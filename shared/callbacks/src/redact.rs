//! Tokens that a callback brings back.
//!
//! A callback URL that is given with a single job has the function's token in it, and the vendors return that URL with what
//! the customer attached: in `UserData`, as JSON in a string, once or twice. Whoever reads an event could post callbacks with
//! it. So a token is replaced wherever it stands, and in whatever way it is written, before anything is made of a body. What
//! takes its place is always the same: an event has the same id after the token was replaced.

use std::borrow::Cow;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use memchr::{memchr2, memchr3, memmem};
use secrecy::{ExposeSecret, SecretString};

use crate::auth::Credentials;

/// What stands in the place of a token.
const REDACTED: &[u8] = b"REDACTED";

/// A token that is shorter is replaced only where it stands behind `token=`: anything could have it in it.
const SHORTEST: usize = 8;

/// The parameter of a callback URL that has the token.
const PARAMETER: &[u8] = b"token=";

/// How far before a parameter its URL is looked for, in bytes.
const LONGEST_URL: usize = 2_048;

/// How far before a URL its key is looked for, in bytes: what is between them is quotes and backslashes.
const LONGEST_KEY: usize = 128;

/// What is in no URL.
const ENDS_OF_URL: &[u8] = b"\"' <>\n";

/// How many backslashes may stand before a character: 31 in JSON in five strings.
const MOST_BACKSLASHES: usize = 32;

/// What is in a URL of a function, or before a URL that the vendor posts callbacks to: parts of a host, and of keys.
const CALLBACKS: [&str; 5] = [".lambda-url.", ".execute-api.", "notifyaddress", "notifyurl", "callback"];

/// The body without any token of these credentials. One in Base64 that has such a token is decoded for it.
#[must_use]
pub fn redact<'b>(body: &'b [u8], credentials: &Credentials) -> Cow<'b, [u8]> {
    let tokens: Vec<&str> = credentials
        .tokens
        .iter()
        .map(ExposeSecret::expose_secret)
        .chain(credentials.callback_urls.iter().flat_map(tokens_of))
        .filter(|token| !token.is_empty())
        .collect();
    if tokens.is_empty() {
        return Cow::Borrowed(body);
    }
    let without = |body: &[u8]| {
        let is_there = may_have(body, tokens.iter().map(|token| token.as_bytes()));
        let find = |rest: &[u8]| tokens.iter().find_map(|token| token_at(rest, token.as_bytes()));
        is_there.then(|| replace(body, |rest, _| find(rest).map_or(Found::Nothing(1), Found::Token)))?
    };
    let is_plain = body.first().is_some_and(|first| matches!(first, b'{' | b'<'));
    let decoded = || {
        let text: Vec<u8> = body.iter().copied().filter(|byte| !byte.is_ascii_whitespace()).collect();
        without(&STANDARD.decode(text).ok()?)
    };
    let redacted = without(body).or_else(|| if is_plain { None } else { decoded() });
    redacted.map_or(Cow::Borrowed(body), Cow::Owned)
}

/// The tokens in a callback URL, as they are written there.
fn tokens_of(url: &SecretString) -> impl Iterator<Item = &str> {
    let query = url.expose_secret().split_once('?').map_or("", |(_, query)| query);
    query.split('&').filter_map(|pair| pair.strip_prefix("token="))
}

/// The text without the tokens of callback URLs in it, whosever they are: in a URL of a function, or under a key that names an
/// address for callbacks.
pub(crate) fn callback_urls(body: &[u8]) -> Cow<'_, [u8]> {
    if !may_have(body, [PARAMETER]) {
        return Cow::Borrowed(body);
    }
    let mut url: Option<Url> = None;
    let redacted = replace(body, |rest, before| {
        let position = before.len();
        if rest.first().is_some_and(|byte| ENDS_OF_URL.contains(byte)) {
            url = None;
        } else if begins_with(rest, "http") {
            url = Some(Url { start: position, is_callback: names_callbacks(key_before(before)) });
        }
        let Some(url) = url.as_mut().filter(|url| position - url.start <= LONGEST_URL) else {
            let behind = rest.get(1..).unwrap_or_default();
            return Found::Nothing(1 + memchr2(b'h', b'H', behind).unwrap_or(behind.len()));
        };
        url.is_callback |= CALLBACKS.iter().any(|part| begins_with(rest, part));
        let behind = literal_at(rest, PARAMETER).filter(|_| url.is_callback);
        let value = behind.map(|behind| (behind, behind + value_length(rest.get(behind..).unwrap_or_default())));
        value.filter(|(start, end)| end > start).map_or(Found::Nothing(1), Found::Token)
    });
    redacted.map_or(Cow::Borrowed(body), Cow::Owned)
}

/// A URL in a text, as far as it has been read.
struct Url {
    /// Where it begins.
    start: usize,
    /// Whether the vendor posts callbacks to it.
    is_callback: bool,
}

/// Whether a text begins with this one, whatever its letter case.
fn begins_with(text: &[u8], start: &str) -> bool {
    text.get(..start.len()).is_some_and(|text| text.eq_ignore_ascii_case(start.as_bytes()))
}

/// The key of what stands behind a text.
fn key_before(text: &[u8]) -> &[u8] {
    let text = text.get(text.len().saturating_sub(LONGEST_KEY)..).unwrap_or_default();
    let end = text.iter().rposition(u8::is_ascii_alphanumeric).map_or(0, |last| last + 1);
    let key = text.get(..end).unwrap_or_default();
    let start = key.iter().rposition(|byte| !byte.is_ascii_alphanumeric()).map_or(0, |before| before + 1);
    key.get(start..).unwrap_or_default()
}

/// Whether a key names an address for callbacks.
fn names_callbacks(key: &[u8]) -> bool {
    (0..key.len()).any(|start| CALLBACKS.iter().any(|part| begins_with(key.get(start..).unwrap_or_default(), part)))
}

/// Whether one of these may stand in a text: it does, or something in the text is written in another way than plainly.
fn may_have<'l>(text: &[u8], literals: impl IntoIterator<Item = &'l [u8]>) -> bool {
    memchr3(b'%', b'\\', b'&', text).is_some()
        || literals.into_iter().any(|literal| memmem::find(text, literal).is_some())
}

/// What the rest of a text begins with.
enum Found {
    /// No token begins in so many bytes.
    Nothing(usize),
    /// A token, from where to where.
    Token((usize, usize)),
}

/// A text in which tokens are replaced; `None` where there are none. `find` is given what is left and what was before.
fn replace(text: &[u8], mut find: impl FnMut(&[u8], &[u8]) -> Found) -> Option<Vec<u8>> {
    let mut out = Vec::new();
    let (mut position, mut copied) = (0, 0);
    while position < text.len() {
        let (before, rest) = text.split_at(position);
        match find(rest, before) {
            Found::Token((start, end)) => {
                out.extend_from_slice(text.get(copied..position + start).unwrap_or_default());
                out.extend_from_slice(REDACTED);
                position += end;
                copied = position;
            }
            Found::Nothing(length) => position += length,
        }
    }
    if copied == 0 {
        return None;
    }
    out.extend_from_slice(text.get(copied..).unwrap_or_default());
    Some(out)
}

/// From where to where the token stands that the text begins with.
fn token_at(text: &[u8], token: &[u8]) -> Option<(usize, usize)> {
    if token.len() >= SHORTEST {
        return literal_at(text, token).map(|end| (0, end));
    }
    let start = literal_at(text, PARAMETER)?;
    let rest = text.get(start..)?;
    let end = literal_at(rest, token)?;
    in_value(rest.get(end..)?).is_none().then_some((start, start + end))
}

/// How long what the text begins with is, if it is these bytes, however written.
fn literal_at(text: &[u8], bytes: &[u8]) -> Option<usize> {
    let mut length = 0;
    let mut bytes = bytes.iter();
    while let Some(expected) = bytes.next() {
        let rest = text.get(length..)?;
        match rest.first()? {
            b'%' | b'\\' | b'&' => {}
            byte if byte == expected => {
                length += 1;
                continue;
            }
            _ => return None,
        }
        let (unit, taken) = unit_at(rest)?;
        let mut unit = unit.bytes().iter();
        if unit.next() != Some(expected) || !unit.all(|byte| bytes.next() == Some(byte)) {
            return None;
        }
        length += taken;
    }
    Some(length)
}

/// The bytes of one character, or one byte.
struct Unit {
    bytes: [u8; 4],
    length: usize,
}

impl Unit {
    fn bytes(&self) -> &[u8] {
        self.bytes.get(..self.length).unwrap_or_default()
    }
}

impl From<u8> for Unit {
    fn from(byte: u8) -> Self {
        Self { bytes: [byte, 0, 0, 0], length: 1 }
    }
}

impl From<char> for Unit {
    fn from(character: char) -> Self {
        let mut bytes = [0; 4];
        let length = character.encode_utf8(&mut bytes).len();
        Self { bytes, length }
    }
}

/// The bytes that a way of writing stands for, and its length: `%2F`, `%252F`, `\/`, `\\u002f`, `&amp;`, `&#x2f;`, or the byte
/// itself.
fn unit_at(text: &[u8]) -> Option<(Unit, usize)> {
    match text.first()? {
        b'%' => {
            let mut digits = 1;
            while text.get(digits..digits + 2) == Some(b"25") && text.get(digits + 2).is_some_and(u8::is_ascii_hexdigit)
            {
                digits += 2;
            }
            let value = hexadecimal(text.get(digits..digits + 2)?)?;
            Some((u8::try_from(value).ok()?.into(), digits + 2))
        }
        b'\\' => {
            let slashes = text.iter().take(MOST_BACKSLASHES).take_while(|byte| **byte == b'\\').count();
            match text.get(slashes)? {
                b'u' => {
                    let character = char::from_u32(hexadecimal(text.get(slashes + 1..slashes + 5)?)?)?;
                    Some((character.into(), slashes + 5))
                }
                byte => Some(((*byte).into(), slashes + 1)),
            }
        }
        b'&' => {
            let end = text.iter().take(10).position(|byte| *byte == b';')?;
            let name = std::str::from_utf8(text.get(1..end)?).ok()?;
            let character = match (name, name.strip_prefix("#x"), name.strip_prefix('#')) {
                ("amp", ..) => '&',
                ("quot", ..) => '"',
                ("apos", ..) => '\'',
                ("lt", ..) => '<',
                ("gt", ..) => '>',
                (_, Some(digits), _) => char::from_u32(hexadecimal(digits.as_bytes())?)?,
                (_, None, Some(digits)) => char::from_u32(digits.parse().ok()?)?,
                _ => return None,
            };
            Some((character.into(), end + 1))
        }
        byte => Some(((*byte).into(), 1)),
    }
}

fn hexadecimal(digits: &[u8]) -> Option<u32> {
    let is_hexadecimal = !digits.is_empty() && digits.iter().all(u8::is_ascii_hexdigit);
    let digits = std::str::from_utf8(digits).ok().filter(|_| is_hexadecimal)?;
    u32::from_str_radix(digits, 16).ok()
}

/// How long the value of a parameter is that the text begins with: up to what ends it or the string that it is in.
fn value_length(text: &[u8]) -> usize {
    let mut length = 0;
    while let Some(taken) = text.get(length..).and_then(in_value) {
        length += taken;
    }
    length
}

/// How long what the text begins with is, where it is a part of a parameter's value.
fn in_value(text: &[u8]) -> Option<usize> {
    text.first()?;
    let (unit, taken) = unit_at(text).unwrap_or((b'&'.into(), 1));
    let is_end = |byte: &u8| matches!(byte, b'&' | b'#' | b'"' | b'\'' | b'<' | b'>') || *byte <= b' ';
    (!unit.bytes().iter().any(is_end)).then_some(taken)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOKEN: &str = "kX9/pq+Tz 7é";

    fn redacted(body: &str) -> String {
        let credentials = Credentials { tokens: vec![TOKEN.to_owned().into()], ..Credentials::default() };
        String::from_utf8(redact(body.as_bytes(), &credentials).into_owned()).unwrap()
    }

    #[test]
    fn a_token_is_found_in_whatever_way_it_is_written() {
        for written in [
            TOKEN,
            "kX9%2Fpq%2BTz%207%C3%A9",
            "kX9%2fpq%2bTz%207%c3%a9",
            "kX9%252Fpq%252BTz%25207%25C3%25A9",
            r"kX9\/pq+Tz 7\u00e9",
            r"kX9\\\/pq\\u002bTz 7\\\\u00E9",
            r"\u006bX9/pq+Tz 7é",
            "kX9&#x2f;pq&#43;Tz 7é",
        ] {
            let body = format!(r#"{{"UserData":"{{\"NotifyAddress\":\"https://x/?a=1&token={written}\",\"k\":1}}"}}"#);
            assert_eq!(redacted(&body), body.replace(written, "REDACTED"), "{written}");
        }
        assert_eq!(redacted(r#"{"a":"kX9/pq+Tz 7"}"#), r#"{"a":"kX9/pq+Tz 7"}"#);
    }

    #[test]
    fn a_token_is_found_in_base64_and_in_what_cannot_be_read() {
        let body = format!(r#"{{"a":"{TOKEN}"}}"#);
        assert_eq!(redacted(&STANDARD.encode(&body)), r#"{"a":"REDACTED"}"#);
        assert_eq!(redacted(&format!("a={TOKEN}&b")), "a=REDACTED&b");
    }

    #[test]
    fn a_short_token_is_found_as_a_parameter_only() {
        let credentials = Credentials { tokens: vec!["abc".to_owned().into()], ..Credentials::default() };
        let redacted = |body: &str| String::from_utf8(redact(body.as_bytes(), &credentials).into_owned()).unwrap();
        assert_eq!(
            redacted(r#"{"a":"abc","b":"https://x/?token=abc"}"#),
            r#"{"a":"abc","b":"https://x/?token=REDACTED"}"#
        );
        assert_eq!(redacted("?token%3Dabc&x"), "?token%3DREDACTED&x");
        assert_eq!(redacted("?token=abcd"), "?token=abcd");
    }

    #[test]
    fn callback_urls_lose_their_token_whosever_it_is() {
        for (body, expected) in [
            (
                r#"{"UserData":"{\"NotifyAddress\":\"https://hook.example.com/?token=s3cret\",\"k\":1}"}"#,
                r#"{"UserData":"{\"NotifyAddress\":\"https://hook.example.com/?token=REDACTED\",\"k\":1}"}"#,
            ),
            (
                r#"{"MessageCallback":{"CallbackURL":"https://x.example/a?b=1&token=s3%2Fcret&c=2"}}"#,
                r#"{"MessageCallback":{"CallbackURL":"https://x.example/a?b=1&token=REDACTED&c=2"}}"#,
            ),
            (
                r#"{"a":"https://abc.lambda-url.eu-central-1.on.aws/?token=s3cret"}"#,
                r#"{"a":"https://abc.lambda-url.eu-central-1.on.aws/?token=REDACTED"}"#,
            ),
            (
                r#"{"FileUrl":"https://media.example.com/v.mp4?token=signed"}"#,
                r#"{"FileUrl":"https://media.example.com/v.mp4?token=signed"}"#,
            ),
            (
                r#"{"CallbackURL":"https://x/","FileUrl":"https://media.example.com/v.mp4?token=signed"}"#,
                r#"{"CallbackURL":"https://x/","FileUrl":"https://media.example.com/v.mp4?token=signed"}"#,
            ),
        ] {
            assert_eq!(String::from_utf8(callback_urls(body.as_bytes()).into_owned()).unwrap(), expected, "{body}");
        }
    }

    /// Each of these took time that is quadratic in its length.
    #[test]
    fn what_could_be_looked_at_again_and_again_is_looked_at_once() {
        let credentials = |token: &str| Credentials { tokens: vec![token.to_owned().into()], ..Credentials::default() };
        for piece in [r"\\", "httptoken=", "token=", "http", "token=abc", "%25", "notifyurl:http?token=", "&#x2f;"] {
            let body = piece.repeat(300_000 / piece.len()).into_bytes();
            for token in ["abc", TOKEN] {
                let redacted = redact(&body, &credentials(token)).into_owned();
                assert!(callback_urls(&redacted).len() <= body.len() * 2, "{piece}");
            }
        }
    }
}
