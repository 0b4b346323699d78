//! Transcoding: the jobs of two generations of the API and their parts.

use serde::Deserialize;

use super::file_meta::FileMeta;
use super::{Body, outcome_of};
use crate::aliyun::failure;
use crate::event::{Job, Kind, Media, Outcome, Step};
use crate::facts::{self, Facts, made};
use crate::wire::{CamelCase, Embedded, Many, One, Text, Time, UserData};

/// Body of `TranscodeComplete`: one file of a job was made. The vendor deprecates it as of 31 December 2025.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(super) struct Transcode {
    /// ID of the job that this one is a part of.
    parent_job_id: Text,
    /// Job ID.
    job_id: Text,
    /// What started the job: `API`, `Console` or `WorkFlow`.
    trigger_source: Text,
    /// What the file is. Not where the job failed.
    out_file_meta: Embedded<One<CamelCase<FileMeta>>>,
    /// Where the file lies.
    output_url: Text,
    /// When the job ended, UTC.
    finish_time: Time,
    /// What the customer attached to the job.
    user_data: UserData,
    /// `Success` or `Fail`. The API also has `Init`, `Processing` and `Deleted`.
    status: Text,
    /// Error code, where it failed.
    error_code: Text,
    /// Error message, where it failed.
    error_message: Text,
}

/// Body of `TranscodeParentComplete`: all parts of a job ended. The vendor deprecates it as of 31 December 2025.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(super) struct TranscodeParent {
    /// Job ID.
    parent_job_id: Text,
    /// The parts.
    jobs: Many<SubJob>,
    /// What started the job: `API`, `Console` or `WorkFlow`.
    trigger_source: Text,
    /// Job name.
    name: Text,
    /// When the job ended, UTC.
    finish_time: Time,
    /// What the customer attached to the job.
    user_data: UserData,
    /// `Success` where all parts succeeded, `Fail` where all failed. What it is where some failed is not said.
    status: Text,
}

/// A part of a transcoding job. The page has lost the table of its fields; these are the sample's and, for one that failed,
/// those of [`Transcode`].
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct SubJob {
    /// `Success` or `Fail`. The API also has `Init`, `Processing` and `Deleted`.
    status: Text,
    /// ID of the part, which is the `JobId` of its `TranscodeComplete`.
    job_id: Text,
    /// Where the file lies.
    output_url: Text,
    /// Error code, where it failed.
    error_code: Text,
    /// Error message, where it failed.
    error_message: Text,
}

/// Body of `MediaConvertComplete`: a job that `SubmitTranscodeJob` started ended.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(super) struct MediaConvert {
    /// Job ID.
    job_id: Text,
    /// `Complete`, `Error` or `Cancelled`. The API also has `Inited` and `Running`.
    status: Text,
    /// What started the job: `API`, `Console` or `WorkFlow`.
    trigger_source: Text,
    /// What the customer attached to the job. The table requires it, the sample lacks it.
    user_data: UserData,
    /// When the job ended, UTC. The sample's is three years after its `EventTime`.
    finish_time: Time,
}

/// Body of `MediaConvertOutputGroupComplete` and `MediaConvertOutputComplete`: an output group or a single output of a job
/// ended.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(super) struct MediaConvertOutput {
    /// What started the job: `API`, `Console` or `WorkFlow`; `IceWorkflow` in a sample.
    trigger_source: Text,
    /// Job ID.
    job_id: Text,
    /// ID of the output group or output.
    task_id: Text,
    /// Name of the output group or output: `HLS`, `720P`.
    name: Text,
    /// `Success`, `Failed` or `Skipped`. The API also has `Init` and, of a group, `Running`, of an output, `Scheduled`.
    status: Text,
    /// What the customer attached to the job.
    user_data: UserData,
    /// ID of the output's media asset. Not of a group.
    media_id: Text,
    /// Where the file lies. Not of a group.
    output_url: Text,
    /// What the file is. Not of a group.
    out_file_meta: Embedded<One<CamelCase<FileMeta>>>,
}

impl Body for Transcode {
    fn facts(self) -> Facts {
        let outcome = outcome_of(&self.status);
        Facts {
            outcome,
            status: self.status.0,
            job: Job {
                id: self.job_id.0,
                parent_id: self.parent_job_id.0,
                trigger: self.trigger_source.0,
                finished_at: self.finish_time.0,
                ..Job::default()
            },
            outputs: made(outcome, self.out_file_meta.or_default().or_default().0.output(self.output_url)),
            error: failure(self.error_code, self.error_message),
            user_data: self.user_data.0,
            ..Facts::default()
        }
    }
}

impl Body for TranscodeParent {
    fn facts(self) -> Facts {
        let steps: Vec<Step> = self.jobs.into_iter().map(SubJob::step).collect();
        Facts {
            outcome: Outcome::of_parts(outcome_of(&self.status), steps.iter().map(|step| step.outcome)),
            status: self.status.0,
            job: Job {
                id: self.parent_job_id.0,
                name: self.name.0,
                trigger: self.trigger_source.0,
                finished_at: self.finish_time.0,
                ..Job::default()
            },
            steps,
            user_data: self.user_data.0,
            ..Facts::default()
        }
    }
}

impl SubJob {
    fn step(self) -> Step {
        let outcome = outcome_of(&self.status);
        Step {
            id: self.job_id.0,
            kind: Kind::Transcode,
            outcome,
            status: self.status.0,
            error: facts::failure(outcome, failure(self.error_code, self.error_message)),
            outputs: made(outcome, FileMeta::default().output(self.output_url)),
            ..Step::default()
        }
    }
}

impl Body for MediaConvert {
    fn facts(self) -> Facts {
        Facts {
            outcome: outcome_of(&self.status),
            status: self.status.0,
            job: Job {
                id: self.job_id.0,
                trigger: self.trigger_source.0,
                finished_at: self.finish_time.0,
                ..Job::default()
            },
            user_data: self.user_data.0,
            ..Facts::default()
        }
    }
}

impl Body for MediaConvertOutput {
    fn facts(self) -> Facts {
        let outcome = outcome_of(&self.status);
        let step = Step {
            id: self.task_id.0,
            name: self.name.0,
            kind: Kind::Transcode,
            outcome,
            status: self.status.0.clone(),
            ..Step::default()
        };
        Facts {
            outcome,
            status: self.status.0,
            media: Media { id: self.media_id.0, ..Media::default() },
            job: Job { id: self.job_id.0, trigger: self.trigger_source.0, ..Job::default() },
            steps: vec![step],
            outputs: made(outcome, self.out_file_meta.or_default().or_default().0.output(self.output_url)),
            user_data: self.user_data.0,
            ..Facts::default()
        }
    }
}
