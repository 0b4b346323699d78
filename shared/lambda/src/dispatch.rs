//! The function that publishes the events of the queue.

use std::process::ExitCode;
use std::time::{Duration, SystemTime};

use aws_lambda_events::sqs::{BatchItemFailure, SqsBatchResponse, SqsEvent};
use callbacks::Product;
use delivery::{Aws, Bus, BusTarget, Dispatched, Dispatcher, Fate, Ledger, LedgerTarget, Limit, Record, Report};
use jiff::Timestamp;
use lambda_runtime::{Context, Error, LambdaEvent, service_fn};
use serde_json::value::RawValue;
use tokio::time::Instant;
use variables::{BUS, LEDGER};

use crate::environment::{Environment, EnvironmentError};
use crate::metrics::{self, Metric, Timer};
use crate::run::{log_end, run};

/// The function's name, in the log and in the metrics that belong to no product.
const NAME: &str = "dispatch";

/// The message attribute with the tracing header of the request.
const TRACE: &str = "AWSTraceHeader";

/// The configuration of the function.
#[derive(Debug)]
struct Configuration {
    aws: Aws,
    ledger: LedgerTarget,
    bus: BusTarget,
    limit: Limit,
}

/// Runs the dispatch function, which publishes the events of the queue, until the Lambda environment ends it.
///
/// With an invalid configuration it does not start, and logs what is expected.
#[must_use]
pub fn dispatch() -> ExitCode {
    run(NAME, |variable| Configuration::from_environment(variable), serve)
}

impl Configuration {
    /// Reads the variables that `variable` looks up. An empty one counts as not set.
    ///
    /// Ledger and bus have no default: events written to standard output by mistake would be lost.
    fn from_environment(variable: impl Fn(&str) -> Option<String>) -> Result<Self, EnvironmentError> {
        let environment = Environment(variable);
        let ledger = environment.required(LEDGER)?;
        let bus = environment.required(BUS)?;
        let limit = environment.limit()?;
        environment.in_lambda()?;
        Ok(Self { aws: environment.aws(), ledger, bus, limit })
    }
}

async fn serve(configuration: Configuration) -> Result<(), Error> {
    let Configuration { aws, ledger, bus, limit } = configuration;
    let ledger = Ledger::connect(ledger, &aws).await?;
    let bus = Bus::connect(bus, &aws).await?;
    let dispatcher = Dispatcher::new(ledger, bus, limit);
    if let Err(error) = dispatcher.warm().await {
        tracing::warn!(%error, "a connection could not be opened before the first event");
    }
    let service = service_fn(async |event: LambdaEvent<_>| handle(&dispatcher, event.payload, &event.context).await);
    log_end(&lambda_runtime::run(service).await);
    Ok(())
}

/// Publishes the events of a batch of messages, and returns the messages to redeliver.
///
/// The payload is parsed here, since the runtime's own error for a malformed one would log parts of it.
async fn handle(
    dispatcher: &Dispatcher,
    payload: Box<RawValue>,
    context: &Context,
) -> Result<SqsBatchResponse, &'static str> {
    let (now, started) = (Timestamp::now(), Instant::now());
    let event: SqsEvent = serde_json::from_str(payload.get()).map_err(|_| "expected a batch of SQS messages")?;
    drop(payload);
    let records: Vec<Record> = event
        .records
        .into_iter()
        .map(|mut message| Record {
            // SQS messages always have an id. Without one, a failed message fails the whole batch.
            message: message.message_id.unwrap_or_default(),
            body: message.body.unwrap_or_default(),
            trace: message.attributes.remove(TRACE),
        })
        .collect();
    let left = context.deadline().duration_since(SystemTime::now()).unwrap_or_default();
    let report = dispatcher.run(&records, &context.request_id, now, Instant::now() + left).await;
    log(&report);
    count(&report, started.elapsed());
    Ok(response(report))
}

/// Writes the metrics of a batch.
fn count(report: &Report, time: Duration) {
    for (product, counts) in counts(report) {
        match product {
            Some(product) => metrics::emit(product, Some((Timer::PublishLatency, time)), &counts),
            None => metrics::emit_for_function(NAME, &counts),
        }
    }
}

