//! Cloud Infinite: data processing of Cloud Object Storage.
//!
//! A callback reports a workflow (`WorkflowExecution`) or one job (`JobsDetail`), as XML or as JSON. The XML has been
//! turned into the JSON when it gets here. Numbers are strings, most of the time, and what can be there several times
//! comes as an object when it is there once.

mod media_info;
mod task;
mod workflow;

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::body::Unreadable;
use crate::envelope::{Facts, Part};
use crate::event::Kind;
use crate::wire::{Many, One, Text, Texts, Unused, read as read_wire};

const WORKFLOW_FINISH: &str = "WorkflowFinish";
const TASK_FINISH: &str = "TaskFinish";
const JOBS_DETAIL: &str = "JobsDetail";

/// The table's names and kinds.
pub(crate) fn kinds() -> impl Iterator<Item = (String, Kind)> {
    let workflow = std::iter::once((WORKFLOW_FINISH.to_owned(), Kind::Workflow));
    workflow.chain(task::TAGS.iter().map(|(tag, kind)| (format!("{TASK_FINISH}/{tag}"), *kind)))
}

/// One part for each job: a callback may report several, and each is an event of its own.
#[expect(clippy::unnecessary_wraps, reason = "the signature of every product's split")]
pub(crate) fn split(json: Cow<'_, str>) -> Result<Vec<Part<'_>>, Unreadable> {
    match split_jobs(&json) {
        Some(parts) => Ok(parts),
        None => Ok(vec![Part::whole(json)]),
    }
}

/// The callback once for each of its jobs; `None` where there are not several of them.
fn split_jobs(json: &str) -> Option<Vec<Part<'static>>> {
    let mut callback: BTreeMap<String, &RawValue> = serde_json::from_str(json).ok()?;
    let jobs: Vec<&RawValue> = serde_json::from_str(callback.remove(JOBS_DETAIL)?.get()).ok()?;
    if jobs.len() < 2 {
        return None;
    }
    let part = |job: &&RawValue| {
        let list = serde_json::value::to_raw_value(&[job]).ok()?;
        let mut callback = callback.clone();
        callback.insert(JOBS_DETAIL.to_owned(), &list);
        let json = Cow::Owned(serde_json::to_string(&callback).ok()?);
        Some(Part { json, handle: None, is_whole: false })
    };
    jobs.iter().map(part).collect()
}

/// Reads one workflow or job.
pub(crate) fn read(canonical: &str) -> Result<Facts, Unreadable> {
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
    fn one_job_is_the_whole_body() {
        for json in [
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
