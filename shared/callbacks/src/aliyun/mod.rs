//! Alibaba Cloud: `ApsaraVideo` VOD and Intelligent Media Services.
//!
//! The two share event names and differ in shape: VOD's bodies are flat, IMS puts everything but the head into
//! `MessageBody`. So the shape chooses the parser, never the name.

pub(crate) mod auth;
pub(crate) mod ims;
pub(crate) mod mns;
pub(crate) mod vod;

use std::borrow::Cow;

use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::value::RawValue;

use crate::Product;
use crate::body::Unreadable;
use crate::event::{Failure, Media, Outcome, Output, Role, Verdict};
use crate::facts::Facts;
use crate::status;
use crate::wire::{Text, Time, object, peek};

/// How many files the outputs of one event name one by one. Snapshot jobs make some hundred.
const MOST_FILES: usize = 10_000;

/// Bytes of the longest name of a file of a series. The key of an OSS object has 1,023 at most.
const LONGEST_NAME: usize = 2_048;

/// The head that every event has, and IMS's body.
///
/// <https://www.alibabacloud.com/help/en/ims/developer-reference/event-list>
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(crate) struct Envelope {
    /// The event's name. VOD's `WorkflowTaskComplete` example lacks it, although its table requires it.
    pub(crate) event_type: Text,
    /// When the event occurred, UTC.
    pub(crate) event_time: Time,
    /// The account, 16 digits. IMS sends a number, VOD a string.
    pub(crate) user_id: Text,
    /// IMS only: what the event reports. An object.
    pub(crate) message_body: Option<Box<RawValue>>,
}

impl Envelope {
    /// The body as the JSON of an object.
    fn body(&self) -> Option<Cow<'_, str>> {
        object(self.message_body.as_deref()?.get())
    }
}

/// Members that events of VOD have beside the head, each event at least one of them. In an event of IMS they are inside of
/// `MessageBody`.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Flat {
    status: Option<IgnoredAny>,
    video_id: Option<IgnoredAny>,
    media_id: Option<IgnoredAny>,
    image_id: Option<IgnoredAny>,
    attached_media_id: Option<IgnoredAny>,
    job_id: Option<IgnoredAny>,
    task_id: Option<IgnoredAny>,
    workflow_id: Option<IgnoredAny>,
    media_refresh_job_id: Option<IgnoredAny>,
    stream_infos: Option<IgnoredAny>,
    snapshot_infos: Option<IgnoredAny>,
}

impl Flat {
    /// Whether it lists what it is made of, which only events of VOD do.
    fn has_parts(&self) -> bool {
        self.stream_infos.is_some() || self.snapshot_infos.is_some()
    }

    fn is_vod(&self) -> bool {
        let ids = [&self.video_id, &self.media_id, &self.image_id, &self.attached_media_id];
        let jobs = [&self.job_id, &self.task_id, &self.workflow_id, &self.media_refresh_job_id];
        let others = [&self.status, &self.stream_infos, &self.snapshot_infos];
        ids.into_iter().chain(jobs).chain(others).any(Option::is_some)
    }
}

/// Reads an event that arrived at either product, and tells whose it is.
///
/// An event with a `MessageBody` is one of IMS, wherever it arrived; one without it that has VOD's members is one of VOD. One
/// with neither belongs to the product that it was sent to.
pub(crate) fn read(product: Product, canonical: &str) -> Result<(Product, Facts), Unreadable> {
    let envelope: Envelope = peek(canonical)?;
    if let Some(body) = envelope.body() {
        return Ok((Product::AliyunIms, ims::read(&envelope, &body)?));
    }
    let is_flat = envelope.message_body.is_none() && peek::<Flat>(canonical)?.is_vod();
    if product == Product::AliyunIms && !is_flat {
        return Ok((product, ims::read(&envelope, "{}")?));
    }
    Ok((Product::AliyunVod, vod::read(&envelope, canonical)?))
}

/// The outcome that a status word stands for; unknown where there is no word.
fn outcome_of(status: &Text) -> Outcome {
    status.as_deref().map(status::outcome).unwrap_or_default()
}

/// The role that the ending of a file name or URL tells; where it tells none, that of what such a job makes.
fn role_of(name: &str, otherwise: Role) -> Role {
    match Role::of_name(name) {
        Role::Other => otherwise,
        role => role,
    }
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
/// The series stays one output, as the vendor writes it, where its count is not said or is more than `most`, or its name is
/// longer than any: a few bytes of a body must not become an event of any size.
fn series(output: Output, placeholder: &str, count: Option<u64>, most: usize) -> Vec<Output> {
    let names = [&output.url, &output.object].map(|name| name.as_deref().unwrap_or_default());
    let is_series = names.iter().any(|name| name.contains(placeholder));
    let is_short = names.iter().all(|name| name.len() <= LONGEST_NAME);
    let fits = |count: &u64| usize::try_from(*count).is_ok_and(|count| count <= most);
    let Some(count) = count.filter(fits).filter(|_| is_series && is_short) else { return vec![output] };
    let numbered = |number: u64| {
        let of = |name: &Option<String>| name.as_ref().map(|name| name.replace(placeholder, &format!("{number:05}")));
        Output { url: of(&output.url), object: of(&output.object), ..output.clone() }
    };
    (1..=count).map(numbered).collect()
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
            assert_eq!(read(AliyunVod, &json).unwrap().0, at_vod, "{json} at VOD");
            assert_eq!(read(AliyunIms, &json).unwrap().0, at_ims, "{json} at IMS");
        }
    }

    #[test]
    fn the_files_of_a_series_are_numbered() {
        let series = |url: &str, count| {
            let output = Output { url: Some(url.to_owned()), ..Output::default() };
            let urls = series(output, "{Count}", count, MOST_FILES).into_iter().filter_map(|output| output.url);
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
