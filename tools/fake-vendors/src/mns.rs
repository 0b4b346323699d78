//! Alibaba Cloud's Simple Message Queue: `BatchReceiveMessage` and `BatchDeleteMessage`.

use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Bytes;
use axum::http::{HeaderMap, Method, Uri};
use axum::response::Response;
use jiff::Timestamp;
use jiff::fmt::rfc2822;
use quick_xml::escape::escape;
use serde::Deserialize;
use vendor_api::AccessKey;
use vendor_api::signature::mns::{Signable, VERSION, authorization, content_md5};

use crate::account::{KEY, KEY_ID, QUEUES, TOKEN};
use crate::fault::{Action, Empty, QueueFault};
use crate::response::{cut_off, response, stall};
use crate::shelf::{BATCH, Given, Shared, lock};

/// Maximum difference between a signed time and the clock, in seconds.
const TOLERANCE: i64 = 15 * 60;

/// Wait times are divided by this, so that the tests are not slow.
const HASTE: u32 = 20;

const NAMESPACE: &str = r#"xmlns="http://mns.aliyuncs.com/doc/v1/""#;

#[derive(Deserialize)]
struct ReceiptHandles {
    #[serde(rename = "ReceiptHandle", default)]
    handles: Vec<String>,
}

pub(crate) fn router(shelf: Shared) -> Router {
    Router::new().fallback(move |method: Method, uri: Uri, headers: HeaderMap, body: Bytes| {
        handle(Arc::clone(&shelf), method, uri, headers, body)
    })
}

async fn handle(shelf: Shared, method: Method, uri: Uri, headers: HeaderMap, body: Bytes) -> Response {
    let action = if method == Method::GET { Action::Receive } else { Action::Confirm };
    let fault = lock(&shelf).ask(action);
    if let Err((status, code)) = authenticate(&shelf, &method, &uri, &headers, &body) {
        return refused(&shelf, status, code);
    }
    let queue = QUEUES.iter().position(|name| uri.path() == format!("/queues/{name}/messages"));
    let Some(queue) = queue else { return refused(&shelf, 404, "QueueNotExist") };
    match fault {
        Some(QueueFault::Throttle) => return failed(400, "QpsLimitExceeded"),
        Some(QueueFault::Internal) => return failed(500, "InternalError"),
        Some(QueueFault::Garbage(status)) => return response(status, "text/html", "<html>".to_owned()),
        Some(QueueFault::Stall) => return stall().await,
        Some(QueueFault::StallAfter | QueueFault::CutOff | QueueFault::Expire | QueueFault::ExpireOne) | None => {}
    }
    let (status, text) = if method == Method::GET {
        match polled(uri.query().unwrap_or_default()) {
            Some((most, wait)) => receive(&shelf, queue, most, wait).await,
            None => return refused(&shelf, 400, "InvalidQueryString"),
        }
    } else if method == Method::DELETE && uri.query().is_none() {
        match quick_xml::de::from_str::<ReceiptHandles>(&String::from_utf8_lossy(&body)) {
            Ok(ReceiptHandles { handles }) if (1..=BATCH).contains(&handles.len()) => delete(&shelf, &handles),
            _ => return refused(&shelf, 400, "MalformedXML"),
        }
    } else {
        return refused(&shelf, 400, "InvalidRequestURL");
    };
    match fault {
        Some(QueueFault::StallAfter) => {
            lock(&shelf).is_stalling = false;
            stall().await
        }
        Some(QueueFault::CutOff) => cut_off(if text.is_empty() { "<>" } else { &text }),
        _ => response(status, "text/xml;charset=utf-8", text),
    }
}

/// Verifies signature, token and time.
fn authenticate(
    shelf: &Shared,
    method: &Method,
    uri: &Uri,
    headers: &HeaderMap,
    body: &[u8],
) -> Result<(), (u16, &'static str)> {
    let of = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let date = rfc2822::parse(of("date")).map_err(|_| (400, "InvalidDateHeader"))?;
    let mut mns: Vec<(&str, &str)> = headers
        .iter()
        .filter(|(name, _)| name.as_str().starts_with("x-mns-"))
        .filter_map(|(name, value)| Some((name.as_str(), value.to_str().ok()?)))
        .collect();
    mns.sort_unstable();
    let key = AccessKey::new(&KEY_ID.to_owned().into(), &KEY.to_owned().into(), None);
    let key = key.map_err(|_| (500, "InternalError"))?;
    let request = Signable {
        method: method.as_str(),
        content_md5: of("content-md5"),
        content_type: of("content-type"),
        date: of("date"),
        headers: &mns,
        resource: uri.path_and_query().map(axum::http::uri::PathAndQuery::as_str).unwrap_or_default(),
    };
    if of("authorization") != authorization(&request, &key) || !mns.contains(&VERSION) {
        return Err((403, "SignatureDoesNotMatch"));
    }
    if !body.is_empty() && of("content-md5") != content_md5(body) {
        return Err((400, "InvalidDegist"));
    }
    if of("security-token") != TOKEN {
        return Err((403, "InvalidSecurityToken"));
    }
    let date: Timestamp = date.timestamp();
    if lock(shelf).skew(date) > TOLERANCE {
        return Err((408, "TimeExpired"));
    }
    Ok(())
}

