//! Which ends of jobs the vendors list, and what makes two events the same end.

use callbacks::{CloudEvent, Kind, NaturalKey, Outcome, Product};

/// The sorts of ends that [`Lookup::finished`](crate::Lookup::finished) lists. All others have to be asked about by id.
#[must_use]
pub fn listed_ends(product: Product) -> &'static [&'static str] {
    match product {
        Product::TencentVod => &[NaturalKey::TASK, "NewFileUpload"],
        Product::TencentCi => &[NaturalKey::JOB, "WorkflowFinish"],
        // Of media no list says how they came.
        Product::AliyunIms => &[
            "SnapshotComplete",
            "DynamicImageComplete",
            "MediaConvertComplete",
            "MediaConvertOutputGroupComplete",
            "MediaConvertOutputComplete",
            "WorkflowTaskComplete",
            "ProduceMediaComplete",
            "BatchProduceMediaComplete",
            "SmartJobComplete",
            "LiveRecordFileCreated",
        ],
        Product::AliyunVod => &[
            FILE_UPLOAD,
            "ImageUploadComplete",
            "AttachedMediaUploadComplete",
            "AddLiveRecordVideoComplete",
            "StreamTranscodeComplete",
            "TranscodeComplete",
            "AIMediaAuditComplete",
            "AIVideoCensorComplete",
            "AIMediaDNAComplete",
            "AIVideoTagComplete",
        ],
    }
}

/// An upload of a video or of sound to `ApsaraVideo` VOD. What was fetched from a URL, or registered, looks the same in the list.
pub(crate) const FILE_UPLOAD: &str = "FileUploadComplete";

/// The kind of an end of which no list tells whether its callback was due; `None` where one tells, or where nothing looks like another.
pub(crate) fn doubtful(product: Product, end: &str) -> Option<Kind> {
    matches!((product, end), (Product::AliyunVod, FILE_UPLOAD)).then_some(Kind::Upload)
}

/// Which end of a job an event tells of, and how it ended: `tencent-vod/task/<id>/succeeded`. A callback and what the vendor's
/// lists tell of the same end have this alike, whatever their ids are.
///
/// `None` of what no list has, of what reports progress, which may come several times, and of a test's event.
#[must_use]
pub fn job_end(event: &CloudEvent) -> Option<String> {
    let outcome = event.r#type.outcome;
    let key = NaturalKey::of(event).filter(|key| listed_ends(key.product()).contains(&key.end()))?;
    (outcome != Outcome::Running && !event.test).then(|| named(&key, outcome))
}

/// Every name that [`job_end`] gives to an end, by how the job may have ended.
#[must_use]
pub fn job_ends(key: &NaturalKey) -> Vec<String> {
    const ENDED: [Outcome; 5] =
        [Outcome::Succeeded, Outcome::Failed, Outcome::Partial, Outcome::Canceled, Outcome::Unknown];
    ENDED.map(|outcome| named(key, outcome)).to_vec()
}

fn named(key: &NaturalKey, outcome: Outcome) -> String {
    format!("{key}/{outcome}")
}

#[cfg(test)]
mod tests {
    use callbacks::decode;
    use jiff::Timestamp;

    use super::*;

    fn end(product: Product, body: &str) -> Option<String> {
        let events = decode(product, body.as_bytes(), Timestamp::UNIX_EPOCH);
        assert_eq!(events.len(), 1, "{body}");
        job_end(&events[0])
    }

