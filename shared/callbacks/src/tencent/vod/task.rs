//! What most tasks have, whatever their work: a head, and files that they made.

use std::collections::HashSet;

use jiff::Timestamp;
use serde::Deserialize;
use serde::de::value::Error;
use serde::de::{IntoDeserializer, MapAccess};

use super::media::MediaMetaData;
use crate::event::{Failure, Job, Media, Outcome, Output, Role};
use crate::facts::Facts;
use crate::status;
use crate::urls::unsigned;
use crate::wire::{Decimal, Head, Integer, One, Text, Time, UnixTime, Unused, UserData};

/// What a task says of itself: the members that payloads have beside their own. Hardly one has all of them.
#[derive(Debug, Default)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(rename_all = "PascalCase"))]
pub(crate) struct Task {
    /// Task ID.
    #[cfg_attr(test, schemars(rename = "TaskId"))]
    pub(crate) id: Text,
    /// `PROCESSING` or `FINISH`. `FINISH` says only that it ended: whether it succeeded, the error codes tell.
    pub(crate) status: Text,
    /// Error code as text; an empty one means success.
    pub(crate) err_code_ext: Text,
    /// Error code; 0 means success.
    pub(crate) err_code: Integer,
    /// Error message. The vendor's samples have `SUCCESS` here, too.
    pub(crate) message: Text,
    /// Percent, 0 to 100.
    pub(crate) progress: Decimal,
    /// ID of the media file, 19 or 20 digits. Where a task has an `Input`, it may be there.
    pub(crate) file_id: Text,
    /// What the customer attached to the task, at most 1,000 characters.
    pub(crate) session_context: UserData,
    /// The customer's key against doubled requests, at most 50 characters. It says nothing about doubled events.
    pub(crate) session_id: Unused<Text>,
    /// Task ID of the flow that the file is put through; empty for none.
    pub(crate) procedure_task_id: Text,
    /// Task ID of the review that the file is put through; empty for none.
    pub(crate) review_audio_video_task_id: Text,
}

impl Head for Task {
    fn take<'de, A: MapAccess<'de>>(&mut self, key: &str, object: &mut A) -> Result<bool, A::Error> {
        match key {
            "TaskId" => self.id = object.next_value()?,
            "Status" => self.status = object.next_value()?,
            "ErrCodeExt" => self.err_code_ext = object.next_value()?,
            "ErrCode" => self.err_code = object.next_value()?,
            "Message" => self.message = object.next_value()?,
            "Progress" => self.progress = object.next_value()?,
            "FileId" => self.file_id = object.next_value()?,
            "SessionContext" => self.session_context = object.next_value()?,
            "SessionId" => self.session_id = object.next_value()?,
            "ProcedureTaskId" => self.procedure_task_id = object.next_value()?,
            "ReviewAudioVideoTaskId" => self.review_audio_video_task_id = object.next_value()?,
            _ => return Ok(false),
        }
        Ok(true)
    }
}

/// A file that a task made. The vendor has a struct for each task, of which this is the union.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
pub(crate) struct TaskFile {
    /// Format of the file: `mp4`, `flv`, `jpg`, `GLB`.
    file_type: Text,
    /// Where the file can be fetched.
    file_url: Text,
    /// ID of the file as a media file of its own. A sample has it as a number, which lost its last digits.
    file_id: Text,
    /// Name of the file, at most 64 characters.
    media_name: Unused<Text>,
    /// ID of the category that it was put into; 0 for none.
    class_id: Unused<Integer>,
    /// When it is deleted; `9999-12-31T23:59:59Z` for never.
    expire_time: Time,
    /// `Permanent`, a media file of its own, or `Temporary`, deleted after 7 days. Generated files only.
    storage_mode: Unused<Text>,
    /// What the vendor found out about the file. Where it is not here, it may be beside the output.
    meta_data: One<MediaMetaData>,
    /// The content itself, where it is no media. Generated videos only.
    file_content: Unused<Text>,
    /// What the file is for: `scene_url`, `point_url`, `mesh_url`, `mesh_simplified_url`, `position_info`, `image_url`.
    /// Generated videos only.
    usage_type: Text,
    /// When it is deleted, Unix seconds.
    expired_time: UnixTime,
    /// Where a picture of it can be fetched. Generated models only.
    preview_file_url: Text,
}

impl Task {
    /// What the task says, without what it made.
    pub(crate) fn facts(self) -> Facts {
        let error = failure(self.err_code_ext, self.err_code, self.message);
        let outcome = whole_outcome(&self.status, self.err_code, &error);
        let progress = self.progress.get().filter(|_| outcome == Outcome::Running);
        Facts {
            outcome,
            status: self.status.0,
            media: Media { id: self.file_id.0, ..Media::default() },
            job: Job { id: self.id.0, progress, ..Job::default() },
            follow_ups: [self.procedure_task_id, self.review_audio_video_task_id]
                .into_iter()
                .filter_map(|id| id.0)
                .collect(),
            error,
            user_data: self.session_context.0,
            ..Facts::default()
        }
    }
}

