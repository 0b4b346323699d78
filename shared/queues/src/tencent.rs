//! Tencent Cloud VOD's reliable notifications: `PullEvents` and `ConfirmEvents`, version 2018-07-17.
//!
//! A pull gives up to 16 events and waits up to 5 seconds for the first; an event that is not confirmed within 30 seconds is
//! given again, and one that nobody confirms is discarded after 4 days.
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

use crate::drain::{CONFIRM_REQUEST, MOST_MESSAGES};
use crate::endpoint::{Response, headers, send};
use crate::{Credentials, Endpoint, Message, Queue, QueueError, Refusal};

pub mod signature;

/// The server for accounts of mainland China. International accounts have [`INTERNATIONAL`].
pub const MAINLAND: &str = "https://vod.tencentcloudapi.com";

/// The server for international accounts.
pub const INTERNATIONAL: &str = "https://vod.intl.tencentcloudapi.com";

/// The longest that a pull may take. The vendor asks for 10 seconds: it may hold one for 5.
const PULL_LIMIT: Duration = Duration::from_secs(10);

/// The variables in which the vendor's own tools look for an access key: id, secret, and the token of a temporary key.
pub const ACCESS_KEY_VARIABLES: [&str; 3] = ["TENCENTCLOUD_SECRET_ID", "TENCENTCLOUD_SECRET_KEY", "TENCENTCLOUD_TOKEN"];

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

/// What both actions take.
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

/// What both actions answer.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Answer<'a> {
    #[serde(borrow)]
    response: Body<'a>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Body<'a> {
    /// Why it failed. Failures have status 200, too.
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
        credentials: &Credentials,
        limit: Duration,
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
        send(self.client.post(self.endpoint.join("/")).headers(headers).body(body), limit).await
    }

    /// Whether the vendor confirmed these, in one request. Otherwise it does not know some of them, or any.
    async fn confirm_all(&self, credentials: &Credentials, handles: &[String]) -> Result<bool, QueueError> {
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

    fn poll_limit(&self) -> Duration {
        PULL_LIMIT
    }

    async fn receive(&self, credentials: &Credentials) -> Result<Vec<Message>, QueueError> {
        let response = self.call("PullEvents", None, credentials, PULL_LIMIT).await?;
        messages(&response, Timestamp::now())
    }

    async fn confirm(&self, credentials: &Credentials, handles: &[String]) -> Result<usize, QueueError> {
        if self.confirm_all(credentials, handles).await? {
            return Ok(0);
        }
        let [_, _, ..] = handles else { return Ok(handles.len()) };
        // The vendor does not say whether one bad handle spoils the others, nor which it was.
        let mut refused = 0;
        for handle in handles.chunks(1) {
            refused += usize::from(!self.confirm_all(credentials, handle).await?);
        }
        Ok(refused)
    }
}

/// The messages that `PullEvents` answered.
///
/// No event is told in three ways: by the error `ResourceNotFound`, which only this action has, by `null`, and by an empty
/// list.
fn messages(response: &Response, received: Timestamp) -> Result<Vec<Message>, QueueError> {
    let body = match body(response) {
        Err(QueueError::Refused(refusal)) if refusal.code == "ResourceNotFound" => return Ok(Vec::new()),
        Err(QueueError::Expired(refusal)) => return Err(QueueError::Refused(refusal)),
        body => body?,
    };
    let Some(event_set) = body.event_set.map(RawValue::get) else { return Ok(Vec::new()) };
    let events: Result<Vec<&RawValue>, _> = serde_json::from_str(event_set);
    let events =
        events.map_err(|_| QueueError::Answer { status: response.status, problem: "expected a list of events" })?;
    // What is beyond the limit is not confirmed, and is given again.
    Ok(events.into_iter().take(MOST_MESSAGES).map(|event| message(event.get(), received)).collect())
}

/// An event of the list, as a message. The handle is read by itself: it is needed most where the rest cannot be read.
fn message(event: &str, received: Timestamp) -> Message {
    let members: BTreeMap<String, &RawValue> = serde_json::from_str(event).unwrap_or_default();
    let handle = members.get("EventHandle").map(|handle| handle.get());
    // Each delivery has another handle. Without it an event that cannot be read has the same id in each.
    let place = handle.map(|handle| (handle.as_ptr().addr() - event.as_ptr().addr(), handle.len()));
    let parts = place.and_then(|(start, length)| event.get(..start).zip(event.get(start + length..)));
    let event = parts.map_or(Cow::from(event), |(before, after)| format!("{before}\"\"{after}").into());
    Message {
        handle: handle.and_then(|handle| serde_json::from_str(handle).ok()),
        events: decode_pulled(Product::TencentVod, event.as_bytes(), received),
    }
}

/// What is in the answer, or why there is nothing.
fn body(response: &Response) -> Result<Body<'_>, QueueError> {
    let status = response.status;
    let Ok(Answer { response: body }) = serde_json::from_str(&response.body) else {
        return Err(match status {
            429 | 500.. => QueueError::Unavailable(Refusal::new(status, "", "")),
            _ => QueueError::Answer { status, problem: "expected JSON with a Response" },
        });
    };
    match &body.error {
        Some(failure) => Err(error(Refusal::new(status, &failure.code, &body.request_id))),
        None if status == 200 => Ok(body),
        None => Err(error(Refusal::new(status, "", &body.request_id))),
    }
}

/// What an error code of the vendor means.
///
/// <https://www.tencentcloud.com/document/product/266/34187>
fn error(refusal: Refusal) -> QueueError {
    let (family, detail) = refusal.code.split_once('.').unwrap_or((&refusal.code, ""));
    match (family, detail) {
        ("RequestLimitExceeded" | "InternalError" | "ServiceUnavailable", _) | ("FailedOperation", "") => {
            QueueError::Unavailable(refusal)
        }
        ("AuthFailure", "SignatureExpire") => QueueError::Clock(refusal),
        ("AuthFailure" | "UnauthorizedOperation", _) => QueueError::Denied(refusal),
        // Of a confirmation, whose only values are the handles and an application that has just been pulled from.
        ("InvalidParameterValue" | "InvalidParameter", _) => QueueError::Expired(refusal),
        _ if refusal.status == 429 || refusal.status >= 500 => QueueError::Unavailable(refusal),
        _ => QueueError::Refused(refusal),
    }
}

#[cfg(test)]
mod tests;
