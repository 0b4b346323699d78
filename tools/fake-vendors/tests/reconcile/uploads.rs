//! Uploads of videos, of which the vendor does not tell whether their callback was due.

use callbacks::Product;
use emulator::moto::Moto;
use fake_vendors::query::Job;

use serde_json::json;

use crate::ago;
use crate::here::Here;

/// Nobody has said that all videos are uploaded: none is looked for, and callbacks are known by their ids.
#[test]
fn with_all_alone_uploads_are_neither_found_nor_known_by_their_end() {
    let moto = Moto::start().unwrap();
    let mut here = Here::start(&moto, "uploads", "aliyun-vod:all", "");
    here.reconciled().unwrap();
    here.begin_earlier();
    let uploaded = |id: &str, size: u32| {
        format!(
            r#"{{"EventType":"FileUploadComplete","EventTime":"2026-01-01T00:00:00Z","VideoId":"{id}","Size":{size},"Status":"success"}}"#
        )
    };
    let fetched = r#"{"EventType":"UploadByURLComplete","EventTime":"2026-01-01T00:00:00Z","JobId":"u1","VideoId":"v3","Status":"success"}"#;
    let image =
        r#"{"EventType":"ImageUploadComplete","EventTime":"2026-01-01T00:00:00Z","ImageId":"i1","Status":"success"}"#;
    let ended = [uploaded("v1", 1), uploaded("v2", 1), fetched.to_owned(), image.to_owned()];
    for body in &ended {
        here.vendors["aliyun-vod"].add(Job::ended(body.as_str(), ago(600)));
    }
    // The vendor has lost the callbacks of the second video and of the image.
    here.post(&[(Product::AliyunVod, &ended[0]), (Product::AliyunVod, fetched)]);
    here.dispatched();
    let report = here.reconciled().unwrap().remove("aliyun-vod").unwrap();
    assert_eq!(
        ["listed", "stored", "not_due", "is_done"].map(|name| report[name].clone()),
        [json!(1), json!(1), json!(0), json!(true)]
    );
    // The file is uploaded once more, over the first one.
    here.post(&[(Product::AliyunVod, &uploaded("v1", 2))]);
    here.dispatched();
    let mut published: Vec<[String; 3]> = here
        .published()
        .iter()
        .map(|event| ["subject", "origin", "jobend"].map(|name| event[name].as_str().unwrap_or("-").to_owned()))
        .collect();
    published.sort();
    let expected = [
        ["i1", "reconciled", "aliyun-vod/ImageUploadComplete/i1/succeeded"],
        ["v1", "callback", "-"],
        ["v1", "callback", "-"],
        ["v3", "callback", "-"],
    ];
    assert_eq!(published, expected.map(|event| event.map(str::to_owned)));
    assert_eq!(here.vendors["aliyun-vod"].complaints(), "");
}
