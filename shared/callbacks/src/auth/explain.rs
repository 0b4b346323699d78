//! Why a request is or is not authentic, for the owner of the credentials.
//!
//! A function never calls it: a sender learns nothing but 401. It is not constant in time, and tries what a mistake could have been
//! until something fits: other keys, other letters, other forms of the URL. Its findings name keys, tokens and URLs by their
//! number, and have no secret and no digest in them.

mod forms;
mod token;
mod words;

#[cfg(test)]
mod tests;

use std::fmt;

use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};

use self::forms::{Url, differences, forms};
use self::words::{ago, counted, one_of, plain, span, url};
use super::proof::{
    Anatomy, Clock, Credentials, CredentialsError, NotAuthentic, Part, Parts, Request, Signatures, seconds,
};
use crate::Product;

/// What a finding is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Check {
    /// The request is a POST.
    Method,
    /// The body is not larger than the limit.
    Size,
    /// The credentials can authenticate the product's callbacks.
    Credentials,
    /// The token in the URL.
    Token,
    /// The parts of the signature are there, once, and in the vendor's form.
    Form,
    /// The signed time.
    Time,
    /// The signature.
    Signature,
}

/// The result of one check: what is expected, and what the request has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// What was checked.
    pub check: Check,
    /// Whether it is as expected.
    pub passed: bool,
    /// What is expected.
    pub expected: String,
    /// What the request has.
    pub found: String,
    /// What would have passed, or what to do about it.
    pub hint: Option<String>,
}

/// A request with what its explanation needs beyond its proof.
#[derive(Debug, Clone, Copy)]
pub struct Seen<'r, 'b> {
    /// What is verified.
    pub request: Request<'r, 'b>,
    /// Names and values of all parameters in the query string, decoded.
    pub parameters: &'r [(&'r str, &'r str)],
    /// The URL that it was posted to, where that is known.
    pub url: Option<&'r str>,
}

impl fmt::Display for Check {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Method => "method",
            Self::Size => "size",
            Self::Credentials => "credentials",
            Self::Token => "token",
            Self::Form => "form",
            Self::Time => "time",
            Self::Signature => "signature",
        })
    }
}

impl Finding {
    fn new(check: Check, passed: bool, expected: impl Into<String>, found: impl Into<String>) -> Self {
        Self { check, passed, expected: expected.into(), found: found.into(), hint: None }
    }

    fn hinting(self, hint: impl Into<Option<String>>) -> Self {
        Self { hint: hint.into(), ..self }
    }
}

/// Every check of a request. All have passed exactly where [`verify`](super::verify()) accepts it.
///
/// `others` are the credentials of other products, which a request may have been made with by mistake.
#[must_use]
pub fn explain(
    product: Product,
    credentials: &Credentials,
    others: &[(Product, Credentials)],
    seen: &Seen<'_, '_>,
    clock: Clock,
) -> Vec<Finding> {
    let known = Known { product, credentials, others };
    let mut findings = Vec::new();
    if let Err(error) = credentials.check(product) {
        findings.push(known.unusable(error));
    }
    findings.push(token::finding(&known, seen));
    let signatures = product.vendor().signatures;
    match signatures.anatomy() {
        Some(anatomy) if !credentials.keys.is_empty() => {
            Explained { known: &known, signatures, anatomy, seen, clock }.findings(&mut findings);
        }
        Some(_) => findings.push(Known::unsigned(signatures, seen)),
        None => {}
    }
    findings
}

/// What a request may have been made with.
struct Known<'k> {
    product: Product,
    credentials: &'k Credentials,
    others: &'k [(Product, Credentials)],
}

impl<'k> Known<'k> {
    /// Every secret, none of which may be in a finding.
    fn secrets(&self) -> impl Iterator<Item = &'k SecretString> {
        let all = std::iter::once(self.credentials).chain(self.others.iter().map(|(_, credentials)| credentials));
        all.flat_map(|credentials| credentials.keys.iter().chain(&credentials.tokens))
    }

    fn unusable(&self, error: CredentialsError) -> Finding {
        let expected = match self.product {
            Product::AliyunVod | Product::AliyunIms => "keys with the callback URLs that they sign, tokens, or both",
            Product::TencentVod => "keys, tokens, or both",
            Product::TencentCi => "tokens",
        };
        let Credentials { keys, tokens, callback_urls } = self.credentials;
        let found = format!(
            "{}, {}, {}",
            counted(keys.len(), "key"),
            counted(tokens.len(), "token"),
            counted(callback_urls.len(), "callback URL")
        );
        Finding::new(Check::Credentials, false, expected, found).hinting(format!("{error}: a function does not start"))
    }

    /// There are no keys, so that no signature is verified.
    fn unsigned(signatures: &dyn Signatures, seen: &Seen<'_, '_>) -> Finding {
        let parts = signatures.parts(&seen.request);
        let is_signed = parts.is_some_and(|Parts { digest, .. }| matches!(digest, Part::Text(_)));
        let found = if is_signed { "a signature, which is not verified" } else { "no signature" };
        let hint = is_signed
            .then(|| "the vendor signs: with its key in the secret the signature would be verified".to_owned());
        Finding::new(Check::Signature, true, "anything: there are no keys", found).hinting(hint)
    }
}

