//! Editing: videos composed from clips, one by one or in batches.

use serde::Deserialize;

use super::{Body, ErrorFields, outcome_of, role_of};
use crate::aliyun::failure;
use crate::event::{Job, Media, Outcome, Output, Role};
use crate::facts::{Facts, made};
use crate::wire::{Embedded, One, Text, Unused, UserData};

/// Body of `ProduceMediaComplete`: an editing job ended.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(super) struct ProduceMedia {
    /// `Success` or `Fail`. The API that reports the same job says `Failed`.
    status: Text,
    /// Where the new media lies. Also given, it seems, where the job failed and there is none.
    #[serde(rename = "MediaURL")]
    media_url: Text,
    /// ID of the media asset that was made.
    media_id: Text,
    /// ID of the editing project.
    project_id: Unused<Text>,
    /// Error code, where it failed; in the sample an empty string along with `Success`.
    error_code: Text,
    /// Error message, where it failed; in the sample an empty string along with `Success`.
    error_message: Text,
    /// Job ID.
    job_id: Text,
    /// What the customer attached to the job.
    user_data: UserData,
    /// ID of the batch that the job is a part of, where it is one.
    master_job_id: Text,
}

/// Body of `BatchProduceMediaComplete`: a batch of editing jobs ended. Each of them sends a `ProduceMediaComplete`.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(super) struct BatchProduceMedia {
    /// `Finished`, which does not say that every job of the batch succeeded: there is no word for a failed batch. The API also
    /// has `Init` and `Processing`.
    status: Text,
    /// ID of the batch.
    job_id: Text,
    /// What the customer attached to the batch.
    user_data: UserData,
    /// Where the API reports the error of a batch. JSON in a string.
    extend: Embedded<One<ErrorFields>>,
}

impl Body for ProduceMedia {
    fn facts(self) -> Facts {
        let outcome = outcome_of(&self.status);
        let output = self.media_url.0.map(|url| Output {
            role: role_of(&url, Role::Video),
            url: Some(url),
            ..Output::default()
        });
        Facts {
            outcome,
            status: self.status.0,
            media: Media { id: self.media_id.0, ..Media::default() },
            job: Job { id: self.job_id.0, parent_id: self.master_job_id.0, ..Job::default() },
            outputs: made(outcome, output),
            error: failure(self.error_code, self.error_message),
            user_data: self.user_data.0,
            ..Facts::default()
        }
    }
}

impl Body for BatchProduceMedia {
    fn facts(self) -> Facts {
        let error = self.extend.or_default().or_default().failure();
        // A batch that failed is `Finished` like any other.
        let outcome = if error.code.is_some() { Outcome::Failed } else { outcome_of(&self.status) };
        Facts {
            outcome,
            error,
            status: self.status.0,
            job: Job { id: self.job_id.0, ..Job::default() },
            user_data: self.user_data.0,
            ..Facts::default()
        }
    }
}
