//! Files that arrived: by upload, by URL, as a stream of a media asset.

use serde::Deserialize;

use super::Body;
use crate::envelope::Facts;
use crate::event::Media;
use crate::status;
use crate::wire::{Any, Integer, Text, UserData};

/// Body of `FileUploadComplete`, `ImageUploadComplete` and `AttachedMediaUploadComplete`.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(super) struct FileUpload {
    /// Media asset ID.
    media_id: Text,
    /// `video`, `audio`, `image` or `text`.
    media_type: Any,
    /// Where the file lies.
    file_url: Text,
    /// Size in bytes; digits in a string.
    size: Integer,
    /// ID of the application, `app-1000000` by default.
    app_id: Any,
    /// What the customer attached to the upload. JSON in a string.
    user_data: UserData,
    /// `Success` or `Fail`.
    status: Text,
}

impl Body for FileUpload {
    fn facts(self) -> Facts {
        Facts {
            outcome: self.status.as_deref().map(status::outcome).unwrap_or_default(),
            status: self.status.0,
            media: Media { id: self.media_id.0, url: self.file_url.0, size: self.size.count(), ..Media::default() },
            user_data: self.user_data.0,
            ..Facts::default()
        }
    }
}
