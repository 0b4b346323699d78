//! The product that a command is about.

use callbacks::Product;
use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};

/// Reads a product's slug. What is nearly one is suggested, and completions have them all.
pub(crate) fn parser() -> impl TypedValueParser<Value = Product> {
    let named = Product::ALL.map(|product| PossibleValue::new(product.slug()).help(name(product)));
    PossibleValuesParser::new(named).try_map(|slug| slug.parse::<Product>())
}

fn name(product: Product) -> &'static str {
    match product {
        Product::AliyunVod => "Alibaba Cloud ApsaraVideo VOD",
        Product::AliyunIms => "Alibaba Cloud Intelligent Media Services (ICE)",
        Product::TencentCi => "Tencent Cloud Infinite",
        Product::TencentVod => "Tencent Cloud VOD",
    }
}

/// What the names of a product's outputs and parameters in a stack begin or end with.
pub(crate) fn stack_name(product: Product) -> &'static str {
    match product {
        Product::AliyunVod => "AliyunVod",
        Product::AliyunIms => "AliyunIms",
        Product::TencentCi => "TencentCi",
        Product::TencentVod => "TencentVod",
    }
}
