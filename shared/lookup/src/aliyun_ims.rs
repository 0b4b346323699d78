//! Intelligent Media Services: one job by its id, and lists of jobs by when they were created.
//!
//! Each family of jobs has actions of its own. The members of the answers are those of the vendor's client
//! `alibabacloud_ice20201109` 6.20.2.
//!
//! <https://www.alibabacloud.com/help/en/ims/developer-reference/api-ice-2020-11-09-overview>

mod body;
mod families;

use callbacks::{NaturalKey, Product};
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;
use vendor_api::{Client, Endpoint, aliyun::ICE, seconds};

use crate::aliyun::{Api, Object, list, listed, text, time};
use crate::answer::{Answer, Finished, Listed, Page, Window};
use crate::error::Error;
use crate::pace::Asking;
use families::{FAMILIES, Family, LISTS, List, MEDIA, RECORDING, Row};

/// The most rows of a page.
const SIZE: &str = "100";

/// The rows of a page where each row's details are asked for: less than half a minute's requests.
const PARENTS: &str = "20";

/// The rows of a page of files of live recordings: the most.
const FILES: usize = 30;

/// The longest time of which one request may list jobs: of the actions that have a limit, the least.
const SPAN: SignedDuration = SignedDuration::from_hours(30 * 24);

/// The longest time of which one request may list files of live recordings.
const FILES_SPAN: SignedDuration = SignedDuration::from_hours(4 * 24);

/// The query API of a region.
#[derive(Debug)]
pub(crate) struct Ims {
    api: Api,
}

impl Ims {
    pub(crate) fn new(client: Client, endpoint: Endpoint, account: Option<String>) -> Self {
        Self { api: Api::new(Product::AliyunIms, ICE, client, endpoint, account) }
    }

    pub(crate) async fn job(&self, key: &NaturalKey, asking: Asking<'_>) -> Result<Answer, Error> {
        let Some(id) = key.ids().first() else { return Err(Error::NotAskable(key.end())) };
        match key.end() {
            RECORDING => self.recording(key, id, asking).await,
            "DeleteMediaComplete" => self.deletion(id, asking).await,
            end if MEDIA.contains(&end) => self.media(end, id, asking).await,
            end => {
                let family = family(end).ok_or(Error::NotAskable(end))?;
                self.of_family(family, key, id, asking).await
            }
        }
    }

    async fn of_family(
        &self,
        family: &Family,
        key: &NaturalKey,
        id: &str,
        asking: Asking<'_>,
    ) -> Result<Answer, Error> {
        let (action, parameter) = family.action;
        let answer = self.api.find(action, &[(parameter, id)], asking).await?;
        let job = answer.as_ref().and_then(|answer| answer.pointer(family.job));
        match job.filter(|job| job.as_object().is_some_and(|job| !job.is_empty())) {
            Some(job) => self.job_answer(family, key, job),
            None => Ok(Answer::Unknown),
        }
    }

    /// What the details of a job say of the end that the key names.
    fn job_answer(&self, family: &Family, key: &NaturalKey, job: &Value) -> Result<Answer, Error> {
        let Some(body) = body::of_job(family, key, job)? else { return Ok(Answer::Unknown) };
        self.api.answer(family.end, body, time(job, family.ended_at))
    }

    async fn media(&self, end: &'static str, id: &str, asking: Asking<'_>) -> Result<Answer, Error> {
        let Some(info) = self.media_info(id, asking).await? else { return Ok(Answer::Unknown) };
        self.api.answer(end, body::of_media(end, &info)?, time(&info, "/MediaBasicInfo/CreateTime"))
    }

    /// The vendor tells only that there are no such media, and not that there were: of media that are there, a file may be gone.
    async fn deletion(&self, id: &str, asking: Asking<'_>) -> Result<Answer, Error> {
        const END: &str = "DeleteMediaComplete";
        if self.media_info(id, asking).await?.is_some() {
            return Err(Error::NotAskable(END));
        }
        let body = Object::from_iter([("MediaId".to_owned(), id.into()), ("Status".to_owned(), "Success".into())]);
        self.api.answer(END, body, None)
    }

    async fn media_info(&self, id: &str, asking: Asking<'_>) -> Result<Option<Value>, Error> {
        // Callbacks have the addresses of the storage, and not of the network that delivers.
        let answer = self.api.find("GetMediaInfo", &[("MediaId", id), ("OutputType", "oss")], asking).await?;
        let info = answer.and_then(|mut answer| answer.get_mut("MediaInfo").map(Value::take));
        Ok(info.filter(|info| !text(info, "/MediaBasicInfo/Status").is_empty()))
    }

