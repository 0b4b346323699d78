//! Sends callbacks as the vendors do: samples, edited bodies, and received ones again.

use callbacks::Product;
use jiff::Timestamp;
use secrecy::ExposeSecret;
use sender::request;
use sender::signing::{Signing, Tamper};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::entry::Via;
use crate::receivers::answer;
use crate::state::State;

/// How often one call may send.
const MOST: u32 = 100;

/// What is to be sent.
#[derive(Debug, Deserialize)]
pub(crate) struct Sending {
    pub(crate) product: Product,
    /// The name of a bundled sample.
    pub(crate) sample: Option<String>,
    pub(crate) body: Option<String>,
    /// The number of the key that it is signed with, from 1.
    pub(crate) key: Option<usize>,
    /// What is tampered with.
    pub(crate) forge: Option<Tamper>,
    /// By how many seconds the sender's clock is off.
    #[serde(default)]
    pub(crate) clock: i64,
    #[serde(default = "once")]
    pub(crate) times: u32,
}

fn once() -> u32 {
    1
}

/// Sends, and says what was answered. An error is put into words.
pub(crate) async fn send(state: &State, sending: Sending) -> Result<Value, String> {
    let Sending { product, sample, body, key, forge, clock, times } = sending;
    let body = match (body, sample) {
        (Some(body), _) => body.into_bytes(),
        (None, Some(name)) => {
            self::sample(state, product, &name).ok_or_else(|| format!("there is no sample `{name}` of {product}"))?
        }
        (None, None) => return Err("expected `sample` or `body`".to_owned()),
    };
    let mut seqs = Vec::new();
    let mut answers = Vec::new();
    for _ in 0..times.clamp(1, MOST) {
        let request = signed(state, product, &body, key, forge, clock)?;
        let (seq, status, text) = arrive(state, product, request, Via::Sent).await;
        seqs.push(seq);
        answers.push(json!({"status": status, "body": text}));
    }
    Ok(json!({"seqs": seqs, "answers": answers, "expected": expected(state, product, forge, clock)}))
}

/// What a receiver has to answer.
fn expected(state: &State, product: Product, forge: Option<Tamper>, clock: i64) -> u16 {
    let is_signed = !state.keyring.of(product).keys.is_empty() && product != Product::TencentCi;
    // Tencent Cloud VOD signs an expiry ten minutes ahead.
    let (back, ahead) =
        if product == Product::TencentVod { (600, state.tolerance) } else { (state.tolerance, state.tolerance) };
    let is_late = is_signed && (clock < 0 && clock.unsigned_abs() > back || clock > 0 && clock.unsigned_abs() > ahead);
    let is_forged = matches!(forge, Some(Tamper::Signature | Tamper::Timestamp | Tamper::Token));
    if is_late || is_forged { 401 } else { 200 }
}

pub(crate) fn sample(state: &State, product: Product, name: &str) -> Option<Vec<u8>> {
    (state.samples)(product).into_iter().find(|(case, _)| case == name).map(|(_, body)| body)
}

/// The function URL request of a body that is signed now.
fn signed(
    state: &State,
    product: Product,
    body: &[u8],
    key: Option<usize>,
    forge: Option<Tamper>,
    clock: i64,
) -> Result<String, String> {
    let now = Timestamp::now();
    let credentials = state.keyring.of(product);
    let url = state.keyring.callback_url(product, &format!("http://{}/", state.receivers));
    let number = key.unwrap_or(1);
    let key = credentials.keys.get(number.saturating_sub(1)).filter(|_| product != Product::TencentCi).cloned();
    let signing = Signing {
        token: credentials.tokens.first().cloned(),
        callback_url: credentials.callback_urls.first().map(|url| url.expose_secret().to_owned()),
        url,
        key,
        time: u64::try_from(now.as_second().saturating_add(clock)).unwrap_or_default(),
        tamper: forge,
    };
    let callback = signing.sign(product, body).map_err(|error| error.to_string())?;
    let unsigned = request::of_vendor(product, &callback.body);
    let arriving = request::arriving(unsigned, now).map_err(|error| error.to_string())?;
    let request = request::bringing(arriving, &callback).map_err(|error| error.to_string())?;
    Ok(request.to_string())
}

/// Lets a request arrive as if it was posted. Returns the callback's number, and the answer.
pub(crate) async fn arrive(state: &State, product: Product, request: String, via: Via) -> (u64, u16, String) {
    let (response, seen) = answer(state, product, request, via).await;
    let seq = state.keep(seen.entry(state));
    (seq, response.status, response.body)
}

/// Where a callback goes again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum To {
    Receiver,
    Consumer,
}

/// A callback again.
#[derive(Debug, Deserialize)]
pub(crate) struct Replay {
    #[serde(default = "receiver")]
    pub(crate) to: To,
    /// As it was received, instead of signed anew.
    #[serde(default)]
    pub(crate) as_received: bool,
}

fn receiver() -> To {
    To::Receiver
}

pub(crate) async fn replay(state: &State, seq: u64, replay: Replay) -> Result<Value, String> {
    let entry = state.journal.get(seq).ok_or("there is no such callback")?;
    match replay.to {
        To::Consumer => {
            if crate::lock::lock(&state.target).is_none() {
                return Err("there is no consumer: start with --forward, or set its URL".to_owned());
            }
            if !entry.is_accepted() {
                return Err("a callback that was refused is not handed on".to_owned());
            }
            state.journal.wait(seq, entry.events.len());
            for event in entry.events {
                state.hand(seq, event);
            }
            Ok(json!({"seqs": [seq], "answers": [], "expected": 200}))
        }
        To::Receiver => {
            let request = if replay.as_received {
                if entry.is_kept {
                    return Err("it was kept without its secrets: send it signed anew".to_owned());
                }
                entry.request
            } else {
                signed(state, entry.product, &entry.body, None, None, 0)?
            };
            let (seq, status, body) = arrive(state, entry.product, request, Via::Replayed).await;
            Ok(json!({"seqs": [seq], "answers": [{"status": status, "body": body}], "expected": 200}))
        }
    }
}

/// Something that was logged: a function URL request, or a body.
#[derive(Debug, Deserialize)]
pub(crate) struct Import {
    pub(crate) product: Option<Product>,
    pub(crate) text: String,
}

pub(crate) async fn import(state: &State, import: Import) -> Result<Value, String> {
    let Import { product, text } = import;
    let parsed: Option<Value> = serde_json::from_str(&text).ok();
    let is_request = parsed.as_ref().is_some_and(|request| request.get("requestContext").is_some());
    let body = match &parsed {
        Some(request) if is_request => request::body(request).map_err(|error| error.to_string())?,
        _ => text.clone().into_bytes(),
    };
    let is_of = |product: &Product| callbacks::recognise(*product, &body) == callbacks::Recognised::Event;
    let product = product
        .or_else(|| Product::ALL.into_iter().find(is_of))
        .ok_or("it cannot be told whose callback this is: choose the product")?;
    let request = if is_request {
        text
    } else {
        request::arriving(request::of_vendor(product, &body), Timestamp::now())
            .map_err(|error| error.to_string())?
            .to_string()
    };
    let (seq, ..) = arrive(state, product, request, Via::Imported).await;
    Ok(json!({"seqs": [seq]}))
}
