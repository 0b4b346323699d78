//! Hands each new event to the user's consumer, as EventBridge would, and writes them to a file.

use std::io::Write;
use std::path::PathBuf;
use std::str::FromStr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use callbacks::CloudEvent;
use jiff::Timestamp;
use reqwest::header::CONTENT_TYPE;
use reqwest::redirect::Policy;
use reqwest::{Client, Url};
use serde::Serialize;
use tokio::sync::mpsc;

use crate::StartError;
use crate::entry::Delivery;
use crate::state::{State, lock};

/// How many events may wait for the consumer.
pub(crate) const QUEUE: usize = 1_000;

/// How long the consumer may take.
const TIMEOUT: Duration = Duration::from_secs(5);

/// The most bytes of its answer that are kept.
const ANSWER: usize = 64 * 1024;

/// In which form the consumer gets an event.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Form {
    /// As EventBridge hands it to a target.
    #[default]
    EventBridge,
    /// As a `CloudEvent` in structured mode.
    CloudEvents,
}

/// The text is not the name of a form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected `eventbridge` or `cloudevents`")]
pub struct UnknownForm;

impl FromStr for Form {
    type Err = UnknownForm;

    fn from_str(text: &str) -> Result<Self, UnknownForm> {
        match text {
            "eventbridge" => Ok(Self::EventBridge),
            "cloudevents" => Ok(Self::CloudEvents),
            _ => Err(UnknownForm),
        }
    }
}

/// The user's consumer.
#[derive(Debug, Clone)]
pub(crate) struct Target {
    pub(crate) url: Url,
    pub(crate) form: Form,
}

impl Target {
    pub(crate) fn new(url: &str, form: Form) -> Result<Self, StartError> {
        let url = Url::parse(url).map_err(|_| StartError::Consumer)?;
        if !["http", "https"].contains(&url.scheme()) {
            return Err(StartError::Consumer);
        }
        Ok(Self { url, form })
    }
}

/// An event on its way to the consumer.
pub(crate) struct Handed {
    pub(crate) seq: u64,
    pub(crate) event: CloudEvent,
}

/// Hands events on, one at a time and in their order.
pub(crate) fn start(state: Arc<State>, mut events: mpsc::Receiver<Handed>) -> Result<(), StartError> {
    let client = Client::builder().timeout(TIMEOUT).redirect(Policy::none()).build();
    let client = client.map_err(|error| StartError::System(error.to_string()))?;
    tokio::spawn(async move {
        while let Some(Handed { seq, event }) = events.recv().await {
            let target = lock(&state.target).clone();
            if let Some(target) = target {
                let delivery = deliver(&client, &target, &event).await;
                state.journal.deliver(seq, delivery);
            }
        }
    });
    Ok(())
}

/// What a rule's target gets from EventBridge.
#[derive(Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) struct BusEvent<'e> {
    version: &'static str,
    id: String,
    detail_type: String,
    source: &'static str,
    account: &'static str,
    time: Timestamp,
    region: &'static str,
    resources: [(); 0],
    detail: &'e CloudEvent,
}

impl<'e> BusEvent<'e> {
    pub(crate) fn new(event: &'e CloudEvent) -> Self {
        Self {
            version: "0",
            id: event_id(&event.id),
            detail_type: event.r#type.to_string(),
            source: event.source.bus_source(),
            account: "000000000000",
            time: Timestamp::now().round(jiff::Unit::Second).unwrap_or(event.time),
            region: "local",
            resources: [],
            detail: event,
        }
    }
}

/// An id of the form that EventBridge has, made from the event's.
fn event_id(id: &str) -> String {
    let digits: String = id.chars().filter(char::is_ascii_hexdigit).chain(std::iter::repeat('0')).take(32).collect();
    let part = |from: usize, to: usize| digits.get(from..to).unwrap_or_default();
    format!("{}-{}-{}-{}-{}", part(0, 8), part(8, 12), part(12, 16), part(16, 20), part(20, 32))
}

async fn deliver(client: &Client, target: &Target, event: &CloudEvent) -> Delivery {
    let (body, kind) = match target.form {
        Form::EventBridge => (serde_json::to_string(&BusEvent::new(event)).unwrap_or_default(), "application/json"),
        Form::CloudEvents => (serde_json::to_string(event).unwrap_or_default(), "application/cloudevents+json"),
    };
    let (at, started) = (Timestamp::now(), Instant::now());
    let sent = client.post(target.url.clone()).header(CONTENT_TYPE, kind).body(body).send().await;
    let mut delivery = Delivery {
        at,
        event: event.id.clone(),
        to: target.url.to_string(),
        status: None,
        error: None,
        millis: 0.0,
        body: String::new(),
    };
    match sent {
        Ok(mut response) => {
            delivery.status = Some(response.status().as_u16());
            if response.headers().contains_key("x-amz-function-error") {
                delivery.error = Some("the function failed".to_owned());
            }
            let mut answer = Vec::new();
            while let Ok(Some(chunk)) = response.chunk().await {
                answer.extend_from_slice(&chunk);
                if answer.len() >= ANSWER {
                    answer.truncate(ANSWER);
                    break;
                }
            }
            delivery.body = String::from_utf8_lossy(&answer).into_owned();
        }
        Err(error) if error.is_timeout() => delivery.error = Some("no answer within 5 s".to_owned()),
        Err(error) if error.is_connect() => delivery.error = Some("nothing listens there".to_owned()),
        Err(_) => delivery.error = Some("the connection failed".to_owned()),
    }
    delivery.millis = started.elapsed().as_secs_f64() * 1000.0;
    delivery
}

/// What is noted of an event that found the consumer's queue full.
pub(crate) fn full(event: String) -> Delivery {
    Delivery {
        at: Timestamp::now(),
        event,
        to: String::new(),
        status: None,
        error: Some(format!("not handed on: {QUEUE} events wait already")),
        millis: 0.0,
        body: String::new(),
    }
}

/// Appends lines to a file, beside everything else.
pub(crate) fn record(path: PathBuf) -> Result<mpsc::Sender<String>, StartError> {
    let opened = std::fs::OpenOptions::new().create(true).append(true).open(&path);
    let mut file = opened.map_err(|error| StartError::File { path, error })?;
    let (sender, mut lines) = mpsc::channel::<String>(QUEUE * 10);
    std::thread::spawn(move || {
        while let Some(line) = lines.blocking_recv() {
            if writeln!(file, "{line}").is_err() {
                break;
            }
        }
    });
    Ok(sender)
}
