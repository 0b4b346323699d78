//! `mediahook secret`: edits the secret of a function that receives callbacks.
//!
//! It reads the secret's JSON from standard input and prints the new one, so that it works with any store, and no secret is an
//! argument, which everyone on the machine can see.

use std::io::{self, Read};

use callbacks::Product;
use callbacks::auth::CredentialsError;
use clap::{Subcommand, ValueEnum};
use receiver::credentials::{NotASecret, of_secret};
use secrecy::{ExposeSecret, SecretString};
use sender::token::{token_of, with_token};
use serde_json::{Map, Value};

use crate::output::{message, print_line};
use crate::product;

/// Characters of a value that is generated. Alibaba Cloud takes keys of 32 at most, and its callback URLs 256.
const LENGTH: usize = 32;

#[derive(Debug, Subcommand)]
pub(crate) enum SecretCommand {
    /// Add a value to those that are valid. One that is there already becomes the newest.
    ///
    /// The key is read from `MEDIAHOOK_KEY`, the token from `MEDIAHOOK_TOKEN`. Alibaba Cloud signs the callback URL as it is configured: --url adds it, with
    /// the newest token. Its first key and URL have to be added together.
    Add {
        /// The product.
        #[arg(value_name = "PRODUCT", value_parser = product::parser())]
        product: Product,
        /// What to add.
        #[arg(value_enum, value_name = "PART", required_unless_present = "url")]
        parts: Vec<Part>,
        /// Add this callback URL of Alibaba Cloud, with the newest token.
        #[arg(long, value_name = "URL", value_parser = crate::send::http_url)]
        url: Option<String>,
    },
    /// Add a new random value, and keep the newest of the old ones.
    ///
    /// With a new token comes a new callback URL for each of Alibaba Cloud's that has the newest token. `show` prints the new value, to enter it at the vendor.
    Rotate {
        /// The product.
        #[arg(value_name = "PRODUCT", value_parser = product::parser())]
        product: Product,
        /// What to rotate.
        #[arg(value_enum, value_name = "PART")]
        part: Part,
    },
    /// Remove all values but the newest.
    ///
    /// With the tokens go the callback URLs that have them.
    Remove {
        /// The product.
        #[arg(value_name = "PRODUCT", value_parser = product::parser())]
        product: Product,
        /// What to remove.
        #[arg(value_enum, value_name = "PART")]
        part: Part,
        /// Remove the newest, too: with the keys go all callback URLs, and nothing is verified but the token.
        #[arg(long)]
        all: bool,
    },
    /// Print the newest value, which is to be entered at the vendor.
    Show {
        /// The product.
        #[arg(value_name = "PRODUCT", value_parser = product::parser())]
        product: Product,
        /// What to print.
        #[arg(value_enum, value_name = "PART")]
        part: Shown,
    },
}

/// What can be added, rotated and removed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Part {
    /// The key that the vendor signs with.
    Key,
    /// The token in the callback URL.
    Token,
}

/// What can be printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Shown {
    /// The key that the vendor signs with.
    Key,
    /// The token in the callback URL.
    Token,
    /// The callback URL that Alibaba Cloud signs.
    Url,
}

/// The secret cannot be edited in this way. No message has its content.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum SecretError {
    #[error(transparent)]
    NotASecret(#[from] NotASecret),
    #[error(
        "this is the secret of a pull function, which has one access key: docs/setup/pull.md says how to replace it"
    )]
    OfPull,
    #[error("{0} is not set: it has the value to add")]
    NoValue(&'static str),
    #[error("a value has no spaces, which separate values in a secret, and no control characters")]
    Space,
    #[error("{product} signs no callback URL: only Alibaba Cloud does")]
    NoUrls { product: Product },
    #[error("there is no {0} in the secret")]
    Nothing(&'static str),
    #[error("that would leave a secret that authenticates nothing: a function with it does not start")]
    Empty,
    #[error("that would leave a secret that no function starts with: {error}{}", hint(*error))]
    Unusable { error: CredentialsError },
    #[error("no callback URL has the newest token, so none would be left: add it with --url first")]
    NoUrlLeft,
    #[error("there is no random number to be had from the system")]
    Random,
}

fn hint(error: CredentialsError) -> &'static str {
    match error {
        CredentialsError::KeysWithoutUrls => "; add both at once: `mediahook secret add <product> key --url <URL>`",
        CredentialsError::None | CredentialsError::NothingIsSigned => "",
    }
}

