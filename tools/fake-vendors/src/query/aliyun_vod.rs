//! `ApsaraVideo` VOD: what tells about one job, the state of media, the search for media, and the jobs of each.

mod media;

use axum::Router;
use callbacks::NaturalKey;
use jiff::SignedDuration;
use serde_json::{Value, json};
use vendor_api::aliyun::VOD;

use super::aliyun::{self, Object, Parameters, Refusal, object, rename, seconds};
use super::jobs::{Job, Shared, Store};

/// The host of the storage, which the API names in place of the one that delivers.
const STORAGE: &str = "outin-0123.oss-cn-shanghai.aliyuncs.com";

const AI: [&str; 3] = ["AIMediaDNAComplete", "AIVideoTagComplete", "AIVideoCensorComplete"];
const AUDIT: &str = "AIMediaAuditComplete";

pub(super) fn router(store: Shared) -> Router {
    aliyun::router(store, VOD, act)
}

fn act(store: &mut Store, action: &str, parameters: &Parameters) -> Result<Object, Refusal> {
    let answer = match action {
        "GetTranscodeTask" => transcode_task(store, parameters)?,
        "ListTranscodeTask" => transcode_tasks(store, parameters)?,
        "GetJobDetail" => detail(store, parameters)?,
        "ListJobInfo" => job_infos(store, parameters)?,
        "ListSnapshots" => snapshots(store, parameters)?,
        "GetURLUploadInfos" => url_uploads(store, parameters)?,
        "GetMediaRefreshJobs" => refreshes(store, parameters)?,
        "GetAIMediaAuditJob" => audit(store, parameters)?,
        "ListAIJob" => ai_jobs(store, parameters)?,
        "GetMezzanineInfo" => media::mezzanine(store, parameters)?,
        "GetImageInfos" => media::images(store, parameters)?,
        "GetAttachedMediaInfo" => media::attached(store, parameters)?,
        "GetUploadDetails" => media::upload_details(store, parameters)?,
        "SearchMedia" => media::search(store, parameters)?,
        "ListLiveRecordVideo" => media::recordings(store, parameters)?,
        _ => {
            store.complain(format!("the action {action}"));
            return Err((404, "InvalidAction.NotFound"));
        }
    };
    Ok(object(answer))
}

/// A stream, with its number among those of its task.
struct Stream<'j> {
    job: &'j Job,
    body: Object,
}

/// All streams that callbacks report, by themselves or with others.
fn streams(store: &Store) -> impl Iterator<Item = Stream<'_>> {
    store.known().flat_map(|job| {
        let bodies = match end(job) {
            "StreamTranscodeComplete" => vec![body(job)],
            "TranscodeComplete" => parts(job, "StreamInfos"),
            _ => Vec::new(),
        };
        bodies.into_iter().map(move |body| Stream { job, body })
    })
}

impl Stream<'_> {
    /// What the API has of it.
    fn info(&self, store: &Store) -> Value {
        let of = |name: &str| self.body.get(name).cloned().unwrap_or_default();
        let whole = body(self.job);
        let status = self.body.get("Status").or_else(|| whole.get("Status")).and_then(Value::as_str);
        let status = match status {
            _ if !store.has_ended(self.job) => "Transcoding",
            Some("fail") => "TranscodeFail",
            Some("success") | None => "TranscodeSuccess",
            Some(other) => other,
        };
        let url = of("FileUrl").as_str().map(stored);
        json!({
            "TranscodeJobId": of("JobId"), "TranscodeJobStatus": status, "Definition": of("Definition"),
            "ErrorCode": of("ErrorCode"), "ErrorMessage": of("ErrorMessage"), "CompleteTime": seconds(self.job.ended_at),
            "OutputFile": {
                "OutputFileUrl": url, "Format": of("Format"), "Filesize": of("Size"), "Bitrate": of("Bitrate"),
                "Duration": of("Duration"), "Fps": of("Fps"), "Width": of("Width"), "Height": of("Height"),
            },
        })
    }
}

