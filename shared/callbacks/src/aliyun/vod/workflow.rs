//! Workflows.

use serde::Deserialize;

use super::{WithHead, complete};
use crate::aliyun::task_input::TaskInput;
use crate::aliyun::{Envelope, MESSAGE_BODY, SNAPSHOT_INFOS, STREAM_INFOS, ims, outcome_of};
use crate::event::{Job, Kind, Outcome, Step, Workflow};
use crate::facts::{Facts, failure};
use crate::json::Value;
use crate::wire::{Embedded, One, Text, Time, Unused, read as read_struct};

/// Results of the nodes under the names of the nodes (`VodSnapshot_53e77`). JSON in a string.
const ACTIVITY_RESULTS: &str = "ActivityResults";
/// What a node reports: the job itself, or the whole event that IMS sent for it. The table says object; the example has a
/// string that is JSON but for an unquoted `UserId`.
const RESULT: &str = "Result";

/// Body of `WorkflowTaskComplete`: all tasks of a workflow are complete. `Status` is `Succeed` or `Failed`.
///
/// <https://www.alibabacloud.com/help/en/vod/user-guide/workflow-task-completion>. Its table requires `EventType` and
/// `EventTime`; its example has neither.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct WorkflowTask {
    /// Workflow ID.
    workflow_id: Text,
    /// Task ID: this run of the workflow.
    task_id: Text,
    /// Read by hand, since the name of an event in it tells how to read it.
    activity_results: Unused<Text>,
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
    /// Read by hand, too.
    result: Unused<Text>,
}

/// What a node reports that reports a job.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct ActivityResult {
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

/// Reads `WorkflowTaskComplete`.
pub(super) fn read(event: Value<'_>) -> Facts {
    let WithHead { head, body } = read_struct::<WithHead<WorkflowTask>>(event);
    let nodes = event.get(ACTIVITY_RESULTS).map(Value::named_parts).unwrap_or_default();
    let mut steps: Vec<Step> = nodes.into_iter().map(|(name, node)| step(name, node)).collect();
    // The nodes come under their names, in no order; the order in which they started is the one that means something.
    steps.sort_by_key(|step| step.started_at);
    let facts = Facts {
        outcome: Outcome::of_parts(head.outcome(), steps.iter().map(|step| step.outcome)),
        media: body.task_input.or_default().or_default().media(),
        job: Job {
            id: body.task_id.0.clone(),
            created_at: body.create_time.0,
            finished_at: body.finish_time.0,
            ..Job::default()
        },
        workflow: Workflow { id: body.workflow_id.0, run_id: body.task_id.0, name: None },
        steps,
        ..Facts::default()
    };
    complete(head, facts)
}

/// What one node did.
fn step(name: &str, node: Value<'_>) -> Step {
    let activity: Activity = read_struct(node);
    let result = node.get(RESULT).map(result).unwrap_or_default();
    // What the node's own job says counts, where it says anything.
    let outcome = if result.outcome == Outcome::Unknown { outcome_of(&activity.status) } else { result.outcome };
    let of_steps = result.steps.into_iter().flat_map(|step| step.outputs);
    Step {
        id: activity.activity_instance_id.0,
        name: Some(name.to_owned()),
        kind: if result.kind == Kind::Unknown { node_kind(activity.activity_id.as_deref()) } else { result.kind },
        event: activity.activity_id.0.or(result.name),
        outcome,
        status: activity.status.0,
        template_id: result.job.template_id,
        template_name: None,
        started_at: activity.start_time.0,
        finished_at: activity.end_time.0,
        error: failure(outcome, result.error),
        outputs: result.outputs.into_iter().chain(of_steps).collect(),
    }
}

/// What a node's result says; nothing where it says it in a form that is not known.
fn result(result: Value<'_>) -> Facts {
    let Some(result) = result.part() else { return Facts::default() };
    let inner = Envelope::of(result);
    match result.get(MESSAGE_BODY).and_then(Value::part) {
        // The inner event has the head of IMS; its body is IMS's or what VOD would have posted.
        Some(body) if [STREAM_INFOS, SNAPSHOT_INFOS].iter().any(|list| body.get(list).is_some()) => {
            super::read(&inner, body)
        }
        Some(body) => ims::read(&inner, Some(body)),
        None => {
            let job: ActivityResult = read_struct(result);
            Facts {
                outcome: outcome_of(&job.status),
                error: crate::aliyun::failure(job.error_code, job.error_message),
                ..Facts::default()
            }
        }
    }
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
