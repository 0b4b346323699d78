//! The streams and snapshots of a video.

use callbacks::{NaturalKey, Product};
use fake_vendors::query::Job;
use lookup::{Answer, Error};
use vendor_api::ApiError;

use crate::{Asked, ago};

/// Of a video all streams are listed, and the task that they are of.
#[tokio::test]
async fn the_streams_of_a_video_are_listed_with_its_task() {
    let asked = Asked::new(Product::AliyunVod);
    let streams = |range: std::ops::Range<i32>, status: &str| {
        range
            .map(|number| {
                format!(
                    r#"{{"Status":"{status}","JobId":"j{number}","FileUrl":"http://cdn.example.com/v/{number}.mp4"}}"#
                )
            })
            .collect::<Vec<_>>()
            .join(",")
    };
    let task = |video: &str, streams: String| {
        format!(
            r#"{{"EventType":"TranscodeComplete","VideoId":"{video}","Status":"success","StreamInfos":[{streams}]}}"#
        )
    };
    asked.vendor.add(Job::ended(task("v1", [streams(0..1, "success"), streams(1..2, "fail")].join(",")), ago(60)));
    // Before the window, and more streams than one request may name.
    asked.vendor.add(Job::ended(task("v1", streams(10..22, "success")), ago(2 * 3600)).created(ago(60 * 80)));
    let jobs = asked.finished(1).await;
    let mut listed: Vec<String> = jobs
        .iter()
        .map(|job| {
            let [event] = &job.ended.as_ref().unwrap().events[..] else { panic!("{}", job.key) };
            format!("{} {} {}", job.key, event.r#type, event.subject.as_deref().unwrap_or_default())
        })
        .collect();
    listed.sort();
    assert_eq!(
        listed,
        [
            "aliyun-vod/StreamTranscodeComplete/j0 media.transcode.succeeded v1",
            "aliyun-vod/StreamTranscodeComplete/j1 media.transcode.failed v1",
            "aliyun-vod/TranscodeComplete/j0+j1 media.transcode.partial v1",
        ]
    );
    let many = (10..22).map(|number| format!("j{number}"));
    let key = NaturalKey::new(Product::AliyunVod, "TranscodeComplete", many).unwrap();
    assert_eq!(asked.ended(&key).await[0].data().unwrap().steps.len(), 12);
    assert_eq!(asked.vendor.complaints(), "");
}

/// A stream whose status nobody knows is listed, so that who asks for it is told, and so is all else.
#[tokio::test]
async fn a_stream_with_an_odd_status_does_not_hide_others() {
    let asked = Asked::new(Product::AliyunVod);
    for (video, streams) in [
        ("v1", r#"{"Status":"success","JobId":"j1"},{"Status":"Brand new","JobId":"j2"}"#),
        ("v2", r#"{"Status":"success","JobId":"j3"}"#),
    ] {
        let body = format!(
            r#"{{"EventType":"TranscodeComplete","VideoId":"{video}","Status":"success","StreamInfos":[{streams}]}}"#
        );
        asked.vendor.add(Job::ended(body, ago(60)));
    }
    let jobs = asked.finished(1).await;
    let mut listed: Vec<(String, bool)> = jobs.iter().map(|job| (job.key.to_string(), job.ended.is_some())).collect();
    listed.sort();
    let expected = [
        ("StreamTranscodeComplete/j1", true),
        ("StreamTranscodeComplete/j2", false),
        ("StreamTranscodeComplete/j3", true),
        ("TranscodeComplete/j1+j2", false),
        ("TranscodeComplete/j3", true),
    ];
    assert_eq!(listed, expected.map(|(key, is_told)| (format!("aliyun-vod/{key}"), is_told)));
    let odd = jobs.iter().find(|job| job.ended.is_none()).unwrap();
    let error = asked.job(&odd.key).await.unwrap_err();
    assert!(matches!(error, Error::Api(ApiError::Response { status: 200, .. })), "{error}");
    assert_eq!(asked.vendor.complaints(), "");
}

/// A series of snapshots whose status nobody knows did not fail.
#[tokio::test]
async fn snapshots_with_an_odd_status_have_no_end() {
    let asked = Asked::new(Product::AliyunVod);
    let body =
        r#"{"EventType":"SnapshotComplete","VideoId":"v1","SnapshotInfos":[{"Status":"Brand new","JobId":"s1"}]}"#;
    asked.vendor.add(Job::ended(body, ago(60)));
    let key = NaturalKey::new(Product::AliyunVod, "SnapshotComplete", ["s1".to_owned()]).unwrap();
    let error = asked.job(&key).await.unwrap_err();
    assert!(matches!(error, Error::Api(ApiError::Response { status: 200, .. })), "{error}");
}

/// However many streams somebody invents, the first that the vendor does not know is enough. One that runs is not asked about
/// further.
#[tokio::test]
async fn invented_and_running_streams_cost_one_request() {
    let asked = Asked::new(Product::AliyunVod);
    let of = |ids: Vec<String>| NaturalKey::new(Product::AliyunVod, "TranscodeComplete", ids).unwrap();
    let invented = of((0..100).map(|number| format!("x{number}")).collect());
    assert!(matches!(asked.job(&invented).await, Ok(Answer::Unknown)));
    assert_eq!(asked.vendor.requests(), 1);
    let body = r#"{"EventType":"TranscodeComplete","VideoId":"v1","StreamInfos":[{"Status":"success","JobId":"j1"}]}"#;
    asked.vendor.add(Job::ended(body, ago(30)));
    asked.vendor.set_delay(60);
    assert!(matches!(asked.job(&of(vec!["j1".to_owned()])).await, Ok(Answer::Running)));
    assert_eq!(asked.vendor.requests(), 2);
    assert_eq!(asked.vendor.complaints(), "");
}
