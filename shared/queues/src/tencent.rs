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
use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
pub use vendor_api::tencent::{ACCESS_KEY_VARIABLES, VOD_INTERNATIONAL as INTERNATIONAL, VOD_MAINLAND as MAINLAND};
use vendor_api::tencent::{Vod, body};
use vendor_api::{AccessKey, ApiError, Client, Endpoint, Response};

use crate::drain::{CONFIRM_REQUEST, MAX_MESSAGES, Message, Queue};

/// The most handles of a confirmation: the vendor's limit.
const BATCH: usize = 16;

/// Timeout of a pull. The vendor recommends 10 seconds, since it may hold a pull for 5.
const PULL_TIMEOUT: Duration = Duration::from_secs(10);

/// The events that Tencent Cloud VOD keeps for an application.
#[derive(Debug, Clone)]
pub struct EventQueue {
    api: Vod,
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

/// What `PullEvents` gives.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Events<'a> {
    /// The events; null where there are none.
    #[serde(borrow)]
    event_set: Option<&'a RawValue>,
}

impl EventQueue {
    /// The queue of an account, or of one of its applications.
    #[must_use]
    pub fn new(client: Client, endpoint: Endpoint, sub_app_id: Option<u64>) -> Self {
        let name = sub_app_id.map_or_else(|| "tencent-vod".to_owned(), |id| format!("tencent-vod/{id}"));
        Self { api: Vod::new(client, endpoint), sub_app_id, name }
    }

    async fn call(
        &self,
        action: &'static str,
        event_handles: Option<&[String]>,
        credentials: &AccessKey,
        timeout: Duration,
    ) -> Result<Response, ApiError> {
        let request = Request { event_handles, sub_app_id: self.sub_app_id };
        let body = serde_json::to_vec(&request).map_err(ApiError::Encode)?;
        self.api.call(action, body, credentials, timeout).await
    }

    /// Confirms these handles in one request. It is `false` where the vendor does not know some or all of them.
    async fn confirm_all(&self, credentials: &AccessKey, handles: &[String]) -> Result<bool, ApiError> {
        let response = self.call("ConfirmEvents", Some(handles), credentials, CONFIRM_REQUEST).await?;
        match body::<IgnoredAny>(&response) {
            Ok(_) => Ok(true),
            // They are about the handles: the only other value is the application, from which was just pulled.
            Err(ApiError::Refused(refusal)) if is_about_a_value(&refusal.code) => Ok(false),
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

    async fn receive(&self, credentials: &AccessKey) -> Result<Vec<Message>, ApiError> {
        let response = self.call("PullEvents", None, credentials, PULL_TIMEOUT).await?;
        messages(&response, Timestamp::now())
    }

    async fn confirm(&self, credentials: &AccessKey, handles: &[String]) -> Result<usize, ApiError> {
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
fn messages(response: &Response, received: Timestamp) -> Result<Vec<Message>, ApiError> {
    let events: Events<'_> = match body(response) {
        Err(ApiError::Refused(refusal)) if refusal.code == "ResourceNotFound" => return Ok(Vec::new()),
        events => events?,
    };
    let Some(event_set) = events.event_set.map(RawValue::get) else { return Ok(Vec::new()) };
    let events: Result<Vec<&RawValue>, _> = serde_json::from_str(event_set);
    let events =
        events.map_err(|_| ApiError::Response { status: response.status, problem: "expected a list of events" })?;
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

/// Whether an error code says that a value of the request is invalid.
fn is_about_a_value(code: &str) -> bool {
    matches!(code.split('.').next(), Some("InvalidParameterValue" | "InvalidParameter"))
}

#[cfg(test)]
mod tests;
