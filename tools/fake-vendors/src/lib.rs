//! Servers that behave as the vendors' queues do, for the tests: they check every signature, hide what they have given until
//! it is confirmed or its handle dies, and fail on demand.

mod mns;
mod shelf;
mod tencent;

use std::fmt::Write as _;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::StatusCode;
use axum::response::Response;
use callbacks::Product;
use futures_util::stream;
use shelf::Shelf;
use tls_server::Server;

/// Id of the access key that the servers know.
pub const KEY_ID: &str = "AKIDthatTheServersKnow";
/// Its secret.
pub const KEY: &str = "SECRETthatSigns";
/// Its token, where it is a temporary one.
pub const TOKEN: &str = "SECRETtoken+/=";
/// The application of Tencent Cloud VOD that has events.
pub const SUB_APP_ID: &str = "1500012345";
/// The queues that Alibaba Cloud's server has.
pub const QUEUES: [&str; 2] = ["ice-callback-demo", "vod-callback"];

/// A vendor's server, on a port of this machine. It speaks TLS, as the vendors do.
#[derive(Debug, Clone)]
pub struct Vendor {
    server: Arc<Server>,
    kind: Kind,
    shelf: Arc<Mutex<Shelf>>,
}

/// Whose server it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Tencent Cloud VOD's.
    Tencent,
    /// Alibaba Cloud's Simple Message Queue.
    Mns,
}

/// What is asked of a server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// `PullEvents`, `BatchReceiveMessage`.
    Receive,
    /// `ConfirmEvents`, `BatchDeleteMessage`.
    Confirm,
}

/// What a server does wrong, once.
#[derive(Debug, Clone)]
pub enum Fault {
    /// It says that there is too much to do.
    Throttle,
    /// It has an error of its own.
    Internal,
    /// It answers with this status and what no vendor documents.
    Garbage(u16),
    /// It does not do it, and never answers.
    Stall,
    /// It does it, and never answers.
    StallAfter,
    /// It does it, and closes the connection in the middle of its answer.
    CutOff,
    /// It has forgotten all handles, and gives their messages to whoever comes next.
    Expire,
    /// It has forgotten one handle, and gives its message to whoever comes next.
    ExpireOne,
}

/// How a server says that there is nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Empty {
    /// By an error: `ResourceNotFound`, `MessageNotExist`.
    Error,
    /// By `null`; Tencent Cloud's server only.
    Null,
    /// By an empty list.
    List,
}

impl Vendor {
    /// Starts a server with these bodies of callbacks in its queues, in order.
    ///
    /// # Panics
    /// Where no server can be started on this machine.
    #[must_use]
    #[expect(clippy::expect_used, reason = "a test fails by panicking")]
    pub fn start(kind: Kind, bodies: &[String]) -> Self {
        let shelf = Arc::new(Mutex::new(Shelf::new(kind, bodies)));
        let router = match kind {
            Kind::Tencent => tencent::router(Arc::clone(&shelf)),
            Kind::Mns => mns::router(Arc::clone(&shelf)),
        };
        Self { server: Arc::new(Server::start(router).expect("a server")), kind, shelf }
    }

    /// What its clients connect to.
    #[must_use]
    pub fn server(&self) -> &Server {
        &self.server
    }

