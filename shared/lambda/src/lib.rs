//! The Lambda side of the functions: their invocation and response, configuration, log and metrics.
//!
//! There are five kinds of function, and each `main.rs` makes one call: [`receive()`] serves the callbacks of a product,
//! [`pull()`] drains a vendor's queues, [`confirm()`] asks a vendor's API about what was received, [`reconcile()`] asks it for
//! what was not, and [`dispatch()`] publishes the events that the others have stored.
//!
//! ```ignore
//! fn main() -> std::process::ExitCode {
//!     lambda::receive(lambda::Product::AliyunIms)
//! }
//! ```
//!
//! Invariants:
//!
//! - No other crate knows a status code of the response to a callback. It is 200 only after all of its events are stored.
//! - A function with an invalid configuration does not start, and logs what is expected, never a value.
//! - Nothing from a payload or a secret reaches the log, a metric or a response; of a payload only identifiers are logged.

mod access_key;
mod confirm;
mod dispatch;
mod environment;
mod metrics;
mod pull;
mod query;
mod receive;
mod reconcile;
mod run;
mod secret;
mod telemetry;

pub use callbacks::Product;
pub use confirm::confirm;
pub use dispatch::dispatch;
pub use pull::{Source, pull};
pub use receive::receive;
pub use reconcile::reconcile;
