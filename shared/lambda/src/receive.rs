//! A function that receives the callbacks of a product.

mod configuration;
mod handler;
mod keyring;
#[cfg(test)]
mod proof;

use std::process::ExitCode;

use callbacks::Product;
use configuration::{Configuration, CredentialsSource};
use delivery::Intake;
use handler::Handler;
use jiff::Timestamp;
use keyring::{Keyring, KeyringError, WallClock};
use lambda_runtime::{Error, LambdaEvent, service_fn};
use receiver::Receiver;

use crate::run::{log_end, run};
use crate::telemetry::Refusals;

/// Runs the function of a product until the Lambda environment ends it.
///
/// With an invalid configuration it does not start, and logs what is expected.
#[must_use]
pub fn receive(product: Product) -> ExitCode {
    let configuration = |variable: fn(&str) -> Option<String>| Configuration::from_environment(product, variable);
    run(product.slug(), configuration, async |configuration| serve(product, configuration).await)
}

async fn serve(product: Product, configuration: Configuration) -> Result<(), Error> {
    if configuration.allow_unsigned {
        tracing::warn!(%product, "callbacks are accepted without authentication: for local use only");
    }
    let handler = start(product, configuration, Timestamp::now).await?;
    let service = service_fn(async |LambdaEvent { payload, context }: LambdaEvent<_>| {
        Ok::<_, Error>(handler.handle(payload, &context).await)
    });
    log_end(&lambda_runtime::run(service).await);
    Ok(())
}

/// Prepares, during Lambda's init phase, what requests need: reads the secret and opens the connection to the queue.
async fn start(product: Product, configuration: Configuration, clock: WallClock) -> Result<Handler, KeyringError> {
    let Configuration { aws, intake, credentials, allow_unsigned, tolerance, body_limit, marks } = configuration;
    let intake = Intake::connect(intake.target, intake.overflow, intake.limit, &aws).await?;
    let keyring = async {
        match credentials {
            CredentialsSource::Environment(credentials) => Ok(Keyring::fixed(product, credentials, allow_unsigned)),
            CredentialsSource::Secret(secret) => {
                Keyring::from_secret(product, secret, allow_unsigned, &aws, clock).await
            }
        }
    };
    let (keyring, warm) = tokio::join!(keyring, intake.warm());
    if let Err(error) = warm {
        tracing::warn!(%product, %error, "a connection could not be opened before the first event");
    }
    let keyring = keyring?;
    let receiver = Receiver { product, tolerance, body_limit };
    Ok(Handler { receiver, intake, keyring, marks, refusals: Refusals::default() })
}
