//! What the inspector is told.

use std::path::PathBuf;

use callbacks::Product;
use callbacks::auth::Credentials;

use crate::target::Form;

/// How the inspector runs.
#[derive(Debug)]
pub struct Options {
    /// The port of the receivers; 0 for any.
    pub port: u16,
    /// The port of the page; 0 for any.
    pub page_port: u16,
    /// What authenticates the callbacks of each product. A product without any gets a token for this run.
    pub credentials: Vec<(Product, Credentials)>,
    /// Accept callbacks of products without credentials unsigned, instead of making a token.
    pub allow_unsigned: bool,
    /// Maximum difference between a signed time and the clock, in seconds.
    pub tolerance: u64,
    /// Maximum bytes of a body.
    pub body_limit: usize,
    /// Where each new event is posted to.
    pub forward: Option<String>,
    /// In which form.
    pub form: Form,
    /// Which events are posted there, as a search; empty for all.
    pub r#match: String,
    /// A file that keeps the callbacks over a restart.
    pub keep: Option<PathBuf>,
    /// A file that gets each event, one a line.
    pub record: Option<PathBuf>,
    /// The most callbacks that are kept.
    pub callbacks: usize,
    /// The most bytes that they take.
    pub bytes: usize,
    /// The bundled samples of a product: names and bodies.
    pub samples: fn(Product) -> Vec<(String, Vec<u8>)>,
}
