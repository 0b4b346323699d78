//! Signs callbacks as the vendors do, with credentials that the functions get, too.

use callbacks::Product;
use jiff::Timestamp;
use sender::request;
use sender::signing::Signing;
use serde_json::Value;

use crate::error::EmulatorError;

/// The key that the vendors sign with, in the form that all of them accept.
const KEY: &str = "TheKey1";
/// The token in the callback URL.
const TOKEN: &str = "the-token";
/// The callback URL as it is configured at the vendor.
const CALLBACK_URL: &str = "https://callbacks.example.com/?token=the-token";

/// The environment variables with which a function accepts callbacks of anyone.
pub const UNSIGNED: &[(&str, &str)] = &[(variables::ALLOW_UNSIGNED, "true")];

const KEYS: (&str, &str) = (variables::KEYS, KEY);
const TOKENS: (&str, &str) = (variables::TOKENS, TOKEN);
const CALLBACK_URLS: (&str, &str) = (variables::CALLBACK_URLS, CALLBACK_URL);

/// Whether the vendor signs the product's callbacks. All have a token.
#[must_use]
pub fn is_signed(product: Product) -> bool {
    product != Product::TencentCi
}

/// The environment variables with which the product's function authenticates callbacks.
#[must_use]
pub fn environment(product: Product) -> &'static [(&'static str, &'static str)] {
    match product {
        Product::AliyunVod | Product::AliyunIms => &[TOKENS, KEYS, CALLBACK_URLS],
        Product::TencentVod => &[TOKENS, KEYS],
        Product::TencentCi => &[TOKENS],
    }
}

/// Signs as the vendor does at this time.
#[must_use]
pub fn signing(product: Product, time: Timestamp) -> Signing {
    Signing {
        url: request::URL.to_owned(),
        token: Some(TOKEN.into()),
        key: is_signed(product).then(|| KEY.into()),
        callback_url: Some(CALLBACK_URL.to_owned()),
        time: u64::try_from(time.as_second()).unwrap_or_default(),
        tamper: None,
    }
}

/// The function URL request with its callback signed.
///
/// # Errors
/// [`EmulatorError::Request`] where it is no such request; [`EmulatorError::Signing`] where its body cannot be signed.
pub fn sent(product: Product, request: Value, signing: &Signing) -> Result<Value, EmulatorError> {
    let callback = signing.sign(product, &request::body(&request)?)?;
    Ok(request::bringing(request, &callback)?)
}
