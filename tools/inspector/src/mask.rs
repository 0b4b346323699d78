//! What the page may show of a request: no token, no signature, no key.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use callbacks::auth::Credentials;
use callbacks::{Product, redact};
use secrecy::ExposeSecret;
use sender::token::without_values;
use serde_json::{Value, json};

use crate::entry::Entry;

/// What stands in the place of a secret.
pub(crate) const HIDDEN: &str = "••••";

/// Headers that sign a request or carry other secrets.
const SECRET_HEADERS: [&str; 6] =
    ["x-vod-signature", "x-ice-signature", "authorization", "proxy-authorization", "cookie", "x-api-key"];

/// The body without secrets: byte for byte, but for tokens and, of Tencent Cloud VOD, the signature.
pub(crate) fn body(entry: &Entry, credentials: &Credentials) -> Vec<u8> {
    let body = redact(&entry.body, credentials).into_owned();
    if entry.product == Product::TencentVod
        && let Ok(text) = std::str::from_utf8(&body)
        && let Ok(Value::Object(members)) = serde_json::from_str(text)
        && let Some((_, Value::String(sign))) = members.iter().find(|(name, _)| name.eq_ignore_ascii_case("Sign"))
        && !sign.is_empty()
    {
        return text.replace(sign.as_str(), HIDDEN).into_bytes();
    }
    body
}

/// The function URL request without secrets.
pub(crate) fn request(entry: &Entry, credentials: &Credentials) -> Value {
    // What was pulled is no request: then there is only its body.
    let mut request: Value =
        serde_json::from_str(&entry.request).ok().filter(Value::is_object).unwrap_or_else(|| json!({}));
    if let Some(query) = request.get_mut("rawQueryString")
        && let Some(text) = query.as_str()
    {
        *query = self::query(text).into();
    }
    if let Some(members) = request.as_object_mut() {
        members.remove("queryStringParameters");
        members.remove("cookies");
        let (text, is_encoded) = match String::from_utf8(body(entry, credentials)) {
            Ok(text) => (text, false),
            Err(error) => (STANDARD.encode(error.as_bytes()), true),
        };
        members.insert("body".to_owned(), text.into());
        members.insert("isBase64Encoded".to_owned(), is_encoded.into());
    }
    if let Some(Value::Object(headers)) = request.get_mut("headers") {
        for (name, value) in headers {
            *value = header(name, value.as_str().unwrap_or_default(), credentials).into();
        }
    }
    request
}

/// The query string with the names of its parameters, without their values.
pub(crate) fn query(query: &str) -> String {
    let shown = without_values(&format!("?{query}"));
    shown.strip_prefix('?').unwrap_or(&shown).to_owned()
}

/// The value of a header.
pub(crate) fn header(name: &str, value: &str, credentials: &Credentials) -> String {
    if SECRET_HEADERS.contains(&name.to_ascii_lowercase().as_str()) {
        return HIDDEN.to_owned();
    }
    let secrets = credentials.keys.iter().chain(&credentials.tokens).map(ExposeSecret::expose_secret);
    let mut value = value.to_owned();
    for secret in secrets.filter(|secret| secret.len() >= 4) {
        value = value.replace(secret, HIDDEN);
    }
    value
}
