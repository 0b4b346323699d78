//! Tencent Cloud VOD.
//!
//! An event is `EventType` and one object that tells what happened, under a key that depends on the event and cannot be
//! made from its name. It comes by HTTP, or as an element of what `PullEvents` answers.
//! <https://www.tencentcloud.com/document/product/266/33948>

mod basic_info;
mod flow;
mod legacy;
mod media;
mod task;
mod tasks;

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::value::RawValue;

use self::task::Task;
use crate::body::Unreadable;
use crate::event::Kind;
use crate::facts::{Facts, Part, few_enough};
use crate::wire::{One, Text, WithHead, object, peek, read as read_wire};

/// Every event of VOD: its name, what it is about, the key of its payload, and what reads the payload.
#[rustfmt::skip] // One line for each event.
const EVENTS: &[Event] = &[
    ("NewFileUpload", Kind::Upload, "FileUploadEvent", payload::<tasks::upload::FileUploadTask>),
    ("PullComplete", Kind::Upload, "PullCompleteEvent", payload::<tasks::upload::PullUploadTask>),
    ("ProcedureStateChanged", Kind::Workflow, "ProcedureStateChangeEvent", payload::<flow::procedure::ProcedureTask>),
    ("ProcessMediaByMPSComplete", Kind::Workflow, "ProcessMediaByMPSCompleteEvent", payload::<flow::mps::ProcessMediaByMps>),
    ("FileDeleted", Kind::Asset, "FileDeleteEvent", payload::<tasks::file::FileDeleteTask>),
    ("RestoreMediaComplete", Kind::Asset, "RestoreMediaCompleteEvent", payload::<tasks::file::RestoreMediaTask>),
    ("PersistenceComplete", Kind::Asset, "PersistenceCompleteEvent", payload::<tasks::file::PersistenceCompleteTask>),
    ("WechatPublishComplete", Kind::Asset, "WechatPublishCompleteEvent", payload::<tasks::file::WechatPublishTask>),
    ("WechatMiniProgramPublishComplete", Kind::Asset, "WechatMiniProgramPublishCompleteEvent", payload::<tasks::file::WechatMiniProgramPublishTask>),
    ("EditMediaComplete", Kind::Edit, "EditMediaCompleteEvent", payload::<tasks::edit::EditMediaTask>),
    ("SplitMediaComplete", Kind::Edit, "SplitMediaCompleteEvent", payload::<tasks::edit::SplitMediaTask>),
    ("ComposeMediaComplete", Kind::Edit, "ComposeMediaCompleteEvent", payload::<tasks::compose::ComposeMediaTask>),
    ("ClipComplete", Kind::Edit, "ClipCompleteEvent", payload::<tasks::api_2017::ClipTask>),
    ("ConcatComplete", Kind::Edit, "ConcatCompleteEvent", payload::<tasks::api_2017::ConcatTask>),
    ("TranscodeComplete", Kind::Transcode, "TranscodeCompleteEvent", payload::<tasks::api_2017::TranscodeTask>),
    ("ComplexAdaptiveDynamicStreamingComplete", Kind::Transcode, "ComplexAdaptiveDynamicStreamingCompleteEvent", payload::<flow::bitrate::ComplexAdaptiveTask>),
    ("ReduceMediaBitrateComplete", Kind::Transcode, "ReduceMediaBitrateCompleteEvent", payload::<flow::bitrate::ReduceMediaBitrateTask>),
    ("CreateImageSpriteComplete", Kind::Snapshot, "CreateImageSpriteCompleteEvent", payload::<tasks::api_2017::ImageSpriteTask>),
    ("CreateSnapshotByTimeOffsetComplete", Kind::Snapshot, "SnapshotByTimeOffsetCompleteEvent", payload::<tasks::api_2017::SnapshotTask>),
    ("RemoveWatermark", Kind::Enhance, "RemoveWatermarkCompleteEvent", payload::<tasks::enhance::EnhanceTask>),
    ("RebuildMediaComplete", Kind::Enhance, "RebuildMediaCompleteEvent", payload::<tasks::enhance::RebuildMediaTask>),
    ("QualityEnhanceComplete", Kind::Enhance, "QualityEnhanceCompleteEvent", payload::<tasks::enhance::EnhanceTask>),
    ("ExtractTraceWatermarkComplete", Kind::Analysis, "ExtractTraceWatermarkCompleteEvent", payload::<tasks::watermark::ExtractTraceWatermarkTask>),
    ("ExtractCopyRightWatermarkComplete", Kind::Analysis, "ExtractCopyRightWatermarkCompleteEvent", payload::<tasks::watermark::ExtractCopyRightWatermarkTask>),
    ("ExtractBlindWatermarkComplete", Kind::Analysis, "ExtractBlindWatermarkComplete", payload::<tasks::watermark::ExtractBlindWatermarkTask>),
    ("DescribeFileAttributesComplete", Kind::Analysis, "DescribeFileAttributesCompleteEvent", payload::<tasks::inspect::DescribeFileAttributesTask>),
    ("QualityInspectComplete", Kind::Analysis, "QualityInspectCompleteEvent", payload::<tasks::inspect::QualityInspectTask>),
    ("ReviewAudioVideoComplete", Kind::Moderation, "ReviewAudioVideoCompleteEvent", payload::<tasks::audio_video_review::ReviewAudioVideoTask>),
    ("MediaCastStatusChanged", Kind::Live, "MediaCastStatusChangedEvent", payload::<tasks::live::MediaCastEvent>),
    ("AigcImageTaskComplete", Kind::Generation, "AigcImageCompleteEvent", payload::<tasks::aigc::AigcImageTask>),
    ("AigcVideoTaskComplete", Kind::Generation, "AigcVideoCompleteEvent", payload::<tasks::aigc::AigcVideoTask>),
    ("SceneAigcImageCompleteEvent", Kind::Generation, "SceneAigcImageCompleteEvent", payload::<tasks::aigc_image::SceneAigcImageTask>),
    ("ProcessImageAsyncCompleteEvent", Kind::Generation, "ProcessImageAsyncCompleteEvent", payload::<tasks::aigc_image::ProcessImageAsyncTask>),
    ("CreateAigcAdvancedCustomElementCompleteEvent", Kind::Generation, "CreateAigcAdvancedCustomElementCompleteEvent", payload::<tasks::aigc_element::CreateElementTask>),
    ("CreateAigcCustomVoiceCompleteEvent", Kind::Generation, "CreateAigcCustomVoiceCompleteEvent", payload::<tasks::aigc_element::CreateVoiceTask>),
    ("DescribeAigcFaceInfoAsyncComplete", Kind::Generation, "DescribeAigcFaceInfoAsyncCompleteEvent", payload::<tasks::aigc_element::DescribeFacesTask>),
];

