//! The callback that a command works on.

use std::io::{self, Read};
use std::path::{Path, PathBuf};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use callbacks::Product;
use serde::Deserialize;

use crate::samples;

/// The body of a callback, and what is known of how it is sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Callback {
    pub(crate) body: Vec<u8>,
}

/// A function URL request. All of its members have to be there, so that no callback is taken for one.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Request {
    #[serde(rename = "requestContext")]
    _request_context: serde::de::IgnoredAny,
    body: String,
    is_base64_encoded: bool,
}

/// The callback could not be read.
#[derive(Debug, thiserror::Error)]
pub(crate) enum InputError {
    #[error("no sample of {product} and no file is called {name:?}; `mediahook samples {product}` lists the samples")]
    NotFound { product: Product, name: String },
    #[error("{path:?} could not be read")]
    File { path: PathBuf, source: io::Error },
    #[error("standard input could not be read")]
    StandardInput(#[source] io::Error),
}

impl Callback {
    /// The callback in a file: its body, or a function URL request, such as those in `events/`, with the body in it.
    fn of(file: Vec<u8>) -> Self {
        match serde_json::from_slice::<Request>(&file) {
            Ok(Request { body, is_base64_encoded: true, .. }) => {
                Self { body: STANDARD.decode(&body).unwrap_or_else(|_| body.into_bytes()) }
            }
            Ok(Request { body, .. }) => Self { body: body.into_bytes() },
            Err(_) => Self { body: file },
        }
    }

    /// The callback of this name: `-` for standard input, else a bundled sample, else a file.
    pub(crate) fn find(product: Product, name: &str) -> Result<Self, InputError> {
        if name == "-" {
            let mut body = Vec::new();
            io::stdin().read_to_end(&mut body).map_err(InputError::StandardInput)?;
            return Ok(Self::of(body));
        }
        if let Some(sample) = samples::of(product).find(|sample| sample.case == name) {
            return Ok(Self { body: sample.body });
        }
        match std::fs::read(name) {
            Ok(body) => Ok(Self::of(body)),
            Err(error) if error.kind() == io::ErrorKind::NotFound && !Path::new(name).exists() => {
                Err(InputError::NotFound { product, name: name.to_owned() })
            }
            Err(source) => Err(InputError::File { path: name.into(), source }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_is_unwrapped() {
        let of = |file: &str| String::from_utf8(Callback::of(file.as_bytes().to_vec()).body).unwrap();
        for (file, body) in [
            (r#"{"requestContext":{},"body":"{}","isBase64Encoded":false}"#, "{}"),
            (r#"{"requestContext":{},"body":"PGEvPg==","isBase64Encoded":true}"#, "<a/>"),
            (r#"{"body":"{}","isBase64Encoded":false}"#, r#"{"body":"{}","isBase64Encoded":false}"#),
            ("<a/>", "<a/>"),
        ] {
            assert_eq!(of(file), body, "{file}");
        }
    }
}
