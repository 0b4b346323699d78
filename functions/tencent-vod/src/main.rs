//! Receives the callbacks of Tencent Cloud VOD.

use std::process::ExitCode;

use ingress::Product;

fn main() -> ExitCode {
    ingress::receive(Product::TencentVod)
}
