//! Receives the callbacks of Tencent Cloud Infinite.

use std::process::ExitCode;

use lambda::Product;

fn main() -> ExitCode {
    lambda::receive(Product::TencentCi)
}
