//! What every vendor event that has a name here is about.
//!
//! Each product's table stands beside its structs; this joins them.

use crate::event::Kind;
use crate::{Product, aliyun, tencent};

/// Every vendor event that is understood, under the name that [`crate::MediaEvent::event`] gives it, with its kind.
#[must_use]
pub fn kinds() -> Vec<(Product, String, Kind)> {
    let vod = aliyun::vod::kinds().map(|(name, kind)| (Product::AliyunVod, name.to_owned(), kind));
    let ims = aliyun::ims::kinds().map(|(name, kind)| (Product::AliyunIms, name.to_owned(), kind));
    let ci = tencent::ci::kinds().map(|(name, kind)| (Product::TencentCi, name, kind));
    let tencent_vod = tencent::vod::kinds().map(|(name, kind)| (Product::TencentVod, name.to_owned(), kind));
    vod.chain(ims).chain(ci).chain(tencent_vod).collect()
}
