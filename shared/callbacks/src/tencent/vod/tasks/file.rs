//! What happened to files as a whole: deleted, restored, made permanent, published.

use serde::Deserialize;

use crate::event::{Failure, Job, Kind, Media, Outcome, Step};
use crate::facts::Facts;
use crate::status;
use crate::tencent::vod::Payload;
use crate::tencent::vod::task::{code_of, reported};
use crate::wire::{Integer, Many, Text, Texts, Unused};

/// Payload of `FileDeleted`. It has neither a status nor a task.
///
/// <https://www.tencentcloud.com/document/product/266/34181>
///
/// <https://cloud.tencent.com/document/api/266/31773#FileDeleteTask>
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
pub(crate) struct FileDeleteTask {
    /// IDs of the files.
    pub(crate) file_id_set: Texts,
    /// What was deleted of each file. Older accounts do not have it.
    pub(crate) file_delete_result_info: Many<FileDeleteResult>,
}

/// What was deleted of a file.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
pub(crate) struct FileDeleteResult {
    /// ID of the file.
    file_id: Text,
    /// The parts that were deleted; none where all was.
    delete_parts: Many<DeletedPart>,
}

/// What was deleted of a file.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
struct DeletedPart {
    /// `OriginalFiles`, `TranscodeFiles`, `AdaptiveDynamicStreamingFiles`, `WechatPublishFiles`,
    /// `WechatMiniProgramPublishFiles`; empty for all.
    r#type: Unused<Text>,
    /// ID of the template whose files were deleted; 0 for all of the type.
    definition: Unused<Integer>,
}

/// Payload of `RestoreMediaComplete`: a file was brought back from the archive.
///
/// The task has no ID.
///
/// <https://cloud.tencent.com/document/api/266/31773#RestoreMediaTask>
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
pub(crate) struct RestoreMediaTask {
    /// Storage class before: `ARCHIVE`, `DEEP_ARCHIVE`.
    original_storage_class: Unused<Text>,
    /// Storage class now: `STANDARD`, or the one before, where it is a copy for some days.
    target_storage_class: Unused<Text>,
    /// How fast: `Expedited`, `Standard` or `Bulk`.
    restore_tier: Unused<Text>,
    /// How long the copy exists, days; 0 for good.
    restore_day: Unused<Integer>,
}

/// Payload of `PersistenceComplete`: a temporary file was made permanent. It has no status.
///
/// <https://cloud.tencent.com/document/api/266/31773#PersistenceCompleteTask>
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
pub(crate) struct PersistenceCompleteTask {
    /// Where the file came from.
    persistence_source: Unused<Text>,
}

/// Payload of `WechatPublishComplete`, which is no longer offered. The document's key is `WechatPublishComplete`, too.
///
/// <https://cloud.tencent.com/document/api/266/31773#WechatPublishTask>
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
pub(crate) struct WechatPublishTask {
    /// ID of the publishing template.
    definition: Text,
    /// ID of the transcoding template whose file was published; 0 for the original.
    source_definition: Unused<Integer>,
    /// `SUCCESS`, `FAIL`, `AUDITNOTPASS`, the review refused it, or `NOTTRIGGERED`, not begun yet.
    wechat_status: Text,
    /// ID of the video there.
    wechat_vid: Unused<Text>,
    /// Address of the video there, which no program can fetch.
    wechat_url: Unused<Text>,
}

/// Payload of `WechatMiniProgramPublishComplete`.
///
/// <https://cloud.tencent.com/document/api/266/31773#WechatMiniProgramPublishTask>
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
pub(crate) struct WechatMiniProgramPublishTask {
    /// ID of the transcoding template whose file was published; 0 for the original.
    source_definition: Unused<Integer>,
    /// `Pass`, `Failed`, or `Rejected`, the review refused it.
    publish_result: Text,
}

impl Payload for FileDeleteTask {
    /// One file is the media; of several, each is a step.
    fn facts(self, task: Facts) -> Facts {
        let mut ids = self.file_id_set.0;
        for id in self.file_delete_result_info.into_iter().filter_map(|result| result.file_id.0) {
            if !ids.contains(&id) {
                ids.push(id);
            }
        }
        let outcome = if ids.is_empty() { Outcome::Unknown } else { Outcome::Succeeded };
        match <[String; 1]>::try_from(ids) {
            Ok([id]) => Facts { outcome, media: Media { id: Some(id), ..Media::default() }, ..task },
            Err(ids) => {
                let step = |id| Step { id: Some(id), kind: Kind::Asset, outcome, ..Step::default() };
                Facts { outcome, steps: ids.into_iter().map(step).collect(), ..task }
            }
        }
    }
}

