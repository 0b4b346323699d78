//! The state of media, how they came, and the search for them.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::{AI, AUDIT, body, end, ids, text};
use crate::query::aliyun::{Object, Parameters, Refusal, rename, seconds};
use crate::query::jobs::{Job, Store};

/// The event of a video or of sound that was uploaded.
const UPLOAD: &str = "FileUploadComplete";

/// The event of a live stream that was recorded as a video.
const RECORDED: &str = "AddLiveRecordVideoComplete";

/// The most media that a search gives, on all of its pages.
const MOST_MEDIA: usize = 5000;

/// The most pages of a search without the mark of the last one.
const MOST_PAGES: usize = 200;

/// The file of a video that was uploaded, and its properties, which are known where they were read.
pub(super) fn mezzanine(store: &mut Store, parameters: &Parameters) -> Result<Value, Refusal> {
    parameters.only(store, &["VideoId"])?;
    let id = parameters.required(store, "VideoId")?;
    let jobs = [UPLOAD, "VideoAnalysisComplete"].map(|end| store.find(end, id));
    let job = jobs.iter().flatten().next().ok_or((404, "InvalidVideo.NotFound"))?;
    let mut info: Object = jobs.iter().flatten().flat_map(|job| body(job)).collect();
    rename(&mut info, "FileUrl", "FileURL");
    let status = status(store, job);
    info.insert("Status".to_owned(), status.into());
    info.insert("CreationTime".to_owned(), seconds(job.created_at));
    Ok(json!({ "Mezzanine": info }))
}

/// Up to 20 images. Those that are not there are listed.
pub(super) fn images(store: &mut Store, parameters: &Parameters) -> Result<Value, Refusal> {
    files(store, parameters, "ImageIds", "ImageUploadComplete", ["ImageId", "ImageInfo", "NonExistImageIds"])
}

/// Up to 20 attached media. Those that are not there are listed.
pub(super) fn attached(store: &mut Store, parameters: &Parameters) -> Result<Value, Refusal> {
    let names = ["MediaId", "AttachedMediaList", "NonExistMediaIds"];
    files(store, parameters, "MediaIds", "AttachedMediaUploadComplete", names)
}

fn files(
    store: &mut Store,
    parameters: &Parameters,
    parameter: &str,
    end: &str,
    [id_name, found_name, gone_name]: [&str; 3],
) -> Result<Value, Refusal> {
    parameters.only(store, &[parameter])?;
    let ids = ids(store, parameters, parameter, 20)?;
    let info = |job: &Job| {
        let mut info = body(job);
        rename(&mut info, "FileURL", "URL");
        rename(&mut info, "AttachedMediaId", id_name);
        let size = info.remove("Size");
        info.insert("Mezzanine".to_owned(), json!({ "FileSize": size }));
        info.insert("Status".to_owned(), status(store, job).into());
        info
    };
    let found: Vec<Object> = ids.iter().filter_map(|id| store.find(end, id)).map(info).collect();
    let gone: Vec<&String> = ids.iter().filter(|id| store.find(end, id).is_none()).collect();
    Ok(json!({ found_name: found, gone_name: gone }))
}

/// What became of an upload.
fn status(store: &Store, job: &Job) -> &'static str {
    match text(&body(job), "Status") {
        _ if !store.has_ended(job) => "Uploading",
        "fail" if end(job).ends_with("UploadComplete") || end(job) == RECORDED => "UploadFail",
        _ => "Normal",
    }
}

/// How up to 20 videos were uploaded, where whoever uploaded them reported it.
pub(super) fn upload_details(store: &mut Store, parameters: &Parameters) -> Result<Value, Refusal> {
    parameters.only(store, &["MediaIds", "MediaType"])?;
    if parameters.of("MediaType").is_some_and(|media| media != "video") {
        store.complain("details of other media than videos");
        return Err((400, "InvalidParameter"));
    }
    let ids = ids(store, parameters, "MediaIds", 20)?;
    let found = |id: &String| store.find(UPLOAD, id).filter(|job| job.is_reported);
    let detail = |job: &Job| {
        let time = store.has_ended(job).then(|| seconds(job.ended_at));
        json!({
            "MediaId": body(job).get("VideoId"), "Status": status(store, job), "UploadSource": "WebSDK",
            "CreationTime": seconds(job.created_at), "CompletionTime": time.unwrap_or_default(),
        })
    };
    let details: Vec<Value> = ids.iter().filter_map(found).map(detail).collect();
    let gone: Vec<&String> = ids.iter().filter(|id| found(id).is_none()).collect();
    Ok(json!({ "UploadDetails": details, "NonExistMediaIds": gone, "ForbiddenMediaIds": [] }))
}

