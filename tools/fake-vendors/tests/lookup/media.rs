//! Media, and the search for them.

use std::collections::BTreeSet;
use std::time::Duration;

use callbacks::{NaturalKey, Outcome, Product};
use fake_vendors::query::Job;
use lookup::{Answer, Error, Listed, Page, Window};

use crate::{Asked, ago, everything, ims_callback, in_a_while};

/// A search gives no more than 5,000 media: the next one goes on where it ended.
#[tokio::test]
async fn more_media_than_one_search_gives_are_listed() {
    let asked = Asked::new(Product::AliyunVod);
    for number in 0..5_050 {
        let body = format!(r#"{{"EventType":"ImageUploadComplete","Status":"success","ImageId":"i{number}"}}"#);
        asked.vendor.add(Job::ended(body, ago(60 + number / 2)));
    }
    let jobs = asked.finished(1).await;
    let listed: BTreeSet<String> = jobs.iter().map(|job| job.key.to_string()).collect();
    let expected: BTreeSet<String> =
        (0..5_050).map(|number| format!("aliyun-vod/ImageUploadComplete/i{number}")).collect();
    assert_eq!(listed.symmetric_difference(&expected).count(), 0);
    assert_eq!(asked.vendor.complaints(), "");
}

/// A search gives no more than 200 pages by their numbers, and those of videos are small: the next one goes on where it ended.
#[tokio::test]
async fn more_videos_than_have_page_numbers_are_listed() {
    let asked = Asked::new(Product::AliyunVod);
    for number in 0..4_010 {
        let body = format!(r#"{{"EventType":"FileUploadComplete","Status":"success","VideoId":"v{number}"}}"#);
        asked.vendor.add(Job::ended(body, ago(60 + number / 2)));
    }
    // Of the newest.
    let review = r#"{"EventType":"AIMediaAuditComplete","Status":"success","MediaId":"v0","JobId":"a1"}"#;
    asked.vendor.add(Job::ended(review, ago(60)));
    let window = Window { since: ago(3600), until: ago(0), longest_job: Duration::from_hours(1) };
    let mut page: Page = serde_json::from_str(r#"{"list":0,"token":"200","since":null}"#).unwrap();
    let (mut listed, mut pages) = (Vec::new(), 0);
    loop {
        let finished =
            asked.lookup.finished(window, &everything(), Some(&page), &asked.key, in_a_while()).await.unwrap();
        listed.extend(finished.jobs.iter().map(|job| job.key.to_string()));
        pages += 1;
        page = finished.next.unwrap();
        let next = serde_json::to_value(&page).unwrap();
        if next["list"] != 0 {
            break;
        }
        assert_eq!((next["token"].is_null(), next["since"].is_string()), (true, true), "{next}");
    }
    let review = listed.iter().position(|key| key == "aliyun-vod/AIMediaAuditComplete/a1");
    let uploads: BTreeSet<&String> = listed.iter().filter(|key| key.contains("/FileUploadComplete/")).collect();
    // The last page of the first search, with the newest of them at the end, and the first of the second, which begins with the last.
    assert_eq!((pages, review.is_some(), uploads.len()), (2, true, 30));
    assert_eq!(asked.vendor.complaints(), "");
}

/// Of media that are deleted the vendor tells that they are gone; of those that are there, not what of them is.
#[tokio::test]
async fn media_that_are_gone_were_deleted() {
    let asked = Asked::new(Product::AliyunIms);
    let of = |end: &str| NaturalKey::new(Product::AliyunIms, end, ["m1".to_owned()]).unwrap();
    assert_eq!(asked.ended(&of("DeleteMediaComplete")).await[0].r#type.to_string(), "media.asset.succeeded");
    let uploaded = r#"{"MediaId":"m1","Status":"Success","FileUrl":"http://a.example.com/a.mp4","Size":"5"}"#;
    asked.vendor.add(Job::ended(ims_callback("FileUploadComplete", uploaded), ago(60)));
    assert!(matches!(asked.job(&of("DeleteMediaComplete")).await, Err(Error::NotAskable(_))));
    let event = asked.ended(&of("FileUploadComplete")).await.remove(0);
    let media = event.data().unwrap().media.clone().unwrap();
    assert_eq!((media.url.as_deref(), media.size), (Some("http://a.example.com/a.mp4"), Some(5)));
}

/// When an upload was complete, the vendor tells of those that were reported; of others it tells when they began.
#[tokio::test]
async fn long_uploads_are_listed_where_the_vendor_tells_when_they_were_complete() {
    let asked = Asked::new(Product::AliyunVod);
    let upload = |id: &str, rest: &str| {
        format!(r#"{{"EventType":"FileUploadComplete","VideoId":"{id}","Status":"success","Size":5{rest}}}"#)
    };
    let began_before = ago(90 * 60);
    for (id, rest) in [("long", ""), ("sound", r#","FileUrl":"http://a.example.com/a.mp3""#)] {
        asked.vendor.add(Job::ended(upload(id, rest), ago(60)).created(began_before));
    }
    asked.vendor.add(Job::ended(upload("unreported", ""), ago(60)).created(began_before).unreported());
    asked.vendor.add(Job::ended(upload("short", ""), ago(60)).unreported());
    // It began and was complete before the window.
    asked.vendor.add(Job::ended(upload("early", ""), ago(80 * 60)));
    asked.vendor.add(Job::ended(upload("failed", "").replace("success", "fail"), ago(60)));
    // What came otherwise, and what is under way.
    for body in [
        r#"{"EventType":"ProduceMediaComplete","MediaId":"edited","Status":"success"}"#,
        r#"{"EventType":"TranscodeComplete","VideoId":"recorded","StreamInfos":[{"JobId":"j1","Status":"success"}]}"#,
    ] {
        asked.vendor.add(Job::ended(body, ago(60)));
    }
    asked.vendor.add(Job::ended(upload("running", ""), ago(-3600)).created(ago(60)));
    let listed = |jobs: Vec<Listed>| -> BTreeSet<String> {
        let uploads = jobs.into_iter().filter(|job| job.key.end() == "FileUploadComplete");
        uploads.map(|job| job.key.ids()[0].clone()).collect()
    };
    let expected = |ids: &[&str]| ids.iter().map(|id| (*id).to_owned()).collect::<BTreeSet<String>>();
    assert_eq!(listed(asked.finished(1).await), expected(&["long", "short", "sound"]));
    // Nothing tells a file that was fetched from one that was uploaded.
    let fetched = r#"{"EventType":"UploadByURLComplete","JobId":"u1","VideoId":"fetched","Status":"success"}"#;
    asked.vendor.add(Job::ended(fetched, ago(60)));
    assert_eq!(listed(asked.finished(1).await), expected(&["fetched", "long", "short", "sound"]));
    let key = NaturalKey::new(Product::AliyunVod, "FileUploadComplete", ["long".to_owned()]).unwrap();
    assert_eq!(asked.ended(&key).await[0].data().unwrap().media.clone().unwrap().size, Some(5));
    assert_eq!(asked.vendor.complaints(), "");
}

/// A list gives no more than 5,000 recordings: it is read in parts.
#[tokio::test]
async fn more_recordings_than_one_list_gives_are_listed() {
    let asked = Asked::new(Product::AliyunVod);
    let recorded = |id: &str| {
        format!(
            r#"{{"EventType":"AddLiveRecordVideoComplete","Status":"success","VideoId":"{id}","StreamName":"s","AppName":"a"}}"#
        )
    };
    for number in 0..5_050 {
        asked.vendor.add(Job::ended(recorded(&format!("r{number}")), ago(60 + number / 2)));
    }
    // It began before the window, and one ended before it.
    asked.vendor.add(Job::ended(recorded("long"), ago(60)).created(ago(90 * 60)));
    asked.vendor.add(Job::ended(recorded("early"), ago(70 * 60)));
    let window = Window { since: ago(3600), until: ago(0), longest_job: Duration::from_hours(1) };
    // The videos of the recordings are many, and each is asked about.
    let mut page: Option<Page> = serde_json::from_str(r#"{"list":4,"token":null,"since":null}"#).unwrap();
    let mut jobs = Vec::new();
    while page.is_some() {
        let finished =
            asked.lookup.finished(window, &everything(), page.as_ref(), &asked.key, in_a_while()).await.unwrap();
        jobs.extend(finished.jobs);
        page = finished.next;
    }
    let listed: BTreeSet<String> = jobs.iter().map(|job| job.key.to_string()).collect();
    let numbers = (0..5_050).map(|number| format!("r{number}"));
    let expected = numbers.chain(["long".to_owned()]).map(|id| format!("aliyun-vod/AddLiveRecordVideoComplete/{id}"));
    assert_eq!(listed, expected.collect());
    assert!(jobs.iter().all(|job| job.ended.as_ref().unwrap().events[0].r#type.outcome == Outcome::Succeeded));
    assert_eq!(asked.vendor.complaints(), "");
}

/// A video that was not recorded is no recording, whoever says so; one whose adding failed, or is under way, is told.
#[tokio::test]
async fn a_recording_is_known_by_the_source_of_its_video() {
    let asked = Asked::new(Product::AliyunVod);
    let key = |id: &str| NaturalKey::new(Product::AliyunVod, "AddLiveRecordVideoComplete", [id.to_owned()]).unwrap();
    let upload = r#"{"EventType":"FileUploadComplete","Status":"success","VideoId":"uploaded"}"#;
    asked.vendor.add(Job::ended(upload, ago(60)));
    for (id, status, ended_at) in [("good", "success", 60), ("bad", "fail", 60), ("new", "success", -60)] {
        let body = format!(r#"{{"EventType":"AddLiveRecordVideoComplete","Status":"{status}","VideoId":"{id}"}}"#);
        asked.vendor.add(Job::ended(body, ago(ended_at)).created(ago(120)));
    }
    for id in ["uploaded", "invented"] {
        assert!(matches!(asked.job(&key(id)).await, Ok(Answer::Unknown)), "{id}");
    }
    assert!(matches!(asked.job(&key("new")).await, Ok(Answer::Running)));
    for (id, expected) in [("good", "media.live.succeeded"), ("bad", "media.live.failed")] {
        let event = asked.ended(&key(id)).await.remove(0);
        assert_eq!((event.r#type.to_string(), event.subject.as_deref()), (expected.to_owned(), Some(id)));
    }
    assert_eq!(asked.vendor.complaints(), "");
}
