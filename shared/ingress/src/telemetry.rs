//! Logs: one JSON object per line, on standard error.

use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::LevelFilter;

/// Names the level of the log, as AWS Lambda's own setting does: `INFO` unless it is set.
const LOG_LEVEL: &str = "AWS_LAMBDA_LOG_LEVEL";

/// Starts the log. A second call changes nothing.
pub(crate) fn start() {
    let level = std::env::var(LOG_LEVEL).ok().and_then(|level| level.parse::<LevelFilter>().ok());
    let level = level.unwrap_or(LevelFilter::INFO);
    // Our own crates log nothing of a payload or secret. Others log requests and answers at their lowest levels.
    let others = level.min(LevelFilter::WARN);
    let filter = EnvFilter::new(format!("{others},ingress={level},delivery={level},queues={level}"));
    let log = tracing_subscriber::fmt()
        .json()
        .flatten_event(true)
        .with_current_span(false)
        .with_span_list(false)
        .with_target(false)
        .with_env_filter(filter)
        .with_writer(std::io::stderr);
    // Only a log that is already there stands in the way, and then that one serves.
    log.try_init().unwrap_or_default();
}
