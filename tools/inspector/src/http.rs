//! The function URL request that Lambda would have made of an HTTP request.

use axum::http::HeaderMap;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::{Map, Value, json};

/// The parts of an HTTP request.
pub(crate) struct Parts<'p> {
    pub(crate) method: &'p str,
    pub(crate) path: &'p str,
    /// As it was sent, without the question mark.
    pub(crate) query: &'p str,
    pub(crate) headers: &'p HeaderMap,
    pub(crate) body: &'p [u8],
    pub(crate) at: Timestamp,
}

/// The function URL request, JSON: names of headers in lower case, repeated ones joined by commas, the body as text where its
/// type is text or JSON, else in Base64.
pub(crate) fn function_url_request(parts: &Parts<'_>) -> String {
    let mut headers = Map::new();
    for name in parts.headers.keys() {
        let values = parts.headers.get_all(name).iter();
        let values: Vec<_> = values.map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned()).collect();
        headers.insert(name.as_str().to_owned(), values.join(",").into());
    }
    let content_type = headers.get("content-type").and_then(Value::as_str).unwrap_or_default();
    let is_text = content_type.starts_with("text/") || content_type.starts_with("application/json");
    let text = std::str::from_utf8(parts.body).ok().filter(|_| is_text);
    let utc = parts.at.to_zoned(TimeZone::UTC);
    let host = headers.get("host").and_then(Value::as_str).unwrap_or_default().to_owned();
    json!({
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": parts.path,
        "rawQueryString": parts.query,
        "headers": headers,
        "requestContext": {
            "domainName": host,
            "http": {"method": parts.method, "path": parts.path, "protocol": "HTTP/1.1"},
            "routeKey": "$default",
            "stage": "$default",
            "time": utc.strftime("%d/%b/%Y:%H:%M:%S %z").to_string(),
            "timeEpoch": parts.at.as_millisecond(),
        },
        "body": text.map_or_else(|| STANDARD.encode(parts.body), str::to_owned),
        "isBase64Encoded": text.is_none(),
    })
    .to_string()
}
