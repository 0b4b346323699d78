//! Transcoding: the jobs of two generations of the API and their parts.

use serde::Deserialize;

use super::file_meta::FileMeta;
use super::head::WithHead;
use super::{Body, Head};
use crate::event::{Job, Kind, Outcome, Step};
use crate::facts::{Facts, failure_of, made};
use crate::wire::{CamelCase, Embedded, Many, One, Text, Time};

/// Body of `TranscodeComplete`: one file of a job was made. The vendor deprecates it as of 31 December 2025.
///
/// `Status` is `Success` or `Fail`. The API also has `Init`, `Processing` and `Deleted`.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
pub(super) struct Transcode {
    /// ID of the job that this one is a part of.
    parent_job_id: Text,
    /// What started the job: `API`, `Console` or `WorkFlow`.
    trigger_source: Text,
    /// What the file is. Not where the job failed.
    out_file_meta: Embedded<One<CamelCase<FileMeta>>>,
    /// Where the file lies.
    output_url: Text,
    /// When the job ended, UTC.
    finish_time: Time,
}

/// Body of `TranscodeParentComplete`: all parts of a job ended. The vendor deprecates it as of 31 December 2025.
///
/// `Status` is `Success` where all parts succeeded, `Fail` where all failed. What it is where some failed is not said.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
pub(super) struct TranscodeParent {
    /// Job ID.
    parent_job_id: Text,
    /// The parts.
    jobs: Many<WithHead<SubJob>>,
    /// What started the job: `API`, `Console` or `WorkFlow`.
    trigger_source: Text,
    /// Job name.
    name: Text,
    /// When the job ended, UTC.
    finish_time: Time,
}

/// A part of a transcoding job; its `JobId` is that of its `TranscodeComplete`. The page has lost the table of its fields; these
/// are the sample's and those of [`Transcode`].
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
struct SubJob {
    /// What the file is.
    out_file_meta: Embedded<One<CamelCase<FileMeta>>>,
    /// Where the file lies.
    output_url: Text,
}

/// Body of `MediaConvertComplete`: a job that `SubmitTranscodeJob` started ended. `Status` is `Complete`, `Error` or `Cancelled`;
/// the API also has `Inited` and `Running`.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
pub(super) struct MediaConvert {
    /// What started the job: `API`, `Console` or `WorkFlow`.
    trigger_source: Text,
    /// When the job ended, UTC. The sample's is three years after its `EventTime`.
    finish_time: Time,
}

/// Body of `MediaConvertOutputGroupComplete` and `MediaConvertOutputComplete`: an output group or a single output of a job
/// ended. `Status` is `Success`, `Failed` or `Skipped`; the API also has `Init` and, of a group, `Running`, of an output,
/// `Scheduled`.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
pub(super) struct MediaConvertOutput {
    /// What started the job: `API`, `Console` or `WorkFlow`; `IceWorkflow` in a sample.
    trigger_source: Text,
    /// ID of the output group or output.
    task_id: Text,
    /// Name of the output group or output: `HLS`, `720P`.
    name: Text,
    /// ID of the output's media asset. Not of a group.
    media_id: Text,
    /// Where the file lies. Not of a group.
    output_url: Text,
    /// What the file is. Not of a group.
    out_file_meta: Embedded<One<CamelCase<FileMeta>>>,
}

impl Body for Transcode {
    fn facts(self, head: &Head) -> Facts {
        let outcome = head.outcome();
        Facts {
            outcome,
            job: Job {
                parent_id: self.parent_job_id.0,
                trigger: self.trigger_source.0,
                finished_at: self.finish_time.0,
                ..Job::default()
            },
            outputs: made(outcome, self.out_file_meta.or_default().or_default().0.output(Text(None), self.output_url)),
            ..Facts::default()
        }
    }
}

impl Body for TranscodeParent {
    fn facts(self, head: &Head) -> Facts {
        let steps: Vec<Step> = self.jobs.into_iter().map(step).filter(|step| !step.is_blank()).collect();
        Facts {
            outcome: Outcome::of_parts(head.outcome(), steps.iter().map(|step| step.outcome)),
            job: Job {
                id: self.parent_job_id.0,
                name: self.name.0,
                trigger: self.trigger_source.0,
                finished_at: self.finish_time.0,
                ..Job::default()
            },
            steps,
            ..Facts::default()
        }
    }
}

/// A part of a transcoding job as a part of the whole.
fn step(WithHead { head, body }: WithHead<SubJob>) -> Step {
    let outcome = head.outcome();
    Step {
        id: head.job_id(),
        kind: Kind::Transcode,
        outcome,
        error: failure_of(outcome, head.error()),
        outputs: made(outcome, body.out_file_meta.or_default().or_default().0.output(Text(None), body.output_url)),
        status: head.status.0,
        ..Step::default()
    }
}

impl Body for MediaConvert {
    fn facts(self, head: &Head) -> Facts {
        Facts {
            outcome: head.outcome(),
            job: Job { trigger: self.trigger_source.0, finished_at: self.finish_time.0, ..Job::default() },
            ..Facts::default()
        }
    }
}

impl Body for MediaConvertOutput {
    fn facts(self, head: &Head) -> Facts {
        let outcome = head.outcome();
        let step = Step {
            id: self.task_id.0,
            name: self.name.0,
            kind: Kind::Transcode,
            outcome,
            status: head.status.0.clone(),
            error: failure_of(outcome, head.error()),
            ..Step::default()
        };
        Facts {
            outcome,
            job: Job { trigger: self.trigger_source.0, ..Job::default() },
            steps: vec![step],
            outputs: made(
                outcome,
                self.out_file_meta.or_default().or_default().0.output(self.media_id, self.output_url),
            ),
            ..Facts::default()
        }
    }
}
