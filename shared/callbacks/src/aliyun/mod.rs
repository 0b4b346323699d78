//! Alibaba Cloud: `ApsaraVideo` VOD and Intelligent Media Services.
//!
//! The two share event names and differ in shape: VOD's bodies are flat, IMS puts everything but the head into
//! `MessageBody`. So the shape chooses the parser, never the name.

mod auth;
mod ims;
mod job_type;
mod media_content;
mod nodes;
mod push;
mod task_input;
mod vod;
mod workflow;

use crate::Product;
use crate::budget;
use crate::event::{Failure, Kind, Media, Outcome, Output, Role, Verdict};
use crate::facts::Facts;
use crate::json::Value;
use crate::status;
use crate::vendor::{Vendor, none};
use crate::wire::{Documented, Text, Time, read_struct};

/// `ApsaraVideo` VOD.
pub(crate) const VOD: Vendor = Vendor {
    signatures: &auth::VOD,
    read: |event| read(Product::AliyunVod, event),
    catalogue: || catalogue(vod::kinds()),
    deprecated: &[],
    ..IMS
};

/// Intelligent Media Services.
pub(crate) const IMS: Vendor = Vendor {
    signatures: &auth::IMS,
    answer: push::answer,
    unwrap: push::unwrap,
    split: none,
    read: |event| read(Product::AliyunIms, event),
    catalogue: || catalogue(ims::kinds()),
    deprecated: ims::DEPRECATED,
    // The id of a request: not in any table, but in some samples.
    delivery: &[REQUEST_ID],
    secret: &[],
};

