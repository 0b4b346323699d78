//! Tencent Cloud VOD's reliable notifications: `PullEvents` and `ConfirmEvents`, version 2018-07-17.
//!
//! A pull returns up to 16 events, and waits up to 5 seconds for the first. An event that is not confirmed within 30 seconds is
//! redelivered, and one that is never confirmed is discarded after 4 days.
//!
//! <https://www.tencentcloud.com/document/product/266/34185>, <https://www.tencentcloud.com/document/product/266/34184>

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::time::Duration;

use callbacks::{Product, decode_pulled};
use jiff::Timestamp;
use reqwest::Client;
use secrecy::ExposeSecret;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use variables::{TENCENTCLOUD_SECRET_ID, TENCENTCLOUD_SECRET_KEY, TENCENTCLOUD_TOKEN};

use crate::access_key::AccessKey;
use crate::drain::{CONFIRM_REQUEST, MAX_MESSAGES, Message, Queue};
use crate::endpoint::{Endpoint, Response, headers, send};
use crate::error::{ErrorResponse, QueueError};

pub mod signature;

/// The server for accounts of mainland China. International accounts have [`INTERNATIONAL`].
pub const MAINLAND: &str = "https://vod.tencentcloudapi.com";

/// The server for international accounts.
pub const INTERNATIONAL: &str = "https://vod.intl.tencentcloudapi.com";

/// The most handles of a confirmation: the vendor's limit.
const BATCH: usize = 16;

/// Timeout of a pull. The vendor recommends 10 seconds, since it may hold a pull for 5.
const PULL_TIMEOUT: Duration = Duration::from_secs(10);

/// The environment variables of an access key, named as the vendor's own tools do: id, secret, token of a temporary key.
pub const ACCESS_KEY_VARIABLES: [&str; 3] = [TENCENTCLOUD_SECRET_ID, TENCENTCLOUD_SECRET_KEY, TENCENTCLOUD_TOKEN];

const SERVICE: &str = "vod";
const VERSION: &str = "2018-07-17";
const CONTENT_TYPE: &str = "application/json";

/// The events that Tencent Cloud VOD keeps for an application.
#[derive(Debug, Clone)]
pub struct EventQueue {
    client: Client,
    endpoint: Endpoint,
    sub_app_id: Option<u64>,
    name: String,
}

/// The request of both actions.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Request<'r> {
    /// Up to 16. `ConfirmEvents` only.
    #[serde(skip_serializing_if = "Option::is_none")]
    event_handles: Option<&'r [String]>,
    /// The application. Accounts opened after 2023-12-25 have to name it.
    #[serde(skip_serializing_if = "Option::is_none")]
    sub_app_id: Option<u64>,
}

