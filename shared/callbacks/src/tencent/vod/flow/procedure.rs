//! Task flows: several sub-tasks on one media file.

use serde::Deserialize;

use super::analysis::AnalysisResult;
use super::process::ProcessResult;
use super::recognition::RecognitionResult;
use super::review::{ReviewResult, worst};
use super::sub_task::flow;
use crate::event::{Media, Step};
use crate::facts::Facts;
use crate::status;
use crate::tencent::vod::Payload;
use crate::tencent::vod::media::MediaMetaData;
use crate::wire::{Integer, Many, One, Text, Unused};

/// Payload of `ProcedureStateChanged`: a task flow ended, or one of its sub-tasks went on.
///
/// <https://www.tencentcloud.com/document/product/266/9636>; every struct below it is in
/// <https://www.tencentcloud.com/document/product/266/34175>. `FINISH` says only that the flow ended: whether it
/// succeeded, the sub-tasks tell. With the notification mode `Change` there are several events of one flow.
///
/// <https://cloud.tencent.com/document/api/266/31773#ProcedureTask>
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
pub(crate) struct ProcedureTask {
    /// Name of the media file.
    file_name: Text,
    /// Where the media file can be fetched.
    file_url: Text,
    /// What the vendor found out about the media file.
    meta_data: One<MediaMetaData>,
    /// Media processing: one item for each sub-task.
    media_process_result_set: Many<ProcessResult>,
    /// Content review: one item for each sub-task.
    ai_content_review_result_set: Many<ReviewResult>,
    /// Content analysis: one item for each sub-task.
    ai_analysis_result_set: Many<AnalysisResult>,
    /// Content recognition: one item for each sub-task.
    ai_recognition_result_set: Many<RecognitionResult>,
    /// Priority of the flow, -10 to 10.
    tasks_priority: Unused<Integer>,
    /// What is notified: `Finish`, the end of the flow; `Change`, whatever becomes of a sub-task; `None`.
    tasks_notify_mode: Unused<Text>,
    /// Who started the flow, such as `System`.
    operator: Unused<Text>,
    /// What the operation is, such as `TSC`, Top Speed Codec.
    operation_type: Unused<Text>,
}

impl Payload for ProcedureTask {
    fn facts(self, task: Facts) -> Facts {
        let (review_steps, reviews): (Vec<_>, Vec<_>) =
            self.ai_content_review_result_set.into_iter().map(ReviewResult::steps).unzip();
        let mut steps: Vec<Step> = self.media_process_result_set.into_iter().flat_map(ProcessResult::steps).collect();
        steps.extend(review_steps.into_iter().flatten());
        steps.extend(self.ai_analysis_result_set.into_iter().flat_map(AnalysisResult::steps));
        steps.extend(self.ai_recognition_result_set.into_iter().flat_map(RecognitionResult::steps));

        // The flow's own error code is deprecated: it counts only where there is nothing else to go by.
        let whole = if steps.is_empty() {
            task.outcome
        } else {
            task.status.as_deref().map(status::outcome).unwrap_or_default()
        };
        let facts = Facts {
            outcome: whole,
            media: Media {
                id: task.media.id,
                title: self.file_name.0,
                url: self.file_url.0,
                ..self.meta_data.or_default().media()
            },
            review: worst(reviews.into_iter().flatten()).unwrap_or_default(),
            ..task
        };
        flow(facts, steps)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::Outcome;
    use crate::tencent::vod::payload_of;

    fn facts(json: &str) -> Facts {
        payload_of::<ProcedureTask>(json)
    }

    fn sub_task(fields: &str) -> String {
        format!(r#"{{"Type":"Transcode","TranscodeTask":{{{fields}}}}}"#)
    }

    #[test]
    fn the_sub_tasks_tell_how_it_ended() {
        let success = sub_task(r#""Status":"SUCCESS","ErrCode":0"#);
        let fail = sub_task(r#""Status":"FAIL","ErrCode":70000"#);
        let unknown = r#"{"Type":"BrandNew","BrandNewTask":{"Status":"SUCCESS"}}"#;
        for (fields, sub_tasks, outcome) in [
            (r#""Status":"FINISH""#, vec![success.as_str(), &success], Outcome::Succeeded),
            (r#""Status":"FINISH","ErrCode":0"#, vec![&success, &fail], Outcome::Partial),
            (r#""Status":"FINISH","ErrCode":0"#, vec![&fail], Outcome::Failed),
            (r#""Status":"FINISH","ErrCode":70000"#, vec![&success], Outcome::Succeeded),
            (r#""Status":"PROCESSING""#, vec![&success, &fail], Outcome::Running),
            (r#""Status":"FINISH""#, vec![&success, unknown], Outcome::Unknown),
            (r#""Status":"FINISH""#, vec![r#"{"Type":"Transcode"}"#], Outcome::Unknown),
            (r#""Status":"FINISH""#, vec!["{}"], Outcome::Succeeded),
            (r#""Status":"FINISH""#, vec![], Outcome::Succeeded),
            (r#""Status":"FINISH","ErrCode":0"#, vec![], Outcome::Succeeded),
            (r#""Status":"FINISH","ErrCode":70000"#, vec![], Outcome::Failed),
            (r#""ErrCode":70000"#, vec![], Outcome::Failed),
            (r#""TaskId":"t""#, vec![], Outcome::Unknown),
        ] {
            let json = format!(r#"{{{fields},"MediaProcessResultSet":[{}]}}"#, sub_tasks.join(","));
            assert_eq!(facts(&json).outcome, outcome, "{json}");
        }
    }

    #[test]
    fn of_an_item_with_several_sub_tasks_each_counts() {
        let item =
            r#"{"Type":"Transcode","TranscodeTask":{"Status":"SUCCESS"},"SampleSnapshotTask":{"Status":"FAIL"}}"#;
        let facts = facts(&format!(r#"{{"Status":"FINISH","MediaProcessResultSet":[{item}]}}"#));
        assert_eq!((facts.outcome, facts.steps.len()), (Outcome::Partial, 2));
    }

    #[test]
    fn the_sub_tasks_tell_the_times_once_all_is_over() {
        let one = sub_task(
            r#""Status":"SUCCESS","BeginProcessTime":"2023-03-13T03:41:21Z","FinishTime":"2023-03-13T03:43:00Z""#,
        );
        let two = sub_task(
            r#""Status":"SUCCESS","BeginProcessTime":"2023-03-13T03:41:20Z","FinishTime":"2023-03-13T03:42:00Z""#,
        );
        let json = |status| format!(r#"{{"Status":"{status}","MediaProcessResultSet":[{one},{two}]}}"#);
        let job = facts(&json("FINISH")).job;
        assert_eq!(job.started_at.unwrap().to_string(), "2023-03-13T03:41:20Z");
        assert_eq!(job.finished_at.unwrap().to_string(), "2023-03-13T03:43:00Z");
        let job = facts(&json("PROCESSING")).job;
        assert_eq!((job.started_at, job.finished_at), (None, None));
    }
}
