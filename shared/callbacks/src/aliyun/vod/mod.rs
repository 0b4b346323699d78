//! `ApsaraVideo` VOD.
//!
//! Events are flat: what happened stands beside the head. The structs here are what an event has besides its [`Head`].
//! <https://www.alibabacloud.com/help/en/vod/developer-reference/event-notification>
//!
//! URLs in events start with `http://`, also where a domain has HTTPS, and lack the signature that URL signing asks for.

mod analysis;
mod edit;
mod head;
mod live;
mod media;
mod review;
mod snapshot;
mod transcode;
mod upload;
mod workflow;

use serde::Deserialize;
use serde::de::{DeserializeOwned, IgnoredAny};

use super::Envelope;
use crate::body::Unreadable;
use crate::event::{Job, Kind, Media};
use crate::facts::Facts;
use crate::wire::{peek, read as read_wire};
use head::{Head, WithHead};
pub(super) use workflow::TaskInput;

const WORKFLOW_TASK_COMPLETE: &str = "WorkflowTaskComplete";

/// Every event of VOD, with what it is about and what reads it.
const EVENTS: &[(&str, Kind, Reader)] = &[
    ("FileUploadComplete", Kind::Upload, body::<upload::FileUpload>),
    ("ImageUploadComplete", Kind::Upload, body::<upload::FileUpload>),
    ("AttachedMediaUploadComplete", Kind::Upload, body::<upload::FileUpload>),
    ("UploadByURLComplete", Kind::Upload, body::<upload::UrlUpload>),
    ("StreamTranscodeComplete", Kind::Transcode, body::<transcode::Stream>),
    ("TranscodeComplete", Kind::Transcode, body::<transcode::Transcode>),
    ("SnapshotComplete", Kind::Snapshot, body::<snapshot::Snapshot>),
    ("DynamicImageComplete", Kind::Snapshot, body::<snapshot::DynamicImage>),
    ("AddLiveRecordVideoComplete", Kind::Live, body::<live::Recording>),
    ("LiveRecordVideoComposeStart", Kind::Live, body::<live::ComposeStart>),
    ("CreateAuditComplete", Kind::Moderation, body::<review::CreateAudit>),
    ("AIMediaAuditComplete", Kind::Moderation, body::<review::AiMediaAudit>),
    // What automatic review was called before. The documents have lost it; the vendor's demo code still expects it.
    ("AIVideoCensorComplete", Kind::Moderation, body::<review::AiMediaAudit>),
    ("AIMediaDNAComplete", Kind::Analysis, body::<analysis::MediaDna>),
    ("AIVideoTagComplete", Kind::Analysis, body::<analysis::VideoTag>),
    ("VideoAnalysisComplete", Kind::Analysis, body::<analysis::VideoAnalysis>),
    ("ProduceMediaComplete", Kind::Edit, body::<edit::ProduceMedia>),
    ("DeleteMediaComplete", Kind::Asset, body::<media::DeleteMedia>),
    ("MediaBaseChangeComplete", Kind::Asset, body::<media::MediaBaseChange>),
    ("UpdateMediaStorageClassComplete", Kind::Asset, body::<media::StorageClass>),
    ("RestoreMediaComplete", Kind::Asset, body::<media::RestoreMedia>),
    ("SubmitMediaRefreshComplete", Kind::Asset, body::<media::MediaRefresh>),
    (WORKFLOW_TASK_COMPLETE, Kind::Workflow, body::<workflow::WorkflowTask>),
];

type Reader = fn(&str) -> Result<Facts, Unreadable>;

/// What an event has besides its head, which tells what happened. What the head tells need not be told again: the media's and
/// the job's id, the status word, the error, the user data.
trait Body: DeserializeOwned {
    fn facts(self, head: &Head) -> Facts;
}

fn body<B: Body>(json: &str) -> Result<Facts, Unreadable> {
    let WithHead { head, body } = read_wire::<WithHead<B>>(json)?;
    let facts = body.facts(&head);
    Ok(Facts {
        media: Media { id: head.media_id().or(facts.media.id), ..facts.media },
        job: Job { id: facts.job.id.or(head.job_id.0.clone()), ..facts.job },
        status: head.status.0.clone(),
        error: head.error(),
        user_data: head.user_data(),
        ..facts
    })
}

/// The table's names and kinds.
pub(crate) fn kinds() -> impl Iterator<Item = (&'static str, Kind)> {
    EVENTS.iter().map(|(name, kind, _)| (*name, *kind))
}

/// Reads a flat event.
pub(crate) fn read(envelope: &Envelope, canonical: &str) -> Result<Facts, Unreadable> {
    let name = match envelope.event_type.as_deref() {
        Some(name) => Some(name.to_owned()),
        None => infer_name(canonical)?.map(str::to_owned),
    };
    let known = EVENTS.iter().find(|(known, ..)| name.as_deref() == Some(known));
    let (kind, read) = known.map_or((Kind::Unknown, body::<Unknown> as Reader), |(_, kind, read)| (*kind, *read));
    let facts = read(canonical)?;
    Ok(Facts { name, kind, account: envelope.user_id.0.clone(), time: envelope.event_time.0, ..facts })
}

/// The name that the structure tells, for an event that comes without one.
fn infer_name(canonical: &str) -> Result<Option<&'static str>, Unreadable> {
    let members: Members = peek(canonical)?;
    let is_workflow = members.workflow_id.is_some() && members.activity_results.is_some();
    Ok(is_workflow.then_some(WORKFLOW_TASK_COMPLETE))
}

/// Members that tell an event which comes without a name.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Members {
    workflow_id: Option<IgnoredAny>,
    activity_results: Option<IgnoredAny>,
}

/// An event without a name here: its head is all that is read.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Unknown {}

impl Body for Unknown {
    fn facts(self, head: &Head) -> Facts {
        Facts { outcome: head.outcome(), ..Facts::default() }
    }
}
