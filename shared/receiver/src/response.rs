//! The response to the vendor.

use http::StatusCode;

use crate::Refusal;

/// A response. This crate is the only place where a result gets its status code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Response {
    /// The HTTP status code.
    pub status: u16,
    /// Names and values of the headers.
    pub headers: &'static [(&'static str, &'static str)],
    /// JSON, in which no part of the request is repeated. Nothing tells a scanner what software this is.
    pub body: String,
}

const STORED: &[(&str, &str)] = &[("content-type", "application/json"), ("cache-control", "no-store")];
const PROBLEM: &[(&str, &str)] = &[("content-type", "application/problem+json"), ("cache-control", "no-store")];
const NOT_POST: &[(&str, &str)] =
    &[("content-type", "application/problem+json"), ("cache-control", "no-store"), ("allow", "POST")];

impl Response {
    /// So many events are stored.
    pub(crate) fn stored(events: usize) -> Self {
        Self { status: StatusCode::OK.as_u16(), headers: STORED, body: format!(r#"{{"stored":{events}}}"#) }
    }

    pub(crate) fn of_refusal(refusal: Refusal) -> Self {
        match refusal {
            Refusal::NotARequest => Self::of_status(StatusCode::BAD_REQUEST),
            Refusal::NotPost => Self { headers: NOT_POST, ..Self::of_status(StatusCode::METHOD_NOT_ALLOWED) },
            Refusal::TooLarge => Self::of_status(StatusCode::PAYLOAD_TOO_LARGE),
            Refusal::NotAuthentic(_) => Self::of_status(StatusCode::UNAUTHORIZED),
        }
    }

    pub(crate) fn of_status(status: StatusCode) -> Self {
        let (title, status) = (status.canonical_reason().unwrap_or_default(), status.as_u16());
        Self { status, headers: PROBLEM, body: format!(r#"{{"title":"{title}","status":{status}}}"#) }
    }
}

#[cfg(test)]
mod tests {
    use callbacks::auth::NotAuthentic;

    use super::*;
    use crate::Handled;

    #[test]
    fn every_outcome_has_its_response() {
        let refused = Handled::<()>::Refused;
        for (outcome, status, content_type, body) in [
            (Handled::Stored(Vec::new()), 200, "application/json", r#"{"stored":0}"#),
            (refused(Refusal::NotARequest), 400, "application/problem+json", r#"{"title":"Bad Request","status":400}"#),
            (
                refused(Refusal::NotAuthentic(NotAuthentic::Token)),
                401,
                "application/problem+json",
                r#"{"title":"Unauthorized","status":401}"#,
            ),
            (
                refused(Refusal::TooLarge),
                413,
                "application/problem+json",
                r#"{"title":"Payload Too Large","status":413}"#,
            ),
            (
                refused(Refusal::NotPost),
                405,
                "application/problem+json",
                r#"{"title":"Method Not Allowed","status":405}"#,
            ),
            (
                Handled::NotStored(Vec::new(), ()),
                503,
                "application/problem+json",
                r#"{"title":"Service Unavailable","status":503}"#,
            ),
        ] {
            let response = outcome.response();
            assert_eq!((response.status, response.body.as_str()), (status, body));
            assert_eq!(response.headers[0], ("content-type", content_type));
        }
    }
}
