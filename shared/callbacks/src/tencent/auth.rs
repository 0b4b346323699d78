//! The signature of Tencent Cloud VOD's callbacks. Cloud Infinite signs nothing.
//!
//! Once `SignKey` is set with `ModifyEventConfig`, the event has two more members: `T`, the Unix second in which the
//! signature expires, and `Sign`, the MD5 digest of the key and `T` in hexadecimal
//! (<https://www.tencentcloud.com/document/product/266/33931>). Neither covers the rest of the event. This is the one
//! place where anything of a body is read before it is authenticated: two members of the outermost object.

use base16ct::lower::encode_string as hex;
use md5::{Digest, Md5};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use serde_json::value::RawValue;
use subtle::ConstantTimeEq;

use crate::auth::{Clock, Credentials, NotAuthentic, Request, Signature, is_any, seconds};

/// How long the vendor's own signatures are valid unless configured otherwise, in seconds.
pub(crate) const LIFETIME: u64 = 10 * 60;
/// The farthest ahead that an expiry is accepted, in seconds.
const FARTHEST_EXPIRY: u64 = 15 * 60;

/// The signed event, of which all else is passed over. A member that is there twice is an error.
#[derive(Deserialize)]
struct Signed<'b> {
    #[serde(rename = "Sign", borrow)]
    sign: &'b RawValue,
    /// A number or a string.
    #[serde(rename = "T", borrow)]
    expiry: &'b RawValue,
}

pub(crate) fn verify(credentials: &Credentials, request: &Request<'_, '_>, clock: Clock) -> Result<(), NotAuthentic> {
    let body = request.body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(request.body);
    let signed: Signed<'_> = serde_json::from_slice(body).map_err(|_| NotAuthentic::Unsigned)?;
    let expiry = unquoted(signed.expiry.get());
    let time = seconds(expiry).ok_or(NotAuthentic::Unsigned)?;
    let sign = string(signed.sign.get()).ok_or(NotAuthentic::Unsigned)?.to_ascii_lowercase();
    let now = clock.seconds();
    let is_signed = is_any(&credentials.keys, |key| digest(key, expiry).as_bytes().ct_eq(sign.as_bytes()));
    if time < now {
        Err(NotAuthentic::Stale)
    } else if time - now > FARTHEST_EXPIRY {
        Err(NotAuthentic::Future)
    } else if is_signed.into() {
        Ok(())
    } else {
        Err(NotAuthentic::Signature)
    }
}

pub(crate) fn sign(key: &SecretString, expiry: u64) -> Signature {
    Signature::Members { sign: digest(key, &expiry.to_string()), expiry }
}

/// What stands between the quotes of a JSON string, escapes as they are.
fn string(json: &str) -> Option<&str> {
    json.strip_prefix('"')?.strip_suffix('"')
}

fn unquoted(json: &str) -> &str {
    string(json).unwrap_or(json)
}

pub(crate) fn digest(key: &SecretString, expiry: &str) -> String {
    hex(&Md5::new().chain_update(key.expose_secret()).chain_update(expiry).finalize())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Published by sister products that sign in the same way (TIW 1176/55569, LCIC 1168/53700, CSS), and one of our own.
    #[test]
    fn digests_are_the_vendors() {
        for (key, expiry, expected) in [
            ("Xz4ZgayTr7rMgWQrH", "1588040109", "a2dabb362a9b811c0e26953a6276a41c"),
            ("NjFGoDEy", "1614151508", "b9454ab5a85f9b7ad36071f5688ed34d"),
            ("5d41402abc4b2a76b9719d911017c592", "1626839220", "5ee8ca6c28cbe415b40352969cdf8249"),
            ("test-callback", "1600", "e09c9586579c8a366e759747cc70b133"),
        ] {
            assert_eq!(digest(&key.to_owned().into(), expiry), expected, "{key}");
        }
    }
}
