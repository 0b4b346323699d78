//! What the events of VOD have in common.

use serde::de::MapAccess;
use serde_json::value::RawValue;

use crate::aliyun::error_of;
use crate::event::{Failure, Outcome};
use crate::facts;
use crate::status;
use crate::wire::{self, Text, Unused, UserData};

/// Members that an event has beside those of its own. The streams and snapshots in an event have some of them, too.
///
/// No event has all. `EventType`, `EventTime` and `UserId` are read with the [`crate::aliyun::Envelope`].
#[derive(Debug, Default)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(rename_all = "PascalCase"))]
pub(super) struct Head {
    /// How it ended: `success` or `fail`, for some events `Success` or `Failed`, `Succeed` or `Failed`.
    pub(super) status: Text,
    /// ID of the video.
    video_id: Text,
    /// ID of the media, of events that need not be about a video.
    media_id: Text,
    /// ID of the image, where an image was uploaded.
    image_id: Text,
    /// ID of the attached media (subtitles, watermark), where such was uploaded.
    attached_media_id: Text,
    /// Job ID.
    pub(super) job_id: Text,
    /// Error code, where it failed.
    error_code: Text,
    /// Error message, where it failed.
    error_message: Text,
    /// The error code of automatic jobs. Their samples have `0` along with `success`.
    code: Text,
    /// The error message of automatic jobs. Their samples have `OK` along with `success`.
    message: Text,
    /// What the customer passed along: the `Extend` of the `UserData` of the request that started the job. A text, of up to 512
    /// bytes; JSON where the customer passed JSON.
    extend: UserData,
    /// The whole `UserData` of that request, JSON in a string: `{"MessageCallback":{…},"Extend":{…}}`. No table has it.
    user_data: UserData,
}

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

    /// The media that the event is about. No event has two of these.
    pub(super) fn media_id(&self) -> Option<String> {
        let ids = [&self.video_id, &self.media_id, &self.image_id, &self.attached_media_id];
        ids.into_iter().find_map(|id| id.0.clone())
    }

    /// What went wrong.
    pub(super) fn error(&self) -> Failure {
        error_of([&self.error_code, &self.code], [&self.error_message, &self.message])
    }

    /// The error of a part with this outcome.
    pub(super) fn error_of(&self, outcome: Outcome) -> Option<Failure> {
        facts::failure_of(outcome, self.error())
    }

    /// What the customer attached. `Extend` counts before `UserData`: it is what was meant to be passed along, while the other
    /// also has where to send the event.
    pub(super) fn user_data(&self) -> Option<Box<RawValue>> {
        self.extend.0.clone().or_else(|| self.user_data.0.clone())
    }
}

/// An object of an event: the event itself, or a part of it that has some of the head.
pub(super) type WithHead<B> = wire::WithHead<Head, B>;

impl wire::Head for Head {
    fn take<'de, A: MapAccess<'de>>(&mut self, key: &str, object: &mut A) -> Result<bool, A::Error> {
        match key {
            "Status" => self.status = object.next_value()?,
            "VideoId" => self.video_id = object.next_value()?,
            "MediaId" => self.media_id = object.next_value()?,
            "ImageId" => self.image_id = object.next_value()?,
            "AttachedMediaId" => self.attached_media_id = object.next_value()?,
            "JobId" => self.job_id = object.next_value()?,
            "ErrorCode" => self.error_code = object.next_value()?,
            "ErrorMessage" => self.error_message = object.next_value()?,
            "Code" => self.code = object.next_value()?,
            "Message" => self.message = object.next_value()?,
            "Extend" => self.extend = object.next_value()?,
            "UserData" => self.user_data = object.next_value()?,
            // `AppId` is the application that the media belongs to, `app-1000000` by default.
            "EventType" | "EventTime" | "UserId" | "AppId" | "RequestId" => {
                object.next_value::<Unused<Text>>()?;
            }
            _ => return Ok(false),
        }
        Ok(true)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::Integer;

    #[derive(Debug, Default, serde::Deserialize)]
    #[serde(default, rename_all = "PascalCase")]
    struct Body {
        size: Integer,
    }

    fn parse(json: &str) -> WithHead<Body> {
        wire::parse(json)
    }

    #[test]
    fn head_and_body_are_told_apart() {
        let event = parse(r#"{"AppId":"a","Size":7,"Status":"success","New":{"Status":"fail"},"VideoId":"v"}"#);
        assert_eq!(event.body.size.get(), Some(7));
        assert_eq!((event.head.outcome(), event.head.media_id().as_deref()), (Outcome::Succeeded, Some("v")));
    }

    #[test]
    fn an_error_fails_what_has_no_status() {
        for (json, outcome, code) in [
            (r#"{"Status":"success","Code":"0","Message":"OK"}"#, Some(Outcome::Succeeded), None),
            (r#"{"Status":"odd","ErrorCode":"E"}"#, Some(Outcome::Unknown), Some("E")),
            (r#"{"Status":"fail","Code":"E"}"#, Some(Outcome::Failed), Some("E")),
            (r#"{"ErrorCode ":"E "}"#, Some(Outcome::Failed), Some("E")),
            (r#"{"ErrorCode":"E "}"#, Some(Outcome::Failed), Some("E")),
            (r#"{"Code":0}"#, None, None),
            (r#"{"Code":"200","Message":"Success"}"#, None, None),
            (r#"{"Message":"no such file"}"#, Some(Outcome::Failed), None),
            ("{}", None, None),
        ] {
            let head = parse(json).head;
            assert_eq!((head.stated_outcome(), head.error().code.as_deref()), (outcome, code), "{json}");
        }
    }

    #[test]
    fn what_was_passed_along_counts_before_the_whole() {
        for (json, expected) in [
            (r#"{"UserData":"{\"Extend\":{\"a\":1}}","Extend":"{\"a\":1}"}"#, Some(r#"{"a":1}"#)),
            (r#"{"Extend":"test data"}"#, Some(r#""test data""#)),
            (r#"{"UserData":"{\"Extend\":1}","Extend":""}"#, Some(r#"{"Extend":1}"#)),
            ("{}", None),
        ] {
            assert_eq!(parse(json).head.user_data().as_deref().map(RawValue::get), expected, "{json}");
        }
    }
}
