//! Signs a callback as its vendor does, and tampers with it on request.

use callbacks::Product;
use callbacks::auth::{CredentialsError, Signature, sign};
use clap::ValueEnum;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;

use crate::members;
use crate::token::{token_of, with_token};

/// Where a callback is sent, and the credentials that authenticate it.
#[derive(Debug, Clone, Default)]
pub struct Signing {
    /// The URL that it is posted to.
    pub url: String,
    /// The token to add to the URL, or to replace the one in it.
    pub token: Option<SecretString>,
    /// The key that it is signed with. Without one nothing is signed.
    pub key: Option<SecretString>,
    /// The URL that Alibaba Cloud signs, where it is another than the one that it is posted to.
    pub callback_url: Option<String>,
    /// When it is signed, in Unix seconds. Tencent Cloud VOD's signature expires ten minutes later.
    pub time: u64,
    /// What is changed after signing.
    pub tamper: Option<Tamper>,
}

/// What is changed after signing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Tamper {
    /// A digit of the signature.
    Signature,
    /// The signed time, by a second.
    Timestamp,
    /// The body, by one element. No vendor's signature covers the body.
    Body,
    /// A character of the token.
    Token,
}

/// A callback as it is posted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Callback {
    /// The URL, with the token.
    pub url: String,
    /// Names and values of the headers that sign it.
    pub headers: Vec<(&'static str, String)>,
    /// The body, with the members that sign it.
    pub body: Vec<u8>,
}

/// The callback cannot be signed or tampered with in this way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SigningError {
    /// The key does not fit the product.
    #[error(transparent)]
    Credentials(#[from] CredentialsError),
    /// Tencent Cloud VOD signs in the body.
    #[error("Tencent Cloud VOD puts its signature into the body, which has to be a JSON object for that")]
    NotAnObject,
    /// There is no signature to change.
    #[error("--tamper signature, --tamper timestamp and --skew need --key or {}", variables::KEY)]
    NoSignature,
    /// There is no token to change.
    #[error("--tamper token needs --token or {}, or a URL with a token", variables::TOKEN)]
    NoToken,
    /// The body has no place for a changed element.
    #[error("--tamper body needs a body that is a JSON object or XML")]
    UnknownBody,
}

impl Signing {
    /// The callback of this body, as the vendor would post it.
    ///
    /// # Errors
    /// [`SigningError`] says why it cannot be signed, or what tampering needs.
    pub fn sign(&self, product: Product, body: &[u8]) -> Result<Callback, SigningError> {
        let url = match &self.token {
            Some(token) => with_token(&self.url, token.expose_secret()),
            None => self.url.clone(),
        };
        let mut callback = Callback { url, headers: Vec::new(), body: body.to_vec() };
        if let Some(key) = &self.key {
            let signed_url = self.callback_url.as_deref().unwrap_or(&callback.url);
            let signature = sign(product, key, Some(signed_url), self.time)?;
            callback.add(self.tampered(signature))?;
        } else if matches!(self.tamper, Some(Tamper::Signature | Tamper::Timestamp)) {
            return Err(SigningError::NoSignature);
        }
        match self.tamper {
            Some(Tamper::Body) => callback.body = tampered_body(&callback.body)?,
            Some(Tamper::Token) => callback.url = tampered_url(&callback.url)?,
            Some(Tamper::Signature | Tamper::Timestamp) | None => {}
        }
        Ok(callback)
    }

    fn tampered(&self, signature: Signature) -> Signature {
        match (self.tamper, signature) {
            (Some(Tamper::Signature), Signature::Headers([time, (name, digest)])) => {
                Signature::Headers([time, (name, other_end(&digest))])
            }
            (Some(Tamper::Signature), Signature::Members { sign, expiry }) => {
                Signature::Members { sign: other_end(&sign), expiry }
            }
            (Some(Tamper::Timestamp), Signature::Headers([(name, _), digest])) => {
                Signature::Headers([(name, self.time.saturating_add(1).to_string()), digest])
            }
            (Some(Tamper::Timestamp), Signature::Members { sign, expiry }) => {
                Signature::Members { sign, expiry: expiry.saturating_add(1) }
            }
            (Some(Tamper::Body | Tamper::Token) | None, signature) => signature,
        }
    }
}

impl Callback {
    fn add(&mut self, signature: Signature) -> Result<(), SigningError> {
        match signature {
            Signature::Headers(headers) => self.headers.extend(headers),
            Signature::Members { sign, expiry } => {
                let members = [("Sign", format!(r#""{sign}""#)), ("T", expiry.to_string())];
                self.body = members::set(&self.body, &members).ok_or(SigningError::NotAnObject)?;
            }
        }
        Ok(())
    }
}

/// The body with one more member or element, of which no vendor knows.
fn tampered_body(body: &[u8]) -> Result<Vec<u8>, SigningError> {
    if let Some(json) = members::set(body, &[("Tampered", "true".to_owned())]) {
        return Ok(json);
    }
    let end = body.windows(2).rposition(|tag| tag == b"</").ok_or(SigningError::UnknownBody)?;
    let mut xml = body.to_vec();
    drop(xml.splice(end..end, *b"<Tampered>true</Tampered>"));
    Ok(xml)
}

fn tampered_url(url: &str) -> Result<String, SigningError> {
    let token = token_of(url).filter(|token| !token.is_empty()).ok_or(SigningError::NoToken)?;
    Ok(with_token(url, &other_end(&token)))
}

/// The text with another last character.
fn other_end(text: &str) -> String {
    let mut text = text.to_owned();
    let other = if text.pop() == Some('0') { '1' } else { '0' };
    text.push(other);
    text
}

#[cfg(test)]
mod tests;
