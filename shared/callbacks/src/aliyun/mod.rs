//! Alibaba Cloud: `ApsaraVideo` VOD and Intelligent Media Services.
//!
//! The two share event names and differ in shape: VOD's bodies are flat, IMS puts everything but the head into
//! `MessageBody`. So the shape chooses the parser, never the name.

pub(crate) mod ims;
pub(crate) mod mns;
pub(crate) mod vod;

use std::borrow::Cow;

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::Product;
use crate::body::Unreadable;
use crate::envelope::Facts;
use crate::event::{Failure, Media};
use crate::wire::{Text, Time, object, peek};

/// The head that every event has, and IMS's body.
///
/// <https://www.alibabacloud.com/help/en/ims/developer-reference/event-list>
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(crate) struct Envelope {
    /// The event's name. VOD's `WorkflowTaskComplete` example lacks it, although its table requires it.
    pub(crate) event_type: Text,
    /// When the event occurred, UTC.
    pub(crate) event_time: Time,
    /// The account, 16 digits. IMS sends a number, VOD a string.
    pub(crate) user_id: Text,
    /// IMS only: what the event reports. An object.
    pub(crate) message_body: Option<Box<RawValue>>,
}

impl Envelope {
    /// The body as the JSON of an object.
    fn body(&self) -> Option<Cow<'_, str>> {
        object(self.message_body.as_deref()?.get())
    }
}

/// Reads an event that arrived at either product, and tells whose it is.
pub(crate) fn read(product: Product, canonical: &str) -> Result<(Product, Facts), Unreadable> {
    let envelope: Envelope = peek(canonical)?;
    match (envelope.body(), product) {
        (Some(body), _) => Ok((Product::AliyunIms, ims::read(&envelope, &body)?)),
        (None, Product::AliyunIms) => Ok((product, ims::read(&envelope, "{}")?)),
        (None, _) => Ok((Product::AliyunVod, vod::read(&envelope, canonical)?)),
    }
}

/// An error of these two fields.
pub(crate) fn failure(code: Text, message: Text) -> Failure {
    Failure { code: code.0, message: message.0 }
}

/// Region of a public OSS endpoint: `cn-shanghai` of `oss-cn-shanghai.aliyuncs.com` or of the location `oss-cn-shanghai`.
///
/// <https://www.alibabacloud.com/help/en/oss/user-guide/regions-and-endpoints>
pub(crate) fn oss_region(endpoint: &str) -> Option<String> {
    let location = endpoint.split('.').next().unwrap_or(endpoint);
    let region = location.strip_prefix("oss-")?;
    Some(region.strip_suffix("-internal").unwrap_or(region).to_owned())
}

/// Bucket and region of an OSS host name: `sample-bucket.oss-cn-shanghai.aliyuncs.com`.
pub(crate) fn oss_bucket(host: &str) -> Media {
    let parts = host.split_once('.').and_then(|(bucket, endpoint)| Some((bucket, oss_region(endpoint)?)));
    match parts {
        Some((bucket, region)) => Media { bucket: Some(bucket.to_owned()), region: Some(region), ..Media::default() },
        None => Media::default(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_oss_endpoint_tells_the_region() {
        for (endpoint, region) in [
            ("oss-cn-shanghai.aliyuncs.com", Some("cn-shanghai")),
            ("oss-cn-shanghai", Some("cn-shanghai")),
            ("oss-ap-southeast-1-internal.aliyuncs.com", Some("ap-southeast-1")),
            ("media.example.com", None),
        ] {
            assert_eq!(oss_region(endpoint).as_deref(), region, "{endpoint}");
        }
        let media = oss_bucket("sample-bucket.oss-cn-shanghai.aliyuncs.com");
        assert_eq!((media.bucket.as_deref(), media.region.as_deref()), (Some("sample-bucket"), Some("cn-shanghai")));
        assert_eq!(oss_bucket("xxx"), Media::default());
    }
}
