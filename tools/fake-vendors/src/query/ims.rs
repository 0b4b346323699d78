//! Intelligent Media Services: what tells about one job, and the lists.

use axum::Router;
use callbacks::NaturalKey;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use vendor_api::aliyun::ICE;

use super::aliyun::{self, Object, Parameters, Refusal, object, page, rename, seconds};
use super::jobs::{Job, Shared, Store};

/// The actions about one job: the parameter for its id, where the answer has the job, and the ends that it tells about.
const ONE: [(&str, &str, &str, &[&str]); 10] = [
    ("GetSnapshotJob", "JobId", "SnapshotJob", &["SnapshotComplete"]),
    ("GetDynamicImageJob", "JobId", "DynamicImageJob", &["DynamicImageComplete"]),
    ("GetTranscodeJob", "ParentJobId", "TranscodeParentJob", &["TranscodeParentComplete"]),
    ("GetMediaConvertJob", "JobId", "Job", &[CONVERSION, OUTPUT, GROUP]),
    ("GetWorkflowTask", "TaskId", "WorkflowTask", &["WorkflowTaskComplete"]),
    ("GetMediaProducingJob", "JobId", "MediaProducingJob", &["ProduceMediaComplete"]),
    ("GetBatchMediaProducingJob", "JobId", "EditingBatchJob", &["BatchProduceMediaComplete"]),
    ("GetSmartHandleJob", "JobId", "", &["SmartJobComplete"]),
    ("QueryIProductionJob", "JobId", "", &["AIProduceComplete"]),
    ("GetMediaInfo", "MediaId", "MediaInfo", &MEDIA),
];

const CONVERSION: &str = "MediaConvertComplete";
const OUTPUT: &str = "MediaConvertOutputComplete";
const GROUP: &str = "MediaConvertOutputGroupComplete";
const MEDIA: [&str; 5] = [
    "FileUploadComplete",
    "ImageUploadComplete",
    "AttachedMediaUploadComplete",
    "RegisterMediaComplete",
    "VideoAnalysisComplete",
];
const URL_UPLOADS: [&str; 2] = ["UploadByURLComplete", "UploadStreamByURLComplete"];

/// A list: the end of its jobs, the parameters for times, order and pages, and where the answer has its rows.
struct List {
    action: &'static str,
    end: &'static str,
    times: &'static [&'static str],
    /// The parameter for the order, and its words: the oldest first, the newest first.
    order: (&'static str, [&'static str; 2]),
    paging: [&'static str; 2],
    rows: &'static str,
}

const SNAPSHOTS: List = List {
    action: "ListSnapshotJobs",
    end: "SnapshotComplete",
    times: &["StartOfCreateTime", "EndOfCreateTime"],
    order: ("OrderBy", ["CreateTimeAsc", "CreateTimeDesc"]),
    paging: ["PageSize", "NextPageToken"],
    rows: "Jobs",
};

const PRODUCTIONS: List = List {
    action: "ListMediaProducingJobs",
    end: "ProduceMediaComplete",
    times: &["StartTime", "EndTime"],
    order: ("SortBy", ["CreationTime:Asc", "CreationTime:Desc"]),
    paging: ["MaxResults", "NextToken"],
    rows: "MediaProducingJobList",
};

#[rustfmt::skip] // One line for each list.
const LISTS: [List; 7] = [
    SNAPSHOTS,
    List { action: "ListDynamicImageJobs", end: "DynamicImageComplete", ..SNAPSHOTS },
    List { action: "ListMediaConvertJobs", end: CONVERSION, ..SNAPSHOTS },
    List { action: "ListWorkflowTasks", end: "WorkflowTaskComplete", order: ("", ["", ""]), paging: ["MaxResults", "NextToken"], rows: "TaskList", ..SNAPSHOTS },
    PRODUCTIONS,
    List { action: "ListBatchMediaProducingJobs", end: "BatchProduceMediaComplete", order: ("SortBy", ["asc", "desc"]), rows: "EditingBatchJobList", ..PRODUCTIONS },
    List { action: "ListSmartJobs", end: "SmartJobComplete", times: &[], rows: "SmartJobList", ..PRODUCTIONS },
];

/// How far apart the times of a list may be.
const SPAN: SignedDuration = SignedDuration::from_hours(30 * 24);
const FILES_SPAN: SignedDuration = SignedDuration::from_hours(4 * 24);

pub(super) fn router(store: Shared) -> Router {
    aliyun::router(store, ICE, act)
}

