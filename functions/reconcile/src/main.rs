//! Looks for jobs that ended at the vendors and of which no event came.

use std::process::ExitCode;

fn main() -> ExitCode {
    lambda::reconcile()
}
