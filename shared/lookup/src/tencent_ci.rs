//! Cloud Infinite: jobs by id and by tag, runs of workflows, content reviews by id.
//!
//! The answers have the callbacks' elements, with other things around them.
//!
//! <https://cloud.tencent.com/document/product/460/84766>, <https://cloud.tencent.com/document/api/436/120621>,
//! <https://cloud.tencent.com/document/api/436/113269>

use callbacks::{CloudEvent, NaturalKey, Product, decode};
use jiff::Timestamp;
use jiff::tz::{Offset, TimeZone};
use vendor_api::{ApiError, BucketApi, Client, Endpoint};

use crate::answer::{Answer, Ended, Finished, Listed, Page, Window};
use crate::configuration::CiBucket;
use crate::error::{Error, undocumented};
use crate::pace::Asking;
use crate::xml::{Element, children, elements};

/// Requests a second: less than half of the 50 that the vendor documents for its overseas zones; mainland China has 100.
pub(crate) const RATE: usize = 20;

/// The most rows of a page.
const SIZE: &str = "100";

const JOBS_DETAIL: &str = "JobsDetail";
const WORKFLOW_EXECUTION: &str = "WorkflowExecution";

/// Which queues the jobs of a tag are in, where it is not the one for media. The vendor's pages name the tags of each family;
/// where they disagree, both are asked.
const QUEUES: &[(&str, &[&str])] = &[
    ("SpeechRecognition", &["Speeching"]),
    ("Tts", &["Speeching"]),
    ("NoiseReduction", &["Speeching"]),
    ("SoundHound", &["Speeching"]),
    ("VocalScore", &["Speeching"]),
    ("VoiceSeparate", &["Speeching", "Transcoding"]),
    ("PicProcess", &["PicProcess"]),
    ("ImageInspect", &["PicProcess", "AIProcess"]),
    ("ImageOCR", &["AIProcess"]),
    ("Translation", &["AIProcess"]),
    ("WordsGeneralize", &["AIProcess"]),
    ("VideoTargetRec", &["AIProcess", "Transcoding"]),
    ("SegmentVideoBody", &["AIProcess", "Transcoding"]),
    ("DocAIGCMetadata", &["AIProcess", "DocProcess"]),
    ("DocProcess", &["DocProcess"]),
    ("DocWatermark", &["DocProcess", "FileProcess"]),
    ("FileHashCode", &["FileProcess"]),
    ("FileCompress", &["FileProcess"]),
    ("FileUncompress", &["FileProcess"]),
    ("Transcode", &["Transcoding", "SpeedTranscoding"]),
    ("HighSpeedHd", &["Transcoding", "SpeedTranscoding"]),
];

/// The queue of all other tags.
const MEDIA: &[&str] = &["Transcoding"];

/// The path of each family beside `/jobs`, by the first letter that its ids have in the vendor's samples.
const FAMILIES: [(char, &str); 5] =
    [('c', "pic_jobs"), ('a', "ai_jobs"), ('s', "asr_jobs"), ('d', "doc_jobs"), ('f', "file_jobs")];

/// The path of each sort of review. No list exists of any.
const REVIEWS: [(&str, &str); 6] = [
    ("ReviewImage", "image"),
    ("ReviewVideo", "video"),
    ("ReviewAudio", "audio"),
    ("ReviewText", "text"),
    ("ReviewDocument", "document"),
    ("ReviewHtml", "webpage"),
];

/// The query APIs of some buckets.
#[derive(Debug)]
pub(crate) struct Ci {
    buckets: Vec<(CiBucket, BucketApi)>,
    lists: Vec<List>,
}

/// A list to read: by tag and queue, or by workflow; with the number of its bucket.
#[derive(Debug)]
enum List {
    Jobs { bucket: usize, tag: String, queue: &'static str },
    Runs { bucket: usize, workflow: String },
}

impl Ci {
    pub(crate) fn new(
        client: &Client,
        buckets: Vec<CiBucket>,
        endpoint: Option<&Endpoint>,
        tags: &[String],
        workflows: &[String],
    ) -> Self {
        let api = |bucket: CiBucket| bucket.api(client, endpoint).map(|api| (bucket, api));
        let buckets: Vec<(CiBucket, BucketApi)> = buckets.into_iter().filter_map(api).collect();
        let mut lists = Vec::new();
        for bucket in 0..buckets.len() {
            for tag in tags {
                let queues = QUEUES.iter().find(|(known, _)| known == tag).map_or(MEDIA, |(_, queues)| queues);
                lists.extend(queues.iter().map(|queue| List::Jobs { bucket, tag: tag.clone(), queue }));
            }
            lists.extend(workflows.iter().map(|workflow| List::Runs { bucket, workflow: workflow.clone() }));
        }
        Self { buckets, lists }
    }

