//! How every function starts and ends.

use std::process::ExitCode;

use crate::telemetry;

/// Configures and runs a function until the Lambda environment ends it.
///
/// With an invalid configuration it does not start, and logs what is expected.
pub(crate) fn run<C, E: Into<lambda_runtime::Error>>(
    function: &str,
    configuration: impl FnOnce(fn(&str) -> Option<String>) -> Result<C, E>,
    serve: impl AsyncFnOnce(C) -> Result<(), lambda_runtime::Error>,
) -> ExitCode {
    telemetry::start();
    let configuration = configuration(|name| std::env::var(name).ok()).map_err(Into::into);
    let served = configuration.and_then(|configuration| {
        // One thread: a function handles one request at a time.
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        runtime.block_on(serve(configuration))
    });
    match served {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!(function, %error, "the function does not start");
            ExitCode::FAILURE
        }
    }
}

/// Logs that the Lambda environment has ended, which takes the runtime API with it. A local one ends after each invocation.
pub(crate) fn log_end(served: &Result<(), lambda_runtime::Error>) {
    if let Err(error) = served {
        tracing::debug!(%error, "the Lambda environment has ended");
    }
}
