//! Why there is no answer.

use callbacks::Product;
use vendor_api::ApiError;

/// Why there is no answer. It says nothing about the job.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The vendor did not answer, or refused.
    #[error(transparent)]
    Api(#[from] ApiError),
    /// The deadline passed, retries included, or before it was this request's turn.
    #[error("the vendor's API gave no answer in time")]
    Deadline,
    /// The job is said to be in a bucket that is not configured.
    #[error("the bucket is not among those that may be asked")]
    Bucket,
    /// The vendor has no API that tells about this sort of end.
    #[error("the vendor has no API that tells about {0}")]
    NotAskable(&'static str),
    /// The job is another product's.
    #[error("the job is one of {0}, which is not asked here")]
    Product(Product),
}

/// An answer that is not what the vendor documents.
pub(crate) fn undocumented(problem: &'static str) -> Error {
    Error::Api(ApiError::Response { status: 200, problem })
}
