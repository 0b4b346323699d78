//! The signature of requests to Simple Message Queue: HMAC-SHA1 of selected parts of the request.
//!
//! <https://www.alibabacloud.com/help/en/mns/developer-reference/sign-requests>

use jiff::Timestamp;
use jiff::fmt::rfc2822::DateTimePrinter;
use md5::{Digest, Md5};
use secrecy::ExposeSecret;

use super::{base64, hex, hmac_sha1};
use crate::access_key::AccessKey;

/// The header that every request has.
pub const VERSION: (&str, &str) = ("x-mns-version", "2015-06-06");

/// The signed parts of a request.
#[derive(Debug, Clone, Copy)]
pub struct Signable<'r> {
    /// The method, in capitals.
    pub method: &'r str,
    /// The header `Content-MD5`; empty if it is not sent.
    pub content_md5: &'r str,
    /// The header `Content-Type`; empty if it is not sent.
    pub content_type: &'r str,
    /// The header `Date`.
    pub date: &'r str,
    /// The headers whose names begin with `x-mns-`: in lower case and sorted.
    pub headers: &'r [(&'r str, &'r str)],
    /// Path and query, as they are sent. The query is not encoded for the signature.
    pub resource: &'r str,
}

/// The value of the `Authorization` header.
///
/// The vendor accepts a `Date` within 15 minutes of its own clock. The header `security-token` of a temporary key is not
/// signed.
#[must_use]
pub fn authorization(request: &Signable<'_>, credentials: &AccessKey) -> String {
    let Signable { method, content_md5, content_type, date, headers, resource } = request;
    let headers: String = headers.iter().map(|(name, value)| [name, ":", value, "\n"].concat()).collect();
    let text = format!("{method}\n{content_md5}\n{content_type}\n{date}\n{headers}{resource}");
    let signature = base64(&hmac_sha1(credentials.key.expose_secret().as_bytes(), text.as_bytes()));
    format!("MNS {}:{signature}", credentials.id.expose_secret())
}

/// The value of the `Content-MD5` header: Base64 of the hash's 32 hexadecimal digits, as the vendor's own clients send it,
/// and not of its 16 bytes, as the header is defined.
#[must_use]
pub fn content_md5(body: &[u8]) -> String {
    base64(hex(&Md5::digest(body)).as_bytes())
}

/// The value of the `Date` header: `Thu, 17 Mar 2022 12:00:00 GMT`.
#[must_use]
pub fn date(time: Timestamp) -> String {
    // Only years before 0 cannot be written so.
    DateTimePrinter::new().timestamp_to_rfc9110_string(&time).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Made with the vendor's Python client.
    #[test]
    fn requests_are_signed_as_the_vendors_client_signs_them() {
        let credentials = AccessKey::new(&"testid".to_owned().into(), &"testsecret".to_owned().into(), None).unwrap();
        let date = date("2022-03-17T12:00:00.9Z".parse().unwrap());
        assert_eq!(date, "Thu, 17 Mar 2022 12:00:00 GMT");
        for (method, resource, expected) in [
            ("GET", "/queues/ice-callback-demo/messages?waitseconds=10", "MNS testid:pS61J053rsk3/mTp3xX6lwh8gwU="),
            (
                "DELETE",
                "/queues/ice-callback-demo/messages?ReceiptHandle=1-ODU4OTkzNDU5My0xNDM1MTk3NjAwLTItNg==",
                "MNS testid:VfaiO0JrBqDjWsOiT8lEx/sdJhQ=",
            ),
        ] {
            let request =
                Signable { method, content_md5: "", content_type: "", date: &date, headers: &[VERSION], resource };
            assert_eq!(authorization(&request, &credentials), expected);
        }
    }

    #[test]
    fn the_md5_is_that_of_the_digits() {
        // MD5 of nothing is d41d8cd98f00b204e9800998ecf8427e.
        assert_eq!(content_md5(b""), "ZDQxZDhjZDk4ZjAwYjIwNGU5ODAwOTk4ZWNmODQyN2U=");
    }
}
