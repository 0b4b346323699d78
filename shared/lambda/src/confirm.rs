//! The function that asks the vendors' APIs about events before they are published.
//!
//! It stands between the receivers and dispatch: it gets the messages of a queue of its own, and stores their events, with what
//! the vendor says of them, in the intake. `docs/adr/0013-confirm.md` has the reasons.

mod configuration;
mod gate;
#[cfg(test)]
mod outage;
mod patience;
#[cfg(test)]
mod proof;
mod rules;
mod stage;
mod vendors;

use std::process::ExitCode;
use std::time::{Duration, SystemTime};

use aws_lambda_events::sqs::{BatchItemFailure, SqsBatchResponse, SqsEvent, SqsMessage};
use callbacks::{CloudEvent, Confirmation, Product};
use configuration::Configuration;
use delivery::{AwsError, Intake, LoadError, StoreContext, StoreError, WaitingRoom};
use jiff::Timestamp;
use lambda_runtime::{Context, Error, LambdaEvent, service_fn};
use serde_json::value::RawValue;
use stage::{Answer, Fate, Handled, Message, Services, Stage};
use tokio::time::Instant;
use vendors::{AskError, Vendors};

use crate::metrics::{self, Metric};
use crate::run::{log_end, run};

/// The function's name, in the log and in the metrics that belong to no product.
const NAME: &str = "confirm";

/// The message attribute with the tracing header of the request.
const TRACE: &str = "AWSTraceHeader";

/// The longest for storing the events of a message, retries included.
const STORE_TIMEOUT: Duration = Duration::from_secs(8);

/// Runs the confirm function until the Lambda environment ends it.
///
/// With an invalid configuration it does not start, and logs what is expected.
#[must_use]
pub fn confirm() -> ExitCode {
    run(NAME, |variable| Configuration::from_environment(variable), serve)
}

async fn serve(configuration: Configuration) -> Result<(), Error> {
    let Configuration { aws, intake, queue, choice, patience, domains, vendors } = configuration;
    let intake = Intake::connect(intake.target, intake.overflow, intake.limit, &aws).await?;
    let waiting = WaitingRoom::connect(queue, &aws).await?;
    let vendors = Vendors::connect(vendors, &aws).await?;
    if let Err(error) = intake.warm().await {
        tracing::warn!(%error, "a connection could not be opened before the first event");
    }
    let stage = Stage { services: Outside { intake, waiting, vendors }, choice, patience, domains };
    let service = service_fn(async |event: LambdaEvent<_>| handle(&stage, event.payload, &event.context).await);
    log_end(&lambda_runtime::run(service).await);
    Ok(())
}

/// What the stage uses in production.
struct Outside {
    intake: Intake,
    waiting: WaitingRoom,
    vendors: Vendors,
}

