//! Whether a request comes from the vendor.
//!
//! What each vendor offers is in its own module; here is what they have in common: the credentials, the URL token, and the
//! proof that a body was authenticated. Nothing here parses more of a body than its vendor's signature needs.

use jiff::Timestamp;
use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};
use subtle::{Choice, ConstantTimeEq};

use crate::{Product, aliyun, tencent};

/// What a product's callbacks are authenticated by. All keys, tokens and URLs are valid at once, so that each can be
/// replaced without a gap.
#[derive(Debug, Clone, Default)]
pub struct Credentials {
    /// The keys that the vendor signs with.
    pub keys: Vec<SecretString>,
    /// Secrets of which the URL has to bear one, as `?token=`.
    pub tokens: Vec<SecretString>,
    /// The callback URLs as they are configured at Alibaba Cloud, to the letter: they are part of what is signed. Secret,
    /// since they may bear a token.
    pub callback_urls: Vec<SecretString>,
}

/// Credentials that could authenticate nothing, or less than they seem to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CredentialsError {
    /// There is neither a key nor a token.
    #[error("there is neither a key nor a token")]
    None,
    /// The vendor signs with keys and callback URLs, and only one of the two is there.
    #[error("keys need the callback URLs that are signed with them, and callback URLs need keys")]
    KeysWithoutUrls,
    /// The vendor signs nothing, so that a key has no effect.
    #[error("Cloud Infinite signs nothing: it needs a token, and takes no key")]
    NothingIsSigned,
}

/// A request, as far as it can prove where it comes from.
#[derive(Debug, Clone, Copy)]
pub struct Request<'r, 'b> {
    /// Names and values of all headers, repeated ones repeated.
    pub headers: &'r [(&'r str, &'r str)],
    /// Values of all `token` parameters in the query string, decoded.
    pub tokens: &'r [&'r str],
    /// The body as it was sent.
    pub body: &'b [u8],
}

/// The time that signatures are compared with.
#[derive(Debug, Clone, Copy)]
pub struct Clock {
    /// The time now.
    pub now: Timestamp,
    /// How far a signed time may be from it, in seconds, both ways.
    pub tolerance: u64,
}

/// The request is not shown to be the vendor's. The reason is for metrics; the sender must not learn it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotAuthentic {
    /// No token, several, or one that is not valid.
    #[error("no valid token in the URL")]
    Token,
    /// A part of the signature is missing, there twice, or not in the vendor's form.
    #[error("no signature, or one that is not in the vendor's form")]
    Unsigned,
    /// The signed time is too long ago.
    #[error("the signature is too old")]
    Stale,
    /// The signed time is too far ahead.
    #[error("the signature is from the future")]
    Future,
    /// The signature is none of the configured keys'.
    #[error("the signature is not valid")]
    Signature,
}

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
        match product {
            Product::AliyunVod | Product::AliyunIms if self.keys.is_empty() != self.callback_urls.is_empty() => {
                Err(CredentialsError::KeysWithoutUrls)
            }
            Product::TencentCi if !self.keys.is_empty() => Err(CredentialsError::NothingIsSigned),
            Product::AliyunVod | Product::AliyunIms | Product::TencentCi | Product::TencentVod => Ok(()),
        }
    }
}

/// Shows that a request is the vendor's: it bears a valid token where there are tokens, and a valid signature where there
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
    let token = verify_token(credentials, request);
    let signature = verify_signature(product, credentials, request, clock);
    token.and(signature).map(|()| Authentic(request.body))
}

fn verify_token(credentials: &Credentials, request: &Request<'_, '_>) -> Result<(), NotAuthentic> {
    if credentials.tokens.is_empty() {
        return Ok(());
    }
    let [token] = request.tokens else { return Err(NotAuthentic::Token) };
    // Digests are of one length, so that comparing them does not tell that of the token.
    let presented = Sha256::digest(token);
    let is_valid = is_any(&credentials.tokens, |valid| presented.ct_eq(&Sha256::digest(valid.expose_secret())));
    if is_valid.into() { Ok(()) } else { Err(NotAuthentic::Token) }
}

fn verify_signature(
    product: Product,
    credentials: &Credentials,
    request: &Request<'_, '_>,
    clock: Clock,
) -> Result<(), NotAuthentic> {
    if credentials.keys.is_empty() {
        return Ok(());
    }
    match product {
        Product::AliyunVod => aliyun::auth::VOD.verify(credentials, request, clock),
        Product::AliyunIms => aliyun::auth::IMS.verify(credentials, request, clock),
        Product::TencentVod => tencent::auth::verify(credentials, request, clock),
        Product::TencentCi => Err(NotAuthentic::Unsigned),
    }
}

/// Whether one of the items is equal, having looked at all of them.
pub(crate) fn is_any<T>(items: &[T], is_equal: impl Fn(&T) -> Choice) -> Choice {
    items.iter().fold(Choice::from(0), |found, item| found | is_equal(item))
}

/// Reads a time in Unix seconds that consists of digits and of nothing else: no sign, no space, no point.
pub(crate) fn seconds(text: &str) -> Option<u64> {
    let is_plain = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if is_plain { text.parse().ok() } else { None }
}

impl Clock {
    /// The time now in Unix seconds. Before 1970, which no clock of a function shows, nothing is in time.
    pub(crate) fn seconds(self) -> u64 {
        u64::try_from(self.now.as_second()).unwrap_or(u64::MAX)
    }
}

/// What a vendor adds to a request to sign it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Signature {
    /// Headers: names and values.
    Headers([(&'static str, String); 2]),
    /// Members of the JSON body: `Sign` and `T`.
    Members {
        /// The signature.
        sign: String,
        /// When it expires, in Unix seconds.
        expiry: u64,
    },
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
    let url = callback_url.ok_or(CredentialsError::KeysWithoutUrls);
    match product {
        Product::AliyunVod => Ok(aliyun::auth::VOD.sign(url?, &time.to_string(), key)),
        Product::AliyunIms => Ok(aliyun::auth::IMS.sign(url?, &time.to_string(), key)),
        Product::TencentVod => Ok(tencent::auth::sign(key, time.saturating_add(tencent::auth::LIFETIME))),
        Product::TencentCi => Err(CredentialsError::NothingIsSigned),
    }
}

#[cfg(test)]
mod tests;
