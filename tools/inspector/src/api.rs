//! The page and its HTTP API, for this machine only. `docs/dev.md` describes it.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::{DefaultBodyLimit, Path, Query as Parameters, State as Shared};
use axum::http::header::CONTENT_TYPE;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router, middleware};
use callbacks::auth::{self, Clock, Credentials, Finding};
use callbacks::{CloudEvent, Product, decode};
use jiff::Timestamp;
use receiver::FunctionUrlRequest;
use receiver::credentials::of_secret;
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use serde_json::{Value, json};

use crate::entry::{Delivery, Entry};
use crate::forward::BusEvent;
use crate::guard::guard;
use crate::keyring::Secret;
use crate::lock::lock;
use crate::search::Query;
use crate::send::{Import, Replay, Sending};
use crate::state::{Faults, State};
use crate::summary::{groups, summary};
use crate::target::{Form, QUEUE, Target};
use crate::{mask, media, page, provenance, send, stream, validity};

/// The most callbacks of one answer.
const MOST: usize = 500;

/// The longest that a client may wait, in seconds.
const LONGEST_WAIT: u64 = 300;

type App = Shared<Arc<State>>;

/// A request that cannot be done, in words.
struct Problem(StatusCode, String);

impl From<String> for Problem {
    fn from(problem: String) -> Self {
        Self(StatusCode::BAD_REQUEST, problem)
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        (self.0, Json(json!({"error": self.1}))).into_response()
    }
}

pub(crate) fn router(state: Arc<State>) -> Router {
    let api = Router::new()
        .route("/callbacks", get(list).delete(clear))
        .route("/callbacks/{seq}", get(detail))
        .route("/callbacks/{seq}/body", get(body))
        .route("/callbacks/{seq}/request", get(request))
        .route("/callbacks/{seq}/provenance", get(trace))
        .route("/callbacks/{seq}/replay", post(replay))
        .route("/wait", get(wait))
        .route("/stream", get(stream::stream))
        .route("/send", post(send))
        .route("/preview", post(preview))
        .route("/import", post(import))
        .route("/media/{*key}", get(timeline))
        .route("/samples", get(samples))
        .route("/samples/{product}/{name}", get(sample))
        .route("/settings", get(settings).patch(change))
        .route("/copy-url/{product}", get(copy_url))
        .route("/health", get(async |Shared(state): App| Json(state.health())));
    Router::new()
        .nest("/api", api)
        .fallback(page::file)
        .layer(DefaultBodyLimit::max(64 << 20))
        .layer(middleware::from_fn_with_state(Arc::clone(&state), guard))
        .with_state(state)
}

#[derive(Debug, Deserialize)]
struct ListParameters {
    #[serde(default)]
    q: String,
    after: Option<u64>,
    before: Option<u64>,
    limit: Option<usize>,
}

async fn list(Shared(state): App, Parameters(parameters): Parameters<ListParameters>) -> Json<Value> {
    let query = Query::parse(&parameters.q);
    let limit = parameters.limit.unwrap_or(100).min(MOST);
    let answer = state.journal.with(|entries| {
        let names = ["all", "failed", "refused", "unknown", "moderation"];
        let mut counts: serde_json::Map<String, Value> =
            names.into_iter().map(|name| (name.to_owned(), 0.into())).collect();
        let (mut total, mut callbacks) = (0_usize, Vec::new());
        for entry in entries.iter().rev() {
            for (group, is_in) in groups(entry) {
                let count = counts.get(group).and_then(Value::as_u64).unwrap_or_default();
                counts.insert(group.to_owned(), (count + u64::from(is_in)).into());
            }
            if !query.matches(entry) {
                continue;
            }
            total += 1;
            let is_in_page = parameters.after.is_none_or(|after| entry.seq > after)
                && parameters.before.is_none_or(|before| entry.seq < before);
            if is_in_page && callbacks.len() < limit {
                callbacks.push(summary(entry));
            }
        }
        json!({"callbacks": callbacks, "total": total, "counts": counts})
    });
    let mut answer = answer;
    if let Some(members) = answer.as_object_mut() {
        members.insert("dropped".to_owned(), state.journal.dropped().into());
        members.insert("last".to_owned(), state.journal.last().into());
    }
    Json(answer)
}

