//! Tencent Cloud VOD's `DescribeTaskDetail`, `DescribeTasks`, `SearchMedia` and `DescribeMediaInfos`.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::http::HeaderMap;
use axum::response::Response;
use axum::routing::post;
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Value, json};

use super::answered;
use super::jobs::{Job, Shared, Store, lock};
use crate::account::SUB_APP_ID;
use crate::response::response;
use crate::tencent::authenticate;

/// Tasks are kept for three days from when they were submitted.
const KEPT: SignedDuration = SignedDuration::from_hours(72);

/// Payloads whose field in the answer is not their key with `Task` in place of `CompleteEvent`.
const FIELDS: [(&str, &str); 2] = [("ProcedureStateChange", "ProcedureTask"), ("PullComplete", "PullUploadTask")];

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Request {
    sub_app_id: Option<u64>,
    task_id: Option<String>,
    file_ids: Option<Vec<String>>,
    filters: Option<Vec<String>>,
    finish_time: Option<Range>,
    create_time: Option<Range>,
    source_types: Option<Vec<String>>,
    sort: Option<Sort>,
    limit: Option<usize>,
    offset: Option<usize>,
    scroll_token: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Range {
    after: Timestamp,
    before: Timestamp,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Sort {
    field: String,
    order: String,
}

pub(super) fn router(store: Shared) -> Router {
    Router::new().route("/", post(move |headers: HeaderMap, body: Bytes| handle(Arc::clone(&store), headers, body)))
}

async fn handle(store: Shared, headers: HeaderMap, body: Bytes) -> Response {
    let of = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned();
    let answer = || (200, answer(&mut lock(&store), of, &body).unwrap_or_else(error));
    answered(&store, "application/json", failed, answer).await
}

/// What a request gets, or the code of its error.
fn answer(store: &mut Store, of: impl Fn(&str) -> String, body: &[u8]) -> Result<String, &'static str> {
    authenticate(&of, body, store.now().as_second()).inspect_err(|code| store.complain(*code))?;
    let request: Request = serde_json::from_slice(body).map_err(|_| {
        store.complain("a body that is not documented");
        "InvalidParameter"
    })?;
    if request.sub_app_id.map(|id| id.to_string()).as_deref() != Some(SUB_APP_ID) {
        store.complain("no application, or another one");
        return Err("UnauthorizedOperation");
    }
    match of("x-tc-action").as_str() {
        "DescribeTaskDetail" => detail(store, &request.task_id.unwrap_or_default()),
        "DescribeTasks" => tasks(store, &request),
        "DescribeMediaInfos" => media(store, &request),
        "SearchMedia" => search(store, &request),
        action => {
            store.complain(format!("the action {action}"));
            Err("InvalidAction")
        }
    }
}

fn detail(store: &Store, id: &str) -> Result<String, &'static str> {
    let job = store.find("task", id).filter(|job| is_kept(job));
    let job = job.ok_or("InvalidParameterValue.TaskId")?;
    let has_ended = store.has_ended(job);
    let (key, payload) = payload(job).ok_or("InternalError")?;
    // Some samples have a key without the `Event` at its end.
    let key = key.strip_suffix("Event").unwrap_or(&key);
    let field = FIELDS.iter().find(|(known, _)| *known == key).map_or_else(
        || format!("{}Task", key.strip_suffix("Complete").unwrap_or(key)),
        |(_, field)| (*field).to_owned(),
    );
    let status = if has_ended { "FINISH" } else { "PROCESSING" };
    let finished = if has_ended { job.ended_at.to_string() } else { String::new() };
    // The type has other names than the event; a client must not rely on it.
    Ok(format!(
        r#"{{"Response":{{"TaskType":"Any","Status":"{status}","CreateTime":"{}","BeginProcessTime":"","FinishTime":"{finished}","WechatPublishTask":null,"{field}":{payload},"RequestId":"r-1"}}}}"#,
        job.created_at
    )
    .replace(r#""WechatPublishTask":null,"WechatPublishTask""#, r#""WechatPublishTask""#))
}

fn tasks(store: &mut Store, request: &Request) -> Result<String, &'static str> {
    let limit = limit(store, request, 100)?;
    let sorted = request.sort.as_ref().map(|sort| (sort.field.as_str(), sort.order.as_str()));
    if sorted != Some(("FinishTime", "Asc")) {
        store.complain("a list of tasks in another order than by the end");
        return Err("InvalidParameterValue");
    }
    let Some(range) = &request.finish_time else { return Err("InvalidParameterValue.FinishTime") };
    let is_in = |job: &&Job| store.has_ended(job) && range.after <= job.ended_at && job.ended_at < range.before;
    let mut jobs: Vec<(&Job, String)> = store
        .known()
        .filter(|job| is_kept(job))
        .filter(is_in)
        .filter_map(|job| {
            let key = job.key.as_ref().filter(|key| key.end() == "task")?;
            Some((job, key.ids().first()?.clone()))
        })
        .collect();
    jobs.sort_by_key(|(job, id)| (job.ended_at, id.clone()));
    let begin: usize = request
        .scroll_token
        .as_ref()
        .map_or(Some(0), |token| token.strip_prefix("scroll+/=")?.parse().ok())
        .ok_or("InvalidParameterValue.ScrollToken")?;
    let rows: Vec<Value> = jobs.iter().skip(begin).take(limit).map(|(job, id)| json!({
        "TaskId": id, "Status": "FINISH", "FileId": "", "TaskType": "Procedure", "CreateTime": job.created_at.to_string(),
        "BeginProcessTime": "", "FinishTime": job.ended_at.to_string(), "SessionId": "", "SessionContext": "",
    })).collect();
    let end = begin + rows.len();
    let token = if end < jobs.len() { format!("scroll+/={end}") } else { String::new() };
    Ok(json!({ "Response": { "TaskSet": rows, "ScrollToken": token, "RequestId": "r-1" } }).to_string())
}

/// The media of uploads: those that the API has, and the ids of those that it has not.
fn media(store: &mut Store, request: &Request) -> Result<String, &'static str> {
    let ids = request.file_ids.as_deref().unwrap_or_default();
    if ids.is_empty() || ids.len() > 20 {
        store.complain(format!("{} files at a time", ids.len()));
        return Err("InvalidParameterValue.FileIds");
    }
    let found = |id: &String| store.find("NewFileUpload", id).and_then(info);
    let infos: Vec<String> = ids.iter().filter_map(found).collect();
    let gone: Vec<&String> = ids.iter().filter(|id| found(id).is_none()).collect();
    Ok(format!(
        r#"{{"Response":{{"MediaInfoSet":[{}],"NotExistFileIdSet":{},"RequestId":"r-1"}}}}"#,
        infos.join(","),
        json!(gone)
    ))
}

