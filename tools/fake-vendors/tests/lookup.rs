//! The clients of the vendors' query APIs against servers that behave as the vendors' do.
#![expect(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::time::Duration;

use callbacks::{CloudEvent, NaturalKey, Outcome, Product, decode};
use fake_vendors::query::{BUCKET, Forgery, Job, QueryFault, QueryVendor, forged, with_id};
use fake_vendors::{KEY, KEY_ID, TOKEN};
use jiff::{SignedDuration, Timestamp};
use lookup::{Answer, Configuration, Error, Listed, Lookup, Page, Window, listed_ends};
use tokio::time::Instant;
use vendor_api::{AccessKey, ApiError, Client};

const PRODUCTS: [Product; 4] = Product::ALL;

/// A client of a fake, and the fake.
struct Asked {
    vendor: QueryVendor,
    lookup: Lookup,
    key: AccessKey,
}

impl Asked {
    fn new(product: Product) -> Self {
        Self::with(product, &[])
    }

    fn with(product: Product, more: &[(&str, &str)]) -> Self {
        let vendor = QueryVendor::start(product);
        let mut environment: BTreeMap<String, String> =
            vendor.environment().into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        environment.extend(more.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        let configuration = Configuration::from_variables(product, |name| environment.get(name).cloned()).unwrap();
        let root = std::fs::read(vendor.server().ca_bundle()).unwrap();
        let root = reqwest::Certificate::from_pem(&root).unwrap();
        let client = Client::builder().tls_certs_only([root]).build().unwrap();
        Self { lookup: Lookup::new(client, configuration), vendor, key: access_key(KEY) }
    }

    async fn job(&self, key: &NaturalKey) -> Result<Answer, Error> {
        self.lookup.job(key, &self.key, in_a_while()).await
    }

    async fn ended(&self, key: &NaturalKey) -> Vec<CloudEvent> {
        match self.job(key).await {
            Ok(Answer::Ended(ended)) => ended.events,
            other => panic!("{key}: {other:?}"),
        }
    }

    /// All pages of what ended in the last hours. Between two pages the mark is kept as text.
    async fn finished(&self, hours: i64) -> Vec<Listed> {
        let now = Timestamp::now();
        let window = Window {
            since: now.saturating_sub(SignedDuration::from_hours(hours)).unwrap(),
            until: now,
            longest_job: Duration::from_hours(1),
        };
        let (mut jobs, mut page) = (Vec::new(), None::<Page>);
        loop {
            let finished = self.lookup.finished(window, page.as_ref(), &self.key, in_a_while()).await.unwrap();
            jobs.extend(finished.jobs);
            let Some(next) = finished.next else { return jobs };
            page = serde_json::from_str(&serde_json::to_string(&next).unwrap()).unwrap();
        }
    }
}

fn access_key(key: &str) -> AccessKey {
    AccessKey::new(&KEY_ID.to_owned().into(), &key.to_owned().into(), Some(&TOKEN.to_owned().into())).unwrap()
}

fn in_a_while() -> Instant {
    Instant::now() + Duration::from_mins(2)
}

fn ago(seconds: i64) -> Timestamp {
    Timestamp::now().saturating_sub(SignedDuration::from_secs(seconds)).unwrap()
}

/// The samples of callbacks that report the end of a job, each with an id of its own.
fn callbacks_of(product: Product) -> Vec<(NaturalKey, String)> {
    let extension = if product == Product::TencentCi { "xml" } else { "json" };
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/callbacks/testdata").join(product.slug());
    let mut bodies = Vec::new();
    let mut folders: Vec<_> = folder.read_dir().unwrap().map(|entry| entry.unwrap().path()).collect();
    folders.sort();
    for folder in folders.into_iter().filter(|path| path.is_dir()) {
        for file in folder.read_dir().unwrap().map(|entry| entry.unwrap().path()) {
            let name = file.file_stem().unwrap().to_str().unwrap().to_owned();
            // The old envelope, and several events in one, are not what the API answers.
            if file.extension().is_none_or(|own| own != extension)
                || name.starts_with("v2-")
                || name.starts_with("pull-events")
            {
                continue;
            }
            let body = std::fs::read_to_string(&file).unwrap();
            if body.contains("EventSet") {
                continue;
            }
            let events = decode(product, body.as_bytes(), ago(0));
            let [event] = events.as_slice() else { continue };
            let is_named =
                event.vendorevent.as_ref().is_some_and(|name| body.contains(name.split('/').next().unwrap()));
            let has_ended = event.r#type.outcome != Outcome::Running;
            let Some(key) = NaturalKey::of(event).filter(|_| has_ended && is_named) else { continue };
            // The jobs of several streams are known by as many ids.
            let own = |id: &str| format!("{}{:04}", id.get(..8).unwrap_or(id), bodies.len());
            // Of a video only the newest snapshots are listed, and the samples are all of one.
            let video = event.data().unwrap().media.clone().and_then(|media| media.id);
            let video = video.filter(|_| product == Product::AliyunVod && key.end() == "SnapshotComplete");
            bodies.push(key.ids().iter().chain(&video).fold(body, |body, id| with_id(&body, id, &own(id))));
        }
    }
    let with_key = |body: String| {
        let events = decode(product, body.as_bytes(), ago(0));
        (in_its_bucket(NaturalKey::of(&events[0]).unwrap()), body)
    };
    bodies.into_iter().map(with_key).collect()
}

/// The samples are of several buckets, and the server has one.
fn in_its_bucket(key: NaturalKey) -> NaturalKey {
    if key.product() == Product::TencentCi { key.in_bucket(BUCKET.0, BUCKET.1) } else { key }
}

/// Ends that an API tells about, but for samples that have an upload's name and a task's payload, or a payload without an id.
fn is_askable(key: &NaturalKey, body: &str) -> bool {
    let weak = [
        "RestoreMediaComplete",
        "PersistenceComplete",
        "WorkflowStart",
        "FileDeleted",
        "DeleteMediaComplete",
        "UpdateMediaStorageClassComplete",
    ];
    let is_known = match (key.product(), key.end()) {
        (Product::TencentVod, "NewFileUpload") => body.contains(r#""FileUploadEvent": {"#),
        (Product::AliyunIms, "AIMediaAuditComplete" | "TranscodeComplete")
        | (Product::AliyunVod, "DynamicImageComplete") => false,
        // Its files are known by the video, which a sample lacks.
        (Product::AliyunVod, "SnapshotComplete") => body.contains("VideoId"),
        // That properties could not be read, and which stream was fetched, the API does not tell.
        (Product::AliyunVod, "VideoAnalysisComplete") => !body.contains("fail"),
        (Product::AliyunVod, "UploadByURLComplete") => !body.contains("FileType"),
        (Product::AliyunVod, "WorkflowTaskComplete") => !body.contains("{VodSnapshot"),
        _ => true,
    };
    is_known && !weak.contains(&key.end()) && !body.contains("ProcessImageAsync")
}

fn is_aliyun(product: Product) -> bool {
    matches!(product, Product::AliyunIms | Product::AliyunVod)
}

/// Where the files of an event are, those of its parts included.
fn addresses(event: &CloudEvent) -> Vec<[Option<String>; 4]> {
    let data = event.data().unwrap();
    // Which of the snapshots is the cover, the jobs do not tell.
    let is_vod = event.source == Product::AliyunVod;
    let of_whole = data.outputs.iter().filter(|_| !is_vod || event.vendorevent.as_deref() != Some("SnapshotComplete"));
    let files = of_whole.chain(data.steps.iter().flat_map(|step| &step.outputs));
    // Of a stream the API has the address in the storage: another host, and the same path.
    let url = |url: &String| if is_vod { url.splitn(4, '/').last().unwrap().to_owned() } else { url.clone() };
    files.map(|file| [file.id.clone(), file.url.as_ref().map(url), file.bucket.clone(), file.object.clone()]).collect()
}

#[tokio::test]
async fn what_the_vendor_tells_of_a_job_is_its_callbacks_event() {
    for product in PRODUCTS {
        let asked = Asked::new(product);
        let (mut same, mut other, mut asked_aliyun) = (0, Vec::new(), 0);
        for (key, body) in callbacks_of(product).into_iter().filter(|(key, body)| is_askable(key, body)) {
            asked.vendor.add(Job::ended(&*body, ago(60)));
            let callback = &decode(product, body.as_bytes(), ago(0))[0];
            let answer = asked.ended(&key).await;
            let [event] = answer.as_slice() else { panic!("{key}: {answer:?}") };
            assert_eq!((event.r#type, &event.subject), (callback.r#type, &callback.subject), "{key}");
            assert_eq!(NaturalKey::of(event).map(|key| key.to_string()), Some(key.to_string()));
            // The account's id comes from the configuration, and Alibaba Cloud's API may tell more of a file than a callback does.
            if is_aliyun(product) {
                assert_eq!(addresses(event), addresses(callback), "{key}");
                let passed_along =
                    |event: &CloudEvent| event.data().unwrap().user_data.as_ref().map(|data| data.get().to_owned());
                assert!(passed_along(event).is_none() || passed_along(event) == passed_along(callback), "{key}");
                asked_aliyun += 1;
                continue;
            }
            assert_eq!(event.data().unwrap().outputs, callback.data().unwrap().outputs, "{key}");
            if event.id == callback.id { same += 1 } else { other.push(key) }
        }
        assert_eq!(asked.vendor.complaints(), "");
        if is_aliyun(product) {
            assert!(asked_aliyun > 35, "{asked_aliyun}");
            continue;
        }
        // Of an upload the API does not tell the task that the file is put through, and of a run it tells less. Some samples of
        // tasks have their payload under a shorter key.
        let tasks = other.iter().filter(|key| key.end() == "task" || key.end() == "job").count();
        assert!(tasks < 10, "{other:?}");
        assert!(same > 40, "{same}");
    }
}

#[tokio::test]
async fn a_job_that_the_vendor_does_not_know_or_that_runs_is_told() {
    for product in PRODUCTS {
        let asked = Asked::new(product);
        let (key, body) = callbacks_of(product).into_iter().find(|(key, body)| is_askable(key, body)).unwrap();
        assert!(matches!(asked.job(&key).await, Ok(Answer::Unknown)), "{key}");
        asked.vendor.add(Job::ended(body, ago(30)));
        // The API is later than the callback: first it does not know the job, then it takes it for running.
        asked.vendor.set_delay(3600);
        assert!(matches!(asked.job(&key).await, Ok(Answer::Unknown)), "{key}");
        asked.vendor.set_delay(60);
        assert!(matches!(asked.job(&key).await, Ok(Answer::Running)), "{key}");
        asked.vendor.set_delay(0);
        assert_eq!(asked.ended(&key).await.len(), 1);
        assert_eq!(asked.vendor.complaints(), "");
    }
}

#[tokio::test]
async fn a_forged_callback_is_not_what_the_vendor_tells() {
    for product in PRODUCTS {
        let asked = Asked::new(product);
        let (mut outcomes, mut files) = (0, 0);
        for (key, body) in callbacks_of(product).into_iter().filter(|(key, body)| is_askable(key, body)) {
            asked.vendor.add(Job::ended(&*body, ago(60)));
            let told = asked.ended(&key).await.remove(0);
            let of = |forgery| decode(product, forged(&body, &key, forgery).as_bytes(), ago(0)).remove(0);
            let invented = of(Forgery::InventedJob);
            let invented = in_its_bucket(NaturalKey::of(&invented).unwrap());
            assert!(matches!(asked.job(&invented).await, Ok(Answer::Unknown)), "{key}");
            if told.r#type.outcome == Outcome::Succeeded {
                outcomes += usize::from(of(Forgery::OtherOutcome).r#type.outcome != Outcome::Succeeded);
                let forged = of(Forgery::OtherFiles);
                assert_eq!(NaturalKey::of(&forged).unwrap().to_string(), key.to_string());
                files += usize::from(addresses(&forged) != addresses(&told));
            }
        }
        // Of a stream of ApsaraVideo VOD the host is not compared.
        assert!(outcomes > 15 && (files > 9 || product == Product::AliyunVod), "{product}: {outcomes} {files}");
    }
}

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
            "ImageUploadComplete",
            "AttachedMediaUploadComplete",
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

#[tokio::test]
async fn what_a_server_does_wrong_for_a_moment_is_tried_again() {
    for product in PRODUCTS {
        let asked = Asked::new(product);
        let (key, body) = callbacks_of(product).into_iter().find(|(key, body)| is_askable(key, body)).unwrap();
        asked.vendor.add(Job::ended(body, ago(30)));
        asked.vendor.fail([QueryFault::Throttle, QueryFault::Internal]);
        assert_eq!(asked.ended(&key).await.len(), 1);
        asked.vendor.fail([QueryFault::Garbage(502), QueryFault::CutOff]);
        assert_eq!(asked.ended(&key).await.len(), 1);
        assert!(asked.vendor.has_failed());
        asked.vendor.fail([QueryFault::Garbage(200)]);
        assert!(matches!(asked.job(&key).await, Err(Error::Api(ApiError::Response { status: 200, .. }))));
    }
}

#[tokio::test]
async fn a_server_that_is_down_or_silent_ends_with_the_deadline() {
    for product in PRODUCTS {
        let asked = Asked::new(product);
        let (key, body) = callbacks_of(product).into_iter().find(|(key, body)| is_askable(key, body)).unwrap();
        asked.vendor.add(Job::ended(body, ago(30)));
        let soon = || Instant::now() + Duration::from_millis(300);
        asked.vendor.set_down(true);
        assert!(matches!(asked.lookup.job(&key, &asked.key, soon()).await, Err(Error::Deadline)));
        asked.vendor.set_down(false);
        asked.vendor.fail([QueryFault::Stall]);
        assert!(matches!(asked.lookup.job(&key, &asked.key, soon()).await, Err(Error::Deadline)));
        assert_eq!(asked.ended(&key).await.len(), 1);
    }
}

#[tokio::test]
async fn a_key_or_a_clock_that_is_refused_is_told_at_once() {
    for product in PRODUCTS {
        let asked = Asked::new(product);
        let (key, _) = callbacks_of(product).into_iter().find(|(key, body)| is_askable(key, body)).unwrap();
        let error = asked.lookup.job(&key, &access_key("SECRETwrong"), in_a_while()).await.unwrap_err();
        assert!(matches!(error, Error::Api(ApiError::Denied(_))), "{error}");
        assert!(!format!("{error} {error:?}").contains("SECRET"));
        asked.vendor.move_clock(3600);
        let error = asked.job(&key).await.unwrap_err();
        assert!(matches!(error, Error::Api(ApiError::Clock(_))), "{error}");
        assert_eq!(asked.vendor.requests(), 2);
    }
}

/// Nothing of an event chooses the host: a bucket that is not configured is not asked.
#[tokio::test]
async fn a_job_in_another_bucket_or_of_another_product_is_not_asked_about() {
    let asked = Asked::new(Product::TencentCi);
    let key = NaturalKey::new(Product::TencentCi, "job", ["j1".to_owned()]).unwrap();
    for (bucket, region) in
        [("other-1234567890", "ap-chongqing"), ("test-1234567890", "ap-beijing"), ("evil.example/", "x")]
    {
        let error = asked.job(&key.clone().in_bucket(bucket, region)).await.unwrap_err();
        assert!(matches!(error, Error::Bucket), "{error}");
    }
    let other = NaturalKey::new(Product::TencentVod, "task", ["t".to_owned()]).unwrap();
    assert!(matches!(asked.job(&other).await, Err(Error::Product(Product::TencentVod))));
    assert_eq!(asked.vendor.requests(), 0);
    assert!(matches!(asked.job(&key).await, Ok(Answer::Unknown)));
    assert_eq!(asked.vendor.requests(), 1);
}

/// However many are due at once, the vendor has nothing to throttle.
#[tokio::test]
async fn the_vendors_rate_is_kept() {
    for product in PRODUCTS {
        let asked = Asked::new(product);
        let end = NaturalKey::ends(product).next().unwrap();
        let count = if is_aliyun(product) { 40 } else { 120 };
        let asks = (0..count).map(|number| NaturalKey::new(product, end, [format!("x{number}")]).unwrap());
        for key in asks {
            assert!(matches!(asked.job(&key).await, Ok(Answer::Unknown)));
        }
        // No request was throttled, or it would have been sent again.
        assert_eq!(asked.vendor.requests(), count, "{product}");
    }
}

fn ims_callback(event: &str, body: &str) -> String {
    format!(r#"{{"EventType":"{event}","UserId":1,"EventTime":"2026-11-01T00:00:00Z","MessageBody":{body}}}"#)
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
        let finished = asked.lookup.finished(window, Some(&page), &asked.key, in_a_while()).await.unwrap();
        listed.extend(finished.jobs.iter().map(|job| job.key.to_string()));
        pages += 1;
        page = finished.next.unwrap();
        let next = serde_json::to_value(&page).unwrap();
        if next["list"] != 0 {
            break;
        }
        assert_eq!((next["token"].is_null(), next["since"].is_string()), (true, true), "{next}");
    }
    // Not the uploads: whether the videos were uploaded, or fetched from a URL, the search does not tell.
    assert_eq!((pages, listed), (2, vec!["aliyun-vod/AIMediaAuditComplete/a1".to_owned()]));
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