/// The counts of a product, or of messages that belong to none.
type Counts = (Option<Product>, Vec<(Metric, usize)>);

/// The counts of each product's events, and of unreadable messages, whose product is unknown.
fn counts(report: &Report) -> Vec<Counts> {
    let mut all = Vec::new();
    for product in Product::ALL {
        let of = |has: fn(&Fate) -> bool| {
            report.events.iter().filter(|event| event.product == product && has(&event.fate)).count()
        };
        let is_published = |fate: &Fate| matches!(fate, Fate::Published | Fate::NotNoted(_));
        let mut counts = vec![
            (Metric::Published, of(is_published)),
            (Metric::Duplicate, of(|fate| *fate == Fate::Duplicate)),
            (Metric::Failed, of(|fate| matches!(fate, Fate::NotClaimed(_) | Fate::NotPublished(_) | Fate::NotStarted))),
        ];
        let is_recovered =
            |event: &&Dispatched| event.product == product && event.is_reconciled && is_published(&event.fate);
        let recovered = report.events.iter().filter(is_recovered).count();
        if recovered > 0 {
            counts.push((Metric::Recovered, recovered));
        }
        if of(|_| true) > 0 {
            all.push((Some(product), counts));
        }
    }
    if !report.unreadable.is_empty() {
        all.push((None, vec![(Metric::Failed, report.unreadable.len())]));
    }
    all
}

/// The messages to redeliver. Lambda deletes all others.
fn response(report: Report) -> SqsBatchResponse {
    let mut response = SqsBatchResponse::default();
    response.batch_item_failures = report
        .failed
        .into_iter()
        .map(|message| {
            let mut failure = BatchItemFailure::default();
            failure.item_identifier = message;
            failure
        })
        .collect();
    response
}

