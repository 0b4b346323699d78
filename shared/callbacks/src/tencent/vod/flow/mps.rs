//! Tasks of the vendor's other product for media, MPS, on files of this one.

use serde::Deserialize;

use super::process;
use crate::event::{Failure, Kind, Outcome, Output, Role, Step};
use crate::facts::{Facts, failure_of, made};
use crate::status;
use crate::tencent::vod::Payload;
use crate::tencent::vod::task::{asset, expiry, role_of, whole_outcome};
use crate::wire::{Integer, Many, One, Text, Time, UnixTime, Unused};

/// Payload of `ProcessMediaByMPSComplete`. It does not say which file was processed.
///
/// <https://cloud.tencent.com/document/api/266/31773#ProcessMediaByMPS>
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
pub(crate) struct ProcessMediaByMps {
    /// The sub-tasks.
    sub_task_set: Many<MpsSubTask>,
}

/// One sub-task and what became of it.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
struct MpsSubTask {
    /// What it did: `Transcode`, `AiAnalysis.DeLogo`.
    task_type: Text,
    /// `PROCESSING`, `SUCCESS` or `FAIL`; a sub-task that has not begun has `WAITING`.
    status: Text,
    /// Error code as text, unlike all others under this name; an empty one and `0` mean success.
    err_code: Text,
    /// Error message.
    message: Text,
    /// What it was asked to do, JSON in a string as MPS documents it.
    input: Unused<Text>,
    /// What it made.
    output: One<MpsOutput>,
}

/// What a sub-task made.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
struct MpsOutput {
    /// Files.
    output_files: Many<MpsFile>,
    /// What is no file, JSON in a string.
    output_text: Unused<Text>,
}

/// A file that a sub-task made.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
struct MpsFile {
    /// What sort of file it is.
    file_type: Text,
    /// `Permanent`, a media file of its own, or `Temporary`.
    storage_mode: Unused<Text>,
    /// ID of the file, where it is permanent.
    file_id: Text,
    /// Where the file can be fetched.
    url: Text,
    /// ID of the template.
    definition: Text,
    /// When a temporary file is deleted, Unix seconds.
    expired_time: UnixTime,
}

impl Payload for ProcessMediaByMps {
    fn facts(self, task: Facts) -> Facts {
        let steps: Vec<Step> =
            self.sub_task_set.into_iter().map(MpsSubTask::step).filter(|step| !step.is_blank()).collect();
        let outcome = Outcome::of_parts(task.outcome, steps.iter().map(|step| step.outcome));
        Facts { outcome, steps, ..task }
    }
}

impl MpsSubTask {
    fn step(self) -> Step {
        let code = self.err_code.0.filter(|code| !status::is_success_code(code));
        let error = Failure { code, message: self.message.0 };
        let outcome = whole_outcome(&self.status, Integer::default(), &error);
        let files = self.output.or_default().output_files.into_iter();
        Step {
            kind: self.task_type.as_deref().map_or(Kind::Unknown, kind_of),
            event: self.task_type.0,
            outcome,
            status: self.status.0,
            error: failure_of(outcome, error),
            outputs: made(outcome, files.filter_map(MpsFile::output)),
            ..Step::default()
        }
    }
}

impl MpsFile {
    fn output(self) -> Option<Output> {
        let of_type = self.file_type.as_deref().map(Role::of_format).unwrap_or_default();
        let file = asset(of_type.or(role_of(&self.url, Role::Other)), self.file_id, self.url)?;
        // The type is a format where it is the ending of file names; what other words it may have is not said.
        let format = self.file_type.0.filter(|_| of_type != Role::Other);
        let expires_at = expiry(Time::default(), self.expired_time);
        Some(Output { format, definition: self.definition.0, expires_at, ..file })
    }
}

/// What a sub-task of this type is about. The part before the dot names the feature of MPS.
fn kind_of(task_type: &str) -> Kind {
    let feature = task_type.split('.').next().unwrap_or(task_type);
    process::kind_of(feature).unwrap_or(match (feature, task_type) {
        // Erases logos, subtitles and watermarks.
        (_, "AiAnalysis.DeLogo") | ("SmartErase", _) => Kind::Enhance,
        ("AiAnalysis" | "AiRecognition" | "AiQualityControl", _) => Kind::Analysis,
        ("AiContentReview", _) => Kind::Moderation,
        ("SmartSubtitles", _) => Kind::Generation,
        _ => Kind::Unknown,
    })
}
