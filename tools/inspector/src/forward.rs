//! Hands each new event to the user's consumer, as EventBridge would.

use std::sync::Arc;
use std::time::{Duration, Instant};

use callbacks::CloudEvent;
use jiff::Timestamp;
use reqwest::Client;
use reqwest::header::CONTENT_TYPE;
use reqwest::redirect::Policy;
use serde::Serialize;
use tokio::sync::mpsc;

use crate::entry::Delivery;
use crate::error::StartError;
use crate::lock::lock;
use crate::state::State;
use crate::target::{Form, Handed, Target};

/// How long the consumer may take.
const TIMEOUT: Duration = Duration::from_secs(5);

/// The most bytes of its answer that are kept.
const ANSWER: usize = 64 * 1024;

/// Hands events on, one at a time and in their order.
pub(crate) fn start(state: Arc<State>, mut events: mpsc::Receiver<Handed>) -> Result<(), StartError> {
    let client = Client::builder().timeout(TIMEOUT).redirect(Policy::none()).build();
    let client = client.map_err(|error| StartError::System(error.to_string()))?;
    tokio::spawn(async move {
        while let Some(Handed { seq, event }) = events.recv().await {
            let target = lock(&state.target).clone();
            if let Some(target) = target {
                let delivery = deliver(&client, &target, &event).await;
                state.deliver(seq, delivery);
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
