//! Creates the queues, table, bucket and bus of a test or demo, and reads them.
//!
//! It sends plain requests instead of using the SDK, so that the tests do not depend on the client of the functions.

use reqwest::Method;
use reqwest::blocking::{Client, RequestBuilder};
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE};
use serde_json::{Map, Value, json};

use crate::client::client;
use crate::error::EmulatorError;
use crate::function::REGION;
use crate::proxy::{CLAIM, Call};

/// moto's account.
const ACCOUNT: &str = "123456789012";
/// All of Mediahook's events have a source that starts like this.
const SOURCE_PREFIX: &str = "mediahook.";

/// A client of the AWS APIs at one URL.
#[derive(Debug, Clone)]
pub struct AwsClient {
    url: String,
    client: Client,
}

/// One message that was received from a queue.
#[derive(Debug, Clone)]
pub struct ReceivedMessage {
    /// The same id in each receive.
    pub id: String,
    /// The handle that deletes it after this receive.
    pub receipt: String,
    /// The body, as it was sent.
    pub body: String,
    /// System attributes, such as `AWSTraceHeader`.
    pub attributes: Map<String, Value>,
}

impl AwsClient {
    /// A client of the APIs at this URL.
    ///
    /// # Errors
    /// [`EmulatorError::Http`] where it cannot be made.
    pub fn new(url: &str) -> Result<Self, EmulatorError> {
        Ok(Self { url: url.to_owned(), client: client()? })
    }

    /// Makes a call of a JSON API: `AmazonSQS.CreateQueue`.
    ///
    /// # Errors
    /// [`EmulatorError::Aws`] where it is answered with an error.
    pub fn call(&self, target: &str, body: &Value) -> Result<Value, EmulatorError> {
        let request = self
            .client
            .post(&self.url)
            .header(CONTENT_TYPE, "application/x-amz-json-1.1")
            .header("x-amz-target", target)
            .header(AUTHORIZATION, authorization(target.split('.').next().unwrap_or_default()))
            .body(body.to_string());
        let text = send(target, request)?;
        Ok(serde_json::from_slice(&text).unwrap_or_default())
    }

    /// An object in a bucket.
    ///
    /// # Errors
    /// [`EmulatorError::Aws`] where there is none.
    pub fn object(&self, bucket: &str, key: &str) -> Result<Vec<u8>, EmulatorError> {
        self.s3(Method::GET, &format!("{bucket}/{key}"), String::new())
    }

    /// Up to `limit` messages of a queue, at most ten, which stay hidden for the queue's visibility time.
    ///
    /// # Errors
    /// [`EmulatorError::Aws`] where it is answered with an error.
    pub fn receive_up_to(&self, queue: &str, limit: usize) -> Result<Vec<ReceivedMessage>, EmulatorError> {
        let body = json!({"QueueUrl": queue, "MaxNumberOfMessages": limit, "AttributeNames": ["All"]});
        let mut answer = self.call("AmazonSQS.ReceiveMessage", &body)?;
        let messages = answer.get_mut("Messages").map(Value::take);
        let Some(Value::Array(messages)) = messages else { return Ok(Vec::new()) };
        Ok(messages.into_iter().map(message).collect())
    }

    /// Up to ten messages of a queue.
    ///
    /// # Errors
    /// [`EmulatorError::Aws`] where it is answered with an error.
    pub fn receive(&self, queue: &str) -> Result<Vec<ReceivedMessage>, EmulatorError> {
        self.receive_up_to(queue, 10)
    }

