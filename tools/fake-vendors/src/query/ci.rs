//! Cloud Infinite: `/jobs`, the paths of its families, `/workflowexecution`, and the reviews.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::http::{HeaderMap, Uri};
use axum::response::Response;
use axum::routing::get;
use callbacks::Outcome;
use jiff::Timestamp;
use serde_json::{Value, json};
use vendor_api::AccessKey;
use vendor_api::signature::cos::{Signable, authorization};

use super::answered;
use super::jobs::{Job, Shared, Store, lock};
use crate::account::{KEY, KEY_ID, TOKEN};
use crate::response::response;

/// The queue of a tag that is in another one than media are.
const QUEUES: [(&str, &str); 16] = [
    ("SpeechRecognition", "Speeching"),
    ("Tts", "Speeching"),
    ("NoiseReduction", "Speeching"),
    ("SoundHound", "Speeching"),
    ("VocalScore", "Speeching"),
    ("VoiceSeparate", "Speeching"),
    ("PicProcess", "PicProcess"),
    ("ImageInspect", "PicProcess"),
    ("ImageOCR", "AIProcess"),
    ("Translation", "AIProcess"),
    ("WordsGeneralize", "AIProcess"),
    ("DocProcess", "DocProcess"),
    ("DocAIGCMetadata", "DocProcess"),
    ("FileHashCode", "FileProcess"),
    ("FileCompress", "FileProcess"),
    ("FileUncompress", "FileProcess"),
];

/// The paths of reviews, and the names of their callbacks.
const REVIEWS: [(&str, &str); 6] = [
    ("image", "ReviewImage"),
    ("video", "ReviewVideo"),
    ("audio", "ReviewAudio"),
    ("text", "ReviewText"),
    ("document", "ReviewDocument"),
    ("webpage", "ReviewHtml"),
];

/// The code of an error, with its status.
pub(crate) type Refusal = (u16, &'static str);

pub(super) fn router(store: Shared) -> Router {
    Router::new().fallback(get(move |uri: Uri, headers: HeaderMap| handle(Arc::clone(&store), uri, headers)))
}

async fn handle(store: Shared, uri: Uri, headers: HeaderMap) -> Response {
    let answer = || match answer(&mut lock(&store), &uri, &headers) {
        Ok(text) => (200, text),
        Err((status, code)) => (status, error(code)),
    };
    answered(&store, "application/xml", failed, answer).await
}

fn answer(store: &mut Store, uri: &Uri, headers: &HeaderMap) -> Result<String, Refusal> {
    let parameters = parameters(uri.query().unwrap_or_default());
    let now = store.now().as_second();
    authenticate("get", uri.path(), &parameters, headers, now).inspect_err(|(_, code)| store.complain(*code))?;
    let of = |name: &str| parameters.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str());
    let path: Vec<&str> = uri.path().split('/').skip(1).collect();
    match path.as_slice() {
        ["jobs"] => jobs(store, of),
        ["jobs" | "pic_jobs" | "ai_jobs" | "asr_jobs" | "doc_jobs" | "file_jobs", ids] => by_ids(store, ids),
        ["workflowexecution"] => runs(store, of),
        ["workflowexecution", id] => run(store, id),
        [kind, "auditing", id] => review(store, kind, id),
        _ => {
            store.complain(format!("the path {}", uri.path()));
            Err((404, "NoSuchKey"))
        }
    }
}

