//! Tests over the whole test data.

mod bad_input;
mod payloads;
mod robustness;
mod schema;
pub(crate) mod unread;
pub(crate) mod vendor_schemas;

use std::path::{Path, PathBuf};

use jiff::Timestamp;

use crate::event::CloudEvent;
use crate::json::{Document, Notes, Value};
use crate::{Product, decode};

/// The time of receipt in all tests.
pub(crate) fn received() -> Timestamp {
    "2026-01-02T03:04:05Z".parse().unwrap()
}

/// The events of a body.
pub(crate) fn events(product: Product, body: &[u8]) -> Vec<CloudEvent> {
    decode(product, body, received())
}

/// What is made of the outermost value of a JSON text.
pub(crate) fn with_value<T>(json: &str, work: impl FnOnce(Value<'_>) -> T) -> T {
    let document = Document::parse(json).unwrap();
    let notes = Notes::default();
    work(Value::root(&document, &notes))
}

/// The only event of a body.
pub(crate) fn event(product: Product, body: &[u8]) -> CloudEvent {
    let [event] = <[CloudEvent; 1]>::try_from(events(product, body)).unwrap();
    event
}

/// The folder of a product's payloads, which has a folder for each event, or of those that nothing can read.
fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata").join(name)
}

/// The payloads and snapshots in a folder, and in the folders there, in their order: `upload/upload-failed.json`.
fn files(name: &str) -> Vec<String> {
    let mut files = Vec::new();
    let mut folders = vec![folder(name)];
    while let Some(next) = folders.pop() {
        for entry in next.read_dir().unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if !path.ends_with("README.md") {
                files.push(path.strip_prefix(folder(name)).unwrap().to_str().unwrap().to_owned());
            }
        }
    }
    files.sort();
    files
}

/// The payloads of a product, or `rejected`, in the order of their names.
#[expect(clippy::disallowed_methods, reason = "tests read files")]
fn payloads(name: &str) -> Vec<(String, Vec<u8>)> {
    let mut payloads = Vec::new();
    for file in files(name).into_iter().filter(|file| !file.contains(".snap")) {
        let body = std::fs::read(folder(name).join(&file)).unwrap();
        payloads.push((file, body));
    }
    assert!(!payloads.is_empty(), "no payloads of {name}");
    payloads
}

/// Every payload of every product.
pub(crate) fn all_payloads() -> impl Iterator<Item = (Product, String, Vec<u8>)> {
    Product::ALL
        .into_iter()
        .flat_map(|product| payloads(product.slug()).into_iter().map(move |(file, body)| (product, file, body)))
}

/// The event as JSON without the vendor's part.
pub(crate) fn normalised(event: &CloudEvent) -> serde_json::Value {
    let mut value = serde_json::to_value(event).unwrap();
    if let Some(data) = value.get_mut("data").and_then(serde_json::Value::as_object_mut) {
        data.remove("vendor");
    }
    value
}
