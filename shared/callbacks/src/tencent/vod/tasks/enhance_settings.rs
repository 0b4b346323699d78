//! What improvements of picture and sound were asked for.
//!
//! No more than the file and the template are of use in an event; the rest is named here so that it is known what it
//! means.

use serde::Deserialize;

use crate::wire::{Decimal, Integer, Many, One, Text, Time, Unused};

/// What `RebuildMedia` was asked to do.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
pub(super) struct RebuildInput {
    /// ID of the file.
    pub(super) file_id: Text,
    /// Where the part to improve starts, seconds.
    start_time_offset: Unused<Decimal>,
    /// Where the part to improve ends, seconds.
    end_time_offset: Unused<Decimal>,
    /// ID of the template.
    pub(super) definition: Text,
    /// Repair of the picture.
    repair_info: One<Enhancement>,
    /// More frames per second.
    video_frame_interpolation_info: One<Enhancement>,
    /// More pixels.
    super_resolution_info: One<Enhancement>,
    /// A higher dynamic range.
    #[serde(rename = "HDRInfo")]
    hdr_info: One<Enhancement>,
    /// Less noise in the picture.
    video_denoise_info: One<Enhancement>,
    /// Less noise in the sound.
    audio_denoise_info: One<Enhancement>,
    /// Better colours.
    color_info: One<Enhancement>,
    /// More detail.
    sharp_info: One<Enhancement>,
    /// Better faces.
    face_info: One<Enhancement>,
    /// More light.
    low_light_info: One<Enhancement>,
    /// Fewer scratches.
    scratch_repair_info: One<Enhancement>,
    /// Fewer artifacts of compression.
    artifact_repair_info: One<Enhancement>,
    /// The file that was asked for.
    target_info: One<RebuildTarget>,
}

/// One improvement. The vendor has a struct for each, of which this is the union.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
pub(super) struct Enhancement {
    /// `ON` or `OFF`.
    switch: Unused<Text>,
    /// Which way. Repair, noise, light and artifacts: `weak`, `normal` or `strong`. Super resolution: `lq` for bad
    /// pictures, `hq` for good ones. HDR: `HDR10`, `HLG`. Pictures have other words.
    r#type: Unused<Text>,
    /// Frames per second. Frame interpolation only.
    fps: Unused<Integer>,
    /// Factor: 2. Super resolution only.
    size: Unused<Integer>,
    /// How much, 0 to 1. Detail, faces and scratches only.
    intensity: Unused<Decimal>,
}

/// The file that was asked for.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
struct RebuildTarget {
    /// Name of the file, at most 64 characters.
    media_name: Unused<Text>,
    /// Description of the file, at most 128 characters.
    description: Unused<Text>,
    /// ID of the category.
    class_id: Unused<Integer>,
    /// When the file is deleted.
    expire_time: Unused<Time>,
    /// `mp4`, `flv`, `hls`.
    container: Unused<Text>,
    /// The picture.
    video_stream: One<RebuildVideo>,
    /// The sound.
    audio_stream: One<RebuildAudio>,
    /// Whether the picture is left out: 0 or 1.
    remove_video: Unused<Integer>,
    /// Whether the sound is left out: 0 or 1.
    remove_audio: Unused<Integer>,
}

/// The picture that was asked for.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
struct RebuildVideo {
    /// `libx264`, `libx265`, `av1`.
    codec: Unused<Text>,
    /// Kilobits per second; 0 for that of the media.
    bitrate: Unused<Integer>,
    /// Frames per second; 0 for that of the media.
    fps: Unused<Integer>,
    /// `open`: width and height are long and short side. `close`: they are width and height.
    resolution_adaptive: Unused<Text>,
    /// Pixels; 0 for that of the media or in proportion.
    width: Unused<Integer>,
    /// Pixels; 0 for that of the media or in proportion.
    height: Unused<Integer>,
    /// What is done about another aspect ratio: `stretch` or `black`.
    fill_type: Unused<Text>,
    /// Frames between key frames.
    gop: Unused<Integer>,
}

