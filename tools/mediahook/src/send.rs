//! Sends a callback to a function as its vendor does.

use std::time::{Duration, Instant};

use callbacks::{Product, TEST_HEADER};
use clap::Args;
use jiff::Timestamp;
use reqwest::StatusCode;
use reqwest::blocking::Client;
use reqwest::header::{CONTENT_TYPE, USER_AGENT};
use reqwest::redirect::Policy;
use secrecy::{ExposeSecret, SecretString};
use sender::fresh::fresh;
use sender::request::vendor_headers;
use sender::signing::{Callback, Signing, SigningError, Tamper};
use sender::token::without_values;

use crate::decode::Strict;
use crate::failure::Failure;
use crate::input;
use crate::output::{message, print_line, print_note};

/// By how many seconds a signed time of Alibaba Cloud may differ from a function's clock, unless that is configured otherwise.
const TOLERANCE: i64 = 300;
/// For how many seconds a signature of Tencent Cloud VOD is valid.
const LIFETIME: i64 = 600;

/// How a callback is made.
#[derive(Debug, Args)]
pub(crate) struct CallbackOptions {
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
    /// Give the callback ids and times of now, so that it is a new event and no duplicate. It is marked as a test.
    #[arg(long)]
    fresh: bool,
    /// Mark the callback as a test: its events have the attribute `mediahooktest`. What `send` sends of a bundled sample always is one.
    #[arg(long)]
    test: bool,
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
    /// The status that is expected, such as 401 where a request without a key has to be refused.
    #[arg(long, value_name = "STATUS")]
    expect: Option<u16>,
    #[command(flatten)]
    strict: Strict,
    #[command(flatten)]
    callback: CallbackOptions,
}

/// The callback could not be sent, or got no response. URLs are without the values of their parameters, one of which is the token.
#[derive(Debug, thiserror::Error)]
enum SendError {
    #[error("no response from {url} within {} s, {reason}", limit.as_secs())]
    TimedOut { url: String, limit: Duration, reason: &'static str },
    #[error("the request to {url} failed")]
    Http { url: String, source: reqwest::Error },
}

/// A response and its time.
struct TimedResponse {
    status: StatusCode,
    body: String,
    time: Duration,
}

impl CallbackOptions {
    /// The callback of this body for a URL, made now.
    fn make(&self, product: Product, url: &str, body: &[u8], is_test: bool) -> Result<Callback, Failure> {
        if self.skew != 0 && given(self.key.as_ref()).is_none() {
            return Err(message(SigningError::NoSignature).into());
        }
        let now = Timestamp::now();
        let signing = Signing {
            url: url.to_owned(),
            token: given(self.token.as_ref()),
            key: given(self.key.as_ref()),
            callback_url: self.callback_url.clone(),
            // A time before 1970 cannot be signed; 1970 is as stale.
            time: u64::try_from(self.time(now)).unwrap_or_default(),
            tamper: self.tamper,
        };
        let refreshed = self.fresh.then(|| fresh(product, body, now, &mut fastrand::Rng::new()));
        let refreshed = refreshed.transpose().map_err(message)?;
        let mut callback = signing.sign(product, refreshed.as_deref().unwrap_or(body)).map_err(message)?;
        if is_test || self.test || self.fresh {
            callback.headers.push((TEST_HEADER, "true".to_owned()));
        }
        Ok(callback)
    }

    /// The callback of this body for the callback URL, or for that of the requests in `events/`.
    pub(crate) fn sign_request(&self, product: Product, body: &[u8]) -> Result<Callback, Failure> {
        self.make(product, self.callback_url.as_deref().unwrap_or(sender::request::URL), body, false)
    }

    /// Whether any option is given.
    pub(crate) fn are_given(&self) -> bool {
        let has_secret = given(self.key.as_ref()).or(given(self.token.as_ref())).is_some();
        let is_other = self.tamper.is_some() || self.skew != 0 || self.fresh || self.test;
        has_secret || self.callback_url.is_some() || is_other
    }

    /// Prints notes about these options; with `verbose`, what is signed.
    pub(crate) fn notes(&self, product: Product, verbose: bool) {
        if self.tamper == Some(Tamper::Body) {
            print_note(
                "no vendor's signature covers the body, so a function accepts it although it was changed after signing \
                 (docs/security.md says what that means)",
            );
        }
        if verbose {
            print_note(self.signed(product));
        }
    }

