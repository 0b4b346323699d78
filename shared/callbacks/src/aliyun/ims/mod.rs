//! Intelligent Media Services (IMS, also called ICE).
//!
//! Every event is a head and a `MessageBody`; the structs here are those bodies.
//! <https://www.alibabacloud.com/help/en/ims/developer-reference/event-list>
//!
//! That page has lost most of its lists of values. Where a field's values are given here all the same, they are those of
//! the API that reports the same job, or of the same event of VOD or Live.

mod ai;
mod edit;
mod file_meta;
mod job_media;
mod live;
pub(super) mod media;
mod snapshot;
mod transcode;
mod upload;
mod workflow;

use serde::Deserialize;

use super::{Envelope, outcome_of, role_of};
use crate::event::{Failure, Job, Kind, Media, Outcome};
use crate::facts::Facts;
use crate::json::Value;
use crate::wire::{Text, read as read_struct};

/// Every event of IMS, with what it is about and what reads its body.
const EVENTS: &[(&str, Kind, Reader)] = &[
    ("FileUploadComplete", Kind::Upload, body::<upload::FileUpload>),
    ("UploadByURLComplete", Kind::Upload, body::<upload::UrlUpload>),
    ("ImageUploadComplete", Kind::Upload, body::<upload::FileUpload>),
    ("AttachedMediaUploadComplete", Kind::Upload, body::<upload::FileUpload>),
    ("StreamUploadComplete", Kind::Upload, body::<upload::Stream>),
    ("UploadStreamByURLComplete", Kind::Upload, body::<upload::UrlUpload>),
    ("RegisterStreamComplete", Kind::Asset, body::<upload::Stream>),
    ("RegisterMediaComplete", Kind::Asset, body::<media::RegisterMedia>),
    ("DeleteMediaComplete", Kind::Asset, body::<media::DeleteMedia>),
    ("MediaBaseChangeComplete", Kind::Asset, body::<media::MediaBaseChange>),
    ("CreateAuditComplete", Kind::Moderation, body::<media::CreateAudit>),
    ("AIMediaAuditComplete", Kind::Moderation, body::<media::AiMediaAudit>),
    ("WorkflowTaskComplete", Kind::Workflow, body::<workflow::WorkflowTask>),
    ("VideoAnalysisComplete", Kind::Analysis, body::<ai::VideoAnalysis>),
    ("MediaAiAnalysisComplete", Kind::Analysis, body::<ai::MediaAiAnalysis>),
    ("SnapshotComplete", Kind::Snapshot, body::<snapshot::Snapshot>),
    ("DynamicImageComplete", Kind::Snapshot, body::<snapshot::Snapshot>),
    ("TranscodeComplete", Kind::Transcode, body::<transcode::Transcode>),
    ("TranscodeParentComplete", Kind::Transcode, body::<transcode::TranscodeParent>),
    ("MediaConvertComplete", Kind::Transcode, body::<transcode::MediaConvert>),
    ("MediaConvertOutputGroupComplete", Kind::Transcode, body::<transcode::MediaConvertOutput>),
    // What the page's sample has for the name above, which is that of the section.
    ("ApsaraVideoForMediaProcessingOutputGroupComplete", Kind::Transcode, body::<transcode::MediaConvertOutput>),
    ("MediaConvertOutputComplete", Kind::Transcode, body::<transcode::MediaConvertOutput>),
    ("AIProduceComplete", Kind::Generation, body::<ai::AiProduce>),
    ("SmartJobComplete", Kind::Generation, body::<ai::SmartJob>),
    ("ProduceMediaComplete", Kind::Edit, body::<edit::ProduceMedia>),
    ("BatchProduceMediaComplete", Kind::Edit, body::<edit::BatchProduceMedia>),
    ("LiveRecordFileCreated", Kind::Live, body::<live::RecordFile>),
    ("LiveRecordTaskStatus", Kind::Live, body::<live::RecordTask>),
    ("LiveSnapshotFileCreated", Kind::Live, body::<live::SnapshotFile>),
];

type Reader = fn(Value<'_>) -> Facts;

/// The body of an event, which tells what happened.
trait Body: Default + for<'de> Deserialize<'de> {
    fn facts(self) -> Facts;
}

fn body<B: Body>(message_body: Value<'_>) -> Facts {
    read_struct::<B>(message_body).facts()
}

/// The table's names and kinds.
pub(crate) fn kinds() -> impl Iterator<Item = (&'static str, Kind)> {
    EVENTS.iter().map(|(name, kind, _)| (*name, *kind))
}

/// Reads an event of this head and body, if it has one.
pub(super) fn read(envelope: &Envelope, message_body: Option<Value<'_>>) -> Facts {
    let name = envelope.event_type.as_deref();
    let known = EVENTS.iter().find(|(known, ..)| name == Some(known));
    let (kind, read) = known.map_or((Kind::Unknown, body::<Unknown> as Reader), |(_, kind, read)| (*kind, *read));
    let facts = message_body.map(read).unwrap_or_default();
    // Most tables have no error. Where something failed, it is read from the fields that the others have it in.
    let is_told = facts.outcome != Outcome::Failed || facts.error != Failure::default();
    let error = if is_told { facts.error } else { message_body.map(failure_fields).unwrap_or_default() };
    Facts {
        error,
        name: name.map(str::to_owned),
        kind,
        account: envelope.user_id.0.clone(),
        time: envelope.event_time.0,
        ..facts
    }
}

/// The failure that a body reports in the usual fields. They are known, so that nothing is noted as passed over.
fn failure_fields(message_body: Value<'_>) -> Failure {
    let member = |key| super::member::<Text>(message_body, key);
    super::failure(member("ErrorCode").or(member("Code")), member("ErrorMessage").or(member("Message")))
}

/// The fields that report a failure.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(super) struct ErrorFields {
    /// Error code.
    error_code: Text,
    /// Error message.
    error_message: Text,
}

impl ErrorFields {
    pub(super) fn failure(self) -> Failure {
        super::failure(self.error_code, self.error_message)
    }
}

/// The body of an event without a name here: what most events have.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Unknown {
    /// Status word.
    status: Text,
    /// Media asset ID.
    media_id: Text,
    /// Job ID.
    job_id: Text,
}

impl Body for Unknown {
    fn facts(self) -> Facts {
        Facts {
            outcome: outcome_of(&self.status),
            status: self.status.0,
            media: Media { id: self.media_id.0, ..Media::default() },
            job: Job { id: self.job_id.0, ..Job::default() },
            ..Facts::default()
        }
    }
}
