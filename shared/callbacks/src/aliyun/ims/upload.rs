//! Files that arrived: by upload, by URL, as a stream of a media asset.

use serde::Deserialize;

use super::{Body, Head};
use crate::event::Media;
use crate::facts::Facts;
use crate::wire::{Integer, Text, Unused};

/// Body of `FileUploadComplete`, `ImageUploadComplete` and `AttachedMediaUploadComplete`.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
pub(super) struct FileUpload {
    /// Media asset ID.
    media_id: Text,
    /// `video`, `audio`, `image` or `text`.
    media_type: Unused<Text>,
    /// Where the file lies.
    file_url: Text,
    /// Size in bytes; digits in a string.
    size: Integer,
    /// ID of the application, `app-1000000` by default.
    app_id: Unused<Text>,
}

/// Body of `UploadByURLComplete` and `UploadStreamByURLComplete`: a job fetched the file.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
pub(super) struct UrlUpload {
    /// Media asset ID.
    media_id: Text,
    /// `video`, `audio`, `image` or `text`. Not of a stream.
    media_type: Unused<Text>,
    /// Where the file was fetched from.
    #[serde(rename = "SourceURL")]
    source_url: Text,
    /// ID of the application, `app-1000000` by default. Not of a stream.
    app_id: Unused<Text>,
}

/// Body of `StreamUploadComplete` and `RegisterStreamComplete`: a stream was added to a media asset. `MessageCallback` in the
/// `UserData` is an object in one sample and JSON in a string in the other.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
pub(super) struct Stream {
    /// ID of the media asset that the stream belongs to.
    media_id: Text,
    /// Where the stream's file lies.
    file_url: Text,
}

impl Body for FileUpload {
    fn facts(self, head: &Head) -> Facts {
        Facts {
            outcome: head.outcome(),
            media: Media { id: self.media_id.0, url: self.file_url.0, size: self.size.count(), ..Media::default() },
            ..Facts::default()
        }
    }
}

impl Body for UrlUpload {
    fn facts(self, head: &Head) -> Facts {
        Facts {
            outcome: head.outcome(),
            media: Media { id: self.media_id.0, url: self.source_url.0, ..Media::default() },
            ..Facts::default()
        }
    }
}

impl Body for Stream {
    fn facts(self, head: &Head) -> Facts {
        Facts {
            outcome: head.outcome(),
            media: Media { id: self.media_id.0, url: self.file_url.0, ..Media::default() },
            ..Facts::default()
        }
    }
}
