//! Queues of Alibaba Cloud's Simple Message Queue (SMQ, formerly MNS), by its HTTP API, version 2015-06-06.
//!
//! A poll returns up to 16 messages, and waits some seconds for the first. A message that is not deleted within the queue's
//! visibility timeout is redelivered with another handle.
//!
//! <https://www.alibabacloud.com/help/en/mns/developer-reference/batchreceivemessage>,
//! <https://www.alibabacloud.com/help/en/mns/developer-reference/batchdeletemessage>

use std::str::FromStr;
use std::time::Duration;

use callbacks::{Product, decode_pulled};
use jiff::Timestamp;
use quick_xml::escape::escape;
use reqwest::Method;
use secrecy::ExposeSecret;
pub use vendor_api::aliyun::ACCESS_KEY_VARIABLES;
use vendor_api::signature::mns as signature;
use vendor_api::{AccessKey, ApiError, Client, Endpoint, ErrorResponse, Response, headers, send};

use crate::drain::{CONFIRM_REQUEST, MAX_MESSAGES, Message, Queue};
use crate::mns::response::Document;

mod response;

/// The most messages of a poll, and handles of a deletion: the vendor's limit.
const BATCH: usize = 16;

/// Wait time of a poll, in seconds. Every poll sets it, since the queue's own setting could exceed the client's timeout.
const WAIT: u64 = 5;

/// Timeout of a poll, its wait time included.
const POLL_TIMEOUT: Duration = Duration::from_secs(WAIT + 10);

const CONTENT_TYPE: &str = "text/xml;charset=UTF-8";

/// The name of a queue: up to 120 letters, digits and hyphens, the first a letter or a digit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueueName(String);

/// The text is not a valid queue name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected up to 120 letters, digits and hyphens")]
pub struct UnknownQueueName;

impl FromStr for QueueName {
    type Err = UnknownQueueName;

    fn from_str(text: &str) -> Result<Self, UnknownQueueName> {
        let is_name = text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
        if text.is_empty() || text.len() > 120 || text.starts_with('-') || !is_name {
            return Err(UnknownQueueName);
        }
        Ok(Self(text.to_owned()))
    }
}

/// A queue to which Alibaba Cloud VOD or IMS writes events. The form of a message tells its product.
#[derive(Debug, Clone)]
pub struct MessageQueue {
    client: Client,
    endpoint: Endpoint,
    name: QueueName,
}

impl MessageQueue {
    /// The queue of this name at the account's endpoint, `https://<account>.mns.<region>.aliyuncs.com`.
    #[must_use]
    pub fn new(client: Client, endpoint: Endpoint, name: QueueName) -> Self {
        Self { client, endpoint, name }
    }

    async fn call(
        &self,
        method: Method,
        query: &str,
        body: String,
        credentials: &AccessKey,
        timeout: Duration,
    ) -> Result<Response, ApiError> {
        let resource = format!("/queues/{}/messages{query}", self.name.0);
        let date = signature::date(Timestamp::now());
        let (content_md5, content_type) =
            if body.is_empty() { (String::new(), "") } else { (signature::content_md5(body.as_bytes()), CONTENT_TYPE) };
        let authorization = signature::authorization(
            &signature::Signable {
                method: method.as_str(),
                content_md5: &content_md5,
                content_type,
                date: &date,
                headers: &[signature::VERSION],
                resource: &resource,
            },
            credentials,
        );
        let required = [("date", date.as_str()), signature::VERSION, ("authorization", &authorization)];
        let of_body = [("content-md5", content_md5.as_str()), ("content-type", content_type)];
        let of_body = of_body.into_iter().filter(|(_, value)| !value.is_empty());
        let token = credentials.token().map(|token| ("security-token", token.expose_secret()));
        let headers = headers(required.into_iter().chain(of_body).chain(token))?;
        let request = self.client.request(method, self.endpoint.join(&resource)).headers(headers);
        let request = if body.is_empty() { request } else { request.body(body) };
        send(request, timeout).await
    }
}