    /// What is signed, and with what.
    fn signed(&self, product: Product) -> String {
        let key = match &self.key {
            Some(key) if given(Some(key)).is_some() => "key 1",
            _ => return "it is not signed: there is no key".to_owned(),
        };
        let skew = match self.skew {
            0 => String::new(),
            skew if skew > 0 => format!(", {skew} s ahead of this clock"),
            skew => format!(", {} s behind this clock", skew.unsigned_abs()),
        };
        let time = Timestamp::from_second(self.time(Timestamp::now()))
            .map_or_else(|_| "1970".to_owned(), |time| time.to_string());
        match product {
            Product::TencentVod => format!("it is signed with {key} at {time}{skew}, and expires {LIFETIME} s later"),
            Product::TencentCi | Product::AliyunVod | Product::AliyunIms => {
                let url =
                    self.callback_url.as_deref().map_or_else(|| "the URL with its token".to_owned(), without_values);
                format!("it is signed with {key} over {url} at {time}{skew}")
            }
        }
    }

    /// The signed time, in Unix seconds.
    fn time(&self, now: Timestamp) -> i64 {
        now.as_second().saturating_add(self.skew)
    }

    /// The status that a function with the default tolerance has to answer, and why.
    fn expected(&self, product: Product) -> (u16, &'static str) {
        let (before, after) =
            if product == Product::TencentVod { (LIFETIME, TOLERANCE) } else { (TOLERANCE, TOLERANCE) };
        match self.tamper {
            Some(Tamper::Signature) => (401, "the signature was changed"),
            Some(Tamper::Timestamp) => (401, "the signed time was changed"),
            Some(Tamper::Token) => (401, "the token was changed"),
            Some(Tamper::Body) | None if self.skew < -before => (401, "it was signed too long ago"),
            Some(Tamper::Body) | None if self.skew > after => (401, "it is signed too far ahead"),
            Some(Tamper::Body) => (200, "no signature covers the body"),
            None => (200, "nothing is wrong with it that is known here"),
        }
    }
}

/// The value, unless it is empty, as a variable of the environment may be.
fn given(secret: Option<&SecretString>) -> Option<SecretString> {
    secret.filter(|secret| !secret.expose_secret().is_empty()).cloned()
}

impl SendOptions {
    /// Sends the callback as often as requested. It is a failure if a response is not as expected.
    pub(crate) fn run(&self, product: Product, callback: &str, verbose: bool) -> Result<(), Failure> {
        let found = input::find(product, callback).map_err(message)?;
        self.strict.check(product, &found.bytes)?;
        self.callback.notes(product, verbose);
        let (limit, reason) = self.limit(product);
        let client = Client::builder().timeout(limit).redirect(Policy::none()).build().map_err(message)?;
        let (expected, why) =
            self.expect.map_or_else(|| self.callback.expected(product), |expect| (expect, "--expect says so"));
        let mut times = Vec::new();
        let (mut as_expected, mut unexpected) = (0, None);
        for _ in 0..self.repeat {
            let callback = self.callback.make(product, &self.url, &found.bytes, found.is_sample)?;
            let url = without_values(&callback.url);
            if verbose {
                print_note(format_args!("POST {url}, {} bytes", callback.body.len()));
            }
            let response = match post(&client, product, callback) {
                Err(error) if error.is_timeout() => Err(SendError::TimedOut { url, limit, reason }),
                Err(error) => Err(SendError::Http { url, source: error.without_url() }),
                Ok(response) => Ok(response),
            };
            match response {
                Ok(TimedResponse { status, body, time }) => {
                    if status.as_u16() == expected {
                        as_expected += 1;
                    } else {
                        unexpected.get_or_insert_with(|| status.as_u16().to_string());
                    }
                    print_line(&format!("{status}  {}  {}", milliseconds(time), body.trim_end()))?;
                    times.push(time);
                }
                Err(error) => {
                    unexpected.get_or_insert_with(|| "no response".to_owned());
                    print_note(message(error));
                }
            }
        }
        if self.repeat > 1 {
            print_line(&summary(self.repeat, expected, as_expected, times))?;
        }
        match unexpected {
            None => Ok(()),
            Some(found) => {
                Err(Failure::Failed(format!("expected {expected} ({why}), got {found}{}", hint(expected, &found))))
            }
        }
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

/// What to look at where another status came.
fn hint(expected: u16, found: &str) -> &'static str {
    match (expected, found) {
        (200, "401") => "; `mediahook request … | mediahook explain … --secret FILE` tells why",
        (401, "200") => "; the function accepts it: has its secret been read again, and does it require this?",
        _ => "",
    }
}

fn post(client: &Client, product: Product, callback: Callback) -> reqwest::Result<TimedResponse> {
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
    let started = Instant::now();
    let response = request.body(callback.body).send()?;
    let status = response.status();
    let body = response.text()?;
    Ok(TimedResponse { status, body, time: started.elapsed() })
}

fn summary(sent: u32, expected: u16, as_expected: u32, mut times: Vec<Duration>) -> String {
    times.sort_unstable();
    let answered = format!("{as_expected} of {sent} answered {expected}");
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
pub(crate) fn http_url(text: &str) -> Result<String, String> {
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
            assert_eq!(summary(sent, 200, succeeded, times), expected);
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
