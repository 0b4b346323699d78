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

/// Whether the vendor calls one of its events deprecated, by the name that [`crate::MediaEvent::event`] gives it.
#[must_use]
pub fn is_deprecated(product: Product, event: &str) -> bool {
    product.vendor().deprecated.contains(&event)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_deprecated_is_an_event() {
        for product in Product::ALL {
            let vendor = product.vendor();
            let names: Vec<String> = (vendor.catalogue)().into_iter().map(|(name, _)| name).collect();
            for deprecated in vendor.deprecated {
                assert!(names.iter().any(|name| name == deprecated), "{product} {deprecated}");
                assert!(is_deprecated(product, deprecated));
            }
        }
        assert!(!is_deprecated(Product::AliyunVod, "TranscodeComplete"));
    }
}
