//! The access key that signs requests to a vendor.

use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;

/// An access key, and the token that goes with a temporary one. It is never printed.
///
/// In JSON it is `{"access_key_id": "…", "access_key_secret": "…", "security_token": "…"}`, the last of them optional, for
/// both vendors: Tencent Cloud calls the first two `SecretId` and `SecretKey`.
#[derive(Debug, Clone, Deserialize)]
#[serde(try_from = "Unchecked")]
pub struct AccessKey {
    /// Id of the key.
    pub(crate) id: SecretString,
    /// Secret of the key.
    pub(crate) key: SecretString,
    /// Token of a temporary key.
    pub(crate) token: Option<SecretString>,
}

/// A part of an access key is invalid. The message never has its value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the {part} is invalid: expected printable ASCII without spaces")]
pub struct AccessKeyError {
    /// Which part.
    part: &'static str,
}

/// The fields of the JSON, not validated yet.
#[derive(Deserialize)]
struct Unchecked {
    access_key_id: SecretString,
    access_key_secret: SecretString,
    security_token: Option<SecretString>,
}

impl AccessKey {
    /// An access key of this id and secret, with a token where it is a temporary one. Surrounding white space, such as a
    /// pasted line feed, is removed; an empty token is ignored.
    ///
    /// # Errors
    /// [`AccessKeyError`] where one of them is empty or not valid in a header.
    pub fn new(id: &SecretString, key: &SecretString, token: Option<&SecretString>) -> Result<Self, AccessKeyError> {
        let token = token.filter(|token| !token.expose_secret().trim().is_empty());
        Ok(Self {
            id: checked(id, "access key id")?,
            key: checked(key, "access key secret")?,
            token: token.map(|token| checked(token, "security token")).transpose()?,
        })
    }

    /// The token that goes with a temporary key. It is sent beside the signature.
    #[must_use]
    pub fn token(&self) -> Option<&SecretString> {
        self.token.as_ref()
    }
}

impl TryFrom<Unchecked> for AccessKey {
    type Error = AccessKeyError;

    fn try_from(unchecked: Unchecked) -> Result<Self, AccessKeyError> {
        Self::new(&unchecked.access_key_id, &unchecked.access_key_secret, unchecked.security_token.as_ref())
    }
}

fn checked(secret: &SecretString, part: &'static str) -> Result<SecretString, AccessKeyError> {
    let text = secret.expose_secret().trim();
    if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(AccessKeyError { part });
    }
    Ok(text.to_owned().into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_access_key_is_read_from_json() {
        let credentials: AccessKey =
            serde_json::from_str(r#"{"access_key_id":" id\n","access_key_secret":"key","security_token":""}"#).unwrap();
        assert_eq!(credentials.id.expose_secret(), "id");
        assert_eq!(credentials.key.expose_secret(), "key");
        assert!(credentials.token.is_none());
        let temporary = r#"{"access_key_id":"id","access_key_secret":"key","security_token":"token"}"#;
        let credentials: AccessKey = serde_json::from_str(temporary).unwrap();
        assert_eq!(credentials.token.unwrap().expose_secret(), "token");
    }

    #[test]
    fn what_cannot_be_a_key_is_not_repeated() {
        for (json, part) in [
            (r#"{"access_key_id":"","access_key_secret":"PLEASE"}"#, "access key id"),
            (r#"{"access_key_id":"id","access_key_secret":"PLE\nASE"}"#, "access key secret"),
            (r#"{"access_key_id":"id","access_key_secret":"key","security_token":"PLEASE\u2603"}"#, "security token"),
        ] {
            let error = serde_json::from_str::<AccessKey>(json).unwrap_err().to_string();
            assert!(error.starts_with(&format!("the {part} is invalid")), "{error}");
            assert!(!error.contains("PLE"), "{error}");
        }
    }

    #[test]
    fn a_key_is_not_printed() {
        let part = |text: &str| SecretString::from(text.to_owned());
        let credentials = AccessKey::new(&part("SECRET1"), &part("SECRET2"), Some(&part("SECRET3"))).unwrap();
        assert!(!format!("{credentials:?}").contains("SECRET"));
    }
}