async fn clear(Shared(state): App) -> StatusCode {
    state.clear();
    StatusCode::NO_CONTENT
}

fn found(state: &State, seq: u64) -> Result<Entry, Problem> {
    let missing =
        || Problem(StatusCode::NOT_FOUND, "there is no such callback: it may have fallen out of the list".to_owned());
    state.journal.get(seq).ok_or_else(missing)
}

/// All of a callback. The events, and what the vendor sent, keep the order of their members.
#[derive(Serialize)]
struct Detail<'e> {
    summary: Value,
    request: Value,
    answer: Value,
    /// How long the vendor waits for an answer.
    limit_ms: u128,
    findings: &'e [Finding],
    events: &'e [CloudEvent],
    /// What its events were when it came, where this build makes others of it.
    before: Option<&'e [CloudEvent]>,
    /// Whether the vendor calls the event deprecated, of each.
    deprecated: Vec<bool>,
    /// What is wrong with each event by its schema; empty where it is valid.
    invalid: Vec<Vec<String>>,
    vendor: Vec<Option<&'e RawValue>>,
    /// Bytes of each event.
    sizes: Vec<usize>,
    deliveries: &'e [Delivery],
    eventbridge: Vec<BusEvent<'e>>,
}

async fn detail(Shared(state): App, Path(seq): Path<u64>) -> Result<Response, Problem> {
    let entry = found(&state, seq)?;
    let credentials = state.keyring.of(entry.product);
    let request = mask::request(&entry, &credentials);
    let text = |name: &str| request.get(name).and_then(Value::as_str).unwrap_or_default();
    let headers = request.get("headers").and_then(Value::as_object).into_iter().flatten();
    let headers: Vec<Value> = headers.map(|(name, value)| json!([name, value])).collect();
    let request = json!({
        "method": request.pointer("/requestContext/http/method"),
        "path": text("rawPath"),
        "query": text("rawQueryString"),
        "host": request.pointer("/headers/host"),
        "headers": headers,
        "at": entry.received,
    });
    let size = |event: &CloudEvent| serde_json::to_string(event).map_or(0, |text| text.len());
    let detail = Detail {
        summary: summary(&entry),
        request,
        answer: json!({"status": entry.response.status, "body": entry.response.body}),
        limit_ms: entry.product.answer_within().as_millis(),
        findings: &entry.findings,
        events: &entry.events,
        before: entry.before.as_deref(),
        deprecated: entry.events.iter().map(is_deprecated).collect(),
        invalid: entry.events.iter().map(validity::problems).collect(),
        vendor: entry.events.iter().map(vendor).collect(),
        sizes: entry.events.iter().map(size).collect(),
        deliveries: &entry.deliveries,
        eventbridge: entry.events.iter().map(BusEvent::new).collect(),
    };
    Ok(Json(detail).into_response())
}

fn is_deprecated(event: &CloudEvent) -> bool {
    event.vendorevent.as_deref().is_some_and(|name| callbacks::is_deprecated(event.source, name))
}

/// What the vendor sent of an event.
fn vendor(event: &CloudEvent) -> Option<&RawValue> {
    event.data()?.vendor.as_deref()
}

async fn body(Shared(state): App, Path(seq): Path<u64>) -> Result<Response, Problem> {
    let entry = found(&state, seq)?;
    let body = mask::body(&entry, &state.keyring.of(entry.product));
    Ok(([(CONTENT_TYPE, "text/plain; charset=utf-8")], body).into_response())
}

