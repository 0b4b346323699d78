//! Live recordings that became videos: their list is of all of the account.

use callbacks::{NaturalKey, Product};
use jiff::Timestamp;
use serde_json::Value;
use vendor_api::seconds;

use super::Vod;
use super::lists::MOST_MEDIA;
use super::members::{RECORDING, upload_status};
use crate::aliyun::{list, listed, pick, text, time};
use crate::answer::{Answer, Finished, Listed, Page, Window};
use crate::error::{Error, undocumented};
use crate::pace::Asking;

/// The event of a live stream that was recorded as a video.
pub(super) const RECORDED: &str = "AddLiveRecordVideoComplete";

/// The rows of a page: the most.
const ROWS: usize = 100;

impl Vod {
    /// A page of the recordings that ended in a window, and what follows. The vendor lists them by when they began.
    ///
    /// <https://www.alibabacloud.com/help/en/vod/developer-reference/api-vod-2017-03-21-listliverecordvideo>
    pub(super) async fn recordings(&self, window: Window, page: Page, asking: Asking<'_>) -> Result<Finished, Error> {
        let since = page.since.unwrap_or_else(|| window.created_since());
        let (number, until) = page.token.as_deref().and_then(place).unwrap_or((1, window.until));
        let next = |since, number, until: Timestamp| {
            let token = Some(format!("{number} {}", until.as_second()));
            Some(Page { token, since: Some(since), ..page.clone() })
        };
        let (start, end) = (seconds(since), seconds(until));
        let (number_text, size) = (number.to_string(), ROWS.to_string());
        let parameters = [
            ("StartTime", start.as_str()),
            ("EndTime", &end),
            ("SortBy", "CreationTime:Asc"),
            ("PageNo", &number_text),
            ("PageSize", &size),
        ];
        let answer = self.api.call("ListLiveRecordVideo", &parameters, asking).await?;
        // The vendor gives no more of them: those of half the time are asked for.
        if number == 1 && total(&answer) > MOST_MEDIA {
            let half = until.duration_since(since) / 2;
            let until = since.saturating_add(half).unwrap_or(until);
            if until.as_second() == since.as_second() {
                return Err(undocumented("expected fewer than 5000 recordings that began in a second"));
            }
            return Ok(Finished { jobs: Vec::new(), next: next(since, 1, until) });
        }
        let rows = list(&answer, "/LiveRecordVideoList/LiveRecordVideo");
        let jobs = rows.iter().filter_map(|row| self.recording(row, window)).collect();
        let next = if rows.len() == ROWS && number < MOST_MEDIA / ROWS {
            next(since, number + 1, until)
        } else if until.as_second() < window.until.as_second() {
            next(until, 1, window.until)
        } else {
            None
        };
        Ok(Finished { jobs, next })
    }

    /// A recording of the list that ended in the window. When its video was added, the list does not say: the time is when the recording
    /// ended, or the video was created, whichever is later.
    fn recording(&self, row: &Value, window: Window) -> Option<Listed> {
        let key = NaturalKey::new(Product::AliyunVod, RECORDED, [text(row, "/Video/VideoId").to_owned()])?;
        let ended_at = time(row, "/RecordEndTime").max(time(row, "/Video/CreationTime"));
        let answer = self.recorded(row, ended_at);
        window.has(ended_at).then(|| listed(key, ended_at, answer))?
    }

    /// What a callback says of a recording, from a row that has it.
    fn recorded(&self, row: &Value, ended_at: Option<Timestamp>) -> Result<Answer, Error> {
        let Some(status) = row.pointer("/Video").map(upload_status).transpose()?.flatten() else {
            return Ok(Answer::Unknown);
        };
        let mut members = pick(row, RECORDING);
        members.insert("Status".to_owned(), status.into());
        self.api.answer(RECORDED, members, ended_at)
    }

    /// The recording that a video was made from. That it was, its source tells; the list cannot be asked about one video.
    pub(super) async fn recorded_as(&self, id: &str, asking: Asking<'_>) -> Result<Answer, Error> {
        let matched = format!("VideoId = '{id}'");
        let parameters = [("SearchType", "video"), ("Fields", "Status,MediaSource"), ("Match", matched.as_str())];
        let answer = self.api.call("SearchMedia", &parameters, asking).await?;
        let is_it = |row: &&Value| text(row, "/MediaId") == id && text(row, "/Video/MediaSource") == "live";
        match list(&answer, "/MediaList").iter().find(is_it) {
            Some(row) => self.recorded(row, time(row, "/CreationTime")),
            None => Ok(Answer::Unknown),
        }
    }
}

/// How many there are: a number, which samples have as a text.
fn total(answer: &Value) -> usize {
    let total = answer.get("Total").and_then(|total| total.as_u64().or_else(|| total.as_str()?.parse().ok()));
    total.and_then(|total| usize::try_from(total).ok()).unwrap_or_default()
}

/// The number of a page, and the end of the time that it is of.
fn place(token: &str) -> Option<(usize, Timestamp)> {
    let (number, until) = token.split_once(' ')?;
    Some((number.parse().ok()?, Timestamp::from_second(until.parse().ok()?).ok()?))
}
