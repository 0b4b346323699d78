//! `mediahook explain`: why a request is or is not authentic.

use std::fs;
use std::io::{self, Read};
use std::str::FromStr;

use callbacks::auth::{Credentials, Finding};
use callbacks::{Product, decode, redact};
use clap::Args;
use jiff::Timestamp;
use receiver::credentials::{of_secret, split};
use receiver::{FunctionUrlRequest, Receiver};
use serde_json::json;

use crate::failure::Failure;
use crate::output::{BAD, BOLD, DIM, GOOD, message, print_line, styled};

#[derive(Debug, Args)]
pub(crate) struct ExplainOptions {
    /// The secret's JSON, as a function has it: a file, or `-` for standard input. PRODUCT= before it gives the secret of another product, to find requests that
    /// were made with that. Without it, `MEDIAHOOK_KEYS`, `MEDIAHOOK_TOKENS` and `MEDIAHOOK_CALLBACK_URLS` are read.
    #[arg(long = "secret", value_name = "[PRODUCT=]FILE")]
    secrets: Vec<SecretFile>,
    /// The time at which the request is judged; by default that at which it arrived, or now where it does not say.
    #[arg(long, value_name = "TIME")]
    at: Option<Timestamp>,
    /// By how many seconds a signed time may differ from that.
    #[arg(long, env = variables::TOLERANCE, value_name = "SECONDS", default_value_t = 300)]
    tolerance: u64,
    /// Maximum bytes of a body.
    #[arg(long, env = variables::BODY_LIMIT, value_name = "BYTES", default_value_t = 6 << 20)]
    body_limit: usize,
    /// Print one line of JSON.
    #[arg(long)]
    json: bool,
}

/// A file with a secret, and whose it is: that of the product in question unless it says.
#[derive(Debug, Clone)]
pub(crate) struct SecretFile {
    product: Option<Product>,
    path: String,
}

impl FromStr for SecretFile {
    type Err = std::convert::Infallible;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let of_product = text.split_once('=').and_then(|(slug, path)| Some((slug.parse::<Product>().ok()?, path)));
        Ok(match of_product {
            Some((product, path)) => Self { product: Some(product), path: path.to_owned() },
            None => Self { product: None, path: text.to_owned() },
        })
    }
}

/// Prints each check of a request. One that is refused is a failure.
pub(crate) fn run(product: Product, request: &str, options: &ExplainOptions) -> Result<(), Failure> {
    let inputs = options.secrets.iter().map(|file| file.path.as_str()).chain([request]);
    if inputs.filter(|path| *path == "-").count() > 1 {
        return Err("standard input can be the request or one secret, not both".to_owned().into());
    }
    let (credentials, others) = options.credentials(product)?;
    let text = read(request)?;
    let request: FunctionUrlRequest<'_> = serde_json::from_str(&text).map_err(|_| {
        "this is no function URL request: a function answers 400 (`mediahook request` makes one)".to_owned()
    })?;
    let receiver = Receiver { product, tolerance: options.tolerance, body_limit: options.body_limit };
    let now = options.at.or_else(|| request.time()).unwrap_or_else(Timestamp::now);
    let findings = inspector::findings(&receiver, &credentials, &others, &request, now);
    let is_accepted = findings.iter().all(|finding| finding.passed);
    let body = request.body();
    let types: Vec<String> = decode(product, &redact(&body, &credentials), request.received())
        .iter()
        .map(|event| event.r#type.to_string())
        .collect();
    if options.json {
        print_line(
            &json!({"product": product, "accepted": is_accepted, "findings": findings, "events": types}).to_string(),
        )?;
    } else {
        print_for_people(product, is_accepted, &findings, &types)?;
    }
    if is_accepted { Ok(()) } else { Err(Failure::Told) }
}

impl ExplainOptions {
    /// The credentials of the product, and those of others.
    fn credentials(&self, product: Product) -> Result<(Credentials, Vec<(Product, Credentials)>), String> {
        let (mut own, mut others) = (None, Vec::new());
        for SecretFile { product: of, path } in &self.secrets {
            let credentials = read_secret(path)?;
            match of.filter(|of| *of != product) {
                Some(other) => others.push((other, credentials)),
                None if own.is_some() => return Err(format!("there is more than one secret of {product}")),
                None => own = Some(credentials),
            }
        }
        let variable = |name: &str| split(&std::env::var(name).unwrap_or_default().into());
        let own = own.unwrap_or_else(|| Credentials {
            keys: variable(variables::KEYS),
            tokens: variable(variables::TOKENS),
            callback_urls: variable(variables::CALLBACK_URLS),
        });
        if own.keys.is_empty() && own.tokens.is_empty() {
            return Err(format!(
                "there are no credentials to compare with: give --secret FILE, or set {} and {}",
                variables::TOKENS,
                variables::KEYS
            ));
        }
        Ok((own, others))
    }
}

fn print_for_people(product: Product, is_accepted: bool, findings: &[Finding], types: &[String]) -> Result<(), String> {
    let verdict = if is_accepted { "accepts" } else { "refuses" };
    print_line(&styled(BOLD, format!("{product} {verdict} this request")))?;
    for Finding { check, passed, expected, found, hint } in findings {
        let (style, mark) = if *passed { (GOOD, '✓') } else { (BAD, '✗') };
        print_line(&format!("{} {:11} {found}", styled(style, mark), check.to_string()))?;
        if !passed {
            print_line(&format!("  {:11} {}", "", styled(DIM, format!("expected: {expected}"))))?;
        }
        if let Some(hint) = hint {
            print_line(&format!("  {:11} {}", "", styled(style, format!("→ {hint}"))))?;
        }
    }
    let becomes = if is_accepted { "It becomes" } else { "It would have become" };
    let types = if types.is_empty() { "no event".to_owned() } else { types.join(", ") };
    print_line(&format!("{becomes} {types}."))
}

/// The credentials of the products that these files are said to be of.
pub(crate) fn secrets(files: &[SecretFile]) -> Result<Vec<(Product, Credentials)>, String> {
    let read = |SecretFile { product, path }: &SecretFile| {
        let product = product.ok_or_else(|| format!("--secret {path}: expected PRODUCT=FILE"))?;
        let credentials = read_secret(path)?;
        credentials.check(product).map_err(|error| format!("{path}: {error}"))?;
        Ok((product, credentials))
    };
    files.iter().map(read).collect()
}

pub(crate) fn read_secret(path: &str) -> Result<Credentials, String> {
    of_secret(&read(path)?.into()).map_err(|error| format!("{path}: {error}"))
}

fn read(path: &str) -> Result<String, String> {
    if path == "-" {
        let mut text = String::new();
        io::stdin().read_to_string(&mut text).map_err(message)?;
        return Ok(text);
    }
    fs::read_to_string(path).map_err(|error| format!("{path}: {error}"))
}
