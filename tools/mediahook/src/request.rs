//! The function URL request that AWS Lambda makes of a vendor's POST.
//!
//! Payload format 2.0: <https://docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html>

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use callbacks::Product;
use serde_json::{Map, Value, json};

/// When the requests are said to have arrived, in milliseconds: 2026-01-02T03:04:05Z. A fixed time keeps them the same.
const TIME_EPOCH: u64 = 1_767_323_045_000;
const TIME: &str = "02/Jan/2026:03:04:05 +0000";

/// How a callback is sent. The fields are what differs between vendors, and between what they document and what occurs.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Delivery {
    /// `Content-Type`, where there is one.
    pub(crate) content_type: Option<&'static str>,
    /// `User-Agent`, where it is known.
    pub(crate) user_agent: Option<&'static str>,
    /// Header names in capitals, as a proxy may leave them.
    pub(crate) capitals: bool,
}

/// The request that the vendor's own delivery makes.
pub(crate) fn of_vendor(product: Product, body: &[u8]) -> Value {
    of_delivery(&vendor_delivery(product, body), body)
}

/// How the vendor sends this body.
pub(crate) fn vendor_delivery(product: Product, body: &[u8]) -> Delivery {
    let is_xml = body.trim_ascii_start().first() == Some(&b'<');
    let user_agent = match product {
        // As logged by a receiver of VOD callbacks; the others are not documented.
        Product::AliyunVod => Some("Apache-HttpClient/4.4.1 (Java/1.8.0_152)"),
        Product::AliyunIms | Product::TencentCi | Product::TencentVod => None,
    };
    let content_type = Some(if is_xml { "application/xml" } else { "application/json" });
    Delivery { content_type, user_agent, capitals: false }
}

/// The request of a delivery of this body.
pub(crate) fn of_delivery(delivery: &Delivery, body: &[u8]) -> Value {
    let text = std::str::from_utf8(body).ok().filter(|_| is_text(delivery.content_type));
    let mut headers = Map::new();
    let mut header = |name: &str, value: &str| {
        let name = if delivery.capitals { name.to_ascii_uppercase() } else { name.to_owned() };
        headers.insert(name, value.into());
    };
    header("content-length", &body.len().to_string());
    if let Some(content_type) = delivery.content_type {
        header("content-type", content_type);
    }
    header("host", "function.lambda-url.eu-central-1.on.aws");
    if let Some(user_agent) = delivery.user_agent {
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
                "userAgent": delivery.user_agent,
            },
            "requestId": "00000000-0000-4000-8000-000000000000",
            "routeKey": "$default",
            "stage": "$default",
            "time": TIME,
            "timeEpoch": TIME_EPOCH,
        },
        "body": text.map_or_else(|| STANDARD.encode(body), str::to_owned),
        "isBase64Encoded": text.is_none(),
    })
}

/// As the files in `events/` have it.
pub(crate) fn to_json(request: &Value) -> String {
    format!("{request:#}")
}

/// Whether a function URL hands a body of this type over as it is. It encodes everything else as Base64.
fn is_text(content_type: Option<&str>) -> bool {
    content_type.is_some_and(|content_type| content_type.starts_with("text/") || content_type == "application/json")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn delivery(content_type: Option<&'static str>) -> Delivery {
        Delivery { content_type, user_agent: None, capitals: false }
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
            let request = of_delivery(&delivery(content_type), body);
            assert_eq!(request["body"], expected, "{content_type:?}");
            assert_eq!(request["isBase64Encoded"], encoded, "{content_type:?}");
        }
    }

    #[test]
    fn a_request_without_content_type_has_no_such_header() {
        let request = of_delivery(&delivery(None), b"");
        assert!(request["headers"].get("content-type").is_none());
    }
}