async fn request(Shared(state): App, Path(seq): Path<u64>) -> Result<Response, Problem> {
    let entry = found(&state, seq)?;
    let request = mask::request(&entry, &state.keyring.of(entry.product));
    let name = format!("attachment; filename=\"{}-{seq}.json\"", entry.product);
    let headers = [(CONTENT_TYPE, "application/json".to_owned()), (header::CONTENT_DISPOSITION, name)];
    Ok((headers, format!("{request:#}\n")).into_response())
}

async fn trace(Shared(state): App, Path(seq): Path<u64>) -> Result<Json<Value>, Problem> {
    let entry = found(&state, seq)?;
    let traced = tokio::task::spawn_blocking(move || entry.events.iter().map(provenance::trace).collect::<Vec<_>>());
    let traced = traced.await.map_err(|_| "it could not be traced".to_owned())?;
    Ok(Json(json!({"events": traced})))
}

async fn replay(Shared(state): App, Path(seq): Path<u64>, Json(replay): Json<Replay>) -> Result<Json<Value>, Problem> {
    Ok(Json(send::replay(&state, seq, replay).await?))
}

#[derive(Debug, Deserialize)]
struct WaitParameters {
    #[serde(default)]
    q: String,
    after: Option<String>,
    timeout: Option<u64>,
}

/// Answers with the first callback that matches, or 204 after the time.
async fn wait(Shared(state): App, Parameters(parameters): Parameters<WaitParameters>) -> Result<Response, Problem> {
    let mut changes = state.journal.changes();
    let after = match parameters.after.as_deref() {
        Some("now") => state.journal.last(),
        Some(number) => number.parse().map_err(|_| "after: expected a number or `now`".to_owned())?,
        None => 0,
    };
    let query = Query::parse(&parameters.q);
    let first = || {
        state
            .journal
            .with(|entries| entries.iter().find(|entry| entry.seq > after && query.matches(entry)).map(summary))
    };
    let arrived = async {
        loop {
            changes.mark_unchanged();
            if let Some(summary) = first() {
                return summary;
            }
            if changes.changed().await.is_err() {
                std::future::pending::<()>().await;
            }
        }
    };
    let timeout = Duration::from_secs(parameters.timeout.unwrap_or(30).min(LONGEST_WAIT));
    Ok(match tokio::time::timeout(timeout, arrived).await {
        Ok(summary) => Json(summary).into_response(),
        Err(_) => StatusCode::NO_CONTENT.into_response(),
    })
}

async fn send(Shared(state): App, Json(sending): Json<Sending>) -> Result<Json<Value>, Problem> {
    Ok(Json(send::send(&state, sending).await?))
}

#[derive(Debug, Deserialize)]
struct Preview {
    product: Product,
    body: String,
}