fn act(store: &mut Store, action: &str, parameters: &Parameters) -> Result<Object, Refusal> {
    if let Some((_, parameter, member, ends)) = ONE.iter().find(|(known, ..)| *known == action) {
        parameters.only(store, &[parameter, "OutputType"])?;
        let id = parameters.required(store, parameter)?;
        return one(store, id, member, ends);
    }
    if let Some(of) = LISTS.iter().find(|list| list.action == action) {
        return list(store, of, parameters);
    }
    match action {
        "GetUrlUploadInfos" => url_uploads(store, parameters),
        "ListLiveRecordFiles" => files(store, parameters),
        _ => {
            store.complain(format!("the action {action}"));
            Err((404, "InvalidAction.NotFound"))
        }
    }
}

fn one(store: &Store, id: &str, member: &str, ends: &[&str]) -> Result<Object, Refusal> {
    let job = ends.iter().find_map(|end| store.find(end, id)).ok_or((404, "ResourceNotFound"))?;
    let found = match end(job) {
        CONVERSION | OUTPUT | GROUP => conversion(store, id),
        _ => detail(job, store.has_ended(job)),
    };
    Ok(if member.is_empty() { found } else { object(json!({ member: found })) })
}

/// Up to ten jobs. Those that are not there are listed.
fn url_uploads(store: &mut Store, parameters: &Parameters) -> Result<Object, Refusal> {
    parameters.only(store, &["JobIds"])?;
    let ids: Vec<&str> = parameters.required(store, "JobIds")?.split(',').collect();
    if ids.len() > 10 {
        store.complain(format!("{} jobs at a time", ids.len()));
        return Err((400, "InvalidParameter"));
    }
    let found = |id: &&str| URL_UPLOADS.iter().find_map(|end| store.find(end, id));
    let jobs: Vec<Object> = ids.iter().filter_map(found).map(|job| detail(job, store.has_ended(job))).collect();
    let gone: Vec<&&str> = ids.iter().filter(|id| found(id).is_none()).collect();
    Ok(object(json!({ "URLUploadInfoList": jobs, "NonExists": gone })))
}

/// A job of transcoding, with its outputs and groups, whose ends are events of their own.
fn conversion(store: &Store, id: &str) -> Object {
    let is_its = |job: &&Job| job.key.as_ref().is_some_and(|key| key.ids().first().is_some_and(|own| own == id));
    let mut whole = Object::from_iter([("JobId".to_owned(), id.into())]);
    let (mut outputs, mut groups, mut state) = (Vec::new(), Vec::new(), "Complete");
    for job in store.known().filter(is_its) {
        let has_ended = store.has_ended(job);
        let detail = detail(job, has_ended);
        whole.extend(detail.get("UserData").map(|data| ("UserData".to_owned(), data.clone())));
        match end(job) {
            CONVERSION => whole.extend(detail),
            OUTPUT => outputs.push(Value::from(detail)),
            _ => groups.push(Value::from(detail)),
        }
        if !has_ended {
            state = "Running";
        }
    }
    whole.entry("State").or_insert_with(|| state.into());
    // An output belongs to the job, or to a group of it.
    if let (Some(group), 2..) = (groups.first_mut(), outputs.len()) {
        group["Outputs"] = outputs.pop().into_iter().collect();
    }
    whole.insert("Config".to_owned(), json!({ "Inputs": [], "OutputGroups": [], "Outputs": [] }));
    whole.insert("OutputDetails".to_owned(), outputs.into());
    whole.insert("OutputGroupDetails".to_owned(), groups.into());
    whole
}

