//! What commands that wait for a network run in.

use tokio::runtime::{Builder, Runtime};

use crate::output::message;

/// A runtime of one thread.
pub(crate) fn runtime() -> Result<Runtime, String> {
    Builder::new_current_thread().enable_all().build().map_err(message)
}
