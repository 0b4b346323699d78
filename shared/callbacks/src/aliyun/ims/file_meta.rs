//! What a transcoded file is.

use serde::Deserialize;

use super::role_of;
use crate::event::{Output, Role};
use crate::wire::{CamelCase, Decimal, Integer, Many, One, Text, Time, Unused};

/// `OutFileMeta`: properties of a file and of its streams, most of them as strings.
///
/// The tables refer to the response of `GetTranscodeJob`, whose keys are in `PascalCase` (`FileBasicInfo`, `Codec_name`) and
/// which knows no `playStreamInfo` and no subtitles. In the samples, keys of several words are in `camelCase` for files and
/// audio and, for the most part, in `snake_case` for video. [`CamelCase`] makes them one spelling.
///
/// All bitrates are in kilobits per second, which no text says: 16078713 bytes in 403 seconds are 319 kbps, the sample's
/// `bitrate` of the file, and 23147779 bytes in 25.633 seconds the other sample's 7224.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
pub(super) struct FileMeta {
    /// The file as a whole.
    file_basic_info: One<CamelCase<FileBasicInfo>>,
    /// The file as something to play. Only in the sample of `MediaConvertOutputComplete`.
    play_stream_info: One<CamelCase<PlayStreamInfo>>,
    /// The streams with pictures.
    video_stream_info_list: Many<CamelCase<Stream>>,
    /// The streams with sound.
    audio_stream_info_list: Many<CamelCase<Stream>>,
    /// The streams with subtitles; empty in the samples.
    subtitle_stream_info_list: Many<CamelCase<Stream>>,
}

/// `fileBasicInfo`.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
struct FileBasicInfo {
    /// ID of the media asset that the file belongs to.
    media_id: Text,
    /// Seconds, without a fraction.
    duration: Decimal,
    /// Name of the file, without its path.
    file_name: Unused<Text>,
    /// Bytes. Absent in the sample of `MediaConvertOutputComplete`, where the play stream has it.
    file_size: Integer,
    /// `Normal`.
    file_status: Unused<Text>,
    /// Container formats, separated by commas: `mov,mp4,m4a,3gp,3g2,mj2`.
    format_name: Text,
    /// Pixels.
    width: Integer,
    /// Pixels.
    height: Integer,
    /// Kilobits per second.
    bitrate: Decimal,
    /// Where the file lies.
    file_url: Text,
    /// Region of the file: `cn-shanghai`.
    region: Text,
    /// `source_file` or `transcode_file`.
    file_type: Unused<Text>,
}

/// `playStreamInfo`. The document says nothing about it.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
struct PlayStreamInfo {
    /// Kilobits per second; digits in a string.
    bitrate: Unused<Decimal>,
    /// When the stream was made, UTC.
    creation_time: Unused<Time>,
    /// The rendition as a number, 3 in the sample. What the numbers stand for is not said.
    definition: Text,
    /// Seconds, without a fraction; digits in a string.
    duration: Unused<Decimal>,
    /// Whether the file is encrypted: 0 in the sample.
    encrypt: Unused<Integer>,
    /// Bytes; a number.
    file_size: Integer,
    /// Where the file lies.
    file_url: Text,
    /// Ending of the file's name: `mp4`.
    format: Unused<Text>,
    /// Frames per second; a number in a string.
    fps: Unused<Decimal>,
    /// Pixels; a number.
    height: Unused<Integer>,
    /// The event's `TaskId`.
    job_id: Unused<Text>,
    /// 1 in the sample.
    state: Unused<Integer>,
    /// 1 in the sample.
    trans_template_type: Unused<Integer>,
    /// 1 in the sample.
    r#type: Unused<Integer>,
    /// The account, 16 digits; a number.
    user_id: Unused<Integer>,
    /// Pixels; a number.
    width: Unused<Integer>,
}