/// Verifies what was signed, that host, token and all parameters were, and the time. `now` is the server's clock, in seconds.
pub(crate) fn authenticate(
    method: &str,
    path: &str,
    parameters: &[(String, String)],
    headers: &HeaderMap,
    now: i64,
) -> Result<(), Refusal> {
    let of = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let sent = of("authorization");
    let part =
        |name: &str| sent.split('&').find_map(|part| part.strip_prefix(name)?.strip_prefix('=')).unwrap_or_default();
    let times: Option<(i64, i64)> =
        part("q-sign-time").split_once(';').and_then(|(start, end)| Some((start.parse().ok()?, end.parse().ok()?)));
    let (start, end) = times.ok_or((403, "AccessDenied"))?;
    let key = AccessKey::new(&KEY_ID.to_owned().into(), &KEY.to_owned().into(), None);
    let key = key.map_err(|_| (500, "InternalError"))?;
    let parameters: Vec<(&str, &str)> =
        parameters.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let signed = [("host", of("host")), ("x-ci-security-token", of("x-ci-security-token"))];
    let request = Signable { method, path, parameters: &parameters, headers: &signed };
    let began = Timestamp::from_second(start).map_err(|_| (403, "AccessDenied"))?;
    let validity = Duration::from_secs(u64::try_from(end - start).unwrap_or_default());
    if sent != authorization(&request, &key, began, validity) {
        return Err((403, "SignatureDoesNotMatch"));
    }
    if of("x-ci-security-token") != TOKEN {
        return Err((403, "InvalidSecurityToken"));
    }
    if now < start || end < now {
        return Err((403, "RequestIsExpired"));
    }
    Ok(())
}

/// Names and values of a query.
pub(crate) fn parameters(query: &str) -> Vec<(String, String)> {
    form_urlencoded::parse(query.as_bytes()).into_owned().collect()
}

/// Jobs of a tag in a queue.
fn jobs<'q>(store: &mut Store, of: impl Fn(&str) -> Option<&'q str>) -> Result<String, Refusal> {
    let (Some(tag), Some(queue)) = (of("tag"), of("queueType")) else {
        store.complain("a list of jobs without tag or queue");
        return Err((400, "InvalidArgument"));
    };
    let (start, end) = window(store, &of)?;
    let states: Vec<&str> = of("states").unwrap_or("All").split(',').collect();
    let mut found: Vec<&Job> = store.known().filter(|job| start <= job.created_at && job.created_at <= end).collect();
    found.retain(|job| {
        let name = job.event.as_ref().and_then(|event| event.vendorevent.as_deref()).unwrap_or_default();
        let own = QUEUES.iter().find(|(known, _)| *known == tag).map_or("Transcoding", |(_, queue)| *queue);
        let state = if store.has_ended(job) { state(job) } else { "Running" };
        let is_asked = states.contains(&"All") || states.contains(&state);
        name == format!("TaskFinish/{tag}") && own == queue && is_asked
    });
    found.sort_by_key(|job| job.created_at);
    let (rows, token) = page(&found, &of)?;
    let rows: String = rows.into_iter().map(|job| written(job, "JobsDetail")).collect();
    Ok(format!("<Response>{rows}<NextToken>{token}</NextToken></Response>"))
}

/// Up to ten jobs. Those that are not there are listed.
fn by_ids(store: &mut Store, ids: &str) -> Result<String, Refusal> {
    let ids: Vec<&str> = ids.split(',').collect();
    if ids.len() > 10 {
        store.complain(format!("{} jobs at a time", ids.len()));
        return Err((400, "InvalidArgument"));
    }
    let (mut rows, mut gone) = (String::new(), String::new());
    for id in ids {
        match store.find("job", id) {
            Some(job) if store.has_ended(job) => rows += &written(job, "JobsDetail"),
            Some(_) => rows += &["<JobsDetail><JobId>", id, "</JobId><State>Running</State></JobsDetail>"].concat(),
            None => gone += &["<NonExistJobIds>", id, "</NonExistJobIds>"].concat(),
        }
    }
    Ok(format!("<Response>{rows}{gone}<RequestId>r-1</RequestId></Response>"))
}