/// The address of a file in the storage.
fn stored(url: &str) -> String {
    let path = url.split_once("://").and_then(|(_, rest)| rest.split_once('/')).map_or("", |(_, path)| path);
    format!("http://{STORAGE}/{path}")
}

/// Up to ten streams, or those of a task.
fn transcode_task(store: &mut Store, parameters: &Parameters) -> Result<Value, Refusal> {
    parameters.only(store, &["JobIds", "TranscodeTaskId"])?;
    if let Some(task) = parameters.of("TranscodeTaskId") {
        let task = store.known().filter(|job| end(job) == "TranscodeComplete").find(|job| task_id(job) == task);
        let task = task.ok_or((404, "NoSuchResource"))?;
        let of_task = parts(task, "StreamInfos").into_iter().map(|body| Stream { job: task, body }.info(store));
        let infos: Vec<Value> = of_task.collect();
        let video = body(task).get("VideoId").cloned();
        return Ok(json!({ "TranscodeTask": { "VideoId": video, "TranscodeJobInfoList": infos } }));
    }
    let ids = ids(store, parameters, "JobIds", 10)?;
    let found = |id: &String| streams(store).find(|stream| text(&stream.body, "JobId") == id);
    let infos: Vec<Value> = ids.iter().filter_map(found).map(|stream| stream.info(store)).collect();
    let gone: Vec<&String> = ids.iter().filter(|id| found(id).is_none()).collect();
    Ok(json!({ "TranscodeJobInfoList": infos, "NonExistJobIds": gone, "TranscodeTask": {} }))
}

/// The tasks of a video.
fn transcode_tasks(store: &mut Store, parameters: &Parameters) -> Result<Value, Refusal> {
    parameters.only(store, &["VideoId", "StartTime", "EndTime", "PageNo", "PageSize"])?;
    parameters.number(store, "PageSize", 10, 1..=50)?;
    let (from, until) = parameters.times(store, ["StartTime", "EndTime"], SignedDuration::MAX)?;
    let video = parameters.required(store, "VideoId")?;
    let is_its = |job: &&Job| {
        end(job) == "TranscodeComplete"
            && text(&body(job), "VideoId") == video
            && (from..=until).contains(&job.created_at)
    };
    let row = |job: &Job| {
        let (status, time) = if store.has_ended(job) {
            ("CompletePartialSucc", seconds(job.ended_at))
        } else {
            ("Processing", "".into())
        };
        json!({ "TranscodeTaskId": task_id(job), "VideoId": video, "TaskStatus": status, "CompleteTime": time })
    };
    Ok(json!({ "TranscodeTaskList": store.known().filter(is_its).map(row).collect::<Vec<Value>>() }))
}

/// One job: what it came to, and not where its files are.
fn detail(store: &mut Store, parameters: &Parameters) -> Result<Value, Refusal> {
    parameters.only(store, &["JobId", "JobType"])?;
    let id = parameters.required(store, "JobId")?;
    match parameters.required(store, "JobType")? {
        "transcode" => {
            let stream = streams(store).find(|stream| text(&stream.body, "JobId") == id);
            let stream = stream.ok_or((404, "NoSuchResource"))?;
            let video = body(stream.job).get("VideoId").cloned();
            Ok(json!({ "JobType": "Transcode", "TranscodeJobDetail": { "JobId": id, "VideoId": video } }))
        }
        "snapshot" => {
            let (job, series) = series(store, id).ok_or((404, "NoSuchResource"))?;
            let status = match text(&series, "Status") {
                _ if !store.has_ended(job) => "Processing",
                "fail" => "Fail",
                "success" | "" => "Success",
                other => other,
            };
            let video = body(job).get("VideoId").cloned();
            Ok(json!({ "SnapshotJobDetail": { "JobId": id, "VideoId": video, "Status": status, "Trigger": "Auto" } }))
        }
        "workflow" => {
            let job = store.find("WorkflowTaskComplete", id).ok_or((404, "NoSuchResource"))?;
            let mut detail = body(job);
            let workflow = detail.remove("WorkflowId").unwrap_or_default();
            // Which video it is, the API tells by what was put in.
            let video = detail.remove("VideoId");
            if !text(&detail, "TaskInput").contains("Media") {
                let input = json!({ "Type": "Media", "Media": video }).to_string();
                detail.insert("TaskInput".to_owned(), input.into());
            }
            detail.insert("Workflow".to_owned(), json!({ "WorkflowId": workflow, "Name": "a workflow" }));
            if !store.has_ended(job) {
                detail.insert("Status".to_owned(), "Processing".into());
                detail.remove("ActivityResults");
            }
            Ok(json!({ "JobType": "Workflow", "WorkflowTaskDetail": detail }))
        }
        _ => {
            store.complain("a job of another type");
            Err((400, "InvalidParameter"))
        }
    }
}

