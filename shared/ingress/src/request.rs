//! A function URL request, as far as it matters here.

use aws_lambda_events::lambda_function_urls::LambdaFunctionUrlRequest;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;

/// The bytes that the vendor posted.
///
/// A function URL hands over as Base64 what its content type does not mark as text or JSON. Should the flag be set on what
/// is not Base64, the text stands for itself, so that it becomes an unreadable event and is not lost.
pub(crate) fn body(request: &mut LambdaFunctionUrlRequest) -> Vec<u8> {
    let text = request.body.take().unwrap_or_default();
    if request.is_base64_encoded {
        STANDARD.decode(&text).unwrap_or_else(|_| text.into_bytes())
    } else {
        text.into_bytes()
    }
}

/// The method, in upper case as it is sent. A request without one, which no function URL makes, has the empty method.
pub(crate) fn method(request: &LambdaFunctionUrlRequest) -> &str {
    request.request_context.http.method.as_deref().unwrap_or_default()
}

/// When the request reached AWS; the time now where it does not say.
pub(crate) fn received(request: &LambdaFunctionUrlRequest) -> Timestamp {
    let milliseconds = request.request_context.time_epoch;
    match Timestamp::from_millisecond(milliseconds) {
        Ok(received) if milliseconds > 0 => received,
        _ => Timestamp::now(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(body: Option<&str>, is_base64_encoded: bool) -> LambdaFunctionUrlRequest {
        let mut request = LambdaFunctionUrlRequest::default();
        request.body = body.map(str::to_owned);
        request.is_base64_encoded = is_base64_encoded;
        request
    }

    #[test]
    fn the_body_is_what_the_vendor_posted() {
        for (text, encoded, expected) in [
            (Some("{}"), false, "{}"),
            (Some("PGE+4piDPC9hPg=="), true, "<a>☃</a>"),
            (Some("not Base64!"), true, "not Base64!"),
            (Some(""), true, ""),
            (None, false, ""),
        ] {
            assert_eq!(body(&mut request(text, encoded)), expected.as_bytes(), "{text:?}");
        }
    }

    #[test]
    fn the_time_of_receipt_is_the_requests() {
        let mut request = request(None, false);
        request.request_context.time_epoch = 1_700_000_000_123;
        assert_eq!(received(&request).to_string(), "2023-11-14T22:13:20.123Z");
        request.request_context.time_epoch = 0;
        assert!(received(&request) > "2025-01-01T00:00:00Z".parse().unwrap());
    }
}
