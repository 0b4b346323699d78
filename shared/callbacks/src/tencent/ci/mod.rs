//! Cloud Infinite: data processing of Cloud Object Storage.
//!
//! A callback reports a workflow (`WorkflowExecution`) or jobs (`JobsDetail`), as XML or as JSON. The XML has been
//! turned into the JSON when it gets here. Numbers are strings, most of the time, and what can be there several times
//! comes as an object when it is there once. A content review is reported in JSON of its own, in one of two versions.

mod audit;
mod audit_detail;
mod media_info;
mod operation;
mod outputs;
mod results;
mod task;
mod workflow;

use serde::Deserialize;

use crate::budget;
use crate::event::{Failure, Kind, Outcome, Step};
use crate::facts::{self, Facts};
use crate::json::{Lists, Value, parts, rest};
use crate::status;
use crate::wire::{Many, Text, Texts, Unused, peek, read_struct};

const WORKFLOW_START: &str = "WorkflowStart";
const WORKFLOW_FINISH: &str = "WorkflowFinish";
const TASK_FINISH: &str = "TaskFinish";
const RESPONSE: &str = "Response";
const EVENT_NAME: &str = "EventName";
const JOBS_DETAIL: &str = "JobsDetail";
const WORKFLOW_EXECUTION: &str = "WorkflowExecution";

/// The table's names and kinds.
pub(crate) fn kinds() -> impl Iterator<Item = (String, Kind)> {
    let workflow = [WORKFLOW_START, WORKFLOW_FINISH].into_iter().map(|name| (name.to_owned(), Kind::Workflow));
    let reviews = audit::REVIEWS.iter().map(|name| ((*name).to_owned(), Kind::Moderation));
    workflow.chain(reviews).chain(task::TAGS.iter().map(|(tag, kind)| (format!("{TASK_FINISH}/{tag}"), *kind)))
}

/// The schema of each callback, by its name: all tags of jobs have one.
#[cfg(test)]
pub(crate) fn schemas(generator: &mut schemars::SchemaGenerator) -> Vec<(String, schemars::Schema)> {
    let callback = generator.subschema_for::<Callback>();
    // A review is in one of two versions, without a word that tells which.
    let (simple, detail) = (generator.subschema_for::<audit::Simple>(), generator.subschema_for::<audit::Detail>());
    let review = schemars::json_schema!({ "anyOf": [detail, simple] });
    let jobs = [WORKFLOW_START, WORKFLOW_FINISH, TASK_FINISH].map(|name| (name.to_owned(), callback.clone()));
    jobs.into_iter().chain(audit::REVIEWS.iter().map(|name| ((*name).to_owned(), review.clone()))).collect()
}

/// The callback in JSON that has the root of the XML around it. The vendor's samples do not.
pub(super) fn unwrap(body: Value<'_>) -> Option<Vec<String>> {
    let callback = body.get(RESPONSE).filter(|callback| callback.is_object())?;
    Some(std::iter::once(callback.source().to_owned()).chain(rest(body, RESPONSE, |_| false)).collect())
}

/// The jobs of a callback. What it has beside its name and its jobs, which is nothing in practice, goes with the first job.
const JOBS: Lists<'static> = Lists { paths: &[&[JOBS_DETAIL]], names: &[], shared: |key| key == EVENT_NAME };

/// One event for each job: a callback may report several, and each is an event of its own.
pub(super) fn split(callback: Value<'_>) -> Option<Vec<String>> {
    if callback.get(WORKFLOW_EXECUTION).is_some() { None } else { parts(callback, &JOBS) }
}

/// Reads one workflow, job or review.
pub(super) fn read(callback: Value<'_>) -> Facts {
    let name = callback.get(EVENT_NAME).map(read_struct::<Text>).unwrap_or_default();
    match name.as_deref() {
        Some(name) if audit::REVIEWS.contains(&name) => read_struct::<audit::Detail>(callback).facts(),
        None if peek::<audit::Simple>(callback).is_review() => read_struct::<audit::Simple>(callback).facts(),
        _ if is_review(callback) => read_struct::<audit::Detail>(callback).facts(),
        _ => read_jobs(callback),
    }
}

/// Reads a callback of a workflow or of jobs.
fn read_jobs(callback: Value<'_>) -> Facts {
    let callback: Callback = read_struct(callback);
    let name = callback.event_name.as_deref();
    let executions: Vec<Facts> =
        callback.workflow_execution.into_iter().map(|execution| execution.facts(name)).collect();
    // Bodies of 2020 have no EventName: what they hold tells what they are.
    let kind_of_workflow = match name {
        Some(WORKFLOW_START | WORKFLOW_FINISH) | None => Kind::Workflow,
        Some(_) => Kind::Unknown,
    };
    let workflow_name = name.unwrap_or(WORKFLOW_FINISH).to_owned();
    let of_workflow = |facts| Facts { name: Some(workflow_name.clone()), kind: kind_of_workflow, ..facts };
    let of_job = |job: task::JobsDetail| match name {
        Some(TASK_FINISH | WORKFLOW_START | WORKFLOW_FINISH) | None => job.facts(TASK_FINISH),
        Some(name) => Facts { name: Some(name.to_owned()), kind: Kind::Unknown, ..job.facts(name) },
    };
    let jobs = callback.jobs_detail.into_iter().map(of_job);
    let all = executions.into_iter().map(of_workflow).chain(jobs);
    together(all).unwrap_or_else(|| Facts { name: name.map(str::to_owned), ..Facts::default() })
}

