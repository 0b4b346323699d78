//! Why a queue gave nothing, by what can be done about it.

use std::fmt;

use thiserror::Error;

/// A request to a queue failed.
#[derive(Debug, Error)]
pub enum QueueError {
    /// No connection, or no whole answer in time. Trying again may help.
    #[error("the vendor's server could not be reached, or did not answer in time")]
    Unreachable(#[source] reqwest::Error),
    /// The client could not be made: TLS cannot be set up on this machine.
    #[error("TLS could not be set up on this machine")]
    Tls(#[source] reqwest::Error),
    /// Too many requests, or an error of the vendor's own. Trying again may help.
    #[error("the vendor's server cannot answer now: {0}")]
    Unavailable(Refusal),
    /// The time that was signed is too far from the vendor's.
    #[error("the vendor finds the request too old or from the future: set the clock of this machine: {0}")]
    Clock(Refusal),
    /// The access key is wrong, or not allowed to do this.
    #[error("the vendor refused the access key, or the key may not do this: {0}")]
    Denied(Refusal),
    /// Handles that are not valid any more: their messages will be delivered again.
    #[error("the vendor does not know the handles any more: {0}")]
    Expired(Refusal),
    /// Something else is wrong with the request, such as the name of the queue.
    #[error("the vendor refused the request: {0}")]
    Refused(Refusal),
    /// The answer is not what the vendor documents.
    #[error("the vendor's answer, of status {status}, is not what it documents: {problem}")]
    Answer {
        /// HTTP status code.
        status: u16,
        /// What is wrong with it.
        problem: &'static str,
    },
    /// A request could not be written.
    #[error("the request could not be written as JSON")]
    Encode(#[source] serde_json::Error),
    /// A header could not be made.
    #[error("header {name} cannot have this value")]
    Header {
        /// Name of the header.
        name: &'static str,
    },
}

/// How a vendor said no.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// HTTP status code.
    pub status: u16,
    /// The vendor's name for the error. Empty where its answer has none.
    pub code: String,
    /// The vendor's id of the request, which its support asks for. Empty where its answer has none.
    pub request: String,
}

impl QueueError {
    /// The error without the URL, which names account and queue.
    pub(crate) fn unreachable(error: reqwest::Error) -> Self {
        Self::Unreachable(error.without_url())
    }

    /// Whether the same request may succeed a moment later.
    #[must_use]
    pub fn is_temporary(&self) -> bool {
        matches!(self, Self::Unreachable(_) | Self::Unavailable(_))
    }
}

impl Refusal {
    /// Of an answer with this status. Of code and request id, which come from outside, no more is kept than what such names
    /// are made of.
    pub(crate) fn new(status: u16, code: &str, request: &str) -> Self {
        Self { status, code: name(code), request: name(request) }
    }
}

/// A name of at most 100 letters, digits, dots, hyphens and underscores; empty where it is something else.
fn name(text: &str) -> String {
    let text = text.trim();
    let is_name = text.len() <= 100 && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-_".contains(&byte));
    if is_name { text.to_owned() } else { String::new() }
}

impl fmt::Display for Refusal {
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
            Refusal::new(403, "AuthFailure.SignatureExpire", "5D6B-1").to_string(),
            "status 403, code AuthFailure.SignatureExpire, request 5D6B-1"
        );
        assert_eq!(Refusal::new(403, "no such key: SECRET", "").to_string(), "status 403, code none, request none");
    }
}
