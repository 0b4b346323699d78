//! The HTTP client for emulators and AWS APIs.

use std::time::Duration;

use reqwest::blocking::Client;

/// Timeout of a request: longer than the timeout of any deployed function, so that a function that hangs fails its test, and
/// not the whole run.
const TIMEOUT: Duration = Duration::from_secs(90);

/// A client for servers on this machine. It blocks, so it must not be used in the async runtime of the proxy.
pub(crate) fn client() -> Result<Client, reqwest::Error> {
    // moto closes each connection after its answer.
    Client::builder().no_proxy().timeout(TIMEOUT).pool_max_idle_per_host(0).build()
}
