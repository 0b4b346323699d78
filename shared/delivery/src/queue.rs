//! The intake in production: a queue of Amazon SQS, with a bucket of Amazon S3 for the data of large events.

use std::str::FromStr;
use std::time::Duration;

use aws_config::SdkConfig;
use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_sdk_sqs::config::retry::{RetryPartition, TokenBucket};
use aws_sdk_sqs::types::{MessageSystemAttributeNameForSends, MessageSystemAttributeValue};
use callbacks::{CloudEvent, Content, Product};
use futures_util::{StreamExt, TryStreamExt, stream};

use crate::aws::{AwsError, BACKOFF, warm_timeouts, warmed};
use crate::limit::Limit;
use crate::store::{LoadError, StoreContext, StoreError};
use crate::{encode, trace};

/// The most messages or objects in flight at once. A body of 6 MB becomes about 24 messages.
const MAX_IN_FLIGHT: usize = 8;

/// The most attempts of a call, the first included. The time limit comes first unless attempts fail at once.
const MAX_ATTEMPTS: u32 = 6;

/// The longest backoff between two attempts, before jitter.
const MAX_BACKOFF: Duration = Duration::from_millis(300);

/// Where the data of events too large for the queue or the bus is stored: `s3:<bucket>`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Overflow {
    bucket: String,
}

/// The configured value is not a supported overflow.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected `s3:<bucket>`")]
pub struct UnknownOverflow;

impl FromStr for Overflow {
    type Err = UnknownOverflow;

    fn from_str(text: &str) -> Result<Self, UnknownOverflow> {
        match text.strip_prefix("s3:") {
            Some(bucket) if !bucket.is_empty() && !bucket.contains([':', '/']) => {
                Ok(Self { bucket: bucket.to_owned() })
            }
            _ => Err(UnknownOverflow),
        }
    }
}

/// A queue with its client, size limit and overflow bucket.
#[derive(Debug)]
pub struct IntakeQueue {
    client: aws_sdk_sqs::Client,
    url: String,
    bucket: Option<Bucket>,
    limit: Limit,
}

#[derive(Debug)]
struct Bucket {
    client: aws_sdk_s3::Client,
    name: String,
}

/// Status code of S3 where an object with this key exists: precondition failed.
const OBJECT_EXISTS: u16 = 412;

impl IntakeQueue {
    pub(crate) fn new(url: String, overflow: Option<Overflow>, limit: Limit, aws: &SdkConfig) -> Self {
        // The SDK's default is a quota of retries for all calls of a process, which an outage uses up: after it, a callback
        // would fail at its first failed attempt. Here the time that a vendor waits is what limits retries.
        let partition = RetryPartition::custom("intake").token_bucket(TokenBucket::unlimited()).build();
        let retries = RetryConfig::standard()
            .with_max_attempts(MAX_ATTEMPTS)
            .with_initial_backoff(BACKOFF)
            .with_max_backoff(MAX_BACKOFF);
        let bucket = overflow.map(|overflow| {
            let configuration = aws_sdk_s3::config::Builder::from(aws);
            let configuration = configuration.retry_partition(partition.clone()).retry_config(retries.clone()).build();
            Bucket { client: aws_sdk_s3::Client::from_conf(configuration), name: overflow.bucket }
        });
        let configuration =
            aws_sdk_sqs::config::Builder::from(aws).retry_partition(partition).retry_config(retries).build();
        Self { client: aws_sdk_sqs::Client::from_conf(configuration), url, bucket, limit }
    }

    /// Opens the connection by reading the attributes of the queue.
    pub(crate) async fn warm(&self) -> Result<(), AwsError> {
        let asked = self.client.get_queue_attributes().queue_url(&self.url).customize();
        let settings = aws_sdk_sqs::config::Builder::new().timeout_config(warm_timeouts());
        warmed(asked.config_override(settings.retry_config(RetryConfig::disabled())).send().await)
    }

    /// Sends the events in one message, or in as few as they fit.
    pub(crate) async fn store(&self, events: &[CloudEvent], context: &StoreContext<'_>) -> Result<(), StoreError> {
        let stored = self.send_all(events, context);
        tokio::time::timeout(context.timeout, stored).await.map_err(|_| StoreError::Timeout)?
    }

    async fn send_all(&self, events: &[CloudEvent], context: &StoreContext<'_>) -> Result<(), StoreError> {
        let timeouts = timeouts(context.timeout);
        let trace = context.trace.and_then(trace::well_formed);
        let texts = stream::iter(events)
            .map(|event| self.text(event, &timeouts))
            .buffered(MAX_IN_FLIGHT)
            .try_collect::<Vec<_>>()
            .await?;
        // The events of a callback are of one product.
        let product = events.first().map(|event| event.source);
        stream::iter(encode::messages(texts, self.limit.message()))
            .map(|message| self.send(message, product, trace.as_deref(), &timeouts))
            .buffer_unordered(MAX_IN_FLIGHT)
            .try_collect()
            .await
    }

    /// The event with its data in it, where it refers to the data that was stored for it.
    pub(crate) async fn load(&self, event: &CloudEvent, timeout: Duration) -> Result<CloudEvent, LoadError> {
        let Content::Elsewhere { dataref, unreadable } = &event.content else { return Ok(event.clone()) };
        let bucket = self.bucket.as_ref().ok_or(LoadError::Elsewhere)?;
        let key = encode::key(event.source, &event.id);
        // What an event says about where its data is does not choose an object.
        if *dataref != format!("s3://{}/{key}", bucket.name) {
            return Err(LoadError::Elsewhere);
        }
        let timeouts = timeouts(timeout);
        let loaded = tokio::time::timeout(timeout, bucket.get(&key, &timeouts));
        let body = loaded.await.map_err(|_| LoadError::Timeout)??;
        let content = match unreadable {
            Some(reason) => Content::Unreadable { reason: reason.clone(), body },
            None => Content::Read(serde_json::from_slice(&body).map_err(|_| LoadError::Unreadable)?),
        };
        Ok(CloudEvent { content, ..event.clone() })
    }

