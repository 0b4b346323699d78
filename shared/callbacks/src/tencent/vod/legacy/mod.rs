//! The envelope of accounts from before 2019: `{"version":"4.0","eventType":"TranscodeComplete","data":{…}}`.
//!
//! Its keys are in `camelCase`; a document of 2019 has those of `data` in `PascalCase`. What an event tells is what it
//! tells today under other names, so that it is mapped by today's structs.

mod data;

use self::data::{Data, File, MetaData, Picture, Play, SubTask};
use super::basic_info::MediaBasicInfo;
use super::flow::process::kind_of;
use super::media::fps;
use super::task::{Task, code_of, failure, file, role_of, whole_outcome};
use super::tasks::api_2017::{
    ClipTask, ConcatTask, FileInfo, ImageSpriteTask, PlayInfo, SnapshotInfo, SnapshotTask, TranscodeTask,
};
use super::tasks::file::FileDeleteTask;
use super::tasks::upload::{FileUploadTask, PullUploadTask};
use super::{Payload, Reader};
use crate::event::{Media, Outcome, Output, Role, Step};
use crate::facts::{Facts, failure as failure_of, made};
use crate::json::Value;
use crate::wire::{CamelCase, Integer, Many, One, Text, read as read_struct};

/// Reads `data` of the event with this name. `today` reads the event's payload of today.
pub(super) fn read(name: Option<&str>, data: Value<'_>, today: Option<Reader>) -> Facts {
    if let Some(today) = today.filter(|_| !is_legacy(name) && has_todays_keys(data)) {
        return today(Some(data));
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
        match name {
            Some("NewFileUpload") => {
                let stored = MediaBasicInfo::new(self.file_name, self.file_url, self.cover_url);
                let media_basic_info =
                    if self.media_basic_info.0.is_some() { self.media_basic_info } else { One(Some(Box::new(stored))) };
                let facts = FileUploadTask { media_basic_info, ..FileUploadTask::default() }.facts(task.facts());
                Facts { media: MetaData::complete(self.meta_data, facts.media), ..facts }
            }
            Some("PullComplete") => {
                let payload = PullUploadTask {
                    file_url: self.file_url,
                    media_basic_info: self.media_basic_info,
                    ..PullUploadTask::default()
                };
                let facts = payload.facts(task.facts());
                Facts { media: MetaData::complete(self.meta_data, facts.media), ..facts }
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

    /// An event of which the old envelope's form is in no document that still exists.
    fn other(self, task: Facts) -> Facts {
        let media = Media { title: self.file_name.0, url: self.file_url.0, ..task.media };
        let steps: Vec<Step> = self.process_task_list.into_iter().map(|task| task.0.step()).collect();
        let outcome = Outcome::of_parts(task.outcome, steps.iter().map(|step| step.outcome));
        Facts { outcome, media: MetaData::complete(self.meta_data, media), steps, ..task }
    }
}

/// The files of an event, whatever their field's name.
fn files(one: Many<CamelCase<File>>, other: Many<CamelCase<File>>) -> impl Iterator<Item = File> {
    one.into_iter().chain(other).map(|file| file.0)
}

impl MetaData {
    /// The media with what was found out about it.
    fn complete(meta_data: One<CamelCase<Self>>, media: Media) -> Media {
        let Some(CamelCase(found)) = meta_data.0.map(|boxed| *boxed) else { return media };
        Media {
            size: found.size.count(),
            duration: found.duration.get(),
            width: found.width.count(),
            height: found.height.count(),
            bitrate: found.bitrate.bits(),
            fps: fps(&found.video_stream_set),
            format: found.container.0.or(media.format),
            ..media
        }
    }
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

impl SubTask {
    fn step(self) -> Step {
        let (status, err_code) = code(self.status, self.err_code);
        let error = failure(Text::default(), err_code, self.message);
        let outcome = whole_outcome(&status, err_code, &error);
        let output = self.output.0.map(|output| output.0).unwrap_or_default();
        let template_id = self.input.0.and_then(|input| input.0.definition.0).or_else(|| output.definition.0.clone());
        let made_file = file(role_of(&output.url, Role::Other), output.url);
        let made_file = made_file.map(|file| Output { definition: output.definition.0, ..file });
        Step {
            kind: self.task_type.as_deref().and_then(kind_of).unwrap_or_default(),
            event: self.task_type.0,
            outcome,
            status: status.0,
            template_id,
            started_at: self.begin_process_time.0,
            finished_at: self.finish_time.0,
            error: failure_of(outcome, error),
            outputs: made(outcome, made_file),
            ..Step::default()
        }
    }
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
