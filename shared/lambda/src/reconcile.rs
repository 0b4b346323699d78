//! A scheduled function: looks for jobs that ended at the vendors and of which no event came, and stores their events, as if they
//! had been posted.
//!
//! The payload of its invocation is ignored. It returns a report of each product, and fails where one could not be looked at, so
//! that Lambda counts the error. The next scheduled run goes on where it ended. `docs/adr/0014-reconcile.md` has the reasons.

mod configuration;
mod cursor;
mod search;

use std::collections::HashSet;
use std::process::ExitCode;
use std::time::{Duration, SystemTime};

use callbacks::{CloudEvent, NaturalKey, Product};
use configuration::Configuration;
use cursor::Cursor;
use delivery::{AwsError, Intake, Ledger, StoreContext, StoreError};
use futures_util::future::join_all;
use jiff::Timestamp;
use lambda_runtime::{Context, Error, LambdaEvent, service_fn};
use lookup::{Answer, Choice, Finished, Lookup, Marks, Page, Window};
use search::{Report, Search, Services};
use serde::Serialize;
use serde::de::IgnoredAny;
use tokio::time::Instant;
use vendor_api::{ApiError, client};

use crate::access_key::{AccessKeyError, CurrentAccessKey};
use crate::metrics::{self, Metric};
use crate::query::Query;
use crate::run::{log_end, run};

/// The function's name, in the log and in the metrics that belong to no product.
const NAME: &str = "reconcile";

/// Time reserved for the function's response.
const RESPONSE_RESERVE: Duration = Duration::from_secs(1);

/// Runs the reconcile function until the Lambda environment ends it.
///
/// With an invalid configuration it does not start, and logs what is expected.
#[must_use]
pub fn reconcile() -> ExitCode {
    run(NAME, |variable| Configuration::from_environment(variable), serve)
}

async fn serve(configuration: Configuration) -> Result<(), Error> {
    let Configuration { aws, intake, ledger, marks, grace, longest_job, function, queries } = configuration;
    let intake = Intake::connect(intake.target, intake.overflow, intake.limit, &aws).await?;
    let ledger = Ledger::connect(ledger, &aws).await?;
    let client = client()?;
    let mut vendors = Vec::new();
    for (product, Query { lookup, access_key }) in queries {
        let access_key = CurrentAccessKey::new(NAME, access_key, &aws).await?;
        vendors.push(Vendor { product, lookup: Lookup::new(client.clone(), lookup), access_key });
    }
    let function = Reconciler { intake, ledger, marks, grace, longest_job, function, vendors };
    let service = service_fn(async |event: LambdaEvent<IgnoredAny>| {
        let reports = function.run(&event.context).await;
        reports.iter().for_each(log);
        count(&reports);
        response(reports)
    });
    log_end(&lambda_runtime::run(service).await);
    Ok(())
}

/// What a run needs; created once, when the function starts.
struct Reconciler {
    intake: Intake,
    ledger: Ledger,
    marks: Marks,
    grace: Duration,
    longest_job: Duration,
    /// The function's own name.
    function: String,
    vendors: Vec<Vendor>,
}

/// A product's API, and its access key.
struct Vendor {
    product: Product,
    lookup: Lookup,
    access_key: CurrentAccessKey,
}

/// The function's response.
#[derive(Debug, Serialize)]
struct ReconcileResponse {
    products: Vec<Report<OutsideError>>,
}

impl Reconciler {
    /// Looks at all products at once, so that a slow one does not delay the others.
    async fn run(&self, context: &Context) -> Vec<Report<OutsideError>> {
        let left = context.deadline().duration_since(SystemTime::now()).unwrap_or_default();
        let deadline = Instant::now() + left.saturating_sub(RESPONSE_RESERVE);
        let (now, trace) = (Timestamp::now(), context.xray_trace_id.as_deref());
        join_all(self.vendors.iter().map(async |vendor| {
            let search = Search {
                services: &Outside {
                    intake: &self.intake,
                    ledger: &self.ledger,
                    choice: &self.marks.reconciled,
                    vendor,
                    trace,
                },
                product: vendor.product,
                marks: &self.marks,
                grace: self.grace,
                longest_job: self.longest_job,
                function: &self.function,
            };
            search.run(now, deadline).await
        }))
        .await
    }
}

/// What a search uses in production.
struct Outside<'a> {
    intake: &'a Intake,
    ledger: &'a Ledger,
    choice: &'a Choice,
    vendor: &'a Vendor,
    trace: Option<&'a str>,
}

