//! What happened, and its parts.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use serde_with::skip_serializing_none;

use super::{Kind, Outcome, Role, Verdict};
use crate::Product;

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
    /// How many items of lists, parts and files, are in `vendor` only: more than an event lists.
    pub omitted: Option<u64>,
    /// What a moderation found.
    pub review: Option<Review>,
    /// What a hidden watermark says that was looked for: whose the file is, or who leaked the copy.
    pub watermark: Option<String>,
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
    /// MD5 of the file, hex.
    pub md5: Option<String>,
    /// When the vendor deletes it. Absent where the vendor keeps it, or does not say.
    pub expires_at: Option<Timestamp>,
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
            omitted: None,
            review: None,
            watermark: None,
            error: None,
            user_data: None,
            vendor: None,
        }
    }

    /// What the event is about, for the envelope: the media, else the job, else the only file that was made.
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
            .or_else(|| match self.outputs.as_slice() {
                [only] => only.id.clone(),
                _ => None,
            })
    }
}

impl Step {
    /// Whether nothing is known of it but what such a step is about and how the whole ended: what is made of an empty object
    /// in a list of parts, which is no part.
    pub(crate) fn is_blank(&self) -> bool {
        *self == Self { kind: self.kind, outcome: self.outcome, ..Self::default() }
    }
}

/// `None` for a record in which nothing is set, so that it is left out of the event.
pub(crate) fn non_empty<T: Default + PartialEq>(record: T) -> Option<T> {
    (record != T::default()).then_some(record)
}
