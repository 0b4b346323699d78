//! The products whose callbacks are understood.

use std::fmt;
use std::str::FromStr;

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
