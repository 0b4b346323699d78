//! Media processing: transcoding, packaging, pictures.

use serde::Deserialize;

use super::process_input::{
    AdaptiveInput, AnimatedGraphicInput, CoverInput, SampleInput, TimeOffsetInput, TranscodeInput,
};
use super::sub_task::{Made, SubTask, Template, named};
use crate::event::{Kind, Output, Role, Step};
use crate::tencent::vod::media::{AudioStream, Subtitle, VideoStream, codec, fps, is_sound};
use crate::tencent::vod::task::{asset, file_at, images, role_of};
use crate::wire::{Decimal, Integer, Many, One, Text, Texts, Unused};

/// A sub-task of media processing. `Type` tells which of the others is there.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
pub(super) struct ProcessResult {
    /// `Transcode`, `AnimatedGraphics`, `SnapshotByTimeOffset`, `SampleSnapshot`, `ImageSprites`, `CoverBySnapshot` or
    /// `AdaptiveDynamicStreaming`.
    r#type: Text,
    /// `Transcode`: another encoding.
    transcode_task: One<SubTask<TranscodeInput, Transcoded>>,
    /// `AnimatedGraphics`: a part as an animated image.
    animated_graphic_task: One<SubTask<AnimatedGraphicInput, AnimatedGraphic>>,
    /// `SnapshotByTimeOffset`: pictures at given times.
    snapshot_by_time_offset_task: One<SubTask<TimeOffsetInput, Snapshots>>,
    /// `SampleSnapshot`: pictures at regular intervals.
    sample_snapshot_task: One<SubTask<SampleInput, Samples>>,
    /// `ImageSprites`: many small pictures in a few large ones.
    image_sprite_task: One<SubTask<Template, Sprites>>,
    /// `CoverBySnapshot`: a picture that became the cover.
    cover_by_snapshot_task: One<SubTask<CoverInput, Cover>>,
    /// `AdaptiveDynamicStreaming`: several encodings in one HLS or DASH package.
    adaptive_dynamic_streaming_task: One<SubTask<AdaptiveInput, AdaptiveStream>>,
}

/// What transcoding made.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
struct Transcoded {
    /// Where the file can be fetched.
    url: Text,
    /// ID of the transcoding template. 0 in samples although the input has one; elsewhere 0 means the original file.
    definition: Text,
    /// Sum of the average bitrates of video and audio, bits per second.
    bitrate: Decimal,
    /// Largest height of the video streams, pixels.
    height: Integer,
    /// Largest width of the video streams, pixels.
    width: Integer,
    /// Bytes. Of HLS, the sum of the playlist and its segments.
    size: Integer,
    /// Seconds.
    duration: Decimal,
    /// MD5 of the file, hex.
    md5: Text,
    /// Container formats that the file fits, joined by commas. Samples of HLS have those of MP4 here.
    container: Text,
    /// Video streams.
    video_stream_set: Many<VideoStream>,
    /// Audio streams.
    audio_stream_set: Many<AudioStream>,
    /// Which watermark can be extracted: `Trace`, `CopyRight` or `None`.
    digital_watermark_type: Unused<Text>,
    /// Text of the copyright watermark.
    copy_right_watermark_text: Unused<Text>,
    /// ID of the digital watermark's template.
    blind_watermark_definition: Unused<Integer>,
    /// ID of the file, where it became a media file of its own.
    file_id: Text,
}

/// An animated image.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
struct AnimatedGraphic {
    /// Where the image can be fetched.
    url: Text,
    /// ID of the template.
    definition: Text,
    /// `gif` or `webp`.
    container: Text,
    /// Pixels.
    height: Integer,
    /// Pixels.
    width: Integer,
    /// Bits per second.
    bitrate: Decimal,
    /// Bytes.
    size: Integer,
    /// MD5 of the image, hex.
    md5: Text,
    /// Where it starts in the media, seconds.
    start_time_offset: Unused<Decimal>,
    /// Where it ends in the media, seconds.
    end_time_offset: Unused<Decimal>,
}

/// Pictures at given times.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
struct Snapshots {
    /// ID of the template.
    definition: Unused<Integer>,
    /// The pictures.
    pic_info_set: Many<Snapshot>,
}

/// A picture at a given time.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
struct Snapshot {
    /// The time, seconds.
    time_offset: Unused<Decimal>,
    /// Where the picture can be fetched.
    url: Text,
    /// IDs of the templates of its watermarks.
    water_mark_definition: Unused<Texts>,
}

/// Pictures at regular intervals.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
struct Samples {
    /// ID of the template.
    definition: Unused<Integer>,
    /// What `Interval` counts: `Percent` or `Time`.
    sample_type: Unused<Text>,
    /// The interval, percent of the duration or seconds.
    interval: Unused<Integer>,
    /// Where the pictures can be fetched.
    image_url_set: Texts,
    /// The pictures in the form of pictures at given times, which a sample of the vendor has instead.
    pic_info_set: Many<Snapshot>,
    /// IDs of the templates of their watermarks.
    water_mark_definition: Unused<Texts>,
}

/// Many small pictures in a few large ones, for the preview of a player.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
struct Sprites {
    /// ID of the template.
    definition: Unused<Integer>,
    /// Height of a small picture, pixels.
    height: Unused<Integer>,
    /// Width of a small picture, pixels.
    width: Unused<Integer>,
    /// How many small pictures there are in each large one.
    total_count: Unused<Integer>,
    /// Where the large pictures can be fetched.
    image_url_set: Texts,
    /// Where a `WebVTT` file can be fetched that tells the time and place of each small picture.
    web_vtt_url: Text,
}

/// A picture that became the cover.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
struct Cover {
    /// Where the picture can be fetched.
    cover_url: Text,
}