impl Payload for RestoreMediaTask {
    fn facts(self, task: Facts) -> Facts {
        let code = code_of(task.status.as_deref()).get();
        let outcome = if code.is_some() { status::outcome_or_code(None, code) } else { task.outcome };
        let code = code.map(|code| code.to_string());
        Facts { outcome, error: Failure { code, ..task.error }, ..task }
    }
}

impl Payload for PersistenceCompleteTask {
    fn facts(self, task: Facts) -> Facts {
        reported(task)
    }
}

impl Payload for WechatPublishTask {
    fn facts(self, task: Facts) -> Facts {
        let facts = published(task, self.wechat_status);
        Facts { job: Job { template_id: self.definition.0, ..facts.job }, ..facts }
    }
}

impl Payload for WechatMiniProgramPublishTask {
    fn facts(self, task: Facts) -> Facts {
        published(task, self.publish_result)
    }
}

/// The facts of a publication. The task is over before it is known whether the file was published: the result's word
/// tells.
fn published(task: Facts, result: Text) -> Facts {
    let outcome = match (task.outcome, result.as_deref()) {
        (Outcome::Succeeded, Some(word)) => match word.to_ascii_lowercase().as_str() {
            "pass" => Outcome::Succeeded,
            "auditnotpass" | "rejected" => Outcome::Failed,
            word => status::outcome(word),
        },
        (outcome, _) => outcome,
    };
    let error = Failure { code: task.error.code.or(result.0), ..task.error };
    Facts { outcome, error: if outcome == Outcome::Failed { error } else { Failure::default() }, ..task }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tencent::vod::payload_of;

    fn facts<P: Payload>(json: &str) -> Facts {
        payload_of::<P>(json)
    }

    #[test]
    fn of_several_deleted_files_each_is_a_step() {
        for (json, id, steps, outcome) in [
            (r#"{"FileIdSet":["1"]}"#, Some("1"), vec![], Outcome::Succeeded),
            (r#"{"FileIdSet":["1","2"]}"#, None, vec!["1", "2"], Outcome::Succeeded),
            (r#"{"FileDeleteResultInfo":[{"FileId":"1"},{"FileId":"2"}]}"#, None, vec!["1", "2"], Outcome::Succeeded),
            (r#"{"FileDeleteResultInfo":[{"FileId":"1"}]}"#, Some("1"), vec![], Outcome::Succeeded),
            ("{}", None, vec![], Outcome::Unknown),
        ] {
            let facts = facts::<FileDeleteTask>(json);
            assert_eq!(facts.media.id.as_deref(), id, "{json}");
            assert!(facts.steps.iter().filter_map(|step| step.id.as_deref()).eq(steps), "{json}");
            assert_eq!(facts.outcome, outcome, "{json}");
        }
    }

    #[test]
    fn the_status_of_a_restoration_is_a_code() {
        for (json, outcome) in [
            (r#"{"Status":0}"#, Outcome::Succeeded),
            (r#"{"Status":"0"}"#, Outcome::Succeeded),
            (r#"{"Status":70000}"#, Outcome::Failed),
            (r#"{"Status":"FINISH"}"#, Outcome::Succeeded),
            (r#"{"Status":"odd"}"#, Outcome::Unknown),
            ("{}", Outcome::Unknown),
        ] {
            assert_eq!(facts::<RestoreMediaTask>(json).outcome, outcome, "{json}");
        }
    }

    #[test]
    fn a_publication_that_was_refused_failed() {
        for (status, result, outcome) in [
            ("FINISH", "SUCCESS", Outcome::Succeeded),
            ("FINISH", "Pass", Outcome::Succeeded),
            ("FINISH", "FAIL", Outcome::Failed),
            ("FINISH", "AUDITNOTPASS", Outcome::Failed),
            ("FINISH", "Rejected", Outcome::Failed),
            ("FINISH", "NOTTRIGGERED", Outcome::Unknown),
            ("FINISH", "", Outcome::Succeeded),
            ("PROCESSING", "FAIL", Outcome::Running),
        ] {
            let wechat = facts::<WechatPublishTask>(&format!(r#"{{"Status":"{status}","WechatStatus":"{result}"}}"#));
            assert_eq!(wechat.outcome, outcome, "{status} {result}");
            let program = facts::<WechatMiniProgramPublishTask>(&format!(
                r#"{{"Status":"{status}","PublishResult":"{result}"}}"#
            ));
            assert_eq!(program.outcome, outcome, "{status} {result}");
        }
    }
}
