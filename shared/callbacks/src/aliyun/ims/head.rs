//! What the bodies of IMS events have in common.

use serde::de::MapAccess;
use serde_json::value::RawValue;

use crate::aliyun::error_of;
use crate::event::{Failure, Outcome};
use crate::status;
use crate::wire::{self, Text, Time, Unused, UserData};

/// Members that a body has beside those of its own.
///
/// No event has all, and most tables lack those of an error; where something failed, it is one of them that says why.
#[derive(Debug, Default)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(rename_all = "PascalCase"))]
pub(super) struct Head {
    /// How it ended: `Success` or `Fail`, for some events `Failed`, `Succeed`, `Finished`, `Complete`, `Error`.
    pub(super) status: Text,
    /// Job ID.
    job_id: Text,
    /// The same as live streams write it, `jobId`.
    #[cfg_attr(test, schemars(rename = "jobId"))]
    live_job_id: Text,
    /// Error code, where it failed.
    error_code: Text,
    /// Error message, where it failed.
    error_message: Text,
    /// The error code as the APIs that report jobs name it.
    code: Text,
    /// The error message as the APIs that report jobs name it.
    message: Text,
    /// What the customer attached to the request, JSON in a string: `{"NotifyAddress":"…","order":7}`. The service gives it back
    /// whole.
    ///
    /// <https://help.aliyun.com/document_detail/276044.htm>
    user_data: UserData,
    /// What the customer passed along, as events of VOD have it; of a batch of editing jobs where its error is.
    extend: UserData,
}

/// The fields that report a failure.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct ErrorFields {
    /// Error code.
    error_code: Text,
    /// Error message.
    error_message: Text,
}

/// The body of an event.
pub(super) type WithHead<B> = wire::WithHead<Head, B>;

impl Head {
    /// How it ended; unknown where neither a word nor an error says so.
    pub(super) fn outcome(&self) -> Outcome {
        self.stated_outcome().unwrap_or_default()
    }

    /// How it ended, where a word says so, or an error does for want of one.
    pub(super) fn stated_outcome(&self) -> Option<Outcome> {
        let word = self.status.as_deref().map(status::outcome);
        word.or_else(|| (self.error() != Failure::default()).then_some(Outcome::Failed))
    }

    pub(super) fn job_id(&self) -> Option<String> {
        self.job_id.clone().or(self.live_job_id.clone()).0
    }

    /// What went wrong.
    pub(super) fn error(&self) -> Failure {
        error_of([&self.error_code, &self.code], [&self.error_message, &self.message])
    }

    /// The error in `Extend`, where the API reports that of a batch.
    pub(super) fn extended_error(&self) -> Failure {
        let fields = self.extend.0.as_deref().filter(|extend| extend.get().starts_with('{'));
        let fields =
            fields.and_then(|extend| serde_json::from_str::<ErrorFields>(extend.get()).ok()).unwrap_or_default();
        crate::aliyun::failure(fields.error_code, fields.error_message)
    }

    /// What the customer attached.
    pub(super) fn user_data(&self) -> Option<Box<RawValue>> {
        let passed_along = || self.extend.0.clone().filter(|_| self.extended_error() == Failure::default());
        self.user_data.0.clone().or_else(passed_along)
    }
}

impl wire::Head for Head {
    fn take<'de, A: MapAccess<'de>>(&mut self, key: &str, object: &mut A) -> Result<bool, A::Error> {
        match key {
            "Status" => self.status = object.next_value()?,
            "JobId" => self.job_id = object.next_value()?,
            "jobId" => self.live_job_id = object.next_value()?,
            "ErrorCode" => self.error_code = object.next_value()?,
            "ErrorMessage" => self.error_message = object.next_value()?,
            "Code" => self.code = object.next_value()?,
            "Message" => self.message = object.next_value()?,
            "UserData" => self.user_data = object.next_value()?,
            "Extend" => self.extend = object.next_value()?,
            // The event's own head once more, in a body that is the result of a workflow's node.
            "EventType" | "UserId" => {
                object.next_value::<Unused<Text>>()?;
            }
            "EventTime" => {
                object.next_value::<Unused<Time>>()?;
            }
            _ => return Ok(false),
        }
        Ok(true)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, Default, serde::Deserialize)]
    #[serde(default)]
    struct Nothing {}

    fn head(json: &str) -> Head {
        crate::wire::parse::<WithHead<Nothing>>(json).head
    }

    #[test]
    fn an_error_is_read_under_either_name() {
        for (json, outcome, code) in [
            (r#"{"Status":"Error","Code":"E","Message":"m"}"#, Outcome::Failed, Some("E")),
            (r#"{"Status":"Fail","ErrorCode":"E","Code":"F"}"#, Outcome::Failed, Some("E")),
            (r#"{"Code":"E"}"#, Outcome::Failed, Some("E")),
            (r#"{"Status":"odd","Code":"E"}"#, Outcome::Unknown, Some("E")),
            (r#"{"Code":"0","Message":"OK"}"#, Outcome::Unknown, None),
            (r#"{"Code":200,"Message":"success"}"#, Outcome::Unknown, None),
        ] {
            let head = head(json);
            assert_eq!((head.outcome(), head.error().code.as_deref()), (outcome, code), "{json}");
        }
    }

    #[test]
    fn a_jobs_id_is_read_in_either_spelling() {
        for (json, id) in [
            (r#"{"JobId":"a"}"#, "a"),
            (r#"{"jobId":"b"}"#, "b"),
            (r#"{"JobId":"a","jobId":"b"}"#, "a"),
            (r#"{"JobId":"","jobId":"b"}"#, "b"),
        ] {
            assert_eq!(head(json).job_id().as_deref(), Some(id), "{json}");
        }
    }

    #[test]
    fn an_error_in_extend_is_no_user_data() {
        for (json, expected) in [
            (r#"{"UserData":"{\"a\":1}","Extend":"x"}"#, Some(r#"{"a":1}"#)),
            (r#"{"Extend":"{\"a\":1}"}"#, Some(r#"{"a":1}"#)),
            (r#"{"Extend":"text"}"#, Some(r#""text""#)),
            (r#"{"Extend":"{\"ErrorCode\":\"E\"}"}"#, None),
        ] {
            assert_eq!(head(json).user_data().as_deref().map(RawValue::get), expected, "{json}");
        }
    }
}
