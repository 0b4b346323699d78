//! The function that confirms, between a receiver and the AWS APIs, against fakes of the vendors' query APIs.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;
use std::thread;
use std::time::{Duration, Instant};

use callbacks::{CloudEvent, Confirmation, Kind, NaturalKey, Outcome, Product, decode};
use emulator::moto::Moto;
use emulator::poller::{Batch, poll};
use emulator::proxy::{Fault, SEND};
use emulator::stack::Stack;
use emulator::{Emulator, post, root, vendor};
use fake_vendors::query::{BUCKET, Forgery, Job, QueryFault, QueryVendor, forged, with_id};
use fake_vendors::{KEY, KEY_ID, TOKEN};
use fastrand::Rng;
use jiff::{SignedDuration, Timestamp};
use sender::fresh::fresh;
use serde_json::{Value, json};

const PRODUCTS: [Product; 4] = Product::ALL;

/// The domains that deliver media in the samples.
const DOMAINS: &str = "media.example.com media.example.net sample-bucket.oss-cn-shanghai.aliyuncs.com";
const SECRET: &str = "lookup-key-of-the-test";

/// Many times the longest for which a test lets an event wait.
const LIMIT: Duration = Duration::from_mins(3);

/// One for all tests: each has a stack of its own in it.
static MOTO: LazyLock<Moto> = LazyLock::new(|| Moto::start().unwrap());

/// A receiver, the queue behind it, the function that confirms, and the vendor that it asks.
struct Here {
    stack: Stack,
    product: Product,
    queue: String,
    vendor: QueryVendor,
    receiver: Emulator,
    confirm: Emulator,
}

impl Here {
    /// `within` is for how long events wait, in seconds.
    fn start(name: &str, product: Product, within: u64, kinds: &str, more: &[(&str, &str)]) -> Self {
        let name = format!("{name}-{product}");
        let stack = Stack::create(&MOTO, &name).unwrap();
        let queue = json!({"QueueName": format!("{name}-confirm"), "Attributes": {"VisibilityTimeout": "30"}});
        let queue = stack.aws.call("AmazonSQS.CreateQueue", &queue).unwrap()["QueueUrl"].as_str().unwrap().to_owned();
        let secret = format!("{name}-{SECRET}");
        let key = json!({"access_key_id": KEY_ID, "access_key_secret": KEY, "security_token": TOKEN}).to_string();
        let key = json!({"Name": secret, "SecretString": key});
        stack.aws.call("secretsmanager.CreateSecret", &key).unwrap();
        let vendor = QueryVendor::start(product);
        let environment = vendor.environment();
        let (within, choice) = (within.to_string(), format!("{product}:{kinds}"));
        let mut variables: Vec<(&str, &str)> =
            environment.iter().map(|(name, value)| (*name, value.as_str())).collect();
        variables.extend([
            (variables::CONFIRM, choice.as_str()),
            (variables::CONFIRM_QUEUE, &queue),
            (variables::CONFIRM_WITHIN, &within),
            (variables::CONFIRM_PER_MINUTE, "6000"),
            (variables::ALIYUN_IMS_SECRET_ID, &secret),
            (variables::ALIYUN_VOD_SECRET_ID, &secret),
            (variables::TENCENT_CI_SECRET_ID, &secret),
            (variables::TENCENT_VOD_SECRET_ID, &secret),
        ]);
        variables.extend(more);
        let confirm = stack.storing("confirm", &variables).unwrap();
        let intake = format!("sqs:{queue}");
        let mut receiving = vendor::environment(product).to_vec();
        receiving.push((variables::INTAKE, &intake));
        receiving.extend(more);
        let receiver = stack.product(product, &receiving).unwrap();
        Self { stack, product, queue, vendor, receiver, confirm }
    }

    /// Posts the body with the right token and signature.
    fn post(&self, body: &str) {
        let now = Timestamp::now();
        let mut request: Value = serde_json::from_str(&post(body.as_bytes())).unwrap();
        // An event without a time of its own has that of the request.
        request["requestContext"]["timeEpoch"] = now.as_millisecond().into();
        let request = vendor::sent(self.product, request, &vendor::signing(self.product, now)).unwrap();
        assert_eq!(self.receiver.invoke(&request.to_string()).unwrap().status_code, 200);
    }

    /// What Lambda does once with the messages that are visible.
    fn poll(&self) -> Batch {
        poll(&self.stack.aws, &self.queue, 10, &self.confirm).unwrap()
    }

