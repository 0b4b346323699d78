//! How a command fails.

/// Why a command failed.
#[derive(Debug)]
pub(crate) enum Failure {
    /// It could not do what it was told, or what came of it is another thing than expected.
    Failed(String),
    /// With `--strict`: a body is not what it should be.
    Unexpected(String),
    /// What is wrong is in the output.
    Told,
}

impl From<String> for Failure {
    fn from(message: String) -> Self {
        Self::Failed(message)
    }
}
