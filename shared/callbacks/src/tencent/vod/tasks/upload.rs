//! Files that arrived.

use serde::Deserialize;

use crate::event::Media;
use crate::facts::{Facts, made};
use crate::tencent::vod::Payload;
use crate::tencent::vod::basic_info::MediaBasicInfo;
use crate::tencent::vod::media::MediaMetaData;
use crate::tencent::vod::task::reported;
use crate::wire::{One, Text};

/// Payload of `NewFileUpload`: a file was uploaded, recorded or made by a task. It has no status.
///
/// <https://www.tencentcloud.com/document/product/266/33950>
///
/// <https://cloud.tencent.com/document/api/266/31773#FileUploadTask>
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
pub(crate) struct FileUploadTask {
    /// What is stored about it.
    pub(crate) media_basic_info: One<MediaBasicInfo>,
    /// What the vendor found out about it. The vendor's samples do not have it.
    pub(crate) meta_data: One<MediaMetaData>,
}

/// Payload of `PullComplete`: the vendor fetched a file from an address.
///
/// <https://www.tencentcloud.com/document/product/266/34182>
///
/// <https://cloud.tencent.com/document/api/266/31773#PullUploadTask>
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
pub(crate) struct PullUploadTask {
    /// What is stored about it.
    pub(crate) media_basic_info: One<MediaBasicInfo>,
    /// What the vendor found out about it.
    pub(crate) meta_data: One<MediaMetaData>,
    /// Where the media file can be fetched.
    pub(crate) file_url: Text,
}

impl Payload for FileUploadTask {
    fn facts(self, task: Facts) -> Facts {
        let task = reported(task);
        let stored = self.media_basic_info.or_default().stored(self.meta_data);
        Facts {
            time: stored.created_at,
            media: Media { id: task.media.id, ..stored.media },
            outputs: stored.cover.into_iter().collect(),
            user_data: task.user_data.or(stored.user_data),
            ..task
        }
    }
}

impl Payload for PullUploadTask {
    fn facts(self, task: Facts) -> Facts {
        let stored = self.media_basic_info.or_default().stored(self.meta_data);
        Facts {
            time: stored.created_at,
            media: Media { id: task.media.id, url: self.file_url.0.or(stored.media.url), ..stored.media },
            outputs: made(task.outcome, stored.cover),
            user_data: task.user_data.or(stored.user_data),
            ..task
        }
    }
}
