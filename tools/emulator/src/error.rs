//! Why a function could not be run or invoked.

use std::io;
use std::path::PathBuf;

use sender::request::NotARequest;
use sender::signing::SigningError;

/// A function could not be run or invoked.
#[derive(Debug, thiserror::Error)]
pub enum EmulatorError {
    /// The SAM CLI, which includes the emulator, or moto is not in `.venv`.
    #[error("the runtime interface emulator or moto is missing in {0:?}: run `make setup`")]
    NotInstalled(PathBuf),
    /// The function has not been built.
    #[error("no function at {0:?}: run `make functions`")]
    NotBuilt(PathBuf),
    /// The emulator or moto did not listen in time, or ended.
    #[error("the emulator did not start")]
    NotStarted,
    /// An AWS API answered with an error.
    #[error("{operation} failed: {answer}")]
    Aws {
        /// The called operation.
        operation: String,
        /// The body of the response.
        answer: String,
    },
    /// A file or process could not be used.
    #[error("the emulator could not be run")]
    Io(#[from] io::Error),
    /// A request to the emulator or an AWS API failed or timed out.
    #[error("an HTTP request failed")]
    Http(#[from] reqwest::Error),
    /// The proxy or fake of AWS could not be started.
    #[error(transparent)]
    Server(#[from] tls_server::TlsServerError),
    /// A request is not JSON.
    #[error("a request is not JSON")]
    Json(#[from] serde_json::Error),
    /// A request is not that of a function URL.
    #[error(transparent)]
    Request(#[from] NotARequest),
    /// A callback could not be signed.
    #[error("a callback could not be signed")]
    Signing(#[from] SigningError),
    /// The function ended or failed instead of responding.
    #[error("the function gave no response: {0}")]
    NoResponse(String),
}
