//! The function that reconciles, between fakes of the vendors' query APIs and the AWS APIs, beside receivers and dispatch: what the
//! vendors' callbacks do not bring comes by their lists, once.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use callbacks::{NaturalKey, Product, decode};
use emulator::moto::Moto;
use emulator::poller::poll;
use emulator::stack::Stack;
use emulator::{Emulator, post, root, vendor};
use fake_vendors::query::{BUCKET, Forgery, Job, QueryFault, QueryVendor, forged};
use fake_vendors::{KEY, KEY_ID, QueueKind, TOKEN, Vendor};
use fastrand::Rng;
use jiff::{SignedDuration, Timestamp};
use lookup::job_end;
use sender::fresh::fresh;
use serde_json::{Value, json};

/// The products whose lists are read, with the ending of their samples that an API answers with, and how many jobs end. They are few
/// where few requests a second are allowed. A product whose lists are new takes a row.
const PRODUCTS: [(Product, &str, usize); 4] = [
    (Product::TencentVod, "json", 900),
    (Product::TencentCi, "xml", 900),
    (Product::AliyunIms, "json", 100),
    (Product::AliyunVod, "json", 100),
];

const SEED: u64 = 19;

/// Many times what it takes.
const LIMIT: Duration = Duration::from_mins(5);

/// The most jobs that a callback of Cloud Infinite reports here.
const JOBS_OF_CALLBACK: usize = 20;

/// What becomes of the callback of a job.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fate {
    Sent,
    /// It is in the vendor's queue, and not posted.
    Queued,
    Dropped,
    /// It comes after the job was reconciled.
    Late,
    /// It comes late, and says that the job ended differently.
    Otherwise,
    /// None was due, as the vendor says.
    NotDue,
}

struct Ended {
    product: Product,
    fate: Fate,
    body: String,
    /// What its event is known by.
    end: String,
    ended_at: Timestamp,
}

/// A stack that reconciles, with a function for each product.
struct Here {
    stack: Stack,
    vendors: BTreeMap<&'static str, QueryVendor>,
    receivers: BTreeMap<&'static str, Emulator>,
    choice: String,
    secret: String,
    reconcile: Emulator,
    dispatch: Emulator,
}

