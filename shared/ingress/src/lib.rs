//! The Lambda side: function URL request to outcome to response; configuration; telemetry.
//!
//! This is the only crate that knows a status code. A function is [`run`] with its product.

pub mod configuration;
pub mod dispatch;
mod handler;
mod keyring;
mod metrics;
pub mod pull;
mod request;
mod response;
mod telemetry;

use std::process::ExitCode;
use std::sync::Arc;

use delivery::Intake;
use lambda_runtime::{Error, LambdaEvent, service_fn};

pub use callbacks::Product;
use configuration::{Configuration, CredentialsSource};
pub use dispatch::dispatch;
use handler::Handler;
use keyring::{Keyring, KeyringError};

/// Runs the function of a product until the Lambda environment ends it.
///
/// A configuration that is wrong stops it at once, with a log line that says what is expected.
#[must_use]
pub fn run(product: Product) -> ExitCode {
    telemetry::start();
    let configuration = match Configuration::from_environment(product, |name| std::env::var(name).ok()) {
        Ok(configuration) => configuration,
        Err(error) => {
            tracing::error!(%product, %error, "the function does not start");
            return ExitCode::FAILURE;
        }
    };
    if configuration.allow_unsigned {
        tracing::warn!(%product, "callbacks that cannot be authenticated are accepted: for local use only");
    }
    match serve(product, configuration) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!(%product, %error, "the function has ended");
            ExitCode::FAILURE
        }
    }
}

fn serve(product: Product, configuration: Configuration) -> Result<(), Error> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let handler = start(product, configuration).await?;
        let service = service_fn(async |LambdaEvent { payload, context }: LambdaEvent<_>| {
            Ok::<_, Error>(handler.handle(payload, context.xray_trace_id.as_deref()).await)
        });
        lambda_runtime::run(service).await
    })
}

/// Makes, during Lambda's init, all that a request needs: the secret is read and the queue's connection opened before the
/// first one comes.
async fn start(product: Product, configuration: Configuration) -> Result<Handler, KeyringError> {
    let Configuration { intake, credentials, allow_unsigned, tolerance, body_limit } = configuration;
    let aws = delivery::aws().await;
    let intake = Intake::connect(intake.target, intake.overflow, intake.limit, &aws);
    let keyring = async {
        match credentials {
            CredentialsSource::Environment(credentials) => Ok(Keyring::fixed(product, credentials, allow_unsigned)),
            CredentialsSource::Secret { id, max_age } => {
                Keyring::from_secret(product, id, max_age, allow_unsigned, &aws).await
            }
        }
    };
    let (keyring, warm) = tokio::join!(keyring, intake.warm());
    if let Err(error) = warm {
        tracing::warn!(%product, %error, "a connection was not opened ahead of the first event");
    }
    Ok(Handler { product, intake, keyring: Arc::new(keyring?), tolerance, body_limit })
}
