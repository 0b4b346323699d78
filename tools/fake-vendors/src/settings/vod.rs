//! Tencent Cloud VOD's `DescribeEventConfig` and `ModifyEventConfig`.

use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::http::HeaderMap;
use axum::response::Response;
use axum::routing::post;
use serde_json::{Map, Value, json};

use super::{Shared, Store, lock};
use crate::account::SUB_APP_ID;
use crate::response::response;
use crate::tencent::{authenticate, failed};

const SETTING: &str = "callback";

/// What can be set, with the values that are documented; none where it is a text. The key is not told.
const MEMBERS: [(&str, &[&str]); 6] = [
    ("Mode", &["PUSH", "PULL"]),
    ("NotificationUrl", &[]),
    ("UploadMediaCompleteEventSwitch", &["ON", "OFF"]),
    ("DeleteMediaCompleteEventSwitch", &["ON", "OFF"]),
    ("PersistenceCompleteEventSwitch", &["ON", "OFF"]),
    (KEY, &[]),
];

const KEY: &str = "SignKey";

pub(super) fn router(store: Shared) -> Router {
    let handle = move |headers: HeaderMap, body: Bytes| {
        let store = Arc::clone(&store);
        async move { handle(&mut lock(&store), &headers, &body) }
    };
    Router::new().route("/", post(handle))
}

fn handle(store: &mut Store, headers: &HeaderMap, body: &[u8]) -> Response {
    match answer(store, headers, body) {
        Ok(value) => response(200, "application/json", json!({ "Response": value }).to_string()),
        Err(code) => failed(code),
    }
}

fn answer(store: &mut Store, headers: &HeaderMap, body: &[u8]) -> Result<Value, &'static str> {
    let of = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned();
    authenticate(of, body, store.now()).inspect_err(|code| store.complain(*code))?;
    if let Some((_, code)) = store.refusal {
        return Err(code);
    }
    let mut request: Map<String, Value> = serde_json::from_slice(body).map_err(|_| "InvalidParameter")?;
    if request.remove("SubAppId").and_then(|id| id.as_u64()) != SUB_APP_ID.parse().ok() {
        return Err("UnauthorizedOperation");
    }
    match of("x-tc-action").as_str() {
        "DescribeEventConfig" if request.is_empty() => {
            let members = store.members(SETTING);
            let told = MEMBERS.into_iter().filter(|(name, _)| *name != KEY);
            let mut answer: Map<String, Value> = told
                .map(|(name, _)| {
                    (name.to_owned(), members.get(name).map_or(Value::Null, |value| value.as_str().into()))
                })
                .collect();
            answer.insert("RequestId".to_owned(), "r-1".into());
            Ok(answer.into())
        }
        "ModifyEventConfig" if store.is_read_only => Err("UnauthorizedOperation"),
        "ModifyEventConfig" => {
            let members = store.settings.entry(SETTING.to_owned()).or_default();
            // "By default OFF": a switch that is left out is switched off.
            for (name, values) in MEMBERS {
                if values.contains(&"OFF") {
                    members.insert(name.to_owned(), "OFF".to_owned());
                }
            }
            for (name, value) in request {
                let known = MEMBERS.iter().find(|(known, _)| *known == name);
                let value = value.as_str().unwrap_or_default();
                if known.is_none_or(|(_, values)| !values.is_empty() && !values.contains(&value)) {
                    return Err("InvalidParameterValue");
                }
                members.insert(name, value.to_owned());
            }
            Ok(json!({ "RequestId": "r-1" }))
        }
        action => {
            store.complain(format!("the action {action}, or its parameters"));
            Err("InvalidAction")
        }
    }
}
