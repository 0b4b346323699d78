//! Receives the callbacks of Tencent Cloud Infinite.

use std::process::ExitCode;

use ingress::Product;

fn main() -> ExitCode {
    ingress::receive(Product::TencentCi)
}