type Event = (&'static str, Kind, &'static str, Reader);

type Reader = fn(&str) -> Result<Facts, Unreadable>;

/// The payload of an event, which tells what happened: what is its own beside the [`Task`].
trait Payload: Default + for<'de> Deserialize<'de> {
    /// The facts of the event, of which `task` has those of the [`Task`].
    fn facts(self, task: Facts) -> Facts;
}

fn payload<P: Payload>(json: &str) -> Result<Facts, Unreadable> {
    let WithHead { head, body } = read_wire::<One<WithHead<Task, P>>>(json)?.or_default();
    Ok(body.facts(head.facts()))
}

/// The table's names and kinds.
pub(crate) fn kinds() -> impl Iterator<Item = (&'static str, Kind)> {
    EVENTS.iter().map(|(name, kind, ..)| (*name, *kind))
}

/// The events of a body: one that came by HTTP, or any number from a `PullEvents` response.
///
/// A response without an event set, such as an error, stays as it is.
///
/// # Errors
/// [`Unreadable::TooMany`] for more events than a body may hold.
pub(crate) fn split(json: Cow<'_, str>) -> Result<Vec<Part<'_>>, Unreadable> {
    let parts = match &json {
        Cow::Borrowed(text) => pulled(text, Cow::Borrowed),
        Cow::Owned(text) => pulled(text, |event| Cow::Owned(event.to_owned())),
    };
    parts.unwrap_or_else(|| Ok(vec![Part::whole(json)]))
}

/// The events of a `PullEvents` response; `None` where `text` is something else.
fn pulled<'t, 'p>(text: &'t str, part: impl Fn(&'t str) -> Cow<'p, str>) -> Option<Result<Vec<Part<'p>>, Unreadable>> {
    // Most bodies are one event that came by HTTP, and need not be parsed here.
    if !text.contains("EventSet") {
        return None;
    }
    let body: Members<'_> = serde_json::from_str(text).ok()?;
    let response: Members<'_> = match body.get("Response") {
        Some(response) => serde_json::from_str(response.get()).ok()?,
        None => body,
    };
    // An event of a kind to come may have a member of this name.
    if ["EventType", "eventType", "EventHandle"].into_iter().any(|key| response.contains_key(key)) {
        return None;
    }
    let event_set = response.get("EventSet")?.get();
    let events: Vec<&RawValue> = match event_set.as_bytes().first() {
        Some(b'[') => serde_json::from_str(event_set).ok()?,
        Some(b'{') => vec![serde_json::from_str(event_set).ok()?],
        Some(b'n') => Vec::new(),
        _ => return None,
    };
    if let Err(error) = few_enough(events.len()) {
        return Some(Err(error));
    }
    let parts =
        events.into_iter().map(|event| Part { json: part(event.get()), handle: handle(event.get()), is_whole: false });
    Some(Ok(parts.collect()))
}

