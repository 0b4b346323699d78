//! Files that arrived.

use serde::Deserialize;

use crate::event::Media;
use crate::facts::{Facts, made};
use crate::tencent::vod::Payload;
use crate::tencent::vod::basic_info::MediaBasicInfo;
use crate::tencent::vod::media::MediaMetaData;
use crate::tencent::vod::task::reported;
use crate::wire::{One, Text, Unused};

/// Payload of `NewFileUpload`: a file was uploaded, recorded or made by a task. It has no status.
///
/// <https://www.tencentcloud.com/document/product/266/33950>
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(crate) struct FileUploadTask {
    /// What is stored about it.
    pub(crate) media_basic_info: One<MediaBasicInfo>,
    /// Task ID of the flow that the upload started; empty for none.
    pub(crate) procedure_task_id: Unused<Text>,
    /// Task ID of the review that the upload started; empty for none.
    pub(crate) review_audio_video_task_id: Unused<Text>,
    /// What the vendor found out about it. The vendor's samples do not have it.
    pub(crate) meta_data: One<MediaMetaData>,
}

/// Payload of `PullComplete`: the vendor fetched a file from an address.
///
/// <https://www.tencentcloud.com/document/product/266/34182>
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(crate) struct PullUploadTask {
    /// What is stored about it.
    pub(crate) media_basic_info: One<MediaBasicInfo>,
    /// What the vendor found out about it.
    pub(crate) meta_data: One<MediaMetaData>,
    /// Where the media file can be fetched.
    pub(crate) file_url: Text,
    /// Task ID of the flow that the upload started; empty for none.
    pub(crate) procedure_task_id: Unused<Text>,
    /// Task ID of the review that the upload started; empty for none.
    pub(crate) review_audio_video_task_id: Unused<Text>,
}

impl Payload for FileUploadTask {
    fn facts(self, task: Facts) -> Facts {
        let task = reported(task);
        let (media, cover) = self.media_basic_info.or_default().media(self.meta_data);
        Facts { media: Media { id: task.media.id, ..media }, outputs: cover.into_iter().collect(), ..task }
    }
}

impl Payload for PullUploadTask {
    fn facts(self, task: Facts) -> Facts {
        let (media, cover) = self.media_basic_info.or_default().media(self.meta_data);
        Facts {
            media: Media { id: task.media.id, url: self.file_url.0.or(media.url), ..media },
            outputs: made(task.outcome, cover),
            ..task
        }
    }
}