async fn preview(Json(preview): Json<Preview>) -> Json<Value> {
    let events = decode(preview.product, preview.body.as_bytes(), Timestamp::now());
    let types: Vec<String> = events.iter().map(|event| event.r#type.to_string()).collect();
    Json(json!({"types": types, "events": events}))
}

async fn import(Shared(state): App, Json(import): Json<Import>) -> Result<Json<Value>, Problem> {
    Ok(Json(send::import(&state, import).await?))
}

async fn timeline(Shared(state): App, Path(key): Path<String>) -> Result<Json<Value>, Problem> {
    let missing = || Problem(StatusCode::NOT_FOUND, "no callback is about this".to_owned());
    media::timeline(&state.journal, &key).map(Json).ok_or_else(missing)
}

#[derive(Debug, Deserialize)]
struct SampleParameters {
    product: Product,
}

async fn samples(Shared(state): App, Parameters(parameters): Parameters<SampleParameters>) -> Json<Value> {
    let names: Vec<String> = (state.samples)(parameters.product).into_iter().map(|(name, _)| name).collect();
    Json(json!({"samples": names}))
}

async fn sample(Shared(state): App, Path((product, name)): Path<(Product, String)>) -> Result<Response, Problem> {
    let missing = || Problem(StatusCode::NOT_FOUND, "there is no such sample".to_owned());
    let body = send::sample(&state, product, &name).ok_or_else(missing)?;
    Ok(([(CONTENT_TYPE, "text/plain; charset=utf-8")], body).into_response())
}

/// Where a product's callback URL goes in the vendor's console, and how long it may be.
fn console(product: Product) -> (&'static str, Option<&'static str>) {
    match product {
        Product::AliyunVod => {
            ("ApsaraVideo VOD console: Configuration Management, Media Processing, Callback", Some("256 bytes"))
        }
        Product::AliyunIms => ("IMS console: Configurations, Callback Settings, HTTP Request", Some("256 bytes")),
        Product::TencentCi => (
            "the job's CallBack, or Cloud Infinite console: Bucket Management, the bucket, Task and Workflow, Queues and Callbacks",
            None,
        ),
        Product::TencentVod => ("VOD console: Callback Settings, normal callback", None),
    }
}

async fn settings(Shared(state): App) -> Json<Value> {
    let receivers: Vec<Value> = Product::ALL
        .into_iter()
        .map(|product| {
            let credentials = state.keyring.of(product);
            let reached = state.reached(product);
            let url = state.keyring.callback_url(product, &format!("http://{}/", state.receivers));
            let (console, limit) = console(product);
            let urls = credentials.callback_urls.iter();
            let urls: Vec<String> = urls.map(|url| sender::token::without_values(url.expose_secret())).collect();
            json!({
                "product": product,
                "url": sender::token::without_values(&url),
                "keys": credentials.keys.len(),
                "tokens": credentials.tokens.len(),
                "callback_urls": urls,
                "unsigned": state.keyring.is_open(product),
                "state": if reached.host.is_some() { "reached" } else { "nothing yet" },
                "reached_as": reached.host,
                "last_refusal": reached.refusal,
                "console": console,
                "limit": limit,
            })
        })
        .collect();
    let pulls = lock(&state.pulls).clone();
    let pulls: Vec<Value> = pulls.into_iter().map(|(queue, state)| json!({"queue": queue, "state": state})).collect();
    let target = lock(&state.target).clone();
    let (_, bytes) = state.journal.usage();
    Json(json!({
        "receivers": receivers,
        "consumer": {
            "url": target.as_ref().map(|target| target.url.to_string()),
            "form": target.as_ref().map_or(Form::default(), |target| target.form),
            "match": target.as_ref().map_or("", |target| &target.r#match),
            "queue": QUEUE - state.handing.capacity(),
        },
        "faults": state.faults(),
        "tolerance": state.tolerance,
        "pulls": pulls,
        "keep": state.keeper.as_ref().map(|keeper| json!({"file": keeper.path(), "problem": keeper.problem()})),
        "limits": {"callbacks": state.limits.0, "bytes": state.limits.1, "used": bytes},
    }))
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Change {
    faults: Option<Faults>,
    consumer: Option<Consumer>,
    accept_url: Option<Accepted>,
    add: Option<Added>,
    add_secret: Option<AddedSecret>,
    drop: Option<Dropped>,
}

#[derive(Debug, Deserialize)]
struct Consumer {
    url: Option<String>,
    /// As it was, where it is absent; so is what it gets.
    form: Option<String>,
    r#match: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Accepted {
    product: Product,
    /// The URL; without it, the one that this callback was posted to.
    url: Option<String>,
    seq: Option<u64>,
}

#[derive(Debug, Deserialize)]
struct Added {
    product: Product,
    kind: Secret,
    value: String,
}

/// All credentials of a stack's secret.
#[derive(Debug, Deserialize)]
struct AddedSecret {
    product: Product,
    /// The JSON of the secret.
    value: SecretString,
}

#[derive(Debug, Deserialize)]
struct Dropped {
    product: Product,
    kind: Secret,
    /// Which of them, from 1.
    number: usize,
}

async fn change(shared: App, Json(change): Json<Change>) -> Result<Json<Value>, Problem> {
    let state = &shared.0;
    if let Some(faults) = change.faults {
        if faults.status.is_some_and(|status| status != 503) {
            return Err("faults.status: expected 503".to_owned().into());
        }
        state.set_faults(faults);
    }
    if let Some(consumer) = change.consumer {
        let mut target = lock(&state.target);
        let before = target.as_ref().map(|target| (target.form, target.r#match.clone()));
        let (form, r#match) = before.unwrap_or_default();
        let form = consumer.form.map_or(Ok(form), |form| form.parse::<Form>()).map_err(|error| error.to_string())?;
        let r#match = consumer.r#match.unwrap_or(r#match);
        let url = consumer.url.filter(|url| !url.is_empty());
        let new = url.map(|url| Target::new(&url, form, r#match)).transpose();
        *target = new.map_err(|error| error.to_string())?;
    }
    if let Some(Accepted { product, url, seq }) = change.accept_url {
        let signed = |seq| signed_url(&state.keyring.of(product), &state.journal.get(seq)?);
        let url = url.or_else(|| seq.and_then(signed));
        let url = url.ok_or_else(|| "accept_url: expected `url`, or `seq` of a callback of this run".to_owned())?;
        state.keyring.add(product, Secret::Url, url);
    }
    if let Some(Added { product, kind, value }) = change.add {
        if value.trim().is_empty() || value.contains(char::is_whitespace) {
            return Err("add.value: expected one word".to_owned().into());
        }
        state.keyring.add(product, kind, value);
    }
    if let Some(AddedSecret { product, value }) = change.add_secret {
        state.keyring.add_all(product, of_secret(&value).map_err(|error| error.to_string())?);
    }
    if let Some(Dropped { product, kind, number }) = change.drop {
        state.keyring.take_away(product, kind, number)?;
    }
    Ok(settings(shared).await)
}

/// The URL that a callback was signed for: a form of the one that it was posted to, or of one that is configured, with which its
/// signature is right; else the one that it was posted to.
fn signed_url(credentials: &Credentials, entry: &Entry) -> Option<String> {
    if entry.is_kept {
        return None;
    }
    let request: FunctionUrlRequest<'_> = serde_json::from_str(&entry.request).ok()?;
    let posted = request.url();
    let configured = credentials.callback_urls.iter().map(|url| url.expose_secret().to_owned());
    let forms = posted.iter().cloned().chain(configured).flat_map(|url| forms(&url));
    let headers = request.headers();
    let tokens = request.parameter("token");
    let tokens: Vec<&str> = tokens.iter().map(|token| &**token).collect();
    let body = request.body();
    let proof = auth::Request { headers: &headers, tokens: &tokens, body: &body };
    let clock = Clock { now: request.received(), tolerance: 24 * 60 * 60 };
    let fits = |url: &String| {
        let with = Credentials { callback_urls: vec![url.clone().into()], ..credentials.clone() };
        auth::verify(entry.product, &with, &proof, clock).is_ok()
    };
    forms.into_iter().find(fits).or(posted)
}

/// A URL with and without the slash at its end, with either scheme, and without its parameters.
fn forms(url: &str) -> Vec<String> {
    let (address, query) = url.split_once('?').map_or((url, None), |(address, query)| (address, Some(query)));
    let rest = address.split_once("://").map_or(address, |(_, rest)| rest);
    let bare = rest.trim_end_matches('/');
    let addresses =
        ["https", "http"].into_iter().flat_map(|scheme| [format!("{scheme}://{bare}"), format!("{scheme}://{bare}/")]);
    addresses.flat_map(|address| [query.map(|query| format!("{address}?{query}")), Some(address)]).flatten().collect()
}

/// The URL to give to the vendor, with the token in it: the one secret that leaves, after a click.
async fn copy_url(Shared(state): App, Path(product): Path<Product>) -> Json<Value> {
    let reached =
        state.reached(product).host.filter(|host| !host.starts_with("127.0.0.1") && !host.starts_with("localhost"));
    let base = reached.map_or_else(|| format!("http://{}/", state.receivers), |host| format!("https://{host}/"));
    Json(json!({"url": state.keyring.callback_url(product, &base)}))
}
