//! Files that arrived.

use serde::Deserialize;

use super::Payload;
use super::basic_info::MediaBasicInfo;
use super::media::MediaMetaData;
use super::task::{Task, reported};
use crate::event::Media;
use crate::facts::{Facts, made};
use crate::wire::{Decimal, Integer, One, Text, Unused, UserData};

/// Payload of `NewFileUpload`: a file was uploaded, recorded or made by a task. It has no status.
///
/// <https://www.tencentcloud.com/document/product/266/33950>
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(super) struct FileUploadTask {
    /// ID of the media file.
    pub(super) file_id: Text,
    /// What is stored about it.
    pub(super) media_basic_info: One<MediaBasicInfo>,
    /// Task ID of the flow that the upload started; empty for none.
    pub(super) procedure_task_id: Unused<Text>,
    /// Task ID of the review that the upload started; empty for none.
    pub(super) review_audio_video_task_id: Unused<Text>,
    /// What the vendor found out about it. The vendor's samples do not have it.
    pub(super) meta_data: One<MediaMetaData>,
}

/// Payload of `PullComplete`: the vendor fetched a file from an address.
///
/// <https://www.tencentcloud.com/document/product/266/34182>
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(super) struct PullUploadTask {
    /// Task ID.
    pub(super) task_id: Text,
    /// `PROCESSING` or `FINISH`. The sample of 2019 does not have it.
    pub(super) status: Text,
    /// Error code; 0 means success.
    pub(super) err_code: Integer,
    /// Error message.
    pub(super) message: Text,
    /// ID of the media file.
    pub(super) file_id: Text,
    /// What is stored about it.
    pub(super) media_basic_info: One<MediaBasicInfo>,
    /// What the vendor found out about it.
    pub(super) meta_data: One<MediaMetaData>,
    /// Where the media file can be fetched.
    pub(super) file_url: Text,
    /// Task ID of the flow that the upload started; empty for none.
    pub(super) procedure_task_id: Unused<Text>,
    /// Task ID of the review that the upload started; empty for none.
    pub(super) review_audio_video_task_id: Unused<Text>,
    /// What the customer attached to the request, at most 1,000 characters.
    pub(super) session_context: UserData,
    /// The customer's key against doubled requests, at most 50 characters.
    pub(super) session_id: Unused<Text>,
    /// Percent, 0 to 100.
    pub(super) progress: Decimal,
}

impl Payload for FileUploadTask {
    fn facts(self) -> Facts {
        let (media, cover) = self.media_basic_info.or_default().media(self.meta_data);
        Facts {
            outcome: reported(&self.file_id),
            media: Media { id: self.file_id.0, ..media },
            outputs: cover.into_iter().collect(),
            ..Facts::default()
        }
    }
}

impl Payload for PullUploadTask {
    fn facts(self) -> Facts {
        let task = Task {
            id: self.task_id,
            status: self.status,
            err_code: self.err_code,
            message: self.message,
            progress: self.progress,
            session_context: self.session_context,
            ..Task::default()
        };
        let facts = task.facts();
        let (media, cover) = self.media_basic_info.or_default().media(self.meta_data);
        Facts {
            media: Media { id: self.file_id.0, url: self.file_url.0.or(media.url), ..media },
            outputs: made(facts.outcome, cover),
            ..facts
        }
    }
}
