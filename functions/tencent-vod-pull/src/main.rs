//! Takes the events of Tencent Cloud VOD out of its queue, on a schedule.

use std::process::ExitCode;

use lambda::Source;

fn main() -> ExitCode {
    lambda::pull(Source::TencentVod)
}
