//! Tencent Cloud VOD's `PullEvents` and `ConfirmEvents`.

use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Bytes;
use axum::http::HeaderMap;
use axum::response::Response;
use axum::routing::post;
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};
use vendor_api::AccessKey;
use vendor_api::signature::tc3::{Signable, authorization};

use crate::account::{KEY, KEY_ID, SUB_APP_ID, TOKEN};
use crate::fault::{Action, Empty, QueueFault};
use crate::response::{cut_off, response, stall};
use crate::shelf::{BATCH, Shared, lock};

/// How long a pull of an empty queue is held: the vendor's 5 seconds would make the tests slow.
const HELD: Duration = Duration::from_millis(200);

/// Maximum difference between a signed time and the clock, in seconds.
const TOLERANCE: i64 = 5 * 60;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Request {
    event_handles: Option<Vec<String>>,
    sub_app_id: Option<u64>,
}

pub(crate) fn router(shelf: Shared) -> Router {
    Router::new().route("/", post(move |headers: HeaderMap, body: Bytes| handle(Arc::clone(&shelf), headers, body)))
}

async fn handle(shelf: Shared, headers: HeaderMap, body: Bytes) -> Response {
    let of = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let action = match of("x-tc-action") {
        "PullEvents" => Action::Receive,
        "ConfirmEvents" => Action::Confirm,
        _ => return refused(&shelf, "InvalidAction"),
    };
    let fault = lock(&shelf).ask(action);
    let now = lock(&shelf).now().as_second();
    if let Err(code) = authenticate(|name| of(name).to_owned(), &body, now) {
        return refused(&shelf, code);
    }
    let Ok(request) = serde_json::from_slice::<Request>(&body) else { return refused(&shelf, "InvalidParameter") };
    if request.sub_app_id.map(|id| id.to_string()).as_deref() != Some(SUB_APP_ID) {
        return refused(&shelf, "UnauthorizedOperation");
    }
    match fault {
        Some(QueueFault::Throttle) => return failed("RequestLimitExceeded"),
        Some(QueueFault::Internal) => return failed("InternalError"),
        Some(QueueFault::Garbage(status)) => return response(status, "text/html", "<html>".to_owned()),
        Some(QueueFault::Stall) => return stall().await,
        Some(QueueFault::StallAfter | QueueFault::CutOff | QueueFault::Expire | QueueFault::ExpireOne) | None => {}
    }
    let text = match (action, request.event_handles) {
        (Action::Receive, None) => pull(&shelf).await,
        (Action::Confirm, Some(handles)) => confirm(&shelf, &handles),
        _ => return refused(&shelf, "InvalidParameter"),
    };
    match fault {
        Some(QueueFault::StallAfter) => {
            lock(&shelf).is_stalling = false;
            stall().await
        }
        Some(QueueFault::CutOff) => cut_off(&text),
        _ => response(200, "application/json", text),
    }
}

/// Verifies signature, token and time. `now` is the server's clock, in seconds.
pub(crate) fn authenticate(of: impl Fn(&str) -> String, body: &[u8], now: i64) -> Result<(), &'static str> {
    let time = of("x-tc-timestamp").parse().ok().and_then(|seconds| Timestamp::from_second(seconds).ok());
    let time = time.ok_or("AuthFailure.InvalidAuthorization")?;
    let key = AccessKey::new(&KEY_ID.to_owned().into(), &KEY.to_owned().into(), None);
    let key = key.map_err(|_| "InternalError")?;
    let (content_type, host) = (of("content-type"), of("host"));
    let signed = [("content-type", content_type.as_str()), ("host", host.as_str())];
    let expected = authorization(&Signable { method: "POST", query: "", headers: &signed, body }, "vod", &key, time);
    if of("authorization") != expected || of("x-tc-version") != "2018-07-17" {
        return Err("AuthFailure.SignatureFailure");
    }
    if of("x-tc-token") != TOKEN {
        return Err("AuthFailure.TokenFailure");
    }
    if (now - time.as_second()).abs() > TOLERANCE {
        return Err("AuthFailure.SignatureExpire");
    }
    Ok(())
}

async fn pull(shelf: &Shared) -> String {
    let began = Instant::now();
    loop {
        let given = lock(shelf).take_batch(0, BATCH);
        if !given.is_empty() {
            let events: Vec<String> = given.into_iter().map(|given| given.body).collect();
            return format!(r#"{{"Response":{{"EventSet":[{}],"RequestId":"r-1"}}}}"#, events.join(","));
        }
        if began.elapsed() >= HELD || lock(shelf).is_hasty {
            break;
        }
        tokio::time::sleep(HELD / 10).await;
    }
    match lock(shelf).empty {
        Empty::Error => error("ResourceNotFound"),
        Empty::Null => json!({"Response": {"EventSet": null, "RequestId": "r-1"}}).to_string(),
        Empty::List => json!({"Response": {"EventSet": [], "RequestId": "r-1"}}).to_string(),
    }
}

/// The callback's body, an object, with its handle. The text stays as it is: numbers are part of an event's id as they are
/// written.
pub(crate) fn event(handle: &str, body: &str) -> String {
    let members = body.trim().strip_prefix('{').unwrap_or_default().trim_start();
    let comma = if members.starts_with('}') { "" } else { "," };
    format!(r#"{{"EventHandle":{}{comma}{members}"#, Value::String(handle.to_owned()))
}

/// One expired handle fails the whole request.
fn confirm(shelf: &Shared, handles: &[String]) -> String {
    let mut shelf = lock(shelf);
    if handles.is_empty() || handles.len() > BATCH {
        shelf.complain(format!("{} handles at a time", handles.len()));
        return error("InvalidParameterValue");
    }
    if !handles.iter().all(|handle| shelf.is_alive(handle)) {
        return error("InvalidParameterValue");
    }
    for handle in handles {
        shelf.confirm(handle);
    }
    json!({"Response": {"RequestId": "r-1"}}).to_string()
}

/// Rejects a request that no client should send, and records it.
fn refused(shelf: &Shared, code: &str) -> Response {
    lock(shelf).complain(code);
    failed(code)
}

pub(crate) fn failed(code: &str) -> Response {
    response(200, "application/json", error(code))
}

fn error(code: &str) -> String {
    json!({"Response": {"Error": {"Code": code, "Message": "SECRET in a message"}, "RequestId": "r-1"}}).to_string()
}
