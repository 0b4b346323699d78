//! Tencent Cloud: Cloud Infinite and VOD.

pub(crate) mod ci;
pub(crate) mod vod;
