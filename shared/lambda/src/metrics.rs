//! Metrics in the embedded metric format of Amazon `CloudWatch`: log lines from which it extracts metrics.
//!
//! <https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html>

use std::borrow::Cow;
use std::io::Write;
use std::sync::LazyLock;
use std::time::{Duration, SystemTime};

use callbacks::Product;
use metrique_writer::format::Format;
use metrique_writer::{Entry, EntryWriter};
use metrique_writer_format_emf::{Emf, EntryDimensions};
use variables::METRICS_NAMESPACE;

/// The namespace of the metrics. Each stack has its own, so that its alarms do not see other stacks.
static NAMESPACE: LazyLock<String> = LazyLock::new(|| {
    let name = std::env::var(METRICS_NAMESPACE).ok();
    name.filter(|name| !name.is_empty()).unwrap_or_else(|| "Mediahook".to_owned())
});
const PRODUCT: &str = "Product";
const FUNCTION: &str = "Function";
const REASON: &str = "Reason";

/// A count. The variant's name is the metric's name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Metric {
    /// Callbacks that were answered 200.
    Accepted,
    /// Callbacks that were rejected, also by reason.
    Rejected,
    /// Events that were stored.
    Stored,
    /// Stored events of an unknown kind.
    Unknown,
    /// Stored events that could not be read.
    Unreadable,
    /// Callbacks that were answered 503 because they could not be stored.
    NotStored,
    /// Failed reads of the secret in a running function.
    SecretReadFailures,
    /// Events that were published.
    Published,
    /// Events that had been published before, and were not published again.
    Duplicate,
    /// Events that could not be published or stored on, and will be redelivered.
    Failed,
    /// Runs of a pull function that drained all of its queues.
    PullRuns,
    /// Vendor queues that could not be drained.
    PullFailures,
    /// Runs of a pull function that ended before its queues were empty.
    NotDrained,
    /// Events from a vendor's queue that were stored.
    Pulled,
    /// Messages of a vendor's queue that were confirmed.
    Confirmed,
    /// Events that the vendor's API confirms.
    ConfirmedEvents,
    /// Events that the vendor's API contradicts.
    Contradicted,
    /// Events that the vendor's API did not settle.
    Unverifiable,
    /// Questions to a vendor's API that were not answered.
    LookupFailures,
    /// Events that the vendor's API told of, and that were stored because no callback had come.
    Reconciled,
    /// Those of them that were published: callbacks that the vendor lost, or that are late.
    Recovered,
    /// Runs of the reconcile function that looked at everything they had to.
    ReconcileRuns,
    /// Products of which it did not.
    ReconcileFailures,
}

impl Metric {
    /// Whether it counts faults.
    fn is_fault(self) -> bool {
        match self {
            Self::Rejected
            | Self::NotStored
            | Self::SecretReadFailures
            | Self::Failed
            | Self::PullFailures
            | Self::NotDrained
            | Self::Contradicted
            | Self::LookupFailures
            | Self::ReconcileFailures => true,
            Self::Accepted
            | Self::Stored
            | Self::Unknown
            | Self::Unreadable
            | Self::Published
            | Self::Duplicate
            | Self::PullRuns
            | Self::Pulled
            | Self::Confirmed
            | Self::ConfirmedEvents
            | Self::Unverifiable
            | Self::Reconciled
            | Self::Recovered
            | Self::ReconcileRuns => false,
        }
    }
}

/// A duration in milliseconds. The variant's name is the metric's name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Timer {
    /// From a request to its response.
    Latency,
    /// Processing time of a batch of messages.
    PublishLatency,
}

/// What a line is about: the first dimension of its metrics.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Subject {
    /// The callbacks or events of a product.
    Product(Product),
    /// A function that serves no single product, by its name.
    Function(&'static str),
}

/// One line: the counts of one callback or batch.
struct MetricLine<'r> {
    subject: Subject,
    reason: Option<&'static str>,
    counts: &'r [(Metric, usize)],
    time: Option<(Timer, Duration)>,
}

impl MetricLine<'_> {
    /// The dimensions of the line's metrics. Faults are also counted without dimensions, for the whole stack: so an alarm
    /// watches one metric for all products and functions.
    fn dimensions(&self) -> &'static EntryDimensions {
        let is_fault = self.counts.iter().any(|(metric, _)| metric.is_fault());
        match self.subject {
            Subject::Product(_) if self.reason.is_some() => &STACK_PRODUCT_AND_REASON,
            Subject::Product(_) if is_fault => &STACK_AND_PRODUCT,
            Subject::Product(_) => &PRODUCT_ONLY,
            Subject::Function(_) if is_fault => &STACK_AND_FUNCTION,
            Subject::Function(_) => &FUNCTION_ONLY,
        }
    }
}

impl Entry for MetricLine<'_> {
    fn write<'a>(&'a self, writer: &mut impl EntryWriter<'a>) {
        writer.timestamp(SystemTime::now());
        writer.config(self.dimensions());
        match self.subject {
            Subject::Product(product) => writer.value(PRODUCT, product.slug()),
            Subject::Function(name) => writer.value(FUNCTION, name),
        }
        writer.value(REASON, &self.reason);
        for (metric, count) in self.counts {
            writer.value(format!("{metric:?}"), count);
        }
        if let Some((timer, time)) = &self.time {
            writer.value(format!("{timer:?}"), time);
        }
    }
}