/// Reads the secret from standard input, and prints what the command makes of it.
pub(crate) fn run(command: &SecretCommand) -> Result<(), String> {
    let mut text = String::new();
    io::stdin().read_to_string(&mut text).map_err(|_| "standard input could not be read as text".to_owned())?;
    let mut secret = Secret::read(&text.into()).map_err(message)?;
    let product = match command {
        SecretCommand::Show { product, part } => {
            return print_line(secret.newest(*product, *part).map_err(message)?);
        }
        SecretCommand::Add { product, parts, url } => {
            for part in parts {
                secret.add(*part, &part.given().map_err(message)?).map_err(message)?;
            }
            url.iter().try_for_each(|url| secret.add_url(*product, url)).map_err(message)?;
            *product
        }
        SecretCommand::Rotate { product, part } => {
            secret.rotate(*part, &random()?).map_err(message)?;
            *product
        }
        SecretCommand::Remove { product, part, all } => {
            secret.remove(*part, *all).map_err(message)?;
            *product
        }
    };
    print_line(&secret.checked(product).map_err(message)?)
}

impl Part {
    /// The value to add, from the environment.
    fn given(self) -> Result<String, SecretError> {
        let variable = match self {
            Self::Key => variables::KEY,
            Self::Token => variables::TOKEN,
        };
        std::env::var(variable).ok().filter(|value| !value.is_empty()).ok_or(SecretError::NoValue(variable))
    }
}

/// The secret: values in the order in which they were added, and what else it has.
struct Secret {
    keys: Vec<String>,
    tokens: Vec<String>,
    urls: Vec<String>,
    others: Map<String, Value>,
}

impl Secret {
    fn read(text: &SecretString) -> Result<Self, SecretError> {
        let credentials = of_secret(text)?;
        let mut others: Map<String, Value> = serde_json::from_str(text.expose_secret()).map_err(|_| NotASecret)?;
        if others.contains_key("access_key_id") {
            return Err(SecretError::OfPull);
        }
        others.retain(|name, _| !["keys", "tokens", "callback_urls"].contains(&name.as_str()));
        let exposed =
            |secrets: &[SecretString]| secrets.iter().map(|secret| secret.expose_secret().to_owned()).collect();
        Ok(Self {
            keys: exposed(&credentials.keys),
            tokens: exposed(&credentials.tokens),
            urls: exposed(&credentials.callback_urls),
            others,
        })
    }

    fn values(&mut self, part: Part) -> &mut Vec<String> {
        match part {
            Part::Key => &mut self.keys,
            Part::Token => &mut self.tokens,
        }
    }

    fn add(&mut self, part: Part, value: &str) -> Result<(), SecretError> {
        if value.contains(|character: char| character.is_whitespace() || character.is_control()) {
            return Err(SecretError::Space);
        }
        push(self.values(part), value);
        Ok(())
    }

    fn add_url(&mut self, product: Product, url: &str) -> Result<(), SecretError> {
        if !matches!(product, Product::AliyunVod | Product::AliyunIms) {
            return Err(SecretError::NoUrls { product });
        }
        let url = self.tokens.last().map_or_else(|| url.to_owned(), |token| with_token(url, token));
        push(&mut self.urls, &url);
        Ok(())
    }

    fn rotate(&mut self, part: Part, new: &str) -> Result<(), SecretError> {
        // The newest of the old ones stays valid until the vendor has the new one; what is older is not in use any more.
        let old = self.values(part).last().cloned();
        if old.is_some() {
            self.remove(part, false)?;
        }
        if part == Part::Token {
            let urls = self.urls.iter().filter(|url| token_of(url) == old).map(|url| with_token(url, new));
            let urls: Vec<String> = urls.collect();
            self.urls.extend(urls);
        }
        self.add(part, new)
    }

    fn remove(&mut self, part: Part, all: bool) -> Result<(), SecretError> {
        let values = self.values(part);
        let newest = values.pop().ok_or(match part {
            Part::Key => SecretError::Nothing("key"),
            Part::Token => SecretError::Nothing("token"),
        })?;
        let mut removed = std::mem::take(values);
        if all {
            removed.push(newest);
        } else {
            values.push(newest);
        }
        let had_urls = !self.urls.is_empty();
        match part {
            Part::Key if all => self.urls.clear(),
            Part::Key => {}
            Part::Token => self.urls.retain(|url| token_of(url).is_none_or(|token| !removed.contains(&token))),
        }
        let has_lost_urls = part == Part::Token && had_urls && self.urls.is_empty();
        if has_lost_urls { Err(SecretError::NoUrlLeft) } else { Ok(()) }
    }

