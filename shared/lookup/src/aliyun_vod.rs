//! `ApsaraVideo` VOD: one job by its id, the state of media, and the media of a time with their jobs.
//!
//! The members of the answers are those of the vendor's client `alibabacloud_vod20170321` 3.12.1.
//!
//! <https://www.alibabacloud.com/help/en/vod/developer-reference/api-vod-2017-03-21-overview>

mod lists;
mod members;
mod recordings;
mod uploads;

use callbacks::{NaturalKey, Product};
use jiff::Timestamp;
use serde_json::{Value, json};
use vendor_api::{Client, Endpoint, aliyun::VOD};

use crate::aliyun::{Api, Members, Object, RUN, list, pick, text, time, url_upload_status};
use crate::answer::Answer;
use crate::error::{Error, undocumented};
use crate::listed::FILE_UPLOAD;
use crate::pace::Asking;
use members::{
    AI, ATTACHED, IMAGE, PROPERTIES, REFRESH, URL, VIDEO, ai_jobs, is_running, passed_along, stream, streams,
    upload_status,
};
use recordings::RECORDED;

/// The most ids of jobs that one request may name.
const JOB_IDS: usize = 10;

/// The event of an automatic review.
const AUDIT: &str = "AIMediaAuditComplete";

/// The types of snapshots, each of which is a list of its own.
const SNAPSHOTS: [&str; 4] = ["CoverSnapshot", "NormalSnapshot", "SpriteSnapshot", "WebVttSnapshot"];

/// The query API of a region.
#[derive(Debug)]
pub(crate) struct Vod {
    api: Api,
}

impl Vod {
    pub(crate) fn new(client: Client, endpoint: Endpoint, account: Option<String>) -> Self {
        Self { api: Api::new(Product::AliyunVod, VOD, client, endpoint, account) }
    }

    pub(crate) async fn job(&self, key: &NaturalKey, asking: Asking<'_>) -> Result<Answer, Error> {
        let (end, ids) = (key.end(), key.ids());
        let Some(id) = ids.first() else { return Err(Error::NotAskable(end)) };
        match end {
            "StreamTranscodeComplete" | "TranscodeComplete" => self.transcode(end, ids, asking).await,
            RECORDED => self.recorded_as(id, asking).await,
            "SnapshotComplete" => self.snapshots(ids, asking).await,
            "WorkflowTaskComplete" => self.workflow(id, asking).await,
            AUDIT => {
                let answer = self.audit(id, asking).await?;
                let job = answer.as_ref().and_then(|answer| answer.get("MediaAuditJob"));
                job.map_or(Ok(Answer::Unknown), |job| self.ai_answer(AUDIT, job))
            }
            "AIVideoCensorComplete" | "AIMediaDNAComplete" | "AIVideoTagComplete" => {
                let answer = self.api.find("ListAIJob", &[("JobIds", id)], asking).await?.unwrap_or_default();
                let job = ai_jobs(&answer).iter().find(|job| text(job, "/JobId") == id);
                job.map_or(Ok(Answer::Unknown), |job| self.ai_answer(end, job))
            }
            "UploadByURLComplete" => self.url_upload(id, asking).await,
            "SubmitMediaRefreshComplete" => self.refresh(id, asking).await,
            "DeleteMediaComplete" => self.deletion(id, asking).await,
            FILE_UPLOAD | "ImageUploadComplete" | "AttachedMediaUploadComplete" | "VideoAnalysisComplete" => {
                self.media(end, id, asking).await
            }
            // The storage class and what is restored are a state, and not which job ended; of an animated image the key lacks the video.
            end => Err(Error::NotAskable(end)),
        }
    }

