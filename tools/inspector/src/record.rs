//! Writes events to a file, beside everything else.

use std::io::Write;
use std::path::PathBuf;

use tokio::sync::mpsc;

use crate::error::StartError;

/// How many lines may wait for the file.
const QUEUE: usize = 10_000;

/// Appends lines to a file.
pub(crate) fn start(path: PathBuf) -> Result<mpsc::Sender<String>, StartError> {
    let opened = std::fs::OpenOptions::new().create(true).append(true).open(&path);
    let mut file = opened.map_err(|error| StartError::File { path, error })?;
    let (sender, mut lines) = mpsc::channel::<String>(QUEUE);
    std::thread::spawn(move || {
        while let Some(line) = lines.blocking_recv() {
            if writeln!(file, "{line}").is_err() {
                break;
            }
        }
    });
    Ok(sender)
}
