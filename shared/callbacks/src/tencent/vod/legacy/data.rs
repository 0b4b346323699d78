//! What the envelope of accounts from before 2019 holds, as its pages have it:
//! <https://github.com/tencentyun/qcloud-documents/tree/master/product/视频服务/点播/任务管理与事件通知/事件通知>.
//! The tables give bitrates in kilobits per second, the samples have bits per second: 38,394,819 bytes of 21 seconds at
//! 13,976,872.

use serde::Deserialize;

use crate::tencent::vod::basic_info::MediaBasicInfo;
use crate::tencent::vod::tasks::file::FileDeleteResult;
use crate::wire::{CamelCase, Decimal, Integer, Many, One, Text, Texts, Time, UnixTime, Unused, UserData};

/// What `data` holds. Each event has some of these; where a field had two names, both are here.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Data {
    /// Task ID.
    pub(super) vod_task_id: Text,
    /// Task ID, by its name of today.
    pub(super) task_id: Text,
    /// Error code, 0 for success; of a task flow `PROCESSING` or `FINISH`.
    pub(super) status: Text,
    /// Error code, 0 for success, by its name of today.
    pub(super) err_code: Integer,
    /// Error code as text, by its name of today.
    pub(super) err_code_ext: Text,
    /// Error message.
    pub(super) message: Text,
    /// Percent, 0 to 100.
    pub(super) progress: Decimal,
    /// ID of the media file.
    pub(super) file_id: Text,
    /// IDs of deleted files, by its name of today.
    pub(super) file_id_set: Texts,
    /// ID of the file that was cut.
    pub(super) src_file_id: Text,
    /// Name of the media file.
    pub(super) file_name: Text,
    /// Where the media file can be fetched.
    pub(super) file_url: Text,
    /// Format of the media file.
    pub(super) file_type: Unused<Text>,
    /// Where its cover can be fetched.
    pub(super) cover_url: Text,
    /// Seconds.
    pub(super) duration: Decimal,
    /// What is stored about the media file, by its name of today.
    pub(super) media_basic_info: One<MediaBasicInfo>,
    /// What the vendor found out about the media file.
    pub(super) meta_data: One<CamelCase<Found>>,
    /// Files that were made or deleted.
    pub(super) file_info: Many<CamelCase<File>>,
    /// Files that were made, by its name of today.
    pub(super) file_info_set: Many<CamelCase<File>>,
    /// What was deleted of each file, by its name of today.
    pub(super) file_delete_result_info: Many<FileDeleteResult>,
    /// Encodings.
    pub(super) play_set: Many<CamelCase<Play>>,
    /// Encodings, by its name of today.
    pub(super) play_info_set: Many<CamelCase<Play>>,
    /// Pictures at given times.
    pub(super) pic_info: Many<CamelCase<Picture>>,
    /// Pictures at given times, by its name of today.
    pub(super) snapshot_info_set: Many<CamelCase<Picture>>,
    /// Where large pictures of many small ones can be fetched.
    pub(super) image_sprite_url: Texts,
    /// Where large pictures of many small ones can be fetched, by its name of today.
    pub(super) image_sprite_url_set: Texts,
    /// Where a `WebVTT` file can be fetched that tells the time and place of each small picture.
    pub(super) web_vtt_url: Text,
    /// ID of the template.
    pub(super) definition: Text,
    /// How many small pictures there are.
    pub(super) total_count: Unused<Integer>,
    /// Sub-tasks of a task flow: media processing.
    pub(super) process_task_list: Many<CamelCase<SubTask>>,
    /// Sub-tasks of a task flow: content review.
    pub(super) content_review_list: Many<CamelCase<SubTask>>,
    /// Sub-tasks of a task flow: content analysis. The vendor writes two letters of the key large.
    #[serde(rename = "aIAnalysisList")]
    pub(super) analysis_list: Many<CamelCase<SubTask>>,
    /// The same, as it would be spelled.
    pub(super) ai_analysis_list: Many<CamelCase<SubTask>>,
    /// What was found objectionable in pictures, before there was `contentReviewList`.
    pub(super) ai_review: One<CamelCase<AiReview>>,
    /// The same with two letters of the key large, as in `aIAnalysisList`.
    #[serde(rename = "aIReview")]
    pub(super) review: One<CamelCase<AiReview>>,
    /// Pornographic pictures in the media.
    pub(super) porn_img_url: Many<CamelCase<PornPicture>>,
    /// How the media is encrypted.
    pub(super) drm: One<CamelCase<Drm>>,
    /// Task ID of the encoding that the upload started.
    pub(super) transcode_task_id: Text,
    /// Task ID of the flow that the upload started.
    pub(super) procedure_task_id: Text,
    /// Task ID of the review that the upload started.
    pub(super) review_audio_video_task_id: Text,
    /// Task ID of the large pictures that the upload started.
    pub(super) image_sprite_task_id: Text,
    /// Task ID of the search for pornographic pictures that the upload started.
    pub(super) porncheck_task_id: Text,
    /// Bytes.
    pub(super) file_size: Integer,
    /// Pixels.
    pub(super) width: Integer,
    /// Pixels.
    pub(super) height: Integer,
    /// Bits per second.
    pub(super) bitrate: Decimal,
    /// Where an uploaded file came from: `Record`, `ClientUpload`, `ServerUpload`.
    pub(super) source_type: Text,
    /// What the customer attached to the upload. Recordings have the stream's address here.
    pub(super) source_context: UserData,
    /// Who uploaded it.
    pub(super) author: Unused<Text>,
    /// ID of the live stream that was recorded.
    pub(super) stream_id: Unused<Text>,
    /// What the customer attached to the request.
    pub(super) session_context: UserData,
    /// The customer's key against doubled requests.
    pub(super) session_id: Unused<Text>,
}