type Dimensions = Cow<'static, [Cow<'static, str>]>;
const NONE: Dimensions = Cow::Borrowed(&[]);
const BY_PRODUCT: Dimensions = Cow::Borrowed(&[Cow::Borrowed(PRODUCT)]);
const BY_FUNCTION: Dimensions = Cow::Borrowed(&[Cow::Borrowed(FUNCTION)]);
const BY_REASON: Dimensions = Cow::Borrowed(&[Cow::Borrowed(PRODUCT), Cow::Borrowed(REASON)]);
static PRODUCT_ONLY: EntryDimensions = EntryDimensions::new_static(&[BY_PRODUCT]);
static STACK_AND_PRODUCT: EntryDimensions = EntryDimensions::new_static(&[NONE, BY_PRODUCT]);
static FUNCTION_ONLY: EntryDimensions = EntryDimensions::new_static(&[BY_FUNCTION]);
static STACK_AND_FUNCTION: EntryDimensions = EntryDimensions::new_static(&[NONE, BY_FUNCTION]);
static STACK_PRODUCT_AND_REASON: EntryDimensions = EntryDimensions::new_static(&[NONE, BY_PRODUCT, BY_REASON]);

/// Writes counts of a product, to standard error like the log.
pub(crate) fn emit(product: Product, time: Option<(Timer, Duration)>, counts: &[(Metric, usize)]) {
    count(Subject::Product(product), time, counts);
}

/// Writes counts of a function that serves no single product.
pub(crate) fn emit_for_function(function: &'static str, counts: &[(Metric, usize)]) {
    count(Subject::Function(function), None, counts);
}

/// Counts a rejected callback.
pub(crate) fn rejected(product: Product, reason: &'static str) {
    let counts = &[(Metric::Rejected, 1)];
    write(&MetricLine { subject: Subject::Product(product), reason: Some(reason), counts, time: None });
}

/// Faults are written as a separate line, since all counts of a line have the same dimensions, and only if there are any.
fn count(subject: Subject, time: Option<(Timer, Duration)>, counts: &[(Metric, usize)]) {
    let (faults, counts): (Vec<_>, Vec<_>) = counts.iter().partition(|(metric, _)| metric.is_fault());
    if time.is_some() || !counts.is_empty() {
        write(&MetricLine { subject, reason: None, counts: &counts, time });
    }
    if faults.iter().any(|(_, count)| *count > 0) {
        write(&MetricLine { subject, reason: None, counts: &faults, time: None });
    }
}

fn write(line: &MetricLine<'_>) {
    let text = format(line);
    // Tests look at the text, and some of them handle thousands of requests.
    if cfg!(not(test)) {
        // An error of writing the log cannot be logged.
        std::io::stderr().lock().write_all(&text).unwrap_or_default();
    }
}

fn format(line: &MetricLine<'_>) -> Vec<u8> {
    let mut text = Vec::with_capacity(512);
    let mut emf = Emf::builder(NAMESPACE.clone(), vec![vec![]]).build();
    if let Err(error) = emf.format(line, &mut text) {
        tracing::error!(%error, "a metric could not be written");
    }
    text
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn parsed(line: &MetricLine<'_>) -> Value {
        let text = String::from_utf8(format(line)).unwrap();
        assert!(text.ends_with('\n') && text.lines().count() == 1, "{text}");
        serde_json::from_str(&text).unwrap()
    }

    #[test]
    fn a_line_is_one_that_cloudwatch_reads() {
        let counts = &[(Metric::Accepted, 1), (Metric::Stored, 2)];
        let time = Some((Timer::Latency, Duration::from_micros(1500)));
        let line = parsed(&MetricLine { subject: Subject::Product(Product::AliyunIms), reason: None, counts, time });
        assert_eq!(line["Product"], "aliyun-ims");
        assert_eq!((&line["Accepted"], &line["Stored"], &line["Latency"]), (&json!(1), &json!(2), &json!(1.5)));
        let directive = &line["_aws"]["CloudWatchMetrics"][0];
        assert_eq!(directive["Namespace"], "Mediahook");
        assert_eq!(directive["Dimensions"], json!([["Product"]]));
        assert_eq!(directive["Metrics"].as_array().unwrap().len(), 3);
        assert!(line["_aws"]["Timestamp"].as_u64().unwrap() > 1_700_000_000_000);
    }

    #[test]
    fn a_fault_counts_for_the_stack_and_for_the_product() {
        let counts = &[(Metric::NotStored, 1)];
        let line =
            parsed(&MetricLine { subject: Subject::Product(Product::AliyunVod), reason: None, counts, time: None });
        assert_eq!(line["NotStored"], 1);
        assert_eq!(line["_aws"]["CloudWatchMetrics"][0]["Dimensions"], json!([[], ["Product"]]));
    }

    #[test]
    fn a_function_of_no_single_product_counts_by_its_name() {
        for (metric, dimensions) in
            [(Metric::PullRuns, json!([["Function"]])), (Metric::PullFailures, json!([[], ["Function"]]))]
        {
            let subject = Subject::Function("aliyun-mns-pull");
            let line = parsed(&MetricLine { subject, reason: None, counts: &[(metric, 1)], time: None });
            assert_eq!((&line["Function"], line.get("Product")), (&json!("aliyun-mns-pull"), None));
            assert_eq!(line["_aws"]["CloudWatchMetrics"][0]["Dimensions"], dimensions);
        }
    }

    #[test]
    fn a_refusal_counts_for_the_stack_the_product_and_the_reason() {
        let counts = &[(Metric::Rejected, 1)];
        let line = parsed(&MetricLine {
            subject: Subject::Product(Product::TencentCi),
            reason: Some("token"),
            counts,
            time: None,
        });
        assert_eq!(line["Reason"], "token");
        assert_eq!(line["_aws"]["CloudWatchMetrics"][0]["Dimensions"], json!([[], ["Product"], ["Product", "Reason"]]));
    }
}