/// What the API has of a job: the callback's body, with the names that it has there.
fn detail(job: &Job, has_ended: bool) -> Object {
    let body: Value = serde_json::from_str(&job.body).unwrap_or_default();
    let message = match body.get("MessageBody") {
        Some(Value::String(text)) => serde_json::from_str(text).unwrap_or_default(),
        other => other.cloned().unwrap_or_default(),
    };
    let mut detail = message.as_object().cloned().unwrap_or_default();
    let end = end(job);
    if !has_ended {
        let state = if end == CONVERSION { "Running" } else { "Init" };
        detail.insert("Status".to_owned(), state.into());
    }
    match end {
        "SnapshotComplete" | "DynamicImageComplete" | "ProduceMediaComplete" => {
            rename(&mut detail, "ErrorCode", "Code");
            rename(&mut detail, "ErrorMessage", "Message");
            for name in ["Input", "Output"] {
                detail.entry(name).and_modify(|media| *media = capitalised(parsed(media)));
            }
        }
        CONVERSION => {
            rename(&mut detail, "Status", "State");
            detail.remove("TriggerSource");
        }
        OUTPUT => {
            let mut meta = object(capitalised(detail.remove("OutFileMeta").unwrap_or_default()));
            let url = detail.remove("OutputUrl");
            let mut of_file = object(meta.remove("FileBasicInfo").unwrap_or_default());
            of_file.extend(detail.remove_entry("MediaId"));
            meta.insert("FileBasicInfo".to_owned(), of_file.into());
            let file = json!({ "Type": "OSS", "Url": url, "Media": null });
            detail.insert("Result".to_owned(), json!({ "OutFileMeta": meta, "OutputFile": file }));
        }
        "TranscodeParentComplete" => {
            rename(&mut detail, "Jobs", "TranscodeJobList");
            let mut parts = detail.get_mut("TranscodeJobList").and_then(Value::as_array_mut);
            if let Some(parts) = &mut parts {
                parts.retain(|part| part.get("JobId").is_some());
            }
            for part in parts.into_iter().flatten() {
                if let Some(part) = part.as_object_mut() {
                    // The API has no codes here, and a status in each.
                    if part.remove("Code").is_some() {
                        part.insert("Status".to_owned(), "Fail".into());
                    }
                    let url = part.remove("OutputUrl").unwrap_or_default();
                    part.insert("OutFileMeta".to_owned(), json!({ "FileBasicInfo": { "FileUrl": url } }));
                    part.insert("Output".to_owned(), json!({ "Type": "OSS", "OutputUrl": "http://asked.example.com" }));
                }
            }
        }
        "WorkflowTaskComplete" => {
            let id = detail.remove("WorkflowId").unwrap_or_default();
            detail.insert("Workflow".to_owned(), json!({ "WorkflowId": id, "Name": "a workflow", "Status": "Active" }));
        }
        "SmartJobComplete" => {
            rename(&mut detail, "Status", "State");
            let info = ["JobType", "CreateTime", "ModifiedTime"];
            let info: Object = info.iter().filter_map(|name| detail.remove_entry(*name)).collect();
            detail.insert("SmartJobInfo".to_owned(), info.into());
            let result = json!({ "MediaId": detail.remove("MediaId") });
            detail.insert("JobResult".to_owned(), result);
        }
        "UploadByURLComplete" | "UploadStreamByURLComplete" => {
            rename(&mut detail, "SourceURL", "UploadURL");
            if has_ended {
                detail.insert("CompleteTime".to_owned(), seconds(job.ended_at));
                detail.entry("ErrorCode").or_insert_with(|| "200".into());
            }
        }
        "LiveRecordFileCreated" => return file(job, &detail),
        media if MEDIA.contains(&media) => return info(&detail, has_ended),
        _ => {}
    }
    detail
}

/// What the API has of media: their state, and their files.
fn info(body: &Object, has_ended: bool) -> Object {
    let of = |name: &str| body.get(name).cloned().unwrap_or_default();
    let status = match of("Status").as_str() {
        _ if !has_ended => "Preparing",
        Some("Fail") => "PrepareFail",
        _ => "Normal",
    };
    let property = |name: &str| body.get("MetaInfo").and_then(|properties| properties.get(name)).cloned();
    let info = json!({
        "MediaId": of("MediaId"),
        "MediaBasicInfo": { "MediaId": of("MediaId"), "MediaType": of("MediaType"), "Status": status },
        "FileInfoList": [
            { "FileBasicInfo": { "FileType": "transcode_file", "FileUrl": "http://other.example.com/a.mp4" } },
            {
                "FileBasicInfo": {
                    "FileType": "source_file", "FileUrl": of("FileUrl"), "FileSize": property("Size").unwrap_or_else(|| of("Size")), "Duration": property("Duration"),
                    "Height": property("Height"), "Width": property("Width"), "Bitrate": property("Bitrate"),
                },
                "VideoStreamInfoList": [{ "Fps": property("Fps") }],
            },
        ],
    });
    object(info)
}

/// A row of the files of live recordings.
fn file(job: &Job, body: &Object) -> Object {
    let of = |name: &str| body.get(name).cloned().unwrap_or_default();
    let url = format!("http://bucket.oss-cn-shanghai.aliyuncs.com/{}", of("uri").as_str().unwrap_or_default());
    let row = json!({
        "JobId": of("jobId"), "RecordId": of("record_id"), "RecordUrl": url, "Duration": of("duration"),
        "CreateTime": seconds(job.ended_at), "StartTime": "2022-06-29T01:33:40Z", "EndTime": "2022-06-29T01:34:16Z",
    });
    object(row)
}

