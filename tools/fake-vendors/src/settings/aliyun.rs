//! Alibaba Cloud's `GetMessageCallback` and `SetMessageCallback` of VOD, `GetEventCallback` and `SetEventCallback` of IMS.

use std::sync::Arc;

use axum::Router;
use axum::http::{HeaderMap, Uri};
use axum::response::Response;
use axum::routing::post;
use serde_json::{Map, Value, json};

use super::{Members, Shared, Store, lock};
use crate::query::aliyun::authenticate;
use crate::query::ci::{Refusal, parameters};
use crate::response::response;

const SETTING: &str = "callback";

/// A product's actions and members.
#[derive(Debug, Clone, Copy)]
pub(super) struct Api {
    version: &'static str,
    get: &'static str,
    set: &'static str,
    /// The member of the answer that has the setting; none where the answer is the setting.
    member: Option<&'static str>,
    members: &'static [&'static str],
}

pub(super) const VOD: Api = Api {
    version: vendor_api::aliyun::VOD,
    get: "GetMessageCallback",
    set: "SetMessageCallback",
    member: Some("MessageCallback"),
    members: &[
        "CallbackType",
        "CallbackURL",
        "EventTypeList",
        "AuthSwitch",
        "AuthKey",
        "MnsEndpoint",
        "MnsQueueName",
        "AppId",
    ],
};

pub(super) const IMS: Api = Api {
    version: vendor_api::aliyun::ICE,
    get: "GetEventCallback",
    set: "SetEventCallback",
    member: None,
    members: &["CallbackType", "CallbackURL", "EventTypeList", "AuthSwitch", "AuthKey", "CallbackQueueName"],
};

pub(super) fn router(store: Shared, api: Api) -> Router {
    let handle = move |uri: Uri, headers: HeaderMap| {
        let store = Arc::clone(&store);
        async move { handle(&mut lock(&store), api, uri.query().unwrap_or_default(), &headers) }
    };
    Router::new().route("/", post(handle))
}

fn handle(store: &mut Store, api: Api, query: &str, headers: &HeaderMap) -> Response {
    let (status, value) = match answer(store, api, query, headers) {
        Ok(value) => (200, value),
        Err((status, code)) => (status, json!({"Code": code, "Message": "SECRET in a message", "RequestId": "r-1"})),
    };
    response(status, "application/json", value.to_string())
}

fn answer(store: &mut Store, api: Api, query: &str, headers: &HeaderMap) -> Result<Value, Refusal> {
    let of = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    authenticate(api.version, query, of, store.now()).inspect_err(|(_, code)| store.complain(*code))?;
    if let Some(refusal) = store.refusal {
        return Err(refusal);
    }
    let request = parameters(query);
    if request.iter().any(|(name, _)| !api.members.contains(&name.as_str())) {
        store.complain("a parameter that is not documented");
        return Err((400, "InvalidParameter"));
    }
    match of("x-acs-action") {
        action if action == api.get => {
            let members: Map<String, Value> =
                store.members(SETTING).into_iter().map(|(name, value)| (name, value.into())).collect();
            let mut answer = match api.member {
                Some(member) => Map::from_iter([(member.to_owned(), members.into())]),
                None => members,
            };
            answer.insert("RequestId".to_owned(), "r-1".into());
            Ok(answer.into())
        }
        action if action == api.set && store.is_read_only => Err((403, "Forbidden.RAM")),
        action if action == api.set => {
            let setting: Members = request.into_iter().collect();
            check(&setting)?;
            // It replaces the whole setting.
            store.settings.insert(SETTING.to_owned(), setting);
            Ok(json!({"RequestId": "r-1", "Success": true}))
        }
        action => {
            store.complain(format!("the action {action}"));
            Err((404, "InvalidAction.NotFound"))
        }
    }
}

/// Whether a setting is one that the vendor takes.
fn check(setting: &Members) -> Result<(), Refusal> {
    let of = |name: &str| setting.get(name).map(String::as_str).unwrap_or_default();
    let key = of("AuthKey");
    let has = |is: fn(&char) -> bool| key.chars().any(|character| is(&character));
    let is_key = key.is_empty()
        || (key.len() <= 32
            && has(char::is_ascii_uppercase)
            && has(char::is_ascii_lowercase)
            && has(char::is_ascii_digit));
    let is_complete = match of("CallbackType") {
        "HTTP" => !of("CallbackURL").is_empty() && of("CallbackURL").len() <= 256,
        "MNS" => !of("MnsQueueName").is_empty() || of("CallbackQueueName").starts_with("ice-callback"),
        _ => false,
    };
    if is_key && is_complete { Ok(()) } else { Err((400, "InvalidParameter")) }
}