    /// One stream of a video, or all.
    async fn transcode(&self, end: &str, ids: &[String], asking: Asking<'_>) -> Result<Answer, Error> {
        let mut jobs = Vec::new();
        for ids in ids.chunks(JOB_IDS) {
            let answer = self.api.find("GetTranscodeTask", &[("JobIds", &ids.join(","))], asking).await?;
            let answer = answer.unwrap_or_default();
            let found = list(&answer, "/TranscodeJobInfoList");
            let of_id = |id| found.iter().find(|job| text(job, "/TranscodeJobId") == id).cloned();
            // One that is not known is enough, so that a callback with many ids that somebody invented costs one request.
            let Some(found) = ids.iter().map(of_id).collect::<Option<Vec<Value>>>() else { return Ok(Answer::Unknown) };
            jobs.extend(found);
        }
        let Some(job) = jobs.first() else { return Ok(Answer::Unknown) };
        if jobs.iter().any(is_running) {
            return Ok(Answer::Running);
        }
        let members = if end == "TranscodeComplete" { streams(&jobs) } else { stream(job) };
        // Which video it is, another action tells.
        let detail = self.detail(text(job, "/TranscodeJobId"), "transcode", asking).await?;
        let detail = detail.ok_or_else(|| undocumented("expected details of a job that is known"))?;
        self.of_video(end, text(&detail, "/VideoId"), members, time(job, "/CompleteTime"))
    }

    /// What a callback about a video with these members says.
    fn of_video(
        &self,
        end: &str,
        video: &str,
        mut members: Object,
        ended_at: Option<Timestamp>,
    ) -> Result<Answer, Error> {
        members.insert("VideoId".to_owned(), video.into());
        self.api.answer(end, members, ended_at)
    }

