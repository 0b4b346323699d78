//! No request gets in without the key, whatever it consists of; and every one that is signed with it does.
#![no_main]

use callbacks::Product;
use callbacks::auth::{Clock, Credentials, Request, Signature, sign, verify};
use jiff::Timestamp;
use libfuzzer_sys::arbitrary::{self, Arbitrary};
use libfuzzer_sys::fuzz_target;

/// Long enough that no input has it by chance.
const KEY: &str = "5cUfzqk0HUNb3hWzQ8oPZ1x7rY2mVt9A";
const URL: &str = "https://callbacks.example.com/";
const NOW: u64 = 1_700_000_000;
const HEADERS: [&str; 4] = ["X-VOD-TIMESTAMP", "X-VOD-SIGNATURE", "X-ICE-TIMESTAMP", "X-ICE-SIGNATURE"];

#[derive(Debug, Arbitrary)]
struct Input<'a> {
    product: u8,
    /// The header by its number, and its value.
    headers: Vec<(u8, &'a str)>,
    tokens: Vec<&'a str>,
    body: &'a [u8],
    time: u64,
}

fuzz_target!(|input: Input<'_>| {
    let product = [Product::AliyunVod, Product::AliyunIms, Product::TencentVod][usize::from(input.product) % 3];
    let callback_urls = if product == Product::TencentVod { Vec::new() } else { vec![URL.to_owned().into()] };
    let credentials = Credentials { keys: vec![KEY.to_owned().into()], tokens: Vec::new(), callback_urls };
    let now = Timestamp::from_second(NOW.cast_signed()).expect("a time");
    let clock = Clock { now, tolerance: 300 };
    let headers: Vec<(&str, &str)> =
        input.headers.iter().map(|(name, value)| (HEADERS[usize::from(*name) % HEADERS.len()], *value)).collect();
    let request = Request { headers: &headers, tokens: &input.tokens, body: input.body };
    assert!(verify(product, &credentials, &request, clock).is_err());

    // The times that are accepted for all products.
    let time = NOW - 300 + input.time % 600;
    let signature = sign(product, &credentials.keys[0], Some(URL), time).expect("the product is signed");
    let (signed, body) = match &signature {
        Signature::Headers(headers) => {
            (headers.iter().map(|(name, value)| (*name, value.as_str())).collect(), input.body.to_vec())
        }
        Signature::Members { sign, expiry } => {
            let member = serde_json::to_string(&String::from_utf8_lossy(input.body)).expect("a string is JSON");
            (Vec::new(), format!(r#"{{"A":{member},"Sign":"{sign}","T":{expiry}}}"#).into_bytes())
        }
    };
    let request = Request { headers: &signed, tokens: &input.tokens, body: &body };
    assert!(verify(product, &credentials, &request, clock).is_ok());
});
