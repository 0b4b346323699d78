//! Media that was cut and joined.

use serde::Deserialize;

use crate::event::{Kind, Media, Outcome, Output, Role, Step};
use crate::facts::{Facts, made};
use crate::tencent::vod::Payload;
use crate::tencent::vod::basic_info::{MediaBasicInfo, Stored};
use crate::tencent::vod::media::MediaMetaData;
use crate::tencent::vod::task::{TaskFile, asset, only};
use crate::wire::{Decimal, Integer, Many, One, Text, Time, Unused};

/// Payload of `EditMediaComplete`: files or live streams were cut and joined into one file. The documents have it under
/// the key `EditMediaComplete`, too.
///
/// <https://cloud.tencent.com/document/api/266/31773#EditMediaTask>
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
pub(crate) struct EditMediaTask {
    /// What the file was made from.
    input: One<EditInput>,
    /// The file.
    output: One<TaskFile>,
    /// What the vendor found out about the file that was made.
    meta_data: One<MediaMetaData>,
}

/// What a file was made from.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
struct EditInput {
    /// `File` or `Stream`. A sample has `ConcatFiles`.
    input_type: Unused<Text>,
    /// The files.
    file_info_set: Many<EditFile>,
    /// The live streams.
    stream_info_set: Many<EditStream>,
}

/// A part of a file.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
struct EditFile {
    /// ID of the file.
    file_id: Text,
    /// Where the part starts in the file, seconds.
    start_time_offset: Unused<Decimal>,
    /// Where the part ends in the file, seconds; 0 for the end of the file.
    end_time_offset: Unused<Decimal>,
}

/// A part of a live stream.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
struct EditStream {
    /// ID of the stream.
    stream_id: Unused<Text>,
    /// When the part starts, UTC.
    start_time: Unused<Time>,
    /// When the part ends, UTC.
    end_time: Unused<Time>,
}

/// Payload of `SplitMediaComplete`: a file was cut into several.
///
/// <https://cloud.tencent.com/document/api/266/31773#SplitMediaTask>
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
pub(crate) struct SplitMediaTask {
    /// The parts. They have no status of their own.
    file_info_set: Many<SplitSegment>,
}

/// A part that a file was cut into.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
struct SplitSegment {
    /// Which part of which file.
    input: One<SplitInput>,
    /// The file that it became.
    output: One<SplitOutput>,
    /// Task ID of the flow that the file was put through; empty for none.
    procedure_task_id: Text,
    /// Task ID of the review that the file was put through; empty for none.
    review_audio_video_task_id: Text,
}

/// Which part of which file.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
struct SplitInput {
    /// ID of the file that was cut.
    file_id: Text,
    /// Where the part starts, seconds.
    start_time_offset: Unused<Decimal>,
    /// Where the part ends, seconds.
    end_time_offset: Unused<Decimal>,
    /// Name of the task flow that the part is put through.
    procedure_name: Unused<Text>,
    /// What was asked for.
    output_config: One<SplitOutputConfig>,
}

/// What was asked for.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
struct SplitOutputConfig {
    /// Name of the file.
    media_name: Unused<Text>,
    /// Format: `mp4`, `hls`.
    r#type: Unused<Text>,
    /// ID of the category.
    class_id: Unused<Integer>,
    /// When the file is deleted.
    expire_time: Unused<Time>,
}

/// The file that a part became.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
struct SplitOutput {
    /// ID of the file.
    file_id: Text,
    /// What is stored about it.
    media_basic_info: One<MediaBasicInfo>,
}

impl Payload for EditMediaTask {
    fn facts(self, task: Facts) -> Facts {
        let id = only(self.input.or_default().file_info_set.into_iter().map(|file| file.file_id));
        let output = self.output.or_default().outputs(Role::Video, self.meta_data);
        Facts { media: Media { id, ..Media::default() }, outputs: made(task.outcome, output), ..task }
    }
}

impl Payload for SplitMediaTask {
    fn facts(self, task: Facts) -> Facts {
        let mut facts = task;
        let mut cut = Vec::new();
        for segment in self.file_info_set {
            cut.push(segment.input.or_default().file_id);
            facts.steps.extend(Some(segment.output.or_default().step(facts.outcome)).filter(|step| !step.is_blank()));
            let follow_ups = [segment.procedure_task_id, segment.review_audio_video_task_id];
            facts.follow_ups.extend(follow_ups.into_iter().filter_map(|id| id.0));
        }
        Facts { media: Media { id: only(cut), ..Media::default() }, ..facts }
    }
}

impl SplitOutput {
    /// The part as a step, which went as the whole did.
    fn step(self, outcome: Outcome) -> Step {
        let Stored { media, role, cover, .. } = self.media_basic_info.or_default().stored(One::default());
        let file = asset(role, self.file_id, Text(media.url)).map(|file| Output {
            format: media.format,
            expires_at: media.expires_at,
            ..file
        });
        Step {
            name: media.title,
            kind: Kind::Edit,
            outcome,
            outputs: made(outcome, file.into_iter().chain(cover)),
            ..Step::default()
        }
    }
}
