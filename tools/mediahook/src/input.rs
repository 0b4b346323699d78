//! The callback that a command works on.

use std::io::{self, Read};
use std::path::{Path, PathBuf};

use callbacks::Product;

use crate::samples;

/// The body of a callback, and what is known of how it is sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Callback {
    pub(crate) body: Vec<u8>,
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
    /// The callback of this name: `-` for standard input, else a bundled sample, else a file.
    pub(crate) fn find(product: Product, name: &str) -> Result<Self, InputError> {
        if name == "-" {
            let mut body = Vec::new();
            io::stdin().read_to_end(&mut body).map_err(InputError::StandardInput)?;
            return Ok(Self { body });
        }
        if let Some(sample) = samples::of(product).find(|sample| sample.case == name) {
            return Ok(Self { body: sample.body });
        }
        match std::fs::read(name) {
            Ok(body) => Ok(Self { body }),
            Err(error) if error.kind() == io::ErrorKind::NotFound && !Path::new(name).exists() => {
                Err(InputError::NotFound { product, name: name.to_owned() })
            }
            Err(source) => Err(InputError::File { path: name.into(), source }),
        }
    }
}
