//! Encodings that are no task flow.

use serde::Deserialize;

use super::process::ProcessResult;
use super::sub_task::{Input, Made, SubTask, flow};
use crate::event::{Kind, Media, Output, Role, Step};
use crate::facts::Facts;
use crate::tencent::vod::Payload;
use crate::tencent::vod::media::MediaMetaData;
use crate::tencent::vod::task::file_at;
use crate::wire::{Integer, Many, One, Text, Unused};

/// Payload of `ReduceMediaBitrateComplete`, which the vendor no longer documents: a file was encoded anew with fewer
/// bits.
///
/// A task flow in all but its name: the sub-tasks tell whether it succeeded.
///
/// <https://cloud.tencent.com/document/api/266/31773#ReduceMediaBitrateTask>
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
pub(crate) struct ReduceMediaBitrateTask {
    /// Name of the media file.
    file_name: Text,
    /// Where the media file can be fetched.
    file_url: Text,
    /// What the vendor found out about the media file.
    meta_data: One<MediaMetaData>,
    /// The sub-tasks, `Transcode` or `AdaptiveDynamicStreaming`.
    media_process_result_set: Many<ProcessResult>,
    /// Priority, -10 to 10.
    tasks_priority: Unused<Integer>,
    /// What is notified: `Finish`, `Change` or `None`.
    tasks_notify_mode: Unused<Text>,
}

/// Payload of `ComplexAdaptiveDynamicStreamingComplete`: several files became several packages, with other sound and
/// subtitles.
///
/// <https://cloud.tencent.com/document/api/266/31773#ComplexAdaptiveDynamicStreamingTask>
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
pub(crate) struct ComplexAdaptiveTask {
    /// The packages.
    complex_adaptive_dynamic_streaming_task_result_set: Many<SubTask<ComplexAdaptiveInput, ComplexAdaptiveOutput>>,
}

/// What a package was asked to be.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
struct ComplexAdaptiveInput {
    /// How the streams are encoded.
    stream_para: One<StreamPara>,
}

/// How streams are encoded.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
struct StreamPara {
    /// ID of the template.
    definition: Text,
}

/// A package.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
struct ComplexAdaptiveOutput {
    /// ID of the template.
    definition: Text,
    /// `HLS` or `DASH`.
    format: Text,
    /// Encryption: `SimpleAES`, `Widevine`, `FairPlay`; empty for none.
    drm_type: Unused<Text>,
    /// Where the playlist can be fetched.
    url: Text,
}

impl Payload for ReduceMediaBitrateTask {
    fn facts(self, task: Facts) -> Facts {
        let media = Media {
            id: task.media.id.clone(),
            title: self.file_name.0,
            url: self.file_url.0,
            ..self.meta_data.or_default().media()
        };
        let steps = self.media_process_result_set.into_iter().flat_map(ProcessResult::steps).collect();
        Facts { media, ..flow(task, steps) }
    }
}

impl Payload for ComplexAdaptiveTask {
    fn facts(self, task: Facts) -> Facts {
        let results = self.complex_adaptive_dynamic_streaming_task_result_set.into_iter();
        let steps = results.map(|result| Step { kind: Kind::Transcode, ..result.step() });
        flow(task, steps.filter(|step| !step.is_blank()).collect())
    }
}

impl Input for ComplexAdaptiveInput {
    fn template_id(self) -> Option<String> {
        self.stream_para.or_default().definition.0
    }
}

impl Made for ComplexAdaptiveOutput {
    fn outputs(self) -> Vec<Output> {
        let playlist = file_at(Role::Playlist, self.url);
        playlist
            .into_iter()
            .map(|file| Output { format: self.format.0.clone(), definition: self.definition.0.clone(), ..file })
            .collect()
    }
}
