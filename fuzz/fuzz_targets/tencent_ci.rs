#![no_main]

use callbacks::Product;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|body: &[u8]| fuzz::decode(Product::TencentCi, body));
