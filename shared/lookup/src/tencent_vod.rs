//! Tencent Cloud VOD: `DescribeTaskDetail`, `DescribeTasks`, `DescribeMediaInfos` and `SearchMedia`.
//!
//! A task's answer has the payload of its callback under another key. Tasks can be asked about for three days from when they
//! were submitted, and are listed for 72 hours.
//!
//! <https://www.tencentcloud.com/document/product/266/34129>, <https://www.tencentcloud.com/document/product/266/37559>,
//! <https://www.tencentcloud.com/document/product/266/34179>

use std::collections::BTreeMap;

use callbacks::{CloudEvent, NaturalKey, Product, decode};
use jiff::{SignedDuration, Timestamp};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::json;
use serde_json::value::RawValue;
use vendor_api::{ApiError, Client, Endpoint, seconds, tencent};

use crate::answer::{Answer, Ended, Finished, Listed, Page, Window};
use crate::error::{Error, undocumented};
use crate::pace::Asking;

/// Requests a second: half of what the vendor documents for the actions on tasks.
pub(crate) const RATE: usize = 50;

/// The most rows of a page.
const LIMIT: usize = 100;

/// The most media that one search gives, on all of its pages.
const MOST_MEDIA: usize = 5000;

/// How far back tasks are listed: an hour less than the vendor does, for the time that it takes.
const LOOK_BACK: SignedDuration = SignedDuration::from_hours(71);

/// The lists: tasks, then uploads.
const LISTS: usize = 2;

/// Sources of media that come with a callback of their own, `NewFileUpload`. What a task made comes with the task's.
const SOURCES: [&str; 4] = ["Upload", "Record", "TrtcRecord", "WebPageRecord"];

/// Each event, the key of its payload, and where the payload is in the answer about its task. Types that have no callback are
/// in none of these rows.
#[rustfmt::skip] // One line for each event.
const TASKS: &[(&str, &str, &str)] = &[
    ("ProcedureStateChanged", "ProcedureStateChangeEvent", "ProcedureTask"),
    ("PullComplete", "PullCompleteEvent", "PullUploadTask"),
    ("EditMediaComplete", "EditMediaCompleteEvent", "EditMediaTask"),
    ("SplitMediaComplete", "SplitMediaCompleteEvent", "SplitMediaTask"),
    ("ComposeMediaComplete", "ComposeMediaCompleteEvent", "ComposeMediaTask"),
    ("RebuildMediaComplete", "RebuildMediaCompleteEvent", "RebuildMediaTask"),
    ("WechatPublishComplete", "WechatPublishCompleteEvent", "WechatPublishTask"),
    ("WechatMiniProgramPublishComplete", "WechatMiniProgramPublishCompleteEvent", "WechatMiniProgramPublishTask"),
    ("ReviewAudioVideoComplete", "ReviewAudioVideoCompleteEvent", "ReviewAudioVideoTask"),
    ("ReduceMediaBitrateComplete", "ReduceMediaBitrateCompleteEvent", "ReduceMediaBitrateTask"),
    ("ExtractTraceWatermarkComplete", "ExtractTraceWatermarkCompleteEvent", "ExtractTraceWatermarkTask"),
    ("ExtractCopyRightWatermarkComplete", "ExtractCopyRightWatermarkCompleteEvent", "ExtractCopyRightWatermarkTask"),
    ("ExtractBlindWatermarkComplete", "ExtractBlindWatermarkComplete", "ExtractBlindWatermarkTask"),
    ("DescribeFileAttributesComplete", "DescribeFileAttributesCompleteEvent", "DescribeFileAttributesTask"),
    ("QualityInspectComplete", "QualityInspectCompleteEvent", "QualityInspectTask"),
    ("QualityEnhanceComplete", "QualityEnhanceCompleteEvent", "QualityEnhanceTask"),
    ("ComplexAdaptiveDynamicStreamingComplete", "ComplexAdaptiveDynamicStreamingCompleteEvent", "ComplexAdaptiveDynamicStreamingTask"),
    ("ProcessMediaByMPSComplete", "ProcessMediaByMPSCompleteEvent", "ProcessMediaByMPSTask"),
    ("RemoveWatermark", "RemoveWatermarkCompleteEvent", "RemoveWatermarkTask"),
    ("TranscodeComplete", "TranscodeCompleteEvent", "TranscodeTask"),
    ("ConcatComplete", "ConcatCompleteEvent", "ConcatTask"),
    ("ClipComplete", "ClipCompleteEvent", "ClipTask"),
    ("CreateImageSpriteComplete", "CreateImageSpriteCompleteEvent", "CreateImageSpriteTask"),
    ("CreateSnapshotByTimeOffsetComplete", "SnapshotByTimeOffsetCompleteEvent", "SnapshotByTimeOffsetTask"),
    ("AigcImageTaskComplete", "AigcImageCompleteEvent", "AigcImageTask"),
    ("AigcVideoTaskComplete", "AigcVideoCompleteEvent", "AigcVideoTask"),
    ("AigcHunyuan3DTaskComplete", "AigcHunyuan3DCompleteEvent", "AigcHunyuan3DTask"),
    ("SceneAigcImageCompleteEvent", "SceneAigcImageCompleteEvent", "SceneAigcImageTask"),
    ("CreateAigcAdvancedCustomElementCompleteEvent", "CreateAigcAdvancedCustomElementCompleteEvent", "CreateAigcAdvancedCustomElementTask"),
    ("CreateAigcCustomVoiceCompleteEvent", "CreateAigcCustomVoiceCompleteEvent", "CreateAigcCustomVoiceTask"),
    ("DescribeAigcFaceInfoAsyncComplete", "DescribeAigcFaceInfoAsyncCompleteEvent", "DescribeAigcFaceInfoAsyncTask"),
];