/// Runs of a workflow, in short.
fn runs<'q>(store: &mut Store, of: impl Fn(&str) -> Option<&'q str>) -> Result<String, Refusal> {
    let Some(workflow) = of("workflowId") else {
        store.complain("a list of runs without a workflow");
        return Err((400, "InvalidArgument"));
    };
    let (start, end) = window(store, &of)?;
    let is_its = |job: &&Job| {
        let own = job.event.as_ref().and_then(|event| event.data()?.workflow.as_ref()?.id.as_deref());
        own == Some(workflow) && start <= job.created_at && job.created_at <= end
    };
    let found: Vec<&Job> = store.known().filter(|job| store.has_ended(job)).filter(is_its).collect();
    let (rows, token) = page(&found, &of)?;
    let row = |job: &Job| {
        let key = job.key.as_ref().filter(|key| key.end() == "WorkflowFinish")?;
        let id = key.ids().first()?.clone();
        let state = state(job);
        Some(format!(
            "<WorkflowExecutionList><RunId>{id}</RunId><WorkflowId>{workflow}</WorkflowId><State>{state}</State></WorkflowExecutionList>"
        ))
    };
    let rows: String = rows.into_iter().filter_map(row).collect();
    Ok(format!("<Response>{rows}<NextToken>{token}</NextToken></Response>"))
}

fn run(store: &Store, id: &str) -> Result<String, Refusal> {
    let job = store.find("WorkflowFinish", id).ok_or((404, "WorkflowExecutionNotExist"))?;
    if !store.has_ended(job) {
        return Ok(format!(
            "<Response><WorkflowExecution><RunId>{id}</RunId><State>Running</State></WorkflowExecution></Response>"
        ));
    }
    let run = written(job, "WorkflowExecution");
    let topology = "<Topology><Dependencies><Start>End</Start></Dependencies></Topology></WorkflowExecution>";
    Ok(format!("<Response>{}</Response>", run.replace("</WorkflowExecution>", topology)))
}

fn review(store: &Store, kind: &str, id: &str) -> Result<String, Refusal> {
    let event = REVIEWS.iter().find(|(path, _)| *path == kind).map(|(_, event)| *event).ok_or((404, "NoSuchKey"))?;
    let job = store.find(event, id).ok_or((404, "JobNotExist"))?;
    if !store.has_ended(job) {
        return Ok(format!("<Response><JobsDetail><JobId>{id}</JobId><State>Auditing</State></JobsDetail></Response>"));
    }
    Ok(format!("<Response>{}<RequestId>r-1</RequestId></Response>", written(job, "JobsDetail")))
}

/// The time of creation that is asked for; both ends belong to it.
fn window<'q>(store: &mut Store, of: &impl Fn(&str) -> Option<&'q str>) -> Result<(Timestamp, Timestamp), Refusal> {
    let time = |name: &str| of(name).and_then(|text| Timestamp::strptime("%Y-%m-%dT%H:%M:%S%z", text).ok());
    let window = time("startCreationTime").zip(time("endCreationTime"));
    window.ok_or_else(|| {
        store.complain("times of another form");
        (400, "InvalidArgument")
    })
}

