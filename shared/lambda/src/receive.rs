//! A function that receives the callbacks of a product.

mod configuration;
mod handler;
mod keyring;
mod request;
mod response;

use std::process::ExitCode;
use std::sync::Arc;

use callbacks::Product;
pub use configuration::{ALLOW_UNSIGNED, BODY_LIMIT, CALLBACK_URLS, KEYS, TOKENS, TOLERANCE};
use configuration::{Configuration, CredentialsSource};
use delivery::Intake;
use handler::Handler;
use keyring::{Keyring, KeyringError};
use lambda_runtime::{Error, LambdaEvent, service_fn};

use crate::telemetry::Refusals;
use crate::{ended, run};

/// Runs the function of a product until the Lambda environment ends it.
///
/// A configuration that is wrong stops it at once, with a log line that says what is expected.
#[must_use]
pub fn receive(product: Product) -> ExitCode {
    let configuration = |variable: fn(&str) -> Option<String>| Configuration::from_environment(product, variable);
    run(product.slug(), configuration, async |configuration| serve(product, configuration).await)
}

async fn serve(product: Product, configuration: Configuration) -> Result<(), Error> {
    if configuration.allow_unsigned {
        tracing::warn!(%product, "callbacks that cannot be authenticated are accepted: for local use only");
    }
    let handler = start(product, configuration).await?;
    let service = service_fn(async |LambdaEvent { payload, context }: LambdaEvent<_>| {
        Ok::<_, Error>(handler.handle(payload, &context).await)
    });
    ended(&lambda_runtime::run(service).await);
    Ok(())
}

/// Makes, during Lambda's init, all that a request needs: the secret is read and the queue's connection opened before the
/// first one comes.
async fn start(product: Product, configuration: Configuration) -> Result<Handler, KeyringError> {
    let Configuration { aws, intake, credentials, allow_unsigned, tolerance, body_limit } = configuration;
    let intake = Intake::connect(intake.target, intake.overflow, intake.limit, &aws).await?;
    let keyring = async {
        match credentials {
            CredentialsSource::Environment(credentials) => Ok(Keyring::fixed(product, credentials, allow_unsigned)),
            CredentialsSource::Secret(secret) => Keyring::from_secret(product, secret, allow_unsigned, &aws).await,
        }
    };
    let (keyring, warm) = tokio::join!(keyring, intake.warm());
    if let Err(error) = warm {
        tracing::warn!(%product, %error, "a connection was not opened ahead of the first event");
    }
    Ok(Handler { product, intake, keyring: Arc::new(keyring?), tolerance, body_limit, refusals: Refusals::default() })
}
