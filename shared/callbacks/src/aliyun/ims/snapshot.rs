//! Still and animated images taken from a video.

use serde::Deserialize;

use super::job_media::{self, JobMedia};
use super::{Body, Head, role_of};
use crate::aliyun::series;
use crate::event::{Job, Media, Output, Role};
use crate::facts::{Facts, made};
use crate::wire::{Embedded, Integer, One, Text, Time, Unused};

/// Body of `SnapshotComplete` and `DynamicImageComplete`.
///
/// `Status` is `Success` or `Fail`; the API also has `Init`. The samples of both carry an `ErrorCode` along with `Success`.
///
/// In the result of a VOD workflow's node this is a body of another kind: `VideoId`, `Status` in lower case,
/// `TriggerSource` and the head's `EventType` and `EventTime` once more, and nothing else.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
pub(super) struct Snapshot {
    /// What started the job: `API`, `Console` or `Workflow`; from a VOD workflow JSON in a string,
    /// `{"ActivityInstanceId":"…","BizType":"ice-workflow"}`.
    trigger_source: Text,
    /// Job name.
    name: Text,
    /// What is made: `Normal`, `Sprite` or `WebVtt`. Only of `SnapshotComplete`.
    r#type: Text,
    /// The video. JSON in a string.
    input: Embedded<One<JobMedia>>,
    /// The images. JSON in a string. Their names have a `{Count}` for the number of each where there are several, those of
    /// sprites a `{TileCount}`; a `WebVtt` ends in `.vtt`.
    output: Embedded<One<JobMedia>>,
    /// Number of snapshots. Only of `SnapshotComplete`.
    count: Integer,
    /// Settings of the template. JSON in a string.
    template_config: Unused<Embedded<One<TemplateConfig>>>,
    /// Template ID.
    template_id: Text,
    /// ID of the pipeline that the job ran in.
    pipeline_id: Text,
    /// When the job was submitted, UTC.
    submit_time: Time,
    /// When the job was completed, UTC.
    finish_time: Time,
    /// VOD's ID of the video. Only in a workflow's result.
    video_id: Text,
}

/// Settings of a template, as the samples have them. The document says nothing about them.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
struct TemplateConfig {
    /// Number of images: 5.
    count: Unused<Integer>,
    /// Which frames are taken: `normal`.
    frame_type: Unused<Text>,
    /// Pixels.
    height: Unused<Integer>,
    /// Between two images: 5. The unit is not said.
    interval: Unused<Integer>,
    /// Where in the video the first image is: 20. The unit is not said.
    time: Unused<Integer>,
    /// What is made: `Normal`.
    r#type: Unused<Text>,
    /// Pixels.
    width: Unused<Integer>,
}

impl Body for Snapshot {
    fn facts(self, head: &Head) -> Facts {
        let outcome = head.outcome();
        let input = job_media::media(self.input);
        Facts {
            outcome,
            media: Media { id: input.id.or(self.video_id.0), ..input },
            job: Job {
                name: self.name.0,
                template_id: self.template_id.0,
                queue_id: self.pipeline_id.0,
                trigger: self.trigger_source.0,
                created_at: self.submit_time.0,
                finished_at: self.finish_time.0,
                ..Job::default()
            },
            outputs: made(outcome, files(job_media::media(self.output), &self.r#type, self.count)),
            ..Facts::default()
        }
    }
}

/// The images, or the text of a `WebVtt` that tells which part of which sprite is shown when. How many sprites were made is not
/// said: they stay one output with a `{TileCount}` in its name.
fn files(file: Media, kind: &Text, count: Integer) -> Vec<Output> {
    let name = file.url.as_deref().or(file.object.as_deref());
    let role = match (name.map_or(Role::Image, |name| role_of(name, Role::Image)), kind.as_deref()) {
        (Role::Subtitle, Some("WebVtt")) => Role::Text,
        (role, _) => role,
    };
    if name.is_none() && file.id.is_none() {
        return Vec::new();
    }
    let output = Output {
        id: file.id,
        role,
        url: file.url,
        bucket: file.bucket,
        object: file.object,
        region: file.region,
        ..Output::default()
    };
    series(output, "{Count}", count.count())
}