/// The members of an object under their keys, not yet read.
type Members<'t> = BTreeMap<String, &'t RawValue>;

/// What confirms a pulled event.
fn handle(event: &str) -> Option<String> {
    #[derive(Debug, Default, Deserialize)]
    #[serde(default, rename_all = "PascalCase")]
    struct Pulled {
        event_handle: Text,
    }

    serde_json::from_str::<One<Pulled>>(event).ok()?.or_default().event_handle.0
}

/// Reads one event.
///
/// The name tells where the payload is. Where it does not, the only payload there is tells what happened: the vendor's
/// documents show events without a name, with another event's name, and with payloads under a shorter key.
pub(crate) fn read(canonical: &str) -> Result<Facts, Unreadable> {
    let members: Members<'_> = peek(canonical)?;
    let text = |key| members.get(key).map_or(Ok(Text::default()), |value| peek::<Text>(value.get()));
    let name = text("EventType")?.or(text("eventType")?);
    let objects: Vec<(&str, Cow<'_, str>)> =
        members.iter().filter_map(|(key, value)| Some((key.as_str(), object(value.get())?))).collect();

    let by_name = EVENTS.iter().find(|(known, ..)| name.as_deref() == Some(known));
    let payloads: Vec<(&Event, &str)> = objects
        .iter()
        .filter_map(|(present, json)| Some((EVENTS.iter().find(|(.., key, _)| is_key(present, key))?, json.as_ref())))
        .collect();
    if payloads.is_empty() {
        let data = objects.iter().find(|(key, _)| key.eq_ignore_ascii_case("data"));
        if let Some((_, data)) = data {
            let facts = legacy::read(name.as_deref(), data, by_name.map(|(.., read)| *read))?;
            return Ok(Facts { name: name.0, kind: by_name.map_or(Kind::Unknown, |(_, kind, ..)| *kind), ..facts });
        }
    }
    let own = by_name.and_then(|(event, ..)| payloads.iter().find(|((known, ..), _)| known == event));
    let (event, json) = match (own, payloads.as_slice(), objects.as_slice()) {
        (Some((event, json)), ..) | (None, [(event, json)], _) => (Some(*event), *json),
        (None, _, [(_, json)]) => (by_name, json.as_ref()),
        _ => (by_name, "{}"),
    };
    let (kind, reader) =
        event.map_or((Kind::Unknown, payload::<Unknown> as Reader), |(_, kind, _, read)| (*kind, *read));
    let facts = reader(json)?;
    Ok(Facts { name: name.0.or_else(|| event.map(|(name, ..)| (*name).to_owned())), kind, ..facts })
}

/// Whether a payload under the key `present` is the one that the table has under `key`: documents have some keys without
/// the `Event` at their end, and one key of the table has none.
fn is_key(present: &str, key: &str) -> bool {
    present.strip_suffix("Event").unwrap_or(present) == key.strip_suffix("Event").unwrap_or(key)
}

/// The payload of an event without a name here: what most events have.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Unknown {}

impl Payload for Unknown {
    fn facts(self, task: Facts) -> Facts {
        task
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::Outcome;

    fn parts(text: &str) -> Vec<(String, Option<String>, bool)> {
        let split =
            |json| split(json).unwrap().into_iter().map(|part| (part.json.into_owned(), part.handle, part.is_whole));
        let parts: Vec<_> = split(Cow::Borrowed(text)).collect();
        assert_eq!(parts, split(Cow::Owned(text.to_owned())).collect::<Vec<_>>(), "{text}");
        parts
    }

    #[test]
    fn a_pull_response_holds_any_number_of_events() {
        for (text, expected) in [
            (
                r#"{"Response": {"EventSet": [{"EventHandle": "h1", "A": 1.50}, {"B": 2}, null, 7], "RequestId": "r"}}"#,
                vec![
                    (r#"{"EventHandle": "h1", "A": 1.50}"#, Some("h1")),
                    (r#"{"B": 2}"#, None),
                    ("null", None),
                    ("7", None),
                ],
            ),
            (r#"{"EventSet":[{"EventHandle":"h1"}]}"#, vec![(r#"{"EventHandle":"h1"}"#, Some("h1"))]),
            (r#"{"Response":{"EventSet":{"EventHandle":7}}}"#, vec![(r#"{"EventHandle":7}"#, Some("7"))]),
            (r#"{"Response":{"EventSet":[],"RequestId":"r"}}"#, vec![]),
            (r#"{"Response":{"EventSet": null ,"RequestId":"r"}}"#, vec![]),
        ] {
            let expected: Vec<_> = expected
                .into_iter()
                .map(|(json, handle)| (json.to_owned(), handle.map(str::to_owned), false))
                .collect();
            assert_eq!(parts(text), expected, "{text}");
        }
    }

    #[test]
    fn another_body_is_one_event() {
        for text in [
            r#"{"EventType":"ProcedureStateChanged","ProcedureStateChangeEvent":{}}"#,
            r#"{"EventType":"X","XEvent":{"SessionContext":"{\"EventSet\":[]}"}}"#,
            r#"{"EventType":"X","EventSet":[]}"#,
            r#"{"EventHandle":"h","EventSet":[{"A":1}]}"#,
            r#"{"Response":{"Error":{"Code":"InternalError","Message":"no EventSet"},"RequestId":"r"}}"#,
            r#"{"Response":{"EventSet":"none"}}"#,
            r#"{"Response":["EventSet"]}"#,
            r#"{"EventSet":[{}"#,
        ] {
            assert_eq!(parts(text), [(text.to_owned(), None, true)], "{text}");
        }
    }

    #[test]
    fn a_single_event_is_not_copied() {
        let split = split(Cow::Borrowed(r#"{"EventSet":[{"A":1}]}"#)).unwrap();
        assert!(matches!(split.as_slice(), [Part { json: Cow::Borrowed(r#"{"A":1}"#), .. }]));
    }

    #[test]
    fn the_name_or_else_the_only_payload_tells_the_event() {
        const NAME: &str = "ProcedureStateChanged";
        for (text, name, kind, task) in [
            (
                r#"{"EventType":"ProcedureStateChanged","ProcedureStateChangeEvent":{"TaskId":"t"}}"#,
                NAME,
                Kind::Workflow,
                true,
            ),
            (r#"{"ProcedureStateChangeEvent":{"TaskId":"t"}}"#, NAME, Kind::Workflow, true),
            (
                r#"{"A":{},"EventType":"ProcedureStateChanged","ProcedureStateChangeEvent":{"TaskId":"t"}}"#,
                NAME,
                Kind::Workflow,
                true,
            ),
            (
                r#"{"EventType":"ProcedureStateChanged","ProcedureStateChange":{"TaskId":"t"}}"#,
                NAME,
                Kind::Workflow,
                true,
            ),
            (r#"{"EventType":"ProcedureStateChanged"}"#, NAME, Kind::Workflow, false),
            (r#"{"EventType":"Brand.New","BrandNewEvent":{"TaskId":"t"}}"#, "Brand.New", Kind::Unknown, true),
            (r#"{"EventType":"Brand.New","A":{"TaskId":"t"},"B":{"TaskId":"u"}}"#, "Brand.New", Kind::Unknown, false),
            (r#"{"BrandNewEvent":{"TaskId":"t"}}"#, "", Kind::Unknown, true),
            (r#"{"EventType":"NewFileUpload","EditMediaComplete":{"TaskId":"t"}}"#, "NewFileUpload", Kind::Edit, true),
            (r#"{"EventType":"Odd","EditMediaCompleteEvent":{"TaskId":"t"}}"#, "Odd", Kind::Edit, true),
            (r#"{"A":{},"EditMediaCompleteEvent":{"TaskId":"t"}}"#, "EditMediaComplete", Kind::Edit, true),
            (
                r#"{"ExtractBlindWatermarkCompleteEvent":{"TaskId":"t"}}"#,
                "ExtractBlindWatermarkComplete",
                Kind::Analysis,
                true,
            ),
            (
                r#"{"SnapshotByTimeOffsetComplete":{"TaskId":"t"}}"#,
                "CreateSnapshotByTimeOffsetComplete",
                Kind::Snapshot,
                true,
            ),
            (r#"{"EditMediaComplete":{"TaskId":"t"},"PullCompleteEvent":{"TaskId":"t"}}"#, "", Kind::Unknown, false),
            (r#"{"eventType":"Brand.New","data":{"vodTaskId":"t"}}"#, "Brand.New", Kind::Unknown, true),
            (r#"{"eventType":"NewFileUpload"}"#, "NewFileUpload", Kind::Upload, false),
        ] {
            let facts = read(text).unwrap();
            assert_eq!(facts.name.as_deref().unwrap_or_default(), name, "{text}");
            assert_eq!(facts.kind, kind, "{text}");
            assert_eq!(facts.job.id.as_deref() == Some("t"), task, "{text}");
        }
        assert!(read("7").is_err());
    }

    #[test]
    fn every_payload_is_found_under_its_key_with_or_without_a_name() {
        for (name, kind, key, _) in EVENTS {
            for body in [
                format!(r#"{{"EventType":"{name}","{key}":{{"TaskId":"t"}}}}"#),
                format!(r#"{{"{key}":{{"TaskId":"t"}},"Extra":{{}}}}"#),
                format!(r#"{{"EventType":"{name}","Data":{{"TaskId":"t"}}}}"#),
            ] {
                let facts = read(&body).unwrap();
                assert_eq!((facts.name.as_deref(), facts.kind), (Some(*name), *kind), "{body}");
            }
        }
    }

    /// With the notification mode `Change`, a task is reported whenever one of its sub-tasks goes on.
    #[test]
    fn each_report_of_a_task_has_an_id_of_its_own() {
        let id = |progress| {
            let body = format!(
                r#"{{"EventType":"ProcedureStateChanged","ProcedureStateChangeEvent":{{"TaskId":"t","Status":"PROCESSING",
                "TasksNotifyMode":"Change","MediaProcessResultSet":[{{"Type":"Transcode","TranscodeTask":{{"Progress":{progress}}}}}]}}}}"#
            );
            crate::decode(crate::Product::TencentVod, body.as_bytes(), jiff::Timestamp::UNIX_EPOCH).remove(0).event.id
        };
        assert_ne!(id(10), id(20));
        assert_eq!(id(10), id(10));
    }

    #[test]
    fn a_fact_without_its_file_is_no_success() {
        for (name, _, key, _) in EVENTS {
            let facts = read(&format!(r#"{{"EventType":"{name}","{key}":{{}}}}"#)).unwrap();
            assert_eq!(facts.outcome, Outcome::Unknown, "{name}");
        }
    }

    #[test]
    fn an_unknown_event_tells_what_most_events_have() {
        for (fields, outcome) in [
            (r#""Status":"PROCESSING""#, Outcome::Running),
            (r#""Status":"FINISH","ErrCode":0,"Message":"SUCCESS""#, Outcome::Succeeded),
            (r#""Status":"FINISH","ErrCodeExt":"InternalError""#, Outcome::Failed),
            (r#""Status":"FINISH","ErrCode":70000"#, Outcome::Failed),
            (r#""Status":"Brand new""#, Outcome::Unknown),
            (r#""ErrCode":0"#, Outcome::Succeeded),
        ] {
            let facts = read(&format!(r#"{{"EventType":"New","NewEvent":{{{fields},"FileId":"f"}}}}"#)).unwrap();
            assert_eq!(facts.outcome, outcome, "{fields}");
            assert_eq!(facts.media.id.as_deref(), Some("f"), "{fields}");
            assert_eq!(facts.error.message, None, "{fields}");
        }
    }
}
