//! Where the answers have the members of the callbacks.

use serde_json::Value;

use crate::aliyun::{Members, Object, list, pick, text};
use crate::error::{Error, undocumented};

/// Of a stream, as `GetTranscodeTask` has it. Its address is that of the storage: a callback has that of the network that
/// delivers, with the same path.
const STREAM: Members = &[
    ("JobId", "/TranscodeJobId"),
    ("Definition", "/Definition"),
    ("ErrorCode", "/ErrorCode"),
    ("ErrorMessage", "/ErrorMessage"),
    ("FileUrl", "/OutputFile/OutputFileUrl"),
    ("Format", "/OutputFile/Format"),
    ("Size", "/OutputFile/Filesize"),
    ("Bitrate", "/OutputFile/Bitrate"),
    ("Duration", "/OutputFile/Duration"),
    ("Fps", "/OutputFile/Fps"),
    ("Width", "/OutputFile/Width"),
    ("Height", "/OutputFile/Height"),
    ("EncryptType", "/OutputFile/Encryption"),
    ("FinishTime", "/CompleteTime"),
];

/// Of an automatic review, and of what else machines find out.
pub(super) const AI: Members = &[
    ("JobId", "/JobId"),
    ("MediaId", "/MediaId"),
    ("Status", "/Status"),
    ("Code", "/Code"),
    ("Message", "/Message"),
    ("Data", "/Data"),
];

pub(super) const URL: Members = &[
    ("JobId", "/JobId"),
    ("VideoId", "/MediaId"),
    ("SourceURL", "/UploadURL"),
    ("Size", "/FileSize"),
    ("ErrorCode", "/ErrorCode"),
    ("ErrorMessage", "/ErrorMessage"),
];

pub(super) const REFRESH: Members = &[
    ("MediaRefreshJobId", "/MediaRefreshJobId"),
    ("MediaId", "/MediaId"),
    ("Status", "/Status"),
    ("TaskType", "/TaskType"),
    ("SuccessPlayUrls", "/SuccessPlayUrls"),
    ("TaskIds", "/TaskIds"),
    ("FilterPolicy", "/FilterPolicy"),
    ("ErrorCode", "/ErrorCode"),
    ("ErrorMessage", "/ErrorMessage"),
];

/// Of a live recording. In the answer of the search the video is known by the row's id.
pub(super) const RECORDING: Members = &[
    ("VideoId", "/MediaId"),
    ("VideoId", "/Video/VideoId"),
    ("StreamName", "/StreamName"),
    ("DomainName", "/DomainName"),
    ("AppName", "/AppName"),
    ("RecordStartTime", "/RecordStartTime"),
    ("RecordEndTime", "/RecordEndTime"),
];

pub(super) const VIDEO: Members = &[("VideoId", "/VideoId"), ("FileUrl", "/FileURL"), ("Size", "/Size")];
pub(super) const IMAGE: Members = &[("ImageId", "/ImageId"), ("FileURL", "/URL"), ("Size", "/Mezzanine/FileSize")];
pub(super) const ATTACHED: Members = &[("AttachedMediaId", "/MediaId"), ("FileURL", "/URL")];

pub(super) const PROPERTIES: Members = &[
    ("VideoId", "/VideoId"),
    ("Width", "/Width"),
    ("Height", "/Height"),
    ("Duration", "/Duration"),
    ("Bitrate", "/Bitrate"),
    ("Fps", "/Fps"),
    ("Size", "/Size"),
];

/// What the customer passed along. A callback has it by itself, and an answer in the whole of what a request had as user data.
///
/// <https://help.aliyun.com/document_detail/86952.html>
pub(super) fn passed_along(job: &Value) -> Option<(String, Value)> {
    let whole: Value = serde_json::from_str(text(job, "/UserData")).ok()?;
    whole.get("Extend").map(|extend| ("Extend".to_owned(), extend.clone()))
}

/// Whether a stream is not made yet.
pub(super) fn is_running(job: &Value) -> bool {
    matches!(text(job, "/TranscodeJobStatus"), "Transcoding" | "Submitted")
}

/// A stream of a video, as a callback has it. The callback's parser knows which words are documented.
pub(super) fn stream(job: &Value) -> Object {
    let status = match text(job, "/TranscodeJobStatus") {
        "TranscodeSuccess" => "success",
        "TranscodeFail" => "fail",
        "TranscodeCancelled" => "canceled",
        _ if is_running(job) => "processing",
        other => other,
    };
    let mut stream = pick(job, STREAM);
    stream.insert("Status".to_owned(), status.into());
    stream
}

/// All streams of a video. What became of the whole, they tell.
pub(super) fn streams(jobs: &[Value]) -> Object {
    let streams: Vec<Value> = jobs.iter().map(|job| stream(job).into()).collect();
    Object::from_iter([("StreamInfos".to_owned(), streams.into())])
}

/// What became of an upload, from the state of media; `None` where they are not there any more.
pub(super) fn upload_status(media: &Value) -> Result<Option<&'static str>, Error> {
    match text(media, "/Status") {
        "Uploading" => Ok(Some("processing")),
        "UploadFail" => Ok(Some("fail")),
        "Deleted" => Ok(None),
        "" => Err(undocumented("expected media with a status")),
        // Whatever came of them afterwards, they are there.
        _ => Ok(Some("success")),
    }
}

/// The event that a job which found something out ends with.
pub(super) fn ai_event(job: &Value) -> Option<&'static str> {
    match text(job, "/Type") {
        "AIMediaDNA" => Some("AIMediaDNAComplete"),
        "AIVideoTag" => Some("AIVideoTagComplete"),
        "AIVideoCensor" => Some("AIVideoCensorComplete"),
        _ => None,
    }
}

/// The ids of streams.
pub(super) fn stream_ids(jobs: &[Value]) -> Vec<String> {
    jobs.iter().map(|job| text(job, "/TranscodeJobId").to_owned()).collect()
}

/// The jobs of an answer of `ListAIJob`.
pub(super) fn ai_jobs(answer: &Value) -> &[Value] {
    list(answer, "/AIJobList/AIJob")
}
