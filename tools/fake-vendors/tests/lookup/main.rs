//! The clients of the vendors' query APIs against servers that behave as the vendors' do.
#![expect(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod failures;
mod lists;
mod media;
mod streams;

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use callbacks::{CloudEvent, NaturalKey, Outcome, Product, decode};
use fake_vendors::query::{BUCKET, Forgery, Job, QueryVendor, forged, with_id};
use fake_vendors::{KEY, KEY_ID, TOKEN};
use jiff::{SignedDuration, Timestamp};
use lookup::{Answer, Choice, Configuration, Error, Listed, Lookup, Page, Window};
use tokio::time::Instant;
use vendor_api::{AccessKey, Client};

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
            let finished =
                self.lookup.finished(window, &everything(), page.as_ref(), &self.key, in_a_while()).await.unwrap();
            jobs.extend(finished.jobs);
            let Some(next) = finished.next else { return jobs };
            page = serde_json::from_str(&serde_json::to_string(&next).unwrap()).unwrap();
        }
    }
}

/// All kinds of events, and those that have to be named.
fn everything() -> Choice {
    "aliyun-vod:all,upload aliyun-ims:all tencent-ci:all tencent-vod:all".parse().unwrap()
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

fn ims_callback(event: &str, body: &str) -> String {
    format!(r#"{{"EventType":"{event}","UserId":1,"EventTime":"2026-11-01T00:00:00Z","MessageBody":{body}}}"#)
}
