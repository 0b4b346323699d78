//! Takes the events of Alibaba Cloud VOD and IMS out of their queues, on a schedule.

use std::process::ExitCode;

use lambda::Source;

fn main() -> ExitCode {
    lambda::pull(Source::AliyunMns)
}
