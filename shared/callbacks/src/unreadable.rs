//! Why a body could not be read.

/// How deep objects, arrays or elements may nest. Real events nest some ten deep.
pub(crate) const MAX_DEPTH: usize = 100;

/// Why a body could not be read. Says where and what was expected, and repeats nothing from the body.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Unreadable {
    #[error("the body is empty")]
    Empty,
    #[error("not UTF-8 at byte {offset}")]
    NotUtf8 { offset: usize },
    #[error("expected JSON or XML, found text that starts with neither `{{` nor `<`")]
    NotStructured,
    #[error("expected a JSON object, found {found}")]
    NotAnObject { found: &'static str },
    #[error("broken JSON at byte {offset}: {problem}")]
    Json { offset: usize, problem: String },
    #[error("broken XML at byte {offset}: {problem}")]
    Xml { offset: usize, problem: &'static str },
    #[error("nested more than {MAX_DEPTH} deep at byte {offset}")]
    TooDeep { offset: usize },
    #[error("longer than {limit} bytes")]
    TooLong { limit: usize },
}

impl Unreadable {
    /// The same in a text that begins so many bytes earlier.
    pub(crate) fn further_by(mut self, skipped: usize) -> Self {
        if let Self::Json { offset, .. } | Self::Xml { offset, .. } | Self::TooDeep { offset } = &mut self {
            *offset += skipped;
        }
        self
    }
}
