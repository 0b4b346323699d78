//! The vendors' queues of callbacks: receive, store, confirm.
//!
//! Both vendors can keep events in a queue instead of posting them. [`tencent::EventQueue`] is Tencent Cloud VOD's
//! `PullEvents`, [`mns::MessageQueue`] a queue of Alibaba Cloud's Simple Message Queue. [`drain()`] takes the events out of
//! either: it receives a batch, has it stored, and only then confirms it at the vendor. Whatever ends it in between, the
//! vendor delivers again what was not confirmed.

mod credentials;
mod drain;
mod endpoint;
mod error;
pub mod mns;
pub mod tencent;

pub use credentials::{Credentials, CredentialsError};
pub use drain::{BoxError, DrainError, Message, Queue, Received, Report, drain};
pub use endpoint::{Endpoint, UnknownEndpoint, client};
pub use error::{QueueError, Refusal};
