//! The credentials of each product, which the user may add to while the inspector runs.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::convert::Infallible;
use std::sync::{Arc, Mutex};

use callbacks::Product;
use callbacks::auth::{Authentic, Clock, Credentials, NotAuthentic, Request, verify};
use receiver::Verifier;
use secrecy::{ExposeSecret, SecretString};
use sender::token::with_token;

use crate::lock::lock;

/// The credentials of all products.
#[derive(Debug)]
pub struct Keyring {
    of: Mutex<HashMap<Product, Arc<Credentials>>>,
    allow_unsigned: bool,
}

/// What a user adds or takes away.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Secret {
    Key,
    Token,
    Url,
}

impl Secret {
    /// All of this kind.
    fn of(self, credentials: &mut Credentials) -> &mut Vec<SecretString> {
        match self {
            Self::Key => &mut credentials.keys,
            Self::Token => &mut credentials.tokens,
            Self::Url => &mut credentials.callback_urls,
        }
    }
}

impl Keyring {
    /// The credentials that are given; a product without any gets a token.
    pub(crate) fn new(
        given: Vec<(Product, Credentials)>,
        allow_unsigned: bool,
        token: impl Fn() -> Result<String, String>,
    ) -> Result<Self, String> {
        let mut of: HashMap<Product, Arc<Credentials>> =
            given.into_iter().map(|(product, credentials)| (product, Arc::new(credentials))).collect();
        for product in Product::ALL {
            if let Entry::Vacant(vacant) = of.entry(product) {
                let tokens = if allow_unsigned { Vec::new() } else { vec![token()?.into()] };
                vacant.insert(Arc::new(Credentials { tokens, ..Credentials::default() }));
            }
        }
        Ok(Self { of: Mutex::new(of), allow_unsigned })
    }

    /// The credentials of a product.
    pub(crate) fn of(&self, product: Product) -> Arc<Credentials> {
        lock(&self.of).get(&product).cloned().unwrap_or_default()
    }

    /// Those of all other products.
    pub(crate) fn others(&self, product: Product) -> Vec<(Product, Credentials)> {
        let others = Product::ALL.into_iter().filter(|other| *other != product);
        others.map(|other| (other, Credentials::clone(&self.of(other)))).collect()
    }

    /// Whether callbacks of the product are accepted unsigned.
    pub(crate) fn is_open(&self, product: Product) -> bool {
        self.accepts_everybody(&self.of(product))
    }

    fn accepts_everybody(&self, credentials: &Credentials) -> bool {
        self.allow_unsigned && credentials.keys.is_empty() && credentials.tokens.is_empty()
    }

    /// Changes a product's credentials, unless `change` fails.
    fn change<E>(&self, product: Product, change: impl FnOnce(&mut Credentials) -> Result<(), E>) -> Result<(), E> {
        let mut of = lock(&self.of);
        let mut credentials = of.get(&product).map(|of| Credentials::clone(of)).unwrap_or_default();
        change(&mut credentials)?;
        of.insert(product, Arc::new(credentials));
        Ok(())
    }

    /// Adds a key, a token or a callback URL for this run.
    pub(crate) fn add(&self, product: Product, kind: Secret, value: String) {
        let mut added = Credentials::default();
        kind.of(&mut added).push(SecretString::from(value));
        self.add_all(product, added);
    }

    /// Adds all of these credentials for this run.
    pub(crate) fn add_all(&self, product: Product, added: Credentials) {
        let Ok(()) = self.change(product, |credentials| -> Result<(), Infallible> {
            credentials.keys.extend(added.keys);
            credentials.tokens.extend(added.tokens);
            credentials.callback_urls.extend(added.callback_urls);
            Ok(())
        });
    }

    /// Takes a key, a token or a callback URL away for this run, by its number from 1.
    ///
    /// # Errors
    /// In words, where there is none of this number, or where nothing would authenticate the product's callbacks any more.
    pub(crate) fn take_away(&self, product: Product, kind: Secret, number: usize) -> Result<(), String> {
        self.change(product, |credentials| {
            let list = kind.of(credentials);
            let place = number.checked_sub(1).filter(|place| *place < list.len());
            list.remove(place.ok_or("there is none of this number")?);
            if !self.accepts_everybody(credentials) {
                credentials.check(product).map_err(|error| format!("without it no callback is accepted: {error}"))?;
            }
            Ok(())
        })
    }

    /// What a product accepts, in words: numbers, and no secret.
    pub(crate) fn accepts(&self, product: Product) -> String {
        let credentials = self.of(product);
        let counted = |count: usize, what: &str| format!("{count} {what}{}", if count == 1 { "" } else { "s" });
        if self.is_open(product) {
            return format!("{product}: everybody, unsigned");
        }
        let parts = [
            (credentials.keys.len(), "key"),
            (credentials.callback_urls.len(), "URL"),
            (credentials.tokens.len(), "token"),
        ];
        let parts: Vec<String> =
            parts.into_iter().filter(|(count, _)| *count > 0).map(|(count, what)| counted(count, what)).collect();
        format!("{product}: {}", parts.join(", "))
    }

    /// The URL to give to the vendor, with the first token in it.
    #[must_use]
    pub fn callback_url(&self, product: Product, base: &str) -> String {
        let credentials = self.of(product);
        if let Some(url) = credentials.callback_urls.first() {
            return url.expose_secret().to_owned();
        }
        let url = format!("{base}{}", product.slug());
        credentials.tokens.first().map_or_else(|| url.clone(), |token| with_token(&url, token.expose_secret()))
    }
}

/// The credentials of one product, as the receiver asks for them.
pub(crate) struct Guard<'k> {
    pub(crate) keyring: &'k Keyring,
    pub(crate) product: Product,
}

impl Verifier for Guard<'_> {
    async fn verify<'b>(&self, request: &Request<'_, 'b>, clock: Clock) -> Result<Authentic<'b>, NotAuthentic> {
        if self.keyring.is_open(self.product) {
            return Ok(Authentic::unsigned(request.body));
        }
        verify(self.product, &self.keyring.of(self.product), request, clock)
    }

    fn credentials(&self) -> Arc<Credentials> {
        self.keyring.of(self.product)
    }
}