/// The files of live recordings, by number of the page.
fn files(store: &mut Store, parameters: &Parameters) -> Result<Object, Refusal> {
    parameters.only(store, &["JobIds.1", "StartTime", "EndTime", "SortBy", "PageNo", "PageSize"])?;
    let size = parameters.number(store, "PageSize", 10, 5..=30)?;
    let number = parameters.number(store, "PageNo", 1, 1..=usize::MAX)?;
    let (from, until) = parameters.times(store, ["StartTime", "EndTime"], FILES_SPAN)?;
    let wanted = parameters.of("JobIds.1");
    let is_its = |job: &&Job| {
        let key = job.key.as_ref().filter(|key| key.end() == "LiveRecordFileCreated");
        key.is_some_and(|key| wanted.is_none_or(|id| key.ids().first().is_some_and(|own| own == id)))
            && store.has_ended(job)
            && (from..=until).contains(&job.ended_at)
    };
    let mut found: Vec<&Job> = store.known().filter(is_its).collect();
    found.sort_by_key(|job| job.ended_at);
    if parameters.of("SortBy") == Some("desc") {
        found.reverse();
    }
    let rows: Vec<Object> = found.iter().skip((number - 1) * size).take(size).map(|job| detail(job, true)).collect();
    Ok(object(json!({ "Files": rows, "PageNo": number, "PageSize": size, "TotalCount": found.len() })))
}

fn list(store: &mut Store, of: &List, parameters: &Parameters) -> Result<Object, Refusal> {
    let List { end, times, order: (order, [oldest, newest]), paging: [size, mark], rows, .. } = *of;
    let known: Vec<&str> = times.iter().copied().chain([order, size, mark]).collect();
    parameters.only(store, &known)?;
    let size = parameters.number(store, size, 20, 1..=100)?;
    let is_newest_first = parameters.of(order) == Some(newest);
    if parameters.of(order).is_some_and(|word| ![oldest, newest].contains(&word)) {
        store.complain(format!("an {order} of another form"));
        return Err((400, "InvalidParameter"));
    }
    let (from, until) = match times {
        [from, until] => parameters.times(store, [from, until], SPAN)?,
        _ => (Timestamp::MIN, Timestamp::MAX),
    };
    let is_its =
        |job: &&Job| job.key.as_ref().is_some_and(|key| key.end() == end) && (from..=until).contains(&job.created_at);
    let mut found: Vec<&Job> = store.known().filter(is_its).collect();
    found.sort_by_key(|job| job.created_at);
    if is_newest_first {
        found.reverse();
    }
    let (jobs, token) = page(&found, size, parameters.of(mark))?;
    let of_page: Vec<Object> = jobs.into_iter().map(|job| row(job, store.has_ended(job))).collect();
    Ok(object(json!({ rows: of_page, mark: token })))
}

/// A row of a list: what its operation documents, with the times of the job.
fn row(job: &Job, has_ended: bool) -> Object {
    const BRIEF: [&str; 6] = ["JobId", "TaskId", "Status", "State", "UserData", "Extend"];
    const PRODUCED: [&str; 5] = ["MediaId", "MediaURL", "ProjectId", "Code", "Message"];
    let detail = detail(job, has_ended);
    let end = end(job);
    let names = BRIEF.iter().chain(if end == "ProduceMediaComplete" { &PRODUCED[..] } else { &[] });
    let mut row: Object = names
        .filter_map(|name| detail.get_key_value(*name))
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect();
    if end == "SmartJobComplete" {
        rename(&mut row, "State", "JobState");
    }
    row.insert("CreateTime".to_owned(), seconds(job.created_at));
    if has_ended {
        let name = match end {
            "ProduceMediaComplete" | "BatchProduceMediaComplete" => "CompleteTime",
            "SmartJobComplete" => "ModifiedTime",
            _ => "FinishTime",
        };
        row.insert(name.to_owned(), seconds(job.ended_at));
    }
    row
}

fn end(job: &Job) -> &'static str {
    job.key.as_ref().map_or("", NaturalKey::end)
}

/// The JSON in a text.
fn parsed(value: &Value) -> Value {
    value.as_str().and_then(|text| serde_json::from_str(text).ok()).unwrap_or_else(|| value.clone())
}

/// The value with the first letters of all keys in capitals, as the answers have them.
fn capitalised(value: Value) -> Value {
    match value {
        Value::Object(object) => {
            let capital = |key: String| {
                let mut letters = key.chars();
                letters.next().map(|first| first.to_ascii_uppercase()).into_iter().chain(letters).collect::<String>()
            };
            object.into_iter().map(|(key, value)| (capital(key), capitalised(value))).collect()
        }
        Value::Array(values) => values.into_iter().map(capitalised).collect(),
        other => other,
    }
}