impl Here {
    fn start(moto: &Moto, name: &str, workflows: &str) -> Self {
        // No message comes again while it is dispatched, however slow this machine is.
        let stack = Stack::create_with(moto, name, 300, 3).unwrap();
        let secret = format!("{name}-lookup");
        let key = json!({"access_key_id": KEY_ID, "access_key_secret": KEY, "security_token": TOKEN}).to_string();
        let key = json!({"Name": secret, "SecretString": key});
        stack.aws.call("secretsmanager.CreateSecret", &key).unwrap();
        let choice: Vec<String> = PRODUCTS.iter().map(|(product, ..)| format!("{product}:all")).collect();
        let choice = choice.join(" ");
        let vendors: BTreeMap<_, _> =
            PRODUCTS.iter().map(|(product, ..)| (product.slug(), QueryVendor::start(*product))).collect();
        // A function trusts one file of certificates, and each vendor has one of its own.
        let bundle = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}.pem"));
        let roots = vendors.values().map(|vendor| std::fs::read_to_string(vendor.server().ca_bundle()).unwrap());
        std::fs::write(&bundle, roots.collect::<String>()).unwrap();
        let ledger = format!("dynamodb:{}", stack.resources.table);
        let environments: Vec<_> = vendors.values().flat_map(QueryVendor::environment).collect();
        let mut variables: Vec<(&str, &str)> =
            environments.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let bundle = bundle.display().to_string();
        variables.extend([
            ("SSL_CERT_FILE", bundle.as_str()),
            (variables::LEDGER, &ledger),
            (variables::RECONCILE, &choice),
            (variables::RECONCILE_GRACE, "60"),
            (variables::CI_WORKFLOWS, workflows),
            (variables::ALIYUN_IMS_SECRET_ID, &secret),
            (variables::ALIYUN_VOD_SECRET_ID, &secret),
            (variables::TENCENT_CI_SECRET_ID, &secret),
            (variables::TENCENT_VOD_SECRET_ID, &secret),
        ]);
        let reconcile = stack.storing("reconcile", &variables).unwrap();
        let receiver = |product: Product| {
            let environment = [vendor::environment(product), &[(variables::RECONCILE, choice.as_str())]].concat();
            (product.slug(), stack.product(product, &environment).unwrap())
        };
        let receivers = PRODUCTS.iter().map(|(product, ..)| receiver(*product)).collect();
        // The bus is what the function prints: the one of moto takes most of the time.
        let dispatch = stack.dispatch(&[(variables::BUS, "stdout")]).unwrap();
        Self { stack, vendors, receivers, choice, secret, reconcile, dispatch }
    }

    /// Posts callbacks with the right tokens and signatures, to all products at once.
    fn post(&self, jobs: &[(Product, &str)]) {
        thread::scope(|scope| {
            for (product, ..) in PRODUCTS {
                let receiver = &self.receivers[product.slug()];
                scope.spawn(move || {
                    let bodies = jobs.iter().filter(|(of, _)| *of == product).map(|(_, body)| *body);
                    for body in callbacks(product, bodies) {
                        let request = serde_json::from_str(&post(body.as_bytes())).unwrap();
                        let signing = vendor::signing(product, Timestamp::now());
                        let request = vendor::sent(product, request, &signing).unwrap();
                        assert_eq!(receiver.invoke(&request.to_string()).unwrap().status_code, 200);
                    }
                });
            }
        });
    }

    /// Has what is in the queue of Tencent Cloud VOD pulled.
    fn pull(&self, bodies: &[String]) {
        let vendor = Vendor::start(QueueKind::Tencent, bodies);
        vendor.do_not_hold();
        let environment = vendor.environment();
        let keys = queues::tencent::ACCESS_KEY_VARIABLES;
        let mut environment: Vec<(&str, &str)> = environment
            .iter()
            .map(|(name, value)| (*name, value.as_str()))
            .filter(|(name, _)| !keys.contains(name))
            .collect();
        environment.extend([(variables::SECRET_ID, self.secret.as_str()), (variables::RECONCILE, &self.choice)]);
        let pull = self.stack.storing("tencent-vod-pull", &environment).unwrap();
        let answer = pull.invoke_raw("{}").unwrap();
        assert_eq!((vendor.left(), answer.contains("errorMessage")), (0, false), "{answer}");
    }

    /// Invokes the function, and gives what it says of each product.
    fn reconciled(&self) -> Result<BTreeMap<String, Value>, String> {
        let answer: Value = serde_json::from_str(&self.reconcile.invoke_raw("{}").unwrap()).unwrap();
        if let Some(error) = answer.get("errorMessage") {
            return Err(error.to_string());
        }
        let of = |report: &Value| (report["product"].as_str().unwrap().to_owned(), report.clone());
        Ok(answer["products"].as_array().unwrap().iter().map(of).collect())
    }

    /// Dispatches all messages of the queue.
    fn dispatched(&self) {
        let (queue, started) = (&self.stack.resources.queue, Instant::now());
        while self.stack.aws.length(queue).unwrap() > 0 {
            assert!(started.elapsed() < LIMIT, "messages are left: {}", self.dispatch.log().unwrap());
            let batch = poll(&self.stack.aws, queue, 4, &self.dispatch).unwrap();
            assert!(batch.failed.is_empty(), "{batch:?}");
        }
    }

    /// What has come to the bus since the last time.
    fn published(&mut self) -> Vec<Value> {
        self.dispatch.events().unwrap().iter().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    /// Lets the function have begun an hour ago, by what it noted itself.
    fn begin_earlier(&self) {
        for (product, ..) in PRODUCTS {
            let key = json!({"id": {"S": format!("reconcile#{product}")}});
            let item = json!({"TableName": self.stack.resources.table, "Key": key});
            let mut item = self.stack.aws.call("DynamoDB_20120810.GetItem", &item).unwrap()["Item"].take();
            let mut note: Value = serde_json::from_str(item["note"]["S"].as_str().unwrap()).unwrap();
            for time in ["began", "until"] {
                note[time] = json!(ago(60 * 60).to_string());
            }
            item["note"]["S"] = json!(note.to_string());
            let item = json!({"TableName": self.stack.resources.table, "Item": item});
            self.stack.aws.call("DynamoDB_20120810.PutItem", &item).unwrap();
        }
    }

    /// The sum of a metric of a function.
    fn counted(function: &Emulator, metric: &str) -> u64 {
        let log = function.log().unwrap();
        let lines = log.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
        lines.filter_map(|line| line.get(metric)?.as_u64()).sum()
    }
}

