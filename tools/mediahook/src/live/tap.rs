//! A rule and a queue that exist as long as a command looks at the bus.

use aws_config::SdkConfig;
use aws_sdk_sqs::types::{DeleteMessageBatchRequestEntry, QueueAttributeName};
use serde_json::{Value, json};
use tokio::sync::OnceCell;

use super::aws;
use crate::failure::Failure;
use crate::output::print_note;

/// For how many seconds the queue keeps an event, should nobody be there to remove it.
const RETENTION: &str = "3600";
/// For how many seconds a call waits for events.
const WAIT: i32 = 2;
/// The target of the rule.
const TARGET: &str = "queue";

/// A rule that puts events of a bus into a queue of its own.
pub(super) struct Tap {
    events: aws_sdk_eventbridge::Client,
    sqs: aws_sdk_sqs::Client,
    bus: String,
    name: String,
    queue_url: OnceCell<String>,
}

impl Tap {
    /// One that is not opened, of the command of this name.
    pub(super) fn new(configuration: &SdkConfig, bus: &str, command: &str) -> Self {
        let letters = std::iter::repeat_with(fastrand::alphanumeric).take(10);
        Self {
            events: aws_sdk_eventbridge::Client::new(configuration),
            sqs: aws_sdk_sqs::Client::new(configuration),
            bus: bus.to_owned(),
            name: format!("mediahook-{command}-{}", letters.collect::<String>()),
            queue_url: OnceCell::new(),
        }
    }

    /// The name of both.
    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// Creates both, and returns the ARN of the rule. Events that the pattern matches arrive once EventBridge knows the rule, which is
    /// in seconds.
    pub(super) async fn open(&self, pattern: &Value) -> Result<String, Failure> {
        let queue = self.sqs.create_queue().queue_name(&self.name);
        let queue = queue.attributes(QueueAttributeName::MessageRetentionPeriod, RETENTION).send().await;
        let queue = queue.map_err(aws("the queue could not be created"))?;
        let url = queue.queue_url().unwrap_or_default().to_owned();
        self.queue_url.set(url.clone()).unwrap_or_default();
        let attributes = self.sqs.get_queue_attributes().queue_url(&url).attribute_names(QueueAttributeName::QueueArn);
        let attributes = attributes.send().await.map_err(aws("the queue could not be read"))?;
        let attributes = attributes.attributes.unwrap_or_default();
        let queue_arn = attributes.get(&QueueAttributeName::QueueArn).cloned().unwrap_or_default();

        let rule = self.events.put_rule().name(&self.name).event_bus_name(&self.bus).event_pattern(pattern.to_string());
        let rule =
            rule.description("Of the command-line tool mediahook: can be deleted when nobody runs it").send().await;
        let rule = rule.map_err(aws(&format!("the rule could not be created on the bus {}", self.bus)))?;
        let policy = json!({"Version": "2012-10-17", "Statement": [{
            "Effect": "Allow",
            "Principal": {"Service": "events.amazonaws.com"},
            "Action": "sqs:SendMessage",
            "Resource": queue_arn,
            "Condition": {"ArnEquals": {"aws:SourceArn": rule.rule_arn()}},
        }]});
        let policy =
            self.sqs.set_queue_attributes().queue_url(&url).attributes(QueueAttributeName::Policy, policy.to_string());
        policy.send().await.map_err(aws("the queue's policy could not be set"))?;
        let target = aws_sdk_eventbridge::types::Target::builder().id(TARGET).arn(queue_arn).build();
        let target = target.map_err(|error| Failure::Failed(error.to_string()))?;
        let targets = self.events.put_targets().rule(&self.name).event_bus_name(&self.bus).targets(target);
        let put = targets.send().await.map_err(aws("the rule's target could not be set"))?;
        match put.failed_entries().first() {
            None => Ok(rule.rule_arn.unwrap_or_default()),
            Some(entry) => {
                let reason = entry.error_code().unwrap_or("no error code");
                Err(Failure::Failed(format!("the rule's target could not be set: {reason}")))
            }
        }
    }

    /// The next events, which are then deleted from the queue; none where none came for a while.
    pub(super) async fn receive(&self) -> Result<Vec<String>, Failure> {
        let Some(url) = self.queue_url.get() else { return Ok(Vec::new()) };
        let received = self.sqs.receive_message().queue_url(url).max_number_of_messages(10).wait_time_seconds(WAIT);
        let messages = received.send().await.map_err(aws("the queue could not be read"))?.messages.unwrap_or_default();
        let mut entries = Vec::new();
        for (place, message) in messages.iter().enumerate() {
            let entry = DeleteMessageBatchRequestEntry::builder().id(place.to_string());
            let entry = entry.receipt_handle(message.receipt_handle().unwrap_or_default()).build();
            entries.push(entry.map_err(|error| Failure::Failed(error.to_string()))?);
        }
        if !entries.is_empty() {
            let deleted = self.sqs.delete_message_batch().queue_url(url).set_entries(Some(entries)).send().await;
            deleted.map_err(aws("events could not be deleted from the queue"))?;
        }
        Ok(messages.into_iter().filter_map(|message| message.body).collect())
    }

    /// A pattern that matches the events of this type, in which `*` stands for anything.
    pub(super) fn pattern(r#type: &str) -> Value {
        json!({"source": [{"prefix": "mediahook."}], "detail-type": [{"wildcard": r#type}]})
    }

    /// Removes both. What cannot be removed is told, and does not keep the rest from being removed.
    pub(super) async fn close(&self) -> Result<(), Failure> {
        let mut left = Vec::new();
        let (rule, bus) = (&self.name, &self.bus);
        let targets = self.events.remove_targets().rule(rule).event_bus_name(bus).ids(TARGET).send().await;
        let is_missing = |code: Option<&str>| code == Some("ResourceNotFoundException");
        let failed = |error: &aws_sdk_eventbridge::Error| {
            !is_missing(aws_sdk_eventbridge::error::ProvideErrorMetadata::code(error))
        };
        let rule_deleted = self.events.delete_rule().name(rule).event_bus_name(bus).send().await;
        let errors = [
            targets.map(drop).map_err(aws_sdk_eventbridge::Error::from),
            rule_deleted.map(drop).map_err(aws_sdk_eventbridge::Error::from),
        ];
        if errors.into_iter().filter_map(Result::err).any(|error| failed(&error)) {
            left.push(format!("the rule {rule} on the bus {bus}"));
        }
        if let Some(url) = self.queue_url.get()
            && self.sqs.delete_queue().queue_url(url).send().await.is_err()
        {
            left.push(format!("the queue {url}"));
        }
        if left.is_empty() {
            print_note("the rule and the queue are removed");
            return Ok(());
        }
        Err(Failure::Failed(format!("not removed: {}. Remove it by hand", left.join(" and "))))
    }
}