fn page<'j, 'q>(jobs: &[&'j Job], of: &impl Fn(&str) -> Option<&'q str>) -> Result<(Vec<&'j Job>, String), Refusal> {
    let size: usize = of("size").unwrap_or("10").parse().map_err(|_| (400, "InvalidArgument"))?;
    if size > 100 {
        return Err((400, "InvalidArgument"));
    }
    let begin: usize = of("nextToken")
        .map_or(Some(0), |token| token.strip_prefix("next+/=")?.parse().ok())
        .ok_or((400, "InvalidArgument"))?;
    let rows: Vec<&Job> = jobs.iter().skip(begin).take(size).copied().collect();
    let end = begin + rows.len();
    let token = if end < jobs.len() { format!("next+/={end}") } else { String::new() };
    Ok((rows, token))
}

/// The vendor's word for what became of a job.
fn state(job: &Job) -> &'static str {
    let outcome = job.event.as_ref().map(|event| event.r#type.outcome);
    match outcome {
        Some(Outcome::Succeeded | Outcome::Partial) => "Success",
        Some(Outcome::Canceled) => "Cancel",
        Some(Outcome::Running) => "Running",
        Some(Outcome::Failed | Outcome::Unknown) | None => "Failed",
    }
}

/// The element of this name in a callback, which may be in JSON, or a short one of a review.
fn written(job: &Job, name: &str) -> String {
    let Ok(body) = serde_json::from_str::<Value>(&job.body) else { return element(&job.body, name) };
    // One sample of a review is in JSON with the element around it that the XML has.
    let body = body.get("Response").unwrap_or(&body);
    let mut detail = match body.get(name) {
        Some(Value::Array(jobs)) => jobs.first().cloned().unwrap_or_default(),
        Some(job) => job.clone(),
        None => of_short(body),
    };
    if let Some(members) = detail.as_object_mut() {
        // What no page on the reviews' answers has.
        for name in ["BucketId", "Region", "CosHeaders"] {
            members.remove(name);
        }
    }
    elements(name, &detail)
}

/// What the API has of a review whose callback is short.
fn of_short(body: &Value) -> Value {
    let data = body.get("data").cloned().unwrap_or_default();
    let of = |name: &str| data.get(name).cloned().unwrap_or_default();
    let has_failed = body.get("code").is_some_and(|code| *code != json!(0));
    let url = of("url");
    let place = url.as_str().and_then(|url| url.split_once("://")?.1.split_once('/'));
    let object = place.filter(|(host, _)| host.ends_with(".myqcloud.com")).map(|(_, object)| object);
    let infos = data.as_object().into_iter().flatten().filter(|(name, _)| name.ends_with("_info"));
    let mut detail = json!({
        "JobId": of("trace_id"),
        "State": if has_failed { "Failed" } else { "Success" },
        "Code": has_failed.then_some("Failed"),
        "Message": if has_failed { of("message") } else { Value::Null },
        "DataId": of("data_id"),
        "Result": of("result"),
        "Suggestion": of("result"),
        "ForbidState": of("forbidden_status"),
        "Object": object,
        "Url": if object.is_none() { url.clone() } else { Value::Null },
    });
    if let Some(members) = detail.as_object_mut() {
        members.extend(infos.map(|(name, info)| (long(name), long_names(info))));
    }
    detail
}

/// The value with names as the answers have them.
fn long_names(value: &Value) -> Value {
    match value {
        Value::Object(members) => members.iter().map(|(name, value)| (long(name), long_names(value))).collect(),
        Value::Array(values) => values.iter().map(long_names).collect(),
        other => other.clone(),
    }
}

/// `PornInfo` for `porn_info`.
fn long(name: &str) -> String {
    let capital = |word: &str| {
        let mut letters = word.chars();
        letters.next().map(|first| first.to_ascii_uppercase()).into_iter().chain(letters).collect::<String>()
    };
    name.split('_').map(capital).collect()
}

/// A value in JSON as elements in XML.
fn elements(name: &str, value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::Array(values) => values.iter().map(|value| elements(name, value)).collect(),
        Value::Object(members) => {
            let content: String = members.iter().map(|(name, value)| elements(name, value)).collect();
            format!("<{name}>{content}</{name}>")
        }
        Value::String(text) => {
            let text = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
            format!("<{name}>{text}</{name}>")
        }
        other => format!("<{name}>{other}</{name}>"),
    }
}

/// The first element of this name, as it is written.
fn element(body: &str, name: &str) -> String {
    let (open, close) = (format!("<{name}>"), format!("</{name}>"));
    let rest = body.split_once(&open).map(|(_, rest)| rest);
    let content = rest.and_then(|rest| rest.split_once(&close)).map_or("", |(content, _)| content);
    format!("{open}{content}{close}")
}

fn failed(status: u16) -> Response {
    let (status, code) = if status == 429 { (503, "SlowDown") } else { (500, "InternalError") };
    response(status, "application/xml", error(code))
}

pub(crate) fn error(code: &str) -> String {
    format!("<Error><Code>{code}</Code><Message>SECRET in a message</Message><RequestId>r-1</RequestId></Error>")
}
