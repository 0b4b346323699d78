//! Media files and their streams, as many events describe them.

use serde::Deserialize;

use crate::event::{Media, Output, Role};
use crate::wire::{Decimal, Integer, Many, One, Text, Unused};

/// What the vendor found out about a media file.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
pub(crate) struct MediaMetaData {
    /// Bytes. Of HLS, the sum of the playlist and its segments.
    size: Integer,
    /// Container formats that the file fits, joined by commas: `mov,mp4,m4a,3gp,3g2,mj2`.
    container: Text,
    /// Sum of the average bitrates of video and audio, bits per second.
    bitrate: Decimal,
    /// Largest height of the video streams, pixels.
    height: Integer,
    /// Largest width of the video streams, pixels.
    width: Integer,
    /// Seconds.
    duration: Decimal,
    /// Angle by which a player turns the picture, degrees.
    rotate: Unused<Integer>,
    /// Video streams.
    video_stream_set: Many<VideoStream>,
    /// Audio streams.
    audio_stream_set: Many<AudioStream>,
    /// Duration of the video, seconds.
    video_duration: Unused<Decimal>,
    /// Duration of the audio, seconds.
    audio_duration: Unused<Decimal>,
    /// MD5 of the file, hex.
    md5: Text,
}

/// A video stream.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
pub(crate) struct VideoStream {
    /// Bits per second.
    bitrate: Unused<Integer>,
    /// Pixels.
    height: Unused<Integer>,
    /// Pixels.
    width: Unused<Integer>,
    /// `h264`, `hevc`.
    codec: Text,
    /// Frames per second, a whole number.
    fps: Decimal,
    /// Tag of an H.265 stream: `hvc1` or `hev1`.
    codec_tag: Unused<Text>,
    /// Dynamic range of the picture.
    dynamic_range_info: One<DynamicRange>,
}

/// The dynamic range of a picture.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
struct DynamicRange {
    /// `SDR` or `HDR`.
    r#type: Unused<Text>,
    /// Standard of an HDR picture: `hdr10`, `hlg`.
    #[serde(rename = "HDRType")]
    hdr_type: Unused<Text>,
}

/// An audio stream.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
pub(crate) struct AudioStream {
    /// Bits per second.
    bitrate: Unused<Integer>,
    /// Hertz.
    sampling_rate: Unused<Integer>,
    /// `aac`.
    codec: Text,
}

/// A file of subtitles.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
pub(crate) struct Subtitle {
    /// ID of the subtitle. Content recognition has one only for `vtt`, since 2024-11-01.
    id: Unused<Text>,
    /// Name that a player shows. Content recognition has one only for `vtt`, since 2024-11-01.
    name: Unused<Text>,
    /// Language: `cn`, `ja`, `en-US`.
    language: Unused<Text>,
    /// `vtt` or `srt`.
    format: Text,
    /// Where the file can be fetched.
    url: Text,
    /// Where it came from, such as `UserUploaded` or `ASRTranslate`. Content recognition does not have it.
    source: Unused<Text>,
}

impl MediaMetaData {
    /// The media, as far as its metadata tells.
    pub(crate) fn media(self) -> Media {
        Media {
            size: self.size.count(),
            duration: self.duration.get(),
            width: self.width.count(),
            height: self.height.count(),
            bitrate: self.bitrate.bits(),
            fps: fps(&self.video_stream_set),
            format: self.container.0,
            md5: self.md5.0,
            ..Media::default()
        }
    }

    /// Whether it has sound and no picture, whatever the ending of its name.
    pub(crate) fn is_sound(&self) -> bool {
        is_sound(&self.video_stream_set, &self.audio_stream_set)
    }

    /// A file that was made, as far as its metadata tells.
    pub(crate) fn output(self) -> Output {
        Output {
            size: self.size.count(),
            duration: self.duration.get(),
            width: self.width.count(),
            height: self.height.count(),
            bitrate: self.bitrate.bits(),
            fps: fps(&self.video_stream_set),
            format: self.container.0,
            codec: codec(self.video_stream_set, self.audio_stream_set),
            md5: self.md5.0,
            ..Output::default()
        }
    }
}

impl Subtitle {
    pub(crate) fn output(self) -> Option<Output> {
        Some(Output { role: Role::Subtitle, format: self.format.0, url: Some(self.url.0?), ..Output::default() })
    }
}

/// Whether there is sound and no picture.
pub(crate) fn is_sound(video: &Many<VideoStream>, audio: &Many<AudioStream>) -> bool {
    video.0.is_empty() && !audio.0.is_empty()
}

/// Frames per second of the first video stream.
pub(crate) fn fps(video: &Many<VideoStream>) -> Option<f64> {
    video.0.first().and_then(|stream| stream.fps.get())
}

/// Codec of the first video stream, or of the first audio stream where there is no picture.
pub(crate) fn codec(video: Many<VideoStream>, audio: Many<AudioStream>) -> Option<String> {
    let mut streams = video.into_iter().map(|stream| stream.codec).chain(audio.into_iter().map(|stream| stream.codec));
    streams.next().and_then(Option::from)
}