/// Whether a callback without a review's name reports one all the same: any other job has a tag, what it did, and its file in
/// `Input`.
fn is_review(callback: Value<'_>) -> bool {
    const OF_JOB: [&str; 3] = ["Tag", "Operation", "Input"];
    const OF_REVIEW: [&str; 5] = ["Object", "Url", "Suggestion", "DetectDetail", "Result"];
    let has = |job: Value<'_>, keys: &[&str]| keys.iter().any(|key| job.get(key).is_some());
    let jobs = callback.get(JOBS_DETAIL);
    let mut jobs = jobs.into_iter().flat_map(|jobs| jobs.items().chain(jobs.object()));
    jobs.any(|job| has(job, &OF_REVIEW) && !has(job, &OF_JOB))
}

/// What several workflows and jobs of one callback come to: the first of them, with the others as its steps. It did not succeed
/// where one of them did not.
fn together(all: impl IntoIterator<Item = Facts>) -> Option<Facts> {
    let mut all = all.into_iter();
    let mut first = all.next()?;
    for other in all {
        first.outcome = Outcome::of_parts(Outcome::Unknown, [first.outcome, other.outcome]);
        first.steps.push(Step {
            id: other.job.id,
            name: other.job.name.or(other.workflow.name),
            event: other.name.filter(|name| budget::take_copies(name.len())),
            kind: other.kind,
            outcome: other.outcome,
            status: other.status,
            template_id: other.job.template_id,
            template_name: other.job.template_name,
            started_at: other.job.started_at,
            finished_at: other.job.finished_at,
            error: facts::failure_of(other.outcome, other.error),
            outputs: other.outputs,
        });
        first.steps.extend(other.steps);
    }
    Some(first)
}

/// What is below the `Response` element, and all of the JSON form.
///
/// <https://www.tencentcloud.com/document/product/1045/50341> (workflow), <https://www.tencentcloud.com/document/product/436/54048> (job)
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
struct Callback {
    /// `WorkflowStart`, `WorkflowFinish` or `TaskFinish`.
    event_name: Text,
    /// The workflow that started or ended.
    workflow_execution: Many<workflow::WorkflowExecution>,
    /// The job that ended. A container array by the table; an object in some of the published samples.
    jobs_detail: Many<task::JobsDetail>,
    /// Ids that a query did not find. The console's page shows the element; no callback has a use for it.
    non_exist_job_ids: Unused<Texts>,
    /// ID of the request, which the answers of the API have.
    request_id: Unused<Text>,
}

/// The error of these fields. What did not fail has a word for success in them, or 0, where it has anything.
fn failure(code: Text, message: Text) -> Failure {
    let is_error = |text: &String| !status::is_success_code(text);
    Failure { code: code.0.filter(is_error), message: message.0.filter(is_error) }
}

/// A header that was set when the object was uploaded, or that the service adds (`x-cos-request-id`, `Size`).
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
struct CosHeader {
    /// Name of the header.
    key: Unused<Text>,
    /// Value of the header.
    value: Unused<Text>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tests::with_value;

    fn split(json: &str) -> Vec<String> {
        with_value(json, super::split).unwrap_or_default()
    }

    #[test]
    fn each_job_is_a_part() {
        let json = r#"{"EventName":"TaskFinish","JobsDetail":[{"JobId":"a"},{"JobId":"b"}]}"#;
        assert_eq!(
            split(json),
            [
                r#"{"EventName":"TaskFinish","JobsDetail":[{"JobId":"a"}]}"#,
                r#"{"EventName":"TaskFinish","JobsDetail":[{"JobId":"b"}]}"#,
            ]
        );
    }

    #[test]
    fn a_word_for_success_is_no_error() {
        let text = |text: &str| Text(Some(text.to_owned()));
        assert_eq!(failure(text("Success"), text("SUCCESS")), Failure::default());
        assert_eq!(failure(text("0"), Text(None)), Failure::default());
        let error = Failure { code: Some("InvalidMedia".to_owned()), message: Some("no sound".to_owned()) };
        assert_eq!(failure(text("InvalidMedia"), text("no sound")), error);
    }

    #[test]
    fn what_is_beside_the_jobs_is_in_the_first_part() {
        let json = r#"{"JobsDetail ":[{"JobId":"a"},"text",{"JobId":"b"}],"New":{"A":1},"EventName":"TaskFinish"}"#;
        assert_eq!(
            split(json),
            [
                r#"{"JobsDetail":[{"JobId":"a"},"text"],"New":{"A":1},"EventName":"TaskFinish"}"#,
                r#"{"JobsDetail":[{"JobId":"b"}],"EventName":"TaskFinish"}"#,
            ]
        );
    }

    #[test]
    fn one_job_is_the_whole_body() {
        for json in [
            r#"{"EventName":"TaskFinish","JobsDetail":[{"JobId":"a"},7,null]}"#,
            r#"{"EventName":"WorkflowFinish","WorkflowExecution":{},"JobsDetail":[{"JobId":"a"},{"JobId":"b"}]}"#,
            r#"{"EventName":"TaskFinish","JobsDetail":[{"JobId":"a"}]}"#,
            r#"{"EventName":"TaskFinish","JobsDetail":{"JobId":"a"}}"#,
            r#"{"EventName":"TaskFinish","JobsDetail":[]}"#,
        ] {
            assert_eq!(split(json), [""; 0], "{json}");
        }
    }
}
