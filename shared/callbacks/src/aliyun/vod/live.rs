//! Live streams that become videos.

use serde::Deserialize;

use super::{Body, Head};
use crate::event::{Job, Outcome};
use crate::facts::Facts;
use crate::wire::{Text, Time, Unused};

/// Body of `AddLiveRecordVideoComplete`: a live stream was recorded as a video, which is the event's media.
///
/// <https://www.alibabacloud.com/help/en/vod/user-guide/addliverecordvideocomplete>
#[derive(Debug, Default, Deserialize)]
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

/// Body of `LiveRecordVideoComposeStart`: a live stream ended, and a video is being made from its recordings. The video is the
/// event's media.
///
/// `Status` tells whether this started: `success` is no end.
///
/// <https://www.alibabacloud.com/help/en/vod/user-guide/liverecordvideocomposestart>
#[derive(Debug, Default, Deserialize)]
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
    fn facts(self, head: &Head) -> Facts {
        Facts {
            outcome: head.outcome(),
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