/// Why something outside did not do what it was asked for. No message has a part of an event.
#[derive(Debug, thiserror::Error)]
enum OutsideError {
    #[error(transparent)]
    AccessKey(#[from] AccessKeyError),
    #[error(transparent)]
    Lookup(#[from] lookup::Error),
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("the ledger: {0}")]
    Ledger(#[from] AwsError),
    #[error("the note of how far the lists were read could not be written")]
    Note(#[source] serde_json::Error),
}

impl Outside<'_> {
    /// The name of the note of how far a product's lists were read.
    fn note(&self) -> String {
        format!("{NAME}#{}", self.vendor.product)
    }
}

impl Services for Outside<'_> {
    type Error = OutsideError;

    async fn list(&self, window: Window, page: Option<&Page>, deadline: Instant) -> Result<Finished, OutsideError> {
        let access_key = self.vendor.access_key.current().await?;
        Ok(self.vendor.lookup.finished(window, self.choice, page, &access_key, deadline).await?)
    }

    async fn job(&self, key: &NaturalKey, deadline: Instant) -> Result<Answer, OutsideError> {
        let access_key = self.vendor.access_key.current().await?;
        Ok(self.vendor.lookup.job(key, &access_key, deadline).await?)
    }

    async fn published(&self, keys: Vec<String>) -> Result<HashSet<String>, OutsideError> {
        Ok(self.ledger.published(keys).await?)
    }

    async fn store(&self, events: &[CloudEvent], timeout: Duration) -> Result<(), OutsideError> {
        self.intake.store(events, &StoreContext { trace: self.trace, timeout }).await?;
        for event in events {
            let product = event.source.slug();
            tracing::info!(product, id = event.id, r#type = %event.r#type, "an event was stored whose callback has not come");
        }
        Ok(())
    }

    async fn cursor(&self) -> Result<Option<Cursor>, OutsideError> {
        let note = self.ledger.note(&self.note()).await?;
        let cursor = note.map(|note| serde_json::from_str(&note).ok());
        if cursor == Some(None) {
            tracing::error!(product = %self.vendor.product, "how far the lists were read cannot be read: it begins anew");
        }
        Ok(cursor.flatten())
    }

    async fn keep(&self, cursor: &Cursor) -> Result<(), OutsideError> {
        let note = serde_json::to_string(cursor).map_err(OutsideError::Note)?;
        Ok(self.ledger.write_note(&self.note(), note, Timestamp::now()).await?)
    }

    fn is_refusal(error: &OutsideError) -> bool {
        matches!(
            error,
            OutsideError::Lookup(lookup::Error::Api(
                ApiError::Refused(_) | ApiError::Gone(_) | ApiError::Response { .. }
            ))
        )
    }
}

fn log(report: &Report<OutsideError>) {
    let Report { product, listed, known, not_due, untold, open, stored, is_done, is_endless, error } = report;
    if let Some(error) = error {
        tracing::error!(product, listed, known, not_due, untold, open, stored, %error, "not everything that ended could be looked at");
    } else if *is_endless {
        tracing::error!(
            product,
            listed,
            known,
            not_due,
            untold,
            open,
            stored,
            "a list of the vendor's does not end, and was left"
        );
    } else {
        tracing::info!(product, listed, known, not_due, untold, stored, is_done, "what ended was looked at");
    }
}

fn count(reports: &[Report<OutsideError>]) {
    for report in reports.iter().filter(|report| report.stored > 0) {
        if let Ok(product) = report.product.parse() {
            metrics::emit(product, None, &[(Metric::Reconciled, report.stored)]);
        }
    }
    metrics::emit_for_function(NAME, &counts(reports));
}

/// A run is counted only if none of its products failed.
fn counts<E>(reports: &[Report<E>]) -> [(Metric, usize); 2] {
    let failed = reports.iter().filter(|report| report.has_failed()).count();
    [(Metric::ReconcileRuns, usize::from(failed == 0)), (Metric::ReconcileFailures, failed)]
}

/// The response with the reports, or an error where a product could not be looked at.
fn response(products: Vec<Report<OutsideError>>) -> Result<ReconcileResponse, Error> {
    match products.iter().filter(|report| report.has_failed()).count() {
        0 => Ok(ReconcileResponse { products }),
        failed => {
            Err(format!("{failed} of {} products could not be looked at; the log says why", products.len()).into())
        }
    }
}