    /// The details of a job; `None` where the vendor does not know of it.
    async fn detail(&self, id: &str, r#type: &str, asking: Asking<'_>) -> Result<Option<Value>, Error> {
        let answer = self.api.find("GetJobDetail", &[("JobId", id), ("JobType", r#type)], asking).await?;
        let member = match r#type {
            "workflow" => "/WorkflowTaskDetail",
            "snapshot" => "/SnapshotJobDetail",
            _ => "/TranscodeJobDetail",
        };
        let detail = answer.and_then(|mut answer| answer.pointer_mut(member).map(Value::take));
        Ok(detail.filter(|detail| detail.as_object().is_some_and(|detail| !detail.is_empty())))
    }

    async fn workflow(&self, id: &str, asking: Asking<'_>) -> Result<Answer, Error> {
        let Some(detail) = self.detail(id, "workflow", asking).await? else { return Ok(Answer::Unknown) };
        self.api.answer("WorkflowTaskComplete", pick(&detail, RUN), time(&detail, "/FinishTime"))
    }

    /// The series of snapshots of a video. Their jobs tell what became of them, and the lists of the video where they are.
    async fn snapshots(&self, ids: &[String], asking: Asking<'_>) -> Result<Answer, Error> {
        let mut details = Vec::new();
        for id in ids {
            let Some(detail) = self.detail(id, "snapshot", asking).await? else { return Ok(Answer::Unknown) };
            details.push(detail);
        }
        let video = details.first().map_or("", |detail| text(detail, "/VideoId")).to_owned();
        let status = |detail: &Value| text(detail, "/Status").to_ascii_lowercase();
        if details.iter().any(|detail| status(detail) == "processing") {
            return Ok(Answer::Running);
        }
        let has_succeeded = details.iter().any(|detail| status(detail) == "success");
        let series = if has_succeeded { self.series(&video, asking).await? } else { Vec::new() };
        let info = |detail: &Value| {
            let id = text(detail, "/JobId");
            let mut info = series
                .iter()
                .find(|(_, of)| text(of, "/JobId") == id)
                .map(|(r#type, of)| {
                    let mut info = pick(of, &[("SnapshotRegular", "/Regular"), ("SnapshotCount", "/Total")]);
                    info.insert("SnapshotType".to_owned(), (*r#type).into());
                    info
                })
                .unwrap_or_default();
            info.insert("JobId".to_owned(), id.into());
            info.insert("Status".to_owned(), status(detail).into());
            Value::from(info)
        };
        let infos: Vec<Value> = details.iter().map(info).collect();
        let members = Object::from_iter([("SnapshotInfos".to_owned(), infos.into())]);
        let ended_at = details.iter().filter_map(|detail| time(detail, "/CompleteTime")).max();
        self.of_video("SnapshotComplete", &video, members, ended_at)
    }

    /// The newest series of snapshots of each type that a video has.
    async fn series(&self, video: &str, asking: Asking<'_>) -> Result<Vec<(&'static str, Value)>, Error> {
        let mut series = Vec::new();
        for r#type in SNAPSHOTS {
            let parameters = [("VideoId", video), ("SnapshotType", r#type), ("PageSize", "1")];
            let answer = self.api.find("ListSnapshots", &parameters, asking).await?;
            let found = answer.and_then(|mut answer| answer.get_mut("MediaSnapshot").map(Value::take));
            series.extend(found.map(|found| (r#type, found)));
        }
        Ok(series)
    }

    async fn audit(&self, id: &str, asking: Asking<'_>) -> Result<Option<Value>, Error> {
        self.api.find("GetAIMediaAuditJob", &[("JobId", id)], asking).await
    }

    fn ai_answer(&self, end: &str, job: &Value) -> Result<Answer, Error> {
        self.api.answer(end, pick(job, AI), time(job, "/CompleteTime"))
    }

    async fn url_upload(&self, id: &str, asking: Asking<'_>) -> Result<Answer, Error> {
        let answer = self.api.find("GetURLUploadInfos", &[("JobIds", id)], asking).await?.unwrap_or_default();
        let job = list(&answer, "/URLUploadInfoList").iter().find(|job| text(job, "/JobId") == id);
        let Some(job) = job else { return Ok(Answer::Unknown) };
        let mut members = pick(job, URL);
        members.extend(passed_along(job));
        members.insert("Status".to_owned(), url_upload_status(job)?.into());
        self.api.answer("UploadByURLComplete", members, time(job, "/CompleteTime"))
    }

    async fn refresh(&self, id: &str, asking: Asking<'_>) -> Result<Answer, Error> {
        let answer = self.api.find("GetMediaRefreshJobs", &[("MediaRefreshJobId", id)], asking).await?;
        let answer = answer.unwrap_or_default();
        let Some(job) = list(&answer, "/MediaRefreshJobs").first() else { return Ok(Answer::Unknown) };
        let mut members = pick(job, REFRESH);
        members.extend(passed_along(job));
        self.api.answer("SubmitMediaRefreshComplete", members, time(job, "/GmtModified"))
    }

    /// Media that are there have come, whatever event told it.
    async fn media(&self, end: &'static str, id: &str, asking: Asking<'_>) -> Result<Answer, Error> {
        let members: Members = match end {
            "ImageUploadComplete" => IMAGE,
            "AttachedMediaUploadComplete" => ATTACHED,
            "VideoAnalysisComplete" => PROPERTIES,
            _ => VIDEO,
        };
        let Some(media) = self.media_info(end, id, asking).await? else { return Ok(Answer::Unknown) };
        let Some(status) = upload_status(&media)? else { return Ok(Answer::Unknown) };
        let is_analysis = end == "VideoAnalysisComplete";
        let is_known = media.get("Duration").is_some_and(|duration| *duration != json!(0) && *duration != json!(""));
        let mut members = pick(&media, members);
        members.insert("Status".to_owned(), if is_analysis && !is_known { "processing" } else { status }.into());
        self.api.answer(end, members, time(&media, "/CreationTime"))
    }

    /// What the vendor has of media of the sort that an event is about.
    async fn media_info(&self, end: &str, id: &str, asking: Asking<'_>) -> Result<Option<Value>, Error> {
        let (action, parameter, found) = match end {
            "ImageUploadComplete" => ("GetImageInfos", "ImageIds", "/ImageInfo/0"),
            "AttachedMediaUploadComplete" => ("GetAttachedMediaInfo", "MediaIds", "/AttachedMediaList/0"),
            _ => ("GetMezzanineInfo", "VideoId", "/Mezzanine"),
        };
        let answer = self.api.find(action, &[(parameter, id)], asking).await?;
        let media = answer.and_then(|mut answer| answer.pointer_mut(found).map(Value::take));
        Ok(media.filter(Value::is_object))
    }

    /// The vendor tells only that there are no such media, and not that there were: of media that are there, a file may be gone.
    async fn deletion(&self, id: &str, asking: Asking<'_>) -> Result<Answer, Error> {
        const END: &str = "DeleteMediaComplete";
        for end in [FILE_UPLOAD, "ImageUploadComplete", "AttachedMediaUploadComplete"] {
            let media = self.media_info(end, id, asking).await?;
            if media.is_some_and(|media| text(&media, "/Status") != "Deleted") {
                return Err(Error::NotAskable(END));
            }
        }
        let members = Object::from_iter([("MediaId".to_owned(), id.into()), ("Status".to_owned(), "success".into())]);
        self.api.answer(END, members, None)
    }
}

#[cfg(test)]
mod tests {
    use callbacks::{Outcome, decode};

    use super::*;

    fn answer(json: &str) -> Value {
        serde_json::from_str(json).unwrap()
    }

    #[test]
    fn a_video_runs_as_long_as_a_stream_does() {
        for (words, expected) in [
            (&["TranscodeSuccess", "TranscodeSuccess"][..], Outcome::Succeeded),
            (&["TranscodeSuccess", "TranscodeFail"], Outcome::Partial),
            (&["TranscodeFail", "TranscodeFail"], Outcome::Failed),
            (&["TranscodeSuccess", "Transcoding"], Outcome::Running),
            (&["TranscodeCancelled"], Outcome::Canceled),
            (&["TranscodeSuccess", "Brand new"], Outcome::Unknown),
        ] {
            let jobs: Vec<Value> = words.iter().map(|word| json!({ "TranscodeJobStatus": word })).collect();
            let mut body = streams(&jobs);
            body.insert("EventType".to_owned(), "TranscodeComplete".into());
            let events = decode(Product::AliyunVod, Value::from(body).to_string().as_bytes(), Timestamp::UNIX_EPOCH);
            let outcomes: Vec<Outcome> = events.iter().map(|event| event.r#type.outcome).collect();
            assert_eq!(outcomes, [expected], "{words:?}");
            assert_eq!(jobs.iter().any(is_running), expected == Outcome::Running, "{words:?}");
        }
    }

    #[test]
    fn media_that_are_there_were_uploaded() {
        for (media, expected) in [
            (r#"{"Status":"Uploading"}"#, Some(Some("processing"))),
            (r#"{"Status":"UploadFail"}"#, Some(Some("fail"))),
            (r#"{"Status":"TranscodeFail"}"#, Some(Some("success"))),
            (r#"{"Status":"Deleted"}"#, Some(None)),
            ("{}", None),
        ] {
            assert_eq!(upload_status(&answer(media)).ok(), expected, "{media}");
        }
    }

    #[test]
    fn what_was_passed_along_is_a_part_of_the_user_data() {
        for (user_data, expected) in [
            (r#"{"MessageCallback":{},"Extend":{"a":1}}"#, Some(json!({ "a": 1 }))),
            (r#"{"Extend":"{\"a\":1}"}"#, Some(json!("{\"a\":1}"))),
            (r#"{"MessageCallback":{}}"#, None),
            ("no JSON", None),
        ] {
            let found = passed_along(&json!({ "UserData": user_data }));
            assert_eq!(found.map(|(_, value)| value), expected, "{user_data}");
        }
    }

    #[test]
    fn a_job_that_found_something_out_is_known_by_its_type() {
        let known: Vec<Option<&str>> = ["AIMediaDNA", "AIVideoTag", "AIVideoCensor", "Brand new"]
            .iter()
            .map(|r#type| members::ai_event(&json!({ "Type": r#type })))
            .collect();
        let expected = ["AIMediaDNAComplete", "AIVideoTagComplete", "AIVideoCensorComplete"].map(Some);
        assert_eq!(known, [&expected[..], &[None]].concat());
        let ends: Vec<&str> = NaturalKey::ends(Product::AliyunVod).collect();
        assert!(expected.iter().flatten().chain(&[AUDIT]).all(|end| ends.contains(end)));
    }
}
