//! Intelligent Media Services (IMS, also called ICE).
//!
//! Every event is a head and a `MessageBody`; the structs here are those bodies.
//! <https://www.alibabacloud.com/help/en/ims/developer-reference/event-list>
//!
//! That page has lost most of its lists of values. Where a field's values are given here all the same, they are those of
//! the API that reports the same job, or of the same event of VOD or Live.

pub(super) mod ai;
mod edit;
mod file_meta;
mod head;
mod job_media;
mod live;
mod media;
mod snapshot;
mod transcode;
mod upload;

use serde::Deserialize;

use super::workflow::WorkflowTask;
use super::{Envelope, Reader, outcome_of, role_of};
use crate::event::{Failure, Job, Kind, Media};
use crate::facts::Facts;
use crate::json::Value;
use crate::wire::{Documented, Text, Unused, read_struct};
use head::{Head, WithHead};

/// Every event of IMS, with what it is about and what reads its body.
const EVENTS: &[(&str, Kind, Reader)] = &[
    ("FileUploadComplete", Kind::Upload, of::<upload::FileUpload>()),
    ("UploadByURLComplete", Kind::Upload, of::<upload::UrlUpload>()),
    ("ImageUploadComplete", Kind::Upload, of::<upload::FileUpload>()),
    ("AttachedMediaUploadComplete", Kind::Upload, of::<upload::FileUpload>()),
    ("StreamUploadComplete", Kind::Upload, of::<upload::Stream>()),
    ("UploadStreamByURLComplete", Kind::Upload, of::<upload::UrlUpload>()),
    ("RegisterStreamComplete", Kind::Asset, of::<upload::Stream>()),
    ("RegisterMediaComplete", Kind::Asset, of::<media::RegisterMedia>()),
    ("DeleteMediaComplete", Kind::Asset, of::<media::DeleteMedia>()),
    ("MediaBaseChangeComplete", Kind::Asset, of::<media::MediaBaseChange>()),
    ("CreateAuditComplete", Kind::Moderation, of::<media::CreateAudit>()),
    ("AIMediaAuditComplete", Kind::Moderation, of::<media::AiMediaAudit>()),
    ("WorkflowTaskComplete", Kind::Workflow, WORKFLOW),
    ("VideoAnalysisComplete", Kind::Analysis, of::<ai::VideoAnalysis>()),
    ("MediaAiAnalysisComplete", Kind::Analysis, of::<ai::MediaAiAnalysis>()),
    ("SnapshotComplete", Kind::Snapshot, of::<snapshot::Snapshot>()),
    ("DynamicImageComplete", Kind::Snapshot, of::<snapshot::Snapshot>()),
    ("TranscodeComplete", Kind::Transcode, of::<transcode::Transcode>()),
    ("TranscodeParentComplete", Kind::Transcode, of::<transcode::TranscodeParent>()),
    ("MediaConvertComplete", Kind::Transcode, of::<transcode::MediaConvert>()),
    ("MediaConvertOutputGroupComplete", Kind::Transcode, of::<transcode::MediaConvertOutput>()),
    // What the page's sample has for the name above, which is that of the section.
    ("ApsaraVideoForMediaProcessingOutputGroupComplete", Kind::Transcode, of::<transcode::MediaConvertOutput>()),
    ("MediaConvertOutputComplete", Kind::Transcode, of::<transcode::MediaConvertOutput>()),
    ("AIProduceComplete", Kind::Generation, of::<ai::AiProduce>()),
    ("SmartJobComplete", Kind::Generation, of::<ai::SmartJob>()),
    ("ProduceMediaComplete", Kind::Edit, of::<edit::ProduceMedia>()),
    ("BatchProduceMediaComplete", Kind::Edit, of::<edit::BatchProduceMedia>()),
    ("LiveRecordFileCreated", Kind::Live, of::<live::RecordFile>()),
    ("LiveRecordTaskStatus", Kind::Live, of::<live::RecordTask>()),
    ("LiveSnapshotFileCreated", Kind::Live, of::<live::SnapshotFile>()),
];

/// The events that the vendor deprecates, as of 31 December 2025.
pub(super) const DEPRECATED: &[&str] = &["TranscodeComplete", "TranscodeParentComplete"];

/// What reads an event with this body.
const fn of<B: Body>() -> Reader {
    Reader::new::<WithHead<B>>(body::<B>)
}

const WORKFLOW: Reader = Reader::new::<WithHead<WorkflowTask>>(workflow);

/// What a body has besides its [`Head`], which tells what happened. What the head tells need not be told again: the job's ID, the
/// status word, the error, the user data.
trait Body: Default + for<'de> Deserialize<'de> + Documented {
    fn facts(self, head: &Head) -> Facts;
}

fn body<B: Body>(message_body: Value<'_>) -> Facts {
    let WithHead { head, body } = read_struct::<WithHead<B>>(message_body);
    let facts = body.facts(&head);
    complete(&head, facts)
}

fn workflow(message_body: Value<'_>) -> Facts {
    let WithHead { head, body } = read_struct::<WithHead<WorkflowTask>>(message_body);
    complete(&head, body.facts(message_body, head.outcome(), None))
}

/// The facts with what the head tells.
fn complete(head: &Head, facts: Facts) -> Facts {
    Facts {
        status: facts.status.or_else(|| head.status.0.clone()),
        job: Job { id: facts.job.id.or_else(|| head.job_id()), ..facts.job },
        error: if facts.error == Failure::default() { head.error() } else { facts.error },
        user_data: facts.user_data.or_else(|| head.user_data()),
        ..facts
    }
}

/// The table's names and kinds.
pub(crate) fn kinds() -> impl Iterator<Item = (&'static str, Kind)> {
    EVENTS.iter().map(|(name, kind, _)| (*name, *kind))
}

/// The schema of the body of each event.
#[cfg(test)]
pub(super) fn schemas(generator: &mut schemars::SchemaGenerator) -> Vec<(&'static str, schemars::Schema)> {
    EVENTS.iter().map(|(name, _, reader)| (*name, (reader.schema)(generator))).collect()
}

/// Reads an event of this envelope and body, if it has one.
pub(super) fn read(envelope: &Envelope, message_body: Option<Value<'_>>) -> Facts {
    let name = envelope.event_type.as_deref();
    let known = EVENTS.iter().find(|(known, ..)| name == Some(known));
    let (kind, reader) = known.map_or((Kind::Unknown, of::<Unknown>()), |(_, kind, reader)| (*kind, *reader));
    Facts {
        name: name.map(str::to_owned),
        kind,
        account: envelope.user_id.0.clone(),
        time: envelope.event_time.0,
        ..message_body.map(reader.read).unwrap_or_default()
    }
}

/// The body of an event without a name here: its head, and the media that most events have.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
struct Unknown {
    /// Media asset ID.
    media_id: Text,
    /// ID of the application, `app-1000000` by default.
    app_id: Unused<Text>,
}

impl Body for Unknown {
    fn facts(self, head: &Head) -> Facts {
        Facts { outcome: head.outcome(), media: Media { id: self.media_id.0, ..Media::default() }, ..Facts::default() }
    }
}