/// Why something outside did not do what it was asked for. No message has a part of an event.
#[derive(Debug, thiserror::Error)]
enum OutsideError {
    #[error(transparent)]
    Ask(#[from] AskError),
    #[error(transparent)]
    Load(#[from] LoadError),
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("a message could not be hidden in the queue: {0}")]
    Hide(#[from] AwsError),
}

impl Services for Outside {
    type Error = OutsideError;

    async fn load(&self, event: &CloudEvent, timeout: Duration) -> Result<CloudEvent, OutsideError> {
        Ok(self.intake.load(event, timeout).await?)
    }

    async fn ask(&self, event: &CloudEvent, timeout: Duration) -> Result<Answer, OutsideError> {
        Ok(self.vendors.ask(event, timeout).await?)
    }

    async fn store(&self, events: &[CloudEvent], trace: Option<&str>) -> Result<(), OutsideError> {
        Ok(self.intake.store(events, &StoreContext { trace, timeout: STORE_TIMEOUT }).await?)
    }

    async fn hide(&self, receipt: &str, pause: Duration) -> Result<(), OutsideError> {
        Ok(self.waiting.hide(receipt, pause).await?)
    }
}

/// Handles a batch of messages, and returns those that stay in the queue.
///
/// The payload is parsed here, since the runtime's own error for a malformed one would log parts of it.
async fn handle<S: Services>(
    stage: &Stage<S>,
    payload: Box<RawValue>,
    context: &Context,
) -> Result<SqsBatchResponse, &'static str> {
    let now = Timestamp::now();
    let event: SqsEvent = serde_json::from_str(payload.get()).map_err(|_| "expected a batch of SQS messages")?;
    drop(payload);
    let messages: Vec<Message> = event.records.into_iter().map(|message| read(message, now)).collect();
    let left = context.deadline().duration_since(SystemTime::now()).unwrap_or_default();
    let handled = stage.run(&messages, now, Instant::now() + left).await;
    handled.iter().for_each(log);
    for (product, counts) in counts(&handled) {
        match product {
            Some(product) => metrics::emit(product, None, &counts),
            None => metrics::emit_for_function(NAME, &counts),
        }
    }
    Ok(response(&handled))
}

/// A message as SQS gives it. What it does not say is as in a message that is received for the first time.
fn read(mut message: SqsMessage, now: Timestamp) -> Message {
    let number = |name: &str| message.attributes.get(name).and_then(|text| text.parse::<i64>().ok());
    let sent = number("SentTimestamp").and_then(|sent| Timestamp::from_millisecond(sent).ok());
    let receives = number("ApproximateReceiveCount").and_then(|receives| u32::try_from(receives).ok());
    Message {
        sent: sent.unwrap_or(now),
        receives: receives.unwrap_or(1),
        // Without an id, a message that stays fails the whole batch.
        id: message.message_id.unwrap_or_default(),
        body: message.body.unwrap_or_default(),
        trace: message.attributes.remove(TRACE),
        receipt: message.receipt_handle.unwrap_or_default(),
    }
}

/// The messages that stay in the queue. Lambda deletes all others.
fn response<E>(handled: &[Handled<E>]) -> SqsBatchResponse {
    let mut response = SqsBatchResponse::default();
    let staying = handled.iter().filter(|handled| !matches!(handled.fate, Fate::Stored));
    response.batch_item_failures = staying
        .map(|handled| {
            let mut failure = BatchItemFailure::default();
            failure.item_identifier.clone_from(&handled.message);
            failure
        })
        .collect();
    response
}

/// Logs a line for each event that is stored on, and one for each message that stays.
fn log<E: std::fmt::Display>(handled: &Handled<E>) {
    let Handled { message, fate, events, unanswered, not_hidden } = handled;
    for (product, error) in unanswered {
        tracing::warn!(%product, %error, "the vendor could not be asked about an event");
    }
    match fate {
        Fate::Stored => events.iter().for_each(log_event),
        Fate::AskedAgain(open) => tracing::info!(message_id = message, ?open, "the vendor will be asked again"),
        Fate::NotStored(error) => {
            tracing::error!(message_id = message, %error, "events could not be stored on, and will be redelivered");
        }
        Fate::Unreadable => tracing::error!(message_id = message, "a message of the queue is not a batch of events"),
    }
    if let Some(error) = not_hidden {
        tracing::warn!(message_id = message, %error, "a message comes back after the visibility timeout of the queue");
    }
}

fn log_event(event: &CloudEvent) {
    let (product, id, r#type) = (event.source.slug(), &event.id, event.r#type);
    match event.confirmation {
        None => tracing::info!(product, id, %r#type, "an event was passed on"),
        Some(Confirmation::Confirmed) => tracing::info!(product, id, %r#type, "the vendor confirms an event"),
        Some(Confirmation::Unverifiable) => tracing::info!(product, id, %r#type, "an event could not be verified"),
        Some(Confirmation::Contradicted) => tracing::warn!(product, id, %r#type, "the vendor contradicts an event"),
    }
}

/// The counts of a product, or of messages that belong to none.
type Counts = (Option<Product>, Vec<(Metric, usize)>);

/// The counts of each product's events and questions, and of messages that could not be stored on.
fn counts<E>(handled: &[Handled<E>]) -> Vec<Counts> {
    let mut all = Vec::new();
    for product in Product::ALL {
        let of = |confirmation| {
            let events = handled.iter().flat_map(|handled| &handled.events);
            events.filter(|event| event.source == product && event.confirmation == Some(confirmation)).count()
        };
        let unanswered = handled.iter().flat_map(|handled| &handled.unanswered);
        let counts = vec![
            (Metric::ConfirmedEvents, of(Confirmation::Confirmed)),
            (Metric::Contradicted, of(Confirmation::Contradicted)),
            (Metric::Unverifiable, of(Confirmation::Unverifiable)),
            (Metric::LookupFailures, unanswered.filter(|(of, _)| *of == product).count()),
        ];
        if counts.iter().any(|(_, count)| *count > 0) {
            all.push((Some(product), counts));
        }
    }
    let failed = handled.iter().filter(|handled| matches!(handled.fate, Fate::NotStored(_) | Fate::Unreadable)).count();
    if failed > 0 {
        all.push((None, vec![(Metric::Failed, failed)]));
    }
    all
}
