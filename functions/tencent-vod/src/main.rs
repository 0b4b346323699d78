//! Receives the callbacks of Tencent Cloud VOD.

use std::process::ExitCode;

use lambda::Product;

fn main() -> ExitCode {
    lambda::receive(Product::TencentVod)
}
