//! What Cloud Infinite found out about a file.

use serde::Deserialize;

use crate::event::{Media, Output, Role};
use crate::wire::{Decimal, Integer, Many, One, Text, Unused};

/// `Operation.MediaInfo`: of the file that the job made, or of its input where it makes none.
///
/// <https://www.tencentcloud.com/document/product/1045/49933>
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
pub(super) struct MediaInfo {
    /// The file as a whole.
    format: One<Format>,
    /// The streams in it.
    stream: One<Streams>,
}

/// The file as a whole.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
struct Format {
    /// Kilobits per second where it has a fraction (`834.736000`), else bits per second.
    bitrate: Text,
    /// Seconds.
    duration: Decimal,
    /// Long name of the container format.
    format_long_name: Unused<Text>,
    /// Container format: `mov,mp4,m4a,3gp,3g2,mj2`.
    format_name: Text,
    /// Number of programs.
    num_program: Unused<Integer>,
    /// Number of streams.
    num_stream: Unused<Integer>,
    /// Bytes.
    size: Integer,
    /// Seconds.
    start_time: Unused<Decimal>,
}

/// The streams of a file, by type.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
struct Streams {
    /// Sound. One object or several.
    audio: Many<Stream>,
    /// Pictures. One object or several.
    video: Many<Stream>,
    /// Timed text.
    subtitle: Many<Stream>,
}

/// A stream of any type; each type has some of the fields.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
struct Stream {
    /// Frames per second on average; video.
    avg_fps: Decimal,
    /// Kilobits per second where it has a fraction, else bits per second.
    bitrate: Unused<Decimal>,
    /// Number of channels; audio.
    channel: Unused<Integer>,
    /// Layout of the channels, such as `stereo`; audio.
    channel_layout: Unused<Text>,
    /// Long name of the codec.
    codec_long_name: Unused<Text>,
    /// Codec: `h264`, `aac`.
    codec_name: Text,
    /// Tag of the codec, hex.
    codec_tag: Unused<Text>,
    /// Tag of the codec, as letters.
    codec_tag_string: Unused<Text>,
    /// Time base of the codec, a fraction.
    codec_time_base: Unused<Text>,
    /// Color primaries; video.
    color_primaries: Unused<Text>,
    /// Color range; video.
    color_range: Unused<Text>,
    /// Color transfer; video.
    color_transfer: Unused<Text>,
    /// Display aspect ratio; video.
    dar: Unused<Text>,
    /// Seconds.
    duration: Unused<Decimal>,
    /// Field order; video.
    field_order: Unused<Text>,
    /// Frames per second, `25.000000` or `50/1`; video.
    fps: Decimal,
    /// Number of B-frames; video.
    has_b_frame: Unused<Integer>,
    /// Pixels; video.
    height: Integer,
    /// Number of the stream in the file.
    index: Unused<Integer>,
    /// Language, `und` where it is not known.
    language: Unused<Text>,
    /// Level of the codec; video.
    level: Unused<Integer>,
    /// Number of frames; video.
    num_frames: Unused<Integer>,
    /// Pixel format; video.
    pix_format: Unused<Text>,
    /// Profile of the codec; video.
    profile: Unused<Text>,
    /// Number of reference frames; video.
    ref_frames: Unused<Integer>,
    /// Degrees; video.
    rotation: Unused<Decimal>,
    /// Sample aspect ratio; video.
    sar: Unused<Text>,
    /// Sample format; audio.
    sample_fmt: Unused<Text>,
    /// Hertz; audio.
    sample_rate: Unused<Integer>,
    /// Seconds.
    start_time: Unused<Decimal>,
    /// Time base, a fraction.
    timebase: Unused<Text>,
    /// Pixels; video.
    width: Integer,
}

/// What is known about a file, in our terms.
#[derive(Debug, Default)]
pub(super) struct Properties {
    pub(super) size: Option<u64>,
    pub(super) duration: Option<f64>,
    pub(super) bitrate: Option<u64>,
    pub(super) format: Option<String>,
    pub(super) width: Option<u64>,
    pub(super) height: Option<u64>,
    pub(super) fps: Option<f64>,
    pub(super) codec: Option<String>,
    /// Whether it has sound and no pictures. False where it is not known.
    pub(super) is_sound: bool,
}

impl MediaInfo {
    pub(super) fn properties(self) -> Properties {
        let format = self.format.or_default();
        let streams = self.stream.or_default();
        let is_sound = streams.video.0.is_empty() && !streams.audio.0.is_empty();
        let audio_codec = streams.audio.into_iter().next().and_then(|stream| stream.codec_name.0);
        let video = streams.video.into_iter().next().unwrap_or_default();
        Properties {
            size: format.size.count(),
            duration: format.duration.get(),
            bitrate: bitrate(&format.bitrate),
            format: format.format_name.0,
            width: video.width.count(),
            height: video.height.count(),
            fps: video.fps.get().or(video.avg_fps.get()),
            codec: video.codec_name.0.or(audio_codec),
            is_sound,
        }
    }
}

impl Properties {
    /// The input with these properties, where it does not have them yet.
    pub(super) fn describe_media(self, media: Media) -> Media {
        Media {
            size: media.size.or(self.size),
            duration: media.duration.or(self.duration),
            bitrate: media.bitrate.or(self.bitrate),
            format: media.format.or(self.format),
            width: media.width.or(self.width),
            height: media.height.or(self.height),
            fps: media.fps.or(self.fps),
            ..media
        }
    }

    /// The output with these properties, where it does not have them yet. A file with sound and no pictures is sound, whatever
    /// its name ends in.
    pub(super) fn describe_output(self, output: Output) -> Output {
        Output {
            role: if self.is_sound && output.role == Role::Video { Role::Audio } else { output.role },
            size: output.size.or(self.size),
            duration: output.duration.or(self.duration),
            bitrate: output.bitrate.or(self.bitrate),
            format: output.format.or(self.format),
            width: output.width.or(self.width),
            height: output.height.or(self.height),
            fps: output.fps.or(self.fps),
            codec: output.codec.or(self.codec),
            ..output
        }
    }
}

/// Bits per second. The published samples write kilobits with six decimals (`834.736000`) and bits without any
/// (`128000`); no document gives the unit.
fn bitrate(value: &Text) -> Option<u64> {
    let text = value.as_deref()?;
    let number = Decimal::of(text);
    if text.contains('.') { number.kilobits() } else { number.bits() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fraction_tells_kilobits_bits() {
        for (text, expected) in [("834.736000", Some(834_736)), ("128000", Some(128_000)), ("fast", None)] {
            assert_eq!(bitrate(&Text(Some(text.to_owned()))), expected, "{text}");
        }
        assert_eq!(bitrate(&Text(None)), None);
    }
}