/// The query API of an application.
#[derive(Debug)]
pub(crate) struct Vod {
    api: tencent::Vod,
    sub_app_id: Option<u64>,
}

/// What a request of any action has in its body, with what is its own.
#[derive(Debug, Serialize)]
struct Request<B> {
    #[serde(rename = "SubAppId", skip_serializing_if = "Option::is_none")]
    sub_app_id: Option<u64>,
    #[serde(flatten)]
    own: B,
}

/// A task, beside what it made.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Task {
    /// `WAITING`, `PROCESSING`, `FINISH`, `ABORTED`.
    status: String,
    /// Empty while it runs.
    finish_time: Option<String>,
}

/// What a payload says of its callbacks: `Finish`, `Change` or `None`. Procedures only.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Notified {
    tasks_notify_mode: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Tasks {
    task_set: Option<Vec<TaskInfo>>,
    scroll_token: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct TaskInfo {
    task_id: String,
    status: String,
    finish_time: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Media {
    media_info_set: Option<Vec<MediaInfo>>,
    not_exist_file_id_set: Option<Vec<String>>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct MediaInfo {
    file_id: String,
    basic_info: Option<Box<RawValue>>,
    meta_data: Option<Box<RawValue>>,
}

/// What is read of `BasicInfo`: when the file was made.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Created {
    create_time: Option<String>,
}

impl Vod {
    pub(crate) fn new(client: Client, endpoint: Endpoint, sub_app_id: Option<u64>) -> Self {
        Self { api: tencent::Vod::new(client, endpoint), sub_app_id }
    }

    /// Performs an action, and reads its answer.
    async fn call<T: DeserializeOwned>(
        &self,
        action: &'static str,
        own: impl Serialize,
        asking: Asking<'_>,
    ) -> Result<T, Error> {
        let request = Request { sub_app_id: self.sub_app_id, own };
        let body = serde_json::to_vec(&request).map_err(ApiError::Encode)?;
        asking
            .call(async |timeout| {
                tencent::body(&self.api.call(action, body.clone(), asking.credentials, timeout).await?)
            })
            .await
    }

    pub(crate) async fn job(&self, key: &NaturalKey, asking: Asking<'_>) -> Result<Answer, Error> {
        let [id] = key.ids() else { return Err(Error::NotAskable(key.end())) };
        match key.end() {
            NaturalKey::TASK => self.task(id, asking).await,
            "NewFileUpload" => self.upload(id, asking).await,
            "FileDeleted" => self.deletion(id, asking).await,
            // What media are stored as tells a state, and not which job ended.
            end => Err(Error::NotAskable(end)),
        }
    }

    async fn task(&self, id: &str, asking: Asking<'_>) -> Result<Answer, Error> {
        let detail = self.call::<Box<RawValue>>("DescribeTaskDetail", json!({ "TaskId": id }), asking).await;
        match detail {
            Ok(detail) => task_answer(detail.get()),
            Err(Error::Api(ApiError::Refused(refusal)))
                if refusal.code == "InvalidParameterValue.TaskId" || refusal.code.starts_with("ResourceNotFound") =>
            {
                Ok(Answer::Unknown)
            }
            Err(error) => Err(error),
        }
    }

    async fn upload(&self, id: &str, asking: Asking<'_>) -> Result<Answer, Error> {
        let media = self.media(id, asking).await?;
        let info = media.media_info_set.into_iter().flatten().find(|info| info.file_id == id);
        Ok(info.map_or(Answer::Unknown, |info| Answer::Ended(uploaded(&info))))
    }

    /// The vendor tells only that there is no such file, and not that there was one.
    async fn deletion(&self, id: &str, asking: Asking<'_>) -> Result<Answer, Error> {
        const END: &str = "FileDeleted";
        let media = self.media(id, asking).await?;
        // Of a file that is there, parts may be gone.
        if !media.not_exist_file_id_set.into_iter().flatten().any(|gone| gone == id) {
            return Err(Error::NotAskable(END));
        }
        let body = json!({ "EventType": END, "FileDeleteEvent": { "FileIdSet": [id] } });
        Ok(Answer::Ended(Ended { events: events(&body.to_string(), Timestamp::now()), is_due: None }))
    }

    async fn media(&self, id: &str, asking: Asking<'_>) -> Result<Media, Error> {
        let own = json!({ "FileIds": [id], "Filters": ["basicInfo", "metaData"] });
        self.call("DescribeMediaInfos", own, asking).await
    }

    pub(crate) async fn finished(&self, window: Window, page: Page, asking: Asking<'_>) -> Result<Finished, Error> {
        if page.list == 0 { self.tasks(window, &page, asking).await } else { self.uploads(window, &page, asking).await }
    }

    async fn tasks(&self, window: Window, page: &Page, asking: Asking<'_>) -> Result<Finished, Error> {
        let first = Timestamp::now().saturating_sub(LOOK_BACK).unwrap_or_default();
        // A mark goes with one search, so all pages of it begin where the first did.
        let since = page.since.unwrap_or_else(|| window.since.max(first));
        let mut own = json!({
            "FinishTime": { "After": seconds(since), "Before": seconds(window.until) },
            "Sort": { "Field": "FinishTime", "Order": "Asc" },
            "Limit": LIMIT,
        });
        if let (Some(token), Some(own)) = (&page.token, own.as_object_mut()) {
            own.insert("ScrollToken".to_owned(), token.clone().into());
        }
        let tasks: Tasks = self.call("DescribeTasks", own, asking).await?;
        let listed = |task: TaskInfo| {
            has_ended(&task.status).filter(|ended| *ended)?;
            let key = NaturalKey::new(Product::TencentVod, NaturalKey::TASK, [task.task_id])?;
            Some(Listed { key, ended_at: task.finish_time.and_then(|time| time.parse().ok()), ended: None })
        };
        let jobs = tasks.task_set.into_iter().flatten().filter_map(listed).collect();
        Ok(Finished::new(jobs, &Page { since: Some(since), ..page.clone() }, tasks.scroll_token, LISTS))
    }

    /// The media that came by no task. Each says when it was made, and is complete.
    async fn uploads(&self, window: Window, page: &Page, asking: Asking<'_>) -> Result<Finished, Error> {
        let since = page.since.unwrap_or(window.since);
        let offset: usize = page.token.as_ref().and_then(|token| token.parse().ok()).unwrap_or_default();
        let own = json!({
            "CreateTime": { "After": seconds(since), "Before": seconds(window.until) },
            "SourceTypes": SOURCES,
            "Sort": { "Field": "CreateTime", "Order": "Asc" },
            "Offset": offset,
            "Limit": LIMIT,
            "Filters": ["basicInfo", "metaData"],
        });
        let media: Media = self.call("SearchMedia", own, asking).await?;
        let infos = media.media_info_set.unwrap_or_default();
        let count = infos.len();
        let last = infos.last().and_then(created);
        let listed = |info: &MediaInfo| {
            let key = NaturalKey::new(Product::TencentVod, "NewFileUpload", [info.file_id.clone()])?;
            // The vendor counts the end of the window to it.
            let ended_at = created(info);
            let is_in = ended_at.is_none_or(|time| time < window.until);
            is_in.then(|| Listed { key, ended_at, ended: Some(uploaded(info)) })
        };
        let jobs = infos.iter().filter_map(listed).collect();
        let next = offset + count;
        if count < LIMIT {
            return Ok(Finished::new(jobs, page, None, LISTS));
        }
        if next + LIMIT <= MOST_MEDIA {
            return Ok(Finished::new(jobs, page, Some(next.to_string()), LISTS));
        }
        // The vendor gives no more of this search: the next one begins with the last of the media.
        let last =
            last.filter(|last| *last > since).ok_or_else(|| undocumented("expected media of several seconds"))?;
        Ok(Finished { jobs, next: Some(Page { list: page.list, token: None, since: Some(last) }) })
    }
}

/// What the answer about a task says: its state, and one payload.
fn task_answer(detail: &str) -> Result<Answer, Error> {
    let documented = |problem| move |_: serde_json::Error| undocumented(problem);
    let task: Task = serde_json::from_str(detail).map_err(documented("expected a task with a status"))?;
    match has_ended(&task.status) {
        Some(true) => {}
        Some(false) => return Ok(Answer::Running),
        None => return Err(undocumented("expected a status that is documented")),
    }
    let members: BTreeMap<String, &RawValue> =
        serde_json::from_str(detail).map_err(documented("expected a task as an object"))?;
    let payload = |(event, key, field): &(&str, &str, &str)| {
        let payload = members.get(*field).map(|payload| payload.get()).filter(|payload| payload.starts_with('{'))?;
        Some((format!(r#"{{"EventType":"{event}","{key}":{payload}}}"#), payload))
    };
    let Some((body, payload)) = TASKS.iter().find_map(payload) else {
        return Ok(Answer::Ended(Ended { events: Vec::new(), is_due: Some(false) }));
    };
    let finished = task.finish_time.and_then(|time| time.parse().ok()).unwrap_or_else(Timestamp::now);
    let mode = serde_json::from_str::<Notified>(payload).unwrap_or_default().tasks_notify_mode;
    let is_due = mode.filter(|mode| !mode.is_empty()).map(|mode| mode != "None");
    Ok(Answer::Ended(Ended { events: events(&body, finished), is_due }))
}

/// Whether a task of this status has ended; `None` for a status that is not documented. What a task with `FINISH` came to, its
/// payload tells.
fn has_ended(status: &str) -> Option<bool> {
    match status {
        "FINISH" | "ABORTED" => Some(true),
        "WAITING" | "PROCESSING" => Some(false),
        _ => None,
    }
}

/// The event of a file that was uploaded. The task that the file is put through is in its callback only.
fn uploaded(info: &MediaInfo) -> Ended {
    let null = |value: Option<&RawValue>| value.map_or_else(|| "null".to_owned(), |value| value.get().to_owned());
    let (id, basic, meta) = (json!(info.file_id), null(info.basic_info.as_deref()), null(info.meta_data.as_deref()));
    let body = format!(
        r#"{{"EventType":"NewFileUpload","FileUploadEvent":{{"FileId":{id},"MediaBasicInfo":{basic},"MetaData":{meta}}}}}"#
    );
    Ended { events: events(&body, created(info).unwrap_or_else(Timestamp::now)), is_due: None }
}

fn created(info: &MediaInfo) -> Option<Timestamp> {
    let created: Created = info.basic_info.as_deref().and_then(|basic| serde_json::from_str(basic.get()).ok())?;
    created.create_time.and_then(|time| time.parse().ok())
}

/// The events of a callback's body. `time` is the time of an event to which its payload gives none.
fn events(body: &str, time: Timestamp) -> Vec<CloudEvent> {
    decode(Product::TencentVod, body.as_bytes(), time)
}

#[cfg(test)]
mod tests {
    use callbacks::kinds;

    use super::*;

    #[test]
    fn every_row_is_an_event_and_its_payload() {
        let known = kinds();
        for (event, key, field) in TASKS {
            let (.., kind) = known
                .iter()
                .find(|(product, name, _)| (*product, name.as_str()) == (Product::TencentVod, event))
                .unwrap();
            let detail = format!(
                r#"{{"Status":"FINISH","FinishTime":"2026-01-02T03:04:05Z","{field}":{{"TaskId":"t-1","Status":"FINISH"}},"Other":null}}"#
            );
            let Answer::Ended(ended) = task_answer(&detail).unwrap() else { panic!("{event}") };
            let [found] = ended.events.as_slice() else { panic!("{event}") };
            assert_eq!((found.r#type.kind, found.vendorevent.as_deref()), (*kind, Some(*event)));
            // Without a name the payload's key tells the event, too: the key is the one that the parser has.
            let [unnamed] =
                &decode(Product::TencentVod, format!(r#"{{"{key}":{{"TaskId":"t-1"}}}}"#).as_bytes(), found.time)[..]
            else {
                panic!()
            };
            assert_eq!(unnamed.vendorevent.as_deref(), Some(*event));
            assert_eq!(NaturalKey::of(found).unwrap().to_string(), "tencent-vod/task/t-1", "{event}");
        }
        // No API tells about the others.
        let others = known.iter().filter(|(product, name, _)| {
            *product == Product::TencentVod && !TASKS.iter().any(|(event, ..)| event == name)
        });
        let others: Vec<&str> = others.map(|(_, name, _)| name.as_str()).collect();
        assert_eq!(
            others,
            [
                "NewFileUpload",
                "FileDeleted",
                "RestoreMediaComplete",
                "PersistenceComplete",
                "PorncheckComplete",
                "MediaCastStatusChanged",
                "ProcessImageAsyncCompleteEvent"
            ]
        );
    }

    /// An answer becomes the event of its callback, id and all, if its payload has the same members.
    #[test]
    fn an_answer_becomes_the_event_of_its_callback() {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../callbacks/testdata/tencent-vod");
        let mut compared = 0;
        for folder in folder.read_dir().unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_dir()) {
            for file in folder.read_dir().unwrap().map(|entry| entry.unwrap().path()) {
                if file.extension().is_none_or(|extension| extension != "json") {
                    continue;
                }
                let text = std::fs::read_to_string(&file).unwrap();
                let Ok(body) = serde_json::from_str::<BTreeMap<String, &RawValue>>(&text) else { continue };
                let row = TASKS.iter().find(|(event, key, _)| {
                    let name = body.get("EventType").map(|name| name.get().trim_matches('"'));
                    name == Some(event) && body.get(*key).is_some_and(|payload| payload.get().starts_with('{'))
                });
                let Some((_, key, field)) = row else { continue };
                let detail = format!(r#"{{"Status":"FINISH","{field}":{}}}"#, body[*key].get());
                let Answer::Ended(ended) = task_answer(&detail).unwrap() else { panic!("{}", file.display()) };
                let callback = decode(Product::TencentVod, text.as_bytes(), Timestamp::UNIX_EPOCH);
                let ids = |events: &[CloudEvent]| events.iter().map(|event| event.id.clone()).collect::<Vec<_>>();
                assert_eq!(ids(&ended.events), ids(&callback), "{}", file.display());
                compared += 1;
            }
        }
        assert!(compared > 60, "{compared}");
    }

    #[test]
    fn a_status_tells_whether_a_task_has_ended() {
        let answer =
            |status: &str, payload: &str| task_answer(&format!(r#"{{"Status":"{status}","ProcedureTask":{payload}}}"#));
        assert!(matches!(answer("WAITING", "null"), Ok(Answer::Running)));
        assert!(matches!(answer("PROCESSING", r#"{"TaskId":"t"}"#), Ok(Answer::Running)));
        assert!(matches!(answer("Brand new", r#"{"TaskId":"t"}"#), Err(Error::Api(ApiError::Response { .. }))));
        for (status, mode, due) in [
            ("FINISH", "Finish", Some(true)),
            ("ABORTED", "Change", Some(true)),
            ("FINISH", "None", Some(false)),
            ("FINISH", "", None),
        ] {
            let Ok(Answer::Ended(ended)) = answer(status, &format!(r#"{{"TaskId":"t","TasksNotifyMode":"{mode}"}}"#))
            else {
                panic!("{status}")
            };
            assert_eq!((ended.events.len(), ended.is_due), (1, due), "{mode}");
        }
        let Ok(Answer::Ended(ended)) = answer("FINISH", "null") else { panic!() };
        assert!(ended.events.is_empty() && ended.is_due == Some(false));
    }
}
