//! Receives the callbacks of Alibaba Cloud `ApsaraVideo` VOD.

use std::process::ExitCode;

use lambda::Product;

fn main() -> ExitCode {
    lambda::receive(Product::AliyunVod)
}