/// What reads an event.
#[derive(Clone, Copy)]
struct Reader {
    read: fn(Value<'_>) -> Facts,
    /// The schema of what it reads.
    #[cfg(test)]
    schema: fn(&mut schemars::SchemaGenerator) -> schemars::Schema,
}

impl Reader {
    /// What reads an event into `S`.
    const fn new<S: Documented>(read: fn(Value<'_>) -> Facts) -> Self {
        Self {
            read,
            #[cfg(test)]
            schema: |generator| generator.subschema_for::<S>(),
        }
    }
}

fn catalogue(kinds: impl Iterator<Item = (&'static str, Kind)>) -> Vec<(String, Kind)> {
    kinds.map(|(name, kind)| (name.to_owned(), kind)).collect()
}

/// How many files the outputs of one event name one by one. Snapshot jobs make some hundred.
const MOST_FILES: usize = 10_000;

/// Bytes of the longest name of a file of a series. The key of an OSS object has 1,023 at most.
const LONGEST_NAME: usize = 2_048;

/// The head that every event has.
///
/// <https://www.alibabacloud.com/help/en/ims/developer-reference/event-list>
#[derive(Debug, Default)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(rename_all = "PascalCase"))]
struct Envelope {
    /// The event's name. VOD's `WorkflowTaskComplete` example lacks it, although its table requires it.
    event_type: Text,
    /// When the event occurred, UTC.
    event_time: Time,
    /// The account, 16 digits. IMS sends a number, VOD a string.
    user_id: Text,
}

/// The schema of each event of VOD, by its name.
#[cfg(test)]
pub(crate) fn vod_schemas(generator: &mut schemars::SchemaGenerator) -> Vec<(String, schemars::Schema)> {
    let envelope = generator.subschema_for::<Envelope>();
    let whole = |(name, body): (&str, _)| (name.to_owned(), schemars::json_schema!({ "allOf": [&envelope, body] }));
    vod::schemas(generator).into_iter().map(whole).collect()
}

/// The schema of each event of IMS, by its name.
#[cfg(test)]
pub(crate) fn ims_schemas(generator: &mut schemars::SchemaGenerator) -> Vec<(String, schemars::Schema)> {
    let envelope = generator.subschema_for::<Envelope>();
    let whole = |(name, body): (&str, _)| {
        let text = schemars::json_schema!({
            "type": "string", "contentMediaType": "application/json", "contentSchema": &body
        });
        let message_body = schemars::json_schema!({ "anyOf": [body, text] });
        let event = schemars::json_schema!({ "allOf": [&envelope], "properties": { MESSAGE_BODY: message_body } });
        (name.to_owned(), event)
    };
    ims::schemas(generator).into_iter().map(whole).collect()
}

const EVENT_TYPE: &str = "EventType";
const EVENT_TIME: &str = "EventTime";
const USER_ID: &str = "UserId";
/// IMS only: what the event reports. An object.
const MESSAGE_BODY: &str = "MessageBody";
const REQUEST_ID: &str = "RequestId";

impl Envelope {
    fn of(event: Value<'_>) -> Self {
        Self {
            event_type: member(event, EVENT_TYPE),
            event_time: member(event, EVENT_TIME),
            user_id: member(event, USER_ID),
        }
    }
}

/// A member of an object; the default where it is not there.
fn member<'d, T: serde::Deserialize<'d> + Default>(object: Value<'d>, key: &str) -> T {
    object.get(key).map(read_struct).unwrap_or_default()
}

/// Members that events of VOD have beside the head, each event at least one of them. In an event of IMS they are inside of
/// `MessageBody`.
const FLAT: &[&str] = &[
    "Status",
    "VideoId",
    "MediaId",
    "ImageId",
    "AttachedMediaId",
    "JobId",
    "TaskId",
    "WorkflowId",
    "MediaRefreshJobId",
    STREAM_INFOS,
    SNAPSHOT_INFOS,
];
/// What an event is made of, which only those of VOD list.
const STREAM_INFOS: &str = "StreamInfos";
const SNAPSHOT_INFOS: &str = "SnapshotInfos";

/// Reads an event that arrived at either product, and tells whose it is.
///
/// An event with a `MessageBody` is one of IMS, wherever it arrived; one without it that has VOD's members is one of VOD. One
/// with neither belongs to the product that it was sent to.
fn read(product: Product, event: Value<'_>) -> (Product, Facts) {
    let envelope = Envelope::of(event);
    let message_body = event.get(MESSAGE_BODY);
    if let Some(body) = message_body.and_then(Value::part) {
        pass_over_others(event);
        // A node of a workflow may have what VOD would have posted in the envelope of IMS.
        let is_vod = [STREAM_INFOS, SNAPSHOT_INFOS].iter().any(|parts| body.get(parts).is_some());
        let facts = if is_vod { vod::read(&envelope, body) } else { ims::read(&envelope, Some(body)) };
        return (Product::AliyunIms, facts);
    }
    let is_flat = message_body.is_none() && FLAT.iter().any(|key| event.get(key).is_some());
    if product == Product::AliyunIms && !is_flat {
        pass_over_others(event);
        return (product, ims::read(&envelope, None));
    }
    (Product::AliyunVod, vod::read(&envelope, event))
}

/// Notes what stands beside the head and the body of an event of IMS.
fn pass_over_others(event: Value<'_>) {
    let is_known = |key: &str| [EVENT_TYPE, EVENT_TIME, USER_ID, MESSAGE_BODY, REQUEST_ID].contains(&key);
    event.members().filter(|(key, _)| !is_known(key)).for_each(|(_, value)| value.pass_over());
}

/// The outcome that a status word stands for; unknown where there is no word.
fn outcome_of(status: &Text) -> Outcome {
    status.as_deref().map(status::outcome).unwrap_or_default()
}

/// The role that the ending of a file name or URL tells; where it tells none, that of what such a job makes.
fn role_of(name: &str, otherwise: Role) -> Role {
    Role::of_name(name).or(otherwise)
}

/// What a person's review found.
fn audit_verdict(audit_status: &str) -> Option<Verdict> {
    match audit_status.to_ascii_lowercase().as_str() {
        "normal" => Some(Verdict::Pass),
        "blocked" => Some(Verdict::Block),
        _ => None,
    }
}

/// The files of a series, whose URL and key have a placeholder for the number of each: five digits, from 1.
///
/// VOD's page on `SnapshotComplete` says so. IMS says it by example: the first file of `output-{Count}.jpg` is
/// `output-00001.jpg` in the response of `GetSnapshotUrls`.
///
/// The series stays one output, as the vendor writes it, where its count is not said, its name is longer than any, or the
/// [`budget`] has no room for it: a few bytes of a body must not become an event of any size.
fn series(output: Output, placeholder: &str, count: Option<u64>) -> Vec<Output> {
    let names = [&output.url, &output.object].map(|name| name.as_deref().unwrap_or_default());
    let is_series = names.iter().any(|name| name.contains(placeholder));
    let is_short = names.iter().all(|name| name.len() <= LONGEST_NAME);
    let length: usize = [&output.url, &output.object, &output.bucket, &output.region, &output.id]
        .into_iter()
        .flatten()
        .map(|text| text.len() + size_of::<String>())
        .sum();
    let fits = |count: &u64| {
        let count = usize::try_from(*count).unwrap_or(usize::MAX);
        count <= MOST_FILES && budget::take_copies(count.saturating_mul(length + size_of::<Output>()))
    };
    let Some(count) = count.filter(|_| is_series && is_short).filter(fits) else { return vec![output] };
    let numbered = |number: u64| {
        let of = |name: &Option<String>| name.as_ref().map(|name| name.replace(placeholder, &format!("{number:05}")));
        Output { url: of(&output.url), object: of(&output.object), ..output.clone() }
    };
    (1..=count).map(numbered).collect()
}

/// The error of these fields, of which the first that is there counts. Nothing where the code is one of success: automatic jobs
/// have the code `0` and the message `OK` then. In the sample of `UploadByURLComplete` the code ends in a blank, as do the keys
/// around it.
fn error_of(codes: [&Text; 2], messages: [&Text; 2]) -> Failure {
    let first =
        |texts: [&Text; 2]| texts.into_iter().find_map(|text| text.0.as_deref().map(str::trim).map(str::to_owned));
    let is_success = |text: &str| text == "200" || text.eq_ignore_ascii_case("ok") || status::is_success_code(text);
    let code = first(codes);
    if code.as_deref().is_some_and(is_success) {
        return Failure::default();
    }
    Failure { code, message: first(messages).filter(|message| !is_success(message)) }
}

/// An error of these two fields.
pub(crate) fn failure(code: Text, message: Text) -> Failure {
    Failure { code: code.0, message: message.0 }
}

/// Region of a public OSS endpoint: `cn-shanghai` of `oss-cn-shanghai.aliyuncs.com` or of the location `oss-cn-shanghai`.
///
/// <https://www.alibabacloud.com/help/en/oss/user-guide/regions-and-endpoints>
pub(crate) fn oss_region(endpoint: &str) -> Option<String> {
    let location = endpoint.split('.').next().unwrap_or(endpoint);
    let region = location.strip_prefix("oss-")?;
    Some(region.strip_suffix("-internal").unwrap_or(region).to_owned())
}

/// Bucket and key of an address such as `oss://bucket/folder/file.mp4`.
pub(crate) fn oss_object(url: &str) -> Option<(String, String)> {
    let (bucket, object) = url.strip_prefix("oss://")?.split_once('/')?;
    Some((bucket.to_owned(), object.to_owned()))
}

/// Bucket and region of an OSS host name: `sample-bucket.oss-cn-shanghai.aliyuncs.com`.
pub(crate) fn oss_bucket(host: &str) -> Media {
    let parts = host.split_once('.').and_then(|(bucket, endpoint)| Some((bucket, oss_region(endpoint)?)));
    match parts {
        Some((bucket, region)) => Media { bucket: Some(bucket.to_owned()), region: Some(region), ..Media::default() },
        None => Media::default(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tests::event;

    /// The name of an event, which both products have, chooses nothing.
    #[test]
    fn the_structure_tells_whose_an_event_is() {
        use Product::{AliyunIms, AliyunVod};
        let name = r#""EventType":"FileUploadComplete","EventTime":"2022-07-15T08:48:14Z","UserId":1"#;
        for (members, at_vod, at_ims) in [
            (r#","MessageBody":{"MediaId":"m"}"#, AliyunIms, AliyunIms),
            (r#","MessageBody":"{\"MediaId\":\"m\"}""#, AliyunIms, AliyunIms),
            (r#","MessageBody":{"MediaId":"m"},"VideoId":"v""#, AliyunIms, AliyunIms),
            (r#","VideoId":"v""#, AliyunVod, AliyunVod),
            (r#","Status":"success""#, AliyunVod, AliyunVod),
            (r#","SnapshotInfos":[]"#, AliyunVod, AliyunVod),
            (r#","MediaRefreshJobId":"j""#, AliyunVod, AliyunVod),
            ("", AliyunVod, AliyunIms),
            (r#","NewKey":1"#, AliyunVod, AliyunIms),
            (r#","MessageBody":"text","VideoId":"v""#, AliyunVod, AliyunIms),
            (r#","MessageBody":[]"#, AliyunVod, AliyunIms),
        ] {
            let json = format!("{{{name}{members}}}");
            assert_eq!(event(AliyunVod, json.as_bytes()).source, at_vod, "{json} at VOD");
            assert_eq!(event(AliyunIms, json.as_bytes()).source, at_ims, "{json} at IMS");
        }
    }

    #[test]
    fn the_files_of_a_series_are_numbered() {
        let series = |url: &str, count| {
            let output = Output { url: Some(url.to_owned()), ..Output::default() };
            let urls = series(output, "{Count}", count).into_iter().filter_map(|output| output.url);
            urls.collect::<Vec<_>>()
        };
        assert_eq!(series("a-{Count}.jpg", Some(2)), ["a-00001.jpg", "a-00002.jpg"]);
        assert_eq!(series("{Count}/{Count}.jpg", Some(1)), ["00001/00001.jpg"]);
        assert_eq!(series("a-{Count}.jpg", Some(10_000)).last().unwrap(), "a-10000.jpg");
        for (url, count) in [("a.jpg", Some(2)), ("a-{Count}.jpg", None), ("a-{Count}.jpg", Some(10_001))] {
            assert_eq!(series(url, count), [url], "{count:?}");
        }
        let long = format!("{}{{Count}}", "a".repeat(LONGEST_NAME));
        assert_eq!(series(&long, Some(2)), [long]);
    }

    #[test]
    fn an_oss_endpoint_tells_the_region() {
        for (endpoint, region) in [
            ("oss-cn-shanghai.aliyuncs.com", Some("cn-shanghai")),
            ("oss-cn-shanghai", Some("cn-shanghai")),
            ("oss-ap-southeast-1-internal.aliyuncs.com", Some("ap-southeast-1")),
            ("media.example.com", None),
        ] {
            assert_eq!(oss_region(endpoint).as_deref(), region, "{endpoint}");
        }
        let media = oss_bucket("sample-bucket.oss-cn-shanghai.aliyuncs.com");
        assert_eq!((media.bucket.as_deref(), media.region.as_deref()), (Some("sample-bucket"), Some("cn-shanghai")));
        assert_eq!(oss_bucket("xxx"), Media::default());
        assert_eq!(oss_object("oss://b/in/x.mp4"), Some(("b".to_owned(), "in/x.mp4".to_owned())));
        assert_eq!(oss_object("http://b/in/x.mp4"), None);
    }
}
