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
use crate::wire::{Documented, Text, WithHead, read_struct};

/// Every event of VOD: its name, what it is about, the key of its payload, and what reads the payload.
#[rustfmt::skip] // One line for each event.
const EVENTS: &[Event] = &[
    ("NewFileUpload", Kind::Upload, "FileUploadEvent", of::<tasks::upload::FileUploadTask>()),
    ("PullComplete", Kind::Upload, "PullCompleteEvent", of::<tasks::upload::PullUploadTask>()),
    ("ProcedureStateChanged", Kind::Workflow, "ProcedureStateChangeEvent", of::<flow::procedure::ProcedureTask>()),
    ("ProcessMediaByMPSComplete", Kind::Workflow, "ProcessMediaByMPSCompleteEvent", of::<flow::mps::ProcessMediaByMps>()),
    ("FileDeleted", Kind::Asset, "FileDeleteEvent", of::<tasks::file::FileDeleteTask>()),
    ("RestoreMediaComplete", Kind::Asset, "RestoreMediaCompleteEvent", of::<tasks::file::RestoreMediaTask>()),
    ("PersistenceComplete", Kind::Asset, "PersistenceCompleteEvent", of::<tasks::file::PersistenceCompleteTask>()),
    ("WechatPublishComplete", Kind::Asset, "WechatPublishCompleteEvent", of::<tasks::file::WechatPublishTask>()),
    ("WechatMiniProgramPublishComplete", Kind::Asset, "WechatMiniProgramPublishCompleteEvent", of::<tasks::file::WechatMiniProgramPublishTask>()),
    ("EditMediaComplete", Kind::Edit, "EditMediaCompleteEvent", of::<tasks::edit::EditMediaTask>()),
    ("SplitMediaComplete", Kind::Edit, "SplitMediaCompleteEvent", of::<tasks::edit::SplitMediaTask>()),
    ("ComposeMediaComplete", Kind::Edit, "ComposeMediaCompleteEvent", of::<tasks::compose::ComposeMediaTask>()),
    ("ClipComplete", Kind::Edit, "ClipCompleteEvent", of::<tasks::api_2017::ClipTask>()),
    ("ConcatComplete", Kind::Edit, "ConcatCompleteEvent", of::<tasks::api_2017::ConcatTask>()),
    ("TranscodeComplete", Kind::Transcode, "TranscodeCompleteEvent", of::<tasks::api_2017::TranscodeTask>()),
    ("ComplexAdaptiveDynamicStreamingComplete", Kind::Transcode, "ComplexAdaptiveDynamicStreamingCompleteEvent", of::<flow::bitrate::ComplexAdaptiveTask>()),
    ("ReduceMediaBitrateComplete", Kind::Transcode, "ReduceMediaBitrateCompleteEvent", of::<flow::bitrate::ReduceMediaBitrateTask>()),
    ("CreateImageSpriteComplete", Kind::Snapshot, "CreateImageSpriteCompleteEvent", of::<tasks::api_2017::ImageSpriteTask>()),
    ("CreateSnapshotByTimeOffsetComplete", Kind::Snapshot, "SnapshotByTimeOffsetCompleteEvent", of::<tasks::api_2017::SnapshotTask>()),
    ("RemoveWatermark", Kind::Enhance, "RemoveWatermarkCompleteEvent", of::<tasks::enhance::EnhanceTask>()),
    ("RebuildMediaComplete", Kind::Enhance, "RebuildMediaCompleteEvent", of::<tasks::enhance::RebuildMediaTask>()),
    ("QualityEnhanceComplete", Kind::Enhance, "QualityEnhanceCompleteEvent", of::<tasks::enhance::EnhanceTask>()),
    ("ExtractTraceWatermarkComplete", Kind::Analysis, "ExtractTraceWatermarkCompleteEvent", of::<tasks::watermark::ExtractTraceWatermarkTask>()),
    ("ExtractCopyRightWatermarkComplete", Kind::Analysis, "ExtractCopyRightWatermarkCompleteEvent", of::<tasks::watermark::ExtractCopyRightWatermarkTask>()),
    ("ExtractBlindWatermarkComplete", Kind::Analysis, "ExtractBlindWatermarkComplete", of::<tasks::watermark::ExtractBlindWatermarkTask>()),
    ("DescribeFileAttributesComplete", Kind::Analysis, "DescribeFileAttributesCompleteEvent", of::<tasks::inspect::DescribeFileAttributesTask>()),
    ("QualityInspectComplete", Kind::Analysis, "QualityInspectCompleteEvent", of::<tasks::inspect::QualityInspectTask>()),
    ("ReviewAudioVideoComplete", Kind::Moderation, "ReviewAudioVideoCompleteEvent", of::<tasks::audio_video_review::ReviewAudioVideoTask>()),
    ("PorncheckComplete", Kind::Moderation, "PorncheckCompleteEvent", of::<Unknown>()), // Of the old envelope only.
    ("MediaCastStatusChanged", Kind::Live, "MediaCastStatusChangedEvent", of::<tasks::live::MediaCastEvent>()),
    ("AigcImageTaskComplete", Kind::Generation, "AigcImageCompleteEvent", of::<tasks::aigc::AigcImageTask>()),
    ("AigcVideoTaskComplete", Kind::Generation, "AigcVideoCompleteEvent", of::<tasks::aigc::AigcVideoTask>()),
    ("AigcHunyuan3DTaskComplete", Kind::Generation, "AigcHunyuan3DCompleteEvent", of::<tasks::aigc::AigcModelTask>()),
    ("SceneAigcImageCompleteEvent", Kind::Generation, "SceneAigcImageCompleteEvent", of::<tasks::aigc_image::SceneAigcImageTask>()),
    ("ProcessImageAsyncCompleteEvent", Kind::Generation, "ProcessImageAsyncCompleteEvent", of::<tasks::aigc_image::ProcessImageAsyncTask>()),
    ("CreateAigcAdvancedCustomElementCompleteEvent", Kind::Generation, "CreateAigcAdvancedCustomElementCompleteEvent", of::<tasks::aigc_element::CreateElementTask>()),
    ("CreateAigcCustomVoiceCompleteEvent", Kind::Generation, "CreateAigcCustomVoiceCompleteEvent", of::<tasks::aigc_element::CreateVoiceTask>()),
    ("DescribeAigcFaceInfoAsyncComplete", Kind::Generation, "DescribeAigcFaceInfoAsyncCompleteEvent", of::<tasks::aigc_element::DescribeFacesTask>()),
];