    /// The event as it is sent: whole, or with a reference to its data where it is too large.
    async fn text(&self, event: &CloudEvent, timeouts: &TimeoutConfig) -> Result<String, StoreError> {
        let product = event.source;
        let longest = self.limit.event(product.bus_source(), &event.r#type.to_string());
        if let Some(text) = encode::event(event, longest).map_err(StoreError::Encode)? {
            return Ok(text);
        }
        let bucket = self.bucket.as_ref().ok_or(StoreError::TooLarge)?;
        let key = encode::key(product, &event.id);
        bucket.put(&key, event, timeouts).await?;
        let reference = event.referring_to(format!("s3://{}/{key}", bucket.name));
        encode::event(&reference, longest).map_err(StoreError::Encode)?.ok_or(StoreError::TooLarge)
    }

    async fn send(
        &self,
        message: String,
        product: Option<Product>,
        trace: Option<&str>,
        timeouts: &TimeoutConfig,
    ) -> Result<(), StoreError> {
        let mut request = self.client.send_message().queue_url(&self.url).message_body(message);
        // Message groups make it a fair queue: the backlog of one product does not delay the others.
        request = request.set_message_group_id(product.map(|product| product.slug().to_owned()));
        if let Some(trace) = trace {
            let value = MessageSystemAttributeValue::builder().data_type("String").string_value(trace).build();
            let value = value.map_err(|_| StoreError::Encode(serde::ser::Error::custom("no trace")))?;
            request = request.message_system_attributes(MessageSystemAttributeNameForSends::AwsTraceHeader, value);
        }
        let settings = aws_sdk_sqs::config::Builder::new().timeout_config(timeouts.clone());
        match request.customize().config_override(settings).send().await {
            Ok(response) if response.message_id().is_some_and(|id| !id.is_empty()) => Ok(()),
            // Something other than the queue responded.
            Ok(_) => Err(StoreError::Queue(AwsError::unanswered())),
            Err(error) => Err(StoreError::Queue(AwsError::new(&error))),
        }
    }
}

impl Bucket {
    /// Stores the data of an event. A redelivery has the same key, and the first object stays: the two differ at most in
    /// fields of the delivery, and an event that refers to the first may have been published already.
    async fn put(&self, key: &str, event: &CloudEvent, timeouts: &TimeoutConfig) -> Result<(), StoreError> {
        let request = self
            .client
            .put_object()
            .bucket(&self.name)
            .key(key)
            .content_type(event.datacontenttype())
            .if_none_match("*")
            .body(data(event)?.into());
        let settings = aws_sdk_s3::config::Builder::new().timeout_config(timeouts.clone());
        match request.customize().config_override(settings).send().await {
            Ok(_) => Ok(()),
            Err(error) if error.raw_response().is_some_and(|response| response.status().as_u16() == OBJECT_EXISTS) => {
                Ok(())
            }
            Err(error) => Err(StoreError::Overflow(AwsError::new(&error))),
        }
    }
}

impl Bucket {
    /// The data of an event.
    async fn get(&self, key: &str, timeouts: &TimeoutConfig) -> Result<Vec<u8>, LoadError> {
        let request = self.client.get_object().bucket(&self.name).key(key);
        let settings = aws_sdk_s3::config::Builder::new().timeout_config(timeouts.clone());
        let response = request.customize().config_override(settings).send().await;
        let response = response.map_err(|error| LoadError::Overflow(AwsError::new(&error)))?;
        let body = response.body.collect().await.map_err(|_| LoadError::Overflow(AwsError::unanswered()))?;
        Ok(body.to_vec())
    }
}

/// Timeouts with which three attempts that hang, even while connecting, fit this time; more fit where they fail sooner.
fn timeouts(within: Duration) -> TimeoutConfig {
    TimeoutConfig::builder().operation_attempt_timeout(within * 3 / 10).operation_timeout(within).build()
}

/// What `dataref` refers to: `data` as JSON, or the bytes that `data_base64` encodes.
fn data(event: &CloudEvent) -> Result<Vec<u8>, StoreError> {
    match &event.content {
        Content::Read(data) => serde_json::to_vec(data).map_err(StoreError::Encode),
        Content::Unreadable { body, .. } => Ok(body.clone()),
        // It is stored already.
        Content::Elsewhere { .. } => Ok(Vec::new()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_overflow_is_named() {
        assert_eq!("s3:bucket".parse(), Ok(Overflow { bucket: "bucket".to_owned() }));
        for text in ["", "s3:", "s3", "bucket", "s3:bucket/folder", "s3:a:b"] {
            assert_eq!(text.parse::<Overflow>(), Err(UnknownOverflow), "{text}");
        }
    }

    #[test]
    fn three_attempts_that_hang_fit_the_time() {
        let timeouts = timeouts(Duration::from_secs(10));
        assert_eq!(timeouts.operation_attempt_timeout(), Some(Duration::from_secs(3)));
        assert_eq!(timeouts.operation_timeout(), Some(Duration::from_secs(10)));
    }
}