/// A file that was made or deleted.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
pub(super) struct File {
    /// Error code; 0 means success.
    pub(super) status: Text,
    /// Error code, by its name of today.
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

/// An encoding.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Play {
    /// Where the file can be fetched.
    pub(super) url: Text,
    /// ID of the template; 0 for the original file.
    pub(super) definition: Text,
    /// Bits per second.
    pub(super) vbitrate: Decimal,
    /// Bits per second, by its name of today.
    pub(super) bitrate: Decimal,
    /// Pixels.
    pub(super) vheight: Integer,
    /// Pixels, by its name of today.
    pub(super) height: Integer,
    /// Pixels.
    pub(super) vwidth: Integer,
    /// Pixels, by its name of today.
    pub(super) width: Integer,
}

/// A picture at a given time.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Picture {
    /// Error code; 0 means success.
    pub(super) status: Text,
    /// Error code, by its name of today.
    pub(super) err_code: Integer,
    /// The time, milliseconds.
    pub(super) time_offset: Unused<Integer>,
    /// Where the picture can be fetched.
    pub(super) url: Text,
    /// What was found in it: `Porn`. Of `aiReview` only.
    pub(super) risk_type: Unused<Texts>,
}

/// What the vendor found out about a media file, and what a sub-task made.
///
/// Each kind of sub-task has some of these: `Transcode` and `AnimatedGraphics` a file, `SampleSnapshot`,
/// `SnapshotByTimeOffset`, `CoverBySnapshot` and `ImageSprites` pictures, `PullFile` a media file, content review its
/// findings, content analysis no files at all.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Found {
    /// Where the file can be fetched.
    pub(super) url: Text,
    /// ID of the media file that it became.
    pub(super) file_id: Text,
    /// ID of the template.
    pub(super) definition: Text,
    /// Bytes.
    pub(super) size: Integer,
    /// Bytes, of a file that was pulled.
    pub(super) file_size: Integer,
    /// Container formats.
    pub(super) container: Text,
    /// Bits per second.
    pub(super) bitrate: Decimal,
    /// Pixels.
    pub(super) height: Integer,
    /// Pixels.
    pub(super) width: Integer,
    /// Seconds.
    pub(super) duration: Decimal,
    /// Frames per second of an animated image.
    pub(super) fps: Decimal,
    /// MD5 of the file, hex.
    pub(super) md5: Text,
    /// Angle by which a player turns the picture, degrees.
    pub(super) rotate: Unused<Integer>,
    /// Video streams.
    pub(super) video_stream_list: Many<CamelCase<Stream>>,
    /// Video streams, by its name of today.
    pub(super) video_stream_set: Many<CamelCase<Stream>>,
    /// Audio streams.
    pub(super) audio_stream_list: Many<CamelCase<Stream>>,
    /// Audio streams, by its name of today.
    pub(super) audio_stream_set: Many<CamelCase<Stream>>,
    /// Duration of the video, seconds.
    pub(super) video_duration: Unused<Decimal>,
    /// Duration of the audio, seconds.
    pub(super) audio_duration: Unused<Decimal>,
    /// Where pictures can be fetched.
    pub(super) image_urls: Texts,
    /// Where the cover can be fetched. The table has a list, the sample an address.
    pub(super) image_url: Texts,
    /// Pictures at given times.
    pub(super) img_info: Many<CamelCase<Picture>>,
    /// Where large pictures of many small ones can be fetched.
    pub(super) url_list: Texts,
    /// Where a `WebVTT` file can be fetched that tells the time and place of each small picture.
    pub(super) web_vtt_url: Text,
    /// How many small pictures there are.
    pub(super) total_count: Unused<Integer>,
    /// How sure the finding of a review is, 0 to 100.
    pub(super) confidence: Decimal,
    /// What to do: `pass`, `review` or `block`.
    pub(super) suggestion: Text,
    /// What was found.
    pub(super) label: Text,
    /// The suspicious segments.
    pub(super) segments: Many<CamelCase<Segment>>,
    /// The categories that the media belongs to.
    pub(super) classifications: Unused<Many<CamelCase<Category>>>,
    /// What the media shows.
    pub(super) tags: Unused<Many<CamelCase<ShownThing>>>,
}

