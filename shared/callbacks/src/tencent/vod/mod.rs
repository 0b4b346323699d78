//! Tencent Cloud VOD.
//!
//! An event is `EventType` and one object that tells what happened, under a key that depends on the event and cannot be
//! made from its name. It comes by HTTP, or as an element of what `PullEvents` answers.
//! <https://www.tencentcloud.com/document/product/266/33948>. The vendor's page on data types has every struct below a payload
//! under its own name, too: <https://cloud.tencent.com/document/api/266/31773>.

mod answer;
mod basic_info;
#[cfg(test)]
mod drift;
mod flow;
mod legacy;
mod media;
mod task;
mod tasks;

use serde::Deserialize;

pub(super) use self::answer::answer;
use self::task::Task;
use crate::event::Kind;
use crate::facts::Facts;
use crate::json::{Lists, Value, parts};
use crate::wire::{Text, WithHead, read_struct};

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
    ("PorncheckComplete", Kind::Moderation, "PorncheckCompleteEvent", payload::<Unknown>), // Of the old envelope only.
    ("MediaCastStatusChanged", Kind::Live, "MediaCastStatusChangedEvent", payload::<tasks::live::MediaCastEvent>),
    ("AigcImageTaskComplete", Kind::Generation, "AigcImageCompleteEvent", payload::<tasks::aigc::AigcImageTask>),
    ("AigcVideoTaskComplete", Kind::Generation, "AigcVideoCompleteEvent", payload::<tasks::aigc::AigcVideoTask>),
    ("AigcHunyuan3DTaskComplete", Kind::Generation, "AigcHunyuan3DCompleteEvent", payload::<tasks::aigc::AigcModelTask>),
    ("SceneAigcImageCompleteEvent", Kind::Generation, "SceneAigcImageCompleteEvent", payload::<tasks::aigc_image::SceneAigcImageTask>),
    ("ProcessImageAsyncCompleteEvent", Kind::Generation, "ProcessImageAsyncCompleteEvent", payload::<tasks::aigc_image::ProcessImageAsyncTask>),
    ("CreateAigcAdvancedCustomElementCompleteEvent", Kind::Generation, "CreateAigcAdvancedCustomElementCompleteEvent", payload::<tasks::aigc_element::CreateElementTask>),
    ("CreateAigcCustomVoiceCompleteEvent", Kind::Generation, "CreateAigcCustomVoiceCompleteEvent", payload::<tasks::aigc_element::CreateVoiceTask>),
    ("DescribeAigcFaceInfoAsyncComplete", Kind::Generation, "DescribeAigcFaceInfoAsyncCompleteEvent", payload::<tasks::aigc_element::DescribeFacesTask>),
];

type Event = (&'static str, Kind, &'static str, Reader);

type Reader = fn(Option<Value<'_>>) -> Facts;

/// The payload of an event, which tells what happened: what is its own beside the [`Task`].
trait Payload: Default + for<'de> Deserialize<'de> {
    /// The facts of the event, of which `task` has those of the [`Task`].
    fn facts(self, task: Facts) -> Facts;
}

/// Reads the payload, if there is one.
fn payload<P: Payload>(payload: Option<Value<'_>>) -> Facts {
    let WithHead { head, body } = payload.map(read_struct::<WithHead<Task, P>>).unwrap_or_default();
    body.facts(head.facts())
}

/// Reads a payload from JSON, for tests.
#[cfg(test)]
fn payload_of<P: Payload>(json: &str) -> Facts {
    crate::tests::with_value(json, |value| payload::<P>(Some(value)))
}

/// The table's names and kinds.
pub(crate) fn kinds() -> impl Iterator<Item = (&'static str, Kind)> {
    EVENTS.iter().map(|(name, kind, ..)| (*name, *kind))
}

/// Members of an event beside its payload. Those of the old envelope are in `camelCase`.
const HEAD: &[&str] = &["EventType", "Version", "EventHandle", "RequestId", "Sign", "T"];

/// The files that were deleted. Each is the subject of an event of its own.
const DELETED: Lists<'static> = Lists {
    paths: &[
        &["FileDeleteEvent", "FileIdSet"],
        &["FileDeleteEvent", "FileDeleteResultInfo"],
        &["data", "fileInfo"],
        &["data", "fileIdSet"],
        &["data", "FileIdSet"],
        &["data", "FileDeleteResultInfo"],
        &["Data", "FileIdSet"],
    ],
    names: &["FileId", "fileId"],
    shared: |_| true,
};

/// One event for each of the files that were deleted.
pub(super) fn split(event: Value<'_>) -> Option<Vec<String>> {
    let is_deletion =
        name(event).as_deref().map_or(event.get("FileDeleteEvent").is_some(), |name| name == "FileDeleted");
    if is_deletion { parts(event, &DELETED) } else { None }
}