    /// Has everything asked about until no message is left, and takes what is in the intake then.
    fn confirmed(&self) -> Vec<CloudEvent> {
        let started = Instant::now();
        while self.stack.aws.length(&self.queue).unwrap() > 0 {
            assert!(started.elapsed() < LIMIT, "messages are left: {}", self.confirm.log().unwrap());
            if self.poll().received.is_empty() {
                thread::sleep(Duration::from_millis(100));
            }
        }
        self.stored()
    }

    /// Takes the events of the intake.
    fn stored(&self) -> Vec<CloudEvent> {
        let messages = self.stack.aws.drain(&self.stack.resources.queue).unwrap();
        messages.iter().flat_map(|message| serde_json::from_str::<Vec<CloudEvent>>(&message.body).unwrap()).collect()
    }

    /// The event of this body, as the receiver makes it.
    fn event(&self, body: &str) -> CloudEvent {
        event(self.product, body)
    }

    fn ids(&self, jobs: &[Job]) -> BTreeSet<String> {
        jobs.iter().map(|job| self.event(job.callback()).id).collect()
    }
}

fn event(product: Product, body: &str) -> CloudEvent {
    let mut events = decode(product, body.as_bytes(), Timestamp::now());
    assert_eq!(events.len(), 1);
    events.remove(0)
}

