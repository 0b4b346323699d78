//! The start and the end of a workflow.

use serde::Deserialize;
use serde_json::Value;

use super::results::picture::OcrResult;
use super::{CosHeader, WORKFLOW_START, failure, task};
use crate::budget;
use crate::event::{Failure, Job, Media, Outcome, Output, Role, Step, Workflow};
use crate::facts::{self, Facts};
use crate::status;
use crate::wire::{Integer, Many, One, Text, Time, Unused};

/// One run of a workflow.
///
/// "When the workflow starts or ends, the system will send callback content":
/// <https://www.tencentcloud.com/document/product/1045/50341>
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
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
    /// Error code, or `Success`. No page has it.
    code: Text,
    /// Error message.
    message: Text,
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
#[cfg_attr(test, derive(schemars::JsonSchema))]
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
    /// Error code, or `Success`. In the answer of the API that queries a workflow.
    code: Text,
    /// Error message.
    message: Text,
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
    /// Which files met the condition of a node that decides, which is no failure of those that did not. In the vendor's SDK.
    judgement_info: Unused<Value>,
    /// What the task made. In the vendor's SDK, in none of the samples.
    result_info: One<ResultInfo>,
}

/// What a task made.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
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
#[cfg_attr(test, derive(schemars::JsonSchema))]
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
    /// What the run says in an event of this name.
    pub(super) fn facts(self, event_name: Option<&str>) -> Facts {
        let is_start = event_name == Some(WORKFLOW_START);
        let whole = match self.state.as_deref().map(status::outcome).unwrap_or_default() {
            // That it started is no end.
            Outcome::Succeeded | Outcome::Unknown if is_start => Outcome::Running,
            whole => whole,
        };
        let bucket = self.bucket_id.0;
        let tasks = self.tasks.into_iter().map(|task| task.step(bucket.as_deref()));
        let steps: Vec<Step> = tasks.filter(|step| !step.is_blank()).collect();
        let outcome = Outcome::of_parts(whole, steps.iter().map(|step| step.outcome));
        // The workflow has no time of its end; it ended with the last of its tasks.
        let time = steps.iter().filter_map(|step| step.finished_at).max().filter(|_| outcome != Outcome::Running);
        Facts {
            outcome,
            status: self.state.0,
            time: if is_start { self.create_time.0 } else { time },
            media: Media { bucket, object: self.object.0, ..Media::default() },
            job: Job { id: self.run_id.0.clone(), created_at: self.create_time.0, ..Job::default() },
            workflow: Workflow { id: self.workflow_id.0, name: self.workflow_name.0, run_id: self.run_id.0 },
            steps,
            error: failure(self.code, self.message),
            ..Facts::default()
        }
    }
}

impl Task {
    fn step(self, bucket: Option<&str>) -> Step {
        let own_error = failure(self.code, self.message);
        let stated = match self.state.as_deref() {
            Some(word) => status::outcome(word),
            None if own_error.code.is_some() => Outcome::Failed,
            None => Outcome::Unknown,
        };
        let result = self.result_info.or_default();
        let files: Vec<ObjectInfo> = result.object_info.into_iter().chain(result.sprite_object_info).collect();
        let failed = files.iter().find(|file| file.has_failed());
        let error = failed.map(|file| Failure { code: file.code.0.clone(), message: file.message.0.clone() });
        // A task that succeeded did not where a file failed.
        let outcome = match error {
            Some(_) => Outcome::of_parts(stated, files.iter().map(ObjectInfo::outcome)),
            None => stated,
        };
        let error = if own_error == Failure::default() { error.unwrap_or_default() } else { own_error };
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
            error: facts::failure_of(outcome, error),
        }
    }
}

impl ObjectInfo {
    fn outcome(&self) -> Outcome {
        if self.has_failed() { Outcome::Failed } else { Outcome::Succeeded }
    }

    fn has_failed(&self) -> bool {
        self.code.as_deref().is_some_and(|code| status::outcome(code) != Outcome::Succeeded)
    }

    /// The file. The vendor gives its name; the bucket is the input's only where the URL's host says so.
    fn output(self, bucket: Option<&str>) -> Option<Output> {
        let name = self.object_name.0.or_else(|| self.object_url.0.clone())?;
        // The name is copied to each file.
        let is_in_bucket = |bucket: &&str| {
            let host = self.object_url.as_deref().and_then(|url| url.split_once("://")).map(|(_, host)| host);
            let behind = host.and_then(|host| host.strip_prefix(*bucket));
            behind.is_some_and(|rest| rest.starts_with('.')) && budget::take_copies(bucket.len())
        };
        Some(Output {
            role: Role::of_name(&name),
            bucket: bucket.filter(is_in_bucket).map(str::to_owned),
            object: Some(name).filter(|name| !name.contains("://")).map(|name| key(name, self.object_url.as_deref())),
            url: self.object_url.0,
            ..Output::default()
        })
    }
}

/// The key of the object with this name and URL. In the page's sample the name of an object that is at
/// `https://<bucket>.cos.<region>.myqcloud.com/car.jpg` begins with a slash, which is not the key's.
fn key(name: String, url: Option<&str>) -> String {
    let path =
        url.and_then(|url| url.split_once("://")).and_then(|(_, rest)| rest.find('/').and_then(|at| rest.get(at..)));
    match (name.strip_prefix('/'), path) {
        (Some(key), Some(path)) if !path.starts_with("//") => key.to_owned(),
        _ => name,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_begins_with_a_slash_only_where_the_key_does() {
        for (name, url, expected) in [
            ("/car.jpg", Some("https://b.cos.r.myqcloud.com/car.jpg"), "car.jpg"),
            ("/car.jpg", Some("https://b.cos.r.myqcloud.com//car.jpg"), "/car.jpg"),
            ("/car.jpg", None, "/car.jpg"),
            ("car.jpg", Some("https://b.cos.r.myqcloud.com/car.jpg"), "car.jpg"),
        ] {
            assert_eq!(key(name.to_owned(), url), expected, "{name} {url:?}");
        }
    }

    #[test]
    fn both_spellings_of_a_tasks_creation_cost_nothing() {
        let json = r#"{"CreateTime":"2022-08-09 14:54:40+0800","Createtime":"2022-08-09 14:54:40+0800","JobId":"a"}"#;
        assert_eq!(crate::wire::parse::<Task>(json).job_id.as_deref(), Some("a"));
    }
}
