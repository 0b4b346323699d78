//! Receives the callbacks of Alibaba Cloud `ApsaraVideo` VOD.

use std::process::ExitCode;

use ingress::Product;

fn main() -> ExitCode {
    ingress::receive(Product::AliyunVod)
}
