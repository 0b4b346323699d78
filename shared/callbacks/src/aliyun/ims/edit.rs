//! Editing: videos composed from clips, one by one or in batches.

use serde::Deserialize;

use super::{Body, Head, role_of};
use crate::event::{Job, Outcome, Output, Role};
use crate::facts::{Facts, made};
use crate::wire::{Text, Unused};

/// Body of `ProduceMediaComplete`: an editing job ended. `Status` is `Success` or `Fail`; the API that reports the same job says
/// `Failed`. In the sample the error fields are empty strings along with `Success`.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
pub(super) struct ProduceMedia {
    /// Where the new media lies. Also given, it seems, where the job failed and there is none.
    #[serde(rename = "MediaURL")]
    media_url: Text,
    /// ID of the media asset that was made.
    media_id: Text,
    /// ID of the editing project.
    project_id: Unused<Text>,
    /// ID of the batch that the job is a part of, where it is one.
    master_job_id: Text,
}

/// Body of `BatchProduceMediaComplete`: a batch of editing jobs ended. Each of them sends a `ProduceMediaComplete`.
///
/// `Status` is `Finished`, which does not say that every job of the batch succeeded: there is no word for a failed batch, whose
/// error is in `Extend`. The API also has `Init` and `Processing`.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default)]
pub(super) struct BatchProduceMedia {}

impl Body for ProduceMedia {
    fn facts(self, head: &Head) -> Facts {
        let outcome = head.outcome();
        let output = Output {
            id: self.media_id.0,
            role: self.media_url.as_deref().map_or(Role::Video, |url| role_of(url, Role::Video)),
            url: self.media_url.0,
            ..Output::default()
        };
        let is_there = output.id.is_some() || output.url.is_some();
        Facts {
            outcome,
            job: Job { parent_id: self.master_job_id.0, ..Job::default() },
            outputs: made(outcome, is_there.then_some(output)),
            ..Facts::default()
        }
    }
}

impl Body for BatchProduceMedia {
    fn facts(self, head: &Head) -> Facts {
        let error = head.extended_error();
        // A batch that failed is `Finished` like any other.
        let outcome = if error.code.is_some() { Outcome::Failed } else { head.outcome() };
        Facts { outcome, error, ..Facts::default() }
    }
}