/// Logs a line for each event, and for each unreadable message.
fn log(report: &Report) {
    for message in &report.unreadable {
        tracing::error!(message_id = message, "a message of the queue is not a batch of events");
    }
    for Dispatched { product, id, r#type, is_reconciled, fate } in &report.events {
        match fate {
            Fate::Published if *is_reconciled => {
                tracing::info!(%product, id, r#type, "an event was published whose callback had not come");
            }
            Fate::Published => tracing::info!(%product, id, r#type, "an event was published"),
            Fate::Duplicate => tracing::info!(%product, id, r#type, "an event had been published before"),
            Fate::Held => {
                tracing::info!(%product, id, r#type, "an event is leased to another run, and will be redelivered");
            }
            Fate::NotStarted => {
                tracing::warn!(%product, id, r#type, "no time was left to publish an event, which will be redelivered");
            }
            Fate::NotNoted(error) => {
                tracing::warn!(%product, id, r#type, %error, "an event was published, but the ledger could not be updated");
            }
            Fate::NotClaimed(error) => {
                tracing::error!(%product, id, r#type, %error, "an event could not be claimed, and will be redelivered");
            }
            Fate::NotPublished(error) => {
                tracing::error!(%product, id, r#type, %error, "an event could not be published, and will be redelivered");
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use delivery::GROUP_TIME;
    use variables::{EVENT_LIMIT, RUNTIME_API};

    use super::*;

    /// The time that Lambda gives the function.
    const TIMEOUT: Duration = Duration::from_mins(1);

    const MESSAGE: &str = r#"[{"id":"00000000000000000000000000000001","source":"/aliyun/vod","type":"media.upload.succeeded","time":"2026-01-02T03:04:05Z"}]"#;

    fn read(variables: &[(&str, &str)]) -> Result<Configuration, EnvironmentError> {
        let lookup =
            |name: &str| variables.iter().rfind(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned());
        Configuration::from_environment(lookup)
    }

    #[test]
    fn nothing_is_published_nowhere() {
        let all = [(LEDGER, "memory"), (BUS, "stdout"), (RUNTIME_API, "localhost:9001")];
        assert_eq!(read(&all).unwrap().limit, Limit::default());
        for (name, value) in
            [(LEDGER, ""), (LEDGER, "table"), (BUS, ""), (BUS, "sqs:x"), (EVENT_LIMIT, "1"), (EVENT_LIMIT, "x")]
        {
            let variables: Vec<_> = all.into_iter().chain([(name, value)]).collect();
            let error = read(&variables).unwrap_err();
            assert!(matches!(error, EnvironmentError::Invalid { variable, .. } if variable == name), "{name}={value}");
        }
        assert_eq!(read(&all[..2]).unwrap_err(), EnvironmentError::NotInLambda);
    }

    async fn failed(payload: String, left: Duration) -> Result<Vec<String>, &'static str> {
        let aws = Aws::default();
        let ledger = Ledger::connect(LedgerTarget::Memory, &aws).await.unwrap();
        let bus = Bus::connect(BusTarget::Stdout, &aws).await.unwrap();
        let dispatcher = Dispatcher::new(ledger, bus, Limit::default());
        let mut context = Context::default();
        let deadline = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap() + left;
        context.deadline = u64::try_from(deadline.as_millis()).unwrap();
        let response = handle(&dispatcher, RawValue::from_string(payload).unwrap(), &context).await?;
        Ok(response.batch_item_failures.into_iter().map(|failure| failure.item_identifier).collect())
    }

    #[tokio::test(flavor = "current_thread")]
    async fn only_what_failed_comes_back() {
        let records = serde_json::json!({"Records": [
            {"messageId": "good", "body": MESSAGE, "attributes": {TRACE: "Root=1-5759e988-bd862e3fe1be46a994272793"}},
            {"messageId": "bad", "body": "SECRET"},
            {"messageId": "empty"},
        ]});
        assert_eq!(failed(records.to_string(), TIMEOUT).await.unwrap(), ["bad", "empty"]);
        assert_eq!(failed(r#"{"Records":[]}"#.to_owned(), TIMEOUT).await.unwrap(), [""; 0]);
        assert_eq!(failed(records.to_string(), GROUP_TIME / 2).await.unwrap(), ["bad", "empty", "good"]);
    }

    /// There is one alarm on failures, of any product or of none.
    #[test]
    fn what_fails_is_counted() {
        let event = |product, fate| Dispatched {
            product,
            id: "a".to_owned(),
            r#type: "t".to_owned(),
            is_reconciled: false,
            fate,
        };
        let mut report = Report::default();
        assert_eq!(counts(&report), []);
        report.events = vec![
            event(Product::AliyunVod, Fate::Published),
            event(Product::AliyunVod, Fate::NotStarted),
            event(Product::TencentCi, Fate::Duplicate),
        ];
        report.unreadable = vec!["m1".to_owned(), "m2".to_owned()];
        let of = |published, duplicate, failed| {
            vec![(Metric::Published, published), (Metric::Duplicate, duplicate), (Metric::Failed, failed)]
        };
        let expected = [
            (Some(Product::AliyunVod), of(1, 0, 1)),
            (Some(Product::TencentCi), of(0, 1, 0)),
            (None, vec![(Metric::Failed, 2)]),
        ];
        assert_eq!(counts(&report), expected);
    }

    /// What was published before, or not at all, was not recovered.
    #[test]
    fn what_the_vendor_lost_is_counted_once() {
        let event = |is_reconciled, fate| Dispatched {
            product: Product::TencentVod,
            id: "a".to_owned(),
            r#type: "t".to_owned(),
            is_reconciled,
            fate,
        };
        let events = vec![
            event(false, Fate::Published),
            event(true, Fate::Published),
            event(true, Fate::Published),
            event(true, Fate::Duplicate),
            event(true, Fate::NotStarted),
        ];
        let report = Report { events, ..Report::default() };
        let expected =
            vec![(Metric::Published, 3), (Metric::Duplicate, 1), (Metric::Failed, 1), (Metric::Recovered, 2)];
        assert_eq!(counts(&report), [(Some(Product::TencentVod), expected)]);
    }

    #[tokio::test(flavor = "current_thread")]
    async fn what_is_no_batch_fails_as_a_whole() {
        for payload in [r#""SECRET""#, "[]", r#"{"requestContext":{}}"#] {
            assert!(!failed(payload.to_owned(), TIMEOUT).await.unwrap_err().contains("SECRET"), "{payload}");
        }
    }
}
