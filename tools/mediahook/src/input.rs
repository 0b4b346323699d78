//! Reads the callback of a command.

use std::io::{self, Read};
use std::path::{Path, PathBuf};

use callbacks::Product;
use sender::request;
use serde_json::Value;

use crate::samples;

/// The callback could not be read.
#[derive(Debug, thiserror::Error)]
pub(crate) enum InputError {
    #[error(
        "no sample of {product} and no file is called {name:?}{suggestion}; `mediahook samples {product}` lists the samples"
    )]
    NotFound { product: Product, name: String, suggestion: String },
    #[error("{path:?} could not be read")]
    File { path: PathBuf, source: io::Error },
    #[error("standard input could not be read")]
    StandardInput(#[source] io::Error),
}

/// A callback that was found under a name.
#[derive(Debug)]
pub(crate) struct Found {
    /// Its body.
    pub(crate) bytes: Vec<u8>,
    /// Whether it is a bundled sample, and so nobody's own.
    pub(crate) is_sample: bool,
}

/// The callback of this name: `-` for standard input, else a bundled sample, else a file.
pub(crate) fn find(product: Product, name: &str) -> Result<Found, InputError> {
    let own = |file| Found { bytes: body_of(file), is_sample: false };
    if name == "-" {
        let mut file = Vec::new();
        io::stdin().read_to_end(&mut file).map_err(InputError::StandardInput)?;
        return Ok(own(file));
    }
    if let Some(sample) = samples::of(product).find(|sample| sample.case == name) {
        return Ok(Found { bytes: sample.body, is_sample: true });
    }
    match std::fs::read(name) {
        Ok(file) => Ok(own(file)),
        Err(error) if error.kind() == io::ErrorKind::NotFound && !Path::new(name).exists() => {
            Err(InputError::NotFound { product, name: name.to_owned(), suggestion: suggestion(product, name) })
        }
        Err(source) => Err(InputError::File { path: name.into(), source }),
    }
}

/// The samples whose names are like this one: misspelt, of another product, or longer.
fn suggestion(product: Product, name: &str) -> String {
    let all = |product| samples::of(product).map(|sample| sample.case);
    let other =
        Product::ALL.into_iter().filter(|other| *other != product).find(|other| all(*other).any(|case| case == name));
    if let Some(other) = other {
        return format!(" ({other} has such a sample)");
    }
    let likeness = |case: &str| if case.contains(name) { 1.0 } else { strsim::jaro_winkler(case, name) };
    let mut near: Vec<(f64, String)> =
        all(product).map(|case| (likeness(&case), case)).filter(|(likeness, _)| *likeness > 0.85).collect();
    near.sort_by(|(one, first), (other, second)| other.total_cmp(one).then_with(|| first.len().cmp(&second.len())));
    let near: Vec<String> = near.into_iter().take(3).map(|(_, case)| case).collect();
    if near.is_empty() { String::new() } else { format!(" (did you mean {}?)", near.join(" or ")) }
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
    fn what_is_nearly_a_sample_is_suggested() {
        for (product, name, expected) in [
            (Product::AliyunIms, "snapshot-complet", "did you mean snapshot-complete"),
            (Product::AliyunIms, "snapshto-complete", "did you mean snapshot-complete"),
            (Product::AliyunIms, "procedure-state-changed", "tencent-vod has such a sample"),
            (Product::TencentCi, "workflow", "did you mean workflow-"),
            (Product::TencentCi, "xyzzy", "is called \"xyzzy\"; `mediahook samples"),
        ] {
            let error = find(product, name).unwrap_err().to_string();
            assert!(error.contains(expected), "{error}");
        }
        assert!(find(Product::AliyunIms, "snapshot-complete").unwrap().is_sample);
    }

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
