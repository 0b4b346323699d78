//! What most tasks have, whatever their work.

use serde::Deserialize;
use serde::de::IntoDeserializer;
use serde::de::value::Error;

use super::media::MediaMetaData;
use super::sub_task::{failure, file, role_of, whole_outcome};
use crate::event::{Job, Outcome, Output, Role};
use crate::facts::Facts;
use crate::wire::{Decimal, Integer, One, Text, Time, UnixTime, Unused, UserData};

/// What a task says of itself. Payloads have these fields beside their own, hardly one has all of them.
#[derive(Debug, Default)]
pub(super) struct Task {
    /// Task ID.
    pub(super) id: Text,
    /// `PROCESSING` or `FINISH`. `FINISH` says only that it ended: whether it succeeded, the error codes tell.
    pub(super) status: Text,
    /// Error code as text; an empty one means success.
    pub(super) err_code_ext: Text,
    /// Error code; 0 means success.
    pub(super) err_code: Integer,
    /// Error message. The vendor's samples have `SUCCESS` here, too.
    pub(super) message: Text,
    /// Percent, 0 to 100.
    pub(super) progress: Decimal,
    /// What the customer attached to the task, at most 1,000 characters.
    pub(super) session_context: UserData,
}

/// A file that a task made. The vendor has a struct for each task, of which this is the union.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(super) struct TaskFile {
    /// Format of the file: `mp4`, `flv`, `jpg`.
    pub(super) file_type: Text,
    /// Where the file can be fetched.
    pub(super) file_url: Text,
    /// ID of the file as a media file of its own. A sample has it as a number, which lost its last digits.
    pub(super) file_id: Unused<Text>,
    /// Name of the file, at most 64 characters.
    pub(super) media_name: Unused<Text>,
    /// ID of the category that it was put into; 0 for none.
    pub(super) class_id: Unused<Integer>,
    /// When it is deleted; `9999-12-31T23:59:59Z` for never.
    pub(super) expire_time: Unused<Time>,
    /// `Permanent`, a media file of its own, or `Temporary`, deleted after a while. Generated files and those of MPS
    /// only.
    pub(super) storage_mode: Unused<Text>,
    /// What the vendor found out about the file. Where it is not here, it may be beside the output.
    pub(super) meta_data: One<MediaMetaData>,
    /// The content itself, where it is no media. Generated videos only.
    pub(super) file_content: Unused<Text>,
    /// What the file is for. Generated videos only.
    pub(super) usage_type: Unused<Text>,
    /// When it is deleted, Unix seconds.
    pub(super) expired_time: Unused<UnixTime>,
}

impl Task {
    /// What the task says, without its media and what it made.
    pub(super) fn facts(self) -> Facts {
        let error = failure(self.err_code_ext, self.err_code, self.message);
        let outcome = whole_outcome(&self.status, self.err_code, &error);
        let progress = self.progress.get().filter(|_| outcome == Outcome::Running);
        Facts {
            outcome,
            status: self.status.0,
            job: Job { id: self.id.0, progress, ..Job::default() },
            error,
            user_data: self.session_context.0,
            ..Facts::default()
        }
    }
}

impl TaskFile {
    /// The file; none without an address. `beside` is the metadata that some tasks have outside of it.
    pub(super) fn output(self, usual: Role, beside: One<MediaMetaData>) -> Option<Output> {
        let usual = self.file_type.as_deref().map_or(usual, |file_type| role_of_type(file_type, usual));
        let file = file(role_of(&self.file_url, usual), self.file_url)?;
        let known = self.meta_data.0.or(beside.0).map(|boxed| boxed.output()).unwrap_or_default();
        Some(Output { role: file.role, url: file.url, format: self.file_type.0.or(known.format), ..known })
    }
}

/// The role of a file of this type, where that is the ending of file names; else the usual one.
pub(super) fn role_of_type(file_type: &str, usual: Role) -> Role {
    match Role::of_name(&format!(".{file_type}")) {
        Role::Other => usual,
        role => role,
    }
}

/// The outcome of an event that only reports a fact: it is one if it says what it is about.
pub(super) fn reported(subject: &Text) -> Outcome {
    if subject.is_absent() { Outcome::Unknown } else { Outcome::Succeeded }
}

/// The number of a status that is an error code.
pub(super) fn code_of(status: &Text) -> Integer {
    let code = status
        .as_deref()
        .and_then(|text| Integer::deserialize(IntoDeserializer::<Error>::into_deserializer(text)).ok());
    code.unwrap_or_default()
}

/// The value that all of these have, if there is any and no other.
pub(super) fn only(values: impl IntoIterator<Item = Text>) -> Option<String> {
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
                err_code: code_of(&text(code)),
                ..Task::default()
            };
            assert_eq!(task.facts().outcome, outcome, "{status} {code_ext} {code}");
        }
    }

    #[test]
    fn a_file_tells_its_role_by_its_name_else_by_its_type() {
        for (json, role) in [
            (r#"{"FileUrl":"https://a/b.m3u8","FileType":"mp4"}"#, Some(Role::Playlist)),
            (r#"{"FileUrl":"https://a/b","FileType":"JPG"}"#, Some(Role::Image)),
            (r#"{"FileUrl":"https://a/b","FileType":"odd"}"#, Some(Role::Video)),
            (r#"{"FileUrl":"https://a/b"}"#, Some(Role::Video)),
            (r#"{"FileType":"mp4"}"#, None),
        ] {
            let file: TaskFile = serde_json::from_str(json).unwrap();
            assert_eq!(file.output(Role::Video, One::default()).map(|output| output.role), role, "{json}");
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
