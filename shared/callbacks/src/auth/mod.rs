//! Whether a request comes from the vendor.
//!
//! What each vendor signs with is in its own module; here is what they have in common: the credentials, the URL token, and
//! the proof that a body was authenticated.

mod explain;
pub(crate) mod proof;
mod token;

#[cfg(test)]
mod tests;

pub use explain::{Check, Finding, Seen, explain};
pub use proof::{Clock, Credentials, CredentialsError, NotAuthentic, Request, Signature};
use secrecy::SecretString;

use crate::Product;

/// A body that was authenticated. Only [`verify`] makes one, and [`Authentic::unsigned`], which says what it does.
#[derive(Debug, Clone, Copy)]
pub struct Authentic<'b>(&'b [u8]);

impl<'b> Authentic<'b> {
    /// A body that is accepted although nothing authenticates it.
    #[must_use]
    pub fn unsigned(body: &'b [u8]) -> Self {
        Self(body)
    }

    /// The body.
    #[must_use]
    pub fn body(self) -> &'b [u8] {
        self.0
    }
}

impl Credentials {
    /// Whether they can authenticate a product's callbacks.
    ///
    /// # Errors
    /// [`CredentialsError`] says what is missing.
    pub fn check(&self, product: Product) -> Result<(), CredentialsError> {
        if self.keys.is_empty() && self.tokens.is_empty() {
            return Err(CredentialsError::None);
        }
        product.vendor().signatures.check(self)
    }
}

/// Shows that a request is the vendor's: it has a valid token where there are tokens, and a valid signature where there
/// are keys. Which of the two fails makes no difference in what is computed.
///
/// # Errors
/// [`NotAuthentic`] where it does not, and where the credentials could not show it.
pub fn verify<'b>(
    product: Product,
    credentials: &Credentials,
    request: &Request<'_, 'b>,
    clock: Clock,
) -> Result<Authentic<'b>, NotAuthentic> {
    credentials.check(product).map_err(|_| NotAuthentic::Unsigned)?;
    let token = token::verify(credentials, request);
    let signature = if credentials.keys.is_empty() {
        Ok(())
    } else {
        product.vendor().signatures.verify(credentials, request, clock)
    };
    token.and(signature).map(|()| Authentic(request.body))
}

/// Signs as the vendor does, for senders and tests. `time` is when it is signed, in Unix seconds; Tencent Cloud VOD's
/// signature expires ten minutes later.
///
/// # Errors
/// [`CredentialsError::NothingIsSigned`] for Cloud Infinite; [`CredentialsError::KeysWithoutUrls`] where Alibaba Cloud
/// needs the URL and `callback_url` is `None`.
pub fn sign(
    product: Product,
    key: &SecretString,
    callback_url: Option<&str>,
    time: u64,
) -> Result<Signature, CredentialsError> {
    product.vendor().signatures.sign(key, callback_url, time)
}
