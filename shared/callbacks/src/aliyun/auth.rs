//! The signature of Alibaba Cloud's callbacks, VOD and IMS alike.
//!
//! Two headers have a time and the MD5 digest, in lower-case hexadecimal, of
//! `<callback URL>|<time>|<key>`: <https://www.alibabacloud.com/help/en/vod/developer-reference/http-callback-authentication>,
//! <https://www.alibabacloud.com/help/en/ims/user-guide/callback-authentication>. The body is not signed.

use base16ct::lower::encode_string as hex;
use md5::{Digest, Md5};
use secrecy::{ExposeSecret, SecretString};
use subtle::ConstantTimeEq;

use crate::auth::proof::{
    Anatomy, Clock, Credentials, CredentialsError, NotAuthentic, Part, Parts, Request, Signature, Signatures, is_any,
    seconds,
};

/// The signature of `ApsaraVideo` VOD.
pub(super) const VOD: Scheme = Scheme { timestamp: "X-VOD-TIMESTAMP", signature: "X-VOD-SIGNATURE" };
/// The signature of IMS.
pub(super) const IMS: Scheme = Scheme { timestamp: "X-ICE-TIMESTAMP", signature: "X-ICE-SIGNATURE" };

/// The names of the headers, in which the products differ.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Scheme {
    timestamp: &'static str,
    signature: &'static str,
}

impl Signatures for Scheme {
    fn anatomy(&self) -> Option<Anatomy> {
        Some(Anatomy {
            names: [self.timestamp, self.signature],
            place: "header",
            has_url: true,
            lifetime: 0,
            any_case: false,
        })
    }

    fn parts(&self, request: &Request<'_, '_>) -> Option<Parts> {
        let part = |name: &str| {
            let mut values = request.headers.iter().filter(|(header, _)| header.eq_ignore_ascii_case(name));
            match (values.next(), values.next()) {
                (None, _) => Part::Missing,
                (Some((_, value)), None) => Part::Text((*value).to_owned()),
                (Some(_), Some(_)) => Part::Repeated,
            }
        };
        Some(Parts { time: part(self.timestamp), digest: part(self.signature) })
    }

    fn digest(&self, key: &SecretString, callback_url: &str, time: &str) -> String {
        digest(callback_url, time, key)
    }

    fn in_time(&self, time: u64, clock: Clock) -> Result<(), NotAuthentic> {
        let now = clock.seconds();
        match time.abs_diff(now) > clock.tolerance {
            true if time < now => Err(NotAuthentic::Stale),
            true => Err(NotAuthentic::Future),
            false => Ok(()),
        }
    }

    /// Keys and callback URLs, or neither.
    fn check(&self, credentials: &Credentials) -> Result<(), CredentialsError> {
        let is_half = credentials.keys.is_empty() != credentials.callback_urls.is_empty();
        if is_half { Err(CredentialsError::KeysWithoutUrls) } else { Ok(()) }
    }

    fn verify(&self, credentials: &Credentials, request: &Request<'_, '_>, clock: Clock) -> Result<(), NotAuthentic> {
        let timestamp = only(request, self.timestamp)?;
        let signature = only(request, self.signature)?;
        let time = seconds(timestamp).ok_or(NotAuthentic::Unsigned)?;
        let is_signed = is_any(&credentials.keys, |key| {
            is_any(&credentials.callback_urls, |url| {
                digest(url.expose_secret(), timestamp, key).as_bytes().ct_eq(signature.as_bytes())
            })
        });
        self.in_time(time, clock)?;
        if is_signed.into() { Ok(()) } else { Err(NotAuthentic::Signature) }
    }

    fn sign(&self, key: &SecretString, callback_url: Option<&str>, time: u64) -> Result<Signature, CredentialsError> {
        let url = callback_url.ok_or(CredentialsError::KeysWithoutUrls)?;
        let timestamp = time.to_string();
        let signature = digest(url, &timestamp, key);
        Ok(Signature::Headers([(self.timestamp, timestamp), (self.signature, signature)]))
    }
}

/// The header's value, where it is there once.
fn only<'r>(request: &Request<'r, '_>, name: &str) -> Result<&'r str, NotAuthentic> {
    let mut values = request.headers.iter().filter(|(header, _)| header.eq_ignore_ascii_case(name));
    match (values.next(), values.next()) {
        (Some((_, value)), None) => Ok(value),
        _ => Err(NotAuthentic::Unsigned),
    }
}

fn digest(url: &str, timestamp: &str, key: &SecretString) -> String {
    let mut hash = Md5::new();
    for part in [url, "|", timestamp, "|", key.expose_secret()] {
        hash.update(part);
    }
    hex(&hash.finalize())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The vendor's example, and a second one that other implementations agree on. The example of the IMS page names the
    /// key `Test123`, which does not give the digest printed there: that is the digest of `test123`.
    #[test]
    fn digests_are_the_vendors() {
        let published = "c72b60894140fa98920f1279219b7ed4";
        for (url, timestamp, key, expected) in [
            ("https://www.example.com/your/callback", "1519375990", "test123", published),
            ("https://www.example.com/your/callback", "1519375990", "Test123", "c587b80d2d0ede300e8967937da7219b"),
            (
                "https://callback.example.invalid/automation-tool/editing",
                "1786000000",
                "RotateMe123",
                "ee806a2bdcc497f67433423e7b7f2901",
            ),
        ] {
            assert_eq!(digest(url, timestamp, &key.to_owned().into()), expected, "{key}");
        }
    }
}