/// The sound that was asked for.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
struct RebuildAudio {
    /// `libfdk_aac`, `libmp3lame`, `ac3`, `flac`, `mp2`.
    codec: Unused<Text>,
    /// Kilobits per second; 0 for that of the media.
    bitrate: Unused<Integer>,
    /// Hertz.
    sample_rate: Unused<Integer>,
    /// Channels: 1, 2 or 6.
    audio_channel: Unused<Integer>,
}

/// How a picture is improved.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
pub(super) struct ImageEnhance {
    /// More pixels.
    super_resolution: One<Enhancement>,
    /// More pixels, to a given size.
    advanced_super_resolution: One<AdvancedSuperResolution>,
    /// Less noise.
    denoise: One<Enhancement>,
    /// Better quality as a whole.
    image_quality_enhance: One<Enhancement>,
    /// Better colours.
    color_enhance: One<Enhancement>,
    /// More detail.
    sharp_enhance: One<Enhancement>,
    /// Better faces.
    face_enhance: One<Enhancement>,
    /// More light.
    low_light_enhance: One<Enhancement>,
}

/// More pixels, to a given size.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
struct AdvancedSuperResolution {
    /// `ON` or `OFF`.
    switch: Unused<Text>,
    /// `standard` or `super`.
    r#type: Unused<Text>,
    /// How the size is given: `percent`, a factor; `aspect`, to cover a rectangle; `fixed`, exactly.
    mode: Unused<Text>,
    /// Factor.
    percent: Unused<Decimal>,
    /// Pixels, at most 4096.
    width: Unused<Integer>,
    /// Pixels, at most 4096.
    height: Unused<Integer>,
    /// Pixels, at most 4096, where there is neither width nor height.
    long_side: Unused<Integer>,
    /// Pixels, at most 4096, where there is neither width nor height.
    short_side: Unused<Integer>,
}

/// How a picture is encoded.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
pub(super) struct ImageEncode {
    /// `JPEG`, `PNG`, `BMP`, `WebP`.
    format: Unused<Text>,
    /// 1 to 100.
    quality: Unused<Integer>,
}

/// What is cut out of a picture.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
pub(super) struct ImageCutOut {
    /// `ON` or `OFF`.
    switch: Unused<Text>,
    /// `foreground` or `pattern`.
    r#type: Unused<Text>,
    /// How a pattern is cut out.
    pattern_config: Unused<One<CutOutPattern>>,
    /// Name of the model: `cutout-1.0-lite`, `cutout-1.0-flash`.
    model: Unused<Text>,
}

/// How a pattern is cut out of a picture.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
struct CutOutPattern {
    /// What is less opaque than this is transparent, 0 to 255; 30 unless it is given.
    transparency_threshold: Unused<Integer>,
    /// What is more opaque than this is opaque, 0 to 255; 127 unless it is given.
    opaque_threshold: Unused<Integer>,
    /// Steps in which edges are sampled, 1 to 10; 5 unless they are given.
    edge_sampling_step: Unused<Integer>,
    /// Steps by which edges are extended; 5 unless they are given.
    edge_expansion_step: Unused<Integer>,
    /// How strongly edges are blended, 0 to 1; 0.5 unless it is given.
    edge_blending_intensity: Unused<Decimal>,
}

/// How faces in a picture are made up.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
pub(super) struct ImageBeauty {
    /// Changes of the face.
    beauty_effect_items: Many<BeautyItem>,
    /// Filters over the picture.
    beauty_filter_items: Many<BeautyItem>,
}

/// A change of a face, or a filter. The vendor has a struct for each.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
struct BeautyItem {
    /// `ON` or `OFF`.
    switch: Unused<Text>,
    /// Which one: `Whiten`, `SmoothSkin`, `Dongjing`.
    r#type: Unused<Text>,
    /// How much, 0 to 100.
    value: Unused<Integer>,
    /// Where the effect's material is. Changes of the face only.
    resource_path: Unused<Text>,
    /// Further settings. Changes of the face only.
    ext_info: Unused<Text>,
}
