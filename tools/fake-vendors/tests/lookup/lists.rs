//! The lists of what ended.

use std::collections::BTreeSet;

use callbacks::{NaturalKey, Product};
use fake_vendors::query::{Job, with_id};
use lookup::listed_ends;

use crate::{Asked, PRODUCTS, ago, callbacks_of, ims_callback, is_askable};

/// Whether a list has such ends by themselves. The parts of a job are listed with it.
fn is_listed(key: &NaturalKey) -> bool {
    let lists: &[&str] = match key.product() {
        Product::TencentVod => return true,
        Product::TencentCi => return !key.end().starts_with("Review"),
        Product::AliyunIms => &[
            "SnapshotComplete",
            "DynamicImageComplete",
            "MediaConvertComplete",
            "WorkflowTaskComplete",
            "ProduceMediaComplete",
            "BatchProduceMediaComplete",
            "SmartJobComplete",
            "LiveRecordFileCreated",
        ],
        Product::AliyunVod => &[
            "FileUploadComplete",
            "ImageUploadComplete",
            "AttachedMediaUploadComplete",
            "AddLiveRecordVideoComplete",
            "AIMediaAuditComplete",
            "AIVideoCensorComplete",
            "AIMediaDNAComplete",
            "AIVideoTagComplete",
        ],
    };
    lists.contains(&key.end())
}

#[tokio::test]
async fn every_job_that_ended_is_listed_once() {
    let workflows = "web6ac56c1ef54dbfa44d7f4103203be9";
    for product in PRODUCTS {
        let asked = Asked::with(product, &[(variables::CI_WORKFLOWS, workflows)]);
        let mut expected = BTreeSet::new();
        let samples = callbacks_of(product);
        // Several pages of some lists, and one of most.
        for (number, (key, body)) in samples.iter().cycle().take(samples.len() + 150).enumerate() {
            let is_upload_that_failed = key.end().ends_with("UploadComplete") && body.contains(r#""fail""#);
            if !is_listed(key) || !is_askable(key, body) || is_upload_that_failed {
                continue;
            }
            let id = format!("{}{number:04}", key.ids()[0]);
            let body = with_id(body, &key.ids()[0], &id);
            // In and before the window.
            let seconds = if number % 7 == 0 { 3 * 3600 } else { 60 + i64::try_from(number).unwrap() };
            let is_listed = number % 7 != 0 && (key.end() != "WorkflowFinish" || body.contains(workflows));
            asked.vendor.add(Job::ended(body.as_str(), ago(seconds)));
            if is_listed {
                let ids = [&[id], &key.ids()[1..]].concat();
                expected.insert(format!("{}/{}/{}", key.product(), key.end(), ids.join("+")));
            }
        }
        let jobs = asked.finished(1).await;
        let listed: Vec<String> = jobs.iter().map(|job| job.key.to_string()).collect();
        let distinct: BTreeSet<String> = listed.iter().cloned().collect();
        assert_eq!(distinct.len(), listed.len());
        assert!(jobs.iter().all(|job| listed_ends(product).contains(&job.key.end())), "{product}");
        match product {
            // The sample's own time is when a job of Cloud Infinite ended, and lies years back.
            Product::TencentCi => assert!(distinct.iter().all(|key| expected.contains(key))),
            _ => assert_eq!(distinct.symmetric_difference(&expected).collect::<Vec<_>>(), Vec::<&String>::new()),
        }
        assert_eq!(asked.vendor.complaints(), "");
    }
}

/// The outputs of a job end with events of their own, which no list has.
#[tokio::test]
async fn the_parts_of_a_job_are_listed_with_it() {
    let asked = Asked::new(Product::AliyunIms);
    for (event, body) in [
        ("MediaConvertComplete", r#"{"JobId":"c1","Status":"Complete"}"#),
        ("MediaConvertOutputGroupComplete", r#"{"JobId":"c1","TaskId":"g1","Name":"HLS","Status":"Success"}"#),
        (
            "MediaConvertOutputComplete",
            r#"{"JobId":"c1","TaskId":"o1","Status":"Success","OutputUrl":"http://a.example.com/1.mp4"}"#,
        ),
        ("MediaConvertOutputComplete", r#"{"JobId":"c1","TaskId":"o2","Status":"Failed","Code":"InvalidMedia"}"#),
        ("MediaConvertComplete", r#"{"JobId":"c2","Status":"Error","Code":"InvalidParameter"}"#),
    ] {
        asked.vendor.add(Job::ended(ims_callback(event, body), ago(60)));
    }
    let jobs = asked.finished(1).await;
    let mut listed: Vec<String> = jobs
        .iter()
        .map(|job| {
            let [event] = &job.ended.as_ref().unwrap().events[..] else { panic!("{}", job.key) };
            format!("{} {}", job.key, event.r#type)
        })
        .collect();
    listed.sort();
    assert_eq!(
        listed,
        [
            "aliyun-ims/MediaConvertComplete/c1 media.transcode.succeeded",
            "aliyun-ims/MediaConvertComplete/c2 media.transcode.failed",
            "aliyun-ims/MediaConvertOutputComplete/c1+o1 media.transcode.succeeded",
            "aliyun-ims/MediaConvertOutputComplete/c1+o2 media.transcode.failed",
            "aliyun-ims/MediaConvertOutputGroupComplete/c1+g1 media.transcode.succeeded",
        ]
    );
    assert_eq!(asked.vendor.complaints(), "");
}

/// A window that is longer than one request may list is listed in parts, and each job of it once.
#[tokio::test]
async fn a_long_window_is_listed_in_parts() {
    let asked = Asked::new(Product::AliyunIms);
    let mut expected = BTreeSet::new();
    for number in 0..64 {
        // Two a day, the newest a minute old.
        let ended_at = ago(60 + number * 12 * 3600);
        let file = format!(r#"{{"jobId":"l1","record_id":"r{number}","uri":"record/{number}.m3u8","duration":35.5}}"#);
        asked.vendor.add(Job::ended(ims_callback("LiveRecordFileCreated", &file), ended_at));
        let produced = format!(r#"{{"JobId":"p{number}","Status":"Success","MediaURL":"http://a.example.com/a.mp4"}}"#);
        asked.vendor.add(Job::ended(ims_callback("ProduceMediaComplete", &produced), ended_at));
        expected.insert(format!("aliyun-ims/LiveRecordFileCreated/l1+r{number}"));
        expected.insert(format!("aliyun-ims/ProduceMediaComplete/p{number}"));
    }
    let jobs = asked.finished(40 * 24).await;
    let listed: BTreeSet<String> = jobs.iter().map(|job| job.key.to_string()).collect();
    assert_eq!(listed, expected);
    // The file is found among those of its job, on the last page of them.
    let key =
        NaturalKey::new(Product::AliyunIms, "LiveRecordFileCreated", ["l1".to_owned(), "r63".to_owned()]).unwrap();
    assert_eq!(asked.ended(&key).await[0].data().unwrap().outputs[0].object.as_deref(), Some("record/63.m3u8"));
    assert_eq!(asked.vendor.complaints(), "");
}