    pub(crate) async fn job(&self, key: &NaturalKey, asking: Asking<'_>) -> Result<Answer, Error> {
        let [id] = key.ids() else { return Err(Error::NotAskable(key.end())) };
        let is_its = |bucket: &CiBucket| {
            key.bucket()
                .is_none_or(|(name, region)| bucket.name == name && region.is_none_or(|region| region == bucket.region))
        };
        let mut asked = false;
        for (named, bucket) in self.buckets.iter().filter(|(bucket, _)| is_its(bucket)) {
            asked = true;
            match in_bucket(named, bucket, key.end(), id, asking).await? {
                // A callback of a workflow, or a short one of a review, may not tell its bucket.
                Answer::Unknown => {}
                answer => return Ok(answer),
            }
        }
        if asked { Ok(Answer::Unknown) } else { Err(Error::Bucket) }
    }

    pub(crate) async fn finished(&self, window: Window, page: Page, asking: Asking<'_>) -> Result<Finished, Error> {
        let Some(list) = self.lists.get(page.list) else { return Ok(Finished { jobs: Vec::new(), next: None }) };
        let (path, bucket, own) = match list {
            List::Jobs { bucket, tag, queue } => ("/jobs", *bucket, vec![("tag", tag.as_str()), ("queueType", *queue)]),
            List::Runs { bucket, workflow } => ("/workflowexecution", *bucket, vec![("workflowId", workflow.as_str())]),
        };
        let (named, answer) = self.page(path, bucket, own, window, &page, asking).await?;
        let children = children(&answer)?;
        let listed = |row: &Element<'_>| match list {
            List::Jobs { .. } => listed_job(row, named, window),
            List::Runs { .. } => listed_run(row, named),
        };
        let jobs = children.iter().filter_map(listed).collect();
        Ok(Finished::new(jobs, &page, token(&children), self.lists.len()))
    }

    /// A page of what was created in the window, or so long before it as a job may run.
    async fn page(
        &self,
        path: &str,
        bucket: usize,
        own: Vec<(&str, &str)>,
        window: Window,
        page: &Page,
        asking: Asking<'_>,
    ) -> Result<(&CiBucket, String), Error> {
        let (named, api) = self.buckets.get(bucket).ok_or(Error::Bucket)?;
        let (start, end) = (time(window.created_since()), time(window.until));
        let mut parameters = own;
        parameters.push(("states", "Success,Failed,Cancel"));
        parameters.extend([("startCreationTime", start.as_str()), ("endCreationTime", &end)]);
        parameters.extend([("orderByTime", "Asc"), ("size", SIZE)]);
        parameters.extend(page.token.as_deref().map(|token| ("nextToken", token)));
        let answer = asking.call(async |timeout| api.get(path, &parameters, asking.credentials, timeout).await).await?;
        Ok((named, answer))
    }
}

/// A job of a list, if it ended in the window. Each row is complete.
fn listed_job(row: &Element<'_>, bucket: &CiBucket, window: Window) -> Option<Listed> {
    if row.name != JOBS_DETAIL {
        return None;
    }
    let events = of_job(row.source, "TaskFinish");
    let [event] = events.as_slice() else { return None };
    let ended_at = event.data()?.job.as_ref()?.finished_at;
    let key = NaturalKey::of(event)?.in_bucket(&bucket.name, &bucket.region);
    window.has(ended_at).then_some(Listed { key, ended_at, ended: Some(Ended { events, is_due: is_due(row) }) })
}

/// A run of a list, which does not say when the run ended, nor what it did.
fn listed_run(row: &Element<'_>, bucket: &CiBucket) -> Option<Listed> {
    // The page on the list and the vendor's SDK name its rows differently.
    if !["WorkflowExecutionList", WORKFLOW_EXECUTION].contains(&row.name) {
        return None;
    }
    let members = elements(row.content).ok()?;
    let id = members.iter().find(|member| member.name == "RunId")?.text().to_owned();
    let key = NaturalKey::new(Product::TencentCi, "WorkflowFinish", [id])?;
    Some(Listed { key: key.in_bucket(&bucket.name, &bucket.region), ended_at: None, ended: None })
}

