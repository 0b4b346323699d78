//! The function URL request that AWS Lambda creates from a vendor's POST.
//!
//! Payload format 2.0: <https://docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html>

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use callbacks::Product;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::{Map, Value, json};

use crate::signing::Callback;
use crate::token::query_of;

/// The function's URL in all requests.
pub const URL: &str = "https://function.lambda-url.eu-central-1.on.aws/";

/// The time of receipt in the requests, in milliseconds: 2026-01-02T03:04:05Z. It is fixed, so that they never change.
const TIME_EPOCH: u64 = 1_767_323_045_000;
const TIME: &str = "02/Jan/2026:03:04:05 +0000";

/// The JSON is not that of a function URL request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected a function URL request")]
pub struct NotARequest;

/// Headers of a callback, as far as they differ between vendors, or between a vendor's documentation and practice.
#[derive(Debug, Clone, Copy)]
pub struct RequestHeaders {
    /// `Content-Type`, if it is sent.
    pub content_type: Option<&'static str>,
    /// `User-Agent`, if it is known.
    pub user_agent: Option<&'static str>,
    /// Whether header names are in upper case, as some proxies send them.
    pub capitals: bool,
}

/// The function URL request of this body, with the headers that the vendor sends.
#[must_use]
pub fn of_vendor(product: Product, body: &[u8]) -> Value {
    with_headers(&vendor_headers(product, body), body)
}

/// The headers that the vendor sends with this body.
#[must_use]
pub fn vendor_headers(product: Product, body: &[u8]) -> RequestHeaders {
    let is_xml = body.trim_ascii_start().first() == Some(&b'<');
    let user_agent = match product {
        // As logged by a receiver of VOD callbacks; the others are not documented.
        Product::AliyunVod => Some("Apache-HttpClient/4.4.1 (Java/1.8.0_152)"),
        Product::AliyunIms | Product::TencentCi | Product::TencentVod => None,
    };
    let content_type = Some(if is_xml { "application/xml" } else { "application/json" });
    RequestHeaders { content_type, user_agent, capitals: false }
}

/// The function URL request of this body with these headers.
#[must_use]
pub fn with_headers(sent: &RequestHeaders, body: &[u8]) -> Value {
    let (text, is_encoded) = in_json(body, is_text(sent.content_type));
    let mut headers = Map::new();
    let mut header = |name: &str, value: &str| {
        let name = if sent.capitals { name.to_ascii_uppercase() } else { name.to_owned() };
        headers.insert(name, value.into());
    };
    header("content-length", &body.len().to_string());
    if let Some(content_type) = sent.content_type {
        header("content-type", content_type);
    }
    header("host", "function.lambda-url.eu-central-1.on.aws");
    if let Some(user_agent) = sent.user_agent {
        header("user-agent", user_agent);
    }
    header("x-amzn-trace-id", "Root=1-69573465-0123456789abcdef01234567");
    header("x-forwarded-for", "192.0.2.1");
    header("x-forwarded-port", "443");
    header("x-forwarded-proto", "https");
    json!({
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": "/",
        "rawQueryString": "",
        "headers": headers,
        "requestContext": {
            "accountId": "anonymous",
            "apiId": "function",
            "domainName": "function.lambda-url.eu-central-1.on.aws",
            "domainPrefix": "function",
            "http": {
                "method": "POST",
                "path": "/",
                "protocol": "HTTP/1.1",
                "sourceIp": "192.0.2.1",
                "userAgent": sent.user_agent,
            },
            "requestId": "00000000-0000-4000-8000-000000000000",
            "routeKey": "$default",
            "stage": "$default",
            "time": TIME,
            "timeEpoch": TIME_EPOCH,
        },
        "body": text,
        "isBase64Encoded": is_encoded,
    })
}