/// A signature that is being explained.
struct Explained<'e> {
    known: &'e Known<'e>,
    signatures: &'static dyn Signatures,
    anatomy: Anatomy,
    seen: &'e Seen<'e, 'e>,
    clock: Clock,
}

impl Explained<'_> {
    fn findings(&self, findings: &mut Vec<Finding>) {
        let [time_name, digest_name] = self.anatomy.names;
        let expected = format!("{time_name} and {digest_name}, each once, as a {}", self.anatomy.place);
        let Some(parts) = self.signatures.parts(&self.seen.request) else {
            let found = "a body that cannot be read, so that nothing can be found in it";
            findings.push(Finding::new(Check::Form, false, expected, found));
            return;
        };
        let (time_text, digest) = match (&parts.time, &parts.digest) {
            (Part::Text(time), Part::Text(digest)) => (time, digest),
            (time, digest) => {
                let found =
                    [(time_name, time), (digest_name, digest)].map(|(name, part)| format!("{name} {}", state(part)));
                findings
                    .push(Finding::new(Check::Form, false, expected, found.join(", ")).hinting(Some(self.elsewhere())));
                return;
            }
        };
        let Some(time) = seconds(time_text) else {
            let expected = format!("{time_name} in Unix seconds: digits and nothing else");
            findings.push(Finding::new(Check::Form, false, expected, self.plain(time_text)));
            return;
        };
        let found = format!("{time_name} and {digest_name}");
        findings.push(Finding::new(Check::Form, true, expected, found));
        let signature = self.signature(time_text, digest);
        findings.push(self.time(time, signature.passed));
        findings.push(signature);
    }

    /// Where the parts of a signature are instead.
    fn elsewhere(&self) -> String {
        let Seen { request, parameters, .. } = self.seen;
        let other = Product::ALL.into_iter().filter(|other| *other != self.known.product).find(|other| {
            let parts = other.vendor().signatures.parts(request);
            parts.is_some_and(|parts| matches!(parts, Parts { time: Part::Text(_), digest: Part::Text(_) }))
        });
        if let Some(other) = other {
            return format!("it has the signature of {other}: is it posted to the URL of another product?");
        }
        let [_, digest_name] = self.anatomy.names;
        let has = |pairs: &[(&str, &str)]| pairs.iter().any(|(name, _)| name.eq_ignore_ascii_case(digest_name));
        if has(parameters) {
            return format!("{digest_name} is in the query string");
        }
        if self.anatomy.place != "header" && has(request.headers) {
            return format!("{digest_name} is a header");
        }
        "the vendor does not sign yet, or something on the way has removed it: until it signs, leave `keys` empty"
            .to_owned()
    }

    fn time(&self, time: u64, is_signed: bool) -> Finding {
        let is_expiry = self.anatomy.lifetime > 0;
        let now = self.clock.seconds();
        let result = self.signatures.in_time(time, self.clock);
        let expected = if is_expiry {
            let most = self.clock.tolerance.saturating_add(self.anatomy.lifetime);
            format!("an expiry at most {} ahead of {}", span(most), self.clock.now)
        } else {
            format!("signed at most {} before or after {}", span(self.clock.tolerance), self.clock.now)
        };
        let moment = jiff::Timestamp::from_second(i64::try_from(time).unwrap_or(i64::MAX));
        let moment = moment.map_or_else(|_| time.to_string(), |moment| moment.to_string());
        let verb = if is_expiry { "expires" } else { "signed" };
        let found = format!("{verb} at {moment}, {}", ago(time, now));
        let hint = match result {
            Err(_) if time.abs_diff(now.saturating_mul(1000)) < now => {
                Some("that is a time in milliseconds; seconds are expected".to_owned())
            }
            Err(NotAuthentic::Stale) if is_signed => Some(
                "the signature itself is right: a clock is wrong, or it was delivered late or is a replay".to_owned(),
            ),
            Err(_) if is_signed && is_expiry => Some(
                "the signature itself is right: the vendor signs for longer, which needs a larger tolerance".to_owned(),
            ),
            Err(_) if is_signed => Some("the signature itself is right: a clock is wrong".to_owned()),
            Ok(()) | Err(_) => None,
        };
        Finding::new(Check::Time, result.is_ok(), expected, found).hinting(hint)
    }

    fn signature(&self, time: &str, digest: &str) -> Finding {
        let Credentials { keys, callback_urls, .. } = self.known.credentials;
        let is_hex = digest.len() == 32 && digest.bytes().all(|byte| byte.is_ascii_hexdigit());
        let urls: Vec<&str> = callback_urls.iter().map(ExposeSecret::expose_secret).collect();
        let mut expected = one_of(keys.len(), "key");
        if self.anatomy.has_url {
            let shown = urls.iter().map(|text| url(text, self.known.secrets())).collect::<Vec<_>>().join(", ");
            expected = format!("{expected} over {shown}");
        }
        let fits = |key: &SecretString, url: &str| {
            let right = self.signatures.digest(key, url, time);
            if self.anatomy.any_case { right == digest.to_ascii_lowercase() } else { right == digest }
        };
        // Where no URL is signed, any will do.
        let signed_urls: &[&str] = if self.anatomy.has_url { &urls } else { &[""] };
        for (number, key) in (1..).zip(keys) {
            if let Some(place) = signed_urls.iter().position(|url| fits(key, url)) {
                let over =
                    if self.anatomy.has_url { format!(" over callback URL {}", place + 1) } else { String::new() };
                return Finding::new(Check::Signature, true, expected, format!("key {number}{over}"));
            }
        }
        let refused = |found: String, hint: Option<String>| {
            Finding::new(Check::Signature, false, expected.clone(), found).hinting(hint)
        };
        if !is_hex {
            return refused("what is no MD5 digest: that has 32 hexadecimal digits".to_owned(), None);
        }
        let lower = digest.to_ascii_lowercase();
        let near = |key: &SecretString, url: &str| self.signatures.digest(key, url, time) == lower;
        let candidates =
            if self.anatomy.has_url { forms(&urls, self.seen.url, self.known) } else { vec![String::new()] };
        let labelled = self.keys();
        for form in &candidates {
            let Some(key) = labelled.iter().find(|key| near(&key.secret, form)) else { continue };
            let mut hints: Vec<String> = key.hint.iter().cloned().collect();
            if !urls.contains(&form.as_str()) && self.anatomy.has_url {
                hints.extend(self.another_url(form, &urls));
            }
            if digest != lower && !self.anatomy.any_case {
                hints.push("the digest has capital letters".to_owned());
            }
            let over =
                if self.anatomy.has_url { format!(" over {}", url(form, self.known.secrets())) } else { String::new() };
            return refused(format!("{}{over}", key.name), Some(hints.join("; ")).filter(|hint| !hint.is_empty()));
        }
        let found = if self.anatomy.has_url {
            format!("no key that is known here fits, with any of {} of the URL", counted(candidates.len(), "form"))
        } else {
            "no key that is known here fits".to_owned()
        };
        refused(found, Some("the key at the vendor is another one, or the signed text was changed".to_owned()))
    }

    /// In what the URL that was signed differs from the one that is configured.
    fn another_url(&self, signed: &str, configured: &[&str]) -> Option<String> {
        let differing = |configured: &&str| differences(&Url::of(configured), &Url::of(signed), self.known);
        let fewest = configured.iter().map(differing).min_by_key(Vec::len)?;
        let what = if fewest.is_empty() { "is written in another way".to_owned() } else { fewest.join(", ") };
        Some(format!("the signed URL {what}: enter the same URL at the vendor and in `callback_urls`"))
    }

    /// The keys that a request may have been signed with: ours first, then those of other products, then ours misspelt.
    fn keys(&self) -> Vec<Candidate> {
        let mut keys = Vec::new();
        for (number, key) in (1..).zip(&self.known.credentials.keys) {
            keys.push(Candidate { secret: key.clone(), name: format!("key {number}"), hint: None });
        }
        for (product, credentials) in self.known.others {
            for (number, key) in (1..).zip(&credentials.keys) {
                let name = format!("key {number} of {product}");
                let hint = Some(format!("it is signed with a key of {product}"));
                keys.push(Candidate { secret: key.clone(), name, hint });
            }
        }
        for (number, key) in (1..).zip(&self.known.credentials.keys) {
            let key = key.expose_secret();
            let first = |change: fn(&char) -> char| {
                let mut letters = key.chars();
                letters.next().map(|letter| format!("{}{}", change(&letter), letters.as_str()))
            };
            let misspelt = [
                (Some(key.to_ascii_lowercase()), "in small letters only"),
                (Some(key.to_ascii_uppercase()), "in capital letters only"),
                (first(char::to_ascii_lowercase), "with a small first letter"),
                (first(char::to_ascii_uppercase), "with a capital first letter"),
                (Some(format!("{key} ")), "with a space at its end"),
                (Some(format!(" {key}")), "with a space at its start"),
                (Some(format!("{key}\n")), "with a line break at its end"),
            ];
            keys.extend(misspelt.into_iter().filter_map(|(key, how)| {
                let hint = Some(format!("at the vendor key {number} is entered {how}"));
                Some(Candidate { secret: key?.into(), name: format!("key {number}, {how}"), hint })
            }));
        }
        keys
    }

    fn plain(&self, text: &str) -> String {
        plain(text, self.known.secrets())
    }
}

/// A key that a request may have been signed with.
struct Candidate {
    secret: SecretString,
    name: String,
    hint: Option<String>,
}

fn state(part: &Part) -> &'static str {
    match part {
        Part::Missing => "is missing",
        Part::Repeated => "is there more than once",
        Part::NoText => "is no text",
        Part::Text(_) => "is there",
    }
}