fn ago(seconds: i64) -> Timestamp {
    Timestamp::now().saturating_sub(SignedDuration::from_secs(seconds)).unwrap()
}

/// The callbacks that report these jobs. Cloud Infinite reports several in one.
fn callbacks<'b>(product: Product, bodies: impl Iterator<Item = &'b str>) -> Vec<String> {
    let (mut callbacks, mut details) = (Vec::new(), Vec::new());
    for body in bodies {
        let detail = body.split_once("<JobsDetail>").and_then(|(_, rest)| rest.rsplit_once("</JobsDetail>"));
        match detail {
            Some((detail, _)) if product == Product::TencentCi => {
                details.push(format!("<JobsDetail>{detail}</JobsDetail>"));
            }
            _ => callbacks.push(body.to_owned()),
        }
    }
    let of = |details: &[String]| format!("<Response><EventName>TaskFinish</EventName>{}</Response>", details.concat());
    callbacks.extend(details.chunks(JOBS_OF_CALLBACK).map(of));
    callbacks
}

/// A sample of each event that a list has, and that the fakes can tell of.
fn samples(product: Product, ending: &str) -> Vec<String> {
    let mut samples = BTreeMap::new();
    let mut paths = vec![root().join("shared/callbacks/testdata").join(product.slug())];
    while let Some(path) = paths.pop() {
        if path.is_dir() {
            let mut inside: Vec<_> = path.read_dir().unwrap().map(|entry| entry.unwrap().path()).collect();
            inside.sort();
            paths.extend(inside);
            continue;
        }
        let name = path.file_stem().unwrap().to_str().unwrap();
        // The old envelope, and several events in one, are not what the API answers.
        let is_other = path.extension().is_none_or(|own| own != ending) || name.starts_with("v2-");
        let Ok(body) = std::fs::read_to_string(&path) else { continue };
        let events = decode(product, body.as_bytes(), ago(0));
        let [event] = events.as_slice() else { continue };
        let (Some(end), Some(key)) = (job_end(event), NaturalKey::of(event)) else { continue };
        let is_here =
            key.bucket().is_none_or(|(name, region)| name == BUCKET.0 && region.is_none_or(|of| of == BUCKET.1));
        let is_named = event.vendorevent.as_ref().is_some_and(|name| body.contains(name.split('/').next().unwrap()));
        if is_other
            || !is_here
            || !is_listed(&key, &body)
            || !is_named
            || body.contains("EventSet")
            || body.contains("ProcessImageAsync")
        {
            continue;
        }
        let outcome = end.rsplit_once('/').unwrap().1.to_owned();
        let smallest: &mut String = samples.entry((event.vendorevent.clone(), outcome)).or_default();
        if smallest.is_empty() || body.len() < smallest.len() {
            *smallest = body;
        }
    }
    samples.into_values().collect()
}

