//! Why a request to a vendor failed, by what an operator can do about it.

use std::fmt;

use thiserror::Error;

/// A request to a vendor failed.
#[derive(Debug, Error)]
pub enum ApiError {
    /// No connection, or no complete response before the timeout. A retry may help.
    #[error("the vendor's server could not be reached, or did not respond in time")]
    Unreachable(#[source] reqwest::Error),
    /// The client could not be created: TLS is not available on this machine.
    #[error("TLS could not be set up on this machine")]
    Tls(#[source] reqwest::Error),
    /// More requests than the vendor allows. A retry after a while may help.
    #[error("the vendor throttles: {0}")]
    Throttled(ErrorResponse),
    /// An internal error of the vendor. A retry may help.
    #[error("the vendor's server has a fault, or is unavailable: {0}")]
    Fault(ErrorResponse),
    /// The signed time differs too much from the vendor's clock.
    #[error("the vendor rejected the time of the request: set the clock of this machine: {0}")]
    Clock(ErrorResponse),
    /// The access key is invalid, or lacks a permission.
    #[error("the vendor rejected the access key, or the key lacks a permission: {0}")]
    Denied(ErrorResponse),
    /// What the request names is not there, or is there no longer: an unknown job, or expired handles, whose messages will be
    /// redelivered.
    #[error("the vendor knows of no such thing, or no longer: {0}")]
    Gone(ErrorResponse),
    /// The request is invalid for another reason, such as the name of a queue.
    #[error("the vendor rejected the request: {0}")]
    Refused(ErrorResponse),
    /// The response is not what the vendor documents.
    #[error("the vendor's response with status {status} is not what it documents: {problem}")]
    Response {
        /// HTTP status code.
        status: u16,
        /// What is wrong with it.
        problem: &'static str,
    },
    /// A request could not be serialized.
    #[error("the request could not be serialized as JSON")]
    Encode(#[source] serde_json::Error),
    /// There are no random numbers on this machine.
    #[error("there are no random numbers on this machine")]
    Random,
    /// The value is not valid in a header.
    #[error("the value is not valid in header {name}")]
    Header {
        /// Name of the header.
        name: &'static str,
    },
}

/// The error response of a vendor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ErrorResponse {
    /// HTTP status code.
    pub status: u16,
    /// The vendor's error code; empty if the response has none.
    pub code: String,
    /// The vendor's request id, which its support asks for; empty if the response has none.
    pub request: String,
}

impl ApiError {
    /// The error without the URL, which names account and job.
    #[must_use]
    pub fn unreachable(error: reqwest::Error) -> Self {
        Self::Unreachable(error.without_url())
    }

    /// What a refusal means whose code does not tell.
    #[must_use]
    pub fn of_status(refusal: ErrorResponse) -> Self {
        match refusal.status {
            429 => Self::Throttled(refusal),
            500.. => Self::Fault(refusal),
            _ => Self::Refused(refusal),
        }
    }

    /// A response that is not what the vendor documents, or the error of a server before it.
    #[must_use]
    pub fn undocumented(status: u16, problem: &'static str) -> Self {
        match Self::of_status(ErrorResponse::new(status, "", "")) {
            Self::Refused(_) => Self::Response { status, problem },
            error => error,
        }
    }

    /// Whether a retry of the same request may succeed.
    #[must_use]
    pub fn is_temporary(&self) -> bool {
        matches!(self, Self::Unreachable(_) | Self::Throttled(_) | Self::Fault(_))
    }
}

impl ErrorResponse {
    /// A refusal with this status. Code and request id come from outside, and are kept only if they look like such names.
    #[must_use]
    pub fn new(status: u16, code: &str, request: &str) -> Self {
        Self { status, code: name(code), request: name(request) }
    }
}

/// The text if it is a name of at most 100 letters, digits, dots, hyphens and underscores; otherwise empty.
fn name(text: &str) -> String {
    let text = text.trim();
    let is_name = text.len() <= 100 && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-_".contains(&byte));
    if is_name { text.to_owned() } else { String::new() }
}

impl fmt::Display for ErrorResponse {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let or_none = |text: &str| if text.is_empty() { "none".to_owned() } else { text.to_owned() };
        write!(formatter, "status {}, code {}, request {}", self.status, or_none(&self.code), or_none(&self.request))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_repeats_names_only() {
        assert_eq!(
            ErrorResponse::new(403, "AuthFailure.SignatureExpire", "5D6B-1").to_string(),
            "status 403, code AuthFailure.SignatureExpire, request 5D6B-1"
        );
        assert_eq!(
            ErrorResponse::new(403, "no such key: SECRET", "").to_string(),
            "status 403, code none, request none"
        );
    }
}
