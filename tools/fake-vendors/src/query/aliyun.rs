//! What both of Alibaba Cloud's APIs do: the signature, parameters in the query, errors by status and code, pages.

use std::sync::Arc;

use axum::Router;
use axum::http::{HeaderMap, Uri};
use axum::response::Response;
use axum::routing::post;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value, json};
use vendor_api::AccessKey;
use vendor_api::signature::acs3::{Signable, authorization, content_hash};

use super::answered;
use super::jobs::{Job, Shared, Store, lock};
use crate::account::{KEY, KEY_ID, TOKEN};
use crate::response::response;

/// Maximum difference between a signed time and the clock, in seconds.
const TOLERANCE: i64 = 15 * 60;

/// The headers that are signed.
const SIGNED: [&str; 7] = [
    "host",
    "x-acs-action",
    "x-acs-content-sha256",
    "x-acs-date",
    "x-acs-security-token",
    "x-acs-signature-nonce",
    "x-acs-version",
];

/// An object in JSON.
pub(super) type Object = Map<String, Value>;

/// The status and code of an error.
pub(super) type Refusal = (u16, &'static str);

/// What an API answers to an action.
pub(super) type Act = fn(&mut Store, &str, &Parameters) -> Result<Object, Refusal>;

/// The parameters of a request.
#[derive(Debug)]
pub(super) struct Parameters(Vec<(String, String)>);

/// The API of this version.
pub(super) fn router(store: Shared, version: &'static str, act: Act) -> Router {
    let handle = move |uri: Uri, headers: HeaderMap| handle(Arc::clone(&store), version, act, uri, headers);
    Router::new().route("/", post(handle))
}

async fn handle(store: Shared, version: &'static str, act: Act, uri: Uri, headers: HeaderMap) -> Response {
    let answer = || match answer(&mut lock(&store), version, act, uri.query().unwrap_or_default(), &headers) {
        Ok(value) => (200, value.to_string()),
        Err((status, code)) => (status, error(code)),
    };
    answered(&store, "application/json", failed, answer).await
}

fn answer(store: &mut Store, version: &str, act: Act, query: &str, headers: &HeaderMap) -> Result<Value, Refusal> {
    let of = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    authenticate(version, query, of, store.now().as_second()).inspect_err(|(_, code)| store.complain(*code))?;
    let parameters = Parameters(form_urlencoded::parse(query.as_bytes()).into_owned().collect());
    let mut answer = act(store, of("x-acs-action"), &parameters)?;
    answer.insert("RequestId".to_owned(), "r-1".into());
    Ok(answer.into())
}

/// Verifies that all headers that the vendor wants are signed, the token, and the time. `now` is the server's clock, in seconds.
pub(crate) fn authenticate<'h>(
    version: &str,
    query: &str,
    of: impl Fn(&str) -> &'h str,
    now: i64,
) -> Result<(), Refusal> {
    let signed = SIGNED.map(|name| (name, of(name)));
    let key = AccessKey::new(&KEY_ID.to_owned().into(), &KEY.to_owned().into(), None);
    let key = key.map_err(|_| (500, "InternalError"))?;
    let hash = content_hash(b"");
    let request = Signable { method: "POST", query, headers: &signed, content_hash: &hash };
    if of("authorization") != authorization(&request, &key) || of("x-acs-content-sha256") != hash {
        return Err((400, "SignatureDoesNotMatch"));
    }
    if of("x-acs-version") != version {
        return Err((400, "InvalidVersion"));
    }
    if of("x-acs-security-token") != TOKEN {
        return Err((400, "InvalidSecurityToken.Malformed"));
    }
    let time: Timestamp = of("x-acs-date").parse().map_err(|_| (400, "InvalidTimeStamp.Format"))?;
    if (now - time.as_second()).abs() > TOLERANCE {
        return Err((400, "InvalidTimeStamp.Expired"));
    }
    Ok(())
}

impl Parameters {
    /// The value of a parameter.
    pub(super) fn of(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// The value of a parameter that an action requires.
    pub(super) fn required(&self, store: &mut Store, name: &str) -> Result<&str, Refusal> {
        self.of(name).filter(|value| !value.is_empty()).ok_or_else(|| {
            store.complain(format!("no {name}"));
            (400, "MissingParameter")
        })
    }

    /// Refuses parameters that an action does not have.
    pub(super) fn only(&self, store: &mut Store, known: &[&str]) -> Result<(), Refusal> {
        match self.0.iter().find(|(name, _)| !known.contains(&name.as_str())) {
            None => Ok(()),
            Some((name, _)) => {
                store.complain(format!("the parameter {name}"));
                Err((400, "InvalidParameter"))
            }
        }
    }

    /// The times at these parameters; the beginning and end of all time where they are not given. They may be so far apart.
    pub(super) fn times(
        &self,
        store: &mut Store,
        [from, until]: [&str; 2],
        span: SignedDuration,
    ) -> Result<(Timestamp, Timestamp), Refusal> {
        let (Some(from), Some(until)) = (self.of(from), self.of(until)) else {
            return Ok((Timestamp::MIN, Timestamp::MAX));
        };
        let times = from.parse::<Timestamp>().ok().zip(until.parse::<Timestamp>().ok());
        times.filter(|(from, until)| until.duration_since(*from) <= span).ok_or_else(|| {
            store.complain("times of another form, or too far apart");
            (400, "InvalidParameter")
        })
    }

    /// The number at a parameter, within these limits.
    pub(super) fn number(
        &self,
        store: &mut Store,
        name: &str,
        default: usize,
        limits: std::ops::RangeInclusive<usize>,
    ) -> Result<usize, Refusal> {
        let number = self.of(name).map_or(Some(default), |text| text.parse().ok());
        number.filter(|number| limits.contains(number)).ok_or_else(|| {
            store.complain(format!("a {name} of another size"));
            (400, "InvalidParameter")
        })
    }
}

/// A page of jobs, and the mark of the next one: empty where there is none.
pub(super) fn page<'j>(jobs: &[&'j Job], size: usize, mark: Option<&str>) -> Result<(Vec<&'j Job>, String), Refusal> {
    let begin: usize =
        mark.map_or(Some(0), |token| token.strip_prefix("next+/=")?.parse().ok()).ok_or((400, "InvalidParameter"))?;
    let rows: Vec<&Job> = jobs.iter().skip(begin).take(size).copied().collect();
    let end = begin + rows.len();
    let token = if end < jobs.len() { format!("next+/={end}") } else { String::new() };
    Ok((rows, token))
}

/// The object that a value is.
pub(super) fn object(value: Value) -> Object {
    match value {
        Value::Object(object) => object,
        _ => Object::new(),
    }
}

/// Moves a member to another name, if it is there.
pub(super) fn rename(object: &mut Object, from: &str, to: &str) {
    if let Some(value) = object.remove(from) {
        object.insert(to.to_owned(), value);
    }
}

/// A time as the vendor writes it.
pub(super) fn seconds(time: Timestamp) -> Value {
    vendor_api::seconds(time).into()
}

fn failed(status: u16) -> Response {
    let (status, code) = if status == 429 { (400, "Throttling.User") } else { (500, "InternalError") };
    response(status, "application/json", error(code))
}

fn error(code: &str) -> String {
    json!({ "Code": code, "Message": "SECRET in a message", "RequestId": "r-1", "Recommend": "" }).to_string()
}
