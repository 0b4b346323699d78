//! Tencent Cloud: Cloud Infinite and VOD.

mod auth;
pub(crate) mod ci;
pub(crate) mod vod;

use crate::Product;
use crate::vendor::{Vendor, none};

/// Cloud Infinite.
pub(crate) const CI: Vendor = Vendor {
    signatures: &auth::Nothing,
    answer: none,
    unwrap: ci::unwrap,
    split: ci::split,
    read: |event| (Product::TencentCi, ci::read(event)),
    catalogue: || ci::kinds().collect(),
    deprecated: &[],
    delivery: &[],
    secret: &[],
};

/// Video on Demand. The handle of a pulled event, and the id of the request that carried it, belong to the delivery, as the
/// signature does.
pub(crate) const VOD: Vendor = Vendor {
    signatures: &auth::SignedEvent,
    answer: vod::answer,
    unwrap: none,
    split: vod::split,
    read: |event| (Product::TencentVod, vod::read(event)),
    catalogue: || vod::kinds().map(|(name, kind)| (name.to_owned(), kind)).collect(),
    deprecated: vod::DEPRECATED,
    delivery: &["Sign", "T", "EventHandle", "RequestId"],
    secret: &auth::MEMBERS,
};