    fn newest(&self, product: Product, part: Shown) -> Result<&str, SecretError> {
        let (values, name) = match part {
            Shown::Key => (&self.keys, "key"),
            Shown::Token => (&self.tokens, "token"),
            Shown::Url if matches!(product, Product::TencentCi | Product::TencentVod) => {
                return Err(SecretError::NoUrls { product });
            }
            Shown::Url => (&self.urls, "callback URL"),
        };
        values.last().map(String::as_str).ok_or(SecretError::Nothing(name))
    }

    /// The secret's JSON, if a function of this product starts with it.
    fn checked(mut self, product: Product) -> Result<String, SecretError> {
        for (name, values) in [("keys", self.keys), ("tokens", self.tokens), ("callback_urls", self.urls)] {
            self.others.insert(name.to_owned(), values.into());
        }
        let json = Value::from(self.others).to_string();
        match of_secret(&json.as_str().into())?.check(product) {
            Ok(()) => Ok(json),
            Err(CredentialsError::None) => Err(SecretError::Empty),
            Err(error) => Err(SecretError::Unusable { error }),
        }
    }
}

/// Makes the value the last one.
fn push(values: &mut Vec<String>, value: &str) {
    values.retain(|present| present != value);
    values.push(value.to_owned());
}

/// Random letters and digits: of each kind one at least, as Alibaba Cloud's keys need.
fn random() -> Result<String, String> {
    const ALPHABET: &[u8; 62] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    loop {
        let mut text = String::with_capacity(LENGTH);
        while text.len() < LENGTH {
            let mut bytes = [0; LENGTH];
            getrandom::fill(&mut bytes).map_err(|_| message(SecretError::Random))?;
            // Bytes from 248 on would make the first letters more likely than the others.
            let letters =
                bytes.iter().filter(|byte| **byte < 248).filter_map(|byte| ALPHABET.get(usize::from(byte % 62)));
            text.extend(letters.map(|letter| char::from(*letter)).take(LENGTH - text.len()));
        }
        let has = |is: fn(&char) -> bool| text.chars().any(|character| is(&character));
        if has(char::is_ascii_uppercase) && has(char::is_ascii_lowercase) && has(char::is_ascii_digit) {
            return Ok(text);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const URL: &str = "https://a.example/";

    fn read(json: &str) -> Secret {
        Secret::read(&json.into()).unwrap()
    }

    /// What is left after an edit, for the product.
    fn edited(
        product: Product,
        json: &str,
        edit: impl FnOnce(&mut Secret) -> Result<(), SecretError>,
    ) -> Result<Value, SecretError> {
        let mut secret = read(json);
        edit(&mut secret)?;
        Ok(serde_json::from_str(&secret.checked(product)?).unwrap())
    }

    fn json(keys: &[&str], tokens: &[&str], urls: &[&str]) -> Value {
        serde_json::json!({"keys": keys, "tokens": tokens, "callback_urls": urls})
    }

    /// A new stack's secret has one token, as a string.
    const NEW: &str = r#"{"tokens":"first","keys":[],"callback_urls":[]}"#;
    const SIGNED: &str = r#"{"tokens":["t1","t2"],"keys":["k1","k2"],
        "callback_urls":["https://a.example/?token=t1","https://a.example/?token=t2","https://b.example/?x=1&token=t2"]}"#;

    #[test]
    fn a_token_that_is_a_string_stays_whole() {
        for product in Product::ALL {
            let kept = edited(product, NEW, |secret| secret.remove(Part::Token, false));
            assert_eq!(kept.unwrap(), json(&[], &["first"], &[]));
            let rotated = edited(product, NEW, |secret| secret.rotate(Part::Token, "second"));
            assert_eq!(rotated.unwrap(), json(&[], &["first", "second"], &[]));
        }
    }

    #[test]
    fn the_guides_steps_lead_from_one_token_to_the_next() {
        let signed = edited(Product::AliyunIms, NEW, |secret| {
            secret.add(Part::Key, "k1")?;
            secret.add_url(Product::AliyunIms, URL)
        });
        let signed = signed.unwrap();
        assert_eq!(signed, json(&["k1"], &["first"], &["https://a.example/?token=first"]));
        let both = edited(Product::AliyunIms, &signed.to_string(), |secret| secret.rotate(Part::Token, "second"));
        let both = both.unwrap();
        assert_eq!(both["callback_urls"][1], "https://a.example/?token=second");
        let newest = read(&both.to_string());
        assert_eq!(newest.newest(Product::AliyunIms, Shown::Url), Ok("https://a.example/?token=second"));
        let new = edited(Product::AliyunIms, &both.to_string(), |secret| secret.remove(Part::Token, false));
        assert_eq!(new.unwrap(), json(&["k1"], &["second"], &["https://a.example/?token=second"]));
    }

    #[test]
    fn what_is_rotated_twice_keeps_two_values() {
        let tokens = edited(Product::AliyunVod, SIGNED, |secret| secret.rotate(Part::Token, "t3")).unwrap();
        let urls = ["https://a.example/?token=t2", "https://b.example/?x=1&token=t2"];
        let new = ["https://a.example/?token=t3", "https://b.example/?x=1&token=t3"];
        assert_eq!(tokens, json(&["k1", "k2"], &["t2", "t3"], &[urls, new].concat()));
        let keys = edited(Product::AliyunVod, SIGNED, |secret| secret.rotate(Part::Key, "k3")).unwrap();
        assert_eq!(keys["keys"], serde_json::json!(["k2", "k3"]));
        assert_eq!(keys["callback_urls"].as_array().unwrap().len(), 3);
    }

    #[test]
    fn a_value_that_is_there_becomes_the_newest() {
        let added = edited(Product::TencentVod, r#"{"keys":"k1 k2","note":"x"}"#, |secret| secret.add(Part::Key, "k1"));
        let added = added.unwrap();
        assert_eq!((&added["keys"], &added["note"]), (&serde_json::json!(["k2", "k1"]), &"x".into()));
    }

    type Edit = fn(&mut Secret) -> Result<(), SecretError>;

    #[test]
    fn a_secret_is_never_left_unusable() {
        let keyed = r#"{"keys":["k"],"tokens":["t"],"callback_urls":["https://a.example/"]}"#;
        let without_keys: Edit = |secret| secret.remove(Part::Key, true);
        for (product, json, edit, expected) in [
            (Product::TencentCi, NEW, (|secret| secret.remove(Part::Token, true)) as Edit, SecretError::Empty),
            (Product::TencentVod, r#"{"keys":["k"]}"#, without_keys, SecretError::Empty),
            (Product::TencentVod, "{}", without_keys, SecretError::Nothing("key")),
            (
                Product::AliyunIms,
                NEW,
                |secret| secret.add(Part::Key, "k"),
                SecretError::Unusable { error: CredentialsError::KeysWithoutUrls },
            ),
            (
                Product::TencentCi,
                NEW,
                |secret| secret.add(Part::Key, "k"),
                SecretError::Unusable { error: CredentialsError::NothingIsSigned },
            ),
            (
                Product::TencentVod,
                NEW,
                |secret| secret.add_url(Product::TencentVod, URL),
                SecretError::NoUrls { product: Product::TencentVod },
            ),
            (Product::TencentVod, NEW, |secret| secret.add(Part::Token, "a b"), SecretError::Space),
            (
                Product::AliyunIms,
                r#"{"keys":["k"],"tokens":["t1","t2"],"callback_urls":["https://a.example/?token=t1"]}"#,
                |secret| secret.remove(Part::Token, false),
                SecretError::NoUrlLeft,
            ),
        ] {
            assert_eq!(edited(product, json, edit), Err(expected), "{product} {json}");
        }
        // Without keys the token is left, and no URL that would need them.
        let token = edited(Product::AliyunVod, keyed, without_keys).unwrap();
        assert_eq!(token, json(&[], &["t"], &[]));
    }

    #[test]
    fn the_secret_of_a_pull_function_is_told_apart() {
        let read = |json: &str| Secret::read(&json.into()).map(drop);
        assert_eq!(read(r#"{"access_key_id":"a","access_key_secret":"b"}"#), Err(SecretError::OfPull));
        assert_eq!(read("[]"), Err(NotASecret.into()));
        assert_eq!(read(""), Err(NotASecret.into()));
    }

    #[test]
    fn a_new_value_is_what_every_vendor_takes() {
        let new: std::collections::BTreeSet<String> = (0..100).map(|_| random().unwrap()).collect();
        assert_eq!(new.len(), 100);
        for value in new {
            assert_eq!(value.len(), LENGTH);
            assert!(value.chars().all(|character| character.is_ascii_alphanumeric()));
            for is in [char::is_ascii_uppercase, char::is_ascii_lowercase, char::is_ascii_digit] {
                assert!(value.chars().any(|character| is(&character)), "a kind of character is missing");
            }
        }
    }
}
