//! Takes the events of Tencent Cloud VOD out of its queue, on a schedule.

use std::process::ExitCode;

use ingress::Source;

fn main() -> ExitCode {
    ingress::pull(Source::TencentVod)
}
