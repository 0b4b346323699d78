//! The end of a workflow.

use serde::Deserialize;

use super::results::picture::OcrResult;
use super::{CosHeader, task};
use crate::event::{Failure, Job, Media, Outcome, Output, Role, Step, Workflow};
use crate::facts::{Facts, failure};
use crate::status;
use crate::wire::{Integer, Many, One, Text, Time, Unused};

/// One run of a workflow.
///
/// <https://www.tencentcloud.com/document/product/1045/49945>
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(super) struct WorkflowExecution {
    /// Workflow ID.
    workflow_id: Text,
    /// Workflow name. May be empty.
    workflow_name: Text,
    /// Workflow instance ID.
    run_id: Text,
    /// `Success` or `Failed`; `Failed` as soon as one task failed.
    state: Text,
    /// Bucket of the processed file. May be empty.
    bucket_id: Text,
    /// Name of the processed file.
    object: Text,
    /// When the instance was created: `2022-08-09 14:54:17+0800`.
    create_time: Time,
    /// Headers that were set when the file was uploaded. Not there where none were.
    cos_headers: Many<CosHeader>,
    /// The workflow's tasks.
    tasks: Many<Task>,
}

/// One task of a workflow.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Task {
    /// Job type: `Snapshot`, `Transcode`.
    r#type: Text,
    /// When the job was created. `CreateTime` in the document's samples.
    create_time: Unused<Time>,
    /// The same as the document's table writes it, `Createtime`.
    createtime: Unused<Time>,
    /// When the job started. In the table, in none of the samples.
    start_time: Time,
    /// When the job ended.
    end_time: Time,
    /// `Success`, `Failed` or another status word.
    state: Text,
    /// Job ID.
    job_id: Text,
    /// Name of the node in the workflow.
    name: Text,
    /// Template ID.
    template_id: Text,
    /// Template name.
    template_name: Text,
    /// ID of the transcoding template, where a task has one besides its own.
    transcode_template_id: Unused<Text>,
    /// Name of that transcoding template.
    transcode_template_name: Unused<Text>,
    /// HDR mode.
    hdr_mode: Unused<Text>,
    /// What the task made. In the vendor's SDK, in none of the samples.
    result_info: One<ResultInfo>,
}

/// What a task made.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct ResultInfo {
    /// Number of files.
    object_count: Unused<Integer>,
    /// Number of sprites.
    sprite_object_count: Unused<Integer>,
    /// The files.
    object_info: Many<ObjectInfo>,
    /// The sprites.
    sprite_object_info: Many<ObjectInfo>,
}

/// One file that a task made, or failed to make.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct ObjectInfo {
    /// Name of the file.
    object_name: Text,
    /// Where it can be fetched.
    object_url: Text,
    /// Name of the file that it was made from.
    input_object_name: Unused<Text>,
    /// Error code, or `Success`.
    code: Text,
    /// Error message.
    message: Text,
    /// Text that was recognised in the image.
    image_ocr_result: One<OcrResult>,
}

impl WorkflowExecution {
    pub(super) fn facts(self) -> Facts {
        let whole = self.state.as_deref().map(status::outcome).unwrap_or_default();
        let bucket = self.bucket_id.0;
        let steps: Vec<Step> = self.tasks.into_iter().map(|task| task.step(bucket.as_deref())).collect();
        let outcome = Outcome::of_parts(whole, steps.iter().map(|step| step.outcome));
        // The workflow has no time of its end; it ended with the last of its tasks.
        let time = steps.iter().filter_map(|step| step.finished_at).max().filter(|_| outcome != Outcome::Running);
        Facts {
            outcome,
            status: self.state.0,
            time,
            media: Media { bucket, object: self.object.0, ..Media::default() },
            job: Job { id: self.run_id.0.clone(), created_at: self.create_time.0, ..Job::default() },
            workflow: Workflow { id: self.workflow_id.0, name: self.workflow_name.0, run_id: self.run_id.0 },
            steps,
            ..Facts::default()
        }
    }
}

impl Task {
    fn step(self, bucket: Option<&str>) -> Step {
        let outcome = self.state.as_deref().map(status::outcome).unwrap_or_default();
        let result = self.result_info.or_default();
        let files: Vec<ObjectInfo> = result.object_info.into_iter().chain(result.sprite_object_info).collect();
        // A task has no error of its own: its files do.
        let failed = files.iter().find(|file| file.has_failed());
        let error = failed.map(|file| Failure { code: file.code.0.clone(), message: file.message.0.clone() });
        let outputs = files.into_iter().filter(|file| !file.has_failed()).filter_map(|file| file.output(bucket));
        Step {
            id: self.job_id.0,
            name: self.name.0,
            kind: task::kind(self.r#type.as_deref()),
            event: self.r#type.0,
            outcome,
            status: self.state.0,
            template_id: self.template_id.0,
            template_name: self.template_name.0,
            started_at: self.start_time.0,
            finished_at: self.end_time.0,
            outputs: outputs.collect(),
            error: failure(outcome, error.unwrap_or_default()),
        }
    }
}

impl ObjectInfo {
    fn has_failed(&self) -> bool {
        self.code.as_deref().is_some_and(|code| status::outcome(code) != Outcome::Succeeded)
    }

    /// The file. The vendor gives its name; the bucket is the input's only where the URL's host says so.
    fn output(self, bucket: Option<&str>) -> Option<Output> {
        let name = self.object_name.0.or_else(|| self.object_url.0.clone())?;
        let is_in_bucket =
            |bucket: &&str| self.object_url.as_deref().is_some_and(|url| url.contains(&format!("://{bucket}.")));
        Some(Output {
            role: Role::of_name(&name),
            bucket: bucket.filter(is_in_bucket).map(str::to_owned),
            object: Some(name).filter(|name| !name.contains("://")),
            url: self.object_url.0,
            ..Output::default()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_spellings_of_a_tasks_creation_cost_nothing() {
        let json = r#"{"CreateTime":"2022-08-09 14:54:40+0800","Createtime":"2022-08-09 14:54:40+0800","JobId":"a"}"#;
        assert_eq!(crate::wire::parse::<Task>(json).job_id.as_deref(), Some("a"));
    }
}
