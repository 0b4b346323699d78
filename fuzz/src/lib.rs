//! What holds for every body, whoever made it.

use callbacks::{CloudEvent, Kind, Product};
use jiff::Timestamp;

/// Decodes a body, and panics unless what comes out is whole.
///
/// # Panics
/// Where a body is lost, an event is no JSON, or a second decoding gives something else.
pub fn decode(product: Product, body: &[u8]) {
    let received = Timestamp::UNIX_EPOCH;
    let decoded = callbacks::decode(product, body, received);
    let again = callbacks::decode(product, body, received);
    assert_eq!(decoded.len(), again.len());
    // Only a pull response may hold no event, and only Tencent Cloud VOD has those.
    assert!(!decoded.is_empty() || product == Product::TencentVod);
    for (one, other) in decoded.iter().zip(&again) {
        let json = serde_json::to_string(one).expect("an event is JSON");
        assert_eq!(json, serde_json::to_string(other).expect("an event is JSON"));
        let read: CloudEvent = serde_json::from_str(&json).expect("an event can be read");
        assert_eq!(read.id.len(), 32);
        assert_eq!(read.data().is_none(), read.r#type.kind == Kind::Unreadable);
        assert_eq!(read.unreadable().is_some(), read.r#type.kind == Kind::Unreadable);
    }
}