/// Asks one bucket about a job, run or review.
async fn in_bucket(
    named: &CiBucket,
    bucket: &BucketApi,
    end: &'static str,
    id: &str,
    asking: Asking<'_>,
) -> Result<Answer, Error> {
    let ask = async |path: String, read: &dyn Fn(&str) -> Result<Answer, Error>| match asking
        .call(async |timeout| bucket.get(&path, &[], asking.credentials, timeout).await)
        .await
    {
        Err(Error::Api(ApiError::Gone(_))) => Ok(Answer::Unknown),
        answer => read(&answer?),
    };
    match end {
        NaturalKey::JOB => {
            let answer = ask(format!("/jobs/{id}"), &|xml| job_answer(xml, "TaskFinish")).await?;
            let family = FAMILIES.iter().find(|(letter, _)| id.starts_with(*letter));
            let (Answer::Unknown, Some((_, family))) = (&answer, family) else { return Ok(answer) };
            // That one path knows the jobs of all families, no page says in so many words.
            ask(format!("/{family}/{id}"), &|xml| job_answer(xml, "TaskFinish")).await
        }
        "WorkflowStart" | "WorkflowFinish" => {
            ask(format!("/workflowexecution/{id}"), &|xml| run_answer(xml, end)).await
        }
        review => {
            let path = REVIEWS.iter().find(|(known, _)| *known == review).map(|(_, path)| path);
            let path = path.ok_or(Error::NotAskable(review))?;
            ask(format!("/{path}/auditing/{id}"), &|xml| job_answer(&in_its_bucket(xml, named), review)).await
        }
    }
}

/// What an answer about one job or review says.
fn job_answer(xml: &str, event: &str) -> Result<Answer, Error> {
    let children = children(xml)?;
    if let Some(job) = children.iter().find(|child| child.name == JOBS_DETAIL) {
        return Ok(match Answer::of(of_job(job.source, event)) {
            Answer::Ended(ended) => Answer::Ended(Ended { is_due: is_due(job), ..ended }),
            answer => answer,
        });
    }
    // Where no job is found there is a list of those that are not, or nothing.
    Ok(Answer::Unknown)
}

/// An answer about a review with the bucket in which it was found, which callbacks have and answers lack.
fn in_its_bucket(xml: &str, bucket: &CiBucket) -> String {
    let CiBucket { name, region } = bucket;
    let end = format!("<BucketId>{name}</BucketId><Region>{region}</Region></{JOBS_DETAIL}>");
    if xml.contains("<BucketId>") { xml.to_owned() } else { xml.replace(&format!("</{JOBS_DETAIL}>"), &end) }
}

/// Whether a callback was due for a job: not where its `CallBack` is `no`, which the vendor's pages on creating jobs have. No
/// page says that an answer repeats it; where it does not, nothing is known.
fn is_due(job: &Element<'_>) -> Option<bool> {
    let members = elements(job.content).unwrap_or_default();
    let operation = members.iter().find(|member| member.name == "Operation");
    let of_operation = operation.and_then(|operation| elements(operation.content).ok()).unwrap_or_default();
    let says_no = |member: &Element<'_>| member.name == "CallBack" && member.text() == "no";
    members.iter().chain(&of_operation).any(says_no).then_some(false)
}

/// What an answer about one run says. A run that began has done so, whatever became of it.
fn run_answer(xml: &str, event: &'static str) -> Result<Answer, Error> {
    let children = children(xml)?;
    let Some(run) = children.iter().find(|child| child.name == WORKFLOW_EXECUTION) else { return Ok(Answer::Unknown) };
    // The workflow's definition is no part of what happened.
    let members = elements(run.content)?;
    let kept: String = members.iter().filter(|member| member.name != "Topology").map(|member| member.source).collect();
    if kept.is_empty() {
        return Err(undocumented("expected a run with its members"));
    }
    let body = format!(
        "<Response><EventName>{event}</EventName><{WORKFLOW_EXECUTION}>{kept}</{WORKFLOW_EXECUTION}></Response>"
    );
    let events = events(&body);
    if event == "WorkflowStart" { Ok(Answer::Ended(Ended { events, is_due: None })) } else { Ok(Answer::of(events)) }
}

/// The events of a callback that reports this job.
fn of_job(job: &str, event: &str) -> Vec<CloudEvent> {
    events(&format!("<Response><EventName>{event}</EventName>{job}</Response>"))
}

fn events(body: &str) -> Vec<CloudEvent> {
    decode(Product::TencentCi, body.as_bytes(), Timestamp::now())
}

