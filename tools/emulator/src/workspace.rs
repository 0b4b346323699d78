//! Where things are in this workspace.

use std::path::{Path, PathBuf};

use crate::error::EmulatorError;

/// The workspace's folder.
#[must_use]
pub fn root() -> &'static Path {
    let tools = Path::new(env!("CARGO_MANIFEST_DIR")).parent();
    tools.and_then(Path::parent).unwrap_or(Path::new("."))
}

/// The program of a function. Cargo puts all programs of one build into one folder, and tests into `deps` below it.
///
/// # Errors
/// [`EmulatorError::NotBuilt`] where it is not there.
pub fn built(function: &str) -> Result<PathBuf, EmulatorError> {
    let this = std::env::current_exe()?;
    let folder = this.parent().unwrap_or(Path::new("."));
    let folder = if folder.ends_with("deps") { folder.parent().unwrap_or(folder) } else { folder };
    let program = folder.join(function);
    if program.exists() { Ok(program) } else { Err(EmulatorError::NotBuilt(program)) }
}
