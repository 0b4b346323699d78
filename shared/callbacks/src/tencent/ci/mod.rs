//! Cloud Infinite: data processing of Cloud Object Storage.
//!
//! A callback reports a workflow (`WorkflowExecution`) or one job (`JobsDetail`), as XML or as JSON. The XML has been
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

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::body::Unreadable;
use crate::event::{Failure, Kind, Outcome};
use crate::facts::{Facts, Part, few_enough};
use crate::status;
use crate::wire::{Many, One, Text, Texts, Unused, peek, read as read_wire};

const WORKFLOW_FINISH: &str = "WorkflowFinish";
const TASK_FINISH: &str = "TaskFinish";
const EVENT_NAME: &str = "EventName";
const JOBS_DETAIL: &str = "JobsDetail";
const WORKFLOW_EXECUTION: &str = "WorkflowExecution";

/// The table's names and kinds.
pub(crate) fn kinds() -> impl Iterator<Item = (String, Kind)> {
    let workflow = std::iter::once((WORKFLOW_FINISH.to_owned(), Kind::Workflow));
    let reviews = audit::REVIEWS.iter().map(|name| ((*name).to_owned(), Kind::Moderation));
    workflow.chain(reviews).chain(task::TAGS.iter().map(|(tag, kind)| (format!("{TASK_FINISH}/{tag}"), *kind)))
}

/// One part for each job: a callback may report several, and each is an event of its own.
///
/// # Errors
/// [`Unreadable::TooMany`] for more jobs than a body may report.
pub(crate) fn split(json: Cow<'_, str>) -> Result<Vec<Part<'_>>, Unreadable> {
    let parts = split_jobs(&json)?;
    Ok(if parts.is_empty() { vec![Part::whole(json)] } else { parts })
}

/// The callback once for each of its jobs; none where there are not several of them.
///
/// What the callback has besides its name and its jobs, which is nothing in practice, goes with the first job: with each,
/// it could make a small body a very large one.
fn split_jobs(json: &str) -> Result<Vec<Part<'static>>, Unreadable> {
    let Ok(callback) = serde_json::from_str::<BTreeMap<String, &RawValue>>(json) else { return Ok(Vec::new()) };
    let mut callback: BTreeMap<&str, &RawValue> = callback.iter().map(|(key, value)| (key.trim(), *value)).collect();
    let Some(jobs) = callback.remove(JOBS_DETAIL) else { return Ok(Vec::new()) };
    let mut jobs: Vec<&RawValue> = serde_json::from_str(jobs.get()).unwrap_or_default();
    jobs.retain(|job| job.get().starts_with(['{', '[']));
    if jobs.len() < 2 || callback.contains_key(WORKFLOW_EXECUTION) {
        return Ok(Vec::new());
    }
    few_enough(jobs.len())?;
    let mut parts = Vec::with_capacity(jobs.len());
    for job in jobs {
        let Ok(list) = serde_json::value::to_raw_value(&[job]) else { return Ok(Vec::new()) };
        let mut part = callback.clone();
        part.insert(JOBS_DETAIL, &list);
        let Ok(json) = serde_json::to_string(&part) else { return Ok(Vec::new()) };
        parts.push(Part { json: Cow::Owned(json), handle: None, is_whole: false });
        callback.retain(|key, _| *key == EVENT_NAME);
    }
    Ok(parts)
}

/// Reads one workflow, job or review.
pub(crate) fn read(canonical: &str) -> Result<Facts, Unreadable> {
    let Head { event_name } = peek(canonical)?;
    match event_name.as_deref() {
        Some(name) if audit::REVIEWS.contains(&name) => Ok(read_wire::<audit::Detail>(canonical)?.facts()),
        None if peek::<audit::Simple>(canonical)?.is_review() => Ok(read_wire::<audit::Simple>(canonical)?.facts()),
        _ => read_callback(canonical),
    }
}

/// What tells which struct a body is to be read with.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Head {
    /// `WorkflowFinish`, `TaskFinish`, or a review.
    event_name: Text,
}

fn read_callback(canonical: &str) -> Result<Facts, Unreadable> {
    let callback: Callback = read_wire(canonical)?;
    let job = callback.jobs_detail.into_iter().next();
    // Bodies of 2020 have no EventName: what they hold tells what they are.
    Ok(match (callback.event_name.as_deref(), callback.workflow_execution.0, job) {
        (Some(WORKFLOW_FINISH) | None, Some(execution), _) => {
            Facts { name: Some(WORKFLOW_FINISH.to_owned()), kind: Kind::Workflow, ..execution.facts() }
        }
        (Some(TASK_FINISH) | None, _, Some(job)) => job.facts(TASK_FINISH),
        (name, ..) => Facts { name: name.map(str::to_owned), ..Facts::default() },
    })
}

/// What is below the `Response` element, and all of the JSON form.
///
/// <https://www.tencentcloud.com/document/product/1045/49945> (workflow), <https://www.tencentcloud.com/document/product/436/54048> (job)
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Callback {
    /// `WorkflowFinish` or `TaskFinish`.
    event_name: Text,
    /// The workflow that ended.
    workflow_execution: One<workflow::WorkflowExecution>,
    /// The job that ended. A container array by the table; an object in some of the published samples.
    jobs_detail: Many<task::JobsDetail>,
    /// Ids that a query did not find. The console's page shows the element; no callback has a use for it.
    non_exist_job_ids: Unused<Texts>,
}

/// The error of these fields. What did not fail has a word for success in them, or 0, where it has anything.
fn failure(code: Text, message: Text) -> Failure {
    let is_error = |text: &String| text != "0" && status::outcome(text) != Outcome::Succeeded;
    Failure { code: code.0.filter(is_error), message: message.0.filter(is_error) }
}

/// A header that was set when the object was uploaded, or that the service adds (`x-cos-request-id`, `Size`).
#[derive(Debug, Default, Deserialize)]
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

    #[test]
    fn each_job_is_a_part() {
        let json = r#"{"EventName":"TaskFinish","JobsDetail":[{"JobId":"a"},{"JobId":"b"}]}"#;
        let parts: Vec<String> = split(json.into()).unwrap().into_iter().map(|part| part.json.into_owned()).collect();
        assert_eq!(
            parts,
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
        let json = r#"{"JobsDetail ":[{"JobId":"a"},null,{"JobId":"b"}],"New":{"A":1},"EventName":"TaskFinish"}"#;
        let parts: Vec<String> = split(json.into()).unwrap().into_iter().map(|part| part.json.into_owned()).collect();
        assert_eq!(
            parts,
            [
                r#"{"EventName":"TaskFinish","JobsDetail":[{"JobId":"a"}],"New":{"A":1}}"#,
                r#"{"EventName":"TaskFinish","JobsDetail":[{"JobId":"b"}]}"#,
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
            r#"{"EventName":"TaskFinish","JobsDetail":[{"JobId":"a"}"#,
        ] {
            let parts = split(json.into()).unwrap();
            assert_eq!(parts.len(), 1);
            assert!(parts[0].is_whole);
            assert_eq!(parts[0].json, json);
        }
    }
}
