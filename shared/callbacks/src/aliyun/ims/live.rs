//! Live streams: recordings and snapshots. The keys are in `snake_case` and `camelCase`, but for the snapshots'.

use serde::Deserialize;

use super::{Body, Head, outcome_of, role_of};
use crate::aliyun::{failure, oss_region};
use crate::event::{Failure, Job, Media, Outcome, Output, Role};
use crate::facts::{Facts, made};
use crate::wire::{Decimal, Integer, One, Text, Time, UnixTime, Unused};

/// Body of `LiveRecordFileCreated`. It has no status: that the file is there is what it says.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default)]
pub(super) struct RecordFile {
    /// Length of the recording in seconds, with a fraction.
    duration: Decimal,
    /// ID of the recorded file, a UUID.
    record_id: Text,
    /// When the recording started, Unix seconds.
    start_time: UnixTime,
    /// When the recording ended, Unix seconds.
    stop_time: UnixTime,
    /// Key of the file in an OSS bucket, which is not named.
    uri: Text,
}

/// Body of `LiveRecordTaskStatus`.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default)]
pub(super) struct RecordTask {
    /// What happened. The page has lost the values: its sample has `record_paused`, Live also has `record_started` and
    /// `record_resumed`, and the word for an error is not known.
    event: Text,
    /// ID of the recording session.
    session: Unused<Text>,
    /// When the recording session was created, UTC.
    created: Time,
    /// What went wrong, where something did.
    error_info: One<ErrorInfo>,
    /// The recorded file, where there is one.
    file_info: One<FileInfo>,
}

/// What went wrong with a recording.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default)]
struct ErrorInfo {
    /// Error code.
    code: Text,
    /// Error message.
    message: Text,
}

/// A recorded file.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default)]
struct FileInfo {
    /// Key of the file in an OSS bucket, which is not named.
    uri: Text,
    /// When the file starts, Unix seconds. The job may have started before and go on in other files.
    start_time: Unused<UnixTime>,
    /// When the file ends, Unix seconds. The difference of the two is not the file's exact length: 36 against 35.09 seconds
    /// in the sample of `LiveRecordFileCreated`.
    stop_time: Unused<UnixTime>,
}

/// Body of `LiveSnapshotFileCreated`. It has no status: that the file is there is what it says.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
pub(super) struct SnapshotFile {
    /// Where the image lies.
    snapshot_url: Text,
    /// Where the live stream comes from.
    stream_input_url: Text,
    /// OSS bucket.
    bucket: Text,
    /// Pixels.
    height: Integer,
    /// Pixels.
    width: Integer,
    /// OSS endpoint: `oss-cn-shanghai.aliyuncs.com`.
    endpoint: Text,
    /// Key of the image in the bucket.
    object: Text,
    /// Bytes.
    size: Integer,
}

impl Body for RecordFile {
    fn facts(self, head: &Head) -> Facts {
        let id = self.record_id.0;
        let output = self.uri.0.map(|uri| Output { id, duration: self.duration.get(), ..recording(uri) });
        let outcome = head.stated_outcome().unwrap_or(Outcome::Succeeded);
        Facts {
            outcome,
            job: Job { started_at: self.start_time.0, finished_at: self.stop_time.0, ..Job::default() },
            outputs: made(outcome, output),
            ..Facts::default()
        }
    }
}

impl Body for RecordTask {
    fn facts(self, head: &Head) -> Facts {
        let error_info = self.error_info.or_default();
        let error = failure(error_info.code, error_info.message);
        // The error may be the head's, too.
        let has_failed = error != Failure::default() || head.stated_outcome() == Some(Outcome::Failed);
        let outcome = if has_failed { Outcome::Failed } else { outcome_of(&self.event) };
        Facts {
            outcome,
            status: self.event.0,
            job: Job { created_at: self.created.0, ..Job::default() },
            // The file is there, however the recording goes on.
            outputs: self.file_info.or_default().uri.0.map(recording).into_iter().collect(),
            error,
            ..Facts::default()
        }
    }
}

impl Body for SnapshotFile {
    fn facts(self, head: &Head) -> Facts {
        let outcome = head.stated_outcome().unwrap_or(Outcome::Succeeded);
        let name = self.snapshot_url.as_deref().or(self.object.as_deref());
        let output = name.map(|name| role_of(name, Role::Image)).map(|role| Output {
            role,
            url: self.snapshot_url.0,
            bucket: self.bucket.0,
            object: self.object.0,
            region: self.endpoint.as_deref().and_then(oss_region),
            size: self.size.count(),
            width: self.width.count(),
            height: self.height.count(),
            ..Output::default()
        });
        Facts {
            outcome,
            media: Media { url: self.stream_input_url.0, ..Media::default() },
            outputs: made(outcome, output),
            ..Facts::default()
        }
    }
}

/// The recorded file of this key.
fn recording(uri: String) -> Output {
    Output { role: role_of(&uri, Role::Video), object: Some(uri), ..Output::default() }
}
