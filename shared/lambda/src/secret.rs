//! Reading a secret of Secrets Manager.

use std::time::Duration;

use aws_config::timeout::TimeoutConfig;
use aws_sdk_secretsmanager::Client;
use aws_sdk_secretsmanager::error::ProvideErrorMetadata;
use delivery::{Aws, CaBundleError};
use secrecy::SecretString;

/// How long reading it may take, all attempts included.
pub(crate) const READING_LIMIT: Duration = Duration::from_secs(4);

/// How long one attempt may take. The first may be on a connection that is gone, and a vendor waits for what comes of it.
const ATTEMPT_LIMIT: Duration = Duration::from_secs(1);

/// A secret.
#[derive(Debug)]
pub(crate) struct Secret {
    client: Client,
    id: String,
}

/// The secret could not be read. The message has the service's error code and no more: what the service wrote besides may
/// have the secret in it, or what was asked for.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SecretError {
    #[error("the secret could not be read: {0}")]
    Service(String),
    #[error("the secret could not be read: Secrets Manager gave no answer")]
    NoAnswer,
    #[error("the secret has no text")]
    Binary,
}

impl Secret {
    /// The secret of this name or ARN.
    pub(crate) async fn new(id: String, aws: &Aws) -> Result<Self, CaBundleError> {
        let timeouts =
            TimeoutConfig::builder().operation_attempt_timeout(ATTEMPT_LIMIT).operation_timeout(READING_LIMIT).build();
        let configuration = aws_sdk_secretsmanager::config::Builder::from(aws.configuration().await?);
        let client = Client::from_conf(configuration.timeout_config(timeouts).build());
        Ok(Self { client, id })
    }

    /// Its text.
    pub(crate) async fn read(&self) -> Result<SecretString, SecretError> {
        let answer = self.client.get_secret_value().secret_id(&self.id).send().await;
        let answer = answer.map_err(|error| match error.code() {
            Some(code) => SecretError::Service(code.to_owned()),
            None => SecretError::NoAnswer,
        })?;
        answer.secret_string.map(SecretString::from).ok_or(SecretError::Binary)
    }
}
