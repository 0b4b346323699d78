//! The credentials of a receiver, as a secret or a variable has them.

use callbacks::auth::Credentials;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;

/// The secret is none of a receiver. The message never has its content.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "the secret is invalid: expected JSON with `keys`, `tokens` and `callback_urls`, each a list of strings or a \
     space-separated string"
)]
pub struct NotASecret;

/// The secret's JSON.
#[derive(Deserialize)]
struct SecretCredentials {
    #[serde(default)]
    keys: Values,
    #[serde(default)]
    tokens: Values,
    #[serde(default)]
    callback_urls: Values,
}

/// A list of strings, or one space-separated string, which is what Secrets Manager can generate for the first token.
#[derive(Deserialize)]
#[serde(untagged)]
enum Values {
    One(SecretString),
    Many(Vec<SecretString>),
}

impl Default for Values {
    fn default() -> Self {
        Self::Many(Vec::new())
    }
}

impl Values {
    fn split(&self) -> Vec<SecretString> {
        match self {
            Self::One(text) => split(text),
            Self::Many(texts) => texts.iter().flat_map(split).collect(),
        }
    }
}

/// The credentials in a secret: `{"keys":[…],"tokens":[…],"callback_urls":[…]}`.
///
/// # Errors
/// [`NotASecret`] where it has another form.
pub fn of_secret(secret: &SecretString) -> Result<Credentials, NotASecret> {
    let secret: SecretCredentials = serde_json::from_str(secret.expose_secret()).map_err(|_| NotASecret)?;
    let SecretCredentials { keys, tokens, callback_urls } = secret;
    Ok(Credentials { keys: keys.split(), tokens: tokens.split(), callback_urls: callback_urls.split() })
}

/// The space-separated secrets in a text.
#[must_use]
pub fn split(text: &SecretString) -> Vec<SecretString> {
    text.expose_secret().split_whitespace().map(SecretString::from).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(json: &str) -> Result<Credentials, NotASecret> {
        of_secret(&json.to_owned().into())
    }

    #[test]
    fn a_secret_has_lists_or_words() {
        for (json, keys, tokens, urls) in [
            (r#"{"keys":["a","b"],"tokens":["c"],"callback_urls":["https://d/"]}"#, 2, 1, 1),
            (r#"{"keys":"a b","tokens":"c","callback_urls":"https://d/ https://e/"}"#, 2, 1, 2),
            (r#"{"keys":[],"callback_urls":[],"tokens":"generated"}"#, 0, 1, 0),
            (r#"{"keys":["", " "],"tokens":"  "}"#, 0, 0, 0),
            (r#"{"description":"x"}"#, 0, 0, 0),
        ] {
            let credentials = read(json).unwrap();
            let found = (credentials.keys.len(), credentials.tokens.len(), credentials.callback_urls.len());
            assert_eq!(found, (keys, tokens, urls), "{json}");
        }
    }

    #[test]
    fn a_secret_of_another_form_is_told_without_repeating_it() {
        for json in ["SECRET", r#"{"keys":1}"#, r#"{"keys":{"SECRET":1}}"#, r#""SECRET""#, ""] {
            let error = read(json).unwrap_err();
            assert!(!format!("{error} {error:?}").contains("SECRET"), "{json}");
        }
    }
}
