//! The signature of Tencent Cloud VOD's callbacks. Cloud Infinite signs nothing.
//!
//! Once `SignKey` is set with `ModifyEventConfig`, the event has two more members: `T`, the Unix second in which the
//! signature expires, and `Sign`, the MD5 digest of the key and `T` in hexadecimal
//! (<https://www.tencentcloud.com/document/product/266/33931>). Neither covers the rest of the event.
//!
//! The body is scanned for these two members by what reads it afterwards. So what is authentic here is an object whose
//! members are known, and the signature is cut out of everything that is handed on.

use base16ct::lower::encode_string as hex;
use md5::{Digest, Md5};
use secrecy::{ExposeSecret, SecretString};
use subtle::ConstantTimeEq;

use crate::auth::proof::{
    Anatomy, Clock, Credentials, CredentialsError, NotAuthentic, Part, Parts, Request, Signature, Signatures, is_any,
    seconds,
};
use crate::body;
use crate::json::{Document, Notes, Value};

/// The member that has the signature.
const SIGN: &str = "Sign";
/// The member that has the signature's expiry.
const EXPIRY: &str = "T";
/// Members of an event that are its signature.
pub(super) const MEMBERS: [&str; 2] = [SIGN, EXPIRY];

/// The signature of VOD.
pub(super) struct SignedEvent;
/// Cloud Infinite signs nothing.
pub(super) struct Nothing;

/// How long the vendor's own signatures are valid unless configured otherwise, in seconds.
const LIFETIME: u64 = 10 * 60;

impl Signatures for SignedEvent {
    fn anatomy(&self) -> Option<Anatomy> {
        Some(Anatomy {
            names: [EXPIRY, SIGN],
            place: "member of the body",
            has_url: false,
            lifetime: LIFETIME,
            any_case: true,
        })
    }

    fn parts(&self, request: &Request<'_, '_>) -> Option<Parts> {
        let document = Document::parse(body::to_json(request.body).ok()?).ok()?;
        let notes = Notes::default();
        let event = Value::root(&document, &notes);
        let part = |name: &str, text: fn(Value<'_>) -> Option<String>| {
            let mut members = event.entries().filter(|(key, _)| *key == name);
            match (members.next(), members.next()) {
                (None, _) => Part::Missing,
                (Some((_, value)), None) => text(value).map_or(Part::NoText, Part::Text),
                (Some(_), Some(_)) => Part::Repeated,
            }
        };
        Some(Parts {
            time: part(EXPIRY, |value| Some(value.text().to_owned())),
            digest: part(SIGN, |value| value.string().map(str::to_owned)),
        })
    }

    fn digest(&self, key: &SecretString, _: &str, time: &str) -> String {
        digest(key, time)
    }

    fn in_time(&self, time: u64, clock: Clock) -> Result<(), NotAuthentic> {
        let now = clock.seconds();
        if time < now {
            Err(NotAuthentic::Stale)
        // An account that was configured to sign for longer needs a larger tolerance.
        } else if time - now > LIFETIME.saturating_add(clock.tolerance) {
            Err(NotAuthentic::Future)
        } else {
            Ok(())
        }
    }

    fn check(&self, _: &Credentials) -> Result<(), CredentialsError> {
        Ok(())
    }

    fn verify(&self, credentials: &Credentials, request: &Request<'_, '_>, clock: Clock) -> Result<(), NotAuthentic> {
        let json = body::to_json(request.body).map_err(|_| NotAuthentic::Unsigned)?;
        let document = Document::parse(json).map_err(|_| NotAuthentic::Unsigned)?;
        let notes = Notes::default();
        let event = Value::root(&document, &notes);
        let expiry = only(event, EXPIRY)?.text();
        let sign = only(event, SIGN)?.string().ok_or(NotAuthentic::Unsigned)?.to_ascii_lowercase();
        let time = seconds(expiry).ok_or(NotAuthentic::Unsigned)?;
        let is_signed = is_any(&credentials.keys, |key| digest(key, expiry).as_bytes().ct_eq(sign.as_bytes()));
        self.in_time(time, clock)?;
        if is_signed.into() { Ok(()) } else { Err(NotAuthentic::Signature) }
    }

    fn sign(&self, key: &SecretString, _: Option<&str>, time: u64) -> Result<Signature, CredentialsError> {
        let expiry = time.saturating_add(LIFETIME);
        Ok(Signature::Members { sign: digest(key, &expiry.to_string()), expiry })
    }
}

impl Signatures for Nothing {
    fn anatomy(&self) -> Option<Anatomy> {
        None
    }

    fn parts(&self, _: &Request<'_, '_>) -> Option<Parts> {
        None
    }

    fn digest(&self, _: &SecretString, _: &str, _: &str) -> String {
        String::new()
    }

    fn in_time(&self, _: u64, _: Clock) -> Result<(), NotAuthentic> {
        Ok(())
    }

    /// A key would have no effect.
    fn check(&self, credentials: &Credentials) -> Result<(), CredentialsError> {
        if credentials.keys.is_empty() { Ok(()) } else { Err(CredentialsError::NothingIsSigned) }
    }

    fn verify(&self, _: &Credentials, _: &Request<'_, '_>, _: Clock) -> Result<(), NotAuthentic> {
        Err(NotAuthentic::Unsigned)
    }

    fn sign(&self, _: &SecretString, _: Option<&str>, _: u64) -> Result<Signature, CredentialsError> {
        Err(CredentialsError::NothingIsSigned)
    }
}

/// The member of the event, where it is there once.
fn only<'d>(event: Value<'d>, name: &str) -> Result<Value<'d>, NotAuthentic> {
    let mut members = event.entries().filter(|(key, _)| *key == name);
    match (members.next(), members.next()) {
        (Some((_, value)), None) => Ok(value),
        _ => Err(NotAuthentic::Unsigned),
    }
}

fn digest(key: &SecretString, expiry: &str) -> String {
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