/// The function URL request that Lambda makes of an HTTP request. Values of a header that is there more than once are joined by
/// commas, and the query string is as it was sent, without the question mark.
#[must_use]
pub fn of_http<'h>(
    method: &str,
    path: &str,
    query: &str,
    headers: impl IntoIterator<Item = (&'h str, String)>,
    body: &[u8],
    time: Timestamp,
) -> Value {
    let headers: Map<String, Value> =
        headers.into_iter().map(|(name, value)| (name.to_ascii_lowercase(), value.into())).collect();
    let text = |name: &str| headers.get(name).and_then(Value::as_str);
    let (text_body, is_encoded) = in_json(body, is_text(text("content-type")));
    json!({
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": path,
        "rawQueryString": query,
        "requestContext": {
            "domainName": text("host").unwrap_or_default(),
            "http": {"method": method, "path": path, "protocol": "HTTP/1.1"},
            "routeKey": "$default",
            "stage": "$default",
            "time": formatted(time),
            "timeEpoch": time.as_millisecond(),
        },
        "headers": headers,
        "body": text_body,
        "isBase64Encoded": is_encoded,
    })
}

/// A body as a request has it, and whether that is Base64.
fn in_json(body: &[u8], is_text: bool) -> (String, bool) {
    let text = std::str::from_utf8(body).ok().filter(|_| is_text);
    (text.map_or_else(|| STANDARD.encode(body), str::to_owned), text.is_none())
}

/// The body of a request.
///
/// # Errors
/// [`NotARequest`] where there is none, where it is marked as Base64 and is not, or where the JSON may be a callback with
/// members of the same names.
pub fn body(request: &Value) -> Result<Vec<u8>, NotARequest> {
    context(request)?;
    let text = request.get("body").and_then(Value::as_str).ok_or(NotARequest)?;
    match request.get("isBase64Encoded").and_then(Value::as_bool) {
        Some(true) => STANDARD.decode(text).map_err(|_| NotARequest),
        Some(false) => Ok(text.as_bytes().to_vec()),
        None => Err(NotARequest),
    }
}

/// When a request arrived.
///
/// # Errors
/// [`NotARequest`] where it has no time.
pub fn arrival(request: &Value) -> Result<Timestamp, NotARequest> {
    let milliseconds = context(request)?.get("timeEpoch").and_then(Value::as_i64).ok_or(NotARequest)?;
    Timestamp::from_millisecond(milliseconds).map_err(|_| NotARequest)
}

/// The request with this time of receipt.
///
/// # Errors
/// [`NotARequest`]
pub fn arriving(mut request: Value, time: Timestamp) -> Result<Value, NotARequest> {
    let context = object(&mut request, "requestContext")?;
    context.insert("timeEpoch".to_owned(), time.as_millisecond().into());
    context.insert("time".to_owned(), formatted(time).into());
    Ok(request)
}

/// The request with the query string, headers and body of a signed callback. The rest stays, also whether the body is in
/// Base64 and header names are in upper case.
///
/// # Errors
/// [`NotARequest`]
pub fn bringing(mut request: Value, callback: &Callback) -> Result<Value, NotARequest> {
    let is_encoded = request.get("isBase64Encoded").and_then(Value::as_bool).ok_or(NotARequest)?;
    let headers = object(&mut request, "headers")?;
    let capitals = headers.contains_key("CONTENT-LENGTH");
    let length = ("content-length", callback.body.len().to_string());
    for (name, value) in callback.headers.iter().chain([&length]) {
        let name = if capitals { name.to_ascii_uppercase() } else { name.to_ascii_lowercase() };
        headers.insert(name, value.as_str().into());
    }

    let (text, is_encoded) = in_json(&callback.body, !is_encoded);
    let request_members = request.as_object_mut().ok_or(NotARequest)?;
    request_members.insert("isBase64Encoded".to_owned(), is_encoded.into());
    request_members.insert("body".to_owned(), text.into());

    let query = query_of(&callback.url);
    request_members.insert("rawQueryString".to_owned(), query.into());
    let parameters: Map<String, Value> = form_urlencoded::parse(query.as_bytes())
        .map(|(name, value)| (name.into_owned(), value.into_owned().into()))
        .collect();
    if !parameters.is_empty() {
        request_members.insert("queryStringParameters".to_owned(), parameters.into());
    }
    Ok(request)
}

/// A time as `requestContext` has it.
fn formatted(time: Timestamp) -> String {
    time.to_zoned(TimeZone::UTC).strftime("%d/%b/%Y:%H:%M:%S %z").to_string()
}

fn context(request: &Value) -> Result<&Map<String, Value>, NotARequest> {
    request.get("requestContext").and_then(Value::as_object).ok_or(NotARequest)
}