impl Queue for MessageQueue {
    fn name(&self) -> &str {
        &self.name.0
    }

    fn poll_timeout(&self) -> Duration {
        POLL_TIMEOUT
    }

    async fn receive(&self, credentials: &AccessKey) -> Result<Vec<Message>, ApiError> {
        let query = format!("?numOfMessages={BATCH}&waitseconds={WAIT}");
        let response = self.call(Method::GET, &query, String::new(), credentials, POLL_TIMEOUT).await?;
        messages(&response, Timestamp::now())
    }

    async fn confirm(&self, credentials: &AccessKey, handles: &[String]) -> Result<usize, ApiError> {
        let mut refused = 0;
        for handles in handles.chunks(BATCH) {
            let response =
                self.call(Method::DELETE, "", receipt_handles(handles), credentials, CONFIRM_REQUEST).await?;
            refused += refused_of(&response, handles.len())?;
        }
        Ok(refused)
    }
}

/// The messages of a poll. Each has the same events as if its body had been posted.
fn messages(response: &Response, received: Timestamp) -> Result<Vec<Message>, ApiError> {
    let messages = match response::read(response)? {
        Document::Messages(messages) => messages.message,
        Document::Message(message) => vec![message],
        Document::Error(failure) if failure.code == "MessageNotExist" => return Ok(Vec::new()),
        Document::Error(failure) => {
            return Err(error(ErrorResponse::new(response.status, &failure.code, &failure.request_id)));
        }
        Document::Errors(_) => {
            return Err(ApiError::Response { status: response.status, problem: "expected messages" });
        }
    };
    let message = |message: response::Message| Message {
        handle: message.receipt_handle.filter(|handle| !handle.is_empty()),
        events: decode_pulled(Product::AliyunIms, message.message_body.as_bytes(), received),
    };
    // Messages above the limit are not confirmed, and are redelivered.
    Ok(messages.into_iter().take(MAX_MESSAGES).map(message).collect())
}

/// The body that deletes messages.
fn receipt_handles(handles: &[String]) -> String {
    let handles: String = handles
        .iter()
        .map(|handle| ["<ReceiptHandle>", &escape(handle.as_str()), "</ReceiptHandle>"].concat())
        .collect();
    format!(
        r#"<?xml version="1.0" encoding="utf-8"?><ReceiptHandles xmlns="http://mns.aliyuncs.com/doc/v1/">{handles}</ReceiptHandles>"#
    )
}

/// How many of `sent` handles were not deleted.
///
/// The response has no body where all were deleted; otherwise it lists those that were not.
fn refused_of(response: &Response, sent: usize) -> Result<usize, ApiError> {
    if (200..300).contains(&response.status) {
        return Ok(0);
    }
    match response::read(response)? {
        Document::Errors(errors) => Ok(errors.error.len().min(sent)),
        Document::Error(failure) => {
            match error(ErrorResponse::new(response.status, &failure.code, &failure.request_id)) {
                ApiError::Gone(_) => Ok(sent),
                error => Err(error),
            }
        }
        Document::Messages(_) | Document::Message(_) => {
            Err(ApiError::Response { status: response.status, problem: "expected errors" })
        }
    }
}

/// What an error code of the vendor means.
///
/// <https://www.alibabacloud.com/help/en/mns/developer-reference/syntax-of-error-responses>
fn error(refusal: ErrorResponse) -> ApiError {
    match refusal.code.as_str() {
        "TimeExpired" => ApiError::Clock(refusal),
        "AccessDenied"
        | "InvalidAccessKeyId"
        | "SignatureDoesNotMatch"
        | "InvalidSecurityToken"
        | "SecurityTokenExpired" => ApiError::Denied(refusal),
        "MessageNotExist" | "ReceiptHandleError" => ApiError::Gone(refusal),
        "QpsLimitExceeded" => ApiError::Throttled(refusal),
        "InternalError" | "InternalServerError" | "ServiceUnavailable" => ApiError::Fault(refusal),
        _ => ApiError::of_status(refusal),
    }
}

#[cfg(test)]
mod tests;