/// The maximum number of messages of a poll, and its wait time.
fn polled(query: &str) -> Option<(usize, Duration)> {
    let (most, wait) = query.strip_prefix("numOfMessages=")?.split_once("&waitseconds=")?;
    let (most, wait) = (most.parse().ok()?, wait.parse().ok()?);
    ((1..=BATCH).contains(&most) && wait <= 30).then_some((most, Duration::from_secs(wait) / HASTE))
}

/// The body is the whole message; the handle is delivered beside it.
pub(crate) fn event(_handle: &str, body: &str) -> String {
    body.to_owned()
}

async fn receive(shelf: &Shared, queue: usize, most: usize, wait: Duration) -> (u16, String) {
    let began = Instant::now();
    loop {
        let given = lock(shelf).take_batch(queue, most);
        if !given.is_empty() {
            return (200, messages(given, lock(shelf).is_raw));
        }
        if began.elapsed() >= wait || lock(shelf).is_hasty {
            break;
        }
        tokio::time::sleep(wait / 10).await;
    }
    match lock(shelf).empty {
        Empty::Error | Empty::Null => (404, error("MessageNotExist")),
        Empty::List => (200, messages(Vec::new(), false)),
    }
}

fn messages(given: Vec<Given>, is_raw: bool) -> String {
    let message = |given: Given| {
        format!(
            "<Message><MessageId>5F290C926D472878</MessageId><ReceiptHandle>{}</ReceiptHandle><MessageBody>{}</MessageBody>\
             <MessageBodyMD5>C5DD56A39F5F7BB8B3337C6D11B6D8C7</MessageBodyMD5><EnqueueTime>1250700979248</EnqueueTime>\
             <NextVisibleTime>1250700799348</NextVisibleTime><FirstDequeueTime>1250700779318</FirstDequeueTime>\
             <DequeueCount>1</DequeueCount><Priority>8</Priority></Message>",
            escape(&given.handle),
            if is_raw { given.body.as_str().into() } else { escape(&given.body) },
        )
    };
    let messages: Vec<String> = given.into_iter().map(message).collect();
    format!(r#"<?xml version="1.0" encoding="UTF-8"?><Messages {NAMESPACE}>{}</Messages>"#, messages.concat())
}

/// Each expired handle fails separately.
fn delete(shelf: &Shared, handles: &[String]) -> (u16, String) {
    let mut shelf = lock(shelf);
    let dead: Vec<&String> = handles.iter().filter(|handle| !shelf.confirm(handle)).collect();
    if dead.is_empty() {
        return (204, String::new());
    }
    let error = |handle: &&String| {
        format!(
            "<Error><ErrorCode>MessageNotExist</ErrorCode><ErrorMessage>SECRET</ErrorMessage>\
             <ReceiptHandle>{}</ReceiptHandle></Error>",
            escape(handle.as_str())
        )
    };
    let errors: Vec<String> = dead.iter().map(error).collect();
    (404, format!(r#"<?xml version="1.0" encoding="UTF-8"?><Errors {NAMESPACE}>{}</Errors>"#, errors.concat()))
}

/// Rejects a request that no client should send, and records it.
fn refused(shelf: &Shared, status: u16, code: &str) -> Response {
    lock(shelf).complain(code);
    failed(status, code)
}

fn failed(status: u16, code: &str) -> Response {
    response(status, "text/xml;charset=utf-8", error(code))
}

fn error(code: &str) -> String {
    format!(
        r#"<?xml version="1.0" encoding="UTF-8"?><Error {NAMESPACE}><Code>{code}</Code><Message>SECRET in a message</Message><RequestId>r-1</RequestId><HostId>http://h</HostId></Error>"#
    )
}