fn object<'r>(request: &'r mut Value, member: &str) -> Result<&'r mut Map<String, Value>, NotARequest> {
    request.get_mut(member).and_then(Value::as_object_mut).ok_or(NotARequest)
}

/// The JSON of the files in `events/`.
#[must_use]
pub fn to_json(request: &Value) -> String {
    format!("{request:#}")
}

/// Whether a function URL passes a body of this type on as text. It encodes all others as Base64.
fn is_text(content_type: Option<&str>) -> bool {
    content_type.is_some_and(|content_type| content_type.starts_with("text/") || content_type == "application/json")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(content_type: Option<&'static str>) -> RequestHeaders {
        RequestHeaders { content_type, user_agent: None, capitals: false }
    }

    #[test]
    fn what_is_not_text_or_json_is_encoded() {
        for (content_type, body, expected, encoded) in [
            (Some("application/json"), &b"{}"[..], "{}", false),
            (Some("text/xml"), b"<a/>", "<a/>", false),
            (Some("application/xml"), b"<a/>", "PGEvPg==", true),
            (None, b"{}", "e30=", true),
            (Some("text/plain"), b"\xff", "/w==", true),
        ] {
            let request = with_headers(&headers(content_type), body);
            assert_eq!(request["body"], expected, "{content_type:?}");
            assert_eq!(request["isBase64Encoded"], encoded, "{content_type:?}");
        }
    }

    #[test]
    fn a_request_without_content_type_has_no_such_header() {
        let request = with_headers(&headers(None), b"");
        assert!(request["headers"].get("content-type").is_none());
    }

    fn callback(url: &str, body: &[u8]) -> Callback {
        let headers = vec![("X-ICE-TIMESTAMP", "7".to_owned())];
        Callback { url: url.to_owned(), headers, body: body.to_vec() }
    }

    #[test]
    fn a_request_brings_a_signed_callback() {
        for (content_type, capitals, name, text) in [
            ("application/json", false, "x-ice-timestamp", "{ }"),
            ("application/octet-stream", true, "X-ICE-TIMESTAMP", "eyB9"),
        ] {
            let unsigned = with_headers(&RequestHeaders { capitals, ..headers(Some(content_type)) }, b"{}");
            let signed = bringing(unsigned, &callback("https://a.example/?token=%41&b", b"{ }")).unwrap();
            assert_eq!(signed["rawQueryString"], "token=%41&b");
            assert_eq!(signed["queryStringParameters"], json!({"token": "A", "b": ""}));
            assert_eq!(signed["headers"][name], "7");
            assert_eq!(signed["headers"][if capitals { "CONTENT-LENGTH" } else { "content-length" }], "3");
            assert_eq!(signed["body"], text);
            assert_eq!(body(&signed).unwrap(), b"{ }");
        }
    }

    #[test]
    fn a_callback_without_anything_to_add_changes_nothing() {
        for product in Product::ALL {
            let request = of_vendor(product, b"{\"A\":1}");
            let plain = Callback { headers: vec![], ..callback(URL, b"{\"A\":1}") };
            assert_eq!(bringing(request.clone(), &plain), Ok(request));
        }
    }

    #[test]
    fn a_request_arrives_when_it_is_said_to() {
        let request = of_vendor(Product::TencentCi, b"{}");
        let time = Timestamp::from_millisecond(TIME_EPOCH.try_into().unwrap()).unwrap();
        assert_eq!(arrival(&request), Ok(time));
        assert_eq!(arriving(request.clone(), time), Ok(request.clone()));
        let later = arriving(request, "2026-11-09T00:00:00Z".parse().unwrap()).unwrap();
        assert_eq!(later["requestContext"]["time"], "09/Nov/2026:00:00:00 +0000");
    }

    #[test]
    fn other_json_is_no_request() {
        for other in [json!({}), json!({"headers": {}, "body": "", "isBase64Encoded": "no"}), json!([]), json!(null)] {
            assert_eq!(body(&other), Err(NotARequest));
            assert_eq!(arrival(&other), Err(NotARequest));
            assert_eq!(arriving(other.clone(), Timestamp::UNIX_EPOCH), Err(NotARequest));
            assert_eq!(bringing(other, &callback(URL, b"")), Err(NotARequest));
        }
    }
}
