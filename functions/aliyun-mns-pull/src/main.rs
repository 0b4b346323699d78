//! Takes the events of Alibaba Cloud VOD and IMS out of their queues, on a schedule.

use std::process::ExitCode;

use ingress::Source;

fn main() -> ExitCode {
    ingress::pull(Source::AliyunMns)
}