fn search(store: &mut Store, request: &Request) -> Result<String, &'static str> {
    let limit = limit(store, request, 5000)?;
    let offset = request.offset.unwrap_or_default();
    if offset + limit > 5000 || request.source_types.is_none() || request.filters.is_none() {
        store.complain("a search beyond 5,000 media, or without sources or filters");
        return Err("InvalidParameterValue");
    }
    let Some(range) = &request.create_time else { return Err("InvalidParameterValue.CreateTime") };
    // Both ends belong to it.
    let is_in = |job: &&Job| range.after <= job.ended_at && job.ended_at <= range.before;
    let mut jobs: Vec<&Job> = store.known().filter(|job| store.has_ended(job)).filter(is_in).collect();
    jobs.sort_by_key(|job| job.ended_at);
    let infos: Vec<String> = jobs.into_iter().filter_map(info).collect();
    let page: Vec<&str> = infos.iter().skip(offset).take(limit).map(String::as_str).collect();
    Ok(format!(
        r#"{{"Response":{{"TotalCount":{},"MediaInfoSet":[{}],"RequestId":"r-1"}}}}"#,
        infos.len(),
        page.join(",")
    ))
}

fn limit(store: &mut Store, request: &Request, most: usize) -> Result<usize, &'static str> {
    let limit = request.limit.unwrap_or(10);
    if limit == 0 || limit > most {
        store.complain(format!("{limit} rows at a time"));
        return Err("InvalidParameterValue.Limit");
    }
    Ok(limit)
}

fn is_kept(job: &Job) -> bool {
    job.created_at.saturating_add(KEPT).unwrap_or_default() >= Timestamp::now()
}

/// The payload of a job's callback, with its key.
fn payload(job: &Job) -> Option<(String, String)> {
    let body: BTreeMap<String, &RawValue> = serde_json::from_str(&job.body).ok()?;
    let payload = body.into_iter().find(|(_, value)| value.get().starts_with('{'))?;
    Some((payload.0, payload.1.get().to_owned()))
}

/// What the API says of an upload: without the tasks that the file is put through.
fn info(job: &Job) -> Option<String> {
    let (key, payload) = payload(job)?;
    if key != "FileUploadEvent" {
        return None;
    }
    let upload: BTreeMap<String, &RawValue> = serde_json::from_str(&payload).ok()?;
    let of = |name: &str| upload.get(name).map_or("null", |value| value.get());
    Some(format!(
        r#"{{"FileId":{},"BasicInfo":{},"MetaData":{},"TranscodeInfo":null}}"#,
        of("FileId"),
        of("MediaBasicInfo"),
        of("MetaData")
    ))
}

fn failed(status: u16) -> Response {
    let code = if status == 429 { "RequestLimitExceeded" } else { "InternalError" };
    response(200, "application/json", error(code))
}

fn error(code: &str) -> String {
    json!({"Response": {"Error": {"Code": code, "Message": "SECRET in a message"}, "RequestId": "r-1"}}).to_string()
}
