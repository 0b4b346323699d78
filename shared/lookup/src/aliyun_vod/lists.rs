//! What ended: no list has the jobs of the account, so the media of a time are listed, and for each its jobs.

use callbacks::{NaturalKey, Product};
use jiff::Timestamp;
use serde_json::Value;

use super::members::{ai_event, ai_jobs, stream, stream_ids, streams, upload_status};
use super::{AUDIT, JOB_IDS, Vod};
use crate::aliyun::{Object, list, listed, seconds, text, time};
use crate::answer::{Finished, Listed, Page, Window};
use crate::error::{Error, undocumented};
use crate::pace::Asking;

/// Each type of media: the search for it, where a row has it, the event of its upload, and the rows of a page. Fewer where each row is asked
/// about, so that a page takes less than half a minute.
const SEARCHES: [Search; 4] = [
    Search { r#type: "video", media: "/Video", end: "FileUploadComplete", size: 20, has_jobs: true },
    Search { r#type: "audio", media: "/Audio", end: "FileUploadComplete", size: 20, has_jobs: true },
    Search { r#type: "image", media: "/Image", end: "ImageUploadComplete", size: 100, has_jobs: false },
    Search {
        r#type: "attached",
        media: "/AttachedMedia",
        end: "AttachedMediaUploadComplete",
        size: 100,
        has_jobs: false,
    },
];

/// The most media that one search gives, on all of its pages.
const MOST_MEDIA: usize = 5000;

/// The most tasks of a page of `ListTranscodeTask`. A video that had more in one window is not looked at any further.
const TASKS: &str = "50";

#[derive(Debug)]
struct Search {
    r#type: &'static str,
    media: &'static str,
    end: &'static str,
    size: usize,
    has_jobs: bool,
}

impl Vod {
    pub(crate) async fn finished(&self, window: Window, page: Page, asking: Asking<'_>) -> Result<Finished, Error> {
        let Some(search) = SEARCHES.get(page.list) else { return Ok(Finished { jobs: Vec::new(), next: None }) };
        let since = page.since.unwrap_or_else(|| window.created_since());
        let number: usize = page.token.as_ref().and_then(|token| token.parse().ok()).unwrap_or(1);
        let times = format!("CreationTime = ['{}','{}']", seconds(since), seconds(window.until));
        let (number_text, size) = (number.to_string(), search.size.to_string());
        let parameters = [
            ("SearchType", search.r#type),
            ("Match", &times),
            ("SortBy", "CreationTime:Asc"),
            ("PageNo", &number_text),
            ("PageSize", &size),
        ];
        let answer = self.api.call("SearchMedia", &parameters, asking).await?;
        let rows = list(&answer, "/MediaList");
        let mut jobs = Vec::new();
        for row in rows {
            let id = text(row, "/MediaId");
            jobs.extend(uploaded(search, row));
            if search.has_jobs {
                jobs.extend(self.transcoded(id, window, asking).await?);
                jobs.extend(self.found_out(id, window, asking).await?);
            }
        }
        if rows.len() < search.size {
            return Ok(Finished::new(jobs, &page, None, SEARCHES.len()));
        }
        let here = Page { since: Some(since), ..page };
        if (number + 1) * search.size <= MOST_MEDIA {
            return Ok(Finished::new(jobs, &here, Some((number + 1).to_string()), SEARCHES.len()));
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
                found.extend(self.told("StreamTranscodeComplete", ids, id, stream(job)?, ended_at));
            }
            found.extend(self.told("TranscodeComplete", stream_ids(jobs), id, streams(jobs)?, ended_at));
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

/// The upload of media that came by one. When it ended, no list says: the time is when it began.
fn uploaded(search: &Search, row: &Value) -> Option<Listed> {
    let media = row.pointer(search.media)?;
    // What was recorded from a live stream, or edited, has an event of its own.
    let is_upload = matches!(text(media, "/MediaSource"), "general" | "short_video" | "");
    let has_come = upload_status(media).is_ok_and(|status| status == Some("success"));
    let key = NaturalKey::new(Product::AliyunVod, search.end, [text(row, "/MediaId").to_owned()]);
    let key = key.filter(|_| is_upload && has_come)?;
    Some(Listed { key, ended_at: time(row, "/CreationTime"), ended: None })
}