    #[test]
    fn an_end_is_named_by_job_and_outcome() {
        let task = |error: i32| {
            format!(
                r#"{{"EventType":"EditMediaComplete","EditMediaCompleteEvent":{{"TaskId":"t-1","Status":"FINISH","ErrCode":{error}}}}}"#
            )
        };
        assert_eq!(end(Product::TencentVod, &task(0)).as_deref(), Some("tencent-vod/task/t-1/succeeded"));
        assert_eq!(end(Product::TencentVod, &task(70_000)).as_deref(), Some("tencent-vod/task/t-1/failed"));
        let job = |event: &str, state: &str| {
            format!(
                "<Response><EventName>{event}</EventName><JobsDetail><JobId>j1</JobId><Tag>Snapshot</Tag><State>{state}</State></JobsDetail></Response>"
            )
        };
        assert_eq!(
            end(Product::TencentCi, &job("TaskFinish", "Success")).as_deref(),
            Some("tencent-ci/job/j1/succeeded")
        );
        // It may come several times, and none of them is the end.
        assert_eq!(end(Product::TencentCi, &job("TaskFinish", "Running")), None);
        // No list has it.
        assert_eq!(end(Product::TencentCi, &job("ReviewVideo", "Success")), None);
    }

    #[test]
    fn a_part_of_a_job_and_the_streams_of_a_video_have_ends_of_their_own() {
        let ims = |event: &str, body: &str| {
            end(Product::AliyunIms, &format!(r#"{{"EventType":"{event}","MessageBody":{body}}}"#))
        };
        let snapshot = r#"{"JobId":"j1","Status":"Success"}"#;
        assert_eq!(ims("SnapshotComplete", snapshot).as_deref(), Some("aliyun-ims/SnapshotComplete/j1/succeeded"));
        assert_eq!(
            ims("MediaConvertOutputComplete", r#"{"JobId":"j1","TaskId":"t1","Status":"Success"}"#).as_deref(),
            Some("aliyun-ims/MediaConvertOutputComplete/j1+t1/succeeded")
        );
        // No list has it, or says that it came by an upload.
        assert_eq!(ims("AIProduceComplete", snapshot), None);
        assert_eq!(ims("FileUploadComplete", r#"{"MediaId":"m1","Status":"Success"}"#), None);

        let vod = |event: &str, rest: &str| {
            end(Product::AliyunVod, &format!(r#"{{"EventType":"{event}","VideoId":"v1","Status":"success"{rest}}}"#))
        };
        assert_eq!(
            vod("StreamTranscodeComplete", r#","JobId":"b""#).as_deref(),
            Some("aliyun-vod/StreamTranscodeComplete/b/succeeded")
        );
        let streams = r#","StreamInfos":[{"JobId":"b","Status":"success"},{"JobId":"a","Status":"success"}]"#;
        assert_eq!(vod("TranscodeComplete", streams).as_deref(), Some("aliyun-vod/TranscodeComplete/a+b/succeeded"));
        // Nothing tells two of them apart.
        assert_eq!(vod("TranscodeComplete", ""), None);
    }

    #[test]
    fn a_tests_event_is_no_end_of_a_job() {
        let body = r#"{"EventType":"NewFileUpload","FileUploadEvent":{"FileId":"1"}}"#;
        let event = decode(Product::TencentVod, body.as_bytes(), Timestamp::UNIX_EPOCH).remove(0);
        assert_eq!(job_end(&event).as_deref(), Some("tencent-vod/NewFileUpload/1/succeeded"));
        assert_eq!(job_end(&event.into_test()), None);
    }

    /// Who looks for an end that the list names without its outcome finds each that an event can have.
    #[test]
    fn every_name_of_an_end_is_looked_for() {
        let key = NaturalKey::new(Product::TencentVod, NaturalKey::TASK, ["t-1".to_owned()]).unwrap();
        let ends = job_ends(&key);
        for outcome in Outcome::ALL {
            assert_eq!(ends.contains(&named(&key, outcome)), outcome != Outcome::Running, "{outcome}");
        }
    }

    #[test]
    fn every_listed_end_is_one_of_the_products() {
        for product in Product::ALL {
            let ends: Vec<&str> = NaturalKey::ends(product).collect();
            assert!(listed_ends(product).iter().all(|end| ends.contains(end)), "{product}");
        }
    }
}
