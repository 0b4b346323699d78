//! Our vocabulary: what a consumer receives, whichever vendor it came from. No vendor's word is in it.
//!
//! Absent means that the vendor did not say. Units are fixed: bytes, seconds, bits per second, pixels, frames per
//! second. `docs/event-model.md` describes the same for consumers.

use std::fmt;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use serde_with::skip_serializing_none;

use crate::Product;

#[cfg(test)]
mod tests;

/// Version of the `CloudEvents` specification that the envelope follows.
pub const SPEC_VERSION: &str = "1.0";

/// Names the schema of [`MediaEvent`]; the number is the model's major version.
pub const DATA_SCHEMA: &str = "urn:mediahook:event:1";

/// One event in the structured mode of `CloudEvents` 1.0: the envelope that a consumer routes on.
#[skip_serializing_none]
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct CloudEvent {
    /// Version of the `CloudEvents` specification: `1.0`.
    #[schemars(extend("const" = "1.0"))]
    pub specversion: String,
    /// 32 lower-case hex digits made from the event's content, so that a redelivery has the same id.
    #[schemars(regex(pattern = "^[0-9a-f]{32}$"))]
    pub id: String,
    /// Who sent it: `/aliyun/vod`, `/aliyun/ims`, `/tencent/vod` or `/tencent/ci`.
    #[schemars(extend("enum" = ["/aliyun/vod", "/aliyun/ims", "/tencent/ci", "/tencent/vod"]))]
    pub source: String,
    /// `media.<kind>.<outcome>`.
    #[schemars(regex(pattern = "^media\\.[a-z]+\\.[a-z]+$"))]
    pub r#type: String,
    /// The media that the event is about (its id, else `bucket/object`); where there is none, the job's id.
    pub subject: Option<String>,
    /// When it happened: the vendor's event time, else its finish time, else the time of receipt.
    pub time: Timestamp,
    /// `application/json`, or `application/octet-stream` for an unreadable body.
    #[schemars(extend("enum" = ["application/json", "application/octet-stream"]))]
    pub datacontenttype: String,
    /// Names the schema of `data`: `urn:mediahook:event:1`, with the model's major version. Absent for an unreadable body.
    #[schemars(extend("const" = "urn:mediahook:event:1"))]
    pub dataschema: Option<String>,
    /// The vendor's own name of the event, verbatim; `TaskFinish/<Tag>` for a Cloud Infinite job.
    pub vendorevent: Option<String>,
    /// Why the body could not be read, with a field path or byte offset. Only on unreadable events.
    pub unreadable: Option<String>,
    /// Where the data is, for an event that is too large to travel whole: `s3://<bucket>/<key>`. What is there is `data` as
    /// JSON, or the bytes that `data_base64` would encode; the event has neither of them then.
    ///
    /// The `dataref` extension of CloudEvents:
    /// <https://github.com/cloudevents/spec/blob/main/cloudevents/extensions/dataref.md>
    pub dataref: Option<String>,
    /// The normalised event; absent for an unreadable body, and where `dataref` says where it is.
    pub data: Option<MediaEvent>,
    /// The body as it came, Base64. Only on unreadable events, and not where `dataref` says where it is.
    pub data_base64: Option<String>,
}

/// What happened, in one form for all products.
#[skip_serializing_none]
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct MediaEvent {
    /// The product whose event this is.
    pub product: Product,
    /// The vendor's own name of the event, verbatim. Absent where the vendor gave none.
    pub event: Option<String>,
    /// What it is about.
    pub kind: Kind,
    /// How it ended.
    pub outcome: Outcome,
    /// The vendor's own word for the outcome, verbatim.
    pub status: Option<String>,
    /// The vendor account's id.
    pub account: Option<String>,
    /// The input.
    pub media: Option<Media>,
    /// The job that the event reports.
    pub job: Option<Job>,
    /// The workflow that the job belongs to, or that ended.
    pub workflow: Option<Workflow>,
    /// The parts of a workflow or job, in the vendor's order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub steps: Vec<Step>,
    /// The files that the job made.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub outputs: Vec<Output>,
    /// The ids of jobs that this event announces: their own callbacks follow.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub follow_ups: Vec<String>,
    /// What a moderation found.
    pub review: Option<Review>,
    /// What went wrong, where something failed.
    pub error: Option<Failure>,
    /// What the customer attached to the job: parsed where it is JSON, else the string.
    #[schemars(extend("type" = ["object", "array", "string", "number", "boolean", "null"]))]
    pub user_data: Option<Box<RawValue>>,
    /// The whole vendor event as JSON.
    #[schemars(extend("type" = "object"))]
    pub vendor: Option<Box<RawValue>>,
}

