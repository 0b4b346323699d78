//! What the sub-tasks of media processing were asked to do.
//!
//! No more than the template is of use in an event; the rest is named here so that it is known what it means.

use serde::Deserialize;

use super::sub_task::Input;
use crate::wire::{Decimal, Integer, Many, One, Text, Texts, Unused};

/// Input of `Transcode`.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
pub(super) struct TranscodeInput {
    /// ID of the transcoding template.
    definition: Text,
    /// Watermarks, at most 10.
    watermark_set: Many<Watermark>,
    /// A watermark that tells who leaked a copy.
    trace_watermark: One<TraceWatermark>,
    /// A watermark that tells whose the media is.
    copy_right_watermark: One<CopyRightWatermark>,
    /// A digital watermark.
    blind_watermark: One<BlindWatermark>,
    /// Blurred areas, at most 10.
    mosaic_set: Many<Mosaic>,
    /// Opening and closing clips.
    head_tail_set: Many<HeadTail>,
    /// Where the output starts in the media, seconds; negative from its end. 0 for the start.
    start_time_offset: Unused<Decimal>,
    /// Where the output ends in the media, seconds; negative from its end. 0 for the end.
    end_time_offset: Unused<Decimal>,
    /// Settings that replace those of the template.
    override_parameter: One<OverrideParameter>,
    /// Subtitles that become part of the picture, at most 2.
    subtitle_info_set: Many<BurnedSubtitle>,
}

/// Input of `AnimatedGraphics`.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
pub(super) struct AnimatedGraphicInput {
    /// ID of the template.
    definition: Text,
    /// Where the image starts in the media, seconds.
    start_time_offset: Unused<Decimal>,
    /// Where the image ends in the media, seconds.
    end_time_offset: Unused<Decimal>,
}

/// Input of `SnapshotByTimeOffset`.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
pub(super) struct TimeOffsetInput {
    /// ID of the template. Two samples of the vendor have a list of times here: `[3,6,9]`.
    definition: Texts,
    /// The times, in seconds (`3.5s`) or percent of the duration (`10%`).
    ext_time_offset_set: Unused<Texts>,
    /// The times, seconds; replaced by `ExtTimeOffsetSet`.
    time_offset_set: Unused<Texts>,
    /// Watermarks, at most 10.
    watermark_set: Many<Watermark>,
}

/// Input of `SampleSnapshot`.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
pub(super) struct SampleInput {
    /// ID of the template.
    definition: Text,
    /// Watermarks, at most 10.
    watermark_set: Many<Watermark>,
}

/// Input of `CoverBySnapshot`.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
pub(super) struct CoverInput {
    /// ID of the template.
    definition: Text,
    /// What `PositionValue` counts: `Time` or `Percent`.
    position_type: Unused<Text>,
    /// Where the picture is taken, seconds or percent of the duration.
    position_value: Unused<Decimal>,
    /// Watermarks, at most 10.
    watermark_set: Many<Watermark>,
}

/// Input of `AdaptiveDynamicStreaming`.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
pub(super) struct AdaptiveInput {
    /// ID of the template.
    definition: Text,
    /// Watermarks, at most 10.
    watermark_set: Many<Watermark>,
    /// A watermark that tells who leaked a copy.
    trace_watermark: One<TraceWatermark>,
    /// A watermark that tells whose the media is.
    copy_right_watermark: One<CopyRightWatermark>,
    /// A digital watermark.
    blind_watermark: One<BlindWatermark>,
    /// IDs of the subtitles to put into the package, at most 16.
    subtitle_set: Unused<Texts>,
    /// Subtitles that become part of the picture, at most 2.
    subtitle_info_set: Many<BurnedSubtitle>,
    /// Encryption with the keys of a third party.
    drm_info: One<ThirdPartyDrm>,
}

/// A watermark.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
struct Watermark {
    /// ID of the watermark template.
    definition: Unused<Integer>,
    /// The text, at most 100 characters, where the template is one of text.
    text_content: Unused<Text>,
    /// The SVG, at most 2,000,000 characters, where the template is one of SVG.
    svg_content: Unused<Text>,
    /// From when it is shown, seconds; negative from the end of the media. 0 for the start.
    start_time_offset: Unused<Decimal>,
    /// Until when it is shown, seconds; negative from the end of the media. 0 for the end.
    end_time_offset: Unused<Decimal>,
}

