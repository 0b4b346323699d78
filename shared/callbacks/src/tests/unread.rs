//! Which of the vendors' keys no field of ours reads.

use crate::json::{Document, Notes, Value, compact};
use crate::{Product, body};

/// The ways to the values of a body that were passed over while it was read.
pub(crate) fn keys(product: Product, body: &[u8]) -> Vec<String> {
    let json = body::to_json(body).unwrap();
    let document = Document::parse(json).unwrap();
    let notes = Notes::default();
    let root = Value::root(&document, &notes);
    let vendor = product.vendor();
    let parts = (vendor.answer)(root).or_else(|| (vendor.unwrap)(root)).or_else(|| (vendor.split)(root));
    if let Some(parts) = parts {
        return parts.iter().flat_map(|part| keys(product, part.as_bytes())).collect();
    }
    (vendor.read)(root);
    notes.unread().map(|value| compact(&value.path())).collect()
}