impl TaskFile {
    /// A file of which no more is said.
    pub(crate) fn new(file_id: Text, file_type: Text, file_url: Text) -> Self {
        Self { file_type, file_url, file_id, ..Self::default() }
    }

    /// The file, and the picture of it. `beside` is the metadata that some tasks have outside of it.
    pub(crate) fn outputs(self, usual: Role, beside: One<MediaMetaData>) -> impl Iterator<Item = Output> {
        let role = self.role(usual);
        let known = self.meta_data.0.or(beside.0).map(|boxed| *boxed).unwrap_or_default();
        let role = if role == Role::Video && known.is_sound() { Role::Audio } else { role };
        let known = known.output();
        let expires_at = expiry(self.expire_time, self.expired_time);
        let file = asset(role, self.file_id, self.file_url).map(|file| Output {
            id: file.id,
            role: file.role,
            url: file.url,
            format: self.file_type.0.or(known.format),
            expires_at,
            ..known
        });
        let preview = file_at(role_of(&self.preview_file_url, Role::Image), self.preview_file_url);
        file.into_iter().chain(preview.map(|preview| Output { expires_at, ..preview }))
    }

    /// What the vendor says that the file is counts before what the ending of its address looks like.
    fn role(&self, usual: Role) -> Role {
        match self.usage_type.as_deref() {
            Some("scene_url" | "point_url" | "mesh_url" | "mesh_simplified_url") => return Role::Model,
            Some("image_url") => return Role::Image,
            _ => {}
        }
        let of_type = self.file_type.as_deref().map(Role::of_format).unwrap_or_default();
        of_type.or(role_of(&self.file_url, usual))
    }
}

/// When a file is deleted, as whichever of the two says. The year 9999 means never; Unix seconds of 0, and such as can
/// only be a duration, say nothing.
pub(crate) fn expiry(time: Time, seconds: UnixTime) -> Option<Timestamp> {
    const YEAR_2001: i64 = 978_307_200;
    const YEAR_9999: i64 = 253_370_764_800;
    let is_date = |time: &Timestamp| (YEAR_2001..YEAR_9999).contains(&time.as_second());
    time.0.filter(is_date).or(seconds.0.filter(is_date))
}

/// An event that only reports a fact, without a status: it is one if it says which file it is about.
pub(crate) fn reported(task: Facts) -> Facts {
    let outcome = if task.media.id.is_some() { Outcome::Succeeded } else { Outcome::Unknown };
    Facts { outcome, ..task }
}

/// The number of a status that is an error code.
pub(crate) fn code_of(status: Option<&str>) -> Integer {
    let code = status.and_then(|text| Integer::deserialize(IntoDeserializer::<Error>::into_deserializer(text)).ok());
    code.unwrap_or_default()
}

/// How a whole task ended, as far as it says itself. `FINISH` says only that it ended: with an error, it failed.
pub(crate) fn whole_outcome(status: &Text, code: Integer, error: &Failure) -> Outcome {
    match status::outcome_or_code(status.as_deref(), code.get()) {
        Outcome::Succeeded if error.code.is_some() => Outcome::Failed,
        // Some tasks have no code but `ErrCodeExt`.
        Outcome::Unknown if status.is_absent() && error.code.is_some() => Outcome::Failed,
        outcome => outcome,
    }
}

/// The error of these fields. The code 0 and the message `SUCCESS` are none.
pub(crate) fn failure(code_ext: Text, code: Integer, message: Text) -> Failure {
    let code = code.get().filter(|code| *code != 0).map(|code| code.to_string());
    let is_success = message.as_deref().map(status::outcome) == Some(Outcome::Succeeded);
    // Some of the vendor's samples have `SUCCESS` as code, too.
    let code_ext = code_ext.0.filter(|code| !status::is_success_code(code));
    Failure { code: code_ext.or(code), message: message.0.filter(|_| !is_success) }
}

/// A file of this role at this address; none without an address.
pub(crate) fn file_at(role: Role, url: impl Into<Option<String>>) -> Option<Output> {
    url.into().map(|url| Output { role, url: Some(url), ..Output::default() })
}

/// A file that may have become a media file of its own; none where it has neither an ID nor an address.
pub(crate) fn asset(role: Role, id: Text, url: Text) -> Option<Output> {
    let is_there = id.0.is_some() || url.0.is_some();
    is_there.then(|| Output { id: id.0, role, url: url.0, ..Output::default() })
}

/// A JSON file with all results, of which the event has the first, until it is deleted.
pub(crate) fn list_file(url: Text, expire_time: Time) -> Option<Output> {
    let expires_at = expiry(expire_time, UnixTime::default());
    file_at(Role::Text, url).map(|file| Output { expires_at, ..file })
}

/// The role that this address tells, else the usual one.
pub(crate) fn role_of(url: &Text, usual: Role) -> Role {
    url.as_deref().map(Role::of_name).unwrap_or_default().or(usual)
}

