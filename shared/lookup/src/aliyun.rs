//! What the query APIs of Alibaba Cloud have alike.
//!
//! None of their answers has the callback's shape: from each the body of a callback is built, by a table of members, and goes
//! through the callback's parser.

use callbacks::{CloudEvent, NaturalKey, Outcome, Product, decode};
use jiff::Timestamp;
use serde_json::{Map, Value};
use vendor_api::aliyun::{Rpc, body};
use vendor_api::{ApiError, Client, Endpoint, seconds};

use crate::answer::{Answer, Listed};
use crate::error::{Error, undocumented};
use crate::pace::Asking;

/// Requests a second: less than half of the 15 that `ApsaraVideo` VOD documents for the actions on jobs. Intelligent Media Services
/// documents no rate.
///
/// <https://help.aliyun.com/zh/vod/developer-reference/qps-limits-on-api-operations>
pub(crate) const RATE: usize = 7;

/// An object in JSON.
pub(crate) type Object = Map<String, Value>;

/// The members of a callback, each with where an answer has it: a JSON pointer.
pub(crate) type Members = &'static [(&'static str, &'static str)];

/// Of the run of a workflow: both products have the same.
pub(crate) const RUN: Members = &[
    ("TaskId", "/TaskId"),
    ("WorkflowId", "/Workflow/WorkflowId"),
    ("Status", "/Status"),
    ("TaskInput", "/TaskInput"),
    ("ActivityResults", "/ActivityResults"),
    ("CreateTime", "/CreateTime"),
    ("FinishTime", "/FinishTime"),
    ("UserData", "/UserData"),
];

/// A product's API in a region.
#[derive(Debug)]
pub(crate) struct Api {
    rpc: Rpc,
    product: Product,
    /// The account's id, which callbacks have and most answers lack.
    account: Option<String>,
}

impl Api {
    /// `version` is the API's.
    pub(crate) fn new(
        product: Product,
        version: &'static str,
        client: Client,
        endpoint: Endpoint,
        account: Option<String>,
    ) -> Self {
        Self { rpc: Rpc::new(client, endpoint, version), product, account }
    }

    /// What an action answers.
    pub(crate) async fn call(
        &self,
        action: &'static str,
        parameters: &[(&str, &str)],
        asking: Asking<'_>,
    ) -> Result<Value, Error> {
        asking.call(async |timeout| body(&self.rpc.call(action, parameters, asking.credentials, timeout).await?)).await
    }

    /// What an action answers; `None` where the vendor does not know of what is asked about.
    pub(crate) async fn find(
        &self,
        action: &'static str,
        parameters: &[(&str, &str)],
        asking: Asking<'_>,
    ) -> Result<Option<Value>, Error> {
        match self.call(action, parameters, asking).await {
            Err(Error::Api(ApiError::Gone(_))) => Ok(None),
            answer => answer.map(Some),
        }
    }

    /// The events of a callback of this name, with these members of its own, which came at `time`.
    pub(crate) fn events(&self, event: &str, members: Object, time: Timestamp) -> Vec<CloudEvent> {
        let mut head = Object::new();
        head.insert("EventType".to_owned(), event.into());
        head.insert("EventTime".to_owned(), seconds(time).into());
        head.extend(self.account.as_ref().map(|account| ("UserId".to_owned(), account.as_str().into())));
        match self.product {
            Product::AliyunIms => {
                head.insert("MessageBody".to_owned(), members.into());
            }
            _ => head.extend(members),
        }
        decode(self.product, Value::Object(head).to_string().as_bytes(), time)
    }

    /// What a callback with these members says of its job, which ended at `ended_at`, or now where that is not known.
    pub(crate) fn answer(&self, event: &str, members: Object, ended_at: Option<Timestamp>) -> Result<Answer, Error> {
        let events = self.events(event, members, ended_at.unwrap_or_else(Timestamp::now));
        if events.iter().any(|event| event.r#type.outcome == Outcome::Unknown) {
            return Err(undocumented("expected a status that is documented"));
        }
        Ok(Answer::of(events))
    }

    /// Whether a job with this status has not ended. One whose status is not documented has.
    pub(crate) fn is_running(&self, event: &str, status: &str) -> bool {
        let members = Object::from_iter([("Status".to_owned(), status.into())]);
        let events = self.events(event, members, Timestamp::UNIX_EPOCH);
        events.iter().any(|event| event.r#type.outcome == Outcome::Running)
    }
}

/// A job of a list whose answer is known; `None` where it has not ended.
pub(crate) fn listed(key: NaturalKey, ended_at: Option<Timestamp>, answer: Result<Answer, Error>) -> Option<Listed> {
    match answer {
        Ok(Answer::Ended(ended)) => Some(Listed { key, ended_at, ended: Some(ended) }),
        Ok(Answer::Running | Answer::Unknown) => None,
        // Whoever asks for it is told what is wrong with it.
        Err(_) => Some(Listed { key, ended_at, ended: None }),
    }
}

/// The members that an answer has.
pub(crate) fn pick(answer: &Value, members: Members) -> Object {
    let found = |(name, pointer): &(&str, &str)| {
        let value = answer.pointer(pointer).filter(|value| !value.is_null())?;
        Some(((*name).to_owned(), value.clone()))
    };
    members.iter().filter_map(found).collect()
}

/// The text at a JSON pointer; empty where there is none.
pub(crate) fn text<'v>(value: &'v Value, pointer: &str) -> &'v str {
    value.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
}

/// The time at a JSON pointer.
pub(crate) fn time(value: &Value, pointer: &str) -> Option<Timestamp> {
    text(value, pointer).parse().ok()
}

/// The list at a JSON pointer; empty where there is none.
pub(crate) fn list<'v>(value: &'v Value, pointer: &str) -> &'v [Value] {
    value.pointer(pointer).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()
}

/// The word for what became of an upload from a URL: the callback's.
///
/// The vendor's samples have `SUCCESS` and `Normal`, and an error code of 200 along with them. Its words for a job that has not
/// ended are not on the action's page; such a job has no time of its end.
pub(crate) fn url_upload_status(upload: &Value) -> Result<&'static str, Error> {
    match text(upload, "/Status").to_ascii_lowercase().as_str() {
        "success" | "normal" => Ok("success"),
        status if status.contains("fail") => Ok("fail"),
        _ if text(upload, "/CompleteTime").is_empty() => Ok("processing"),
        _ => Err(undocumented("expected a status that is documented")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_upload_from_a_url_has_ended_if_a_word_says_so() {
        for (upload, expected) in [
            (r#"{"Status":"SUCCESS","ErrorCode":"200"}"#, Some("success")),
            (r#"{"Status":"Normal"}"#, Some("success")),
            (r#"{"Status":"UploadFail","CompleteTime":"2026-01-01T00:00:00Z"}"#, Some("fail")),
            (r#"{"Status":"Brand new"}"#, Some("processing")),
            (r#"{"Status":"Brand new","CompleteTime":"2026-01-01T00:00:00Z"}"#, None),
        ] {
            let upload: Value = serde_json::from_str(upload).unwrap();
            assert_eq!(url_upload_status(&upload).ok(), expected, "{upload}");
        }
    }
}