/// The jobs of media that found something out, without what they are.
fn job_infos(store: &mut Store, parameters: &Parameters) -> Result<Value, Refusal> {
    parameters.only(store, &["MediaId", "JobType"])?;
    let media = parameters.required(store, "MediaId")?;
    if parameters.required(store, "JobType")? != "ai" {
        store.complain("jobs of another type");
        return Err((400, "InvalidParameter"));
    }
    let is_its = |job: &&Job| (AI.contains(&end(job)) || end(job) == AUDIT) && text(&body(job), "MediaId") == media;
    let row = |job: &Job| {
        let body = body(job);
        let status = if store.has_ended(job) { text(&body, "Status") } else { "processing" };
        json!({ "JobId": body.get("JobId"), "Status": status, "CompleteTime": seconds(job.ended_at) })
    };
    Ok(json!({ "JobInfoList": store.known().filter(is_its).map(row).collect::<Vec<Value>>() }))
}

/// The newest series of snapshots of a type that a video has.
fn snapshots(store: &mut Store, parameters: &Parameters) -> Result<Value, Refusal> {
    parameters.only(store, &["VideoId", "SnapshotType", "PageNo", "PageSize"])?;
    let video = parameters.required(store, "VideoId")?;
    let r#type = parameters.of("SnapshotType").unwrap_or("CoverSnapshot");
    let of_video = store.known().filter(|job| end(job) == "SnapshotComplete" && text(&body(job), "VideoId") == video);
    let mut found = of_video.flat_map(|job| parts(job, "SnapshotInfos"));
    let series = found.find(|part| text(part, "SnapshotType") == r#type && text(part, "Status") != "fail");
    let series = series.ok_or((404, "InvalidVideo.NotFound"))?;
    let of = |name: &str| series.get(name).cloned().unwrap_or_default();
    Ok(json!({
        "MediaSnapshot": {
            "JobId": of("JobId"), "Regular": of("SnapshotRegular"), "Total": of("SnapshotCount"), "Snapshots": { "Snapshot": [] },
        },
    }))
}

/// Up to ten jobs. Those that are not there are listed.
fn url_uploads(store: &mut Store, parameters: &Parameters) -> Result<Value, Refusal> {
    parameters.only(store, &["JobIds"])?;
    let ids = ids(store, parameters, "JobIds", 10)?;
    let found = |id: &String| store.find("UploadByURLComplete", id);
    let info = |job: &Job| {
        let mut info: Object = body(job).into_iter().map(|(name, value)| (name.trim().to_owned(), value)).collect();
        rename(&mut info, "VideoId", "MediaId");
        rename(&mut info, "SourceURL", "UploadURL");
        rename(&mut info, "Size", "FileSize");
        let status = match text(&info, "Status") {
            _ if !store.has_ended(job) => "PENDING",
            "fail" => "FAIL",
            _ => "SUCCESS",
        };
        info.insert("Status".to_owned(), status.into());
        if store.has_ended(job) {
            info.insert("CompleteTime".to_owned(), seconds(job.ended_at));
            info.entry("ErrorCode").or_insert_with(|| "200".into());
        }
        info
    };
    let infos: Vec<Object> = ids.iter().filter_map(found).map(info).collect();
    let gone: Vec<&String> = ids.iter().filter(|id| found(id).is_none()).collect();
    Ok(json!({ "URLUploadInfoList": infos, "NonExists": gone }))
}

fn refreshes(store: &mut Store, parameters: &Parameters) -> Result<Value, Refusal> {
    parameters.only(store, &["MediaRefreshJobId", "MediaId"])?;
    let id = parameters.required(store, "MediaRefreshJobId")?;
    let jobs = store.find("SubmitMediaRefreshComplete", id).map(|job| {
        let mut job_info = body(job);
        let extend = job_info.remove("Extend");
        job_info.insert("UserData".to_owned(), json!({ "MessageCallback": {}, "Extend": extend }).to_string().into());
        if !store.has_ended(job) {
            job_info.insert("Status".to_owned(), "processing".into());
        }
        job_info
    });
    Ok(json!({ "MediaRefreshJobs": jobs.into_iter().collect::<Vec<Object>>() }))
}

fn audit(store: &mut Store, parameters: &Parameters) -> Result<Value, Refusal> {
    parameters.only(store, &["JobId"])?;
    let id = parameters.required(store, "JobId")?;
    let job = store.find(AUDIT, id).ok_or((404, "NoSuchResource"))?;
    Ok(json!({ "MediaAuditJob": found_out(store, job) }))
}

/// Up to ten jobs that found something out, but for reviews. Those that are not there are listed.
fn ai_jobs(store: &mut Store, parameters: &Parameters) -> Result<Value, Refusal> {
    parameters.only(store, &["JobIds"])?;
    let ids = ids(store, parameters, "JobIds", 10)?;
    let found = |id: &String| AI.iter().find_map(|end| store.find(end, id));
    let jobs: Vec<Object> = ids.iter().filter_map(found).map(|job| found_out(store, job)).collect();
    let gone: Vec<&String> = ids.iter().filter(|id| found(id).is_none()).collect();
    Ok(json!({ "AIJobList": { "AIJob": jobs }, "NonExistAIJobIds": { "String": gone } }))
}

/// What the API has of a job that found something out.
fn found_out(store: &Store, job: &Job) -> Object {
    let mut info = body(job);
    let r#type = end(job).trim_end_matches("Complete");
    info.insert("Type".to_owned(), r#type.into());
    info.insert("CompleteTime".to_owned(), seconds(job.ended_at));
    if !store.has_ended(job) {
        info.insert("Status".to_owned(), "processing".into());
        info.remove("Data");
    }
    info
}

/// The ids at a parameter, of which there may be so many.
fn ids(store: &mut Store, parameters: &Parameters, name: &str, most: usize) -> Result<Vec<String>, Refusal> {
    let ids: Vec<String> = parameters.required(store, name)?.split(',').map(str::to_owned).collect();
    if ids.len() > most {
        store.complain(format!("{} ids at a time", ids.len()));
        return Err((400, "InvalidParameter"));
    }
    Ok(ids)
}

/// A series of snapshots, and the callback that reports it.
fn series<'s>(store: &'s Store, id: &str) -> Option<(&'s Job, Object)> {
    let of_jobs = store.known().filter(|job| end(job) == "SnapshotComplete");
    let mut all = of_jobs.flat_map(|job| parts(job, "SnapshotInfos").into_iter().map(move |part| (job, part)));
    all.find(|(_, part)| text(part, "JobId") == id)
}

/// The parts of a callback, which may come as JSON in a text.
fn parts(job: &Job, name: &str) -> Vec<Object> {
    let parts = match body(job).remove(name) {
        Some(Value::String(text)) => serde_json::from_str(&text).unwrap_or_default(),
        other => other.unwrap_or_default(),
    };
    parts.as_array().into_iter().flatten().cloned().map(object).collect()
}

fn body(job: &Job) -> Object {
    serde_json::from_str(&job.body).unwrap_or_default()
}

fn text<'v>(object: &'v Object, name: &str) -> &'v str {
    object.get(name).and_then(Value::as_str).unwrap_or_default()
}

fn task_id(job: &Job) -> String {
    job.key.as_ref().map_or_else(String::new, |key| format!("task-{}", key.ids().join("-")))
}

fn end(job: &Job) -> &'static str {
    job.key.as_ref().map_or("", NaturalKey::end)
}
