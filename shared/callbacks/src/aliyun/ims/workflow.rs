//! Workflows.

use serde::Deserialize;

use super::{Body, outcome_of};
use crate::aliyun::task_input::TaskInput;
use crate::event::{Job, Workflow};
use crate::facts::Facts;
use crate::wire::{Embedded, One, Text, Time};

/// Body of `WorkflowTaskComplete`: all tasks of a workflow are complete. What they did is not said.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(super) struct WorkflowTask {
    /// What started the workflow. JSON in a string.
    task_input: Embedded<One<TaskInput>>,
    /// Task ID: this run of the workflow.
    task_id: Text,
    /// Workflow ID.
    workflow_id: Text,
    /// `Succeed` or `Failed`. The API also has `Init`, `Processing` and `Canceled`.
    status: Text,
    /// When the task was created, UTC.
    create_time: Time,
}

impl Body for WorkflowTask {
    fn facts(self) -> Facts {
        Facts {
            outcome: outcome_of(&self.status),
            status: self.status.0,
            media: self.task_input.or_default().or_default().media(),
            job: Job { id: self.task_id.0.clone(), created_at: self.create_time.0, ..Job::default() },
            workflow: Workflow { id: self.workflow_id.0, run_id: self.task_id.0, name: None },
            ..Facts::default()
        }
    }
}