/// Several encodings in one package.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
struct AdaptiveStream {
    /// ID of the template.
    definition: Text,
    /// `HLS` or `DASH`, in samples in lower case.
    package: Text,
    /// Encryption: `SimpleAES`, `Widevine`, `FairPlay`; empty for none.
    drm_type: Unused<Text>,
    /// Where the playlist can be fetched.
    url: Text,
    /// Bytes of the playlist and all segments; 0 for what was made before 2022-01-10.
    size: Integer,
    /// Which watermark can be extracted: `Trace`, `CopyRight` or `None`.
    digital_watermark_type: Unused<Text>,
    /// The encodings.
    sub_stream_set: Many<SubStream>,
    /// Text of the copyright watermark.
    copy_right_watermark_text: Unused<Text>,
    /// ID of the digital watermark's template.
    blind_watermark_definition: Unused<Integer>,
    /// The subtitles in the package.
    subtitle_set: Many<Subtitle>,
    /// ID of the subtitle that a player shows by default.
    default_subtitle_id: Unused<Text>,
    /// Scheme of the encryption: `cbcs` or `cenc`.
    drm_encrypt_type: Unused<Text>,
}

/// One of several encodings in a package.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
struct SubStream {
    /// `video` or `audio`.
    r#type: Unused<Text>,
    /// Pixels. Video only.
    width: Unused<Integer>,
    /// Pixels. Video only.
    height: Unused<Integer>,
    /// Bytes.
    size: Unused<Integer>,
}

impl ProcessResult {
    /// The sub-task; of an item that has several, each, so that none is lost.
    pub(super) fn steps(self) -> Vec<Step> {
        let tasks = [
            self.transcode_task.0.map(|task| (Kind::Transcode, task.step())),
            self.animated_graphic_task.0.map(|task| (Kind::Snapshot, task.step())),
            self.snapshot_by_time_offset_task.0.map(|task| (Kind::Snapshot, task.step())),
            self.sample_snapshot_task.0.map(|task| (Kind::Snapshot, task.step())),
            self.image_sprite_task.0.map(|task| (Kind::Snapshot, task.step())),
            self.cover_by_snapshot_task.0.map(|task| (Kind::Snapshot, task.step())),
            self.adaptive_dynamic_streaming_task.0.map(|task| (Kind::Transcode, task.step())),
        ];
        let kind_of_type = self.r#type.as_deref().and_then(kind_of);
        let steps = tasks.into_iter().flatten();
        named(self.r#type, steps.map(|(kind, step)| Step { kind: kind_of_type.unwrap_or(kind), ..step }), || Step {
            kind: kind_of_type.unwrap_or_default(),
            ..Step::default()
        })
    }
}

/// What the kind of sub-task with this name is about.
pub(crate) fn kind_of(task_type: &str) -> Option<Kind> {
    match task_type {
        "Transcode" | "AdaptiveDynamicStreaming" => Some(Kind::Transcode),
        "AnimatedGraphics" | "SnapshotByTimeOffset" | "SampleSnapshot" | "ImageSprites" | "CoverBySnapshot" => {
            Some(Kind::Snapshot)
        }
        "PullFile" => Some(Kind::Upload),
        _ => None,
    }
}

impl Made for Transcoded {
    fn outputs(self) -> Vec<Output> {
        let is_sound = is_sound(&self.video_stream_set, &self.audio_stream_set);
        let role = match role_of(&self.url, Role::Video) {
            Role::Video if is_sound => Role::Audio,
            role => role,
        };
        let output = asset(role, self.file_id, self.url).map(|output| Output {
            size: self.size.count(),
            duration: self.duration.get(),
            width: self.width.count(),
            height: self.height.count(),
            bitrate: self.bitrate.bits(),
            fps: fps(&self.video_stream_set),
            format: self.container.0,
            codec: codec(self.video_stream_set, self.audio_stream_set),
            md5: self.md5.0,
            definition: self.definition.0,
            ..output
        });
        output.into_iter().collect()
    }
}

impl Made for AnimatedGraphic {
    fn outputs(self) -> Vec<Output> {
        let output = file_at(Role::Image, self.url).map(|output| Output {
            size: self.size.count(),
            width: self.width.count(),
            height: self.height.count(),
            bitrate: self.bitrate.bits(),
            format: self.container.0,
            md5: self.md5.0,
            definition: self.definition.0,
            ..output
        });
        output.into_iter().collect()
    }
}

impl Made for Snapshots {
    fn outputs(self) -> Vec<Output> {
        images(self.pic_info_set.into_iter().map(|picture| picture.url)).collect()
    }
}

impl Made for Samples {
    fn outputs(self) -> Vec<Output> {
        let pictures = self.pic_info_set.into_iter().map(|picture| picture.url);
        images(self.image_url_set.0).chain(images(pictures)).collect()
    }
}

impl Made for Sprites {
    /// The large pictures without size: the vendor gives that of the small ones.
    fn outputs(self) -> Vec<Output> {
        images(self.image_url_set.0).chain(file_at(Role::Text, self.web_vtt_url)).collect()
    }
}

impl Made for Cover {
    fn outputs(self) -> Vec<Output> {
        file_at(Role::Image, self.cover_url).into_iter().collect()
    }
}

impl Made for AdaptiveStream {
    fn outputs(self) -> Vec<Output> {
        let playlist = file_at(Role::Playlist, self.url).map(|output| Output {
            size: self.size.count().filter(|size| *size != 0),
            format: self.package.0,
            definition: self.definition.0,
            ..output
        });
        playlist.into_iter().chain(self.subtitle_set.into_iter().filter_map(Subtitle::output)).collect()
    }
}