/// A category that the media belongs to.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Category {
    /// Name of the category.
    classification: Unused<Text>,
    /// How sure it is, 0 to 100.
    confidence: Unused<Decimal>,
}

/// A thing that the media shows.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
pub(super) struct ShownThing {
    /// Name of the thing.
    tag: Unused<Text>,
    /// How sure it is, 0 to 100.
    confidence: Unused<Decimal>,
}

/// A stream of a media file.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Stream {
    /// Bits per second.
    pub(super) bitrate: Unused<Integer>,
    /// Pixels.
    pub(super) height: Unused<Integer>,
    /// Pixels.
    pub(super) width: Unused<Integer>,
    /// `h264`, `aac`.
    pub(super) codec: Text,
    /// Frames per second.
    pub(super) fps: Decimal,
    /// Hertz.
    pub(super) sampling_rate: Unused<Integer>,
    /// Tag of an H.265 stream, as today.
    pub(super) codec_tag: Unused<Text>,
    /// Dynamic range of the picture, as today.
    pub(super) dynamic_range_info: Unused<Text>,
}

/// A suspicious segment of the media.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Segment {
    /// Where it starts, seconds.
    pub(super) start_time_offset: Unused<Decimal>,
    /// Where it ends, seconds.
    pub(super) end_time_offset: Unused<Decimal>,
    /// How sure the finding is, 0 to 100.
    pub(super) confidence: Unused<Decimal>,
    /// What to do: `pass`, `review` or `block`.
    pub(super) suggestion: Unused<Text>,
    /// Where a picture of it can be fetched until it is deleted.
    pub(super) url: Text,
    /// When that picture is deleted, Unix seconds.
    pub(super) pic_url_expire_time_stamp: UnixTime,
}

