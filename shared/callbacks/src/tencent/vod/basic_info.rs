//! What is stored about a media file, and where the file came from.

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::value::RawValue;

use super::media::MediaMetaData;
use super::task::{expiry, file_at, role_of};
use crate::event::{Media, Output, Role};
use crate::wire::{Integer, One, Text, Texts, Time, UnixTime, Unused, UserData};

/// What is stored about a media file.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
pub(crate) struct MediaBasicInfo {
    /// Name of the media file.
    name: Text,
    /// Its description.
    description: Unused<Text>,
    /// When it was created, UTC.
    create_time: Time,
    /// When it was last changed, such as its description, UTC.
    update_time: Unused<Time>,
    /// When it is deleted, UTC; `9999-12-31T23:59:59Z` for never.
    expire_time: Time,
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
    category: Text,
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
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
struct MediaSource {
    /// `Record`, a live recording; `Upload`; `VideoProcessing`; `TrtcRecord`; `WebPageRecord`; `WebRTCRecord`; `Unknown`.
    source_type: Text,
    /// What the customer attached to the upload. Live recordings have the stream's address and parameters here.
    source_context: UserData,
    /// The live stream that it was recorded from.
    live_record_info: One<LiveRecord>,
    /// The call that it was recorded from.
    trtc_record_info: One<TrtcRecord>,
    /// The web page that it was recorded from.
    web_page_record_info: One<WebPageRecord>,
}

/// The live stream that a media file was recorded from.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
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
#[cfg_attr(test, derive(schemars::JsonSchema))]
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
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
struct WebPageRecord {
    /// Address of the page.
    record_url: Unused<Text>,
    /// ID of the recording.
    record_task_id: Unused<Text>,
}

/// What is stored about a media file, in our words.
#[derive(Debug, Default)]
pub(crate) struct Stored {
    pub(crate) media: Media,
    /// What sort of file it is.
    pub(crate) role: Role,
    /// Its cover.
    pub(crate) cover: Option<Output>,
    /// When it was created.
    pub(crate) created_at: Option<Timestamp>,
    /// What the customer attached to the upload.
    pub(crate) user_data: Option<Box<RawValue>>,
}

impl MediaBasicInfo {
    /// What older events say of a file: its name, where it is, and where its cover is.
    pub(crate) fn new(name: Text, media_url: Text, cover_url: Text) -> Self {
        Self { name, cover_url, media_url, ..Self::default() }
    }

    pub(crate) fn stored(mut self, meta_data: One<MediaMetaData>) -> Stored {
        while let Some(deeper) = self.media_basic_info.0.take() {
            self = *deeper;
        }
        let role = match self.category.as_deref() {
            Some("Video") => Role::Video,
            Some("Audio") => Role::Audio,
            Some("Image") => Role::Image,
            _ => role_of(&self.media_url, Role::Video),
        };
        let media = meta_data.or_default().media();
        let format = media.format.or(self.r#type.0);
        let expires_at = expiry(self.expire_time, UnixTime::default());
        let source = self.source_info.or_default();
        Stored {
            media: Media { title: self.name.0, url: self.media_url.0, format, expires_at, ..media },
            role,
            cover: file_at(Role::Image, self.cover_url),
            created_at: self.create_time.0,
            user_data: customers_own(&source.source_type, source.source_context),
        }
    }
}

/// The context of an upload, where it is the customer's: that of a live recording is the stream's.
pub(crate) fn customers_own(source_type: &Text, context: UserData) -> Option<Box<RawValue>> {
    context.0.filter(|_| source_type.as_deref() != Some("Record"))
}