    async fn recording(&self, key: &NaturalKey, job: &str, asking: Asking<'_>) -> Result<Answer, Error> {
        let mut number = 1;
        loop {
            let answer = self.files(&[("JobIds.1", job), ("SortBy", "desc")], number, asking).await?;
            let files = list(&answer, "/Files");
            let is_it = |file: &&Value| recording_key(file).as_ref() == Some(key);
            if let Some(file) = files.iter().find(is_it) {
                return self.recording_answer(file);
            }
            if files.len() < FILES {
                return Ok(Answer::Unknown);
            }
            number += 1;
        }
    }

    fn recording_answer(&self, file: &Value) -> Result<Answer, Error> {
        self.api.answer(RECORDING, body::of_recording(file), created(file))
    }

    async fn files(&self, own: &[(&str, &str)], number: usize, asking: Asking<'_>) -> Result<Value, Error> {
        let (number, size) = (number.to_string(), FILES.to_string());
        let mut parameters = own.to_vec();
        parameters.extend([("PageNo", number.as_str()), ("PageSize", &size)]);
        self.api.call("ListLiveRecordFiles", &parameters, asking).await
    }

    pub(crate) async fn finished(&self, window: Window, page: Page, asking: Asking<'_>) -> Result<Finished, Error> {
        match LISTS.get(page.list) {
            Some(list) => self.jobs(list, window, &page, asking).await,
            None => self.recordings(window, &page, asking).await,
        }
    }

    async fn jobs(&self, of: &List, window: Window, page: &Page, asking: Asking<'_>) -> Result<Finished, Error> {
        let first = window.created_since();
        let span = if of.times.is_some() { SPAN } else { SignedDuration::MAX };
        let part = Part::of(page, first, window.until, span);
        let (start, end) = (seconds(part.since), seconds(part.until));
        let [size, mark] = of.paging;
        let mut parameters = vec![(size, if of.row == Row::Parent { PARENTS } else { SIZE })];
        if let Some([from, until]) = of.times {
            parameters.extend([(from, start.as_str()), (until, &end)]);
        }
        parameters.extend(of.order);
        parameters.extend(page.token.as_deref().map(|token| (mark, token)));
        let answer = self.api.call(of.action, &parameters, asking).await?;
        let rows = list(&answer, of.rows);
        let mut jobs = Vec::new();
        for row in rows {
            jobs.extend(self.ends(of, row, window, asking).await?);
        }
        // Where no time can be asked for, the newest come first: what follows an older one than is wanted is older still.
        let is_past = of.times.is_none() && rows.last().and_then(created).is_some_and(|time| time < first);
        let token = text(&answer, &format!("/{mark}")).to_owned();
        Ok(part.finished(jobs, Some(token).filter(|token| !token.is_empty() && !is_past && !rows.is_empty())))
    }

    /// The ends that a row of a list tells of, if its job ended in the window.
    async fn ends(&self, of: &List, row: &Value, window: Window, asking: Asking<'_>) -> Result<Vec<Listed>, Error> {
        let ended_at = ended_at(row);
        let key = NaturalKey::new(Product::AliyunIms, of.end, [text(row, of.id).to_owned()]);
        let Some(key) = key.filter(|_| window.has(ended_at)) else { return Ok(Vec::new()) };
        match of.row {
            Row::Whole => Ok(self.told(key, ended_at, row).into_iter().collect()),
            _ if self.api.is_running(of.end, text(row, of.status)) => Ok(Vec::new()),
            Row::Brief => Ok(vec![Listed { key, ended_at, ended: None }]),
            Row::Parent => self.with_parts(key, ended_at, asking).await,
        }
    }

    /// What the details of a job in a list say of the end that the key names; `None` where that has not come.
    fn told(&self, key: NaturalKey, ended_at: Option<Timestamp>, job: &Value) -> Option<Listed> {
        let answer = self.job_answer(family(key.end())?, &key, job);
        listed(key, ended_at, answer)
    }

    /// A job, and all of its parts.
    async fn with_parts(
        &self,
        key: NaturalKey,
        ended_at: Option<Timestamp>,
        asking: Asking<'_>,
    ) -> Result<Vec<Listed>, Error> {
        let id = key.ids().first().cloned().unwrap_or_default();
        let answer = self.api.find("GetMediaConvertJob", &[("JobId", &id)], asking).await?;
        let Some(job) = answer.as_ref().and_then(|answer| answer.get("Job")) else {
            return Ok(vec![Listed { key, ended_at, ended: None }]);
        };
        let parts = body::parts(job).into_iter();
        let parts = parts.filter_map(|(end, part)| NaturalKey::new(Product::AliyunIms, end, [id.clone(), part]));
        Ok(parts.chain([key]).filter_map(|key| self.told(key, ended_at, job)).collect())
    }