/// A watermark that tells who leaked a copy.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
struct TraceWatermark {
    /// `ON` or `OFF`.
    switch: Unused<Text>,
    /// ID of the template; 0 for none.
    definition: Unused<Integer>,
    /// ID of the template of the second stream; 0 for none. Samples have it, the table does not.
    definition_for_b_stream: Unused<Integer>,
}

/// A watermark that tells whose the media is.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
struct CopyRightWatermark {
    /// What it says, at most 200 characters.
    text: Unused<Text>,
}

/// A digital watermark.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
struct BlindWatermark {
    /// ID of the template.
    definition: Unused<Integer>,
}

/// A blurred area. Lengths are in pixels (`100px`) or percent of the picture's width or height (`10%`).
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
struct Mosaic {
    /// Where coordinates count from: `TopLeft`.
    coordinate_origin: Unused<Text>,
    /// Distance of its left edge from the origin.
    x_pos: Unused<Text>,
    /// Distance of its upper edge from the origin.
    y_pos: Unused<Text>,
    /// Its width.
    width: Unused<Text>,
    /// Its height.
    height: Unused<Text>,
    /// From when it is there, seconds; negative from the end of the media. 0 for the start.
    start_time_offset: Unused<Decimal>,
    /// Until when it is there, seconds; negative from the end of the media. 0 for the end.
    end_time_offset: Unused<Decimal>,
}

/// Opening and closing clips.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
struct HeadTail {
    /// ID of the template.
    definition: Unused<Integer>,
}

/// Settings that replace those of a transcoding template.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
struct OverrideParameter {
    /// Container: `mp4`, `flv`, `hls`, for sound only `mp3`, `flac`, `ogg`, `m4a`.
    container: Unused<Text>,
    /// Whether the picture is left out: 0 or 1.
    remove_video: Unused<Integer>,
    /// Whether the sound is left out: 0 or 1.
    remove_audio: Unused<Integer>,
    /// Settings of the picture.
    video_template: One<VideoTemplate>,
    /// Settings of the sound.
    audio_template: One<AudioTemplate>,
    /// Settings of Top Speed Codec transcoding.
    #[serde(rename = "TEHDConfig")]
    tehd_config: One<TehdConfig>,
    /// Further settings, for the vendor's special purposes.
    std_ext_info: Unused<Text>,
}

/// Settings of the picture.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
struct VideoTemplate {
    /// `libx264`, `libx265`, `av1` or `H.266`.
    codec: Unused<Text>,
    /// Frames per second, at most 100; 0 for that of the media.
    fps: Unused<Integer>,
    /// Kilobits per second; 0 for the vendor's choice.
    bitrate: Unused<Integer>,
    /// `open`: width and height are long and short side. `close`: they are width and height.
    resolution_adaptive: Unused<Text>,
    /// Largest width or long side, pixels; 0 for that of the media or in proportion.
    width: Unused<Integer>,
    /// Largest height or short side, pixels; 0 for that of the media or in proportion.
    height: Unused<Integer>,
    /// What is done about another aspect ratio: `stretch`, `black`, `white` or `gauss`.
    fill_type: Unused<Text>,
    /// Constant rate factor, 1 to 51; 0 for none.
    vcrf: Unused<Integer>,
    /// Frames or seconds between key frames, see `GopUnit`; 0 for the vendor's choice.
    gop: Unused<Integer>,
    /// Whether an HDR media stays HDR: `ON` or `OFF`.
    #[serde(rename = "PreserveHDRSwitch")]
    preserve_hdr_switch: Unused<Text>,
    /// Tag of H.265: `hvc1` or `hev1`.
    codec_tag: Unused<Text>,
    /// What `Gop` counts: `frame` or `second`.
    gop_unit: Unused<Text>,
    /// How the bitrate is controlled: `VBR`, `ABR`, `CBR` or `VCRF`.
    mode: Unused<Text>,
    /// Most B-frames in a row, at most 16; -1 for the vendor's choice.
    bframes: Unused<Integer>,
    /// Average duration of a segment of HLS, at most 10 seconds; 0 for the vendor's choice.
    hls_time: Unused<Integer>,
    /// Profile of H.264: `baseline`, `main`, `high` or `default`.
    video_profile: Unused<Text>,
}

