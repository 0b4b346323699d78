//! Reads the callback of a command.

use std::io::{self, Read};
use std::path::{Path, PathBuf};

use callbacks::Product;
use mediahook::request;
use serde_json::Value;

use crate::samples;

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

/// The body of the callback of this name: `-` for standard input, else a bundled sample, else a file.
pub(crate) fn find(product: Product, name: &str) -> Result<Vec<u8>, InputError> {
    if name == "-" {
        let mut file = Vec::new();
        io::stdin().read_to_end(&mut file).map_err(InputError::StandardInput)?;
        return Ok(body_of(file));
    }
    if let Some(sample) = samples::of(product).find(|sample| sample.case == name) {
        return Ok(sample.body);
    }
    match std::fs::read(name) {
        Ok(file) => Ok(body_of(file)),
        Err(error) if error.kind() == io::ErrorKind::NotFound && !Path::new(name).exists() => {
            Err(InputError::NotFound { product, name: name.to_owned() })
        }
        Err(source) => Err(InputError::File { path: name.into(), source }),
    }
}

/// The body in a file: the whole file, or the body of a function URL request such as those in `events/`.
fn body_of(file: Vec<u8>) -> Vec<u8> {
    let request = serde_json::from_slice::<Value>(&file).ok();
    request.and_then(|request| request::body(&request).ok()).unwrap_or(file)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_is_unwrapped() {
        let of = |file: &str| String::from_utf8(body_of(file.as_bytes().to_vec())).unwrap();
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
