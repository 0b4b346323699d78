//! What the envelope of accounts from before 2019 holds.

use serde::Deserialize;

use crate::tencent::vod::basic_info::MediaBasicInfo;
use crate::tencent::vod::media::{AudioStream, VideoStream};
use crate::tencent::vod::tasks::file::FileDeleteResult;
use crate::wire::{CamelCase, Decimal, Integer, Many, One, Text, Texts, Time, Unused, UserData};

/// What `data` holds. Each event has some of these; where a field had two names, both are here.
#[derive(Debug, Default, Deserialize)]
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
    pub(super) meta_data: One<CamelCase<MetaData>>,
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
    /// Sub-tasks of a task flow.
    pub(super) process_task_list: Many<CamelCase<SubTask>>,
    /// Task ID of the encoding that the upload started.
    pub(super) transcode_task_id: Unused<Text>,
    /// Task ID of the flow that the upload started.
    pub(super) procedure_task_id: Unused<Text>,
    /// Task ID of the review that the upload started.
    pub(super) review_audio_video_task_id: Unused<Text>,
    /// Where an uploaded file came from: `Record`, `ClientUpload`, `ServerUpload`.
    pub(super) source_type: Unused<Text>,
    /// What the customer attached to the upload. Recordings have the stream's address here.
    pub(super) source_context: Unused<Text>,
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
}

/// What the vendor found out about a media file.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct MetaData {
    /// Bytes.
    pub(super) size: Integer,
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
    /// Angle by which a player turns the picture, degrees.
    pub(super) rotate: Unused<Integer>,
    /// Video streams.
    pub(super) video_stream_set: Many<VideoStream>,
    /// Audio streams.
    pub(super) audio_stream_set: Many<AudioStream>,
    /// Duration of the video, seconds.
    pub(super) video_duration: Unused<Decimal>,
    /// Duration of the audio, seconds.
    pub(super) audio_duration: Unused<Decimal>,
    /// MD5 of the file, hex.
    pub(super) md5: Unused<Text>,
}

/// A sub-task of a task flow. What it made is in no document that still exists, but for the address.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct SubTask {
    /// What it did: `Transcode`, `CoverBySnapshot`.
    pub(super) task_type: Text,
    /// `PROCESSING`, `SUCCESS` or `FAIL`.
    pub(super) status: Text,
    /// Error code; 0 means success.
    pub(super) err_code: Integer,
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
    /// What it made.
    pub(super) output: One<CamelCase<SubTaskOutput>>,
}

/// What a sub-task was asked to do.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct SubTaskInput {
    /// ID of the template.
    pub(super) definition: Text,
}

/// What a sub-task made.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct SubTaskOutput {
    /// Where the file can be fetched.
    pub(super) url: Text,
    /// ID of the template.
    pub(super) definition: Text,
}