/// Settings of the sound.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
struct AudioTemplate {
    /// `libfdk_aac`, `libmp3lame`, `ac3`, `flac`, `mp2`, as the container allows.
    codec: Unused<Text>,
    /// Kilobits per second, 26 to 256; 0 for that of the media.
    bitrate: Unused<Integer>,
    /// Hertz: 16000, 32000, 44100, 48000.
    sample_rate: Unused<Integer>,
    /// Channels: 1, 2, 6; 0 for those of the media.
    audio_channel: Unused<Integer>,
    /// Which audio tracks of the media are kept; all where there are none.
    stream_selects: Unused<Texts>,
}

/// Settings of Top Speed Codec transcoding.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
struct TehdConfig {
    /// `TEHD-100` or `OFF`.
    r#type: Unused<Text>,
    /// Upper limit of the bitrate, kilobits per second; 0 for the vendor's choice.
    max_video_bitrate: Unused<Integer>,
}

/// A subtitle that becomes part of the picture. Lengths are in pixels (`100px`) or percent of the picture's height (`10%`),
/// colours are `0xRRGGBB`, opacities 0 to 1.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
struct BurnedSubtitle {
    /// ID of the subtitle.
    id: Unused<Text>,
    /// Which of the media's own subtitle streams it is, instead of an ID.
    stream_index: Unused<Integer>,
    /// Font: `hei.ttf`, `arial.ttf`.
    font_type: Unused<Text>,
    /// Font size.
    font_size: Unused<Text>,
    /// Colour of the text.
    font_color: Unused<Text>,
    /// Opacity of the text.
    font_alpha: Unused<Decimal>,
    /// Distance of the text from the lower edge of the picture.
    y_pos: Unused<Text>,
    /// Distance of the board behind the text from the lower edge; without it there is no board.
    board_y: Unused<Text>,
    /// Width of the board; percent count the picture's width.
    board_width: Unused<Text>,
    /// Height of the board.
    board_height: Unused<Text>,
    /// Colour of the board.
    board_color: Unused<Text>,
    /// Opacity of the board.
    board_alpha: Unused<Decimal>,
    /// Which edge of the text stays in its place when there are more lines: `top` or `bottom`.
    alignment: Unused<Text>,
    /// Width of the letters' outline.
    outline_width: Unused<Text>,
    /// Colour of the outline.
    outline_color: Unused<Text>,
    /// Opacity of the outline.
    outline_alpha: Unused<Decimal>,
    /// Width of the letters' shadow; without it there is none.
    shadow_width: Unused<Text>,
    /// Colour of the shadow.
    shadow_color: Unused<Text>,
    /// Opacity of the shadow.
    shadow_alpha: Unused<Decimal>,
    /// Space between lines.
    line_spacing: Unused<Text>,
}

/// Encryption with the keys of a third party.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
struct ThirdPartyDrm {
    /// Systems that can decrypt it: `Widevine`, `FairPlay`.
    drm_types: Unused<Texts>,
    /// Where the keys come from.
    #[serde(rename = "SPEKEDrm")]
    speke_drm: One<SpekeDrm>,
}

/// Where keys come from, by the protocol SPEKE.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
struct SpekeDrm {
    /// What the keys are for, as the key server knows it.
    resource_id: Unused<Text>,
    /// Address of the key server.
    key_server_url: Unused<Text>,
    /// Initialisation vector, 32 hex digits.
    vector: Unused<Text>,
    /// Scheme of the encryption: `cbcs` or `cenc`.
    encryption_method: Unused<Text>,
    /// Which streams share a key: `preset0`, all; or another preset of the protocol.
    encryption_preset: Unused<Text>,
    /// How the keys are got.
    key_acquire_mode: Unused<Text>,
}

impl Input for TranscodeInput {
    fn template_id(self) -> Option<String> {
        self.definition.0
    }
}

impl Input for AnimatedGraphicInput {
    fn template_id(self) -> Option<String> {
        self.definition.0
    }
}

impl Input for TimeOffsetInput {
    fn template_id(self) -> Option<String> {
        <[String; 1]>::try_from(self.definition.0).ok().map(|[definition]| definition)
    }
}

impl Input for SampleInput {
    fn template_id(self) -> Option<String> {
        self.definition.0
    }
}

impl Input for CoverInput {
    fn template_id(self) -> Option<String> {
        self.definition.0
    }
}

impl Input for AdaptiveInput {
    fn template_id(self) -> Option<String> {
        self.definition.0
    }
}
