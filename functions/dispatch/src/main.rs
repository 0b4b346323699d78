//! Takes events from the queue to the bus, each once.

use std::process::ExitCode;

fn main() -> ExitCode {
    lambda::dispatch()
}
