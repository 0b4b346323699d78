//! Logs: one JSON object per line, on standard error.

use tracing_subscriber::EnvFilter;

/// Names the level of the log, as AWS Lambda's own setting does: `INFO` unless it is set.
const LOG_LEVEL: &str = "AWS_LAMBDA_LOG_LEVEL";

/// Starts the log. A second call changes nothing.
pub(crate) fn start() {
    let filter = EnvFilter::builder().with_env_var(LOG_LEVEL).from_env_lossy();
    let filter = if std::env::var_os(LOG_LEVEL).is_some() { filter } else { EnvFilter::new("info") };
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
