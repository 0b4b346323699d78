//! Asks the vendors' APIs about events before they are published.

use std::process::ExitCode;

fn main() -> ExitCode {
    lambda::confirm()
}
