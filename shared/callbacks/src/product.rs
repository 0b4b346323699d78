//! The products whose callbacks are understood.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A product that posts callbacks. Its slug names everything that belongs to it: function, folder of events, test data.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Product {
    /// Alibaba Cloud `ApsaraVideo` VOD.
    AliyunVod,
    /// Alibaba Cloud Intelligent Media Services (IMS, also called ICE).
    AliyunIms,
    /// Tencent Cloud Infinite, the data processing of Cloud Object Storage.
    TencentCi,
    /// Tencent Cloud Video on Demand.
    TencentVod,
}

/// The given name is none of the slugs.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("no such product: expected one of aliyun-vod, aliyun-ims, tencent-ci, tencent-vod")]
pub struct UnknownProduct;

impl Product {
    /// Every product.
    pub const ALL: [Self; 4] = [Self::AliyunVod, Self::AliyunIms, Self::TencentCi, Self::TencentVod];

    /// `<vendor>-<product>`, the one name that everything which belongs to the product bears.
    #[must_use]
    pub fn slug(self) -> &'static str {
        match self {
            Self::AliyunVod => "aliyun-vod",
            Self::AliyunIms => "aliyun-ims",
            Self::TencentCi => "tencent-ci",
            Self::TencentVod => "tencent-vod",
        }
    }

    /// The `source` of its events.
    #[must_use]
    pub fn source(self) -> &'static str {
        match self {
            Self::AliyunVod => "/aliyun/vod",
            Self::AliyunIms => "/aliyun/ims",
            Self::TencentCi => "/tencent/ci",
            Self::TencentVod => "/tencent/vod",
        }
    }

    /// The product whose events have this `source`.
    #[must_use]
    pub fn of_source(source: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|product| product.source() == source)
    }

    /// The source of its events on an event bus, where a rule matches it: `mediahook.<slug>`.
    #[must_use]
    pub fn bus_source(self) -> &'static str {
        match self {
            Self::AliyunVod => "mediahook.aliyun-vod",
            Self::AliyunIms => "mediahook.aliyun-ims",
            Self::TencentCi => "mediahook.tencent-ci",
            Self::TencentVod => "mediahook.tencent-vod",
        }
    }

    /// How long the vendor waits for the answer to a callback, the time on the way included. What is answered later counts
    /// as failed.
    ///
    /// - Alibaba Cloud VOD: 5 s, then twice more, a second apart (<https://help.aliyun.com/document_detail/55627.html>).
    /// - Alibaba Cloud IMS: 3 s, then twice more, a second apart (<https://help.aliyun.com/document_detail/441362.html>).
    /// - Tencent Cloud VOD: 5 s, then twice more, as the documentation of 2019 says. Its successor
    ///   (<https://www.tencentcloud.com/document/product/266/33948>) gives no time.
    /// - Tencent Cloud Infinite: undocumented. 5 s is what the other product of the vendor waits.
    #[must_use]
    pub fn answer_within(self) -> Duration {
        match self {
            Self::AliyunIms => Duration::from_secs(3),
            Self::AliyunVod | Self::TencentCi | Self::TencentVod => Duration::from_secs(5),
        }
    }
}

impl fmt::Display for Product {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.slug())
    }
}

impl FromStr for Product {
    type Err = UnknownProduct;

    fn from_str(slug: &str) -> Result<Self, Self::Err> {
        Self::ALL.into_iter().find(|product| product.slug() == slug).ok_or(UnknownProduct)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_source_leads_back_to_its_product() {
        for product in Product::ALL {
            assert_eq!(Product::of_source(product.source()), Some(product));
            assert_eq!(product.bus_source(), format!("mediahook.{}", product.slug()));
        }
        assert_eq!(Product::of_source("/aliyun/oss"), None);
    }
}