    /// The environment of a function, or of the tool, that is to pull from here.
    #[must_use]
    pub fn environment(&self) -> Vec<(&'static str, String)> {
        let text = |name, value: &str| (name, value.to_owned());
        // Where programs on Linux look for root certificates before they look at the system's.
        let ca_bundle = text("SSL_CERT_FILE", &self.server.ca_bundle().display().to_string());
        match self.kind {
            Kind::Tencent => vec![
                ca_bundle,
                text("MEDIAHOOK_TENCENT_ENDPOINT", &self.server.url()),
                text("MEDIAHOOK_SUB_APP_ID", SUB_APP_ID),
                text("TENCENTCLOUD_SECRET_ID", KEY_ID),
                text("TENCENTCLOUD_SECRET_KEY", KEY),
                text("TENCENTCLOUD_TOKEN", TOKEN),
            ],
            Kind::Mns => vec![
                ca_bundle,
                text("MEDIAHOOK_MNS_ENDPOINT", &self.server.url()),
                text("MEDIAHOOK_MNS_QUEUES", &QUEUES.join(" ")),
                text("ALIBABA_CLOUD_ACCESS_KEY_ID", KEY_ID),
                text("ALIBABA_CLOUD_ACCESS_KEY_SECRET", KEY),
                text("ALIBABA_CLOUD_SECURITY_TOKEN", TOKEN),
            ],
        }
    }

    /// Has the server do these wrong, in this order, one at each request that asks for the action.
    pub fn fail(&self, faults: impl IntoIterator<Item = (Action, Fault)>) {
        lock(&self.shelf).faults.extend(faults);
    }

    /// How the server is to say that there is nothing. An error, unless this is called.
    pub fn say_empty(&self, empty: Empty) {
        lock(&self.shelf).empty = empty;
    }

    /// Puts another body into the queues.
    pub fn add(&self, body: &str) {
        lock(&self.shelf).add(body);
    }

    /// Has the server say at once that there is nothing, in place of holding the request for a while.
    pub fn do_not_hold(&self) {
        lock(&self.shelf).is_hasty = true;
    }

    /// Moves the server's clock ahead.
    pub fn move_clock(&self, seconds: i64) {
        lock(&self.shelf).clock = seconds;
    }

    /// Has the server look into a function's output, at each confirmation, for the events that it confirms.
    pub fn watch(&self, output: PathBuf) {
        lock(&self.shelf).watched = Some(output);
    }

    /// Gives what is hidden to whoever comes next, as if the time had passed.
    pub fn reveal(&self) {
        lock(&self.shelf).reveal();
    }

    /// Whether the server has done all that it was to do wrong; or is in the middle of the last, and whatever that does is
    /// done.
    #[must_use]
    pub fn has_failed(&self) -> bool {
        let messages = lock(&self.shelf);
        messages.faults.is_empty() && !messages.is_at_it
    }

    /// How many messages are not confirmed.
    #[must_use]
    pub fn left(&self) -> usize {
        lock(&self.shelf).left()
    }

    /// What a client did that it must not do, one line each.
    #[must_use]
    pub fn complaints(&self) -> String {
        lock(&self.shelf).complaints.iter().fold(String::new(), |mut text, complaint| {
            // Writing to a string does not fail.
            writeln!(text, "{complaint}").unwrap_or_default();
            text
        })
    }

    /// How often each action was asked for.
    #[must_use]
    pub fn count(&self, action: Action) -> usize {
        lock(&self.shelf).requests.iter().filter(|asked| **asked == action).count()
    }
}

impl Kind {
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

fn lock(shelf: &Mutex<Shelf>) -> MutexGuard<'_, Shelf> {
    shelf.lock().unwrap_or_else(PoisonError::into_inner)
}

/// An answer that never comes.
async fn stall() -> Response {
    tokio::time::sleep(Duration::from_hours(1)).await;
    Response::new(Body::empty())
}

/// An answer whose connection breaks half-way.
fn cut_off(text: &str) -> Response {
    let half: Bytes = text.bytes().take(text.len() / 2).collect();
    let chunks = [Ok(half), Err(std::io::Error::from(std::io::ErrorKind::ConnectionReset))];
    Response::new(Body::from_stream(stream::iter(chunks)))
}

fn answer(status: u16, content_type: &str, text: String) -> Response {
    let mut response = Response::new(Body::from(text));
    *response.status_mut() = StatusCode::from_u16(status).unwrap_or_default();
    if let Ok(value) = content_type.parse() {
        response.headers_mut().insert("content-type", value);
    }
    response
}