/// The events that the vendor deprecates.
pub(super) const DEPRECATED: &[&str] = &["RebuildMediaComplete"];

type Event = (&'static str, Kind, &'static str, Reader);

/// What reads a payload.
#[derive(Clone, Copy)]
struct Reader {
    read: fn(Option<Value<'_>>) -> Facts,
    /// The schema of what it reads.
    #[cfg(test)]
    schema: fn(&mut schemars::SchemaGenerator) -> schemars::Schema,
}

/// What reads this payload.
const fn of<P: Payload>() -> Reader {
    Reader {
        read: payload::<P>,
        #[cfg(test)]
        schema: |generator| generator.subschema_for::<WithHead<Task, P>>(),
    }
}

/// The payload of an event, which tells what happened: what is its own beside the [`Task`].
trait Payload: Default + for<'de> Deserialize<'de> + Documented {
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

/// The schema of each event, by its name: of today's envelope, and of that of accounts from before 2019.
#[cfg(test)]
pub(crate) fn schemas(generator: &mut schemars::SchemaGenerator) -> Vec<(String, schemars::Schema)> {
    let old = legacy::schema(generator);
    let text = generator.subschema_for::<Text>();
    let whole = |(name, _, key, reader): &Event| {
        let payload = schemars::json_schema!({ "anyOf": [(reader.schema)(generator), { "type": "null" }] });
        // Documents have some keys without the `Event` at their end.
        let short = key.strip_suffix("Event").unwrap_or(key);
        let schema = schemars::json_schema!({
            "properties": {
                "EventType": &text, "EventHandle": &text,
                *key: &payload, short: &payload,
                "version": &text, "eventType": &text, "data": { "anyOf": [&old, &payload] },
            }
        });
        ((*name).to_owned(), schema)
    };
    EVENTS.iter().map(whole).collect()
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
        (_, value) => (reader.unwrap_or(of::<Unknown>()).read)(value),
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
#[cfg_attr(test, derive(schemars::JsonSchema))]
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
