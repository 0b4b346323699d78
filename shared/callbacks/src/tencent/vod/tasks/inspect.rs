//! What was found out about a file: its digests, its quality.

use serde::Deserialize;

use crate::event::{Job, Media};
use crate::facts::{Facts, made};
use crate::tencent::vod::Payload;
use crate::tencent::vod::media::MediaMetaData;
use crate::tencent::vod::task::list_file;
use crate::wire::{Decimal, Integer, Many, One, Text, Texts, Time, Unused};

/// Payload of `DescribeFileAttributesComplete`: the digests of a file.
///
/// <https://cloud.tencent.com/document/api/266/31773#DescribeFileAttributesTask>
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
pub(crate) struct DescribeFileAttributesTask {
    /// The digests.
    output: One<FileAttributes>,
}

/// The digests of a file.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
struct FileAttributes {
    /// MD5, hex.
    md5: Text,
    /// SHA-1, hex.
    sha1: Unused<Text>,
}

/// Payload of `QualityInspectComplete`: faults of picture and sound were looked for. What was found stays in the
/// vendor's event.
///
/// <https://cloud.tencent.com/document/api/266/31773#QualityInspectTask>
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
pub(crate) struct QualityInspectTask {
    /// What the vendor found out about the file.
    meta_data: One<MediaMetaData>,
    /// What was asked for.
    input: One<QualityInput>,
    /// What was found.
    output: One<QualityOutput>,
}

/// What was asked for.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
struct QualityInput {
    /// ID of the file.
    file_id: Text,
    /// ID of the template.
    definition: Text,
}

/// The faults that were found.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
struct QualityOutput {
    /// Whether there is no sound: 0 or 1.
    no_audio: Unused<Integer>,
    /// Whether there is no picture: 0 or 1.
    no_video: Unused<Integer>,
    /// Quality of the picture without a reference, 0 to 100.
    quality_evaluation_score: Unused<Integer>,
    /// The faults, by type.
    quality_inspect_result_set: Many<QualityResult>,
    /// Quality of the picture as people would judge it.
    quality_evaluation_mean_opinion_score: Unused<Decimal>,
    /// How beautiful the picture is.
    aesthetic_evaluation_score: Unused<Integer>,
    /// Faults of the container.
    container_diagnose_result_set: Many<ContainerFault>,
    /// What a language model found.
    #[serde(rename = "LLMDetectionReport")]
    llm_detection_report: One<LlmReport>,
}

/// The faults of one type.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
struct QualityResult {
    /// `Jitter`, `Blur`, `LowLighting`, `HighLighting`, `CrashScreen`, `BlackWhiteEdge`, `SolidColorScreen`, `Noise`,
    /// `Mosaic`, `QRCode`, `AppletCode`, `BarCode`, `LowVoice`, `HighVoice`, `NoVoice`, `LowEvaluation` and others.
    r#type: Unused<Text>,
    /// Where they are, at most 100.
    segment_set: Many<FaultySegment>,
    /// Where a JSON file with all of them can be fetched until it is deleted.
    segment_set_file_url: Text,
    /// When that file is deleted.
    segment_set_file_url_expire_time: Time,
}

/// Where a fault is.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
struct FaultySegment {
    /// Where it starts, seconds.
    start_time_offset: Unused<Decimal>,
    /// Where it ends, seconds.
    end_time_offset: Unused<Decimal>,
    /// Where in the picture: left, top, right and bottom, pixels.
    area_coord_set: Unused<Texts>,
    /// How sure it is, 0 to 100.
    confidence: Unused<Integer>,
}

/// A fault of the container.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
struct ContainerFault {
    /// `Audio`, `Video`, `Mux` and others.
    category: Unused<Text>,
    /// The fault.
    r#type: Unused<Text>,
    /// `Fatal`, `Error`, `Warning` or `Info`.
    severity_level: Unused<Text>,
    /// Where it is, seconds.
    timestamp_set: Unused<Texts>,
}

/// What a language model found.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
struct LlmReport {
    /// How many results there are.
    result_count: Unused<Integer>,
    /// The results.
    result_set: Many<LlmResult>,
}

/// One thing that a language model looked at.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
struct LlmResult {
    /// Its category.
    category: Unused<Text>,
    /// Its group.
    group: Unused<Text>,
    /// What it is.
    r#type: Unused<Text>,
    /// Score.
    score: Unused<Decimal>,
    /// How sure it is.
    confidence: Unused<Decimal>,
    /// What is wrong with it.
    issue_set: Many<LlmIssue>,
}

/// Something that is wrong.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
struct LlmIssue {
    /// What is wrong.
    tag: Unused<Text>,
    /// The same in words.
    description: Unused<Text>,
    /// Score.
    score: Unused<Decimal>,
    /// How sure it is.
    confidence: Unused<Decimal>,
    /// Where it starts, milliseconds.
    start_time_ms: Unused<Integer>,
    /// Where it ends, milliseconds.
    end_time_ms: Unused<Integer>,
    /// Further data, JSON in a string.
    extra_data: Unused<Text>,
}

impl Payload for DescribeFileAttributesTask {
    fn facts(self, task: Facts) -> Facts {
        Facts { media: Media { md5: self.output.or_default().md5.0, ..task.media }, ..task }
    }
}

impl Payload for QualityInspectTask {
    fn facts(self, task: Facts) -> Facts {
        let input = self.input.or_default();
        let results = self.output.or_default().quality_inspect_result_set.into_iter();
        let files = results
            .filter_map(|result| list_file(result.segment_set_file_url, result.segment_set_file_url_expire_time));
        Facts {
            media: Media { id: input.file_id.0, ..self.meta_data.or_default().media() },
            job: Job { template_id: input.definition.0, ..task.job },
            outputs: made(task.outcome, files),
            ..task
        }
    }
}
