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

use serde::Deserialize;

use super::nodes::ACTIVITY_RESULTS;
use super::workflow::WorkflowTask;
use super::{Envelope, Reader};
use crate::event::{Job, Kind, Media};
use crate::facts::Facts;
use crate::json::Value;
use crate::wire::{Documented, read_struct};
use head::{Head, WithHead};
pub(super) use review::AuditResult;

const WORKFLOW_TASK_COMPLETE: &str = "WorkflowTaskComplete";

/// Every event of VOD, with what it is about and what reads it.
const EVENTS: &[(&str, Kind, Reader)] = &[
    ("FileUploadComplete", Kind::Upload, of::<upload::FileUpload>()),
    ("ImageUploadComplete", Kind::Upload, of::<upload::FileUpload>()),
    ("AttachedMediaUploadComplete", Kind::Upload, of::<upload::FileUpload>()),
    ("UploadByURLComplete", Kind::Upload, of::<upload::UrlUpload>()),
    ("StreamTranscodeComplete", Kind::Transcode, of::<transcode::Stream>()),
    ("TranscodeComplete", Kind::Transcode, of::<transcode::Transcode>()),
    ("SnapshotComplete", Kind::Snapshot, of::<snapshot::Snapshot>()),
    ("DynamicImageComplete", Kind::Snapshot, of::<snapshot::DynamicImage>()),
    ("AddLiveRecordVideoComplete", Kind::Live, of::<live::Recording>()),
    ("LiveRecordVideoComposeStart", Kind::Live, of::<live::ComposeStart>()),
    ("CreateAuditComplete", Kind::Moderation, of::<review::CreateAudit>()),
    ("AIMediaAuditComplete", Kind::Moderation, of::<review::AiMediaAudit>()),
    // What automatic review was called before. The documents have lost it; the vendor's demo code still expects it.
    ("AIVideoCensorComplete", Kind::Moderation, of::<review::AiMediaAudit>()),
    ("AIMediaDNAComplete", Kind::Analysis, of::<analysis::MediaDna>()),
    ("AIVideoTagComplete", Kind::Analysis, of::<analysis::VideoTag>()),
    ("VideoAnalysisComplete", Kind::Analysis, of::<analysis::VideoAnalysis>()),
    ("ProduceMediaComplete", Kind::Edit, of::<edit::ProduceMedia>()),
    ("DeleteMediaComplete", Kind::Asset, of::<media::DeleteMedia>()),
    ("MediaBaseChangeComplete", Kind::Asset, of::<media::MediaBaseChange>()),
    ("UpdateMediaStorageClassComplete", Kind::Asset, of::<media::StorageClass>()),
    ("RestoreMediaComplete", Kind::Asset, of::<media::RestoreMedia>()),
    ("SubmitMediaRefreshComplete", Kind::Asset, of::<media::MediaRefresh>()),
    (WORKFLOW_TASK_COMPLETE, Kind::Workflow, WORKFLOW),
];

/// What reads an event with this body.
const fn of<B: Body>() -> Reader {
    Reader::new::<WithHead<B>>(body::<B>)
}

const WORKFLOW: Reader = Reader::new::<WithHead<WorkflowTask>>(workflow);

/// What an event has besides its head, which tells what happened. What the head tells need not be told again: the media's and
/// the job's id, the status word, the error, the user data.
trait Body: Default + for<'de> Deserialize<'de> + Documented {
    /// Whether the head's media is what was made, and not what it was made from.
    const MEDIA_IS_MADE: bool = false;

    fn facts(self, head: &Head) -> Facts;
}

fn body<B: Body>(event: Value<'_>) -> Facts {
    let WithHead { head, body } = read_struct::<WithHead<B>>(event);
    let facts = body.facts(&head);
    complete(&head, facts, B::MEDIA_IS_MADE)
}

fn workflow(event: Value<'_>) -> Facts {
    let WithHead { head, body } = read_struct::<WithHead<WorkflowTask>>(event);
    let facts = body.facts(event, head.outcome(), head.media_id().as_deref());
    complete(&head, facts, false)
}

/// The facts with what the head tells. `media_is_made`: the head's media is what was made, and not what it was made from.
fn complete(head: &Head, facts: Facts, media_is_made: bool) -> Facts {
    // What was made is an output. Where nothing was, its ID still is what the event is about.
    let made = head.media_id().filter(|_| media_is_made && !facts.outputs.is_empty());
    let id = if made.is_some() { None } else { head.media_id() };
    Facts {
        media: Media { id: id.or(facts.media.id), ..facts.media },
        job: Job { id: facts.job.id.or_else(|| head.job_id.0.clone()), ..facts.job },
        status: head.status.0.clone(),
        error: head.error(),
        user_data: head.user_data(),
        ..facts
    }
}

/// The table's names and kinds.
pub(crate) fn kinds() -> impl Iterator<Item = (&'static str, Kind)> {
    EVENTS.iter().map(|(name, kind, _)| (*name, *kind))
}

/// The schema of each event, without what all have.
#[cfg(test)]
pub(super) fn schemas(generator: &mut schemars::SchemaGenerator) -> Vec<(&'static str, schemars::Schema)> {
    EVENTS.iter().map(|(name, _, reader)| (*name, (reader.schema)(generator))).collect()
}

/// Reads a flat event.
pub(super) fn read(envelope: &Envelope, event: Value<'_>) -> Facts {
    let is_workflow = || event.get("WorkflowId").is_some() && event.get(ACTIVITY_RESULTS).is_some();
    let name = match envelope.event_type.as_deref() {
        // The structure tells the one event that comes without a name.
        None => is_workflow().then_some(WORKFLOW_TASK_COMPLETE),
        name => name,
    };
    let known = EVENTS.iter().find(|(known, ..)| name == Some(known));
    let (kind, reader) = known.map_or((Kind::Unknown, of::<Unknown>()), |(_, kind, reader)| (*kind, *reader));
    let name = name.map(str::to_owned);
    Facts { name, kind, account: envelope.user_id.0.clone(), time: envelope.event_time.0, ..(reader.read)(event) }
}

/// An event without a name here: its head is all that is read.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default)]
struct Unknown {}

impl Body for Unknown {
    fn facts(self, head: &Head) -> Facts {
        Facts { outcome: head.outcome(), ..Facts::default() }
    }
}