/// The mark of the next page, if any.
fn token(children: &[Element<'_>]) -> Option<String> {
    children.iter().find(|child| child.name == "NextToken").map(|token| token.text().to_owned())
}

/// A time as the vendor's lists take it: `2025-10-09T00:00:00+0800`.
fn time(time: Timestamp) -> String {
    let china = TimeZone::fixed(Offset::constant(8));
    time.to_zoned(china).strftime("%Y-%m-%dT%H:%M:%S%z").to_string()
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    /// The samples of callbacks in XML, in which an answer of the API has the same elements.
    fn samples() -> Vec<(String, String)> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../callbacks/testdata/tencent-ci");
        let mut samples = Vec::new();
        for folder in folder.read_dir().unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_dir()) {
            for file in folder.read_dir().unwrap().map(|entry| entry.unwrap().path()) {
                if file.extension().is_some_and(|extension| extension == "xml") {
                    samples.push((file.display().to_string(), std::fs::read_to_string(&file).unwrap()));
                }
            }
        }
        samples
    }

    fn seen(events: &[CloudEvent]) -> Vec<(&str, String, Option<&str>)> {
        events.iter().map(|event| (event.id.as_str(), event.r#type.to_string(), event.subject.as_deref())).collect()
    }

    /// An answer becomes the event of its callback, id and all, if it has the same members.
    #[test]
    fn an_answer_becomes_the_event_of_its_callback() {
        let (mut jobs, mut runs) = (0, 0);
        for (file, sample) in samples() {
            let parts = children(&sample).unwrap();
            let Some(name) = parts.iter().find(|part| part.name == "EventName").map(Element::text) else { continue };
            let callback = decode(Product::TencentCi, sample.as_bytes(), Timestamp::UNIX_EPOCH);
            let details: Vec<&Element<'_>> = parts.iter().filter(|part| part.name == JOBS_DETAIL).collect();
            for (detail, event) in details.iter().zip(&callback) {
                let answer = format!("<Response>{}<NonExistJobIds/><RequestId>r</RequestId></Response>", detail.source);
                match job_answer(&answer, name).unwrap() {
                    Answer::Ended(ended) => {
                        assert_eq!(seen(&ended.events), seen(std::slice::from_ref(event)), "{file}");
                    }
                    Answer::Running => assert_eq!(event.r#type.outcome, callbacks::Outcome::Running, "{file}"),
                    Answer::Unknown => panic!("{file}"),
                }
                jobs += 1;
            }
            let Some(run) = parts.iter().find(|part| part.name == WORKFLOW_EXECUTION) else { continue };
            let event = if name == "WorkflowStart" { "WorkflowStart" } else { "WorkflowFinish" };
            let answer = format!(
                "<Response><RequestId>r</RequestId><{WORKFLOW_EXECUTION}>{}<Topology><Nodes/></Topology></{WORKFLOW_EXECUTION}></Response>",
                run.content
            );
            match run_answer(&answer, event).unwrap() {
                Answer::Ended(ended) => assert_eq!(seen(&ended.events), seen(&callback), "{file}"),
                Answer::Running => assert_eq!(callback[0].r#type.outcome, callbacks::Outcome::Running, "{file}"),
                Answer::Unknown => panic!("{file}"),
            }
            runs += 1;
        }
        assert!(jobs > 50 && runs > 8, "{jobs} {runs}");
    }

    #[test]
    fn what_is_not_there_is_unknown() {
        for xml in [
            "<Response><NonExistJobIds>j1</NonExistJobIds></Response>",
            "<Response><JobsDetailX/></Response>",
            "<Response/>",
        ] {
            assert!(matches!(job_answer(xml, "TaskFinish"), Ok(Answer::Unknown)), "{xml}");
            assert!(matches!(run_answer(xml, "WorkflowFinish"), Ok(Answer::Unknown)), "{xml}");
        }
        assert!(job_answer("<html>", "TaskFinish").is_err());
    }

    #[test]
    fn no_callback_is_due_for_a_job_without_one() {
        let due = |inside: &str| {
            let xml = format!(
                "<Response><JobsDetail><JobId>j1</JobId><State>Success</State><Tag>Snapshot</Tag>{inside}</JobsDetail></Response>"
            );
            let Answer::Ended(ended) = job_answer(&xml, "TaskFinish").unwrap() else { panic!("{inside}") };
            ended.is_due
        };
        assert_eq!(due("<CallBack>no</CallBack>"), Some(false));
        assert_eq!(due("<Operation><TemplateId/><CallBack>no</CallBack></Operation>"), Some(false));
        assert_eq!(due("<CallBack>https://example.com/no</CallBack><Operation/>"), None);
        assert_eq!(due("<Input><CallBack>no</CallBack></Input>"), None);
    }

    #[test]
    fn times_are_those_of_china() {
        assert_eq!(time("2025-10-08T16:00:00Z".parse().unwrap()), "2025-10-09T00:00:00+0800");
    }

    /// Every tag has queues, and no row is of a tag that is none.
    #[test]
    fn queues_are_those_of_tags() {
        let kinds = callbacks::kinds();
        for (tag, queues) in QUEUES {
            assert!(kinds.iter().any(|(_, name, _)| *name == format!("TaskFinish/{tag}")), "{tag}");
            assert!(!queues.is_empty());
        }
    }
}
