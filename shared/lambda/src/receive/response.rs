//! What the vendor is answered.

use aws_lambda_events::lambda_function_urls::LambdaFunctionUrlResponse;
use http::header::{ALLOW, CACHE_CONTROL, CONTENT_TYPE};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};

/// How a request ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Answer {
    /// All of its events are stored.
    Stored {
        /// How many.
        events: usize,
    },
    /// Lambda was invoked with something else than a function URL request.
    NotARequest,
    /// It is not shown to be the vendor's.
    NotAuthentic,
    /// It was not a POST.
    NotPost,
    /// Its body is over the limit.
    TooLarge,
    /// Its events could not be stored. The vendor should send it again.
    NotStored,
}

impl Answer {
    /// The one place where an outcome becomes a status code.
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

    /// Nothing that was sent is repeated, and nothing tells a scanner what runs here.
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

impl From<Answer> for LambdaFunctionUrlResponse {
    fn from(answer: Answer) -> Self {
        let header = |name: HeaderName, value: &'static str| (name, HeaderValue::from_static(value));
        let content_type = if answer.status().is_success() { "application/json" } else { "application/problem+json" };
        let mut headers = HeaderMap::from_iter([header(CONTENT_TYPE, content_type), header(CACHE_CONTROL, "no-store")]);
        if answer == Answer::NotPost {
            headers.extend([header(ALLOW, "POST")]);
        }
        let mut response = Self::default();
        response.status_code = i64::from(answer.status().as_u16());
        response.headers = headers;
        response.body = Some(answer.body());
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_outcome_has_its_answer() {
        for (answer, status, content_type, body) in [
            (Answer::Stored { events: 2 }, 200, "application/json", r#"{"stored":2}"#),
            (Answer::NotARequest, 400, "application/problem+json", r#"{"title":"Bad Request","status":400}"#),
            (Answer::NotAuthentic, 401, "application/problem+json", r#"{"title":"Unauthorized","status":401}"#),
            (Answer::TooLarge, 413, "application/problem+json", r#"{"title":"Payload Too Large","status":413}"#),
            (Answer::NotPost, 405, "application/problem+json", r#"{"title":"Method Not Allowed","status":405}"#),
            (Answer::NotStored, 503, "application/problem+json", r#"{"title":"Service Unavailable","status":503}"#),
        ] {
            let response = LambdaFunctionUrlResponse::from(answer);
            assert_eq!(response.status_code, status);
            assert_eq!(response.headers[CONTENT_TYPE], content_type);
            assert_eq!(response.body.as_deref(), Some(body));
        }
    }
}