/// The response of both actions.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Envelope<'a> {
    #[serde(borrow)]
    response: Body<'a>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Body<'a> {
    /// Present where the action failed: errors have status 200, too.
    error: Option<Failure>,
    /// The events; null where there are none. `PullEvents` only.
    #[serde(borrow)]
    event_set: Option<&'a RawValue>,
    #[serde(default)]
    request_id: String,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Failure {
    code: String,
}

impl EventQueue {
    /// The queue of an account, or of one of its applications.
    #[must_use]
    pub fn new(client: Client, endpoint: Endpoint, sub_app_id: Option<u64>) -> Self {
        let name = sub_app_id.map_or_else(|| "tencent-vod".to_owned(), |id| format!("tencent-vod/{id}"));
        Self { client, endpoint, sub_app_id, name }
    }

    async fn call(
        &self,
        action: &'static str,
        event_handles: Option<&[String]>,
        credentials: &AccessKey,
        timeout: Duration,
    ) -> Result<Response, QueueError> {
        let request = Request { event_handles, sub_app_id: self.sub_app_id };
        let body = serde_json::to_vec(&request).map_err(QueueError::Encode)?;
        let now = Timestamp::now();
        let signed = [("content-type", CONTENT_TYPE), ("host", self.endpoint.host())];
        let authorization = signature::authorization(
            &signature::Signable { method: "POST", query: "", headers: &signed, body: &body },
            SERVICE,
            credentials,
            now,
        );
        let now = now.as_second().to_string();
        let token = credentials.token.as_ref().map(|token| ("x-tc-token", token.expose_secret()));
        let unsigned = [
            ("x-tc-action", action),
            ("x-tc-version", VERSION),
            ("x-tc-timestamp", &now),
            ("authorization", &authorization),
        ];
        let headers = headers(signed.into_iter().chain(unsigned).chain(token))?;
        send(self.client.post(self.endpoint.join("/")).headers(headers).body(body), timeout).await
    }

    /// Confirms these handles in one request. It is `false` where the vendor does not know some or all of them.
    async fn confirm_all(&self, credentials: &AccessKey, handles: &[String]) -> Result<bool, QueueError> {
        let response = self.call("ConfirmEvents", Some(handles), credentials, CONFIRM_REQUEST).await?;
        match body(&response) {
            Ok(_) => Ok(true),
            Err(QueueError::Expired(_)) => Ok(false),
            Err(error) => Err(error),
        }
    }
}

impl Queue for EventQueue {
    fn name(&self) -> &str {
        &self.name
    }

    fn poll_timeout(&self) -> Duration {
        PULL_TIMEOUT
    }

    async fn receive(&self, credentials: &AccessKey) -> Result<Vec<Message>, QueueError> {
        let response = self.call("PullEvents", None, credentials, PULL_TIMEOUT).await?;
        messages(&response, Timestamp::now())
    }

    async fn confirm(&self, credentials: &AccessKey, handles: &[String]) -> Result<usize, QueueError> {
        let mut refused = 0;
        for batch in handles.chunks(BATCH) {
            if self.confirm_all(credentials, batch).await? {
                continue;
            }
            if batch.len() == 1 {
                refused += 1;
                continue;
            }
            // The vendor documents neither whether one invalid handle fails the whole request, nor which one it was.
            for handle in batch.chunks(1) {
                refused += usize::from(!self.confirm_all(credentials, handle).await?);
            }
        }
        Ok(refused)
    }
}

/// The messages in a response of `PullEvents`.
///
/// An empty queue has three forms: the error `ResourceNotFound`, which only this action has, `null`, and an empty list.
fn messages(response: &Response, received: Timestamp) -> Result<Vec<Message>, QueueError> {
    let body = match body(response) {
        Err(QueueError::Refused(refusal)) if refusal.code == "ResourceNotFound" => return Ok(Vec::new()),
        Err(QueueError::Expired(refusal)) => return Err(QueueError::Refused(refusal)),
        body => body?,
    };
    let Some(event_set) = body.event_set.map(RawValue::get) else { return Ok(Vec::new()) };
    let events: Result<Vec<&RawValue>, _> = serde_json::from_str(event_set);
    let events =
        events.map_err(|_| QueueError::Response { status: response.status, problem: "expected a list of events" })?;
    // Events above the limit are not confirmed, and are redelivered.
    Ok(events.into_iter().take(MAX_MESSAGES).map(|event| message(event.get(), received)).collect())
}

/// An event of the list as a message. The handle is read separately, so that an unreadable event can be confirmed, too.
fn message(event: &str, received: Timestamp) -> Message {
    let members: BTreeMap<String, &RawValue> = serde_json::from_str(event).unwrap_or_default();
    let handle = members.get("EventHandle").map(|handle| handle.get());
    // Each delivery has another handle. Without it, an unreadable event has the same id in each.
    let place = handle.map(|handle| (handle.as_ptr().addr() - event.as_ptr().addr(), handle.len()));
    let parts = place.and_then(|(start, length)| event.get(..start).zip(event.get(start + length..)));
    let event = parts.map_or(Cow::from(event), |(before, after)| format!("{before}\"\"{after}").into());
    Message {
        handle: handle.and_then(|handle| serde_json::from_str(handle).ok()),
        events: decode_pulled(Product::TencentVod, event.as_bytes(), received),
    }
}

/// The body of the envelope, or its error.
fn body(response: &Response) -> Result<Body<'_>, QueueError> {
    let status = response.status;
    let Ok(Envelope { response: body }) = serde_json::from_str(&response.body) else {
        return Err(QueueError::undocumented(status, "expected JSON with a Response"));
    };
    match &body.error {
        Some(failure) => Err(error(ErrorResponse::new(status, &failure.code, &body.request_id))),
        None if status == 200 => Ok(body),
        None => Err(error(ErrorResponse::new(status, "", &body.request_id))),
    }
}

/// What an error code of the vendor means.
///
/// <https://www.tencentcloud.com/document/product/266/34187>
fn error(refusal: ErrorResponse) -> QueueError {
    let (family, detail) = refusal.code.split_once('.').unwrap_or((&refusal.code, ""));
    match (family, detail) {
        ("RequestLimitExceeded" | "InternalError" | "ServiceUnavailable", _) | ("FailedOperation", "") => {
            QueueError::Unavailable(refusal)
        }
        ("AuthFailure", "SignatureExpire") => QueueError::Clock(refusal),
        ("AuthFailure" | "UnauthorizedOperation", _) => QueueError::Denied(refusal),
        // In a confirmation these are about the handles: its only other value is the application, from which was just pulled.
        ("InvalidParameterValue" | "InvalidParameter", _) => QueueError::Expired(refusal),
        _ => QueueError::of_status(refusal),
    }
}

#[cfg(test)]
mod tests;