/// A media file or asset: the input of a job, or what an upload brought.
#[skip_serializing_none]
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Media {
    /// The vendor's id of the media asset or file.
    pub id: Option<String>,
    /// Its title or file name.
    pub title: Option<String>,
    /// Where it can be fetched.
    pub url: Option<String>,
    /// Storage bucket.
    pub bucket: Option<String>,
    /// Key of the object in `bucket`.
    pub object: Option<String>,
    /// Region of `bucket`.
    pub region: Option<String>,
    /// Bytes.
    pub size: Option<u64>,
    /// Seconds.
    pub duration: Option<f64>,
    /// Pixels.
    pub width: Option<u64>,
    /// Pixels.
    pub height: Option<u64>,
    /// Bits per second.
    pub bitrate: Option<u64>,
    /// Frames per second.
    pub fps: Option<f64>,
    /// Container format, in the vendor's words.
    pub format: Option<String>,
}

/// The vendor's unit of work.
#[skip_serializing_none]
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Job {
    /// The vendor's id of the job or task.
    pub id: Option<String>,
    /// The job that this one is a part of.
    pub parent_id: Option<String>,
    /// Its name, or what it does where the vendor says only that.
    pub name: Option<String>,
    /// Template that it was made from.
    pub template_id: Option<String>,
    /// That template's name.
    pub template_name: Option<String>,
    /// Queue or pipeline that it ran in.
    pub queue_id: Option<String>,
    /// What started it, in the vendor's words.
    pub trigger: Option<String>,
    /// Percent, 0 to 100.
    pub progress: Option<f64>,
    /// When it was submitted.
    pub created_at: Option<Timestamp>,
    /// When work on it began.
    pub started_at: Option<Timestamp>,
    /// When it ended.
    pub finished_at: Option<Timestamp>,
}

/// A workflow and one run of it.
#[skip_serializing_none]
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Workflow {
    /// The workflow's definition.
    pub id: Option<String>,
    /// Its name.
    pub name: Option<String>,
    /// This execution of it.
    pub run_id: Option<String>,
}

/// One part of a workflow or job.
#[skip_serializing_none]
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Step {
    /// The vendor's id of the part.
    pub id: Option<String>,
    /// The part's name.
    pub name: Option<String>,
    /// What the vendor calls its work, verbatim.
    pub event: Option<String>,
    /// What it is about.
    pub kind: Kind,
    /// How it ended.
    pub outcome: Outcome,
    /// The vendor's own word for the outcome, verbatim.
    pub status: Option<String>,
    /// Template that it was made from.
    pub template_id: Option<String>,
    /// That template's name.
    pub template_name: Option<String>,
    /// When work on it began.
    pub started_at: Option<Timestamp>,
    /// When it ended.
    pub finished_at: Option<Timestamp>,
    /// What went wrong, where it failed.
    pub error: Option<Failure>,
    /// The files that it made.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub outputs: Vec<Output>,
}

/// A file that was made.
#[skip_serializing_none]
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Output {
    /// The vendor's id of the media asset or file that was made, where it has one.
    pub id: Option<String>,
    /// What sort of file it is.
    pub role: Role,
    /// Where it can be fetched.
    pub url: Option<String>,
    /// Storage bucket.
    pub bucket: Option<String>,
    /// Key of the object in `bucket`.
    pub object: Option<String>,
    /// Region of `bucket`.
    pub region: Option<String>,
    /// Bytes.
    pub size: Option<u64>,
    /// Seconds.
    pub duration: Option<f64>,
    /// Pixels.
    pub width: Option<u64>,
    /// Pixels.
    pub height: Option<u64>,
    /// Bits per second.
    pub bitrate: Option<u64>,
    /// Frames per second.
    pub fps: Option<f64>,
    /// Container or file format, in the vendor's words.
    pub format: Option<String>,
    /// Codec, in the vendor's words: of the picture, or of the sound where there is no picture.
    pub codec: Option<String>,
    /// MD5 of the file, hex.
    pub md5: Option<String>,
    /// The vendor's name or number of the rendition.
    pub definition: Option<String>,
    /// When the vendor deletes the file. Absent where it keeps the file, or does not say.
    pub expires_at: Option<Timestamp>,
}

