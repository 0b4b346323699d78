//! The end of a job.

use serde::Deserialize;

use super::CosHeader;
use super::media_info::MediaInfo;
use crate::envelope::Facts;
use crate::event::{Failure, Job, Kind, Media, Outcome, Output, Role, Workflow};
use crate::status;
use crate::wire::{Decimal, Integer, Many, One, Text, Texts, Time, Unused, UserData};

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

/// What a tag is about; `Unknown` for one that is not in the table.
pub(super) fn kind(tag: Option<&str>) -> Kind {
    TAGS.iter().find(|(known, _)| tag == Some(known)).map_or(Kind::Unknown, |(_, kind)| *kind)
}

/// One job.
///
/// <https://www.tencentcloud.com/document/product/436/54048>
#[derive(Debug, Default, Deserialize)]
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
    /// `Success`, `Failed`, `Submitted`, `Running`, `Pause` or `Cancel`.
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
}

/// What was to be done, and what came of it.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Operation {
    /// Template ID.
    template_id: Text,
    /// Template name.
    template_name: Text,
    /// What the customer attached to the job.
    user_data: UserData,
    /// Priority of the job: `0`, `1` or `2`, as a string or a number.
    job_level: Unused<Integer>,
    /// Where the result was to be put.
    output: One<OutputTarget>,
    /// The input's headers, which speech synthesis puts here.
    input: One<OperationInput>,
    /// Information on the result, or on the input where the job makes no file.
    media_info: One<MediaInfo>,
    /// The files that were made.
    media_result: One<MediaResult>,
    /// Transcoding template, where the job has one besides its own.
    transcode_template_id: Unused<Text>,
    /// Watermark templates.
    watermark_template_id: Unused<Texts>,
}

/// What speech synthesis puts beside what was to be done.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct OperationInput {
    /// Headers of the upload that started the workflow.
    cos_headers: Many<CosHeader>,
}

/// Where the result was to be put.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct OutputTarget {
    /// Bucket.
    bucket: Text,
    /// Region of the bucket.
    region: Text,
    /// Name of the file. May hold placeholders: `${ext}`, `${number}`.
    object: Text,
    /// Name of the sprite. May hold placeholders.
    sprite_object: Text,
    /// Name of the file with the other sound, of a job that separates voices.
    au_object: Text,
    /// The streams that were extracted.
    stream_extract: Many<StreamExtract>,
}

/// A stream that was extracted.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct StreamExtract {
    /// Number of the stream.
    index: Unused<Integer>,
    /// Name of the file that it was written to.
    output: Text,
}

/// The files that were made.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct MediaResult {
    /// The files, in one bucket.
    output_file: Many<OutputFile>,
}

/// Files in one bucket.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct OutputFile {
    /// Bucket.
    bucket: Text,
    /// Region of the bucket.
    region: Text,
    /// What precedes each name in the bucket.
    object_prefix: Text,
    /// Names of the files. A string where there is one.
    object_name: Texts,
    /// MD5 of the files.
    md5_info: Many<Md5Info>,
    /// The sprites.
    sprite_output_file: Many<OutputFile>,
}

/// MD5 of one file.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Md5Info {
    /// MD5, hex.
    md5: Text,
    /// Name of the file.
    object_name: Text,
}

/// The workflow that started a job.
#[derive(Debug, Default, Deserialize)]
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
        let operation = self.operation.or_default();
        let workflow = self.workflow.or_default();
        let media = Media {
            bucket: input.bucket_id.0,
            object: input.object.0,
            region: input.region.0,
            url: input.url.0,
            ..Media::default()
        };
        let properties = operation.media_info.or_default().properties();
        let mut outputs = Vec::new();
        if outcome != Outcome::Failed {
            outputs = outputs_of(operation.media_result.or_default(), operation.output.or_default());
        }
        // The information is on the file that was made; where none was, on the input. Of several it says nothing.
        let media = match outputs.as_mut_slice() {
            [] => properties.describe_media(media),
            [only] => {
                *only = properties.describe_output(std::mem::take(only));
                media
            }
            _ => media,
        };
        Facts {
            name: Some(self.tag.as_deref().map_or(event_name.to_owned(), |tag| format!("{event_name}/{tag}"))),
            kind: kind(self.tag.as_deref()),
            outcome,
            status: status.0,
            media,
            job: Job {
                id: self.job_id.0,
                name: workflow.name.0,
                template_id: operation.template_id.0,
                template_name: operation.template_name.0,
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
            error: Failure { code: self.code.0, message: self.message.0 },
            user_data: operation.user_data.0,
            ..Facts::default()
        }
    }
}

/// The files that were made: those that the result names, else those that the target names without a placeholder.
fn outputs_of(result: MediaResult, target: OutputTarget) -> Vec<Output> {
    let files: Vec<Output> = result.output_file.into_iter().flat_map(OutputFile::outputs).collect();
    if !files.is_empty() {
        return files;
    }
    let streams = target.stream_extract.into_iter().map(|stream| stream.output);
    [target.object, target.au_object, target.sprite_object]
        .into_iter()
        .chain(streams)
        .filter_map(|name| name.0)
        .filter(|name| !name.contains("${"))
        .map(|name| Output {
            role: Role::of_name(&name),
            bucket: target.bucket.0.clone(),
            region: target.region.0.clone(),
            object: Some(name),
            ..Output::default()
        })
        .collect()
}

impl OutputFile {
    fn outputs(self) -> Vec<Output> {
        let prefix = self.object_prefix.0.unwrap_or_default();
        let names = self.object_name.0;
        let hashes = self.md5_info.0;
        // Without a prefix the hash has the file's name; with one, some have the part and some the whole.
        let hash = |name: &str, object: &str| {
            let of_file =
                |info: &&Md5Info| info.object_name.as_deref().is_some_and(|known| known == name || known == object);
            hashes.iter().find(of_file).and_then(|info| info.md5.0.clone())
        };
        let files = names.into_iter().map(|name| {
            let object = format!("{prefix}{name}");
            Output {
                role: Role::of_name(&object),
                bucket: self.bucket.0.clone(),
                region: self.region.0.clone(),
                md5: hash(&name, &object),
                object: Some(object),
                ..Output::default()
            }
        });
        files.chain(self.sprite_output_file.into_iter().flat_map(Self::outputs)).collect()
    }
}
