//! Takes the events of Tencent Cloud VOD out of its queue, on a schedule.

use std::process::ExitCode;

use ingress::pull::{self, Source};

fn main() -> ExitCode {
    pull::run(Source::TencentVod)
}
