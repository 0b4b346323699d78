//! What a transcoded file is.

use serde::Deserialize;

use super::role_of;
use crate::event::{Output, Role};
use crate::wire::{Any, Decimal, Integer, Many, One, Text};

/// `OutFileMeta`: properties of a file and of its streams, most of them as strings.
///
/// The tables refer to the response of `GetTranscodeJob`, whose keys are spelled otherwise (`FileBasicInfo`, `Codec_name`)
/// and which knows no `playStreamInfo` and no subtitles. In the samples, keys of several words are in `camelCase` for files
/// and audio and, for the most part, in `snake_case` for video; here either spelling is read everywhere.
///
/// All bitrates are in kilobits per second, which no text says: 16078713 bytes in 403 seconds are 319 kbps, the sample's
/// `bitrate` of the file, and 23147779 bytes in 25.633 seconds the other sample's 7224.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct FileMeta {
    /// The file as a whole.
    #[serde(alias = "file_basic_info")]
    file_basic_info: One<FileBasicInfo>,
    /// The file as something to play. Only in the sample of `MediaConvertOutputComplete`.
    #[serde(alias = "play_stream_info")]
    play_stream_info: One<PlayStreamInfo>,
    /// The streams with pictures.
    #[serde(alias = "video_stream_info_list")]
    video_stream_info_list: Many<Stream>,
    /// The streams with sound.
    #[serde(alias = "audio_stream_info_list")]
    audio_stream_info_list: Many<Stream>,
    /// The streams with subtitles; empty in the samples.
    #[serde(alias = "subtitle_stream_info_list")]
    subtitle_stream_info_list: Many<Stream>,
}

/// `fileBasicInfo`.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct FileBasicInfo {
    /// Media asset ID.
    #[serde(alias = "media_id")]
    media_id: Any,
    /// Seconds, without a fraction.
    duration: Decimal,
    /// Name of the file, without its path.
    #[serde(alias = "file_name")]
    file_name: Any,
    /// Bytes. Absent in the sample of `MediaConvertOutputComplete`, where the play stream has it.
    #[serde(alias = "file_size")]
    file_size: Integer,
    /// `Normal`.
    #[serde(alias = "file_status")]
    file_status: Any,
    /// Container formats, separated by commas: `mov,mp4,m4a,3gp,3g2,mj2`.
    #[serde(alias = "format_name")]
    format_name: Text,
    /// Pixels.
    width: Integer,
    /// Pixels.
    height: Integer,
    /// Kilobits per second.
    #[serde(alias = "bit_rate")]
    bitrate: Decimal,
    /// Where the file lies.
    #[serde(alias = "file_url", alias = "fileURL")]
    file_url: Text,
    /// Region of the file: `cn-shanghai`.
    region: Text,
    /// `source_file` or `transcode_file`.
    #[serde(alias = "file_type")]
    file_type: Any,
}

/// `playStreamInfo`. The document says nothing about it.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct PlayStreamInfo {
    /// Kilobits per second; digits in a string.
    #[serde(alias = "bit_rate")]
    bitrate: Any,
    /// When the stream was made, UTC.
    #[serde(alias = "creation_time")]
    creation_time: Any,
    /// The rendition as a number, 3 in the sample. What the numbers stand for is not said.
    definition: Text,
    /// Seconds, without a fraction; digits in a string.
    duration: Any,
    /// Whether the file is encrypted: 0 in the sample.
    encrypt: Any,
    /// Bytes; a number.
    #[serde(alias = "file_size")]
    file_size: Integer,
    /// Where the file lies.
    #[serde(alias = "file_url", alias = "fileURL")]
    file_url: Text,
    /// Ending of the file's name: `mp4`.
    format: Any,
    /// Frames per second; a number in a string.
    fps: Any,
    /// Pixels; a number.
    height: Any,
    /// The event's `TaskId`.
    #[serde(alias = "job_id")]
    job_id: Any,
    /// 1 in the sample.
    state: Any,
    /// 1 in the sample.
    #[serde(alias = "trans_template_type")]
    trans_template_type: Any,
    /// 1 in the sample.
    r#type: Any,
    /// The account, 16 digits; a number.
    #[serde(alias = "user_id")]
    user_id: Any,
    /// Pixels; a number.
    width: Any,
}

