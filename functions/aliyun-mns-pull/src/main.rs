//! Takes the events of Alibaba Cloud VOD and IMS out of their queues, on a schedule.

use std::process::ExitCode;

use ingress::pull::{self, Source};

fn main() -> ExitCode {
    pull::run(Source::AliyunMns)
}
