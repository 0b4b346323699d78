//! Cloud Infinite's queues and workflows: their lists, and the update of a queue.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;

use axum::Router;
use axum::http::{HeaderMap, Method, Uri};
use axum::response::Response;
use quick_xml::escape::escape;
use serde::Deserialize;

use super::{Members, Shared, Store, lock};
use crate::account::BUCKET;
use crate::query::ci::{Refusal, authenticate, error, parameters};
use crate::response::response;

/// The paths of the kinds of queues.
const QUEUES: [&str; 6] = ["queue", "picqueue", "ai_queue", "asrqueue", "docqueue", "file_queue"];

/// The members of a queue's and a workflow's `NotifyConfig`.
const NOTIFY: [&str; 5] = ["Url", "Event", "Type", "NotifyState", "ResultFormat"];

/// The body of an update.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Update {
    name: String,
    state: String,
    notify_config: BTreeMap<String, String>,
}

pub(super) fn router(store: Shared) -> Router {
    Router::new().fallback(move |method: Method, uri: Uri, headers: HeaderMap, body: String| {
        let store = Arc::clone(&store);
        async move { handle(&mut lock(&store), &method, &uri, &headers, &body) }
    })
}

fn handle(store: &mut Store, method: &Method, uri: &Uri, headers: &HeaderMap, body: &str) -> Response {
    let (status, text) = match answer(store, method, uri, headers, body) {
        Ok(text) => (200, text),
        Err((status, code)) => (status, error(code)),
    };
    response(status, "application/xml", text)
}

fn answer(store: &mut Store, method: &Method, uri: &Uri, headers: &HeaderMap, body: &str) -> Result<String, Refusal> {
    let parameters = parameters(uri.query().unwrap_or_default());
    let signed = method.as_str().to_ascii_lowercase();
    authenticate(&signed, uri.path(), &parameters, headers, store.now())
        .inspect_err(|(_, code)| store.complain(*code))?;
    if let Some(refusal) = store.refusal {
        return Err(refusal);
    }
    let of = |name: &str| parameters.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str());
    let path: Vec<&str> = uri.path().split('/').skip(1).collect();
    match (method, path.as_slice()) {
        (&Method::GET, [kind]) if QUEUES.contains(kind) || *kind == "workflow" => list(store, kind, of),
        (&Method::PUT, [kind, id]) if QUEUES.contains(kind) => update(store, kind, id, body),
        _ => {
            store.complain(format!("the path {}", uri.path()));
            Err((404, "NoSuchKey"))
        }
    }
}

fn list<'q>(store: &mut Store, kind: &str, of: impl Fn(&str) -> Option<&'q str>) -> Result<String, Refusal> {
    // By default the queues of one kind of media processing are listed, and not of both.
    if kind == "queue" && of("category") != Some("CateAll") {
        store.complain("a list of one kind of media queues");
    }
    let number = |name, default: usize| of(name).map_or(Some(default), |text| text.parse().ok());
    let (page, size) = number("pageNumber", 1).zip(number("pageSize", 10)).ok_or((400, "InvalidArgument"))?;
    let prefix = format!("{kind}/");
    let all: Vec<(&str, &Members)> =
        store.settings.iter().filter_map(|(name, members)| Some((name.strip_prefix(&prefix)?, members))).collect();
    let mut text = format!("<Response><RequestId>r-1</RequestId><TotalCount>{}</TotalCount>", all.len());
    // The server gives fewer rows than are asked for.
    for (id, members) in all.iter().skip((page.max(1) - 1) * size.min(2)).take(size.min(2)) {
        // Writing to a string does not fail.
        write!(text, "{}", row(kind, id, members)).unwrap_or_default();
    }
    Ok(text + "</Response>")
}

fn row(kind: &str, id: &str, members: &Members) -> String {
    let of = |name: &str| members.get(name).map(String::as_str).unwrap_or_default();
    let member = |name: &&str| {
        let element = if *name == "NotifyState" { "State" } else { name };
        format!("<{element}>{}</{element}>", escape(of(name)))
    };
    let notify = NOTIFY.iter().map(member).collect::<Vec<_>>().concat();
    let notify = format!("<NotifyConfig>{notify}<MqMode/><MqName/><MqRegion/></NotifyConfig>");
    let head = format!("<Name>{}</Name><State>{}</State>", escape(of("Name")), of("State"));
    if kind == "workflow" {
        let bucket = if of("BucketId").is_empty() { BUCKET.0 } else { of("BucketId") };
        return format!(
            "<MediaWorkflowList>{head}<WorkflowId>{id}</WorkflowId><BucketId>{bucket}</BucketId><Topology><Dependencies>\
             <Start>Snapshot_1</Start><Snapshot_1>End</Snapshot_1></Dependencies><Nodes><Start><Type>Start</Type><Input>\
             <ObjectPrefix>in</ObjectPrefix>{notify}</Input></Start><Snapshot_1><Type>Snapshot</Type></Snapshot_1></Nodes>\
             </Topology></MediaWorkflowList>"
        );
    }
    format!("<QueueList><QueueId>{id}</QueueId>{head}{notify}<MaxSize>10000</MaxSize></QueueList>")
}

fn update(store: &mut Store, kind: &str, id: &str, body: &str) -> Result<String, Refusal> {
    if store.is_read_only {
        return Err((403, "AccessDenied"));
    }
    let update: Update = quick_xml::de::from_str(body).map_err(|_| (400, "MalformedXML"))?;
    let setting = store.settings.get_mut(&format!("{kind}/{id}")).ok_or((404, "QueueNotExist"))?;
    setting.insert("Name".to_owned(), update.name);
    setting.insert("State".to_owned(), update.state);
    for (name, value) in update.notify_config {
        setting.insert(if name == "State" { "NotifyState".to_owned() } else { name }, value);
    }
    Ok("<Response><RequestId>r-1</RequestId></Response>".to_owned())
}