    /// The files of live recordings. Each row is complete.
    async fn recordings(&self, window: Window, page: &Page, asking: Asking<'_>) -> Result<Finished, Error> {
        let part = Part::of(page, window.since, window.until, FILES_SPAN);
        let number: usize = page.token.as_ref().and_then(|token| token.parse().ok()).unwrap_or(1);
        let (start, end) = (seconds(part.since), seconds(part.until));
        let own = [("StartTime", start.as_str()), ("EndTime", &end), ("SortBy", "asc")];
        let answer = self.files(&own, number, asking).await?;
        let files = list(&answer, "/Files");
        let told = |file: &Value| {
            let ended_at = created(file);
            let key = recording_key(file).filter(|_| window.has(ended_at))?;
            listed(key, ended_at, self.recording_answer(file))
        };
        let jobs = files.iter().filter_map(told).collect();
        Ok(part.finished(jobs, (files.len() == FILES).then(|| (number + 1).to_string())))
    }
}

/// A part of a window, as long as one request may list, and where the page that was asked for is.
#[derive(Debug)]
struct Part<'p> {
    page: &'p Page,
    since: Timestamp,
    until: Timestamp,
    end: Timestamp,
}

impl<'p> Part<'p> {
    /// The part of what lies between `since` and `end` that a page is of.
    fn of(page: &'p Page, since: Timestamp, end: Timestamp, span: SignedDuration) -> Self {
        let since = page.since.unwrap_or(since);
        Self { page, since, until: since.saturating_add(span).unwrap_or(end).min(end), end }
    }

    /// A page, and what follows: the next page, else the next part, else the next list.
    fn finished(&self, jobs: Vec<Listed>, token: Option<String>) -> Finished {
        if token.is_none() && self.until < self.end {
            let next = Page { list: self.page.list, token: None, since: Some(self.until) };
            return Finished { jobs, next: Some(next) };
        }
        Finished::new(jobs, &Page { since: Some(self.since), ..self.page.clone() }, token, LISTS.len() + 1)
    }
}

fn family(end: &str) -> Option<&'static Family> {
    FAMILIES.iter().find(|family| family.end == end)
}

fn recording_key(file: &Value) -> Option<NaturalKey> {
    let ids = ["/JobId", "/RecordId"].map(|pointer| text(file, pointer).to_owned());
    NaturalKey::new(Product::AliyunIms, RECORDING, ids)
}

/// When a job of a list was created.
fn created(row: &Value) -> Option<Timestamp> {
    time(row, "/CreateTime")
}

/// When a job of a list ended, which the families name differently.
fn ended_at(row: &Value) -> Option<Timestamp> {
    ["/FinishTime", "/CompleteTime", "/ModifiedTime"].iter().find_map(|pointer| time(row, pointer))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every sort of end is asked about in one way, or in none, and a table says which.
    #[test]
    fn every_end_is_asked_about_or_cannot_be() {
        let is_asked = |end: &str| {
            let rows = FAMILIES.iter().filter(|family| family.end == end).count();
            let of_media = usize::from(MEDIA.contains(&end));
            assert!(rows + of_media <= 1, "{end}");
            rows + of_media == 1 || [RECORDING, "DeleteMediaComplete"].contains(&end)
        };
        let others: Vec<&str> = NaturalKey::ends(Product::AliyunIms).filter(|end| !is_asked(end)).collect();
        // An automatic review has no documented query; of a part of a job of `SubmitTranscodeJob` the key lacks the whole.
        assert_eq!(others, ["AIMediaAuditComplete", "TranscodeComplete"]);
        for family in FAMILIES {
            assert!(NaturalKey::ends(Product::AliyunIms).any(|end| end == family.end), "{}", family.end);
        }
        for list in LISTS {
            assert!(family(list.end).is_some(), "{}", list.action);
        }
    }

    fn time(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn a_window_is_listed_in_parts() {
        let (since, end) = (time("2026-01-01T00:00:00Z"), time("2026-01-10T00:00:00Z"));
        let mut page = Page { list: LISTS.len(), ..Page::default() };
        let mut parts = Vec::new();
        loop {
            let part = Part::of(&page, since, end, FILES_SPAN);
            parts.push((part.since, part.until));
            // Each part has a second page.
            let token = page.token.is_none().then(|| "2".to_owned());
            match part.finished(Vec::new(), token).next {
                Some(next) => page = next,
                None => break,
            }
        }
        let expected = [since, time("2026-01-05T00:00:00Z"), time("2026-01-09T00:00:00Z"), end];
        let expected: Vec<(Timestamp, Timestamp)> =
            expected.windows(2).flat_map(|times| [(times[0], times[1]); 2]).collect();
        assert_eq!(parts, expected);
    }
}
