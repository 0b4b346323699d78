//! The Lambda side of the functions: what invokes them, what they answer, their configuration, log and metrics.
//!
//! This is the only crate that knows a status code. There are three kinds of function: [`receive()`] takes the callbacks of a
//! product, [`pull()`] takes events out of a vendor's queues, and [`dispatch()`] brings the events of both to the bus.

mod dispatch;
pub mod environment;
mod metrics;
mod pull;
mod receive;
mod secret;
mod telemetry;

use std::error::Error;
use std::process::ExitCode;

pub use callbacks::Product;
pub use dispatch::{BUS, LEDGER, dispatch};
pub use pull::{MNS_ENDPOINT, MNS_QUEUES, SUB_APP_ID, Source, TENCENT_ENDPOINT, pull};
pub use receive::{ALLOW_UNSIGNED, BODY_LIMIT, CALLBACK_URLS, KEYS, TOKENS, TOLERANCE, receive};

/// Configures and runs a function until the Lambda environment ends it.
///
/// A configuration that is wrong stops it at once, with a log line that says what is expected.
fn run<C, E: Error>(
    function: &str,
    configuration: impl FnOnce(fn(&str) -> Option<String>) -> Result<C, E>,
    serve: impl AsyncFnOnce(C) -> Result<(), lambda_runtime::Error>,
) -> ExitCode {
    telemetry::start();
    let configuration = match configuration(|name| std::env::var(name).ok()) {
        Ok(configuration) => configuration,
        Err(error) => {
            tracing::error!(function, %error, "the function does not start");
            return ExitCode::FAILURE;
        }
    };
    // One thread: a function has one request at a time.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let served = runtime.map_err(Into::into).and_then(|runtime| runtime.block_on(serve(configuration)));
    match served {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!(function, %error, "the function does not start");
            ExitCode::FAILURE
        }
    }
}

/// The end of the Lambda environment, which takes the runtime with it. A local one ends after each invocation.
fn ended(served: &Result<(), lambda_runtime::Error>) {
    if let Err(error) = served {
        tracing::debug!(%error, "the Lambda environment has ended");
    }
}
