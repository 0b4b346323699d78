//! The media that a job takes or makes, which the bodies hold as JSON in a string.

use serde::Deserialize;

use crate::aliyun::oss_region;
use crate::event::Media;
use crate::wire::{Embedded, One, Text};

/// An OSS object, `{"type":"OSS","media":"http://…","ossFile":{…}}`, or a media asset, `{"type":"Media","media":"<ID>"}`.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
pub(super) struct JobMedia {
    /// `OSS` or `Media`.
    r#type: Text,
    /// The object's URL where the type is `OSS`, the media asset's ID where it is `Media`.
    media: Text,
    /// The object's place, where the type is `OSS`.
    oss_file: One<OssFile>,
}

/// Place of an OSS object.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
struct OssFile {
    /// Bucket.
    bucket: Text,
    /// Region, as OSS writes it in host names: `oss-cn-shanghai`.
    location: Text,
    /// Key of the object in the bucket.
    object: Text,
}

/// The media of a field, which may also be an ID or URL by itself.
pub(super) fn media(field: Embedded<One<JobMedia>>) -> Media {
    match field {
        Embedded::Json(media) => media.or_default().media(),
        // Broken JSON is no ID.
        Embedded::Text(text) if !text.contains('{') => {
            JobMedia { media: Text(Some(text)), ..JobMedia::default() }.media()
        }
        Embedded::Text(_) | Embedded::Absent => Media::default(),
    }
}

impl JobMedia {
    fn media(self) -> Media {
        let is_url = match self.r#type.as_deref() {
            Some(kind) => !kind.eq_ignore_ascii_case("media"),
            None => self.media.as_deref().is_some_and(|media| media.contains("://")),
        };
        let (id, url) = if is_url { (None, self.media.0) } else { (self.media.0, None) };
        let file = self.oss_file.or_default();
        Media {
            id,
            url,
            bucket: file.bucket.0,
            object: file.object.0,
            region: file.location.as_deref().and_then(oss_region),
            ..Media::default()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn media_is_an_object_or_an_asset() {
        for (json, id, url, object) in [
            (
                r#""{\"type\":\"OSS\",\"media\":\"http://a/b.mp4\",\"ossFile\":{\"Object\":\"b.mp4\"}}""#,
                None,
                Some("http://a/b.mp4"),
                Some("b.mp4"),
            ),
            (r#"{"type":"OSS","media":"oss://a/b.mp4"}"#, None, Some("oss://a/b.mp4"), None),
            (r#"{"type":"Media","media":"4c3a"}"#, Some("4c3a"), None, None),
            (r#"{"media":"4c3a"}"#, Some("4c3a"), None, None),
            (r#""4c3a""#, Some("4c3a"), None, None),
            (r#""http://a/b.mp4""#, None, Some("http://a/b.mp4"), None),
            (r#""{\"type\":xxx}""#, None, None, None),
            ("null", None, None, None),
        ] {
            let media = media(crate::wire::parse(json));
            assert_eq!(
                (media.id.as_deref(), media.url.as_deref(), media.object.as_deref()),
                (id, url, object),
                "{json}"
            );
        }
    }
}
