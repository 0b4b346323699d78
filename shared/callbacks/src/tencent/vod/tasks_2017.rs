//! The tasks of the interface of 2017, which still exist. They have error codes and no status.

use serde::Deserialize;

use super::Payload;
use super::process::images;
use super::sub_task::{failure, file, role_of};
use super::task::{Task, TaskFile};
use crate::event::{Failure, Job, Kind, Media, Outcome, Output, Role, Step};
use crate::facts::{Facts, failure as failure_of, made};
use crate::status;
use crate::wire::{Decimal, Integer, Many, One, Text, Texts, Unused};

/// Payload of `TranscodeComplete`: a file was encoded in several ways.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(super) struct TranscodeTask {
    /// Task ID.
    pub(super) task_id: Text,
    /// Error code; 0 means success.
    pub(super) err_code: Integer,
    /// Error message. Samples have `SUCCESS` here, too.
    pub(super) message: Text,
    /// ID of the media file.
    pub(super) file_id: Text,
    /// Name of the media file.
    pub(super) file_name: Text,
    /// Seconds.
    pub(super) duration: Decimal,
    /// Where its cover can be fetched.
    pub(super) cover_url: Text,
    /// The encodings, and the original file.
    pub(super) play_info_set: Many<PlayInfo>,
}

/// An encoding.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(super) struct PlayInfo {
    /// Where the file can be fetched.
    pub(super) url: Text,
    /// ID of the template; 0 for the original file.
    pub(super) definition: Text,
    /// Sum of the average bitrates of video and audio, bits per second.
    pub(super) bitrate: Decimal,
    /// Pixels.
    pub(super) height: Integer,
    /// Pixels.
    pub(super) width: Integer,
}

/// Payload of `ConcatComplete`: files were joined. There is one result for each format.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(super) struct ConcatTask {
    /// Task ID.
    pub(super) task_id: Text,
    /// The results.
    pub(super) file_info_set: Many<FileInfo>,
}

/// Payload of `ClipComplete`: a file was cut.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(super) struct ClipTask {
    /// Task ID.
    pub(super) task_id: Text,
    /// ID of the file that was cut.
    pub(super) src_file_id: Text,
    /// The result.
    pub(super) file_info: One<FileInfo>,
}

/// A file that was made, or why it was not.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(super) struct FileInfo {
    /// Error code; 0 means success.
    pub(super) err_code: Integer,
    /// Error message.
    pub(super) message: Text,
    /// ID of the file.
    pub(super) file_id: Text,
    /// Where the file can be fetched.
    pub(super) file_url: Text,
    /// Format of the file: `mp4`, `m3u8`.
    pub(super) file_type: Text,
}

/// Payload of `CreateImageSpriteComplete`: many small pictures in a few large ones.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(super) struct ImageSpriteTask {
    /// Task ID.
    pub(super) task_id: Text,
    /// Error code; 0 means success.
    pub(super) err_code: Integer,
    /// Error message.
    pub(super) message: Text,
    /// ID of the media file.
    pub(super) file_id: Text,
    /// ID of the template.
    pub(super) definition: Text,
    /// How many small pictures there are.
    pub(super) total_count: Unused<Integer>,
    /// Where the large pictures can be fetched.
    pub(super) image_sprite_url_set: Texts,
    /// Where a `WebVTT` file can be fetched that tells the time and place of each small picture.
    pub(super) web_vtt_url: Text,
}

/// Payload of `CreateSnapshotByTimeOffsetComplete`, under the key `SnapshotByTimeOffsetCompleteEvent`: pictures at
/// given times.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(super) struct SnapshotTask {
    /// Task ID.
    pub(super) task_id: Text,
    /// ID of the media file.
    pub(super) file_id: Text,
    /// ID of the template.
    pub(super) definition: Text,
    /// The pictures.
    pub(super) snapshot_info_set: Many<SnapshotInfo>,
}

