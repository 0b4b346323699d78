//! `mediahook lookup` and `reconcile` against servers that behave as the vendors' do.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::process::{Command, Output};

use callbacks::Product;
use fake_vendors::KEY;
use fake_vendors::query::{Job, QueryVendor};
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

fn run(vendor: &QueryVendor, arguments: &[&str], more: &[(&str, &str)]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_mediahook"))
        .args(arguments)
        .env_clear()
        .envs(vendor.environment())
        .envs(more.iter().copied())
        .output()
        .unwrap()
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap()
}

fn ago(minutes: i64) -> Timestamp {
    Timestamp::now().saturating_sub(SignedDuration::from_mins(minutes)).unwrap()
}

/// A task, its callback, and when it ended: one now and one long ago, and one without a callback that was due.
fn task(id: &str, mode: &str) -> String {
    format!(
        r#"{{"EventType":"ProcedureStateChanged","ProcedureStateChangeEvent":{{"TaskId":"{id}","Status":"FINISH","ErrCode":0,"Message":"SUCCESS","FileId":"1","TasksNotifyMode":"{mode}","MediaProcessResultSet":[]}}}}"#
    )
}

fn job_xml(id: &str, minutes: i64) -> String {
    let time = ago(minutes);
    format!(
        "<Response><EventName>TaskFinish</EventName><JobsDetail><Code>Success</Code><Message>Success</Message><JobId>{id}</JobId>\
         <Tag>Snapshot</Tag><State>Success</State><EndTime>{time}</EndTime><Input><BucketId>test-1234567890</BucketId>\
         <Object>a.mp4</Object><Region>ap-chongqing</Region></Input></JobsDetail></Response>"
    )
}

fn snapshot(id: &str) -> String {
    format!(
        r#"{{"EventType":"SnapshotComplete","UserId":1,"EventTime":"2026-11-01T00:00:00Z","MessageBody":{{"JobId":"{id}","Status":"Success","Output":"{{\"type\":\"OSS\",\"media\":\"http://a.example.com/1.jpg\"}}"}}}}"#
    )
}