/// Pictures at these addresses.
pub(crate) fn images(urls: impl IntoIterator<Item = impl Into<Option<String>>>) -> impl Iterator<Item = Output> {
    urls.into_iter().filter_map(|url| file_at(Role::Image, url))
}

/// Each file once, where an address tells them apart. The same picture stands for several findings.
pub(crate) fn distinct(files: impl IntoIterator<Item = Output>) -> Vec<Output> {
    let mut seen = HashSet::new();
    files
        .into_iter()
        .filter(|file| file.url.as_deref().is_none_or(|url| seen.insert(unsigned(url).into_owned())))
        .collect()
}

/// The value that all of these have, if there is any and no other.
pub(crate) fn only(values: impl IntoIterator<Item = Text>) -> Option<String> {
    let mut values = values.into_iter().filter_map(|value| value.0);
    let first = values.next()?;
    values.all(|other| other == first).then_some(first)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finish_is_a_success_only_without_an_error() {
        let text = |text: &str| Text(Some(text.to_owned()).filter(|text| !text.is_empty()));
        for (status, code_ext, code, outcome) in [
            ("FINISH", "", "0", Outcome::Succeeded),
            ("FINISH", "", "", Outcome::Succeeded),
            ("SUCCESS", "", "70000", Outcome::Failed),
            ("FINISH", "InternalError", "", Outcome::Failed),
            ("FINISH", "InternalError", "0", Outcome::Failed),
            ("PROCESSING", "", "0", Outcome::Running),
            ("FAIL", "", "0", Outcome::Failed),
            ("Odd", "InternalError", "", Outcome::Unknown),
            ("", "", "0", Outcome::Succeeded),
            ("", "", "-7", Outcome::Failed),
            ("", "InternalError", "", Outcome::Failed),
            ("", "", "", Outcome::Unknown),
        ] {
            let task = Task {
                status: text(status),
                err_code_ext: text(code_ext),
                err_code: code_of(text(code).as_deref()),
                ..Task::default()
            };
            assert_eq!(task.facts().outcome, outcome, "{status} {code_ext} {code}");
        }
    }

    #[test]
    fn a_file_tells_its_role_by_its_type_else_by_its_name() {
        for (json, role) in [
            (r#"{"FileUrl":"https://a/b.m3u8","FileType":"m3u8"}"#, Some(Role::Playlist)),
            (r#"{"FileUrl":"https://a/b.mp4","FileType":"mp3"}"#, Some(Role::Audio)),
            (r#"{"FileUrl":"https://a/b.m3u8","FileType":"odd"}"#, Some(Role::Playlist)),
            (r#"{"FileUrl":"https://a/b","FileType":"JPG"}"#, Some(Role::Image)),
            (r#"{"FileUrl":"https://a/b","FileType":"odd"}"#, Some(Role::Video)),
            (r#"{"FileUrl":"https://a/b"}"#, Some(Role::Video)),
            (r#"{"FileUrl":"https://a/b","UsageType":"mesh_url"}"#, Some(Role::Model)),
            (r#"{"FileUrl":"https://a/b.mp4","MetaData":{"AudioStreamSet":[{"Codec":"aac"}]}}"#, Some(Role::Audio)),
            (r#"{"FileId":"1"}"#, Some(Role::Video)),
            (r#"{"FileType":"mp4"}"#, None),
        ] {
            let file: TaskFile = crate::wire::parse(json);
            assert_eq!(file.outputs(Role::Video, One::default()).next().map(|output| output.role), role, "{json}");
        }
    }

    #[test]
    fn a_file_expires_where_a_date_says_so() {
        for (json, expected) in [
            (r#"{"ExpireTime":"2026-09-12T02:26:25Z"}"#, Some("2026-09-12T02:26:25Z")),
            (r#"{"ExpireTime":"9999-12-31T23:59:59Z"}"#, None),
            (r#"{"ExpireTime":"9999-12-30T00:00:00Z"}"#, None),
            (r#"{"ExpiredTime":1789179985}"#, Some("2026-09-12T02:26:25Z")),
            (r#"{"ExpiredTime":0}"#, None),
            (r#"{"ExpiredTime":604800}"#, None),
            (r#"{"StorageMode":"Temporary"}"#, None),
        ] {
            let file: TaskFile = crate::wire::parse(json);
            let expires_at = expiry(file.expire_time, file.expired_time).map(|time| time.to_string());
            assert_eq!(expires_at.as_deref(), expected, "{json}");
        }
    }

    #[test]
    fn only_one_value_is_the_only_one() {
        let texts = |texts: &[&str]| texts.iter().map(|text| Text(Some((*text).to_owned()))).collect::<Vec<_>>();
        assert_eq!(only(texts(&["a", "a"])).as_deref(), Some("a"));
        assert_eq!(only(texts(&["a", "b"])), None);
        assert_eq!(only([Text::default()]), None);
    }
}
