//! The end of a job.

use serde::Deserialize;
use serde_json::Value;

use super::operation::{Done, Operation};
use super::{CosHeader, failure};
use crate::event::{Failure, Job, Kind, Media, Workflow};
use crate::facts::Facts;
use crate::status;
use crate::wire::{Decimal, Many, One, Text, Time, Unused};

/// What each job tag is about. A task of a workflow has the same words as its type.
///
/// <https://www.tencentcloud.com/document/product/1045/49930>
pub(super) const TAGS: &[(&str, Kind)] = &[
    ("Transcode", Kind::Transcode),
    ("TranscodePro", Kind::Transcode),
    ("HighSpeedHd", Kind::Transcode),
    ("Segment", Kind::Transcode),
    ("StreamExtract", Kind::Transcode),
    ("GeneratePlayList", Kind::Transcode),
    ("Snapshot", Kind::Snapshot),
    ("Animation", Kind::Snapshot),
    ("SmartCover", Kind::Snapshot),
    ("PosterProduction", Kind::Snapshot),
    ("Concat", Kind::Edit),
    ("FillConcat", Kind::Edit),
    ("VideoMontage", Kind::Edit),
    ("VideoSynthesis", Kind::Edit),
    ("SplitVideoParts", Kind::Edit),
    ("SegmentVideoBody", Kind::Edit),
    ("Watermark", Kind::Edit),
    ("DigitalWatermark", Kind::Edit),
    ("PicProcess", Kind::Edit),
    ("VideoProcess", Kind::Enhance),
    ("VideoEnhance", Kind::Enhance),
    ("SDRtoHDR", Kind::Enhance),
    ("SuperResolution", Kind::Enhance),
    ("NoiseReduction", Kind::Enhance),
    ("VoiceSeparate", Kind::Enhance),
    ("ExtractDigitalWatermark", Kind::Analysis),
    ("MediaInfo", Kind::Analysis),
    ("QualityEstimate", Kind::Analysis),
    ("VideoTag", Kind::Analysis),
    ("VideoTargetRec", Kind::Analysis),
    ("DNA", Kind::Analysis),
    ("SoundHound", Kind::Analysis),
    ("VocalScore", Kind::Analysis),
    ("WordsGeneralize", Kind::Analysis),
    ("ImageOCR", Kind::Analysis),
    ("ImageInspect", Kind::Analysis),
    ("FileHashCode", Kind::Analysis),
    ("SpeechRecognition", Kind::Generation),
    ("Tts", Kind::Generation),
    ("Translation", Kind::Generation),
    ("DocAIGCMetadata", Kind::Generation),
    ("DocProcess", Kind::Document),
    ("DocWatermark", Kind::Document),
    ("FileCompress", Kind::Document),
    ("FileUncompress", Kind::Document),
];

/// What nodes of a workflow are about whose types are no job tags: they pack a video in several renditions. In the vendor's SDK.
///
/// <https://github.com/tencentyun/cos-go-sdk-v5>
const NODE_TYPES: &[(&str, Kind)] =
    &[("StreamPack", Kind::Transcode), ("StreamPackConfig", Kind::Transcode), ("VideoStream", Kind::Transcode)];

/// What a tag or a type of node is about; `Unknown` for one that is in neither table.
pub(super) fn kind(tag: Option<&str>) -> Kind {
    TAGS.iter().chain(NODE_TYPES).find(|(known, _)| tag == Some(known)).map_or(Kind::Unknown, |(_, kind)| *kind)
}

/// One job.
///
/// <https://www.tencentcloud.com/document/product/436/54048>
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
pub(super) struct JobsDetail {
    /// Error code; `Success` on success.
    code: Text,
    /// Error message. On success `SUCCESS`, `success`, empty or not there.
    message: Text,
    /// Job ID.
    job_id: Text,
    /// Type of the job.
    tag: Text,
    /// Subtype of the job.
    sub_tag: Unused<Text>,
    /// Empty, in one of the published samples of a `VideoTag` job.
    video_tag: Unused<Text>,
    /// `Success`, `Failed`, `Submitted`, `Running`, `Pause` or `Cancel`. It is `Success`, too, where a part of what was to be done
    /// failed: a page, a file, a watermark.
    state: Text,
    /// Percent, 0 to 100; digits in a string.
    progress: Decimal,
    /// When the job was created: `2022-06-30T18:47:18+0800`.
    creation_time: Time,
    /// When the job started.
    start_time: Time,
    /// When the job ended.
    end_time: Time,
    /// ID of the queue that the job ran in.
    queue_id: Text,
    /// What was processed. Not there for a job whose input is a text.
    input: One<Input>,
    /// What was to be done, and what came of it.
    operation: One<Operation>,
    /// The workflow that started the job. Not there where the API did.
    workflow: One<WorkflowNode>,
}

/// What was processed.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
struct Input {
    /// Bucket, with the account's APPID: `test-123456789`.
    bucket_id: Text,
    /// Name of the file.
    object: Text,
    /// Region of the bucket.
    region: Text,
    /// Where the file was fetched, instead of a bucket.
    url: Text,
    /// Headers of the upload that started the workflow.
    cos_headers: Many<CosHeader>,
    /// Language of the text; translation.
    lang: Unused<Text>,
    /// Type of the document; translation.
    r#type: Unused<Text>,
    /// Type of the document that the input was made from; translation.
    basic_type: Unused<Text>,
    /// Where the file lies in the vendor's VOD, an object, instead of a bucket.
    vod: Unused<Value>,
}

/// The workflow that started a job.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
struct WorkflowNode {
    /// Workflow instance ID.
    run_id: Text,
    /// Workflow ID.
    workflow_id: Text,
    /// Workflow name.
    workflow_name: Text,
    /// Name of the node in the workflow.
    name: Text,
}

impl JobsDetail {
    /// What the job says. `event_name` is the callback's.
    pub(super) fn facts(self, event_name: &str) -> Facts {
        let status = self.state.or(self.code.clone());
        let outcome = status.as_deref().map(status::outcome).unwrap_or_default();
        let input = self.input.or_default();
        let media = Media {
            bucket: input.bucket_id.0,
            object: input.object.0,
            region: input.region.0,
            url: input.url.0,
            ..Media::default()
        };
        let Done { outcome, error, template_id, template_name, user_data, media, outputs } =
            self.operation.or_default().done(outcome, media);
        let own_error = failure(self.code, self.message);
        let workflow = self.workflow.or_default();
        Facts {
            name: Some(self.tag.as_deref().map_or(event_name.to_owned(), |tag| format!("{event_name}/{tag}"))),
            kind: kind(self.tag.as_deref()),
            outcome,
            status: status.0,
            media,
            job: Job {
                id: self.job_id.0,
                name: workflow.name.0,
                template_id,
                template_name,
                queue_id: self.queue_id.0,
                progress: self.progress.get(),
                created_at: self.creation_time.0,
                started_at: self.start_time.0,
                finished_at: self.end_time.0,
                ..Job::default()
            },
            workflow: Workflow {
                id: workflow.workflow_id.0,
                name: workflow.workflow_name.0,
                run_id: workflow.run_id.0,
            },
            outputs,
            error: if own_error == Failure::default() { error } else { own_error },
            user_data,
            ..Facts::default()
        }
    }
}
