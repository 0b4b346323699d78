//! The response to the vendor.

use aws_lambda_events::lambda_function_urls::LambdaFunctionUrlResponse;
use http::header::{ALLOW, CACHE_CONTROL, CONTENT_TYPE};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};

/// The response to a request, by how it ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Response {
    /// All of its events are stored.
    Stored {
        /// How many.
        events: usize,
    },
    /// Lambda was invoked with something else than a function URL request.
    NotARequest,
    /// Its authentication failed.
    NotAuthentic,
    /// It was not a POST.
    NotPost,
    /// Its body is over the limit.
    TooLarge,
    /// Its events could not be stored. The vendor should send it again.
    NotStored,
}

impl Response {
    /// The only mapping of a result to a status code.
    fn status(self) -> StatusCode {
        match self {
            Self::Stored { .. } => StatusCode::OK,
            Self::NotARequest => StatusCode::BAD_REQUEST,
            Self::NotAuthentic => StatusCode::UNAUTHORIZED,
            Self::NotPost => StatusCode::METHOD_NOT_ALLOWED,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::NotStored => StatusCode::SERVICE_UNAVAILABLE,
        }
    }

    /// No part of the request is repeated, and nothing tells a scanner what software this is.
    fn body(self) -> String {
        match self {
            Self::Stored { events } => format!(r#"{{"stored":{events}}}"#),
            Self::NotARequest | Self::NotAuthentic | Self::NotPost | Self::TooLarge | Self::NotStored => {
                let status = self.status();
                let title = status.canonical_reason().unwrap_or_default();
                format!(r#"{{"title":"{title}","status":{}}}"#, status.as_u16())
            }
        }
    }
}

impl From<Response> for LambdaFunctionUrlResponse {
    fn from(result: Response) -> Self {
        let header = |name: HeaderName, value: &'static str| (name, HeaderValue::from_static(value));
        let content_type = if result.status().is_success() { "application/json" } else { "application/problem+json" };
        let mut headers = HeaderMap::from_iter([header(CONTENT_TYPE, content_type), header(CACHE_CONTROL, "no-store")]);
        if result == Response::NotPost {
            headers.extend([header(ALLOW, "POST")]);
        }
        let mut response = Self::default();
        response.status_code = i64::from(result.status().as_u16());
        response.headers = headers;
        response.body = Some(result.body());
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_result_has_its_response() {
        for (result, status, content_type, body) in [
            (Response::Stored { events: 2 }, 200, "application/json", r#"{"stored":2}"#),
            (Response::NotARequest, 400, "application/problem+json", r#"{"title":"Bad Request","status":400}"#),
            (Response::NotAuthentic, 401, "application/problem+json", r#"{"title":"Unauthorized","status":401}"#),
            (Response::TooLarge, 413, "application/problem+json", r#"{"title":"Payload Too Large","status":413}"#),
            (Response::NotPost, 405, "application/problem+json", r#"{"title":"Method Not Allowed","status":405}"#),
            (Response::NotStored, 503, "application/problem+json", r#"{"title":"Service Unavailable","status":503}"#),
        ] {
            let response = LambdaFunctionUrlResponse::from(result);
            assert_eq!(response.status_code, status);
            assert_eq!(response.headers[CONTENT_TYPE], content_type);
            assert_eq!(response.body.as_deref(), Some(body));
        }
    }
}
