//! The Lambda side: function URL request to outcome to response; configuration; telemetry.
//!
//! This is the only crate that knows a status code. A function is [`run`] with its product.

pub mod configuration;
pub mod dispatch;
mod handler;
mod request;
mod response;
mod telemetry;

use std::process::ExitCode;

use lambda_runtime::{Error, LambdaEvent, service_fn};

pub use callbacks::Product;
use configuration::Configuration;
pub use dispatch::dispatch;
use handler::Handler;

/// Runs the function of a product until the Lambda environment ends it.
///
/// A configuration that is wrong stops it at once, with a log line that says what is expected.
#[must_use]
pub fn run(product: Product) -> ExitCode {
    telemetry::start();
    let configuration = match Configuration::from_environment(|name| std::env::var(name).ok()) {
        Ok(configuration) => configuration,
        Err(error) => {
            tracing::error!(%product, %error, "the function does not start");
            return ExitCode::FAILURE;
        }
    };
    if configuration.allow_unsigned {
        tracing::warn!(%product, "callbacks are accepted without authentication: for local use only");
    }
    match serve(&Handler { product, intake: configuration.intake }) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::debug!(%product, %error, "the Lambda environment has ended");
            ExitCode::FAILURE
        }
    }
}

fn serve(handler: &Handler) -> Result<(), Error> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let service = service_fn(async |event: LambdaEvent<_>| Ok::<_, Error>(handler.handle(event.payload).await));
    runtime.block_on(lambda_runtime::run(service))
}