/// The media of a type, the oldest first. A video is there if it came in any way, or a callback names it. By itself the search gives
/// only what all media have.
pub(super) fn search(store: &mut Store, parameters: &Parameters) -> Result<Value, Refusal> {
    parameters.only(store, &["SearchType", "Fields", "Match", "SortBy", "PageNo", "PageSize"])?;
    let size = parameters.number(store, "PageSize", 10, 1..=100)?;
    let number = parameters.number(store, "PageNo", 1, 1..=MOST_PAGES.min(MOST_MEDIA / size))?;
    let wanted = Wanted::of(parameters.of("Match").unwrap_or_default()).ok_or_else(|| {
        store.complain("a search of another form");
        (400, "InvalidParameter")
    })?;
    if matches!(wanted, Wanted::Created(..)) && parameters.of("SortBy") != Some("CreationTime:Asc") {
        store.complain("a search in another order");
        return Err((400, "InvalidParameter"));
    }
    let r#type = parameters.of("SearchType").unwrap_or("video");
    let (member, known): (_, &[&str]) = match r#type {
        "video" => ("Video", &["Status", "MediaSource"]),
        "audio" => ("Audio", &["Status", "MediaSource"]),
        "image" => ("Image", &["Status"]),
        "attached" => ("AttachedMedia", &["Status"]),
        _ => return Err((400, "InvalidParameter")),
    };
    let fields: Vec<&str> =
        parameters.of("Fields").unwrap_or_default().split(',').filter(|of| !of.is_empty()).collect();
    if fields.iter().any(|field| !known.contains(field)) {
        store.complain(format!("the fields {fields:?} of {type}"));
        return Err((400, "InvalidParameter"));
    }
    let row = |job: &Job| {
        let body = body(job);
        let (own, source) = found(job, &body)?;
        let names = ["VideoId", "MediaId", "ImageId", "AttachedMediaId"];
        let id = names.iter().find_map(|name| body.get(*name)).filter(|_| own == r#type)?.clone();
        let mut media = json!({ "MediaSource": source, "Status": status(store, job) });
        media.as_object_mut()?.retain(|field, _| fields.contains(&field.as_str()));
        let time = job.created_at;
        let row = json!({ "MediaId": id, "MediaType": own, "CreationTime": seconds(time), member: media });
        let is_wanted = match &wanted {
            Wanted::Created(from, until) => (*from..=*until).contains(&time),
            Wanted::Video(video) => id == *video,
        };
        is_wanted.then_some((time, id, row))
    };
    let mut rows: Vec<(Timestamp, Value, Value)> = store.known().filter_map(row).collect();
    rows.sort_by_key(|(time, id, _)| (*time, id.to_string()));
    let mut seen = std::collections::HashSet::new();
    rows.retain(|(_, id, _)| seen.insert(id.to_string()));
    let page: Vec<&Value> = rows.iter().map(|(.., row)| row).skip((number - 1) * size).take(size).collect();
    Ok(json!({ "MediaList": page, "Total": rows.len() }))
}

/// The type of the media that a callback names, and where they come from.
fn found(job: &Job, body: &Object) -> Option<(&'static str, &'static str)> {
    let is_sound = [text(body, "FileUrl"), text(body, "SourceURL")].iter().any(|url| url.contains(".mp3"));
    let played = if is_sound { "audio" } else { "video" };
    match end(job) {
        // What was fetched looks as what was uploaded does.
        UPLOAD | "UploadByURLComplete" => Some((played, "general")),
        "ImageUploadComplete" => Some(("image", "general")),
        "AttachedMediaUploadComplete" => Some(("attached", "general")),
        _ if job.event.as_ref()?.vendorevent.as_deref() == Some("ProduceMediaComplete") => Some(("video", "editing")),
        // What is there without an upload was recorded.
        "StreamTranscodeComplete" | "TranscodeComplete" | RECORDED | AUDIT => Some(("video", "live")),
        end if AI.contains(&end) => Some(("video", "live")),
        _ => None,
    }
}

/// Which media a search is for.
enum Wanted {
    /// Those of a time: both ends of it belong to it.
    Created(Timestamp, Timestamp),
    /// The video of this id.
    Video(String),
}

impl Wanted {
    /// Of `CreationTime = ['2025-10-09T00:00:00Z','2025-10-09T01:00:00Z']`, or `VideoId = 'v1'`.
    fn of(condition: &str) -> Option<Self> {
        if let Some(id) = condition.strip_prefix("VideoId = '") {
            return Some(Self::Video(id.strip_suffix('\'').filter(|id| !id.contains('\''))?.to_owned()));
        }
        let times = condition.strip_prefix("CreationTime = ['")?.strip_suffix("']")?;
        let (from, until) = times.split_once("','")?;
        Some(Self::Created(from.parse().ok()?, until.parse().ok()?))
    }
}

/// The live recordings that became videos, by when they began.
pub(super) fn recordings(store: &mut Store, parameters: &Parameters) -> Result<Value, Refusal> {
    parameters.only(store, &["StartTime", "EndTime", "SortBy", "PageNo", "PageSize"])?;
    let size = parameters.number(store, "PageSize", 10, 1..=100)?;
    let number = parameters.number(store, "PageNo", 1, 1..=MOST_MEDIA / size)?;
    let (from, until) = parameters.times(store, ["StartTime", "EndTime"], SignedDuration::MAX)?;
    if until <= from {
        store.complain("an end that is not later than the beginning");
        return Err((400, "InvalidParameter"));
    }
    if parameters.of("SortBy") != Some("CreationTime:Asc") {
        store.complain("recordings in another order");
        return Err((400, "InvalidParameter"));
    }
    let mut found: Vec<&Job> =
        store.known().filter(|job| end(job) == RECORDED && (from..=until).contains(&job.created_at)).collect();
    found.sort_by_key(|job| job.created_at);
    let row = |job: &&Job| {
        let body = body(job);
        let has_ended = store.has_ended(job);
        let time = |time: Timestamp| if has_ended { seconds(time) } else { Value::Null };
        json!({
            "StreamName": body.get("StreamName"), "DomainName": body.get("DomainName"), "AppName": body.get("AppName"),
            "RecordStartTime": seconds(job.created_at), "RecordEndTime": time(job.ended_at),
            "Video": {
                "VideoId": body.get("VideoId"), "Status": status(store, job), "CreationTime": seconds(job.created_at),
            },
        })
    };
    let rows: Vec<Value> = found.iter().skip((number - 1) * size).take(size).map(row).collect();
    Ok(json!({ "LiveRecordVideoList": { "LiveRecordVideo": rows }, "Total": found.len() }))
}