/// One stream of a file. What it holds decides which fields it has; numbers are in strings.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Stream {
    /// Its place among the file's streams, from 0.
    index: Any,
    /// The event's `TaskId`.
    #[serde(alias = "job_id")]
    job_id: Any,
    /// Codec: `h264`.
    #[serde(alias = "codec_name")]
    codec_name: Text,
    /// Codec in words: `H.264 / AVC / MPEG-4 AVC / MPEG-4 part 10`.
    #[serde(alias = "codec_long_name")]
    codec_long_name: Any,
    /// Tag of the codec in the container, as a number: `0x31637661`.
    #[serde(alias = "codec_tag")]
    codec_tag: Any,
    /// The same tag as a text: `avc1`.
    #[serde(alias = "codec_tag_string")]
    codec_tag_string: Any,
    /// The codec's unit of time in seconds, a fraction: `1/50`.
    #[serde(alias = "codec_time_base")]
    codec_time_base: Any,
    /// The stream's unit of time in seconds, a fraction: `1/12800`. `timebase` of audio, `time_base` of video.
    #[serde(alias = "time_base", alias = "timebase")]
    time_base: Any,
    /// Where the stream starts, in seconds.
    #[serde(alias = "start_time")]
    start_time: Any,
    /// Seconds, with a fraction.
    duration: Any,
    /// Kilobits per second, with a fraction. `bitrate` of audio, `bit_rate` of video.
    #[serde(alias = "bit_rate", alias = "bitRate")]
    bitrate: Any,
    /// Number of frames.
    #[serde(alias = "num_frames")]
    num_frames: Any,
    /// Language, three letters: `und` where it is not known.
    lang: Any,
    /// Profile of the codec: `High`, `LC`.
    profile: Any,
    /// Video: level of the codec, `31` for 3.1.
    level: Any,
    /// Video: pixels.
    width: Any,
    /// Video: pixels.
    height: Any,
    /// Video: frames per second.
    fps: Decimal,
    /// Video: frames per second on average.
    #[serde(alias = "avg_fps")]
    avg_fps: Any,
    /// Video: how many B-frames may follow each other, 0 for none; the samples have 2 and 4.
    #[serde(alias = "has_b_frames")]
    has_b_frames: Any,
    /// Video: shape of a pixel: `32:21`. `0:1` where it is not known.
    sar: Any,
    /// Video: shape of the picture: `16:9`. `0:1` where it is not known.
    dar: Any,
    /// Video: how pixels are stored: `yuv420p`.
    #[serde(alias = "pix_fmt")]
    pix_fmt: Any,
    /// Video: by how much the picture is to be turned: 0, 90, 180 or 270 degrees.
    rotate: Any,
    /// Audio: how samples are stored: `fltp`.
    #[serde(alias = "sample_fmt")]
    sample_fmt: Any,
    /// Audio: samples per second.
    #[serde(alias = "sample_rate")]
    sample_rate: Any,
    /// Audio: number of channels.
    channels: Any,
    /// Audio: the channels in words: `stereo`.
    #[serde(alias = "channel_layout")]
    channel_layout: Any,
}

impl FileMeta {
    /// The file with these properties that lies there; none where neither the event nor they say where it lies.
    pub(super) fn output(self, output_url: Text) -> Option<Output> {
        let file = self.file_basic_info.or_default();
        let play = self.play_stream_info.or_default();
        let video = self.video_stream_info_list.into_iter().next();
        let audio = self.audio_stream_info_list.into_iter().next();
        let url = output_url.or(file.file_url).or(play.file_url).0?;
        let otherwise = if video.is_none() && audio.is_some() { Role::Audio } else { Role::Video };
        Some(Output {
            role: role_of(&url, otherwise),
            url: Some(url),
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