/// The event's name.
fn name(event: Value<'_>) -> Text {
    let name = |key| event.get(key).map(read_struct::<Text>).unwrap_or_default();
    name("EventType").or(name("eventType"))
}

/// Reads one event.
///
/// The name tells where the payload is. Where it does not, the only payload there is tells what happened: the vendor's
/// documents show events without a name, with another event's name, and with payloads under a shorter key.
pub(super) fn read(event: Value<'_>) -> Facts {
    let name = name(event);
    let is_head = |key: &str| HEAD.iter().any(|known| known.eq_ignore_ascii_case(key));
    let others = || event.members().filter(|(key, _)| !is_head(key));
    // The objects that may be the payload: those that the table has, that of the old envelope, and the only one.
    let of_key = |present: &str| EVENTS.iter().find(|(.., key, _)| is_key(present, key));
    let is_old = |key: &str| key.eq_ignore_ascii_case("data");
    let mut objects = others().filter_map(|(key, value)| Some((key, value.object()?)));
    let first = objects.next();
    let mut is_only = true;
    let objects: Vec<(&str, Value<'_>)> = first
        .into_iter()
        .chain(objects.inspect(|_| is_only = false))
        .filter(|(key, _)| of_key(key).is_some() || is_old(key))
        .collect();

    let by_name = EVENTS.iter().find(|(known, ..)| name.as_deref() == Some(known));
    let payloads: Vec<(&Event, (&str, Value<'_>))> =
        objects.iter().filter_map(|object| Some((of_key(object.0)?, *object))).collect();
    let own = by_name.and_then(|(event, ..)| payloads.iter().find(|((known, ..), _)| known == event));
    let old = objects.iter().find(|(key, _)| payloads.is_empty() && is_old(key));
    let (known, member) = match (own, payloads.as_slice(), old, first.filter(|_| is_only)) {
        (Some((event, member)), ..) | (None, [(event, member)], ..) => (Some(*event), Some(*member)),
        (None, _, Some(member), _) => (by_name, Some(*member)),
        (None, _, None, only) => (by_name, only),
    };
    // What is neither head nor payload is looked at like all that no struct has a place for.
    let key = member.map(|(key, _)| key);
    others().filter(|(present, _)| Some(*present) != key).for_each(|(_, value)| value.pass_over());
    let payload_value = key.and_then(|key| event.get(key)).and_then(Value::part);
    let kind = known.map_or(Kind::Unknown, |(_, kind, ..)| *kind);
    let reader = known.map(|(.., read)| *read);
    let facts = match (old, payload_value) {
        (Some(_), Some(data)) => legacy::read(name.as_deref(), data, reader),
        (_, value) => reader.unwrap_or(payload::<Unknown>)(value),
    };
    Facts { name: name.0.or_else(|| known.map(|(name, ..)| (*name).to_owned())), kind, ..facts }
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
    use crate::tests::with_value;

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
            let facts = with_value(text, read);
            assert_eq!(facts.name.as_deref().unwrap_or_default(), name, "{text}");
            assert_eq!(facts.kind, kind, "{text}");
            assert_eq!(facts.job.id.as_deref() == Some("t"), task, "{text}");
        }
    }

    #[test]
    fn every_payload_is_found_under_its_key_with_or_without_a_name() {
        for (name, kind, key, _) in EVENTS {
            for body in [
                format!(r#"{{"EventType":"{name}","{key}":{{"TaskId":"t"}}}}"#),
                format!(r#"{{"{key}":{{"TaskId":"t"}},"Extra":{{}}}}"#),
                format!(r#"{{"EventType":"{name}","Data":{{"TaskId":"t"}}}}"#),
            ] {
                let facts = with_value(&body, read);
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
            crate::decode(crate::Product::TencentVod, body.as_bytes(), jiff::Timestamp::UNIX_EPOCH).remove(0).id
        };
        assert_ne!(id(10), id(20));
        assert_eq!(id(10), id(10));
    }

    #[test]
    fn a_fact_without_its_file_is_no_success() {
        for (name, _, key, _) in EVENTS {
            let facts = with_value(&format!(r#"{{"EventType":"{name}","{key}":{{}}}}"#), read);
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
            let facts =
                with_value(&format!(r#"{{"EventType":"New","NewEvent":{{{fields},"FileId":"f"}}}}"#), |event| {
                    read(event)
                });
            assert_eq!(facts.outcome, outcome, "{fields}");
            assert_eq!(facts.media.id.as_deref(), Some("f"), "{fields}");
            assert_eq!(facts.error.message, None, "{fields}");
        }
    }
}
