//! The envelope of accounts from before 2019: `{"version":"4.0","eventType":"TranscodeComplete","data":{…}}`.
//!
//! Its keys are in `camelCase`; a document of 2019 has those of `data` in `PascalCase`. What an event tells is what it
//! tells today under other names, so that it is mapped by today's structs.

mod data;
mod flow;

use self::data::{Data, File, Found, Picture, Play};
use super::basic_info::{MediaBasicInfo, customers_own};
use super::task::{Task, code_of, images};
use super::tasks::api_2017::{
    ClipTask, ConcatTask, FileInfo, ImageSpriteTask, PlayInfo, SnapshotInfo, SnapshotTask, TranscodeTask,
};
use super::tasks::file::FileDeleteTask;
use super::tasks::upload::{FileUploadTask, PullUploadTask};
use super::{Payload, Reader};
use crate::event::{Outcome, Review};
use crate::facts::{Facts, made};
use crate::json::Value;
use crate::wire::{CamelCase, Integer, Many, One, Text, read_struct};

/// The schema of `data`.
#[cfg(test)]
pub(super) fn schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
    generator.subschema_for::<CamelCase<Data>>()
}

/// Reads `data` of the event with this name. `today` reads the event's payload of today.
pub(super) fn read(name: Option<&str>, data: Value<'_>, today: Option<Reader>) -> Facts {
    if let Some(today) = today.filter(|_| !is_legacy(name) && has_todays_keys(data)) {
        return (today.read)(Some(data));
    }
    let CamelCase(data) = read_struct::<CamelCase<Data>>(data);
    data.facts(name)
}

/// Whether it is one of the events that the old envelope's documents describe, which [`Data`] reads.
fn is_legacy(name: Option<&str>) -> bool {
    matches!(
        name,
        Some(
            "NewFileUpload"
                | "PullComplete"
                | "FileDeleted"
                | "TranscodeComplete"
                | "ConcatComplete"
                | "ClipComplete"
                | "CreateImageSpriteComplete"
                | "CreateSnapshotByTimeOffsetComplete"
                | "PorncheckComplete"
        )
    )
}

/// Whether the object has a member that tells what today's payloads are about, and none of the old envelope's do.
fn has_todays_keys(data: Value<'_>) -> bool {
    const TODAY: &[&str] = &["TaskId", "FileId", "FileIdSet", "Status", "CastId", "Input", "Output"];
    TODAY.iter().any(|key| data.get(key).is_some())
}

impl Data {
    fn facts(mut self, name: Option<&str>) -> Facts {
        let (status, err_code) = code(std::mem::take(&mut self.status), self.err_code);
        let task = Task {
            id: std::mem::take(&mut self.vod_task_id).or(std::mem::take(&mut self.task_id)),
            status,
            err_code_ext: std::mem::take(&mut self.err_code_ext),
            err_code,
            message: std::mem::take(&mut self.message),
            progress: self.progress,
            file_id: std::mem::take(&mut self.file_id),
            session_context: std::mem::take(&mut self.session_context),
            ..Task::default()
        };
        let follow_ups = [
            &mut self.transcode_task_id,
            &mut self.procedure_task_id,
            &mut self.review_audio_video_task_id,
            &mut self.image_sprite_task_id,
            &mut self.porncheck_task_id,
        ];
        let follow_ups = follow_ups.into_iter().filter_map(|id| id.0.take()).collect();
        let facts = self.event(name, task);
        Facts { follow_ups, ..facts }
    }