/// What a moderation found.
#[skip_serializing_none]
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Review {
    /// What to do with the media.
    pub verdict: Option<Verdict>,
    /// What was found, in the vendor's words.
    pub label: Option<String>,
    /// Confidence, on the vendor's scale (0 to 100 for all four products).
    pub score: Option<f64>,
    /// Why, as the auditor wrote it.
    pub reason: Option<String>,
    /// Who decided, where it was a person.
    pub auditor: Option<String>,
}

/// What went wrong, in the vendor's words.
#[skip_serializing_none]
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Failure {
    /// Error code.
    pub code: Option<String>,
    /// Error message.
    pub message: Option<String>,
}

/// What an event is about; the middle of its `type`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A file arrived.
    Upload,
    /// Video or sound was encoded or repackaged.
    Transcode,
    /// Still or animated images were taken.
    Snapshot,
    /// Media was cut, joined or composed.
    Edit,
    /// Picture or sound was improved.
    Enhance,
    /// Something was found out about the media.
    Analysis,
    /// The media was reviewed.
    Moderation,
    /// Something new was made from the media or from a text.
    Generation,
    /// A chain of jobs ended.
    Workflow,
    /// The asset itself changed: registered, deleted, moved, published.
    Asset,
    /// A live stream was recorded, composed or snapshot.
    Live,
    /// A document or archive was converted.
    Document,
    /// The test message that a vendor's console posts when a callback URL is saved.
    Probe,
    /// Authentic, but not what the product sends.
    Unreadable,
    /// Authentic and readable, but this version has no name for it.
    #[default]
    Unknown,
}

/// How it ended; the end of an event's `type`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Done.
    Succeeded,
    /// Not done.
    Failed,
    /// Some parts done, some not.
    Partial,
    /// Called off, skipped or deleted before it was done.
    Canceled,
    /// Not over yet.
    Running,
    /// The vendor's word is not one that we know. Never taken for success.
    #[default]
    Unknown,
}

/// What sort of file an output is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Moving pictures, with or without sound.
    Video,
    /// Sound only.
    Audio,
    /// A still or animated image.
    Image,
    /// Timed text.
    Subtitle,
    /// A list of other files: HLS, DASH.
    Playlist,
    /// Text, JSON or another machine-readable result.
    Text,
    /// A page or document.
    Document,
    /// Anything else.
    #[default]
    Other,
}

/// What a moderation advises.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Nothing against it.
    Pass,
    /// A person should look.
    Review,
    /// Do not show it.
    Block,
}

impl CloudEvent {
    /// The kind, which an unreadable event has no data to tell.
    #[must_use]
    pub fn kind(&self) -> Kind {
        self.data.as_ref().map_or(Kind::Unreadable, |data| data.kind)
    }
}

impl MediaEvent {
    /// An event of `product` of which nothing is known yet.
    pub(crate) fn new(product: Product) -> Self {
        Self {
            product,
            event: None,
            kind: Kind::Unknown,
            outcome: Outcome::Unknown,
            status: None,
            account: None,
            media: None,
            job: None,
            workflow: None,
            steps: Vec::new(),
            outputs: Vec::new(),
            follow_ups: Vec::new(),
            review: None,
            error: None,
            user_data: None,
            vendor: None,
        }
    }

    /// What the event is about, for the envelope: the media, else the job.
    #[must_use]
    pub fn subject(&self) -> Option<String> {
        let media = self.media.as_ref();
        let object = || {
            let (bucket, object) = media.and_then(|media| media.bucket.as_ref().zip(media.object.as_ref()))?;
            Some(format!("{bucket}/{object}"))
        };
        media
            .and_then(|media| media.id.clone())
            .or_else(object)
            .or_else(|| self.job.as_ref().and_then(|job| job.id.clone()))
    }
}

