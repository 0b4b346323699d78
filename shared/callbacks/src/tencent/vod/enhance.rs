//! Picture and sound that were improved.

use serde::Deserialize;

use super::Payload;
use super::enhance_settings::RebuildInput;
use super::media::MediaMetaData;
use super::task::{Task, TaskFile};
use crate::event::{Job, Media, Output, Role};
use crate::facts::{Facts, made};
use crate::wire::{Decimal, Integer, One, Text, Unused, UserData};

/// Payload of `RemoveWatermark`: a visible watermark was removed. The metadata of the file is in `Output`.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(super) struct RemoveWatermarkTask {
    /// Task ID.
    task_id: Text,
    /// `PROCESSING` or `FINISH`.
    status: Text,
    /// Error code as text; an empty one means success.
    err_code_ext: Text,
    /// Error code; 0 means success.
    err_code: Integer,
    /// Error message.
    message: Text,
    /// The file that had the watermark.
    input: One<FileInput>,
    /// The file without it.
    output: One<TaskFile>,
    /// The customer's key against doubled requests, at most 50 characters.
    session_id: Unused<Text>,
    /// What the customer attached to the request, at most 1,000 characters.
    session_context: UserData,
}

/// Payload of `RebuildMediaComplete`, which is deprecated: picture and sound were improved.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(super) struct RebuildMediaTask {
    /// Task ID.
    task_id: Text,
    /// `PROCESSING` or `FINISH`.
    status: Text,
    /// Error code; 0 means success.
    err_code: Integer,
    /// Error message.
    message: Text,
    /// Error code as text; an empty one means success.
    err_code_ext: Text,
    /// Percent, 0 to 100.
    progress: Decimal,
    /// What was asked for.
    input: One<RebuildInput>,
    /// The improved file.
    output: One<TaskFile>,
    /// What the vendor found out about the improved file.
    meta_data: One<MediaMetaData>,
    /// The customer's key against doubled requests, at most 50 characters.
    session_id: Unused<Text>,
    /// What the customer attached to the request, at most 1,000 characters.
    session_context: UserData,
}

/// Payload of `QualityEnhanceComplete`: picture and sound were improved as a template says.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(super) struct QualityEnhanceTask {
    /// Task ID.
    task_id: Text,
    /// `PROCESSING` or `FINISH`.
    status: Text,
    /// Error code; 0 means success.
    err_code: Integer,
    /// Error message.
    message: Text,
    /// Error code as text; an empty one means success.
    err_code_ext: Text,
    /// Percent, 0 to 100.
    progress: Decimal,
    /// What was asked for.
    input: One<FileInput>,
    /// The improved file.
    output: One<TaskFile>,
    /// What the vendor found out about the improved file.
    meta_data: One<MediaMetaData>,
    /// The customer's key against doubled requests, at most 50 characters.
    session_id: Unused<Text>,
    /// What the customer attached to the request, at most 1,000 characters.
    session_context: UserData,
}

/// The file to improve.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct FileInput {
    /// ID of the file.
    file_id: Text,
    /// ID of the template. Removal of a watermark has none.
    definition: Text,
}

impl Payload for RemoveWatermarkTask {
    fn facts(self) -> Facts {
        let task = Task {
            id: self.task_id,
            status: self.status,
            err_code_ext: self.err_code_ext,
            err_code: self.err_code,
            message: self.message,
            session_context: self.session_context,
            ..Task::default()
        };
        let facts = task.facts();
        Facts {
            media: Media { id: self.input.or_default().file_id.0, ..Media::default() },
            outputs: made(facts.outcome, self.output.or_default().output(Role::Video, One::default())),
            ..facts
        }
    }
}

impl Payload for RebuildMediaTask {
    fn facts(self) -> Facts {
        let task = Task {
            id: self.task_id,
            status: self.status,
            err_code_ext: self.err_code_ext,
            err_code: self.err_code,
            message: self.message,
            progress: self.progress,
            session_context: self.session_context,
        };
        let input = self.input.or_default();
        let output = self.output.or_default().output(Role::Video, self.meta_data);
        improved(task.facts(), input.file_id, input.definition, output)
    }
}

impl Payload for QualityEnhanceTask {
    fn facts(self) -> Facts {
        let task = Task {
            id: self.task_id,
            status: self.status,
            err_code_ext: self.err_code_ext,
            err_code: self.err_code,
            message: self.message,
            progress: self.progress,
            session_context: self.session_context,
        };
        let input = self.input.or_default();
        let output = self.output.or_default().output(Role::Video, self.meta_data);
        improved(task.facts(), input.file_id, input.definition, output)
    }
}

fn improved(facts: Facts, file_id: Text, template_id: Text, output: Option<Output>) -> Facts {
    Facts {
        media: Media { id: file_id.0, ..Media::default() },
        job: Job { template_id: template_id.0, ..facts.job },
        outputs: made(facts.outcome, output),
        ..facts
    }
}
