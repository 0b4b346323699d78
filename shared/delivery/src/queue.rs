//! The intake that is a queue of Amazon SQS, with a bucket of Amazon S3 for what is too large for it.

use std::str::FromStr;
use std::time::Duration;

use aws_config::SdkConfig;
use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_sdk_sqs::types::{MessageSystemAttributeNameForSends, MessageSystemAttributeValue};
use callbacks::{CloudEvent, Content, Product};
use futures_util::{StreamExt, TryStreamExt, stream};

use crate::aws::{AwsError, BACKOFF, warm_timeouts, warmed};
use crate::intake::{Delivery, StoreError};
use crate::limit::Limit;
use crate::{encode, trace};

/// Messages or objects that are on their way at once. A body of 6 MB makes some 24 messages.
const AT_ONCE: usize = 8;

/// How often a call is tried at most; the time ends before that unless attempts fail at once.
const ATTEMPTS: u32 = 6;

/// The longest pause between two attempts. A random part of it is waited.
const LONGEST_BACKOFF: Duration = Duration::from_millis(300);

/// Where what is too large for the queue or the bus is kept: `s3:<bucket>`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Overflow {
    bucket: String,
}

/// The configured overflow is none that there is.
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

/// A queue, and what is needed to send to it.
#[derive(Debug)]
pub struct Queue {
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

/// Status of the answer where there is an object of this key already: precondition failed.
const EXISTS: u16 = 412;

/// How a call makes use of the time that there is.
struct Pace {
    timeouts: TimeoutConfig,
    retries: RetryConfig,
}

impl Queue {
    pub(crate) fn new(url: String, overflow: Option<Overflow>, limit: Limit, aws: &SdkConfig) -> Self {
        let bucket = overflow.map(|overflow| Bucket { client: aws_sdk_s3::Client::new(aws), name: overflow.bucket });
        Self { client: aws_sdk_sqs::Client::new(aws), url, bucket, limit }
    }

    /// Opens the connection, by asking for an attribute of the queue.
    pub(crate) async fn warm(&self) -> Result<(), AwsError> {
        let asked = self.client.get_queue_attributes().queue_url(&self.url).customize();
        let settings = aws_sdk_sqs::config::Builder::new().timeout_config(warm_timeouts());
        warmed(asked.config_override(settings.retry_config(RetryConfig::disabled())).send().await)
    }

    /// Sends the events in one message, or in as few as they fit.
    pub(crate) async fn store(&self, events: &[CloudEvent], delivery: &Delivery<'_>) -> Result<(), StoreError> {
        let stored = self.send_all(events, delivery);
        tokio::time::timeout(delivery.within, stored).await.map_err(|_| StoreError::Late)?
    }

    async fn send_all(&self, events: &[CloudEvent], delivery: &Delivery<'_>) -> Result<(), StoreError> {
        let pace = Pace::within(delivery.within);
        let trace = delivery.trace.and_then(trace::well_formed);
        let texts =
            stream::iter(events).map(|event| self.text(event, &pace)).buffered(AT_ONCE).try_collect::<Vec<_>>().await?;
        // The events of a callback are of one product.
        let product = events.first().map(|event| event.source);
        stream::iter(encode::messages(texts, self.limit.message()))
            .map(|message| self.send(message, product, trace.as_deref(), &pace))
            .buffer_unordered(AT_ONCE)
            .try_collect()
            .await
    }

    /// The event as it travels: whole, or with a reference to its data where it is too large for that.
    async fn text(&self, event: &CloudEvent, pace: &Pace) -> Result<String, StoreError> {
        let product = event.source;
        let longest = self.limit.event(product.bus_source(), &event.r#type.to_string());
        if let Some(text) = encode::event(event, longest).map_err(StoreError::Encode)? {
            return Ok(text);
        }
        let bucket = self.bucket.as_ref().ok_or(StoreError::TooLarge)?;
        let key = encode::key(product, &event.id);
        bucket.put(&key, event, pace).await?;
        let reference = event.referring_to(format!("s3://{}/{key}", bucket.name));
        encode::event(&reference, longest).map_err(StoreError::Encode)?.ok_or(StoreError::TooLarge)
    }

    async fn send(
        &self,
        message: String,
        product: Option<Product>,
        trace: Option<&str>,
        pace: &Pace,
    ) -> Result<(), StoreError> {
        let mut request = self.client.send_message().queue_url(&self.url).message_body(message);
        // A fair queue: the backlog of one product does not delay the others'.
        request = request.set_message_group_id(product.map(|product| product.slug().to_owned()));
        if let Some(trace) = trace {
            let value = MessageSystemAttributeValue::builder().data_type("String").string_value(trace).build();
            let value = value.map_err(|_| StoreError::Encode(serde::ser::Error::custom("no trace")))?;
            request = request.message_system_attributes(MessageSystemAttributeNameForSends::AwsTraceHeader, value);
        }
        let settings = aws_sdk_sqs::config::Builder::new()
            .timeout_config(pace.timeouts.clone())
            .retry_config(pace.retries.clone());
        match request.customize().config_override(settings).send().await {
            Ok(answer) if answer.message_id().is_some_and(|id| !id.is_empty()) => Ok(()),
            // Something else than the queue answered.
            Ok(_) => Err(StoreError::Queue(AwsError::unanswered())),
            Err(error) => Err(StoreError::Queue(AwsError::new(&error))),
        }
    }
}

impl Bucket {
    /// Keeps the data of an event. A redelivery of the event has the same key, and what is there stays: the two differ at most
    /// in what belongs to the delivery, and the first may have been handed on already.
    async fn put(&self, key: &str, event: &CloudEvent, pace: &Pace) -> Result<(), StoreError> {
        let request = self
            .client
            .put_object()
            .bucket(&self.name)
            .key(key)
            .content_type(event.datacontenttype())
            .if_none_match("*")
            .body(data(event)?.into());
        let settings =
            aws_sdk_s3::config::Builder::new().timeout_config(pace.timeouts.clone()).retry_config(pace.retries.clone());
        match request.customize().config_override(settings).send().await {
            Ok(_) => Ok(()),
            Err(error) if error.raw_response().is_some_and(|answer| answer.status().as_u16() == EXISTS) => Ok(()),
            Err(error) => Err(StoreError::Overflow(AwsError::new(&error))),
        }
    }
}

impl Pace {
    /// Three attempts that hang, also in opening a connection, fit the time, and more where they fail sooner.
    fn within(time: Duration) -> Self {
        let attempt = time * 3 / 10;
        Self {
            timeouts: TimeoutConfig::builder().operation_attempt_timeout(attempt).operation_timeout(time).build(),
            retries: RetryConfig::standard()
                .with_max_attempts(ATTEMPTS)
                .with_initial_backoff(BACKOFF)
                .with_max_backoff(LONGEST_BACKOFF),
        }
    }
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