/// A picture at a given time, or why there is none.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(super) struct SnapshotInfo {
    /// Error code; 0 means success.
    pub(super) err_code: Integer,
    /// The time, milliseconds.
    pub(super) time_offset: Unused<Integer>,
    /// Where the picture can be fetched.
    pub(super) url: Text,
}

impl Payload for TranscodeTask {
    fn facts(self) -> Facts {
        let task = Task { id: self.task_id, err_code: self.err_code, message: self.message, ..Task::default() };
        let facts = task.facts();
        let outputs =
            self.play_info_set.into_iter().filter_map(PlayInfo::output).chain(file(Role::Image, self.cover_url));
        Facts {
            media: Media {
                id: self.file_id.0,
                title: self.file_name.0,
                duration: self.duration.get(),
                ..Media::default()
            },
            outputs: made(facts.outcome, outputs),
            ..facts
        }
    }
}

impl Payload for ConcatTask {
    fn facts(self) -> Facts {
        let step = |result: FileInfo| result.step(Kind::Edit);
        whole(self.task_id, self.file_info_set.into_iter().map(step).collect())
    }
}

impl Payload for ClipTask {
    fn facts(self) -> Facts {
        let result = self.file_info.or_default();
        let task = Task { id: self.task_id, err_code: result.err_code, message: result.message, ..Task::default() };
        let facts = task.facts();
        let file = TaskFile { file_type: result.file_type, file_url: result.file_url, ..TaskFile::default() };
        Facts {
            media: Media { id: self.src_file_id.0, ..Media::default() },
            outputs: made(facts.outcome, file.output(Role::Video, One::default())),
            ..facts
        }
    }
}

impl Payload for ImageSpriteTask {
    fn facts(self) -> Facts {
        let task = Task { id: self.task_id, err_code: self.err_code, message: self.message, ..Task::default() };
        let facts = task.facts();
        let outputs = images(self.image_sprite_url_set.0).chain(file(Role::Text, self.web_vtt_url));
        Facts {
            media: Media { id: self.file_id.0, ..Media::default() },
            job: Job { template_id: self.definition.0, ..facts.job },
            outputs: made(facts.outcome, outputs),
            ..facts
        }
    }
}

impl Payload for SnapshotTask {
    fn facts(self) -> Facts {
        let facts = whole(self.task_id, self.snapshot_info_set.into_iter().map(SnapshotInfo::step).collect());
        Facts {
            media: Media { id: self.file_id.0, ..Media::default() },
            job: Job { template_id: self.definition.0, ..facts.job },
            ..facts
        }
    }
}

impl PlayInfo {
    fn output(self) -> Option<Output> {
        let output = file(role_of(&self.url, Role::Video), self.url)?;
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
        let file = TaskFile { file_type: self.file_type, file_url: self.file_url, ..TaskFile::default() };
        let step = step(kind, self.err_code, self.message, file.output(Role::Video, One::default()));
        Step { id: self.file_id.0, ..step }
    }
}

impl SnapshotInfo {
    fn step(self) -> Step {
        step(Kind::Snapshot, self.err_code, Text::default(), file(Role::Image, self.url))
    }
}

/// A result with an error code of its own.
fn step(kind: Kind, err_code: Integer, message: Text, output: Option<Output>) -> Step {
    let outcome = status::outcome_or_code(None, err_code.get());
    let error: Failure = failure(Text::default(), err_code, message);
    Step { kind, outcome, error: failure_of(outcome, error), outputs: made(outcome, output), ..Step::default() }
}

/// A task that says nothing of how it ended; its results do.
fn whole(task_id: Text, steps: Vec<Step>) -> Facts {
    Facts {
        outcome: Outcome::of_parts(Outcome::Unknown, steps.iter().map(|step| step.outcome)),
        job: Job { id: task_id.0, ..Job::default() },
        steps,
        ..Facts::default()
    }
}
