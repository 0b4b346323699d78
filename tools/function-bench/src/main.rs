//! Measures the functions as processes, beside an empty function and handlers in Python and Node that do the same work, and prints
//! `docs/benchmarks.md`. `make bench` builds what is measured.
//!
//! `function-bench <folder>` takes the programs from the folder as cargo-lambda makes it. `function-bench <folder> --quick` tries
//! everything, and its figures mean nothing.

mod effort;
mod environment;
mod error;
mod histogram;
mod hostile;
mod process;
mod quota;
mod report;
mod runtime_api;
mod tables;
mod units;

use std::io::{self, Write};
use std::process::ExitCode;

use crate::environment::Environment;
use crate::error::BenchError;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (folder, effort) = match arguments.as_slice() {
        [folder] => (Some(folder), effort::THOROUGH),
        [folder, quick] if quick == "--quick" => (Some(folder), effort::QUICK),
        _ => (None, effort::QUICK),
    };
    let measured = folder.ok_or(BenchError::Arguments).and_then(|folder| {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        runtime.block_on(report::report(Environment::new(folder.into()), effort))
    });
    match measured.and_then(|report| Ok(io::stdout().write_all(report.as_bytes())?)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            writeln!(io::stderr(), "cannot measure: {error}").unwrap_or_default();
            ExitCode::FAILURE
        }
    }
}
