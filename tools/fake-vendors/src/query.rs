//! Fakes of the vendors' query APIs, over jobs whose callbacks a test sends, loses or forges.
//!
//! ```ignore
//! let vendor = QueryVendor::start(Product::TencentVod);
//! vendor.add(Job::ended(callback_body, Timestamp::now()));
//! vendor.set_delay(30);                                  // the API is later than the callback
//! vendor.fail([QueryFault::Throttle]);
//! ```
//!
//! They verify every signature, token and clock, keep the documented limits, and record what a client must not do:
//! [`QueryVendor::complaints`].

pub(crate) mod aliyun;
mod aliyun_vod;
pub(crate) mod ci;
mod ims;
mod jobs;
mod vod;

use std::fmt::Write as _;
use std::sync::Arc;

use axum::response::Response;
use callbacks::Product;
use tls_server::Server;

pub use crate::account::BUCKET;
use crate::account::environment;
use crate::response::{cut_off, response, stall};
pub use jobs::{Forgery, Job, forged, with_id};
use jobs::{Shared, Store, lock};

/// A fault that a server injects once, at the next request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum QueryFault {
    /// It responds that the request is throttled.
    Throttle,
    /// It responds with an internal error.
    Internal,
    /// It responds with this status and a body that no vendor documents.
    Garbage(u16),
    /// It never responds.
    Stall,
    /// It closes the connection in the middle of the response.
    CutOff,
}

/// A fake of a vendor's query API, on a port of this machine. It speaks TLS, as the vendors do.
#[derive(Debug, Clone)]
pub struct QueryVendor {
    server: Arc<Server>,
    product: Product,
    store: Shared,
}

impl QueryVendor {
    /// Starts a server without a job.
    ///
    /// # Panics
    /// Where no server can be started on this machine.
    #[must_use]
    #[expect(clippy::expect_used, reason = "a test fails by panicking")]
    pub fn start(product: Product) -> Self {
        let store = Store::shared(product);
        let router = match product {
            Product::TencentVod => vod::router(Arc::clone(&store)),
            Product::TencentCi => ci::router(Arc::clone(&store)),
            Product::AliyunIms => ims::router(Arc::clone(&store)),
            Product::AliyunVod => aliyun_vod::router(Arc::clone(&store)),
        };
        Self { server: Arc::new(Server::start(router).expect("a server")), product, store }
    }

    /// The TLS server, to which clients connect.
    #[must_use]
    pub fn server(&self) -> &Server {
        &self.server
    }

    /// The variables of the configuration and the access key of a client of this server.
    #[must_use]
    pub fn environment(&self) -> Vec<(&'static str, String)> {
        environment(self.product, &self.server)
    }

    /// Adds a job.
    pub fn add(&self, job: Job) {
        lock(&self.store).jobs.push(job.of(self.product));
    }

    /// Makes the API tell of an end, and of a job, so many seconds after it came about.
    pub fn set_delay(&self, seconds: i64) {
        lock(&self.store).delay = seconds;
    }

    /// Takes the API down: it responds with 503 to all requests until it is up again.
    pub fn set_down(&self, is_down: bool) {
        lock(&self.store).is_down = is_down;
    }

    /// Injects faults, in this order: each at the next request.
    pub fn fail(&self, faults: impl IntoIterator<Item = QueryFault>) {
        lock(&self.store).faults.extend(faults);
    }

    /// Moves the server's clock ahead.
    pub fn move_clock(&self, seconds: i64) {
        lock(&self.store).clock = seconds;
    }

    /// How many requests were answered, refused or throttled.
    #[must_use]
    pub fn requests(&self) -> usize {
        lock(&self.store).requests
    }

    /// Whether all injected faults have had their effect.
    #[must_use]
    pub fn has_failed(&self) -> bool {
        lock(&self.store).faults.is_empty()
    }

    /// What clients did that they must not do, one line each.
    #[must_use]
    pub fn complaints(&self) -> String {
        lock(&self.store).complaints.iter().fold(String::new(), |mut text, complaint| {
            // Writing to a string does not fail.
            writeln!(text, "{complaint}").unwrap_or_default();
            text
        })
    }
}

/// How a vendor writes an error.
type Failed = fn(u16) -> Response;

/// What comes before any answer: a server that is down, throttles, or has a fault. `answer` is made where it answers.
async fn answered(
    store: &Shared,
    content_type: &str,
    failed: Failed,
    answer: impl FnOnce() -> (u16, String),
) -> Response {
    let (is_down, fault, is_above) = {
        let mut store = lock(store);
        (store.is_down, store.faults.pop_front(), store.is_above_rate())
    };
    if is_down {
        return response(503, "text/html", "<html>".to_owned());
    }
    match fault {
        Some(QueryFault::Throttle) => return failed(429),
        Some(QueryFault::Internal) => return failed(500),
        Some(QueryFault::Garbage(status)) => return response(status, "text/html", "<html>".to_owned()),
        Some(QueryFault::Stall) => return stall().await,
        Some(QueryFault::CutOff) => return cut_off(&answer().1),
        None if is_above => return failed(429),
        None => {}
    }
    let (status, text) = answer();
    response(status, content_type, text)
}
