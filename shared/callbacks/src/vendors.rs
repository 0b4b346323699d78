//! Which vendor's code belongs to which product: the one place that chooses it.

use crate::event::Kind;
use crate::vendor::Vendor;
use crate::{Product, aliyun, tencent};

impl Product {
    /// How its callbacks are authenticated and read.
    pub(crate) fn vendor(self) -> &'static Vendor {
        match self {
            Self::AliyunVod => &aliyun::VOD,
            Self::AliyunIms => &aliyun::IMS,
            Self::TencentCi => &tencent::CI,
            Self::TencentVod => &tencent::VOD,
        }
    }
}

/// Every vendor event that is understood, under the name that [`crate::MediaEvent::event`] gives it, with its kind.
#[must_use]
pub fn kinds() -> Vec<(Product, String, Kind)> {
    let of = |product: Product| {
        let catalogue = (product.vendor().catalogue)();
        catalogue.into_iter().map(move |(name, kind)| (product, name, kind))
    };
    Product::ALL.into_iter().flat_map(of).collect()
}
