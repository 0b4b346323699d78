//! Receives the callbacks of Alibaba Cloud Intelligent Media Services.

use std::process::ExitCode;

use ingress::Product;

fn main() -> ExitCode {
    ingress::receive(Product::AliyunIms)
}