    fn event(mut self, name: Option<&str>, task: Task) -> Facts {
        match name {
            Some("NewFileUpload") => {
                let user_data = customers_own(&self.source_type, std::mem::take(&mut self.source_context));
                let properties = self.properties();
                let stored = MediaBasicInfo::new(self.file_name, self.file_url, self.cover_url);
                let media_basic_info =
                    if self.media_basic_info.0.is_some() { self.media_basic_info } else { One(Some(Box::new(stored))) };
                let facts = FileUploadTask { media_basic_info, ..FileUploadTask::default() }.facts(task.facts());
                Facts { media: properties.complete(facts.media), user_data: facts.user_data.or(user_data), ..facts }
            }
            Some("PullComplete") => {
                let user_data = customers_own(&self.source_type, std::mem::take(&mut self.source_context));
                let properties = self.properties();
                let payload = PullUploadTask {
                    file_url: self.file_url,
                    media_basic_info: self.media_basic_info,
                    ..PullUploadTask::default()
                };
                let facts = payload.facts(task.facts());
                Facts { media: properties.complete(facts.media), user_data: facts.user_data.or(user_data), ..facts }
            }
            Some("PorncheckComplete") => {
                let task = task.facts();
                let pictures: Vec<Text> =
                    self.porn_img_url.into_iter().map(|CamelCase(picture)| picture.pic_url).collect();
                // The list's name is all that the vendor says of the finding.
                let label = (!pictures.is_empty()).then(|| "Porn".to_owned());
                Facts {
                    outputs: made(task.outcome, images(pictures)),
                    review: Review { label, ..Review::default() },
                    ..task
                }
            }
            Some("FileDeleted") => {
                let mut file_id_set = self.file_id_set;
                let files = files(self.file_info, self.file_info_set);
                file_id_set.0.extend(files.filter_map(|file| file.file_id.0).chain(task.file_id.0.clone()));
                let file_delete_result_info = self.file_delete_result_info;
                let facts = FileDeleteTask { file_id_set, file_delete_result_info }.facts(task.facts());
                let outcome = if facts.error.code.is_some() { Outcome::Failed } else { facts.outcome };
                Facts { outcome, ..facts }
            }
            Some("TranscodeComplete") => TranscodeTask {
                file_name: self.file_name,
                duration: self.duration,
                cover_url: self.cover_url,
                play_info_set: Many(
                    self.play_set.into_iter().chain(self.play_info_set).map(|play| play.0.today()).collect(),
                ),
            }
            .facts(task.facts()),
            Some("ConcatComplete") => {
                ConcatTask { file_info_set: Many(files(self.file_info, self.file_info_set).map(File::today).collect()) }
                    .facts(task.facts())
            }
            Some("ClipComplete") => {
                let file = files(self.file_info, self.file_info_set).next().unwrap_or_default();
                let (file_status, file_code) = code(file.status, file.err_code);
                let err_code = if file_code.get().is_some() { file_code } else { task.err_code };
                let message = file.message.or(task.message.clone());
                let file = File { status: file_status, err_code, message, ..file };
                let file_info = One(Some(Box::new(file.today())));
                ClipTask { src_file_id: self.src_file_id.or(task.file_id.clone()), file_info }.facts(task.facts())
            }
            Some("CreateImageSpriteComplete") => {
                let mut image_sprite_url_set = self.image_sprite_url;
                image_sprite_url_set.0.extend(self.image_sprite_url_set.0);
                let payload = ImageSpriteTask {
                    definition: self.definition,
                    image_sprite_url_set,
                    web_vtt_url: self.web_vtt_url,
                    ..ImageSpriteTask::default()
                };
                payload.facts(task.facts())
            }
            Some("CreateSnapshotByTimeOffsetComplete") => {
                let pictures = self.pic_info.into_iter().chain(self.snapshot_info_set);
                SnapshotTask {
                    definition: self.definition,
                    snapshot_info_set: Many(pictures.map(|picture| picture.0.today()).collect()),
                }
                .facts(task.facts())
            }
            _ => self.other(task.facts()),
        }
    }

    /// What the vendor found out about an uploaded file. An upload has it in itself, or in an object, or not at all.
    fn properties(&mut self) -> Found {
        let found = self.meta_data.0.take().map(|found| found.0).unwrap_or_default();
        Found {
            size: first(found.size, self.file_size),
            width: first(found.width, self.width),
            height: first(found.height, self.height),
            bitrate: first(found.bitrate, self.bitrate),
            duration: first(found.duration, self.duration),
            ..found
        }
    }
}

/// The files of an event, whatever their field's name.
fn files(one: Many<CamelCase<File>>, other: Many<CamelCase<File>>) -> impl Iterator<Item = File> {
    one.into_iter().chain(other).map(|file| file.0)
}

impl File {
    fn today(self) -> FileInfo {
        let (_, err_code) = code(self.status, self.err_code);
        FileInfo {
            err_code,
            message: self.message,
            file_id: self.file_id,
            file_url: self.file_url,
            file_type: self.file_type,
        }
    }
}

impl Play {
    fn today(self) -> PlayInfo {
        PlayInfo {
            url: self.url,
            definition: self.definition,
            bitrate: if self.vbitrate.get().is_some() { self.vbitrate } else { self.bitrate },
            height: if self.vheight.get().is_some() { self.vheight } else { self.height },
            width: if self.vwidth.get().is_some() { self.vwidth } else { self.width },
        }
    }
}

impl Picture {
    fn today(self) -> SnapshotInfo {
        let (_, err_code) = code(self.status, self.err_code);
        SnapshotInfo { err_code, url: self.url, ..SnapshotInfo::default() }
    }
}

/// The first of two values that is there.
fn first<T: Default + PartialEq>(one: T, other: T) -> T {
    if one == T::default() { other } else { one }
}

