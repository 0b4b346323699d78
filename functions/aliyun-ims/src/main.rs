//! Receives the callbacks of Alibaba Cloud Intelligent Media Services.

use std::process::ExitCode;

use lambda::Product;

fn main() -> ExitCode {
    lambda::receive(Product::AliyunIms)
}
