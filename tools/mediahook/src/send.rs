//! Sends a callback to a function as its vendor does.

use std::time::{Duration, Instant};

use callbacks::Product;
use clap::Args;
use jiff::Timestamp;
use mediahook::request::vendor_headers;
use mediahook::signing::{Callback, Signing, SigningError, Tamper};
use reqwest::StatusCode;
use reqwest::blocking::Client;
use reqwest::header::{CONTENT_TYPE, USER_AGENT};
use reqwest::redirect::Policy;
use secrecy::{ExposeSecret, SecretString};

/// How a callback is signed.
#[derive(Debug, Args)]
pub(crate) struct SigningOptions {
    /// Sign with this key, as the vendor does. Cloud Infinite signs nothing and takes none.
    #[arg(long, env = variables::KEY, hide_env_values = true)]
    key: Option<SecretString>,
    /// Add this token to the URL, as `token=`, instead of one that it has.
    #[arg(long, env = variables::TOKEN, hide_env_values = true)]
    token: Option<SecretString>,
    /// The callback URL that Alibaba Cloud signs, as it is configured there; by default the URL that is posted to, with the token.
    #[arg(long, value_name = "URL")]
    callback_url: Option<String>,
    /// Change this part after signing.
    #[arg(long, value_name = "PART")]
    tamper: Option<Tamper>,
    /// Sign with a clock this many seconds ahead, or behind if negative. For Tencent Cloud VOD this moves the expiry.
    #[arg(long, value_name = "SECONDS", default_value_t = 0, allow_negative_numbers = true)]
    skew: i64,
}

/// Where a callback is sent, and how often.
#[derive(Debug, Args)]
pub(crate) struct SendOptions {
    /// Where to post it: an http or https URL.
    #[arg(long, value_parser = http_url)]
    url: String,
    /// Send it this many times, one after another on one connection, each time with a new signature.
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..))]
    repeat: u32,
    /// Timeout of the response, in seconds; by default that of the vendor.
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(1..))]
    timeout: Option<u64>,
    #[command(flatten)]
    signing: SigningOptions,
}

/// The callback could not be sent, or got no response.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SendError {
    #[error(transparent)]
    Signing(#[from] SigningError),
    #[error("no response within {} s, {reason}", limit.as_secs())]
    TimedOut { limit: Duration, reason: &'static str },
    /// The error without its URL, which includes the token.
    #[error("the request failed")]
    Http(#[source] reqwest::Error),
}

/// A response and its time.
struct TimedResponse {
    status: StatusCode,
    body: String,
    time: Duration,
}

impl SigningOptions {
    /// The callback of this body for a URL, signed now.
    pub(crate) fn sign(&self, product: Product, url: &str, body: &[u8]) -> Result<Callback, SigningError> {
        if self.skew != 0 && given(self.key.as_ref()).is_none() {
            return Err(SigningError::NoSignature);
        }
        let time = Timestamp::now().as_second().saturating_add(self.skew);
        let signing = Signing {
            url: url.to_owned(),
            token: given(self.token.as_ref()),
            key: given(self.key.as_ref()),
            callback_url: self.callback_url.clone(),
            // A time before 1970 cannot be signed; 1970 is as stale.
            time: u64::try_from(time).unwrap_or_default(),
            tamper: self.tamper,
        };
        signing.sign(product, body)
    }

    /// The callback of this body for the callback URL, or for that of the requests in `events/`.
    pub(crate) fn sign_request(&self, product: Product, body: &[u8]) -> Result<Callback, SigningError> {
        self.sign(product, self.callback_url.as_deref().unwrap_or(mediahook::request::URL), body)
    }

    /// Whether any option is given.
    pub(crate) fn are_given(&self) -> bool {
        let has_secret = given(self.key.as_ref()).or(given(self.token.as_ref())).is_some();
        has_secret || self.callback_url.is_some() || self.tamper.is_some() || self.skew != 0
    }

    /// A note to print about these options.
    pub(crate) fn note(&self) -> Option<&'static str> {
        (self.tamper == Some(Tamper::Body)).then_some(
            "no vendor's signature covers the body, so a function accepts it although it was changed after signing \
             (docs/security.md says what that means)",
        )
    }
}

/// The value, unless it is empty, as a variable of the environment may be.
fn given(secret: Option<&SecretString>) -> Option<SecretString> {
    secret.filter(|secret| !secret.expose_secret().is_empty()).cloned()
}

impl SendOptions {
    /// A note to print about these options.
    pub(crate) fn note(&self) -> Option<&'static str> {
        self.signing.note()
    }

    /// Sends the callback as often as requested, and calls `print` with each line of output. Returns what came
    /// instead of a 200, if anything did.
    pub(crate) fn send(
        &self,
        product: Product,
        body: &[u8],
        print: impl Fn(&str) -> Result<(), String>,
    ) -> Result<Option<String>, String> {
        let (limit, reason) = self.limit(product);
        let client = Client::builder().timeout(limit).redirect(Policy::none()).build().map_err(crate::message)?;
        let mut times = Vec::new();
        let (mut succeeded, mut unexpected) = (0, None);
        for _ in 0..self.repeat {
            let callback = self.signing.sign(product, &self.url, body).map_err(crate::message)?;
            let response = match post(&client, product, callback) {
                Err(SendError::Http(error)) if error.is_timeout() => Err(SendError::TimedOut { limit, reason }),
                response => response,
            };
            match response {
                Ok(TimedResponse { status, body, time }) => {
                    if status == StatusCode::OK {
                        succeeded += 1;
                    } else {
                        unexpected.get_or_insert_with(|| status.as_u16().to_string());
                    }
                    print(&format!("{status}  {}  {}", milliseconds(time), body.trim_end()))?;
                    times.push(time);
                }
                Err(error) => {
                    unexpected.get_or_insert_with(|| "no response".to_owned());
                    print(&crate::message(error))?;
                }
            }
        }
        if self.repeat > 1 {
            print(&summary(self.repeat, succeeded, times))?;
        }
        Ok(unexpected)
    }

    /// The timeout of the response, and the reason for it.
    fn limit(&self, product: Product) -> (Duration, &'static str) {
        match (self.timeout, product) {
            (Some(seconds), _) => (Duration::from_secs(seconds), "as --timeout says"),
            (None, Product::TencentCi) => {
                (product.answer_within(), "as long as Tencent Cloud VOD waits; Cloud Infinite does not say")
            }
            (None, Product::AliyunVod | Product::AliyunIms | Product::TencentVod) => {
                (product.answer_within(), "as long as the vendor waits")
            }
        }
    }
}

