//! Fakes of the vendors' servers, for the tests: of their queues, in [`query`] of their query APIs, and in
//! [`settings`] of the APIs of their callback settings.
//!
//! ```ignore
//! let vendor = Vendor::start(QueueKind::Mns, &bodies);
//! vendor.fail([(Action::Confirm, QueueFault::StallAfter)]);
//! ```
//!
//! They verify every signature, hide a delivered message until it is confirmed or its handle expires, and inject faults. They
//! record what a client must not do: a test expects [`Vendor::complaints`] to be empty.

mod account;
mod fault;
mod mns;
pub mod query;
mod response;
pub mod settings;
mod shelf;
mod tencent;

use std::fmt::Write as _;
use std::path::PathBuf;
use std::sync::Arc;

use account::QUEUES;
pub use account::{KEY, KEY_ID, SUB_APP_ID, TOKEN};
use callbacks::Product;
pub use fault::{Action, Empty, QueueFault};
use shelf::{Shared, Shelf, lock};
use tls_server::Server;

/// A fake of a vendor's server, on a port of this machine. It speaks TLS, as the vendors do.
#[derive(Debug, Clone)]
pub struct Vendor {
    server: Arc<Server>,
    kind: QueueKind,
    shelf: Shared,
}

/// Whose server it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum QueueKind {
    /// Tencent Cloud VOD's.
    Tencent,
    /// Alibaba Cloud's Simple Message Queue.
    Mns,
}

impl Vendor {
    /// Starts a server with these bodies of callbacks as messages of its queues, in order.
    ///
    /// # Panics
    /// Where no server can be started on this machine.
    #[must_use]
    #[expect(clippy::expect_used, reason = "a test fails by panicking")]
    pub fn start(kind: QueueKind, bodies: &[String]) -> Self {
        let (shelf, router) = match kind {
            QueueKind::Tencent => {
                let shelf = Shelf::shared(kind.product(), 1, tencent::event, bodies);
                (Arc::clone(&shelf), tencent::router(shelf))
            }
            QueueKind::Mns => {
                let shelf = Shelf::shared(kind.product(), QUEUES.len(), mns::event, bodies);
                (Arc::clone(&shelf), mns::router(shelf))
            }
        };
        Self { server: Arc::new(Server::start(router).expect("a server")), kind, shelf }
    }

    /// The TLS server, to which clients connect.
    #[must_use]
    pub fn server(&self) -> &Server {
        &self.server
    }

    /// The environment of a function or of `mediahook pull` that pulls from this server.
    #[must_use]
    pub fn environment(&self) -> Vec<(&'static str, String)> {
        match self.kind {
            QueueKind::Tencent => account::environment(Product::TencentVod, &self.server),
            QueueKind::Mns => {
                let mut environment = vec![account::ca_bundle(&self.server)];
                environment.extend(account::aliyun_key());
                environment.push((variables::MNS_ENDPOINT, self.server.url()));
                environment.push((variables::MNS_QUEUES, QUEUES.join(" ")));
                environment
            }
        }
    }

    /// Injects faults, in this order: each at the next request for its action.
    pub fn fail(&self, faults: impl IntoIterator<Item = (Action, QueueFault)>) {
        lock(&self.shelf).faults.extend(faults);
    }

    /// Sets how the server responds to a poll of an empty queue. By default with an error.
    pub fn say_empty(&self, empty: Empty) {
        lock(&self.shelf).empty = empty;
    }

    /// Adds a message.
    pub fn add(&self, body: &str) {
        lock(&self.shelf).add(body);
    }

    /// Makes the server respond to a poll of an empty queue at once, instead of holding the request.
    pub fn do_not_hold(&self) {
        lock(&self.shelf).is_hasty = true;
    }

    /// Gives so many messages to a poll, however few it asks for.
    pub fn give_at_once(&self, messages: usize) {
        lock(&self.shelf).batch = Some(messages);
    }

    /// Writes messages as they are, even where that is no XML; Alibaba Cloud's server only.
    pub fn write_as_it_is(&self) {
        lock(&self.shelf).is_raw = true;
    }

    /// Moves the server's clock ahead.
    pub fn move_clock(&self, seconds: i64) {
        lock(&self.shelf).clock = seconds;
    }

    /// Makes the server check, at each confirmation, that the events are in this output file of a function, or in one named before.
    pub fn watch(&self, output: PathBuf) {
        lock(&self.shelf).watched.push(output);
    }

    /// Makes hidden messages visible again, as if their time had passed.
    pub fn reveal(&self) {
        lock(&self.shelf).reveal();
    }

    /// Whether all injected faults have had their effect.
    #[must_use]
    pub fn has_failed(&self) -> bool {
        let messages = lock(&self.shelf);
        messages.faults.is_empty() && !messages.is_stalling
    }

    /// How many messages are not confirmed.
    #[must_use]
    pub fn left(&self) -> usize {
        lock(&self.shelf).left()
    }

    /// What clients did that they must not do, one line each.
    #[must_use]
    pub fn complaints(&self) -> String {
        lock(&self.shelf).complaints.iter().fold(String::new(), |mut text, complaint| {
            // Writing to a string does not fail.
            writeln!(text, "{complaint}").unwrap_or_default();
            text
        })
    }

    /// How many requests asked for this action.
    #[must_use]
    pub fn count(&self, action: Action) -> usize {
        lock(&self.shelf).requests.iter().filter(|asked| **asked == action).count()
    }
}

impl QueueKind {
    /// The product whose events the queues hold.
    #[must_use]
    pub fn product(self) -> Product {
        match self {
            Self::Tencent => Product::TencentVod,
            Self::Mns => Product::AliyunIms,
        }
    }

    /// The function that pulls from such a server.
    #[must_use]
    pub fn function(self) -> &'static str {
        match self {
            Self::Tencent => "tencent-vod-pull",
            Self::Mns => "aliyun-mns-pull",
        }
    }
}
