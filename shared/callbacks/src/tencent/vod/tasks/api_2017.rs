//! The tasks of the interface of 2017, which still exist. They have error codes and no status.

use serde::Deserialize;

use crate::event::{Failure, Job, Kind, Media, Outcome, Output, Role, Step};
use crate::facts::{Facts, failure_of, made};
use crate::status;
use crate::tencent::vod::Payload;
use crate::tencent::vod::task::{Task, TaskFile, failure, file_at, images, role_of};
use crate::wire::{Decimal, Integer, Many, One, Text, Texts, Unused};

/// Payload of `TranscodeComplete`: a file was encoded in several ways.
///
/// <https://cloud.tencent.com/document/api/266/31773#TranscodeTask2017>
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
pub(crate) struct TranscodeTask {
    /// Name of the media file.
    pub(crate) file_name: Text,
    /// Seconds.
    pub(crate) duration: Decimal,
    /// Where its cover can be fetched.
    pub(crate) cover_url: Text,
    /// The encodings, and the original file.
    pub(crate) play_info_set: Many<PlayInfo>,
}

/// An encoding.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
pub(crate) struct PlayInfo {
    /// Where the file can be fetched.
    pub(crate) url: Text,
    /// ID of the template; 0 for the original file.
    pub(crate) definition: Text,
    /// Sum of the average bitrates of video and audio, bits per second.
    pub(crate) bitrate: Decimal,
    /// Pixels.
    pub(crate) height: Integer,
    /// Pixels.
    pub(crate) width: Integer,
}

/// Payload of `ConcatComplete`: files were joined. There is one result for each format.
///
/// <https://cloud.tencent.com/document/api/266/31773#ConcatTask2017>
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
pub(crate) struct ConcatTask {
    /// The results.
    pub(crate) file_info_set: Many<FileInfo>,
}

/// Payload of `ClipComplete`: a file was cut.
///
/// <https://cloud.tencent.com/document/api/266/31773#ClipTask2017>
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
pub(crate) struct ClipTask {
    /// ID of the file that was cut.
    pub(crate) src_file_id: Text,
    /// The result.
    pub(crate) file_info: One<FileInfo>,
}

/// A file that was made, or why it was not.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
pub(crate) struct FileInfo {
    /// Error code; 0 means success.
    pub(crate) err_code: Integer,
    /// Error message.
    pub(crate) message: Text,
    /// ID of the file.
    pub(crate) file_id: Text,
    /// Where the file can be fetched.
    pub(crate) file_url: Text,
    /// Format of the file: `mp4`, `m3u8`.
    pub(crate) file_type: Text,
}

/// Payload of `CreateImageSpriteComplete`: many small pictures in a few large ones.
///
/// <https://cloud.tencent.com/document/api/266/31773#CreateImageSpriteTask2017>
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
pub(crate) struct ImageSpriteTask {
    /// ID of the template.
    pub(crate) definition: Text,
    /// How many small pictures there are.
    pub(crate) total_count: Unused<Integer>,
    /// Where the large pictures can be fetched.
    pub(crate) image_sprite_url_set: Texts,
    /// Where a `WebVTT` file can be fetched that tells the time and place of each small picture.
    pub(crate) web_vtt_url: Text,
}

/// Payload of `CreateSnapshotByTimeOffsetComplete`, under the key `SnapshotByTimeOffsetCompleteEvent`: pictures at
/// given times.
///
/// <https://cloud.tencent.com/document/api/266/31773#SnapshotByTimeOffsetTask2017>
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
pub(crate) struct SnapshotTask {
    /// ID of the template.
    pub(crate) definition: Text,
    /// The pictures.
    pub(crate) snapshot_info_set: Many<SnapshotInfo>,
}

/// A picture at a given time, or why there is none.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
pub(crate) struct SnapshotInfo {
    /// Error code; 0 means success.
    pub(crate) err_code: Integer,
    /// The time, milliseconds.
    pub(crate) time_offset: Unused<Integer>,
    /// Where the picture can be fetched.
    pub(crate) url: Text,
}

impl Payload for TranscodeTask {
    fn facts(self, task: Facts) -> Facts {
        let outputs =
            self.play_info_set.into_iter().filter_map(PlayInfo::output).chain(file_at(Role::Image, self.cover_url));
        Facts {
            media: Media { title: self.file_name.0, duration: self.duration.get(), ..task.media },
            outputs: made(task.outcome, outputs),
            ..task
        }
    }
}

impl Payload for ConcatTask {
    fn facts(self, task: Facts) -> Facts {
        whole(task, self.file_info_set.into_iter().map(|result| result.step(Kind::Edit)).collect())
    }
}

impl Payload for ClipTask {
    fn facts(self, task: Facts) -> Facts {
        let result = self.file_info.or_default();
        let facts = Task { err_code: result.err_code, message: result.message.clone(), ..Task::default() }.facts();
        let file = result.file();
        Facts {
            media: Media { id: self.src_file_id.0, ..Media::default() },
            outputs: made(facts.outcome, file),
            job: task.job,
            ..facts
        }
    }
}

impl Payload for ImageSpriteTask {
    fn facts(self, task: Facts) -> Facts {
        let outputs = images(self.image_sprite_url_set.0).chain(file_at(Role::Text, self.web_vtt_url));
        Facts { job: Job { template_id: self.definition.0, ..task.job }, outputs: made(task.outcome, outputs), ..task }
    }
}

impl Payload for SnapshotTask {
    fn facts(self, task: Facts) -> Facts {
        let facts = whole(task, self.snapshot_info_set.into_iter().map(SnapshotInfo::step).collect());
        Facts { job: Job { template_id: self.definition.0, ..facts.job }, ..facts }
    }
}

impl PlayInfo {
    fn output(self) -> Option<Output> {
        let output = file_at(role_of(&self.url, Role::Video), self.url)?;
        Some(Output {
            width: self.width.count(),
            height: self.height.count(),
            bitrate: self.bitrate.bits(),
            definition: self.definition.0,
            ..output
        })
    }
}

impl FileInfo {
    fn step(self, kind: Kind) -> Step {
        step(kind, self.err_code, self.message.clone(), self.file())
    }

    fn file(self) -> Option<Output> {
        TaskFile::new(self.file_id, self.file_type, self.file_url).outputs(Role::Video, One::default()).next()
    }
}

impl SnapshotInfo {
    fn step(self) -> Step {
        step(Kind::Snapshot, self.err_code, Text::default(), file_at(Role::Image, self.url))
    }
}

/// A result with an error code of its own.
fn step(kind: Kind, err_code: Integer, message: Text, output: Option<Output>) -> Step {
    let outcome = status::outcome_or_code(None, err_code.get());
    let error: Failure = failure(Text::default(), err_code, message);
    Step { kind, outcome, error: failure_of(outcome, error), outputs: made(outcome, output), ..Step::default() }
}

/// A task that says nothing of how it ended; its results do.
fn whole(task: Facts, steps: Vec<Step>) -> Facts {
    let steps: Vec<Step> = steps.into_iter().filter(|step| !step.is_blank()).collect();
    let outcome = Outcome::of_parts(task.outcome, steps.iter().map(|step| step.outcome));
    Facts { outcome, steps, ..task }
}
