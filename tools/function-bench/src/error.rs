//! Why nothing could be measured.

use std::io;

/// Why nothing could be measured.
#[derive(Debug, thiserror::Error)]
pub(crate) enum BenchError {
    #[error(transparent)]
    Io(#[from] io::Error),
    #[error(transparent)]
    Emulator(#[from] emulator::EmulatorError),
    #[error("{0} did not start")]
    NotStarted(String),
    #[error("a function failed")]
    Failed,
    #[error("a function did not answer in time")]
    Silent,
    #[error("a function answered with status {0}")]
    Status(u64),
    #[error("decode-bench failed")]
    Decode,
    #[error("the document has no value for {0}")]
    NoValue(String),
    #[error("expected the folder of the programs, that of the documents, and perhaps --quick")]
    Arguments,
}
