//! Measures the functions as processes, beside an empty function and handlers in Python and Node that do the same work, and makes
//! `docs/benchmarks.md`. `make bench` builds what is measured.
//!
//! `function-bench <programs> <documents>` takes the programs from a folder as cargo-lambda makes it, and writes the document and
//! its picture into the other. With `--quick` behind them it tries everything, and its figures mean nothing.
//!
//! `function-bench --profiles <name>=<programs>...` prints a table of one function that was built in several ways.

mod effort;
mod environment;
mod error;
mod histogram;
mod hostile;
mod process;
mod profiles;
mod quota;
mod report;
mod runtime_api;
mod tables;
mod units;

use std::io::{self, Write};
use std::path::Path;
use std::process::ExitCode;

use crate::effort::Effort;
use crate::environment::Environment;
use crate::error::BenchError;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let result = match arguments.as_slice() {
        [profiles, ways @ ..] if profiles == "--profiles" => compare(ways),
        [programs, documents] => measure(programs, documents.as_ref(), effort::THOROUGH),
        [programs, documents, quick] if quick == "--quick" => measure(programs, documents.as_ref(), effort::QUICK),
        _ => Err(BenchError::Arguments),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            writeln!(io::stderr(), "cannot measure: {error}").unwrap_or_default();
            ExitCode::FAILURE
        }
    }
}

fn compare(ways: &[String]) -> Result<(), BenchError> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let table = runtime.block_on(profiles::profiles(ways, effort::THOROUGH))?;
    Ok(writeln!(io::stdout(), "{table}")?)
}

fn measure(programs: &str, documents: &Path, effort: Effort) -> Result<(), BenchError> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let report = runtime.block_on(report::report(Environment::new(programs.into()), effort))?;
    std::fs::write(documents.join("latencies.svg"), report.picture)?;
    std::fs::write(documents.join("benchmarks.md"), report.document)?;
    Ok(())
}