#[test]
fn the_event_of_a_job_is_printed() {
    let vod = QueryVendor::start(Product::TencentVod);
    vod.add(Job::ended(task("t-1", "Finish"), ago(10)));
    vod.add(Job::ended(task("t-2", "None"), ago(10)));
    let ci = QueryVendor::start(Product::TencentCi);
    ci.add(Job::ended(job_xml("j1", 10), ago(10)));
    let ims = QueryVendor::start(Product::AliyunIms);
    ims.add(Job::ended(snapshot("s1"), ago(10)));
    let aliyun_vod = QueryVendor::start(Product::AliyunVod);
    aliyun_vod.add(Job::ended(
        r#"{"EventType":"FileUploadComplete","VideoId":"v1","FileUrl":"http://a.example.com/1.mp4","Size":5}"#,
        ago(10),
    ));
    for (vendor, arguments, r#type, note) in [
        (&vod, &["lookup", "tencent-vod", "t-1"][..], "media.workflow.succeeded", ""),
        (&vod, &["lookup", "tencent-vod", "t-2"], "media.workflow.succeeded", "no callback was due"),
        (&ci, &["lookup", "tencent-ci", "j1"], "media.snapshot.succeeded", ""),
        (&ims, &["lookup", "aliyun-ims", "s1", "--event", "SnapshotComplete"], "media.snapshot.succeeded", ""),
        (&aliyun_vod, &["lookup", "aliyun-vod", "v1", "--event", "FileUploadComplete"], "media.upload.succeeded", ""),
    ] {
        let output = run(vendor, arguments, &[]);
        assert!(output.status.success(), "{}", text(&output.stderr));
        let event: Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(event["type"], r#type);
        assert!(text(&output.stderr).contains(note));
        assert_eq!(vendor.complaints(), "");
    }
}

#[test]
fn what_is_wrong_is_told_without_the_key() {
    let vod = QueryVendor::start(Product::TencentVod);
    vod.add(Job::ended(task("t-1", "Finish"), ago(-10)).created(ago(1)));
    let key = variables::TENCENTCLOUD_SECRET_KEY;
    for (arguments, variables, expected) in [
        (&["lookup", "tencent-vod", "t-9"][..], &[][..], "the vendor knows of no tencent-vod/task/t-9"),
        (&["lookup", "tencent-vod", "t-1"], &[], "tencent-vod/task/t-1 has not ended"),
        (&["lookup", "tencent-vod", "../t"], &[], "expected an id of letters"),
        (&["lookup", "tencent-vod", "1", "--event", "Odd"], &[], "one of these events: task, NewFileUpload"),
        (
            &["lookup", "tencent-vod", "1", "--event", "PersistenceComplete"],
            &[],
            "the vendor has no API that tells about",
        ),
        (&["lookup", "tencent-vod", "t-1"], &[(key, "SECRETwrong")], "the vendor rejected the access key"),
        (&["lookup", "tencent-vod", "t-1"], &[(key, "")], "no access key: set"),
        (&["lookup", "tencent-ci", "j1"], &[], "MEDIAHOOK_CI_BUCKETS: expected buckets"),
        (&["lookup", "aliyun-ims", "s1"], &[], "what ended? --event says it: FileUploadComplete"),
        (
            &["lookup", "aliyun-ims", "s1", "--event", "SnapshotComplete"],
            &[],
            "MEDIAHOOK_IMS_ENDPOINT: expected `https://ice.<region>.aliyuncs.com`",
        ),
        (
            &["reconcile", "aliyun-vod"],
            &[],
            "MEDIAHOOK_ALIYUN_VOD_ENDPOINT: expected `https://vod.<region>.aliyuncs.com`",
        ),
        (&["reconcile", "tencent-vod", "--since", "1m"], &[], "expected --since to be before --until"),
        (&["reconcile", "tencent-vod", "--kinds", "all,uploads"], &[], "--kinds: expected kinds of events"),
    ] {
        let output = run(&vod, arguments, variables);
        let message = text(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{message}");
        assert!(message.contains(expected), "{expected}: {message}");
        assert!(!message.contains(KEY) && !message.contains("SECRETw") && output.stdout.is_empty(), "{message}");
    }
}

#[test]
fn the_jobs_that_no_event_came_of_are_listed() {
    let vod = QueryVendor::start(Product::TencentVod);
    let ci = QueryVendor::start(Product::TencentCi);
    let ims = QueryVendor::start(Product::AliyunIms);
    for number in 0..130 {
        // Some ended before the window, and some have just ended.
        let minutes = match number {
            0..5 => 3000,
            5..10 => 1,
            _ => number,
        };
        vod.add(Job::ended(task(&format!("t-{number}"), "Finish"), ago(minutes)));
        ci.add(Job::ended(job_xml(&format!("j{number}"), minutes), ago(minutes)));
        ims.add(Job::ended(snapshot(&format!("s{number}")), ago(minutes)));
    }
    for (vendor, product, prefix) in [
        (&vod, "tencent-vod", "tencent-vod/task/t-"),
        (&ci, "tencent-ci", "tencent-ci/job/j"),
        (&ims, "aliyun-ims", "aliyun-ims/SnapshotComplete/s"),
    ] {
        let output = run(vendor, &["reconcile", product, "--since", "24h", "--events"], &[]);
        assert!(output.status.success(), "{}", text(&output.stderr));
        assert!(text(&output.stderr).contains("120 jobs ended, 120 of them are missing"), "{}", text(&output.stderr));
        let came = text(&output.stdout).lines().skip(7).collect::<Vec<_>>().join("\n");
        let file = std::env::temp_dir().join(format!("mediahook-known-{}-{product}.jsonl", std::process::id()));
        std::fs::write(&file, came).unwrap();
        let output = run(vendor, &["reconcile", product, "--known", file.to_str().unwrap()], &[]);
        std::fs::remove_file(&file).unwrap();
        assert!(text(&output.stderr).contains("120 jobs ended, 7 of them are missing"), "{}", text(&output.stderr));
        let lines: Vec<&str> = text(&output.stdout).lines().collect();
        assert!(lines.len() == 7 && lines.iter().all(|line| line.starts_with(prefix)), "{lines:?}");
        assert_eq!(vendor.complaints(), "");
    }
}

/// Of a video the vendor does not tell whether it was uploaded, or fetched from a URL, of which another callback is due.
#[test]
fn uploads_of_videos_are_missing_where_the_user_says_so() {
    let vod = QueryVendor::start(Product::AliyunVod);
    for body in [
        r#"{"EventType":"FileUploadComplete","VideoId":"v1","Status":"success"}"#,
        r#"{"EventType":"ImageUploadComplete","ImageId":"i1","Status":"success"}"#,
        r#"{"EventType":"AIMediaAuditComplete","MediaId":"v1","JobId":"a1","Status":"success"}"#,
    ] {
        vod.add(Job::ended(body, ago(30)));
    }
    let (video, image, audit) =
        ("aliyun-vod/FileUploadComplete/v1", "aliyun-vod/ImageUploadComplete/i1", "aliyun-vod/AIMediaAuditComplete/a1");
    for (kinds, expected, is_told) in [
        ("all", &[audit, image][..], true),
        ("all,upload", &[audit, video, image], false),
        ("upload", &[video, image], false),
        ("moderation", &[audit], false),
        ("transcode", &[], false),
    ] {
        let output = run(&vod, &["reconcile", "aliyun-vod", "--kinds", kinds], &[]);
        let (out, note) = (text(&output.stdout), text(&output.stderr));
        assert!(output.status.success(), "{note}");
        let mut listed: Vec<&str> = out.lines().filter_map(|line| line.split_whitespace().next()).collect();
        listed.sort_unstable();
        let mut expected = expected.to_vec();
        expected.sort_unstable();
        assert_eq!(listed, expected, "{kinds}");
        assert_eq!(note.contains("1 uploads were left out"), is_told, "{kinds}: {note}");
    }
    assert_eq!(vod.complaints(), "");
}

/// The list of a workflow's runs does not say when they ended.
#[test]
fn a_run_that_ended_before_the_window_is_left_out() {
    let ci = QueryVendor::start(Product::TencentCi);
    for (id, minutes) in [("i1", 10), ("i2", 100), ("i3", 1)] {
        let body = format!(
            "<Response><EventName>WorkflowFinish</EventName><WorkflowExecution><WorkflowId>w1</WorkflowId><RunId>{id}</RunId>\
             <State>Success</State><BucketId>test-1234567890</BucketId><Tasks><Type>Snapshot</Type><EndTime>{}</EndTime>\
             <State>Success</State><JobId>j-{id}</JobId></Tasks></WorkflowExecution></Response>",
            ago(minutes)
        );
        ci.add(Job::ended(body, ago(minutes)));
    }
    for (arguments, expected) in [(&[][..], "tencent-ci/WorkflowFinish/"), (&["--events"], "media.workflow.succeeded")]
    {
        let arguments = [&["reconcile", "tencent-ci", "--since", "1h"], arguments].concat();
        let output = run(&ci, &arguments, &[(variables::CI_WORKFLOWS, "w1")]);
        let (out, note) = (text(&output.stdout), text(&output.stderr));
        assert!(output.status.success() && note.contains("1 jobs ended, 1 of them are missing"), "{note}");
        assert!(out.lines().count() == 1 && out.contains(expected) && out.contains("i1"), "{out}");
    }
    assert_eq!(ci.complaints(), "");
}
