//! What is stored about a media file, and where the file came from.

use serde::Deserialize;

use super::media::MediaMetaData;
use super::task::file;
use crate::event::{Media, Output, Role};
use crate::wire::{Integer, One, Text, Texts, Time, Unused};

/// What is stored about a media file.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(crate) struct MediaBasicInfo {
    /// Name of the media file.
    name: Text,
    /// Its description.
    description: Unused<Text>,
    /// When it was created, UTC.
    create_time: Unused<Time>,
    /// When it was last changed, such as its description, UTC.
    update_time: Unused<Time>,
    /// When it is deleted, UTC; `9999-12-31T23:59:59Z` for never.
    expire_time: Unused<Time>,
    /// ID of its category; 0 for none.
    class_id: Unused<Integer>,
    /// Name of its category.
    class_name: Unused<Text>,
    /// The categories above its own, joined by hyphens.
    class_path: Unused<Text>,
    /// Where its cover can be fetched.
    cover_url: Text,
    /// Container format: `mp4`, `flv`.
    r#type: Text,
    /// Where the original file can be fetched.
    media_url: Text,
    /// Where it came from.
    source_info: One<MediaSource>,
    /// Region that it is stored in: `ap-guangzhou-2`.
    storage_region: Unused<Text>,
    /// Where it is stored, for the storage mode with a file ID and a path.
    storage_path: Unused<Text>,
    /// Its tags.
    tag_set: Unused<Texts>,
    /// ID of the recording, where it is one of a live stream; in samples the file's ID.
    vid: Unused<Text>,
    /// `Video`, `Audio` or `Image`.
    category: Unused<Text>,
    /// Whether it may be fetched: `Normal`, `SystemForbidden` or `Forbidden`. No outcome.
    status: Unused<Text>,
    /// `STANDARD`, `STANDARD_IA`, `ARCHIVE` or `DEEP_ARCHIVE`.
    storage_class: Unused<Text>,
    /// ID of the media file. Only where this stands in the place of a whole upload, see below.
    file_id: Unused<Text>,
    /// What is stored, one level deeper: so the vendor's sample of `PullComplete` has it, against its table.
    media_basic_info: One<MediaBasicInfo>,
}

/// Where a media file came from.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct MediaSource {
    /// `Record`, a live recording; `Upload`; `VideoProcessing`; `TrtcRecord`; `WebPageRecord`; `WebRTCRecord`.
    source_type: Unused<Text>,
    /// What the customer attached to the upload. Recordings have the stream's address here.
    source_context: Unused<Text>,
    /// The live stream that it was recorded from.
    live_record_info: One<LiveRecord>,
    /// The call that it was recorded from.
    trtc_record_info: One<TrtcRecord>,
    /// The web page that it was recorded from.
    web_page_record_info: One<WebPageRecord>,
}

/// The live stream that a media file was recorded from.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct LiveRecord {
    /// Domain that the stream was pushed to.
    domain: Unused<Text>,
    /// Path that the stream was pushed to.
    path: Unused<Text>,
    /// ID of the stream.
    stream_id: Unused<Text>,
    /// When the recording began, UTC.
    record_start_time: Unused<Time>,
    /// When the recording ended, UTC.
    record_end_time: Unused<Time>,
}

/// The call that a media file was recorded from.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct TrtcRecord {
    /// ID of the application.
    sdk_app_id: Unused<Integer>,
    /// ID of the room.
    room_id: Unused<Text>,
    /// ID of the recording.
    task_id: Unused<Text>,
    /// The users that were recorded.
    user_ids: Unused<Texts>,
}

/// The web page that a media file was recorded from.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct WebPageRecord {
    /// Address of the page.
    record_url: Unused<Text>,
    /// ID of the recording.
    record_task_id: Unused<Text>,
}

impl MediaBasicInfo {
    /// What older events say of a file: its name, where it is, and where its cover is.
    pub(crate) fn new(name: Text, media_url: Text, cover_url: Text) -> Self {
        Self { name, cover_url, media_url, ..Self::default() }
    }

    /// The media file, and its cover.
    pub(crate) fn media(mut self, meta_data: One<MediaMetaData>) -> (Media, Option<Output>) {
        while let Some(deeper) = self.media_basic_info.0.take() {
            self = *deeper;
        }
        let media = meta_data.or_default().media();
        let media =
            Media { title: self.name.0, url: self.media_url.0, format: media.format.or(self.r#type.0), ..media };
        (media, file(Role::Image, self.cover_url))
    }
}