impl Outcome {
    /// The outcome of something whose parts each have one. The parts decide; the whole's own word counts where there are
    /// none, and where it says that the whole still runs. A whole that failed although each listed part succeeded is
    /// `Partial`: something that is not listed failed.
    ///
    /// Two traps are behind this: Tencent VOD's `FINISH` says only that a task flow ended, and Alibaba VOD's
    /// `TranscodeComplete` says `success` when a single stream succeeded.
    pub(crate) fn of_parts(whole: Self, parts: impl IntoIterator<Item = Self>) -> Self {
        match (whole, parts.into_iter().reduce(Self::join)) {
            (Self::Running, _) | (_, None) => whole,
            (Self::Failed | Self::Canceled, Some(Self::Succeeded)) => Self::Partial,
            (_, Some(parts)) => parts,
        }
    }

    /// The outcome of two parts together. Commutative and associative, so that the order of parts does not matter.
    fn join(self, other: Self) -> Self {
        match (self, other) {
            (one, two) if one == two => one,
            (Self::Running, _) | (_, Self::Running) => Self::Running,
            (Self::Unknown, _) | (_, Self::Unknown) => Self::Unknown,
            (Self::Failed, Self::Canceled) | (Self::Canceled, Self::Failed) => Self::Failed,
            _ => Self::Partial,
        }
    }
}

impl Role {
    /// The role that the ending of a file name or URL tells; `Other` where it tells none.
    pub(crate) fn of_name(name: &str) -> Self {
        let path = name.split(['?', '#']).next().unwrap_or(name);
        let file = path.rsplit('/').next().unwrap_or(path);
        let Some((_, extension)) = file.rsplit_once('.') else { return Self::Other };
        match extension.to_ascii_lowercase().as_str() {
            "mp4" | "m4v" | "flv" | "ts" | "mov" | "mkv" | "webm" | "avi" | "wmv" | "mxf" | "mpg" | "mpeg" | "3gp"
            | "m4s" | "f4v" | "rmvb" => Self::Video,
            "mp3" | "m4a" | "aac" | "wav" | "flac" | "ogg" | "oga" | "opus" | "wma" | "amr" | "ac3" | "pcm"
            | "aiff" => Self::Audio,
            "jpg" | "jpeg" | "png" | "gif" | "webp" | "bmp" | "avif" | "heif" | "heic" | "tpg" | "tif" | "tiff"
            | "svg" => Self::Image,
            "srt" | "vtt" | "ass" | "ssa" | "ttml" | "stl" | "lrc" => Self::Subtitle,
            "m3u8" | "mpd" | "ism" => Self::Playlist,
            "txt" | "json" | "xml" | "csv" | "log" | "md" => Self::Text,
            "pdf" | "doc" | "docx" | "ppt" | "pptx" | "xls" | "xlsx" | "html" | "htm" | "rtf" | "epub" => {
                Self::Document
            }
            _ => Self::Other,
        }
    }
}

impl Kind {
    /// The word for it in an event's `type`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Upload => "upload",
            Self::Transcode => "transcode",
            Self::Snapshot => "snapshot",
            Self::Edit => "edit",
            Self::Enhance => "enhance",
            Self::Analysis => "analysis",
            Self::Moderation => "moderation",
            Self::Generation => "generation",
            Self::Workflow => "workflow",
            Self::Asset => "asset",
            Self::Live => "live",
            Self::Document => "document",
            Self::Probe => "probe",
            Self::Unreadable => "unreadable",
            Self::Unknown => "unknown",
        }
    }
}

impl Outcome {
    /// The word for it in an event's `type`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Succeeded => "succeeded",
            Self::Failed => "failed",
            Self::Partial => "partial",
            Self::Canceled => "canceled",
            Self::Running => "running",
            Self::Unknown => "unknown",
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

/// `None` for a record in which nothing is set, so that it is left out of the event.
pub(crate) fn non_empty<T: Default + PartialEq>(record: T) -> Option<T> {
    (record != T::default()).then_some(record)
}
