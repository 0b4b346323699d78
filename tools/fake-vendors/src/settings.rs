//! Fakes of the APIs by which the vendors' callback settings are read and changed.
//!
//! ```ignore
//! let vendor = SettingsVendor::start(Product::TencentVod, "token");
//! vendor.put("callback", &[("Mode", "PUSH"), ("NotificationUrl", &url)]);
//! assert_eq!(vendor.value("callback", "Mode"), "PUSH");
//! ```
//!
//! They verify every signature, token and clock, and record what a client must not do: [`SettingsVendor::complaints`].

mod aliyun;
mod ci;
mod vod;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::Router;
use axum::http::Uri;
use axum::response::Response;
use axum::routing::post;
use callbacks::Product;
use jiff::{SignedDuration, Timestamp};
use tls_server::Server;

use crate::account::environment;
use crate::response::response;

/// The path of the function that the server stands in for.
const FUNCTION: &str = "/function";

/// A fake of a vendor's settings, on a port of this machine. It speaks TLS, as the vendors do.
#[derive(Debug, Clone)]
pub struct SettingsVendor {
    server: Arc<Server>,
    product: Product,
    store: Shared,
}

/// The members of a setting.
type Members = BTreeMap<String, String>;

/// What a server and its test share.
type Shared = Arc<Mutex<Store>>;

#[derive(Debug, Default)]
struct Store {
    /// By name: `callback` for a vendor that has one; `queue/<id>` and `workflow/<id>` at Cloud Infinite.
    settings: BTreeMap<String, Members>,
    /// What every authentic request is answered with: status and code of an error.
    refusal: Option<(u16, &'static str)>,
    /// Whether the key may only read.
    is_read_only: bool,
    /// Seconds by which the server's clock is ahead.
    clock: i64,
    complaints: Vec<String>,
}

impl SettingsVendor {
    /// Starts a server without a setting. It stands in for the function as well, which requires this token.
    ///
    /// # Panics
    /// Where no server can be started on this machine.
    #[must_use]
    #[expect(clippy::expect_used, reason = "a test fails by panicking")]
    pub fn start(product: Product, token: &'static str) -> Self {
        let store = Shared::default();
        let router = match product {
            Product::TencentVod => vod::router(Arc::clone(&store)),
            Product::TencentCi => ci::router(Arc::clone(&store)),
            Product::AliyunVod => aliyun::router(Arc::clone(&store), aliyun::VOD),
            Product::AliyunIms => aliyun::router(Arc::clone(&store), aliyun::IMS),
        };
        let router = router.merge(function(token));
        Self { server: Arc::new(Server::start(router).expect("a server")), product, store }
    }

    /// The URL of the function that the server stands in for.
    #[must_use]
    pub fn function_url(&self) -> String {
        format!("{}{FUNCTION}", self.server.url())
    }

    /// The address of the vendor's API.
    #[must_use]
    pub fn url(&self) -> String {
        self.server.url()
    }

    /// The variables of a client of this server.
    #[must_use]
    pub fn environment(&self) -> Vec<(&'static str, String)> {
        environment(self.product, &self.server)
    }

    /// Gives these members of a setting these values. The others stay.
    pub fn put(&self, name: &str, members: &[(&str, &str)]) {
        let members = members.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        lock(&self.store).settings.entry(name.to_owned()).or_default().extend(members);
    }

    /// The value of a member; empty where there is none.
    #[must_use]
    pub fn value(&self, name: &str, member: &str) -> String {
        lock(&self.store).settings.get(name).and_then(|members| members.get(member)).cloned().unwrap_or_default()
    }

    /// Removes all settings, and what the server refuses. What it complained about stays.
    pub fn reset(&self) {
        let mut store = lock(&self.store);
        let complaints = std::mem::take(&mut store.complaints);
        *store = Store { complaints, ..Store::default() };
    }

    /// Answers every authentic request with this error.
    pub fn refuse(&self, status: u16, code: &'static str) {
        lock(&self.store).refusal = Some((status, code));
    }

    /// Makes the key one that may only read.
    pub fn set_read_only(&self) {
        lock(&self.store).is_read_only = true;
    }

    /// Moves the server's clock ahead.
    pub fn move_clock(&self, seconds: i64) {
        lock(&self.store).clock = seconds;
    }

    /// What clients did that they must not do, one line each.
    #[must_use]
    pub fn complaints(&self) -> String {
        lock(&self.store).complaints.join("\n")
    }
}

impl Store {
    fn now(&self) -> i64 {
        Timestamp::now().saturating_add(SignedDuration::from_secs(self.clock)).unwrap_or_default().as_second()
    }

    fn complain(&mut self, complaint: impl Into<String>) {
        self.complaints.push(complaint.into());
    }

    fn members(&self, name: &str) -> Members {
        self.settings.get(name).cloned().unwrap_or_default()
    }
}

fn lock(store: &Shared) -> MutexGuard<'_, Store> {
    store.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Stands in for a function: it refuses what has not its token, and takes all else.
fn function(token: &'static str) -> Router {
    let answer = move |uri: Uri| async move { answer(&uri, token) };
    Router::new().route(FUNCTION, post(answer))
}

fn answer(uri: &Uri, token: &str) -> Response {
    let parameters = crate::query::ci::parameters(uri.query().unwrap_or_default());
    let is_its = parameters.iter().any(|(name, value)| name == "token" && value == token);
    response(if is_its { 200 } else { 401 }, "application/json", "{}".to_owned())
}
