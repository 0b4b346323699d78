//! The body of a callback, from what the API tells of its job.

use callbacks::NaturalKey;
use serde_json::{Value, json};

use super::families::{Family, GROUP, OUTPUT, TRANSCODED};
use crate::aliyun::{Object, list, pick, text, url_upload_status};
use crate::error::{Error, undocumented};

/// The members of the callback of a job, or of the part of it that the key names; `None` where the job has no such part.
pub(super) fn of_job(family: &Family, key: &NaturalKey, job: &Value) -> Result<Option<Object>, Error> {
    let mut body = match family.end {
        GROUP | OUTPUT => {
            let Some(part) = key.ids().get(1).and_then(|id| part(family.end, job, id)) else { return Ok(None) };
            let mut body = pick(part, family.members);
            body.extend(pick(job, &[("JobId", "/JobId"), ("UserData", "/UserData")]));
            body
        }
        _ => pick(job, family.members),
    };
    match family.end {
        "SnapshotComplete" | "DynamicImageComplete" => {
            for name in ["Input", "Output"] {
                body.extend(job.get(name).map(|media| (name.to_owned(), job_media(media))));
            }
        }
        "TranscodeParentComplete" => {
            let parts: Vec<Value> =
                list(job, "/TranscodeJobList").iter().map(|part| pick(part, TRANSCODED).into()).collect();
            body.insert("Jobs".to_owned(), parts.into());
        }
        "UploadByURLComplete" | "UploadStreamByURLComplete" => {
            body.insert("Status".to_owned(), url_upload_status(job)?.into());
        }
        _ => {}
    }
    Ok(Some(body))
}

/// The ids of all parts of a job that end with events of their own, each with its event.
pub(super) fn parts(job: &Value) -> Vec<(&'static str, String)> {
    let groups = list(job, "/OutputGroupDetails").iter().map(|part| (GROUP, part));
    let outputs = outputs(job).map(|part| (OUTPUT, part));
    groups.chain(outputs).map(|(end, part)| (end, text(part, "/TaskId").to_owned())).collect()
}

fn part<'v>(end: &str, job: &'v Value, id: &str) -> Option<&'v Value> {
    let is_it = |part: &&Value| text(part, "/TaskId") == id;
    if end == GROUP { list(job, "/OutputGroupDetails").iter().find(is_it) } else { outputs(job).find(is_it) }
}

/// The outputs of a job: its own, and those of its groups.
fn outputs(job: &Value) -> impl Iterator<Item = &Value> {
    let of_groups = list(job, "/OutputGroupDetails").iter().flat_map(|group| list(group, "/Outputs"));
    list(job, "/OutputDetails").iter().chain(of_groups)
}

/// What a job takes or makes, as a callback has it: `{"type":"OSS","media":"http://…","ossFile":{…}}`.
fn job_media(media: &Value) -> Value {
    let members = pick(media, &[("type", "/Type"), ("media", "/Media"), ("ossFile", "/OssFile")]);
    if members.is_empty() { media.clone() } else { members.into() }
}

/// The members of what reports that media are there, or what they are. The API tells their state, and not which event was sent.
pub(super) fn of_media(end: &str, info: &Value) -> Result<Object, Error> {
    const URL: (&str, &str) = ("FileUrl", "/FileBasicInfo/FileUrl");
    const SIZE: (&str, &str) = ("Size", "/FileBasicInfo/FileSize");
    const PROPERTIES: &[(&str, &str)] = &[
        ("Duration", "/FileBasicInfo/Duration"),
        ("Height", "/FileBasicInfo/Height"),
        ("Width", "/FileBasicInfo/Width"),
        ("Bitrate", "/FileBasicInfo/Bitrate"),
        SIZE,
        ("Fps", "/VideoStreamInfoList/0/Fps"),
    ];
    let mut body = pick(info, &[("MediaId", "/MediaId"), ("UserData", "/MediaBasicInfo/UserData")]);
    let status = match text(info, "/MediaBasicInfo/Status") {
        "Normal" => "Success",
        "PrepareFail" => "Fail",
        "Init" | "Preparing" => "Processing",
        _ => return Err(undocumented("expected a status that is documented")),
    };
    body.insert("Status".to_owned(), status.into());
    // The files that were made from it are listed, too.
    let files = list(info, "/FileInfoList");
    let is_source = |file: &&Value| text(file, "/FileBasicInfo/FileType") == "source_file";
    if let Some(file) = files.iter().find(is_source).or_else(|| files.first()) {
        if end == "VideoAnalysisComplete" {
            body.extend(pick(file, &[URL]));
            body.insert("MetaInfo".to_owned(), pick(file, PROPERTIES).into());
        } else {
            body.extend(pick(file, &[URL, SIZE]));
        }
    }
    Ok(body)
}

/// The members of what reports a file of a live recording.
pub(super) fn of_recording(file: &Value) -> Object {
    let unix = |pointer| crate::aliyun::time(file, pointer).map(jiff::Timestamp::as_second);
    let url = text(file, "/RecordUrl");
    // A callback has the object's key, and the list its URL.
    let uri = url.split_once("://").and_then(|(_, rest)| rest.split_once('/')).map_or(url, |(_, key)| key);
    let mut body = pick(file, &[("jobId", "/JobId"), ("record_id", "/RecordId"), ("duration", "/Duration")]);
    body.insert("uri".to_owned(), json!(uri));
    body.insert("start_time".to_owned(), json!(unix("/StartTime")));
    body.insert("stop_time".to_owned(), json!(unix("/EndTime")));
    body
}
