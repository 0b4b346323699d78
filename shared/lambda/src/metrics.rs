//! Metrics in Amazon `CloudWatch`'s embedded metric format: lines in the log from which it makes metrics.
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

use crate::environment::METRICS_NAMESPACE;

/// Under which name `CloudWatch` lists the metrics. Two stacks in a region have one each, so that the alarms of one do not see
/// the other.
static NAMESPACE: LazyLock<String> = LazyLock::new(|| {
    let name = std::env::var(METRICS_NAMESPACE).ok();
    name.filter(|name| !name.is_empty()).unwrap_or_else(|| "Mediahook".to_owned())
});
const PRODUCT: &str = "Product";
const REASON: &str = "Reason";

/// What is counted. The name of each is its metric's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Metric {
    /// Callbacks that were answered 200.
    Accepted,
    /// Callbacks that were refused, also by reason.
    Rejected,
    /// Events that were stored.
    Stored,
    /// Stored events that have no name here.
    Unknown,
    /// Stored events that could not be read.
    Unreadable,
    /// Callbacks that were answered 503, since they could not be stored.
    NotStored,
    /// Readings of the secret that failed while the function ran.
    SecretReadFailures,
    /// Events that were published.
    Published,
    /// Events that had been published before, and were not again.
    Duplicate,
    /// Events that could not be published, and come back.
    Failed,
    /// Runs of a pull function that drained all of its queues.
    Polls,
    /// Queues that could not be drained.
    PullFailures,
    /// Runs of a pull function that ended before its queues were empty.
    NotDrained,
    /// Events that came out of a vendor's queue and were stored.
    Pulled,
    /// Messages that were then confirmed there.
    Confirmed,
}

impl Metric {
    /// Whether it counts what goes wrong.
    fn is_fault(self) -> bool {
        match self {
            Self::Rejected
            | Self::NotStored
            | Self::SecretReadFailures
            | Self::Failed
            | Self::PullFailures
            | Self::NotDrained => true,
            Self::Accepted
            | Self::Stored
            | Self::Unknown
            | Self::Unreadable
            | Self::Published
            | Self::Duplicate
            | Self::Polls
            | Self::Pulled
            | Self::Confirmed => false,
        }
    }
}

/// What is timed. The name of each is its metric's; the unit is milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Timer {
    /// From a request to its answer.
    Latency,
    /// From a batch of messages to its end.
    PublishLatency,
}

/// One line: what happened to one callback, or in one batch.
struct Record<'r> {
    /// A product, or a function that belongs to none.
    product: &'r str,
    reason: Option<&'static str>,
    counts: &'r [(Metric, usize)],
    time: Option<(Timer, Duration)>,
}

impl Record<'_> {
    /// By what the line is counted. Faults are also counted for the whole stack: an alarm on them watches one metric, whatever
    /// the products.
    fn dimensions(&self) -> &'static EntryDimensions {
        if self.reason.is_some() {
            &STACK_PRODUCT_AND_REASON
        } else if self.counts.iter().any(|(metric, _)| metric.is_fault()) {
            &STACK_AND_PRODUCT
        } else {
            &PRODUCT_ONLY
        }
    }
}

impl Entry for Record<'_> {
    fn write<'a>(&'a self, writer: &mut impl EntryWriter<'a>) {
        writer.timestamp(SystemTime::now());
        writer.config(self.dimensions());
        writer.value(PRODUCT, self.product);
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
const BY_REASON: Dimensions = Cow::Borrowed(&[Cow::Borrowed(PRODUCT), Cow::Borrowed(REASON)]);
static PRODUCT_ONLY: EntryDimensions = EntryDimensions::new_static(&[BY_PRODUCT]);
static STACK_AND_PRODUCT: EntryDimensions = EntryDimensions::new_static(&[NONE, BY_PRODUCT]);
static STACK_PRODUCT_AND_REASON: EntryDimensions = EntryDimensions::new_static(&[NONE, BY_PRODUCT, BY_REASON]);

/// Writes what was counted, to standard error like the log.
pub(crate) fn emit(product: Product, time: Option<(Timer, Duration)>, counts: &[(Metric, usize)]) {
    count(product.slug(), time, counts);
}

/// Writes what a function counted that serves no one product: its name takes the product's place.
pub(crate) fn emit_for(function: &'static str, counts: &[(Metric, usize)]) {
    count(function, None, counts);
}

/// Counts a callback that was refused.
pub(crate) fn rejected(product: Product, reason: &'static str) {
    write(&Record { product: product.slug(), reason: Some(reason), counts: &[(Metric::Rejected, 1)], time: None });
}

/// Faults have a line of their own, since all counts of a line have the same dimensions; none where there are none.
fn count(product: &str, time: Option<(Timer, Duration)>, counts: &[(Metric, usize)]) {
    let (faults, counts): (Vec<_>, Vec<_>) = counts.iter().partition(|(metric, _)| metric.is_fault());
    if time.is_some() || !counts.is_empty() {
        write(&Record { product, reason: None, counts: &counts, time });
    }
    if faults.iter().any(|(_, count)| *count > 0) {
        write(&Record { product, reason: None, counts: &faults, time: None });
    }
}

fn write(record: &Record<'_>) {
    let line = format(record);
    // There is nobody to tell where the log cannot be written to.
    std::io::stderr().lock().write_all(&line).unwrap_or_default();
}

fn format(record: &Record<'_>) -> Vec<u8> {
    let mut line = Vec::with_capacity(512);
    let mut emf = Emf::builder(NAMESPACE.clone(), vec![vec![]]).build();
    if let Err(error) = emf.format(record, &mut line) {
        tracing::error!(%error, "a metric could not be written");
    }
    line
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn line(record: &Record<'_>) -> Value {
        let text = String::from_utf8(format(record)).unwrap();
        assert!(text.ends_with('\n') && text.lines().count() == 1, "{text}");
        serde_json::from_str(&text).unwrap()
    }

    #[test]
    fn a_line_is_one_that_cloudwatch_reads() {
        let counts = &[(Metric::Accepted, 1), (Metric::Stored, 2)];
        let time = Some((Timer::Latency, Duration::from_micros(1500)));
        let line = line(&Record { product: Product::AliyunIms.slug(), reason: None, counts, time });
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
        let line = line(&Record { product: Product::AliyunVod.slug(), reason: None, counts, time: None });
        assert_eq!(line["NotStored"], 1);
        assert_eq!(line["_aws"]["CloudWatchMetrics"][0]["Dimensions"], json!([[], ["Product"]]));
    }

    #[test]
    fn a_refusal_counts_for_the_stack_the_product_and_the_reason() {
        let counts = &[(Metric::Rejected, 1)];
        let line = line(&Record { product: Product::TencentCi.slug(), reason: Some("token"), counts, time: None });
        assert_eq!(line["Reason"], "token");
        assert_eq!(line["_aws"]["CloudWatchMetrics"][0]["Dimensions"], json!([[], ["Product"], ["Product", "Reason"]]));
    }
}
