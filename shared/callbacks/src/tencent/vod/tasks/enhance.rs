//! Picture and sound that were improved.

use serde::Deserialize;

use super::enhance_settings::RebuildInput;
use crate::event::{Job, Media, Output, Role};
use crate::facts::{Facts, made};
use crate::tencent::vod::Payload;
use crate::tencent::vod::media::MediaMetaData;
use crate::tencent::vod::task::TaskFile;
use crate::wire::{One, Text};

/// Payload of `QualityEnhanceComplete`, picture and sound were improved as a template says, and of `RemoveWatermark`, a
/// visible watermark was removed.
///
/// <https://cloud.tencent.com/document/api/266/31773#QualityEnhanceTask> and
/// <https://cloud.tencent.com/document/api/266/31773#RemoveWatermarkTask>
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
pub(crate) struct EnhanceTask {
    /// What was asked for.
    input: One<FileInput>,
    /// The improved file.
    output: One<TaskFile>,
    /// What the vendor found out about the improved file. Where a watermark was removed, it is in `Output`.
    meta_data: One<MediaMetaData>,
}

/// The file to improve.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
struct FileInput {
    /// ID of the file.
    file_id: Text,
    /// ID of the template. Removal of a watermark has none.
    definition: Text,
}

/// Payload of `RebuildMediaComplete`, which is deprecated: picture and sound were improved.
///
/// <https://cloud.tencent.com/document/api/266/31773#RebuildMediaTask>
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
pub(crate) struct RebuildMediaTask {
    /// What was asked for.
    input: One<RebuildInput>,
    /// The improved file.
    output: One<TaskFile>,
    /// What the vendor found out about the improved file.
    meta_data: One<MediaMetaData>,
}

impl Payload for EnhanceTask {
    fn facts(self, task: Facts) -> Facts {
        let input = self.input.or_default();
        improved(task, input.file_id, input.definition, self.output.or_default().outputs(Role::Video, self.meta_data))
    }
}

impl Payload for RebuildMediaTask {
    fn facts(self, task: Facts) -> Facts {
        let input = self.input.or_default();
        improved(task, input.file_id, input.definition, self.output.or_default().outputs(Role::Video, self.meta_data))
    }
}

fn improved(task: Facts, file_id: Text, template_id: Text, outputs: impl Iterator<Item = Output>) -> Facts {
    Facts {
        media: Media { id: file_id.0, ..Media::default() },
        job: Job { template_id: template_id.0, ..task.job },
        outputs: made(task.outcome, outputs),
        ..task
    }
}
