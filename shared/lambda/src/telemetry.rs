//! Logs: one JSON object per line, on standard error.

use std::collections::HashSet;
use std::sync::{LazyLock, Mutex, PoisonError};
use std::time::{Duration, Instant};

use callbacks::{CloudEvent, Product, kinds};
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use variables::LOG_LEVEL;

/// Initializes the log, and what a panic logs. A second call changes nothing.
pub(crate) fn start() {
    let level = std::env::var(LOG_LEVEL).ok().and_then(|level| level.parse().ok()).unwrap_or(LevelFilter::INFO);
    // Our own crates log nothing of a payload or secret. Others log requests and answers at their lowest levels.
    let others = level.min(LevelFilter::WARN);
    // Names match by prefix: `lambda` also matches the crates of the Lambda runtime.
    let filter = Targets::new().with_default(others).with_targets([
        ("lambda", level),
        ("lambda_runtime", others),
        ("delivery", level),
        ("queues", level),
    ]);
    let lines = tracing_subscriber::fmt::layer()
        .json()
        .flatten_event(true)
        .with_current_span(false)
        .with_span_list(false)
        .with_target(false)
        .with_writer(std::io::stderr);
    let log = tracing_subscriber::registry().with(lines).with(filter);
    // It fails only where a log is initialized already, which is then used.
    log.try_init().unwrap_or_default();
    // What a panic says may be a part of a payload.
    std::panic::set_hook(Box::new(|panic| {
        let (file, line) = panic.location().map(|location| (location.file(), location.line())).unzip();
        tracing::error!(file, line, "the function panicked");
    }));
}

/// How long a reason for rejections is not logged again.
const QUIET: Duration = Duration::from_mins(1);

/// Limits the log of rejections: it holds when each reason was last logged.
///
/// Anyone can send requests that are rejected, and each log line costs money. So the metric counts them all, and the log has
/// one line per reason and minute.
#[derive(Debug, Default)]
pub(crate) struct Refusals(Mutex<Vec<(&'static str, Instant)>>);

impl Refusals {
    /// Logs a rejection unless one for the same reason was logged within the last minute.
    pub(crate) fn log(&self, product: Product, reason: &'static str) {
        if self.is_due(reason, Instant::now()) {
            tracing::info!(%product, reason, "requests are rejected: the metric counts all of them, the log has one line per reason and minute");
        }
    }

    fn is_due(&self, reason: &'static str, now: Instant) -> bool {
        let mut logged = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match logged.iter_mut().find(|(of, _)| *of == reason) {
            Some((_, last)) if now.duration_since(*last) < QUIET => false,
            Some((_, last)) => {
                *last = now;
                true
            }
            None => {
                logged.push((reason, now));
                true
            }
        }
    }
}

/// The names of known vendor events. Any other name is part of a payload.
static KNOWN_EVENTS: LazyLock<HashSet<String>> =
    LazyLock::new(|| kinds().into_iter().map(|(_, name, _)| name).collect());

/// Bytes of the longest identifier that a vendor gives.
const MAX_IDENTIFIER: usize = 128;

/// Logs that an event was stored, with what it can be searched by: of the payload, only identifiers.
pub(crate) fn stored(product: Product, event: &CloudEvent, request_id: &str) {
    let data = event.data();
    let media = data.and_then(|data| data.media.as_ref()).and_then(|media| identifier(media.id.as_deref()));
    let job = data.and_then(|data| data.job.as_ref()).and_then(|job| identifier(job.id.as_deref()));
    let run = data.and_then(|data| data.workflow.as_ref()).and_then(|workflow| identifier(workflow.run_id.as_deref()));
    let vendor_event = event.vendorevent.as_deref().filter(|name| KNOWN_EVENTS.contains(*name));
    tracing::info!(
        %product, id = event.id, r#type = %event.r#type, vendor_event, media, job, run, request_id, "an event was stored"
    );
}

/// The text, if it looks like an identifier: letters, digits, `-` and `_`, with at least one digit. A name or path that a
/// customer may have put in its place is not logged.
fn identifier(text: Option<&str>) -> Option<&str> {
    let is_of_it = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    let looks_like_one = |text: &&str| {
        text.len() <= MAX_IDENTIFIER && text.bytes().all(is_of_it) && text.bytes().any(|byte| byte.is_ascii_digit())
    };
    text.filter(looks_like_one)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// In a process of its own, since the log and what a panic does are those of the whole process.
    #[test]
    fn a_panic_tells_where_it_was_and_nothing_else() {
        const VARIABLE: &str = "TEST_PANICS";
        if std::env::var_os(VARIABLE).is_some() {
            start();
            panic!("what a payload has");
        }
        let name = "telemetry::tests::a_panic_tells_where_it_was_and_nothing_else";
        let mut child = std::process::Command::new(std::env::current_exe().unwrap());
        let output = child.args(["--exact", name, "--nocapture"]).env(VARIABLE, "").output().unwrap();
        let (log, rest) = (String::from_utf8(output.stderr).unwrap(), String::from_utf8(output.stdout).unwrap());
        let line: serde_json::Value = serde_json::from_str(log.lines().next().unwrap()).unwrap();
        assert_eq!((&line["message"], &line["file"]), (&"the function panicked".into(), &file!().into()), "{log}");
        assert!(line["line"].is_u64() && !log.contains("payload") && !rest.contains("payload"), "{log}{rest}");
    }

    #[test]
    fn a_reason_is_logged_once_a_minute() {
        let (refusals, start) = (Refusals::default(), Instant::now());
        for (reason, second, expected) in [
            ("token", 0, true),
            ("token", 1, false),
            ("unsigned", 1, true),
            ("token", 59, false),
            ("token", 60, true),
            ("unsigned", 60, false),
            ("token", 61, false),
            ("unsigned", 61, true),
        ] {
            assert_eq!(refusals.is_due(reason, start + Duration::from_secs(second)), expected, "{reason}, {second}");
        }
    }

    #[test]
    fn only_what_looks_like_an_identifier_is_logged() {
        for (text, is_one) in [
            ("5285890784246869947", true),
            ("c321b3a0041a71eda1590674a2ce0001", true),
            ("1256768367-Procedure-7b35e0d9a84c21f6c0e7d8t1", true),
            ("", false),
            ("SECRET", false),
            ("holiday 2024", false),
            ("videos/1.mp4", false),
            ("用户1", false),
            (&"1".repeat(129), false),
        ] {
            assert_eq!(identifier(Some(text)).is_some(), is_one, "{text}");
        }
    }
}