/// What was found objectionable in pictures.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
pub(super) struct AiReview {
    /// ID of the template.
    pub(super) definition: Text,
    /// What was found: `Porn`; nothing where the list is empty.
    pub(super) risk_type: Texts,
    /// The pictures in which it was found.
    pub(super) img_info: Many<CamelCase<Picture>>,
    /// `PROCESSING`, `SUCCESS` or `FAIL`. In no table.
    pub(super) status: Text,
    /// Error code; 0 means success. In no table.
    pub(super) err_code: Integer,
    /// Error message. In no table.
    pub(super) message: Text,
}

/// A pornographic picture in the media.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
pub(super) struct PornPicture {
    /// Where it is in the media, `05:10:26`.
    pub(super) pic_time: Unused<Text>,
    /// Where the picture can be fetched.
    pub(super) pic_url: Text,
}

/// How the media is encrypted.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Drm {
    /// ID of the template.
    definition: Unused<Integer>,
    /// Where the keys are kept: `VodBuildInKMS`, `QCloudKMS`, `PrivateKMS`.
    key_source: Unused<Text>,
    /// Address of the keys, which is no file.
    get_key_url: Unused<Text>,
    /// The encrypted keys.
    edk_list: Unused<Texts>,
}

/// A sub-task of a task flow.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
pub(super) struct SubTask {
    /// What it did: `Transcode`, `AnimatedGraphics`, `SampleSnapshot`, `SnapshotByTimeOffset`, `CoverBySnapshot`,
    /// `ImageSprites`, `PullFile`; `Porn`, `Terriorism`, as the vendor spells it; `Classification`, `Tag`.
    pub(super) task_type: Text,
    /// `PROCESSING`, `SUCCESS` or `FAIL`.
    pub(super) status: Text,
    /// Error code; 0 means success.
    pub(super) err_code: Integer,
    /// Error code as text, by its name of today.
    pub(super) err_code_ext: Text,
    /// Error message.
    pub(super) message: Text,
    /// Percent, 0 to 100.
    pub(super) progress: Unused<Integer>,
    /// When work on it began, UTC.
    pub(super) begin_process_time: Time,
    /// When it ended, UTC.
    pub(super) finish_time: Time,
    /// What it was asked to do.
    pub(super) input: One<CamelCase<SubTaskInput>>,
    /// What it made or found. Not where it failed.
    pub(super) output: One<CamelCase<Found>>,
}

/// What a sub-task was asked to do.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
pub(super) struct SubTaskInput {
    /// ID of the template.
    pub(super) definition: Text,
    /// Whether there is a watermark: 0 or 1.
    pub(super) watermark: Unused<Integer>,
    /// IDs of the watermarks' templates.
    pub(super) watermark_definition: Unused<Texts>,
    /// Blurred areas.
    pub(super) mosaic_list: Unused<Many<CamelCase<BlurredArea>>>,
    /// Where an animated image starts, seconds.
    pub(super) start_time: Unused<Decimal>,
    /// Where an animated image ends, seconds.
    pub(super) end_time: Unused<Decimal>,
    /// Times of pictures, milliseconds.
    pub(super) time_offset: Unused<Texts>,
    /// What `position` counts: `Time` or `Percent`.
    pub(super) position_type: Unused<Text>,
    /// Where the cover is taken, seconds or percent of the duration.
    pub(super) position: Unused<Decimal>,
    /// Address of the file that was pulled.
    pub(super) url: Unused<Text>,
    /// Name of the file that was pulled.
    pub(super) file_name: Unused<Text>,
    /// MD5 of the file that was pulled, hex.
    pub(super) md5: Unused<Text>,
}

/// A blurred area. Lengths are in pixels (`100px`) or percent of the picture's width or height (`10%`).
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
pub(super) struct BlurredArea {
    /// Its width.
    width: Unused<Text>,
    /// Its height.
    height: Unused<Text>,
    /// Distance of its left edge from that of the picture.
    left: Unused<Text>,
    /// Distance of its upper edge from that of the picture.
    top: Unused<Text>,
    /// From when it is there, seconds.
    start_time_offset: Unused<Decimal>,
    /// Until when it is there, seconds.
    end_time_offset: Unused<Decimal>,
}
