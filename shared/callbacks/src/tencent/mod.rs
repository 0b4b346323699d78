//! Tencent Cloud: Cloud Infinite and VOD.

pub(crate) mod auth;
pub(crate) mod ci;
pub(crate) mod vod;
