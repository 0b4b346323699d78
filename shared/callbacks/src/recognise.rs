//! Whose callback a body is.

use jiff::Timestamp;

use crate::event::{CloudEvent, Kind};
use crate::{Product, decode};

/// What a body is, read as that of a product.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Recognised {
    /// It has an event that the product's table names.
    Event,
    /// It has none, but one that another product's table names.
    Other(Product),
    /// It can be read, and no table names its event: the vendor's name of it, where it has one.
    Unknown(Option<String>),
    /// It cannot be read.
    Unreadable,
}

/// Whose callback a body is that was meant for `product`.
#[must_use]
pub fn recognise(product: Product, body: &[u8]) -> Recognised {
    let events = decode(product, body, Timestamp::UNIX_EPOCH);
    if events.iter().any(is_named) {
        return Recognised::Event;
    }
    let names = |other: &Product| decode(*other, body, Timestamp::UNIX_EPOCH).iter().any(is_named);
    if let Some(other) = Product::ALL.into_iter().filter(|other| *other != product).find(names) {
        return Recognised::Other(other);
    }
    if events.iter().any(|event| event.unreadable().is_some()) {
        return Recognised::Unreadable;
    }
    Recognised::Unknown(events.into_iter().find_map(|event| event.vendorevent))
}

fn is_named(event: &CloudEvent) -> bool {
    !matches!(event.r#type.kind, Kind::Unknown | Kind::Unreadable)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kinds;
    use crate::tests::all_payloads;

    /// Alibaba Cloud's two products read each other's events, since they may share a queue.
    #[test]
    fn each_payload_is_its_products_own() {
        let is_aliyun = |product| matches!(product, Product::AliyunVod | Product::AliyunIms);
        let mut told = 0;
        for (product, file, body) in all_payloads() {
            if recognise(product, &body) != Recognised::Event {
                continue;
            }
            let other = if is_aliyun(product) { Product::TencentCi } else { Product::AliyunVod };
            let found = recognise(other, &body);
            let is_right = match &found {
                Recognised::Other(told) => *told == product || is_aliyun(*told) && is_aliyun(product),
                // `RestoreMediaComplete` is in the tables of both.
                Recognised::Event => decode(product, &body, Timestamp::UNIX_EPOCH).iter().all(|event| {
                    kinds().iter().any(|(of, name, _)| *of == other && Some(name) == event.vendorevent.as_ref())
                }),
                Recognised::Unknown(_) | Recognised::Unreadable => false,
            };
            assert!(is_right, "{file} at {other}: {found:?}");
            told += 1;
        }
        assert!(told > 300, "{told}");
    }

    #[test]
    fn what_nobody_names_is_unknown() {
        let unknown = Recognised::Unknown(Some("BrandNew".to_owned()));
        assert_eq!(recognise(Product::AliyunIms, br#"{"EventType":"BrandNew"}"#), unknown);
        assert_eq!(recognise(Product::TencentCi, b"{}"), Recognised::Unknown(None));
        assert_eq!(recognise(Product::TencentVod, b"no JSON"), Recognised::Unreadable);
    }
}
