//! What started a workflow, as both products say it.

use serde::Deserialize;

use super::{oss_bucket, oss_object};
use crate::event::Media;
use crate::wire::Text;

/// What started a workflow.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
pub(super) struct TaskInput {
    /// `Media` or `OSS`.
    r#type: Text,
    /// Media asset ID, or a URL where the type is `OSS`.
    media: Text,
    /// Title of the media.
    title: Text,
    /// Host name of the bucket that holds the media: `sample-bucket.oss-cn-shanghai.aliyuncs.com`.
    storage_location: Text,
}

impl TaskInput {
    pub(super) fn media(self) -> Media {
        let is_url = self.media.as_deref().is_some_and(|media| media.contains("://"));
        let (id, url) = if is_url { (None, self.media.0) } else { (self.media.0, None) };
        let storage = self.storage_location.as_deref().map(oss_bucket).unwrap_or_default();
        let (bucket, object) = url.as_deref().and_then(oss_object).unzip();
        Media { id, url, title: self.title.0, bucket: bucket.or(storage.bucket.clone()), object, ..storage }
    }
}