/// Whether a list has the end of a sample by itself.
fn is_listed(key: &NaturalKey, body: &str) -> bool {
    match (key.product(), key.end()) {
        // Some samples have the name of an upload and the payload of a task.
        (Product::TencentVod, "NewFileUpload") => body.contains(r#""FileUploadEvent": {"#),
        // Parts of a job are listed with it.
        (Product::AliyunIms, "MediaConvertOutputComplete" | "MediaConvertOutputGroupComplete")
        | (Product::AliyunVod, "StreamTranscodeComplete") => false,
        // Only media that are there are found.
        (Product::AliyunVod, "ImageUploadComplete" | "AttachedMediaUploadComplete") => !body.contains(r#""fail""#),
        _ => true,
    }
}

/// The callbacks that the vendor sends for the parts of a job, beside that of the whole.
fn parts(product: Product, body: &str) -> Vec<String> {
    let whole: Value = serde_json::from_str(body).unwrap_or_default();
    let part = |event: &str| json!({"EventType": event, "EventTime": whole["EventTime"], "UserId": whole["UserId"]});
    match (product, whole["EventType"].as_str()) {
        (Product::AliyunVod, Some("TranscodeComplete")) => {
            let of = |stream: &Value| {
                let mut body = part("StreamTranscodeComplete");
                body["VideoId"] = whole["VideoId"].clone();
                body["Status"] = whole["Status"].clone();
                body.as_object_mut().unwrap().extend(stream.as_object().unwrap().clone());
                body.to_string()
            };
            whole["StreamInfos"].as_array().into_iter().flatten().map(of).collect()
        }
        (Product::AliyunIms, Some("MediaConvertComplete")) => {
            // It may come as a text.
            let text = |text: &str| serde_json::from_str(text).unwrap();
            let message: Value = whole["MessageBody"].as_str().map_or_else(|| whole["MessageBody"].clone(), text);
            let job = &message["JobId"];
            let of = |name: &str| {
                let mut body = part("MediaConvertOutputComplete");
                body["MessageBody"] = json!({"JobId": job, "TaskId": name, "Name": name, "Status": "Success"});
                body.to_string()
            };
            ["large", "small"].map(of).to_vec()
        }
        _ => Vec::new(),
    }
}

/// The same job, of which the vendor says that no callback is due; where it says that of this sort of jobs.
fn without_callback(product: Product, body: &str) -> Option<String> {
    let other = match product {
        // They do not say it.
        Product::AliyunIms | Product::AliyunVod => return None,
        Product::TencentCi => body.replacen("<JobsDetail>", "<JobsDetail><CallBack>no</CallBack>", 1),
        Product::TencentVod => body
            .replace(r#""TasksNotifyMode": "Finish""#, r#""TasksNotifyMode": "None""#)
            .replace(r#""TasksNotifyMode": "Change""#, r#""TasksNotifyMode": "None""#)
            .replace(r#""TasksNotifyMode": """#, r#""TasksNotifyMode": "None""#),
    };
    (other != body).then_some(other)
}

/// The same end with another outcome.
fn otherwise(product: Product, body: &str, end: &str) -> Option<String> {
    let other = match product {
        Product::AliyunIms | Product::AliyunVod => {
            let key = NaturalKey::of(decode(product, body.as_bytes(), ago(0)).first()?)?;
            forged(body, &key, Forgery::OtherOutcome)
        }
        Product::TencentCi => body.replace("<State>Success</State>", "<State>Failed</State>"),
        Product::TencentVod => body.replace(r#""ErrCode": 0"#, r#""ErrCode": 70000"#),
    };
    let other_end = job_end(decode(product, other.as_bytes(), ago(0)).first()?)?;
    (other_end != end).then_some(other)
}

/// A sample with ids and times of its own.
struct Template {
    body: String,
    ids: Vec<String>,
    ended_at: Timestamp,
}

/// Each sample, as jobs that ended at several times between an hour and two minutes ago.
fn templates(product: Product, ending: &str, random: &mut Rng) -> Vec<Template> {
    let template = |sample: &String| {
        let ended_at = ago(random.i64(2 * 60..50 * 60));
        let body = String::from_utf8(fresh(product, sample.as_bytes(), ended_at, random).unwrap()).unwrap();
        let event = decode(product, body.as_bytes(), ended_at).remove(0);
        let ids = NaturalKey::of(&event).unwrap().ids().to_vec();
        Template { body, ids, ended_at }
    };
    let samples = samples(product, ending);
    samples.iter().chain(&samples).map(template).collect()
}

/// Jobs, and what becomes of their callbacks.
fn jobs(product: Product, ending: &str, count: usize, random: &mut Rng) -> Vec<Ended> {
    let templates = templates(product, ending, random);
    let job = |number: usize| {
        let template = &templates[number % templates.len()];
        let mut body = template.body.clone();
        for (place, id) in template.ids.iter().enumerate() {
            // As long as the vendor's, and of the same family.
            let begin = id.len().saturating_sub(6);
            body = body.replace(id, &format!("{}{place}{number:05}", id.get(..begin).unwrap()));
        }
        (body, template.ended_at)
    };
    let wholes = (0..count).map(job);
    let with_parts = wholes.flat_map(|(body, ended_at)| {
        let parts = parts(product, &body);
        parts.into_iter().chain([body]).map(move |body| (body, ended_at))
    });
    let with_parts: Vec<(String, Timestamp)> = with_parts.collect();
    let of = |(body, ended_at): (String, Timestamp)| {
        let end = job_end(&decode(product, body.as_bytes(), ended_at)[0]).unwrap();
        let fate = match random.u8(0..100) {
            0..10 => Fate::Dropped,
            10..13 => Fate::Late,
            13..15 if otherwise(product, &body, &end).is_some() => Fate::Otherwise,
            15..25 if without_callback(product, &body).is_some() => Fate::NotDue,
            25..95 if product == Product::TencentVod => Fate::Queued,
            _ => Fate::Sent,
        };
        let body = if fate == Fate::NotDue { without_callback(product, &body).unwrap() } else { body };
        Ended { product, fate, body, end, ended_at }
    };
    with_parts.into_iter().map(of).collect()
}

/// The ids of the workflows of Cloud Infinite whose runs are among the jobs.
fn workflows(jobs: &[Ended]) -> String {
    let id = |job: &Ended| {
        let event = decode(job.product, job.body.as_bytes(), job.ended_at).remove(0);
        event.into_data().unwrap().workflow.and_then(|workflow| workflow.id)
    };
    let jobs = jobs.iter().filter(|job| job.product == Product::TencentCi);
    let ids: BTreeSet<String> = jobs.filter_map(id).collect();
    Vec::from_iter(ids).join(" ")
}

#[test]
fn every_job_that_ended_is_on_the_bus_once() {
    let started = Instant::now();
    let told = |what: &str| println!("{:>4} s  {what}", started.elapsed().as_secs());
    let mut random = Rng::with_seed(SEED);
    let jobs: Vec<Ended> =
        PRODUCTS.iter().flat_map(|(product, ending, count)| jobs(*product, ending, *count, &mut random)).collect();
    let bodies = |fate: Fate| -> Vec<(Product, &str)> {
        let of_fate = jobs.iter().filter(|job| job.fate == fate);
        of_fate.map(|job| (job.product, job.body.as_str())).collect()
    };
    let count = |product: Product, fates: &[Fate]| {
        jobs.iter().filter(|job| job.product == product && fates.contains(&job.fate)).count()
    };
    told("there are jobs");
    let moto = Moto::start().unwrap();
    let mut here = Here::start(&moto, "reconcile", &workflows(&jobs));
    // The first run notes when it began, and looks for nothing older.
    let reports = here.reconciled().unwrap();
    assert!(reports.values().all(|report| report["is_done"] == true && report["listed"] == 0), "{reports:?}");
    here.begin_earlier();
    for job in &jobs {
        here.vendors[job.product.slug()].add(Job::ended(&*job.body, job.ended_at));
    }
    told("there are jobs and functions");

    here.post(&bodies(Fate::Sent));
    here.pull(&bodies(Fate::Queued).iter().map(|(_, body)| (*body).to_owned()).collect::<Vec<_>>());
    told("the callbacks are posted and pulled");
    here.dispatched();
    let mut published = here.published();
    for (origin, fate) in [("callback", Fate::Sent), ("queue", Fate::Queued)] {
        let came = published.iter().filter(|event| event["origin"] == origin).count();
        assert_eq!(came, bodies(fate).len(), "{origin}");
    }
    assert_eq!(published.len(), bodies(Fate::Sent).len() + bodies(Fate::Queued).len());
    told("and dispatched");

    // The vendors are slow and have faults, and the first run does not come to an end.
    for vendor in here.vendors.values() {
        vendor.fail([QueryFault::Throttle, QueryFault::Internal, QueryFault::CutOff]);
    }
    let lost = [Fate::Dropped, Fate::Late, Fate::Otherwise];
    let reports = here.reconciled().unwrap();
    told("reconciled");
    for (product, _, jobs) in PRODUCTS {
        let report = &reports[product.slug()];
        println!("       {report}");
        let expected = json!([count(product, &lost), count(product, &[Fate::NotDue]), 0, 0, true]);
        let found = ["stored", "not_due", "untold", "open", "is_done"].map(|name| report[name].clone());
        assert_eq!(json!(found), expected, "{report}");
        let tells = matches!(product, Product::TencentCi | Product::TencentVod);
        assert!(count(product, &lost) > jobs / 10 && (count(product, &[Fate::NotDue]) > 1) == tells, "{product}");
    }
    here.dispatched();
    let recovered = here.published();
    assert!(recovered.iter().all(|event| event["origin"] == "reconciled"));
    published.extend(recovered);
    told("and dispatched");

    // Late callbacks bring nothing new but where they say otherwise.
    let late = bodies(Fate::Late);
    let others: Vec<(Product, String)> = jobs
        .iter()
        .filter(|job| job.fate == Fate::Otherwise)
        .map(|job| (job.product, otherwise(job.product, &job.body, &job.end).unwrap()))
        .collect();
    here.post(&late);
    here.post(&others.iter().map(|(product, body)| (*product, body.as_str())).collect::<Vec<_>>());
    here.dispatched();
    let otherwise = here.published();
    assert_eq!((otherwise.len(), others.len() > 5, late.len() > 10), (others.len(), true, true));
    assert!(otherwise.iter().all(|event| event["origin"] == "callback"));

    // Nothing is found twice.
    let reports = here.reconciled().unwrap();
    assert!(reports.values().all(|report| report["stored"] == 0 && report["is_done"] == true), "{reports:?}");

    let mut times: BTreeMap<&str, usize> = BTreeMap::new();
    for event in &published {
        *times.entry(event["jobend"].as_str().unwrap()).or_default() += 1;
    }
    let due: BTreeSet<&str> = jobs.iter().filter(|job| job.fate != Fate::NotDue).map(|job| job.end.as_str()).collect();
    assert_eq!(times.keys().copied().collect::<BTreeSet<_>>(), due);
    assert!(times.values().all(|times| *times == 1));
    let kinds: BTreeSet<&str> = published.iter().map(|event| event["vendorevent"].as_str().unwrap()).collect();
    println!("       {} events of {} sorts", published.len(), kinds.len());

    // The number that nobody has.
    let all: usize = PRODUCTS.iter().map(|(product, ..)| count(*product, &lost)).sum();
    assert_eq!(Here::counted(&here.dispatch, "Recovered"), all as u64);
    assert_eq!(Here::counted(&here.reconcile, "Reconciled"), all as u64);
    for vendor in here.vendors.values() {
        assert_eq!((vendor.complaints().as_str(), vendor.has_failed()), ("", true));
    }
    let log = here.reconcile.log().unwrap();
    assert!(!log.contains(KEY) && !log.contains(TOKEN) && !log.contains("SECRET"), "{log}");
    told("the end");
}

/// A vendor that is down, or a queue that takes nothing: the run fails, and the next one goes on.
#[test]
fn what_could_not_be_looked_at_is_looked_at_later() {
    let mut random = Rng::with_seed(SEED);
    let jobs: Vec<Ended> = PRODUCTS
        .iter()
        .flat_map(|(product, ending, _)| jobs(*product, ending, 20, &mut random))
        .filter(|job| job.fate != Fate::NotDue)
        .collect();
    let moto = Moto::start().unwrap();
    let mut here = Here::start(&moto, "later", &workflows(&jobs));
    here.reconciled().unwrap();
    here.begin_earlier();
    for job in &jobs {
        here.vendors[job.product.slug()].add(Job::ended(&*job.body, job.ended_at));
    }
    here.stack
        .intake
        .set_plan(|call| (call.operation == emulator::proxy::SEND).then_some(emulator::proxy::Fault::Error));
    let error = here.reconciled().unwrap_err();
    assert!(error.contains("of 4 products could not be looked at"), "{error}");
    here.stack.intake.set_plan(|_| None);
    let reports = here.reconciled().unwrap();
    assert!(reports.values().all(|report| report["is_done"] == true), "{reports:?}");
    here.dispatched();
    let ends: BTreeSet<String> =
        here.published().iter().map(|event| event["jobend"].as_str().unwrap().to_owned()).collect();
    assert_eq!(ends, jobs.iter().map(|job| job.end.clone()).collect());
    assert_eq!(Here::counted(&here.reconcile, "ReconcileFailures"), 4);
}
