//! The secret in the URL, which works for every vendor.

use secrecy::ExposeSecret;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use super::proof::{Credentials, NotAuthentic, Request, is_any};

/// Whether the URL has exactly one token, and that is a valid one. Always so where there are no tokens.
pub(super) fn verify(credentials: &Credentials, request: &Request<'_, '_>) -> Result<(), NotAuthentic> {
    if credentials.tokens.is_empty() {
        return Ok(());
    }
    let [token] = request.tokens else { return Err(NotAuthentic::Token) };
    // Digests are of one length, so that comparing them does not tell that of the token.
    let presented = Sha256::digest(token);
    let is_valid = is_any(&credentials.tokens, |valid| presented.ct_eq(&Sha256::digest(valid.expose_secret())));
    if is_valid.into() { Ok(()) } else { Err(NotAuthentic::Token) }
}