/// One stream of a file. What it holds decides which fields it has; numbers are in strings.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
struct Stream {
    /// Its place among the file's streams, from 0.
    index: Unused<Integer>,
    /// The event's `TaskId`.
    job_id: Unused<Text>,
    /// Codec: `h264`.
    codec_name: Text,
    /// Codec in words: `H.264 / AVC / MPEG-4 AVC / MPEG-4 part 10`.
    codec_long_name: Unused<Text>,
    /// Tag of the codec in the container, as a number: `0x31637661`.
    codec_tag: Unused<Text>,
    /// The same tag as a text: `avc1`.
    codec_tag_string: Unused<Text>,
    /// The codec's unit of time in seconds, a fraction: `1/50`.
    codec_time_base: Unused<Text>,
    /// The stream's unit of time in seconds, a fraction: `1/12800`. `time_base` of video.
    time_base: Unused<Text>,
    /// The same of audio, `timebase`.
    timebase: Unused<Text>,
    /// Where the stream starts, in seconds.
    start_time: Unused<Decimal>,
    /// Seconds, with a fraction.
    duration: Unused<Decimal>,
    /// Kilobits per second, with a fraction. `bitrate` of audio.
    bitrate: Unused<Decimal>,
    /// The same of video, `bit_rate`.
    bit_rate: Unused<Decimal>,
    /// Number of frames.
    num_frames: Unused<Integer>,
    /// Language, three letters: `und` where it is not known.
    lang: Unused<Text>,
    /// Profile of the codec: `High`, `LC`.
    profile: Unused<Text>,
    /// Video: level of the codec, `31` for 3.1.
    level: Unused<Integer>,
    /// Video: pixels.
    width: Unused<Integer>,
    /// Video: pixels.
    height: Unused<Integer>,
    /// Video: frames per second.
    fps: Decimal,
    /// Video: frames per second on average.
    avg_fps: Unused<Decimal>,
    /// Video: how many B-frames may follow each other, 0 for none; the samples have 2 and 4.
    has_b_frames: Unused<Integer>,
    /// Video: shape of a pixel: `32:21`. `0:1` where it is not known.
    sar: Unused<Text>,
    /// Video: shape of the picture: `16:9`. `0:1` where it is not known.
    dar: Unused<Text>,
    /// Video: how pixels are stored: `yuv420p`.
    pix_fmt: Unused<Text>,
    /// Video: by how much the picture is to be turned: 0, 90, 180 or 270 degrees.
    rotate: Unused<Integer>,
    /// Audio: how samples are stored: `fltp`.
    sample_fmt: Unused<Text>,
    /// Audio: samples per second.
    sample_rate: Unused<Integer>,
    /// Audio: number of channels.
    channels: Unused<Integer>,
    /// Audio: the channels in words: `stereo`.
    channel_layout: Unused<Text>,
}

impl FileMeta {
    /// The file with these properties: of the media asset with this ID, and at this URL, as far as the event says so. None where
    /// neither the event nor the properties name a file.
    pub(super) fn output(self, media_id: Text, output_url: Text) -> Option<Output> {
        let file = self.file_basic_info.or_default().0;
        let play = self.play_stream_info.or_default().0;
        let video = self.video_stream_info_list.into_iter().next().map(|CamelCase(stream)| stream);
        let audio = self.audio_stream_info_list.into_iter().next().map(|CamelCase(stream)| stream);
        let id = media_id.or(file.media_id).0;
        let url = output_url.or(file.file_url).or(play.file_url).0;
        if id.is_none() && url.is_none() {
            return None;
        }
        let role = url.as_deref().map_or(Role::Video, |url| role_of(url, Role::Video));
        // A file with sound and no pictures is sound, whatever its name ends in.
        let is_audio = role == Role::Video && video.is_none() && audio.is_some();
        Some(Output {
            id,
            role: if is_audio { Role::Audio } else { role },
            url,
            region: file.region.0,
            size: file.file_size.count().or(play.file_size.count()),
            duration: file.duration.get(),
            width: file.width.count(),
            height: file.height.count(),
            bitrate: file.bitrate.kilobits(),
            fps: video.as_ref().and_then(|stream| stream.fps.get()),
            format: file.format_name.0,
            codec: video.or(audio).and_then(|stream| stream.codec_name.0),
            definition: play.definition.0,
            ..Output::default()
        })
    }
}