fn post(client: &Client, product: Product, callback: Callback) -> Result<TimedResponse, SendError> {
    let headers = vendor_headers(product, &callback.body);
    let mut request = client.post(&callback.url);
    for (name, value) in [(CONTENT_TYPE, headers.content_type), (USER_AGENT, headers.user_agent)] {
        if let Some(value) = value {
            request = request.header(name, value);
        }
    }
    for (name, value) in &callback.headers {
        request = request.header(*name, value);
    }
    let without_url = |error: reqwest::Error| SendError::Http(error.without_url());
    let started = Instant::now();
    let response = request.body(callback.body).send().map_err(without_url)?;
    let status = response.status();
    let body = response.text().map_err(without_url)?;
    Ok(TimedResponse { status, body, time: started.elapsed() })
}

fn summary(sent: u32, succeeded: u32, mut times: Vec<Duration>) -> String {
    times.sort_unstable();
    let answered = format!("{succeeded} of {sent} answered 200");
    let middle = times.get(times.len() / 2);
    match (times.first(), middle, times.last()) {
        (Some(min), Some(median), Some(max)) => {
            let [min, median, max] = [min, median, max].map(|time| milliseconds(*time));
            format!("{answered}; min {min}, median {median}, max {max}")
        }
        _ => answered,
    }
}

fn milliseconds(time: Duration) -> String {
    format!("{:.1} ms", time.as_secs_f64() * 1000.0)
}

/// Validates a URL without changing it: Alibaba Cloud signs its exact text.
fn http_url(text: &str) -> Result<String, String> {
    match reqwest::Url::parse(text) {
        Ok(url) if matches!(url.scheme(), "http" | "https") && url.fragment().is_none() => Ok(text.to_owned()),
        _ => Err("expected an http or https URL without a fragment".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_summary_tells_how_the_times_spread() {
        let times = |milliseconds: &[u64]| milliseconds.iter().copied().map(Duration::from_millis).collect();
        for (sent, succeeded, times, expected) in [
            (3, 3, times(&[30, 10, 20]), "3 of 3 answered 200; min 10.0 ms, median 20.0 ms, max 30.0 ms"),
            (2, 1, times(&[5]), "1 of 2 answered 200; min 5.0 ms, median 5.0 ms, max 5.0 ms"),
            (2, 0, times(&[]), "0 of 2 answered 200"),
        ] {
            assert_eq!(summary(sent, succeeded, times), expected);
        }
    }

    #[test]
    fn a_url_is_taken_to_the_letter() {
        for url in ["http://localhost:9000/lambda-url/aliyun-ims/", "https://A.example", "https://a.example/?x=1"] {
            assert_eq!(http_url(url).as_deref(), Ok(url));
        }
        for url in ["a.example", "ftp://a.example/", "https://a.example/#x", ""] {
            assert!(http_url(url).is_err(), "{url}");
        }
    }
}
