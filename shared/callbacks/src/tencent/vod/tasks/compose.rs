//! Media that was composed from tracks.

use serde::Deserialize;

use crate::event::Role;
use crate::facts::{Facts, made};
use crate::tencent::vod::Payload;
use crate::tencent::vod::media::MediaMetaData;
use crate::tencent::vod::task::TaskFile;
use crate::wire::{Decimal, Integer, Many, One, Text, Time, Unused};

/// Payload of `ComposeMediaComplete`: a file was composed from tracks. A sample has no `EventType`.
///
/// <https://cloud.tencent.com/document/api/266/31773#ComposeMediaTask>
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
pub(crate) struct ComposeMediaTask {
    /// What was asked for.
    input: One<ComposeInput>,
    /// The file.
    output: One<TaskFile>,
    /// What the vendor found out about the file that was made.
    meta_data: One<MediaMetaData>,
}

/// What was asked for.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
struct ComposeInput {
    /// The tracks.
    tracks: Many<Track>,
    /// What the pictures are drawn on.
    canvas: One<Canvas>,
    /// The file that was asked for.
    output: One<ComposeOutput>,
}

/// A track: a row of items, one after the other.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
struct Track {
    /// `Video`, `Audio` or `Sticker`.
    r#type: Unused<Text>,
    /// The items.
    track_items: Many<TrackItem>,
}

/// An item of a track. `Type` tells which of the others is there. Two samples of the vendor have the fields of the
/// video item here, without an object around them.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
struct TrackItem {
    /// `Video`, `Audio`, `Sticker`, `Transition` or `Empty`.
    r#type: Unused<Text>,
    /// A part of a video.
    video_item: One<MediaItem>,
    /// A part of a sound.
    audio_item: One<MediaItem>,
    /// A picture.
    sticker_item: One<MediaItem>,
    /// How one item becomes the next.
    transition_item: One<TransitionItem>,
    /// Nothing, for a time.
    empty_item: One<EmptyItem>,
    /// See [`MediaItem`].
    source_media: Unused<Text>,
    /// See [`MediaItem`].
    source_media_start_time: Unused<Decimal>,
    /// See [`MediaItem`].
    duration: Unused<Decimal>,
    /// See [`MediaItem`].
    audio_operations: Many<AudioOperation>,
    /// See [`MediaItem`].
    image_operations: Many<ImageOperation>,
}

/// A part of a video or sound, or a picture. The vendor has a struct for each. Lengths are in pixels (`100px`) or
/// percent of the canvas (`10%`).
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
struct MediaItem {
    /// ID of a media file, or the address of one.
    source_media: Unused<Text>,
    /// Where the part starts in the media, seconds. Not for pictures.
    source_media_start_time: Unused<Decimal>,
    /// How long the part is, seconds; 0 for the rest of the media.
    duration: Unused<Decimal>,
    /// How long it becomes, by playing faster or slower, seconds; 0 for as long as it is. Not for pictures.
    target_duration: Unused<Decimal>,
    /// When the picture appears, seconds. Pictures only.
    start_time: Unused<Decimal>,
    /// Where coordinates count from: `Center`, `TopLeft`. Not for sounds.
    coordinate_origin: Unused<Text>,
    /// Horizontal distance from the origin. Not for sounds.
    x_pos: Unused<Text>,
    /// Vertical distance from the origin. Not for sounds.
    y_pos: Unused<Text>,
    /// Width. Not for sounds.
    width: Unused<Text>,
    /// Height. Not for sounds.
    height: Unused<Text>,
    /// What is done to the sound. Not for pictures.
    audio_operations: Many<AudioOperation>,
    /// What is done to the picture. Not for sounds.
    image_operations: Many<ImageOperation>,
}

/// What is done to a sound.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
struct AudioOperation {
    /// `Volume`.
    r#type: Unused<Text>,
    /// Change of the volume.
    volume_param: One<Volume>,
}

/// Change of the volume.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
struct Volume {
    /// Whether it is silenced: 0 or 1.
    mute: Unused<Integer>,
    /// Gain, decibel.
    gain: Unused<Decimal>,
}

/// What is done to a picture.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
struct ImageOperation {
    /// `Rotate` or `Flip`.
    r#type: Unused<Text>,
    /// Degrees, 0 to 360.
    rotate_angle: Unused<Decimal>,
    /// `Horizental` or `Vertical`.
    flip: Unused<Text>,
}

/// How one item becomes the next.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
struct TransitionItem {
    /// How long it takes, seconds.
    duration: Unused<Decimal>,
    /// What is done, under the vendor's first name of the field.
    transitions: Many<Transition>,
    /// What is done: one of the picture and one of the sound at most.
    media_transitions: Many<Transition>,
}

/// What is done between two items.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
struct Transition {
    /// `ImageFadeInFadeOut`, `AudioFadeInFadeOut` and others.
    r#type: Unused<Text>,
}

/// Nothing, for a time.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
struct EmptyItem {
    /// Seconds.
    duration: Unused<Decimal>,
}

/// What pictures are drawn on.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
struct Canvas {
    /// `Black` or `White`.
    color: Unused<Text>,
    /// Pixels; 0 for the width of the first video.
    width: Unused<Integer>,
    /// Pixels; 0 for the height of the first video.
    height: Unused<Integer>,
}

/// The file that was asked for.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
struct ComposeOutput {
    /// Name of the file, at most 64 characters.
    file_name: Unused<Text>,
    /// Description of the file, at most 128 characters.
    description: Unused<Text>,
    /// ID of the category.
    class_id: Unused<Integer>,
    /// When the file is deleted.
    expire_time: Unused<Time>,
    /// `mp4`, or `mp3` for sound only.
    container: Unused<Text>,
    /// The picture.
    video_stream: One<ComposeVideo>,
    /// The sound.
    audio_stream: One<ComposeAudio>,
    /// Whether the picture is left out: 0 or 1.
    remove_video: Unused<Integer>,
    /// Whether the sound is left out: 0 or 1.
    remove_audio: Unused<Integer>,
}

/// The picture that was asked for.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
struct ComposeVideo {
    /// `libx264`.
    codec: Unused<Text>,
    /// Frames per second, at most 60; 0 for that of the first video.
    fps: Unused<Integer>,
}

/// The sound that was asked for.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
struct ComposeAudio {
    /// `libfdk_aac`.
    codec: Unused<Text>,
    /// Hertz: 16000, 32000, 44100, 48000.
    sample_rate: Unused<Integer>,
    /// Channels: 1 or 2.
    audio_channel: Unused<Integer>,
    /// Kilobits per second.
    bitrate: Unused<Integer>,
}

impl Payload for ComposeMediaTask {
    fn facts(self, task: Facts) -> Facts {
        let output = self.output.or_default().outputs(Role::Video, self.meta_data);
        Facts { outputs: made(task.outcome, output), ..task }
    }
}