/// The word of a status and its error code: under this name the old envelope has either.
fn code(status: Text, err_code: Integer) -> (Text, Integer) {
    let code = code_of(status.as_deref());
    match code.get() {
        Some(_) => (Text::default(), code),
        None => (status, err_code),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use crate::{Product, decode};

    /// What an event says, without its id and the vendor's part.
    fn said(body: &str) -> Value {
        let [event] =
            <[_; 1]>::try_from(decode(Product::TencentVod, body.as_bytes(), jiff::Timestamp::UNIX_EPOCH)).unwrap();
        let mut said = serde_json::to_value(&event).unwrap();
        said["id"] = Value::Null;
        said["data"]["vendor"] = Value::Null;
        said
    }

    /// Of the four lists of a task flow each counts, in every spelling.
    #[test]
    fn no_list_of_sub_tasks_is_passed_over() {
        for (camel, pascal) in [
            ("processTaskList", "ProcessTaskList"),
            ("contentReviewList", "ContentReviewList"),
            ("aIAnalysisList", "AIAnalysisList"),
            ("aiAnalysisList", "AiAnalysisList"),
        ] {
            for key in [camel, pascal] {
                for (item, outcome) in [
                    (r#"{"taskType":"Tag","status":"FAIL","errCode":30010}"#, "failed"),
                    (r#"{"TaskType":"Tag","Status":"FAIL","ErrCode":30010}"#, "failed"),
                    (r#"{"taskType":"Tag","status":"SUCCESS","errCode":0}"#, "succeeded"),
                    (r#"{"taskType":"Tag","errCode":30010}"#, "failed"),
                    (r#"{"taskType":"Tag"}"#, "unknown"),
                ] {
                    let body = format!(
                        r#"{{"version":"4.0","eventType":"ProcedureStateChanged","data":{{"vodTaskId":"t","status":"FINISH","{key}":[{item}]}}}}"#
                    );
                    assert_eq!(said(&body)["type"], format!("media.workflow.{outcome}"), "{body}");
                }
            }
        }
    }

    #[test]
    fn a_review_is_a_step_where_it_says_something() {
        for (review, steps, label) in [
            (r#"{"definition":1,"riskType":["Porn"],"imgInfo":[{"url":"u"}]}"#, 1, Some("Porn")),
            (r#"{"definition":1,"riskType":"Porn"}"#, 1, Some("Porn")),
            (r#"{"definition":1,"riskType":[]}"#, 0, None),
            (r#"{"definition":1,"errCode":30010}"#, 1, None),
            ("{}", 0, None),
        ] {
            for key in ["aiReview", "AiReview", "aIReview", "ai_review"] {
                let body = format!(
                    r#"{{"version":"4.0","eventType":"ProcedureStateChanged","data":{{"status":"FINISH","{key}":{review}}}}}"#
                );
                let said = said(&body);
                assert_eq!(said["data"]["steps"].as_array().map_or(0, Vec::len), steps, "{body}");
                assert_eq!(said["data"]["review"]["label"].as_str(), label, "{body}");
            }
        }
    }

    #[test]
    fn the_old_envelope_says_what_todays_does() {
        for (name, key, old, today) in [
            (
                "NewFileUpload",
                "FileUploadEvent",
                r#"{"fileId":"1","fileName":"n","fileUrl":"u","coverUrl":"c"}"#,
                r#"{"FileId":"1","MediaBasicInfo":{"Name":"n","MediaUrl":"u","CoverUrl":"c"}}"#,
            ),
            (
                "PullComplete",
                "PullCompleteEvent",
                r#"{"status":0,"vodTaskId":"t","fileId":"1","fileUrl":"u"}"#,
                r#"{"ErrCode":0,"TaskId":"t","FileId":"1","FileUrl":"u"}"#,
            ),
            (
                "TranscodeComplete",
                "TranscodeCompleteEvent",
                r#"{"status":31000,"message":"m","vodTaskId":"t","fileId":"1"}"#,
                r#"{"ErrCode":31000,"Message":"m","TaskId":"t","FileId":"1"}"#,
            ),
            (
                "ClipComplete",
                "ClipCompleteEvent",
                r#"{"vodTaskId":"t","srcFileId":"1","fileInfo":{"status":0,"fileId":"2","fileUrl":"u","fileType":"mp4"}}"#,
                r#"{"TaskId":"t","SrcFileId":"1","FileInfo":{"ErrCode":0,"FileId":"2","FileUrl":"u","FileType":"mp4"}}"#,
            ),
            (
                "CreateSnapshotByTimeOffsetComplete",
                "SnapshotByTimeOffsetCompleteEvent",
                r#"{"vodTaskId":"t","fileId":"1","definition":10,"picInfo":[{"status":0,"url":"u"},{"status":7}]}"#,
                r#"{"TaskId":"t","FileId":"1","Definition":10,"SnapshotInfoSet":[{"ErrCode":0,"Url":"u"},{"ErrCode":7}]}"#,
            ),
            ("FileDeleted", "FileDeleteEvent", r#"{"status":0,"fileInfo":[{"fileId":"1"}]}"#, r#"{"FileIdSet":["1"]}"#),
            (
                "EditMediaComplete",
                "EditMediaCompleteEvent",
                r#"{"vodTaskId":"t","status":"PROCESSING"}"#,
                r#"{"TaskId":"t","Status":"PROCESSING"}"#,
            ),
        ] {
            let expected = said(&format!(r#"{{"EventType":"{name}","{key}":{today}}}"#));
            for body in [
                format!(r#"{{"version":"4.0","eventType":"{name}","data":{old}}}"#),
                format!(r#"{{"version":"4.0","eventType":"{name}","data":{today}}}"#),
                format!(r#"{{"Version":"4.0","EventType":"{name}","Data":{today}}}"#),
            ] {
                assert_eq!(said(&body), expected, "{body}");
            }
        }
    }
}
