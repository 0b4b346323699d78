//! Reads a secret of Secrets Manager.

use std::time::Duration;

use aws_config::timeout::TimeoutConfig;
use aws_sdk_secretsmanager::Client;
use aws_sdk_secretsmanager::config::retry::{RetryPartition, TokenBucket};
use aws_sdk_secretsmanager::error::ProvideErrorMetadata;
use delivery::{Aws, CaBundleError};
use secrecy::SecretString;

/// Timeout of a read, retries included.
pub(crate) const READ_TIMEOUT: Duration = Duration::from_secs(4);

/// Timeout of one attempt. The first may use a closed connection, while a vendor waits for the response to its callback.
const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(1);

/// A secret.
#[derive(Debug)]
pub(crate) struct Secret {
    client: Client,
    id: String,
}

/// The secret could not be read. The message has only the service's error code: the service's own message may repeat parts of
/// the request or the secret.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SecretError {
    #[error("the secret could not be read: {0}")]
    Service(String),
    #[error("the secret could not be read: no response from Secrets Manager")]
    NoAnswer,
    #[error("the secret is binary, not text")]
    Binary,
}

impl Secret {
    /// The secret of this name or ARN.
    pub(crate) async fn new(id: String, aws: &Aws) -> Result<Self, CaBundleError> {
        let timeouts =
            TimeoutConfig::builder().operation_attempt_timeout(ATTEMPT_TIMEOUT).operation_timeout(READ_TIMEOUT).build();
        // The SDK's default is a quota of retries, which an outage uses up: after it, each read that finds its connection closed
        // would fail.
        let retries = RetryPartition::custom("secret").token_bucket(TokenBucket::unlimited()).build();
        let configuration = aws_sdk_secretsmanager::config::Builder::from(aws.configuration().await?);
        let client = Client::from_conf(configuration.timeout_config(timeouts).retry_partition(retries).build());
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
