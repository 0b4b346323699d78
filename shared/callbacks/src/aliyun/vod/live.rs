//! Live streams that become videos.

use serde::Deserialize;

use super::{Body, Head};
use crate::event::{Job, Outcome, Output, Role};
use crate::facts::{Facts, made};
use crate::wire::{Text, Time, Unused};

/// Body of `AddLiveRecordVideoComplete`: a live stream was recorded as a video, which `VideoId` names.
///
/// <https://www.alibabacloud.com/help/en/vod/user-guide/addliverecordvideocomplete>
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
pub(super) struct Recording {
    /// Name of the live stream.
    stream_name: Unused<Text>,
    /// Domain of the live stream.
    domain_name: Unused<Text>,
    /// Application of the live stream.
    app_name: Unused<Text>,
    /// When the recording started, UTC.
    record_start_time: Time,
    /// When the recording ended, UTC.
    record_end_time: Time,
}

/// Body of `LiveRecordVideoComposeStart`: a live stream ended, and a video is being made from its recordings, which `VideoId` names.
///
/// `Status` tells whether this started: `success` is no end.
///
/// <https://www.alibabacloud.com/help/en/vod/user-guide/liverecordvideocomposestart>
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
pub(super) struct ComposeStart {
    /// Name of the live stream.
    stream_name: Unused<Text>,
    /// Domain of the live stream.
    domain_name: Unused<Text>,
    /// Application of the live stream.
    app_name: Unused<Text>,
}

impl Body for Recording {
    const MEDIA_IS_MADE: bool = true;

    fn facts(self, head: &Head) -> Facts {
        let outcome = head.outcome();
        let video = head.media_id().map(|id| Output { id: Some(id), role: Role::Video, ..Output::default() });
        Facts {
            outcome,
            outputs: made(outcome, video),
            job: Job { started_at: self.record_start_time.0, finished_at: self.record_end_time.0, ..Job::default() },
            ..Facts::default()
        }
    }
}

impl Body for ComposeStart {
    fn facts(self, head: &Head) -> Facts {
        let outcome = match head.stated_outcome() {
            Some(Outcome::Succeeded) | None => Outcome::Running,
            Some(outcome) => outcome,
        };
        Facts { outcome, ..Facts::default() }
    }
}
