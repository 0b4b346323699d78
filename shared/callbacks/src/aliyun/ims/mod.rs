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
use super::{Envelope, outcome_of, role_of};
use crate::event::{Failure, Job, Kind, Media};
use crate::facts::Facts;
use crate::json::Value;
use crate::wire::{Text, Unused, read_struct};
use head::{Head, WithHead};

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
    ("WorkflowTaskComplete", Kind::Workflow, workflow),
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

/// What a body has besides its [`Head`], which tells what happened. What the head tells need not be told again: the job's ID, the
/// status word, the error, the user data.
trait Body: Default + for<'de> Deserialize<'de> {
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

/// Reads an event of this envelope and body, if it has one.
pub(super) fn read(envelope: &Envelope, message_body: Option<Value<'_>>) -> Facts {
    let name = envelope.event_type.as_deref();
    let known = EVENTS.iter().find(|(known, ..)| name == Some(known));
    let (kind, read) = known.map_or((Kind::Unknown, body::<Unknown> as Reader), |(_, kind, read)| (*kind, *read));
    Facts {
        name: name.map(str::to_owned),
        kind,
        account: envelope.user_id.0.clone(),
        time: envelope.event_time.0,
        ..message_body.map(read).unwrap_or_default()
    }
}

/// The body of an event without a name here: its head, and the media that most events have.
#[derive(Debug, Default, Deserialize)]
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
