//! The function that confirms, between a receiver and the AWS APIs, against fakes of the vendors' query APIs.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;
use std::thread;
use std::time::{Duration, Instant};

use callbacks::{CloudEvent, Confirmation, NaturalKey, Outcome, Product, decode};
use emulator::moto::Moto;
use emulator::poller::{Batch, poll};
use emulator::proxy::{Fault, SEND};
use emulator::stack::Stack;
use emulator::{Emulator, post, root, vendor};
use fake_vendors::query::{BUCKET, Forgery, Job, QueryFault, QueryVendor, forged};
use fake_vendors::{KEY, KEY_ID, TOKEN};
use fastrand::Rng;
use jiff::Timestamp;
use sender::fresh::fresh;
use serde_json::{Value, json};

const PRODUCTS: [Product; 2] = [Product::TencentCi, Product::TencentVod];
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

/// A job of each sort that the fakes have an answer about, which ended a moment ago.
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
        // Cloud Infinite's API answers in XML, and that of VOD in the form of today's callbacks only.
        let ending = if product == Product::TencentCi { "xml" } else { "json" };
        let is_old = path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("v2-"));
        if is_old || path.extension().is_none_or(|found| found != ending) {
            continue;
        }
        let now = Timestamp::now();
        let Ok(body) = fresh(product, &std::fs::read(&path).unwrap(), now, &mut random) else { continue };
        let Ok(body) = String::from_utf8(body) else { continue };
        let [event] = &decode(product, body.as_bytes(), now)[..] else { continue };
        let Some(key) = NaturalKey::of(event) else { continue };
        let (bucket, region) = BUCKET;
        let is_in = key.bucket().is_none_or(|(name, of)| name == bucket && of.is_none_or(|of| of == region));
        let is_asked = ["task", "job", "WorkflowFinish"].contains(&key.end()) || key.end().starts_with("Review");
        if is_in && is_asked && matches!(event.r#type.outcome, Outcome::Succeeded | Outcome::Partial) {
            jobs.entry(event.vendorevent.clone()).or_insert_with(|| Job::ended(body, now));
        }
    }
    let jobs: Vec<Job> = jobs.into_values().take(16).collect();
    assert!(jobs.len() > 4, "{product}: {}", jobs.len());
    jobs
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
    [Forgery::InventedJob, Forgery::OtherOutcome, Forgery::OtherFiles]
        .into_iter()
        .map(|forgery| (forgery, forged(job.callback(), &key, forgery)))
        .filter(|(forgery, body)| {
            let other = self::event(product, body);
            match forgery {
                Forgery::InventedJob => NaturalKey::of(&other).is_some_and(|other| other.ids() != key.ids()),
                Forgery::OtherOutcome => other.r#type.outcome != event.r#type.outcome,
                Forgery::OtherFiles => places(&other) != places(&event),
            }
        })
        .collect()
}

#[test]
fn true_callbacks_are_confirmed_and_forged_ones_contradicted() {
    for product in PRODUCTS {
        let here = Here::start("forged", product, 20, "all", &[]);
        let mut expected = BTreeMap::new();
        let mut forged = BTreeMap::new();
        for job in jobs(product) {
            for (forgery, body) in forgeries(product, &job) {
                let event = here.event(&body);
                expected.insert(event.id, (Confirmation::Contradicted, format!("{forgery:?} {:?}", event.vendorevent)));
                *forged.entry(format!("{forgery:?}")).or_insert(0) += 1;
                here.post(&body);
            }
            let event = here.event(job.callback());
            expected.insert(event.id, (Confirmation::Confirmed, format!("{:?}", event.vendorevent)));
            here.post(job.callback());
            here.vendor.add(job);
        }
        assert_eq!(forged.len(), 3, "{product}: {forged:?}");
        assert!(forged.values().all(|count| *count > 1), "{product}: {forged:?}");
        let stored = here.confirmed();
        let found: BTreeMap<&str, Confirmation> =
            stored.iter().map(|event| (event.id.as_str(), event.confirmation.unwrap())).collect();
        assert_eq!(found.len(), expected.len());
        let wrong: Vec<String> = expected
            .iter()
            .filter(|(id, (confirmation, _))| found.get(id.as_str()) != Some(confirmation))
            .map(|(id, (_, name))| format!("{name} is {:?}", found.get(id.as_str())))
            .collect();
        assert!(wrong.is_empty(), "{product}: {wrong:#?}");
        assert_eq!(here.vendor.complaints(), "");
        let log = here.confirm.log().unwrap();
        assert!(!log.contains(KEY) && !log.contains(TOKEN) && !log.contains("SECRET"), "{log}");
        assert!(log.contains("\"Contradicted\"") && log.contains("\"Confirmed\""));
    }
}

#[test]
fn while_the_api_is_down_nothing_is_lost_and_nothing_waits_for_ever() {
    for product in PRODUCTS {
        let here = Here::start("down", product, 6, "all", &[]);
        let jobs = jobs(product);
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
        let jobs = &jobs(product)[..4];
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
        let jobs = &jobs(product)[..4];
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
    let job = &jobs(here.product)[0];
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
    let job = &jobs(here.product)[0];
    here.post(job.callback());
    let [stored] = &here.confirmed()[..] else { panic!("not one event") };
    assert_eq!((stored.confirmation, &stored.id), (None, &here.event(job.callback()).id));
    assert_eq!(here.vendor.requests(), 0);
}

/// The data of a large event is in the bucket, which the function reads.
#[test]
fn a_large_event_is_confirmed_too() {
    let here = Here::start("large", Product::TencentVod, 600, "all", &[(variables::EVENT_LIMIT, "16384")]);
    let jobs = jobs(here.product);
    let job = &jobs[0];
    let padding = format!(r#"{{"Padding":"{}","#, "x".repeat(20_000));
    let body = job.callback().trim_start().replacen('{', &padding, 1);
    here.vendor.add(job.clone());
    here.post(&body);
    let [stored] = &here.confirmed()[..] else { panic!("not one event") };
    assert_eq!(stored.confirmation, Some(Confirmation::Confirmed));
    assert!(stored.data().is_none() && stored.id == here.event(&body).id);
}
