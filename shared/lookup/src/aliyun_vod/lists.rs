//! What ended: no list has the jobs of the account, so the media of a time are listed, and for each its jobs; and live recordings.

use callbacks::{Kind, NaturalKey, Product};
use jiff::Timestamp;
use serde_json::Value;
use vendor_api::seconds;

use super::members::{ai_event, ai_jobs, stream, stream_ids, streams};
use super::{AUDIT, JOB_IDS, Vod};
use crate::aliyun::{Object, list, listed, text, time};
use crate::answer::{Finished, Listed, Page, Window};
use crate::choice::Choice;
use crate::error::{Error, undocumented};
use crate::listed::FILE_UPLOAD;
use crate::pace::Asking;

/// Each type of media. Fewer rows where each is asked about, so that a page takes less than half a minute.
const SEARCHES: [Search; 4] = [
    Search { r#type: "video", size: 20, media: "/Video", upload: FILE_UPLOAD, is_played: true },
    Search { r#type: "audio", size: 20, media: "/Audio", upload: FILE_UPLOAD, is_played: true },
    Search { r#type: "image", size: 100, media: "/Image", upload: "ImageUploadComplete", is_played: false },
    Search {
        r#type: "attached",
        size: 100,
        media: "/AttachedMedia",
        upload: "AttachedMediaUploadComplete",
        is_played: false,
    },
];

/// The most media that one search gives, on all of its pages.
pub(super) const MOST_MEDIA: usize = 5000;

/// The most pages that one search gives by their numbers.
const MOST_PAGES: usize = 200;

/// The lists: the searches, and that of live recordings after them.
const LISTS: usize = SEARCHES.len() + 1;

/// The most tasks of a page of `ListTranscodeTask`. A video that had more in one window is not looked at any further.
const TASKS: &str = "50";

/// The search for a type of media.
#[derive(Debug)]
pub(super) struct Search {
    r#type: &'static str,
    /// The rows of a page.
    size: usize,
    /// Where a row has what was found.
    pub(super) media: &'static str,
    /// The event of an upload.
    pub(super) upload: &'static str,
    /// Whether they are videos, or sound: each has jobs, a source, and details of its upload.
    pub(super) is_played: bool,
}

impl Vod {
    pub(crate) async fn finished(
        &self,
        window: Window,
        choice: &Choice,
        page: Page,
        asking: Asking<'_>,
    ) -> Result<Finished, Error> {
        let Some(search) = SEARCHES.get(page.list) else {
            // The list takes a right of its own.
            let is_chosen = choice.has_kind(Product::AliyunVod, Kind::Live);
            let nothing = Finished { jobs: Vec::new(), next: None };
            return if is_chosen { self.recordings(window, page, asking).await } else { Ok(nothing) };
        };
        let since = page.since.unwrap_or_else(|| window.created_since());
        let number: usize = page.token.as_ref().and_then(|token| token.parse().ok()).unwrap_or(1);
        let times = format!("CreationTime = ['{}','{}']", seconds(since), seconds(window.until));
        let (number_text, size) = (number.to_string(), search.size.to_string());
        let parameters = [
            ("SearchType", search.r#type),
            // By itself the search gives ids, times of creation and types.
            ("Fields", if search.is_played { "Status,MediaSource" } else { "Status" }),
            ("Match", &times),
            ("SortBy", "CreationTime:Asc"),
            ("PageNo", &number_text),
            ("PageSize", &size),
        ];
        let answer = self.api.call("SearchMedia", &parameters, asking).await?;
        let rows = list(&answer, "/MediaList");
        let mut jobs = self.uploads(search, rows, window, choice, asking).await?;
        for row in rows.iter().filter(|_| search.is_played) {
            let id = text(row, "/MediaId");
            jobs.extend(self.transcoded(id, window, asking).await?);
            jobs.extend(self.found_out(id, window, asking).await?);
        }
        if rows.len() < search.size {
            return Ok(Finished::new(jobs, &page, None, LISTS));
        }
        let here = Page { since: Some(since), ..page };
        if number < MOST_PAGES.min(MOST_MEDIA / search.size) {
            return Ok(Finished::new(jobs, &here, Some((number + 1).to_string()), LISTS));
        }
        // The vendor gives no more of this search: the next one begins with the last of the media.
        let last = rows.last().and_then(|row| time(row, "/CreationTime")).filter(|last| *last > since);
        let last = last.ok_or_else(|| undocumented("expected media of several seconds"))?;
        Ok(Finished { jobs, next: Some(Page { token: None, since: Some(last), ..here }) })
    }

    /// The tasks of a video, and the streams of each.
    async fn transcoded(&self, id: &str, window: Window, asking: Asking<'_>) -> Result<Vec<Listed>, Error> {
        let (start, end) = (seconds(window.created_since()), seconds(window.until));
        let parameters = [("VideoId", id), ("StartTime", &start), ("EndTime", &end), ("PageSize", TASKS)];
        let Some(answer) = self.api.find("ListTranscodeTask", &parameters, asking).await? else {
            return Ok(Vec::new());
        };
        let mut found = Vec::new();
        for task in list(&answer, "/TranscodeTaskList") {
            let ended_at = time(task, "/CompleteTime");
            if !text(task, "/TaskStatus").starts_with("Complete") || !window.has(ended_at) {
                continue;
            }
            let task = [("TranscodeTaskId", text(task, "/TranscodeTaskId"))];
            let answer = self.api.find("GetTranscodeTask", &task, asking).await?.unwrap_or_default();
            let jobs = list(&answer, "/TranscodeTask/TranscodeJobInfoList");
            for job in jobs {
                let ids = stream_ids(std::slice::from_ref(job));
                found.extend(self.told("StreamTranscodeComplete", ids, id, stream(job), ended_at));
            }
            found.extend(self.told("TranscodeComplete", stream_ids(jobs), id, streams(jobs), ended_at));
        }
        Ok(found)
    }

    /// The end of a job of a video, with these members of its callback.
    fn told(
        &self,
        end: &str,
        ids: Vec<String>,
        video: &str,
        members: Object,
        ended_at: Option<Timestamp>,
    ) -> Option<Listed> {
        let key = NaturalKey::new(Product::AliyunVod, end, ids)?;
        listed(key, ended_at, self.of_video(end, video, members, ended_at))
    }

    /// What machines found out about media. The list does not say what sort of job each is.
    async fn found_out(&self, id: &str, window: Window, asking: Asking<'_>) -> Result<Vec<Listed>, Error> {
        let parameters = [("MediaId", id), ("JobType", "ai")];
        let Some(answer) = self.api.find("ListJobInfo", &parameters, asking).await? else { return Ok(Vec::new()) };
        let has_ended = |job: &&Value| {
            let status = text(job, "/Status").to_ascii_lowercase();
            ["success", "fail"].contains(&status.as_str()) && window.has(time(job, "/CompleteTime"))
        };
        let ids: Vec<&str> =
            list(&answer, "/JobInfoList").iter().filter(has_ended).map(|job| text(job, "/JobId")).collect();
        let mut found = Vec::new();
        for ids in ids.chunks(JOB_IDS) {
            let answer = self.api.find("ListAIJob", &[("JobIds", &ids.join(","))], asking).await?.unwrap_or_default();
            for id in ids {
                found.extend(match ai_jobs(&answer).iter().find(|job| text(job, "/JobId") == *id) {
                    Some(job) => ai_event(job).and_then(|end| self.ai_listed(end, id, job)),
                    // The jobs of automatic reviews have an action of their own.
                    None => self.audited(id, asking).await?,
                });
            }
        }
        Ok(found)
    }

    /// What a job of a list found out.
    fn ai_listed(&self, end: &str, id: &str, job: &Value) -> Option<Listed> {
        let key = NaturalKey::new(Product::AliyunVod, end, [id.to_owned()])?;
        listed(key, time(job, "/CompleteTime"), self.ai_answer(end, job))
    }

    async fn audited(&self, id: &str, asking: Asking<'_>) -> Result<Option<Listed>, Error> {
        let answer = self.audit(id, asking).await?;
        let job = answer.as_ref().and_then(|answer| answer.get("MediaAuditJob"));
        Ok(job.and_then(|job| self.ai_listed(AUDIT, id, job)))
    }
}
