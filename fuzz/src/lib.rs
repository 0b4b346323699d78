//! What holds for every body, whoever made it.

use callbacks::{CloudEvent, Kind, Product};
use jiff::Timestamp;

/// Decodes a body, and panics unless what comes out keeps all of the rules.
///
/// # Panics
/// Where a body is lost or an event breaks a rule, or a second decoding gives something else.
pub fn decode(product: Product, body: &[u8]) {
    let lines = events(product, body);
    assert_eq!(lines, events(product, body));
    // Only a pull response may hold no event, and only Tencent Cloud VOD has those.
    assert!(!lines.is_empty() || product == Product::TencentVod);
    rules::check(product.slug(), body, &lines).unwrap_or_else(|broken| panic!("{broken}"));
    for line in &lines {
        let read: CloudEvent = serde_json::from_str(line).expect("an event can be read");
        assert_eq!(read.data().is_none(), read.r#type.kind == Kind::Unreadable);
        assert_eq!(read.unreadable().is_some(), read.r#type.kind == Kind::Unreadable);
    }
    if let Some(body) = rules::with_a_failed_part(body) {
        rules::a_failed_part_counts(&events(product, &body)).unwrap_or_else(|broken| panic!("{broken}"));
    }
}

/// The events of a body, each as JSON.
fn events(product: Product, body: &[u8]) -> Vec<String> {
    let decoded = callbacks::decode(product, body, Timestamp::UNIX_EPOCH);
    decoded.iter().map(|event| serde_json::to_string(event).expect("an event is JSON")).collect()
}
