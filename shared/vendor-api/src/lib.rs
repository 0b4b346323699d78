//! What all clients of the vendors' APIs share: access keys, signatures, the HTTP client, and errors by what to do about them.
//!
//! The vendors' queues (`queues`) and their query APIs (`lookup`) are asked with it.
//!
//! Invariants:
//!
//! - No error message has a part of a response, an access key or a URL in it.
//! - A signed request goes to the host that it is signed for, and to no other: redirects are not followed.

mod access_key;
pub mod aliyun;
mod cos;
mod endpoint;
mod error;
pub mod signature;
pub mod tencent;
mod time;

pub use access_key::{AccessKey, AccessKeyError};
pub use cos::BucketApi;
pub use endpoint::{Endpoint, Response, UnknownEndpoint, client, headers, send};
pub use error::{ApiError, ErrorResponse};
/// The HTTP client that [`client()`] makes, and the requests that [`send`] sends.
pub use reqwest::Client;
pub use time::seconds;