    /// Deletes messages after they have been received.
    ///
    /// # Errors
    /// [`EmulatorError::Aws`] where it is answered with an error.
    pub fn delete<'a>(
        &self,
        queue: &str,
        messages: impl IntoIterator<Item = &'a ReceivedMessage>,
    ) -> Result<(), EmulatorError> {
        let entries: Vec<Value> = messages
            .into_iter()
            .enumerate()
            .map(|(position, message)| json!({"Id": position.to_string(), "ReceiptHandle": message.receipt}))
            .collect();
        if entries.is_empty() {
            return Ok(());
        }
        self.call("AmazonSQS.DeleteMessageBatch", &json!({"QueueUrl": queue, "Entries": entries})).map(drop)
    }

    /// Receives and deletes all visible messages of a queue.
    ///
    /// # Errors
    /// [`EmulatorError::Aws`] where it is answered with an error.
    pub fn drain(&self, queue: &str) -> Result<Vec<ReceivedMessage>, EmulatorError> {
        let mut drained = Vec::new();
        loop {
            let messages = self.receive(queue)?;
            if messages.is_empty() {
                return Ok(drained);
            }
            self.delete(queue, &messages)?;
            drained.extend(messages);
        }
    }

    /// How many messages a queue has, those in flight included.
    ///
    /// # Errors
    /// [`EmulatorError::Aws`] where it is answered with an error.
    pub fn length(&self, queue: &str) -> Result<u64, EmulatorError> {
        // moto counts the visible messages, then those in flight: a message that becomes visible between the two is in
        // neither number. It is in the first one of the next answer.
        Ok(self.counted(queue)?.max(self.counted(queue)?))
    }

    /// The sum of the two numbers of messages that a queue gives.
    fn counted(&self, queue: &str) -> Result<u64, EmulatorError> {
        let answer =
            self.call("AmazonSQS.GetQueueAttributes", &json!({"QueueUrl": queue, "AttributeNames": ["All"]}))?;
        let number = |name: &str| {
            let text = answer.get("Attributes").and_then(|attributes| attributes.get(name)).and_then(Value::as_str);
            text.and_then(|text| text.parse::<u64>().ok()).unwrap_or_default()
        };
        Ok(number("ApproximateNumberOfMessages") + number("ApproximateNumberOfMessagesNotVisible"))
    }

    /// Ends the leases of events that these calls have claimed and not completed. In the deployed stack they expire before a
    /// message is redelivered. The functions that made the calls must have ended or responded.
    ///
    /// # Errors
    /// [`EmulatorError::Http`] where the ledger's table cannot be reached.
    pub fn end_leases(&self, table: &str, calls: &[Call]) -> Result<(), EmulatorError> {
        for call in calls.iter().filter(|call| call.operation == CLAIM) {
            let call = call.json();
            let Some(item) = call.get("Item") else { continue };
            let ended = self.call(
                "DynamoDB_20120810.UpdateItem",
                &json!({
                    "TableName": table,
                    "Key": {"id": item.get("id")},
                    "UpdateExpression": "SET lease_until = :past",
                    "ConditionExpression": "claim = :owner AND #state = :state",
                    "ExpressionAttributeNames": {"#state": "state"},
                    "ExpressionAttributeValues": {
                        ":past": {"N": "0"},
                        ":owner": item.get("claim"),
                        ":state": item.get("state"),
                    },
                }),
            );
            match ended {
                // It is completed or given up, or was never granted.
                Ok(_) | Err(EmulatorError::Aws { .. }) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    fn create_queue(&self, name: &str, attributes: &Value) -> Result<String, EmulatorError> {
        let answer = self.call("AmazonSQS.CreateQueue", &json!({"QueueName": name, "Attributes": attributes}))?;
        Ok(answer.get("QueueUrl").and_then(Value::as_str).unwrap_or_default().to_owned())
    }

    fn s3(&self, method: Method, path: &str, body: String) -> Result<Vec<u8>, EmulatorError> {
        let request = self.client.request(method, format!("{}/{path}", self.url));
        send("S3", request.header(AUTHORIZATION, authorization("s3")).body(body))
    }
}

fn send(operation: &str, request: RequestBuilder) -> Result<Vec<u8>, EmulatorError> {
    let response = request.send()?;
    let is_success = response.status().is_success();
    let body = response.bytes()?;
    if !is_success {
        let answer = String::from_utf8_lossy(&body).into_owned();
        return Err(EmulatorError::Aws { operation: operation.to_owned(), answer });
    }
    Ok(body.into())
}

/// moto verifies no signature, and reads service and region from this header.
fn authorization(target: &str) -> String {
    let service = match target {
        "AmazonSQS" => "sqs",
        "AWSEvents" => "events",
        "DynamoDB_20120810" => "dynamodb",
        other => other,
    };
    let scope = format!("test/20260101/{REGION}/{service}/aws4_request");
    format!("AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=0")
}

fn message(mut message: Value) -> ReceivedMessage {
    let mut text = |name: &str| match message.get_mut(name).map(Value::take) {
        Some(Value::String(text)) => text,
        _ => String::new(),
    };
    let (id, receipt, body) = (text("MessageId"), text("ReceiptHandle"), text("Body"));
    let attributes = match message.get_mut("Attributes").map(Value::take) {
        Some(Value::Object(attributes)) => attributes,
        _ => Map::new(),
    };
    ReceivedMessage { id, receipt, body, attributes }
}

/// The resources of a stack, for one test.
#[derive(Debug, Clone)]
pub struct Resources {
    /// URL of the intake queue.
    pub queue: String,
    /// URL of the dead-letter queue.
    pub dead_letter_queue: String,
    /// The ledger's table.
    pub table: String,
    /// Bucket for the data of large events.
    pub bucket: String,
    /// The bus that events are published to.
    pub bus: String,
    /// URL of a consumer's queue: a rule of the bus sends it all of Mediahook's events.
    pub target: String,
}

impl Resources {
    /// Creates them under a unique name. `visibility` is the visibility timeout of the intake queue in seconds, `receives` how
    /// often a message is received before it becomes a dead letter.
    ///
    /// # Errors
    /// [`EmulatorError::Aws`] where one cannot be made.
    pub fn create(aws: &AwsClient, name: &str, visibility: u32, receives: u32) -> Result<Self, EmulatorError> {
        let (table, bucket, bus) = (format!("{name}-ledger"), format!("{name}-overflow"), format!("{name}-bus"));
        let dead_letter_queue = aws.create_queue(&format!("{name}-dead"), &json!({}))?;
        let redrive = json!({
            "deadLetterTargetArn": format!("arn:aws:sqs:{REGION}:{ACCOUNT}:{name}-dead"),
            "maxReceiveCount": receives,
        });
        let attributes = json!({"VisibilityTimeout": visibility.to_string(), "RedrivePolicy": redrive.to_string()});
        let queue = aws.create_queue(&format!("{name}-intake"), &attributes)?;
        let target = aws.create_queue(&format!("{name}-target"), &json!({}))?;
        let key = |kind: &str, value: &str| json!([{"AttributeName": "id", kind: value}]);
        aws.call(
            "DynamoDB_20120810.CreateTable",
            &json!({
                "TableName": table,
                "AttributeDefinitions": key("AttributeType", "S"),
                "KeySchema": key("KeyType", "HASH"),
                "BillingMode": "PAY_PER_REQUEST",
            }),
        )?;
        let location = format!("<LocationConstraint>{REGION}</LocationConstraint>");
        let body = format!("<CreateBucketConfiguration>{location}</CreateBucketConfiguration>");
        aws.s3(Method::PUT, &bucket, body)?;
        aws.call("AWSEvents.CreateEventBus", &json!({"Name": bus}))?;
        let pattern = json!({"source": [{"prefix": SOURCE_PREFIX}]}).to_string();
        aws.call("AWSEvents.PutRule", &json!({"Name": "all", "EventBusName": bus, "EventPattern": pattern}))?;
        let arn = format!("arn:aws:sqs:{REGION}:{ACCOUNT}:{name}-target");
        let targets = json!([{"Id": "consumer", "Arn": arn}]);
        aws.call("AWSEvents.PutTargets", &json!({"Rule": "all", "EventBusName": bus, "Targets": targets}))?;
        Ok(Self { queue, dead_letter_queue, table, bucket, bus, target })
    }
}
