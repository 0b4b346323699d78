//! Drains the vendors' queues of events: receive, store, confirm.
//!
//! Both vendors can keep events in a queue instead of posting them. [`tencent::EventQueue`] is Tencent Cloud VOD's
//! `PullEvents`, [`mns::MessageQueue`] a queue of Alibaba Cloud's Simple Message Queue. [`drain()`] empties either:
//!
//! ```ignore
//! let queue = tencent::EventQueue::new(client()?, tencent::MAINLAND.parse()?, None);
//! let report = drain(&queue, credentials, store, AfterStore::Confirm, deadline).await;
//! ```
//!
//! Invariants:
//!
//! - A message is confirmed only after all of its events are stored. Whatever fails before, the vendor redelivers it.
//! - An event has the same id whether it was pulled or posted, so that it is published once.
//! - No error message has a part of an event, an access key or a URL in it.
//!
//! It knows nothing of Lambda, so that the command-line tool drains queues with the same code.

mod drain;
pub mod mns;
pub mod tencent;

pub use drain::{AfterStore, BoxError, DrainError, DrainReport, Message, Queue, drain};
pub use vendor_api::{AccessKey, AccessKeyError, ApiError, Endpoint, UnknownEndpoint, client};
