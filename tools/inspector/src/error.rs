//! Why the inspector does not start.

use std::io;
use std::path::PathBuf;

/// Why the inspector does not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// A port cannot be listened on.
    #[error("port {port} of this machine cannot be listened on: {error}")]
    Listen {
        /// The port.
        port: u16,
        /// Why.
        error: io::Error,
    },
    /// A file cannot be written.
    #[error("{path}: {error}")]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        error: io::Error,
    },
    /// The URL of the consumer is none.
    #[error("the consumer's URL is invalid: expected http:// or https://")]
    Consumer,
    /// The search for what the consumer gets is none.
    #[error("{0}")]
    Match(String),
    /// TLS cannot be set up, or there is no randomness.
    #[error("{0}")]
    System(String),
}
