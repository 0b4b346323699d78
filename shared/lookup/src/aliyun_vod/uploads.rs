//! Which of the media that a search found came by an upload, and when the upload ended.

use std::collections::HashMap;

use callbacks::{NaturalKey, Product};
use jiff::Timestamp;
use serde_json::Value;

use super::Vod;
use super::lists::Search;
use super::members::upload_status;
use crate::aliyun::{list, text, time};
use crate::answer::{Listed, Window};
use crate::choice::Choice;
use crate::error::Error;
use crate::pace::Asking;

/// The sources of media that were uploaded, or fetched from a URL, or registered: which of them, no answer tells. What an editing job
/// made, and live recordings, have sources of their own.
///
/// <https://www.alibabacloud.com/help/en/vod/developer-reference/protocol-for-media-asset-search>
const UPLOADED: [&str; 2] = ["general", "short_video"];

impl Vod {
    /// The uploads of a page of a search that ended in the window. Where nothing tells when one ended, it is the time when it began.
    pub(super) async fn uploads(
        &self,
        search: &Search,
        rows: &[Value],
        window: Window,
        choice: &Choice,
        asking: Asking<'_>,
    ) -> Result<Vec<Listed>, Error> {
        let key = |row| NaturalKey::new(Product::AliyunVod, search.upload, [text(row, "/MediaId").to_owned()]);
        let rows = rows.iter().filter(|row| has_come(search, row));
        let uploads: Vec<(NaturalKey, &Value)> = rows.filter_map(|row| Some((key(row)?, row))).collect();
        // The details take a right of their own.
        let is_asked = search.is_played && uploads.first().is_some_and(|(key, _)| choice.may_look_for(key));
        let completed = if is_asked { self.completed(&uploads, asking).await? } else { HashMap::new() };
        let listed = |(key, row): (NaturalKey, &Value)| {
            let ended_at = time(row, "/CreationTime").max(completed.get(text(row, "/MediaId")).copied());
            window.has(ended_at).then_some(Listed { key, ended_at, ended: None })
        };
        Ok(uploads.into_iter().filter_map(listed).collect())
    }

    /// When these uploads were complete. The vendor tells it of those by its console, and by upload SDKs that report it.
    ///
    /// <https://www.alibabacloud.com/help/en/vod/developer-reference/api-vod-2017-03-21-getuploaddetails>
    async fn completed(
        &self,
        uploads: &[(NaturalKey, &Value)],
        asking: Asking<'_>,
    ) -> Result<HashMap<String, Timestamp>, Error> {
        let ids: Vec<&str> = uploads.iter().map(|(_, row)| text(row, "/MediaId")).collect();
        let parameters = [("MediaIds", ids.join(",")), ("MediaType", "video".to_owned())];
        let parameters = parameters.each_ref().map(|(name, value)| (*name, value.as_str()));
        let answer = self.api.find("GetUploadDetails", &parameters, asking).await?.unwrap_or_default();
        let completed = |detail: &Value| Some((text(detail, "/MediaId").to_owned(), time(detail, "/CompletionTime")?));
        Ok(list(&answer, "/UploadDetails").iter().filter_map(completed).collect())
    }
}

/// Whether the media of a row are there, and came as those do that are uploaded.
fn has_come(search: &Search, row: &Value) -> bool {
    let Some(media) = row.pointer(search.media) else { return false };
    let is_uploaded = !search.is_played || UPLOADED.contains(&text(media, "/MediaSource"));
    is_uploaded && upload_status(media).is_ok_and(|status| status == Some("success"))
}
