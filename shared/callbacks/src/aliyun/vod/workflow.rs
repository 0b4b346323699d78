//! Workflows.

use serde::Deserialize;
use serde_json::value::RawValue;

use super::{Body, Head};
use crate::aliyun::{Envelope, Flat, ims, oss_bucket, oss_object, outcome_of};
use crate::body::Unreadable;
use crate::event::{Job, Kind, Media, Outcome, Step, Workflow};
use crate::facts::{Facts, failure};
use crate::wire::{Embedded, Named, One, Text, Time, Unused, peek};

/// Body of `WorkflowTaskComplete`: all tasks of a workflow are complete. `Status` is `Succeed` or `Failed`.
///
/// <https://www.alibabacloud.com/help/en/vod/user-guide/workflow-task-completion>. Its table requires `EventType` and
/// `EventTime`; its example has neither.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(super) struct WorkflowTask {
    /// Workflow ID.
    workflow_id: Text,
    /// Task ID: this run of the workflow.
    task_id: Text,
    /// Results of the nodes under the names of the nodes (`VodSnapshot_53e77`). JSON in a string.
    activity_results: Embedded<Named<Activity>>,
    /// What started the workflow. JSON in a string.
    task_input: Embedded<One<TaskInput>>,
    /// When the task was created, UTC.
    create_time: Time,
    /// When the task was last updated, UTC.
    modified_time: Unused<Time>,
    /// When the task was completed, UTC.
    finish_time: Time,
}

/// What one node of a workflow did.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Activity {
    /// `Succeed` or another status word.
    status: Text,
    /// When the node started, UTC.
    start_time: Time,
    /// When the node ended, UTC.
    end_time: Time,
    /// The type of node: `VodSnapshot`, `VideoTranslation`.
    activity_id: Text,
    /// This run of the node.
    activity_instance_id: Text,
    /// What the node reports. The table says object; the example has a string that is JSON but for an unquoted `UserId`.
    result: Embedded<One<ActivityResult>>,
}

/// What a node reports: the job itself, or the whole event that IMS sent for it.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct ActivityResult {
    /// Request ID of the inner event.
    request_id: Unused<Text>,
    /// The inner event's name, where the result is an event.
    event_type: Text,
    /// When the inner event occurred, UTC.
    event_time: Unused<Time>,
    /// The inner event's account.
    user_id: Unused<Text>,
    /// The inner event's body.
    message_body: Option<Box<RawValue>>,
    /// Type of the job, where the result is a job: `VideoTranslation`.
    job_type: Unused<Text>,
    /// Status of the job: `Finished`.
    status: Text,
    /// ID of the job.
    job_id: Unused<Text>,
    /// Media asset ID.
    media_id: Unused<Text>,
    /// When the job was created, UTC.
    create_time: Unused<Time>,
    /// When the job was last changed, UTC.
    modified_time: Unused<Time>,
    /// What the service itself attached to the job (`{"VodSrc":"Workflow"}`). JSON in a string.
    user_data: Unused<Text>,
    /// Error code of the job.
    error_code: Text,
    /// Error message of the job.
    error_message: Text,
}

/// What started a workflow.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(in crate::aliyun) struct TaskInput {
    /// `Media` or `OSS`.
    r#type: Text,
    /// Media asset ID, or a URL where the type is `OSS`.
    media: Text,
    /// Title of the media.
    title: Text,
    /// Host name of the bucket that holds the media: `sample-bucket.oss-cn-shanghai.aliyuncs.com`.
    storage_location: Text,
}

impl TaskInput {
    pub(in crate::aliyun) fn media(self) -> Media {
        let is_url = self.media.as_deref().is_some_and(|media| media.contains("://"));
        let (id, url) = if is_url { (None, self.media.0) } else { (self.media.0, None) };
        let storage = self.storage_location.as_deref().map(oss_bucket).unwrap_or_default();
        let (bucket, object) = url.as_deref().and_then(oss_object).unzip();
        Media { id, url, title: self.title.0, bucket: bucket.or(storage.bucket.clone()), object, ..storage }
    }
}

impl Body for WorkflowTask {
    fn facts(self, head: &Head) -> Facts {
        let mut steps: Vec<Step> =
            self.activity_results.or_default().0.into_iter().map(|(name, activity)| activity.step(name)).collect();
        // The nodes come under their names, in no order; the order in which they started is the one that means something.
        steps.sort_by_key(|step| step.started_at);
        let input = self.task_input.or_default().or_default().media();
        Facts {
            outcome: Outcome::of_parts(head.outcome(), steps.iter().map(|step| step.outcome)),
            media: input,
            job: Job {
                id: self.task_id.0.clone(),
                created_at: self.create_time.0,
                finished_at: self.finish_time.0,
                ..Job::default()
            },
            workflow: Workflow { id: self.workflow_id.0, run_id: self.task_id.0, name: None },
            steps,
            ..Facts::default()
        }
    }
}

impl Activity {
    fn step(self, name: String) -> Step {
        let result = self.result.or_default().or_default().facts();
        // What the node's own job says counts, where it says anything.
        let outcome = if result.outcome == Outcome::Unknown { outcome_of(&self.status) } else { result.outcome };
        let of_steps = result.steps.into_iter().flat_map(|step| step.outputs);
        Step {
            id: self.activity_instance_id.0,
            name: Some(name),
            kind: if result.kind == Kind::Unknown { node_kind(self.activity_id.as_deref()) } else { result.kind },
            event: self.activity_id.0.or(result.name),
            outcome,
            status: self.status.0,
            template_id: result.job.template_id,
            template_name: None,
            started_at: self.start_time.0,
            finished_at: self.end_time.0,
            error: failure(outcome, result.error),
            outputs: result.outputs.into_iter().chain(of_steps).collect(),
        }
    }
}

impl ActivityResult {
    /// What the result says; nothing where it says it in a form that is not known.
    fn facts(self) -> Facts {
        let envelope = Envelope { event_type: self.event_type, message_body: self.message_body, ..Envelope::default() };
        match envelope.body() {
            Some(body) => read_inner(&envelope, &body).unwrap_or_default(),
            None => Facts {
                outcome: outcome_of(&self.status),
                error: crate::aliyun::failure(self.error_code, self.error_message),
                ..Facts::default()
            },
        }
    }
}

/// The inner event has the head of IMS; its body is IMS's or what VOD would have posted.
fn read_inner(envelope: &Envelope, body: &str) -> Result<Facts, Unreadable> {
    if peek::<Flat>(body)?.has_parts() { super::read(envelope, body) } else { ims::read(envelope, body) }
}

/// What a node is about, by its type, for a node whose result does not tell.
///
/// <https://www.alibabacloud.com/help/en/vod/user-guide/workflow-task-completion> shows these two.
fn node_kind(activity_id: Option<&str>) -> Kind {
    match activity_id {
        Some("VodSnapshot") => Kind::Snapshot,
        Some("VideoTranslation") => Kind::Generation,
        _ => Kind::Unknown,
    }
}
