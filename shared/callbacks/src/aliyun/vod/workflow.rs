//! Workflows.

use serde::Deserialize;

use super::{WithHead, complete};
use crate::aliyun::nodes::{self, ACTIVITY_RESULTS};
use crate::aliyun::task_input::TaskInput;
use crate::event::{Job, Outcome, Workflow};
use crate::facts::Facts;
use crate::json::Value;
use crate::wire::{Embedded, One, Text, Time, Unused, read_struct};

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
    /// Results of the nodes. JSON in a string; see [`nodes`].
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

/// Reads the event.
pub(super) fn read(event: Value<'_>) -> Facts {
    let WithHead { head, body } = read_struct::<WithHead<WorkflowTask>>(event);
    let media = body.task_input.or_default().or_default().media();
    let video_id = head.media_id();
    let (steps, review) = nodes::read(event.get(ACTIVITY_RESULTS), media.id.as_deref().or(video_id.as_deref()));
    let facts = Facts {
        outcome: Outcome::of_parts(head.outcome(), steps.iter().map(|step| step.outcome)),
        media,
        job: Job {
            id: body.task_id.0.clone(),
            created_at: body.create_time.0,
            finished_at: body.finish_time.0,
            ..Job::default()
        },
        workflow: Workflow { id: body.workflow_id.0, run_id: body.task_id.0, name: None },
        steps,
        review,
        ..Facts::default()
    };
    complete(&head, facts, false)
}
