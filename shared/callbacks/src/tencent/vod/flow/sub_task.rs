//! What every sub-task of a task flow has, whatever its work.

use jiff::Timestamp;
use serde::Deserialize;

use crate::event::{Job, Outcome, Output, Step};
use crate::facts::{Facts, failure_of, made};
use crate::tencent::vod::task::{failure, whole_outcome};
use crate::wire::{Integer, One, Text, Time, Unused};

/// One sub-task and what became of it.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(
    test,
    derive(schemars::JsonSchema),
    schemars(bound = "Input: schemars::JsonSchema + Default, Made: schemars::JsonSchema + Default")
)]
#[serde(default, rename_all = "PascalCase")]
pub(super) struct SubTask<Input, Made> {
    /// `PROCESSING`, `SUCCESS` or `FAIL`.
    pub(super) status: Text,
    /// Error code as text; an empty one means success.
    pub(super) err_code_ext: Text,
    /// Error code; 0 means success. The vendor recommends `ErrCodeExt`.
    pub(super) err_code: Integer,
    /// Error message. The vendor's samples have `SUCCESS` here, too.
    pub(super) message: Text,
    /// What the sub-task was asked to do.
    pub(super) input: One<Input>,
    /// What it made or found.
    pub(super) output: One<Made>,
    /// Percent, 0 to 100.
    pub(super) progress: Unused<Integer>,
    /// When work on it began, UTC. Content review does not have it.
    pub(super) begin_process_time: Time,
    /// When it ended, UTC. Content review does not have it.
    pub(super) finish_time: Time,
}

/// What a sub-task was asked to do.
pub(super) trait Input: Default {
    /// The template that it was made from.
    fn template_id(self) -> Option<String>;
}

/// What a sub-task made or found.
pub(super) trait Made: Default {
    /// The files among it.
    fn outputs(self) -> Vec<Output>;
}

/// The input of a sub-task that has nothing but a template.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
pub(super) struct Template {
    /// ID of the template.
    pub(super) definition: Text,
}

impl Input for Template {
    fn template_id(self) -> Option<String> {
        self.definition.0
    }
}

impl<I: Input, M: Made> SubTask<I, M> {
    /// The sub-task as a step, which does not yet say what it is about.
    pub(super) fn step(self) -> Step {
        let outcome = self.outcome();
        let outputs = made(outcome, self.output.or_default().outputs());
        Step {
            outcome,
            status: self.status.0,
            template_id: self.input.or_default().template_id(),
            started_at: self.begin_process_time.0,
            finished_at: self.finish_time.0,
            error: failure_of(outcome, failure(self.err_code_ext, self.err_code, self.message)),
            outputs,
            ..Step::default()
        }
    }
}

impl<I, M> SubTask<I, M> {
    /// How it ended, as for a whole task.
    pub(super) fn outcome(&self) -> Outcome {
        let error = failure(self.err_code_ext.clone(), self.err_code, Text::default());
        whole_outcome(&self.status, self.err_code, &error)
    }
}

/// The sub-tasks of an item that calls its work `name`: one, as a rule. An item that has a name and no more is a sub-task of
/// which nothing is known; an empty one is none.
pub(super) fn named(name: Text, steps: impl IntoIterator<Item = Step>, unknown: impl FnOnce() -> Step) -> Vec<Step> {
    let mut steps: Vec<Step> = steps.into_iter().map(|step| Step { event: name.0.clone(), ..step }).collect();
    if steps.is_empty() && !name.is_absent() {
        steps.push(Step { event: name.0, ..unknown() });
    }
    steps
}

/// The facts of a whole with these parts, which tell how it went and when. It has no times of its own.
pub(crate) fn flow(whole: Facts, steps: Vec<Step>) -> Facts {
    let outcome = Outcome::of_parts(whole.outcome, steps.iter().map(|step| step.outcome));
    let (started_at, finished_at) = span(outcome, &steps);
    Facts { outcome, job: Job { started_at, finished_at, ..whole.job }, steps, ..whole }
}

/// When work on the first of these began, and when the last of them ended; nothing as long as the whole still runs.
fn span(whole: Outcome, steps: &[Step]) -> (Option<Timestamp>, Option<Timestamp>) {
    if whole == Outcome::Running {
        return (None, None);
    }
    let started_at = steps.iter().filter_map(|step| step.started_at).min();
    (started_at, steps.iter().filter_map(|step| step.finished_at).max())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::Role;
    use crate::tencent::vod::task::file_at;

    impl Made for Template {
        fn outputs(self) -> Vec<Output> {
            file_at(Role::Text, self.definition).into_iter().collect()
        }
    }

    fn step(json: &str) -> Step {
        crate::wire::parse::<SubTask<Template, Template>>(json).step()
    }

    #[test]
    fn a_success_has_no_error_code() {
        for (json, outcome, code) in [
            (r#"{"Status":"SUCCESS","ErrCode":0}"#, Outcome::Succeeded, None),
            (r#"{"Status":"SUCCESS","ErrCode":70000}"#, Outcome::Failed, Some("70000")),
            (r#"{"Status":"SUCCESS","ErrCodeExt":"SUCCESS","Message":"SUCCESS"}"#, Outcome::Succeeded, None),
            (r#"{"ErrCodeExt":"InvalidMedia"}"#, Outcome::Failed, Some("InvalidMedia")),
            (r#"{"Status":"FAIL","ErrCode":70000}"#, Outcome::Failed, Some("70000")),
            (r#"{"Status":"FAIL","ErrCodeExt":"InvalidMedia","ErrCode":70000}"#, Outcome::Failed, Some("InvalidMedia")),
            (r#"{"Status":"FAIL","ErrCodeExt":"","ErrCode":0}"#, Outcome::Failed, None),
            (r#"{"Status":"PROCESSING","ErrCode":0,"Message":"SUCCESS"}"#, Outcome::Running, None),
            (r#"{"ErrCode":0}"#, Outcome::Succeeded, None),
            (r#"{"ErrCode":"31000"}"#, Outcome::Failed, Some("31000")),
            ("{}", Outcome::Unknown, None),
        ] {
            let step = step(json);
            assert_eq!(step.outcome, outcome, "{json}");
            assert_eq!(step.error.and_then(|error| error.code).as_deref(), code, "{json}");
        }
    }

    #[test]
    fn what_failed_has_no_outputs() {
        let json = |status| format!(r#"{{"Status":"{status}","Message":"m","Output":{{"Definition":"u"}}}}"#);
        assert_eq!(step(&json("FAIL")).outputs, []);
        assert_eq!(step(&json("FAIL")).error.unwrap().message.as_deref(), Some("m"));
        assert_eq!(step(&json("SUCCESS")).outputs.len(), 1);
    }
}
