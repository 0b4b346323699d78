//! Hides messages of a queue for longer than the queue itself does.

use std::time::Duration;

use crate::aws::{Aws, AwsError};
use crate::connections::CaBundleError;

/// A queue whose messages come back when whoever received them chooses.
#[derive(Debug)]
pub struct WaitingRoom {
    client: aws_sdk_sqs::Client,
    url: String,
}

impl WaitingRoom {
    /// The queue of Amazon SQS with this URL.
    ///
    /// # Errors
    /// [`CaBundleError`] where the AWS clients cannot be created.
    pub async fn connect(url: String, aws: &Aws) -> Result<Self, CaBundleError> {
        Ok(Self { client: aws_sdk_sqs::Client::new(aws.configuration().await?), url })
    }

    /// Hides the message of this receive from now on for so long, in whole seconds: up to twelve hours.
    ///
    /// # Errors
    /// [`AwsError`] where it is not known to be hidden. Then it comes back after the visibility timeout of the queue.
    pub async fn hide(&self, receipt: &str, pause: Duration) -> Result<(), AwsError> {
        let seconds = i32::try_from(pause.as_secs()).unwrap_or(i32::MAX);
        let request = self.client.change_message_visibility().queue_url(&self.url).receipt_handle(receipt);
        let hidden = request.visibility_timeout(seconds).send().await;
        hidden.map(drop).map_err(|error| AwsError::new(&error))
    }
}
