//! Workflows, whose events both products send with the same members.

use serde::Deserialize;

use super::nodes::{self, ACTIVITY_RESULTS};
use super::task_input::TaskInput;
use crate::event::{Job, Outcome, Workflow};
use crate::facts::Facts;
use crate::json::Value;
use crate::wire::{Embedded, One, Text, Time, Unused};

/// What `WorkflowTaskComplete` has besides its head: all tasks of a workflow are complete. `Status` is `Succeed` or `Failed`; the
/// API also has `Init`, `Processing` and `Canceled`.
///
/// <https://www.alibabacloud.com/help/en/vod/user-guide/workflow-task-completion>. Its table requires `EventType` and
/// `EventTime`; its example has neither. The table of IMS does not say what the nodes did; VOD's and the API do.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
pub(super) struct WorkflowTask {
    /// Workflow ID.
    workflow_id: Text,
    /// Task ID: this run of the workflow.
    task_id: Text,
    /// Results of the nodes. JSON in a string; see [`nodes`].
    #[cfg_attr(test, schemars(with = "serde_json::Value"))]
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

impl WorkflowTask {
    /// The facts of the event whose members these are. `whole` is what its status word says, `media_id` the media that its head
    /// names.
    pub(super) fn facts(self, event: Value<'_>, whole: Outcome, media_id: Option<&str>) -> Facts {
        let media = self.task_input.or_default().or_default().media();
        let (steps, review) = nodes::read(event.get(ACTIVITY_RESULTS), media.id.as_deref().or(media_id));
        Facts {
            outcome: Outcome::of_parts(whole, steps.iter().map(|step| step.outcome)),
            media,
            job: Job {
                id: self.task_id.0.clone(),
                created_at: self.create_time.0,
                finished_at: self.finish_time.0,
                ..Job::default()
            },
            workflow: Workflow { id: self.workflow_id.0, run_id: self.task_id.0, name: None },
            steps,
            review,
            ..Facts::default()
        }
    }
}