/// A job of each sort that the fakes have an answer about, and of each way in which it ended, a moment ago.
fn jobs(product: Product) -> Vec<Job> {
    let mut random = Rng::with_seed(19);
    let mut jobs = BTreeMap::new();
    let mut paths = vec![root().join("shared/callbacks/testdata").join(product.slug())];
    while let Some(path) = paths.pop() {
        if path.is_dir() {
            paths.extend(path.read_dir().unwrap().map(|entry| entry.unwrap().path()));
            paths.sort();
            continue;
        }
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        // Cloud Infinite's API answers in XML, though callbacks of reviews are in JSON; that of VOD in the form of today's callbacks.
        let ending = if product == Product::TencentCi && !name.starts_with("review") { "xml" } else { "json" };
        if name.starts_with("v2-") || path.extension().is_none_or(|found| found != ending) {
            continue;
        }
        let now = Timestamp::now();
        let Ok(body) = fresh(product, &std::fs::read(&path).unwrap(), now, &mut random) else { continue };
        let Ok(body) = String::from_utf8(body) else { continue };
        let [event] = &decode(product, body.as_bytes(), now)[..] else { continue };
        if is_told(event, &body) {
            let verdict = event.data().unwrap().review.as_ref().map(|review| format!("{:?}", review.verdict));
            let sort = (event.vendorevent.clone(), event.r#type.outcome.to_string(), verdict);
            let number = jobs.len();
            jobs.entry(sort).or_insert_with(|| Job::ended(with_own_ids(event, body, number), now));
        }
    }
    let jobs: Vec<Job> = jobs.into_values().collect();
    assert!(jobs.len() > 15, "{product}: {}", jobs.len());
    jobs
}

/// Some jobs whose true callbacks are confirmed. Those of Cloud Infinite are in the bucket that is configured.
fn some_jobs(product: Product) -> Vec<Job> {
    let is_plain = |job: &Job| {
        let event = event(product, job.callback());
        let key = NaturalKey::of(&event).unwrap();
        key.bucket().is_none_or(|bucket| bucket == (BUCKET.0, Some(BUCKET.1)))
            && expected(&event, None) == Confirmation::Confirmed
            && event.r#type.kind != Kind::Moderation
    };
    let jobs: Vec<Job> = jobs(product).into_iter().filter(is_plain).take(8).collect();
    assert!(jobs.len() >= 4, "{product}");
    jobs
}

/// Whether the vendor's API tells of the end that an event reports. `docs/lookup.md` has those of which it does not.
fn is_told(event: &CloudEvent, body: &str) -> bool {
    let Some(key) = NaturalKey::of(event) else { return false };
    let has_ended = !matches!(event.r#type.outcome, Outcome::Running | Outcome::Unknown);
    has_ended
        && match (event.source, key.end()) {
            // Of media that are gone, all APIs tell no more than that.
            (_, "FileDeleted" | "DeleteMediaComplete" | "RestoreMediaComplete" | "PersistenceComplete") => false,
            (Product::TencentVod, "NewFileUpload") => body.contains(r#""FileUploadEvent": {"#),
            (Product::TencentVod, _) => !body.contains("EventSet") && !body.contains("ProcessImageAsync"),
            // Which of several buckets a short callback of a review is about, only a server for each bucket tells.
            (Product::TencentCi, _) if body.contains(".myqcloud.com/") && body.contains("trace_id") => false,
            (Product::TencentCi, end) => ["job", "WorkflowFinish"].contains(&end) || end.starts_with("Review"),
            (Product::AliyunIms, end) => !["AIMediaAuditComplete", "TranscodeComplete"].contains(&end),
            (Product::AliyunVod, "SnapshotComplete") => body.contains("VideoId"),
            (Product::AliyunVod, "VideoAnalysisComplete") => event.r#type.outcome == Outcome::Succeeded,
            (Product::AliyunVod, end) => !["DynamicImageComplete", "UpdateMediaStorageClassComplete"].contains(&end),
        }
}

/// Some samples are of the same review, or stream, or of the snapshots of the same video, of which the API has the newest.
fn with_own_ids(event: &CloudEvent, body: String, number: usize) -> String {
    if ![Product::AliyunVod, Product::TencentCi].contains(&event.source) {
        return body;
    }
    let key = NaturalKey::of(event).unwrap();
    let video = event.data().unwrap().media.as_ref().and_then(|media| media.id.clone());
    let mut ids: Vec<&String> = key.ids().iter().chain(&video).collect();
    ids.dedup();
    let own = |place: usize, id: &str| format!("{}{number:04}{place}", id.get(..8).unwrap_or(id));
    ids.iter().enumerate().fold(body, |body, (place, id)| with_id(&body, id, &own(place, id)))
}

/// What becomes of the event of a true callback, or of a forged one.
fn expected(event: &CloudEvent, forgery: Option<Forgery>) -> Confirmation {
    let data = event.data().unwrap();
    let name = data.event.as_deref().unwrap_or_default();
    let has_files = !data.outputs.is_empty() || data.steps.iter().any(|step| !step.outputs.is_empty());
    let is_old = event.time < Timestamp::now().saturating_sub(SignedDuration::from_hours(24)).unwrap();
    // What the API does not tell of this job: `docs/setup/confirm.md` has it.
    let is_silent = match (event.source, name) {
        (Product::TencentCi, "WorkflowFinish") => has_files,
        (Product::TencentVod, "NewFileUpload")
        | (Product::AliyunVod, "StreamTranscodeComplete" | "TranscodeComplete") => data.user_data.is_some(),
        // Which snapshot is the cover.
        (Product::AliyunVod, "SnapshotComplete") => !data.outputs.is_empty() || data.user_data.is_some(),
        _ => false,
    };
    match forgery {
        // An invented job that is older than the vendor's memory by its own word.
        Some(Forgery::InventedJob) if is_old => Confirmation::Unverifiable,
        // Where snapshots are, only the newest of each type tell.
        Some(Forgery::OtherFiles) if event.source == Product::AliyunVod && name == "SnapshotComplete" => {
            Confirmation::Unverifiable
        }
        Some(_) => Confirmation::Contradicted,
        None if is_silent => Confirmation::Unverifiable,
        None => Confirmation::Confirmed,
    }
}

/// The buckets of some jobs of Cloud Infinite, as the configuration has them.
fn buckets(jobs: &[Job]) -> String {
    let of = |job: &Job| {
        let key = NaturalKey::of(&event(Product::TencentCi, job.callback()))?;
        let (name, region) = key.bucket()?;
        // Callbacks of workflows have no region.
        Some(format!("{name}/{}", region.unwrap_or("ap-guangzhou")))
    };
    let buckets: BTreeSet<String> = jobs.iter().filter_map(of).collect();
    buckets.into_iter().collect::<Vec<_>>().join(" ")
}

/// What somebody else than the vendor would make of a job's callback, where that makes a difference to the event.
fn forgeries(product: Product, job: &Job) -> Vec<(Forgery, String)> {
    let event = event(product, job.callback());
    let key = NaturalKey::of(&event).unwrap();
    let places = |event: &CloudEvent| {
        let data = event.data().unwrap();
        let files = data.outputs.iter().chain(data.steps.iter().flat_map(|step| &step.outputs));
        let media = data.media.iter().map(|media| (media.url.clone(), media.object.clone()));
        media.chain(files.map(|file| (file.url.clone(), file.object.clone()))).collect::<Vec<_>>()
    };
    let verdict = |event: &CloudEvent| event.data().unwrap().review.as_ref().and_then(|review| review.verdict);
    [Forgery::InventedJob, Forgery::OtherOutcome, Forgery::OtherFiles, Forgery::OtherVerdict]
        .into_iter()
        .map(|forgery| (forgery, forged(job.callback(), &key, forgery)))
        .filter(|(forgery, body)| {
            let [other] = &decode(product, body.as_bytes(), Timestamp::now())[..] else { return false };
            if other.unreadable().is_some() {
                return false;
            }
            match forgery {
                Forgery::InventedJob => NaturalKey::of(other).is_some_and(|other| other.ids() != key.ids()),
                Forgery::OtherOutcome => other.r#type.outcome != event.r#type.outcome,
                Forgery::OtherFiles => places(other) != places(&event),
                Forgery::OtherVerdict => verdict(other) != verdict(&event),
            }
        })
        .collect()
}

/// What becomes of callbacks, by what they are.
fn outcomes(product: Product, number: usize, jobs: &[Job]) -> Vec<(String, Confirmation, Confirmation)> {
    let more = [(variables::CI_BUCKETS, buckets(jobs)), (variables::ALIYUN_VOD_DOMAINS, DOMAINS.to_owned())];
    let more = more.each_ref().map(|(name, value)| (*name, value.as_str()));
    let here = Here::start(&format!("forged{number}"), product, 60, "all", &more);
    let mut sent = BTreeMap::new();
    for job in jobs {
        let name = |event: &CloudEvent| {
            let name = event.vendorevent.as_deref().unwrap_or_default();
            format!("{name} {}", event.r#type.outcome)
        };
        for (forgery, body) in forgeries(product, job) {
            let event = here.event(&body);
            let own = expected(&event, Some(forgery));
            sent.insert(event.id.clone(), (format!("{forgery:?} of {}", name(&event)), own));
            here.post(&body);
        }
        let event = here.event(job.callback());
        sent.insert(event.id.clone(), (format!("true {}", name(&event)), expected(&event, None)));
        here.post(job.callback());
        here.vendor.add(job.clone());
    }
    let stored = here.confirmed();
    let found: BTreeMap<&str, Confirmation> =
        stored.iter().map(|event| (event.id.as_str(), event.confirmation.unwrap())).collect();
    assert_eq!(found.keys().copied().collect::<Vec<_>>(), sent.keys().map(String::as_str).collect::<Vec<_>>());
    assert_eq!(here.vendor.complaints(), "");
    let log = here.confirm.log().unwrap();
    assert!(!log.contains(KEY) && !log.contains(TOKEN) && !log.contains("SECRET"), "{log}");
    assert!(log.contains("\"Contradicted\"") && log.contains("\"ConfirmedEvents\""));
    sent.into_iter().map(|(id, (name, expected))| (name, expected, found[id.as_str()])).collect()
}

fn true_callbacks_are_confirmed_and_forged_ones_contradicted(product: Product) {
    let jobs = jobs(product);
    // As many as can be asked about within the bound. Alibaba Cloud is asked seven times a second, and several times about some jobs.
    let at_once = if matches!(product, Product::AliyunIms | Product::AliyunVod) { 16 } else { 80 };
    let chunks = jobs.chunks(at_once).enumerate();
    let all: Vec<_> = chunks.flat_map(|(number, jobs)| outcomes(product, number, jobs)).collect();
    let wrong: Vec<_> = all.iter().filter(|(_, expected, found)| expected != found).collect();
    assert!(wrong.is_empty(), "{product}: {wrong:#?}");
    let count = |start: &str, confirmation| {
        all.iter().filter(|(name, _, found)| name.starts_with(start) && *found == confirmation).count()
    };
    let confirmed = count("true", Confirmation::Confirmed);
    let [jobs, outcomes, files, verdicts] = ["InventedJob", "OtherOutcome", "OtherFiles", "OtherVerdict"]
        .map(|forgery| count(forgery, Confirmation::Contradicted));
    assert!(confirmed > 12 && jobs > 12 && outcomes > 12 && files > 4, "{product}");
    // No review of Intelligent Media Services is told.
    assert!(verdicts > 0 || product == Product::AliyunIms, "{product}");
}

#[test]
fn of_cloud_infinite_true_callbacks_are_confirmed_and_forged_ones_contradicted() {
    true_callbacks_are_confirmed_and_forged_ones_contradicted(Product::TencentCi);
}

#[test]
fn of_tencent_vod_true_callbacks_are_confirmed_and_forged_ones_contradicted() {
    true_callbacks_are_confirmed_and_forged_ones_contradicted(Product::TencentVod);
}

#[test]
fn of_aliyun_ims_true_callbacks_are_confirmed_and_forged_ones_contradicted() {
    true_callbacks_are_confirmed_and_forged_ones_contradicted(Product::AliyunIms);
}

#[test]
fn of_aliyun_vod_true_callbacks_are_confirmed_and_forged_ones_contradicted() {
    true_callbacks_are_confirmed_and_forged_ones_contradicted(Product::AliyunVod);
}

/// A short callback, the vendor's default, has the address of the object in place of its bucket and name.
#[test]
fn a_short_callback_of_a_review_is_confirmed_by_its_object() {
    let buckets = [(variables::CI_BUCKETS, "my-bkt-1250000001/ap-beijing")];
    let here = Here::start("short", Product::TencentCi, 20, "moderation", &buckets);
    let path = "shared/callbacks/testdata/tencent-ci/review-video/review-video-simple-ads.json";
    let body = std::fs::read_to_string(root().join(path)).unwrap();
    let job = Job::ended(body.as_str(), Timestamp::now());
    let key = NaturalKey::of(&here.event(&body)).unwrap();
    here.post(&body);
    here.vendor.add(job);
    let mut expected = BTreeMap::from([(here.event(&body).id, Confirmation::Confirmed)]);
    for other in [
        body.replace("my-bkt-1250000001", "other-bkt-1250000001"),
        body.replace("video/31.mp4", "video/32.mp4"),
        forged(&body, &key, Forgery::OtherVerdict),
        forged(&body, &key, Forgery::OtherOutcome),
        forged(&body, &key, Forgery::InventedJob),
    ] {
        expected.insert(here.event(&other).id, Confirmation::Contradicted);
        here.post(&other);
    }
    assert_eq!(expected.len(), 6);
    let stored = here.confirmed();
    let found: BTreeMap<String, Confirmation> =
        stored.into_iter().map(|event| (event.id, event.confirmation.unwrap())).collect();
    assert_eq!(found, expected);
}

/// All that a vendor tells of a deletion is that there are no such media. Of media that are there, a part may be gone.
#[test]
fn a_deletion_is_confirmed_only_where_the_media_are_gone() {
    for (product, gone, there) in [
        (
            Product::TencentVod,
            r#"{"EventType":"FileDeleted","FileDeleteEvent":{"FileIdSet":["5285890784246869930"]}}"#,
            r#"{"EventType":"NewFileUpload","FileUploadEvent": {"FileId":"5285890784246869930"}}"#,
        ),
        (
            Product::AliyunVod,
            r#"{"EventType":"DeleteMediaComplete","Status":"success","MediaId":"9586704b959"}"#,
            r#"{"EventType":"FileUploadComplete","Status":"success","VideoId":"9586704b959","FileUrl":"http://a/b"}"#,
        ),
        (
            Product::AliyunIms,
            r#"{"EventType":"DeleteMediaComplete","MessageBody":{"Status":"Success","MediaId":"71151b80f2d"}}"#,
            r#"{"EventType":"FileUploadComplete","MessageBody":{"Status":"Success","MediaId":"71151b80f2d","FileUrl":"http://a/b"}}"#,
        ),
    ] {
        let here = Here::start("gone", product, 600, "all", &[]);
        here.post(gone);
        let confirmations = |events: Vec<CloudEvent>| events.iter().map(|event| event.confirmation).collect::<Vec<_>>();
        assert_eq!(confirmations(here.confirmed()), [Some(Confirmation::Confirmed)], "{product}");
        here.vendor.add(Job::ended(there, Timestamp::now()));
        here.post(gone);
        assert_eq!(confirmations(here.confirmed()), [Some(Confirmation::Unverifiable)], "{product}");
    }
}

#[test]
fn while_the_api_is_down_nothing_is_lost_and_nothing_waits_for_ever() {
    for product in PRODUCTS {
        let here = Here::start("down", product, 6, "all", &[]);
        let jobs = some_jobs(product);
        here.vendor.set_down(true);
        for job in &jobs {
            here.post(job.callback());
            here.vendor.add(job.clone());
        }
        let stored = here.confirmed();
        assert_eq!(stored.iter().map(|event| event.id.clone()).collect::<BTreeSet<_>>(), here.ids(&jobs));
        assert!(stored.iter().all(|event| event.confirmation == Some(Confirmation::Unverifiable)), "{product}");
        assert!(here.confirm.log().unwrap().contains("\"LookupFailures\""));
    }
}

#[test]
fn an_api_that_comes_back_in_time_settles_what_waits() {
    for product in PRODUCTS {
        let here = Here::start("back", product, 600, "all", &[]);
        let jobs = &some_jobs(product)[..4];
        here.vendor.set_down(true);
        for job in jobs {
            here.post(job.callback());
            here.vendor.add(job.clone());
        }
        let batch = here.poll();
        assert_eq!((batch.received.len(), batch.failed.len()), (4, 4), "{product}");
        assert_eq!(here.stored().len(), 0);
        here.vendor.set_down(false);
        here.vendor.fail([QueryFault::Throttle, QueryFault::Garbage(500)]);
        let stored = here.confirmed();
        assert_eq!(stored.iter().map(|event| event.id.clone()).collect::<BTreeSet<_>>(), here.ids(jobs));
        assert!(stored.iter().all(|event| event.confirmation == Some(Confirmation::Confirmed)), "{product}");
    }
}

/// No vendor says how soon its API knows what its callback says.
#[test]
fn an_api_that_is_behind_the_callback_contradicts_nothing() {
    for product in PRODUCTS {
        let here = Here::start("behind", product, 600, "all", &[]);
        here.vendor.set_delay(4);
        let jobs = &some_jobs(product)[..4];
        for job in jobs {
            here.vendor.add(job.clone().created(Timestamp::now()));
            here.post(job.callback());
        }
        let stored = here.confirmed();
        assert_eq!(stored.len(), 4);
        assert!(stored.iter().all(|event| event.confirmation == Some(Confirmation::Confirmed)), "{product}");
    }
}

#[test]
fn what_is_not_stored_on_stays_and_what_comes_twice_is_published_once() {
    let here = Here::start("stored", Product::TencentVod, 600, "all", &[]);
    let job = &some_jobs(here.product)[0];
    here.vendor.add(job.clone());
    here.post(job.callback());
    here.stack.intake.set_plan(|call| (call.operation == SEND).then_some(Fault::Error));
    let batch = here.poll();
    assert_eq!((batch.received.len(), batch.failed.len()), (1, 1));
    assert_eq!(here.stack.aws.length(&here.queue).unwrap(), 1);
    here.stack.intake.set_plan(|_| None);
    // What was stored on and not deleted comes again, as the vendor's own retry does.
    here.post(job.callback());
    let started = Instant::now();
    while here.stack.aws.length(&here.queue).unwrap() > 0 {
        assert!(started.elapsed() < LIMIT);
        here.poll();
        thread::sleep(Duration::from_millis(100));
    }
    let dispatch = here.stack.dispatch(&[]).unwrap();
    while here.stack.aws.length(&here.stack.resources.queue).unwrap() > 0 {
        poll(&here.stack.aws, &here.stack.resources.queue, 10, &dispatch).unwrap();
    }
    let published = here.stack.aws.drain(&here.stack.resources.target).unwrap();
    let published: Vec<Value> = published.iter().map(|message| serde_json::from_str(&message.body).unwrap()).collect();
    assert_eq!(published.len(), 1);
    let detail = &published[0]["detail"];
    assert_eq!(
        (detail["confirmation"].as_str(), detail["id"].as_str()),
        (Some("confirmed"), Some(here.event(job.callback()).id.as_str()))
    );
}

#[test]
fn what_was_not_chosen_passes_as_it_came() {
    let here = Here::start("passes", Product::TencentVod, 600, "live", &[]);
    let job = &some_jobs(here.product)[0];
    here.post(job.callback());
    let [stored] = &here.confirmed()[..] else { panic!("not one event") };
    assert_eq!((stored.confirmation, &stored.id), (None, &here.event(job.callback()).id));
    assert_eq!(here.vendor.requests(), 0);
}

/// The data of a large event is in the bucket, which the function reads.
#[test]
fn a_large_event_is_confirmed_too() {
    let here = Here::start("large", Product::TencentVod, 600, "all", &[(variables::EVENT_LIMIT, "16384")]);
    let job = &some_jobs(here.product)[0];
    let padding = format!(r#"{{"Padding":"{}","#, "x".repeat(20_000));
    let body = job.callback().trim_start().replacen('{', &padding, 1);
    here.vendor.add(job.clone());
    here.post(&body);
    let [stored] = &here.confirmed()[..] else { panic!("not one event") };
    assert_eq!(stored.confirmation, Some(Confirmation::Confirmed));
    assert!(stored.data().is_none() && stored.id == here.event(&body).id);
}
