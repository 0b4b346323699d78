//! Workflows.

use serde::Deserialize;

use super::{WithHead, complete};
use crate::aliyun::nodes::{self, ACTIVITY_RESULTS};
use crate::aliyun::task_input::TaskInput;
use crate::event::{Job, Outcome, Workflow};
use crate::facts::Facts;
use crate::json::Value;
use crate::wire::{Embedded, One, Text, Time, Unused, read_struct};

/// Body of `WorkflowTaskComplete`: all tasks of a workflow are complete. `Status` is `Succeed` or `Failed`; the API also has `Init`,
/// `Processing` and `Canceled`. The table does not say what the nodes did; VOD's event of this name and the API do.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct WorkflowTask {
    /// What started the workflow. JSON in a string.
    task_input: Embedded<One<TaskInput>>,
    /// Task ID: this run of the workflow.
    task_id: Text,
    /// Workflow ID.
    workflow_id: Text,
    /// Results of the nodes. JSON in a string; see [`nodes`].
    activity_results: Unused<Text>,
    /// When the task was created, UTC.
    create_time: Time,
    /// When the task was last updated, UTC.
    modified_time: Unused<Time>,
    /// When the task was completed, UTC.
    finish_time: Time,
}

/// Reads the body.
pub(super) fn read(message_body: Value<'_>) -> Facts {
    let WithHead { head, body } = read_struct::<WithHead<WorkflowTask>>(message_body);
    let media = body.task_input.or_default().or_default().media();
    let (steps, review) = nodes::read(message_body.get(ACTIVITY_RESULTS), media.id.as_deref());
    let facts = Facts {
        outcome: Outcome::of_parts(head.outcome(), steps.iter().map(|step| step.outcome)),
        media,
        job: Job {
            id: body.task_id.0.clone(),
            created_at: body.create_time.0,
            finished_at: body.finish_time.0,
            ..Job::default()
        },
        steps,
        review,
        workflow: Workflow { id: body.workflow_id.0, run_id: body.task_id.0, name: None },
        ..Facts::default()
    };
    complete(&head, facts)
}
