//! What the nodes of a workflow did, as both products say it.

use serde::Deserialize;

use super::{MESSAGE_BODY, error_of, job_type, outcome_of};
use crate::Product;
use crate::event::{Kind, Outcome, Output, Review, Step};
use crate::facts::{Facts, failure_of, made};
use crate::json::Value;
use crate::wire::{Text, Time, Unused, read_struct};

/// Results of the nodes under the names of the nodes (`VodSnapshot_53e77`). JSON in a string.
pub(super) const ACTIVITY_RESULTS: &str = "ActivityResults";

/// How many items of a list of nodes are read. Workflows have some ten nodes.
const MOST_UNNAMED: usize = 1_000;

/// Members that each node has.
const STATUS: &str = "Status";
const ACTIVITY_ID: &str = "ActivityId";

/// What a node reports: the job itself, or the whole event that IMS sent for it. The table says object; the example has a
/// string that is JSON but for an unquoted `UserId`.
const RESULT: &str = "Result";

/// What one node of a workflow did.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
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
    /// What the node reports: see [`RESULT`].
    result: Unused<Text>,
}

/// What a node reports that reports a job.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
struct ActivityResult {
    /// Type of the job, where the result is a job: `VideoTranslation`.
    job_type: Text,
    /// Status of the job: `Finished`.
    status: Text,
    /// ID of the job.
    job_id: Unused<Text>,
    /// ID of the media asset that the job made; of a job that makes none, of its input.
    media_id: Text,
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
    /// Error code of the job, as the APIs that report jobs name it.
    code: Text,
    /// Error message of the job, as the APIs that report jobs name it.
    message: Text,
}

/// Reads what the nodes did, and the gravest of what those found that review. `input` is the media that the workflow was given.
pub(super) fn read(results: Option<Value<'_>>, input: Option<&str>) -> (Vec<Step>, Review) {
    let nodes = results.map(nodes).unwrap_or_default();
    let nodes = nodes.into_iter().map(|(name, node)| (name, step(node, input)));
    // A name with an empty object is no node.
    let nodes = nodes.filter(|(_, (step, _))| !step.is_blank());
    let named = nodes.map(|(name, (step, review))| (Step { name: name.map(str::to_owned), ..step }, review));
    let (mut steps, reviews): (Vec<Step>, Vec<Review>) = named.unzip();
    // The nodes come under their names, in no order; the order in which they started is the one that means something.
    steps.sort_by_key(|step| step.started_at);
    let gravest = reviews.into_iter().reduce(|one, other| if other.verdict > one.verdict { other } else { one });
    (steps, gravest.unwrap_or_default())
}

/// The nodes with their names. Both pages have one object; a list may have such objects, or the nodes without a name.
fn nodes<'d>(results: Value<'d>) -> Vec<(Option<&'d str>, Value<'d>)> {
    let named = |nodes: Value<'d>| nodes.named_parts().into_iter().map(|(name, node)| (Some(name), node));
    if !results.is_list() {
        return named(results).collect();
    }
    let is_node = |item: &Value<'d>| [STATUS, ACTIVITY_ID].iter().any(|key| item.get(key).is_some());
    // What is passed over still counts for the outcome.
    results.pass_over_items_from(MOST_UNNAMED);
    let (unnamed, others): (Vec<Value<'d>>, Vec<Value<'d>>) =
        results.items().take(MOST_UNNAMED).map(|item| item.part().unwrap_or(item)).partition(is_node);
    others.into_iter().flat_map(named).chain(unnamed.into_iter().map(|node| (None, node))).collect()
}

/// What one node did.
fn step(node: Value<'_>, input: Option<&str>) -> (Step, Review) {
    let activity: Activity = read_struct(node);
    let activity_id = activity.activity_id.0;
    let kind = node_kind(activity_id.as_deref());
    let result = node.get(RESULT).map(|result| facts(result, kind, input)).unwrap_or_default();
    // What the node's own job says counts, where it says anything; a node that failed did not succeed with it.
    let own = outcome_of(&activity.status);
    let outcome = if result.outcome == Outcome::Unknown { own } else { Outcome::of_parts(own, [result.outcome]) };
    let of_steps = result.steps.into_iter().flat_map(|step| step.outputs);
    let step = Step {
        id: activity.activity_instance_id.0,
        name: None,
        kind: if result.kind == Kind::Unknown { kind } else { result.kind },
        event: activity_id.or(result.name),
        outcome,
        status: if outcome == own { activity.status.0 } else { result.status.or(activity.status.0) },
        template_id: result.job.template_id,
        template_name: None,
        started_at: activity.start_time.0,
        finished_at: activity.end_time.0,
        error: failure_of(outcome, result.error),
        outputs: result.outputs.into_iter().chain(of_steps).collect(),
    };
    (step, result.review)
}

/// What the result of a node of this kind says; nothing where it says it in a form that is not known.
fn facts(result: Value<'_>, kind: Kind, input: Option<&str>) -> Facts {
    let Some(result) = result.part() else { return Facts::default() };
    if result.get(MESSAGE_BODY).and_then(Value::object).is_some() {
        return (Product::AliyunIms.vendor().read)(result).1;
    }
    let job: ActivityResult = read_struct(result);
    let outcome = outcome_of(&job.status);
    // A node that finds something out may name the media that it looked at.
    let makes_media = matches!(kind, Kind::Generation | Kind::Edit | Kind::Transcode | Kind::Enhance);
    let id = job.media_id.0.filter(|id| makes_media || input != Some(id));
    let role = job_type::role(job.job_type.as_deref());
    Facts {
        outcome,
        status: job.status.0,
        error: error_of([&job.error_code, &job.code], [&job.error_message, &job.message]),
        outputs: made(outcome, id.map(|id| Output { id: Some(id), role, ..Output::default() })),
        ..Facts::default()
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
