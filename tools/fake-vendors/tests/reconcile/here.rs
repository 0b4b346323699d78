//! A stack that reconciles, between the fakes.

use std::collections::BTreeMap;
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use callbacks::Product;
use emulator::moto::Moto;
use emulator::poller::poll;
use emulator::stack::Stack;
use emulator::{Emulator, post, vendor};
use fake_vendors::query::QueryVendor;
use fake_vendors::{KEY, KEY_ID, QueueKind, TOKEN, Vendor};
use jiff::Timestamp;
use lookup::Choice;
use serde_json::{Value, json};

use crate::ago;

/// Many times what it takes.
const LIMIT: Duration = Duration::from_mins(5);

/// The most jobs that a callback of Cloud Infinite reports here.
const JOBS_OF_CALLBACK: usize = 20;

/// A stack that reconciles, with a function for each product of a choice.
pub(crate) struct Here {
    pub(crate) stack: Stack,
    pub(crate) vendors: BTreeMap<&'static str, QueryVendor>,
    receivers: BTreeMap<&'static str, Emulator>,
    products: Vec<Product>,
    choice: String,
    secret: String,
    pub(crate) reconcile: Emulator,
    pub(crate) dispatch: Emulator,
}

impl Here {
    /// `choice` is what is looked for, `workflows` those of Cloud Infinite whose runs are.
    pub(crate) fn start(moto: &Moto, name: &str, choice: &str, workflows: &str) -> Self {
        // No message comes again while it is dispatched, however slow this machine is.
        let stack = Stack::create_with(moto, name, 300, 3).unwrap();
        let secret = format!("{name}-lookup");
        let key = json!({"access_key_id": KEY_ID, "access_key_secret": KEY, "security_token": TOKEN}).to_string();
        let key = json!({"Name": secret, "SecretString": key});
        stack.aws.call("secretsmanager.CreateSecret", &key).unwrap();
        let products: Vec<Product> = choice.parse::<Choice>().unwrap().products().collect();
        let vendors: BTreeMap<_, _> =
            products.iter().map(|product| (product.slug(), QueryVendor::start(*product))).collect();
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
            (variables::RECONCILE, choice),
            (variables::RECONCILE_GRACE, "60"),
            (variables::CI_WORKFLOWS, workflows),
            (variables::ALIYUN_IMS_SECRET_ID, &secret),
            (variables::ALIYUN_VOD_SECRET_ID, &secret),
            (variables::TENCENT_CI_SECRET_ID, &secret),
            (variables::TENCENT_VOD_SECRET_ID, &secret),
        ]);
        let reconcile = stack.storing("reconcile", &variables).unwrap();
        let receiver = |product: &Product| {
            let environment = [vendor::environment(*product), &[(variables::RECONCILE, choice)]].concat();
            (product.slug(), stack.product(*product, &environment).unwrap())
        };
        let receivers = products.iter().map(receiver).collect();
        // The bus is what the function prints: the one of moto takes most of the time.
        let dispatch = stack.dispatch(&[(variables::BUS, "stdout")]).unwrap();
        Self { stack, vendors, receivers, products, choice: choice.to_owned(), secret, reconcile, dispatch }
    }

    /// Posts callbacks with the right tokens and signatures, to all products at once.
    pub(crate) fn post(&self, jobs: &[(Product, &str)]) {
        thread::scope(|scope| {
            for product in self.products.iter().copied() {
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
    pub(crate) fn pull(&self, bodies: &[String]) {
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
    pub(crate) fn reconciled(&self) -> Result<BTreeMap<String, Value>, String> {
        let answer: Value = serde_json::from_str(&self.reconcile.invoke_raw("{}").unwrap()).unwrap();
        if let Some(error) = answer.get("errorMessage") {
            return Err(error.to_string());
        }
        let of = |report: &Value| (report["product"].as_str().unwrap().to_owned(), report.clone());
        Ok(answer["products"].as_array().unwrap().iter().map(of).collect())
    }

    /// Dispatches all messages of the queue.
    pub(crate) fn dispatched(&self) {
        let (queue, started) = (&self.stack.resources.queue, Instant::now());
        while self.stack.aws.length(queue).unwrap() > 0 {
            assert!(started.elapsed() < LIMIT, "messages are left: {}", self.dispatch.log().unwrap());
            let batch = poll(&self.stack.aws, queue, 4, &self.dispatch).unwrap();
            assert!(batch.failed.is_empty(), "{batch:?}");
        }
    }

    /// What has come to the bus since the last time.
    pub(crate) fn published(&mut self) -> Vec<Value> {
        self.dispatch.events().unwrap().iter().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    /// Lets the function have begun an hour ago, by what it noted itself.
    pub(crate) fn begin_earlier(&self) {
        for product in &self.products {
            let key = json!({"id": {"S": format!("reconcile#{product}")}});
            let item = json!({"TableName": self.stack.resources.table, "Key": key});
            let mut item = self.stack.aws.call("DynamoDB_20120810.GetItem", &item).unwrap()["Item"].take();
            let mut note: Value = serde_json::from_str(item["note"]["S"].as_str().unwrap()).unwrap();
            for time in ["/until", "/chosen/0/0"] {
                *note.pointer_mut(time).unwrap() = json!(ago(60 * 60).to_string());
            }
            item["note"]["S"] = json!(note.to_string());
            let item = json!({"TableName": self.stack.resources.table, "Item": item});
            self.stack.aws.call("DynamoDB_20120810.PutItem", &item).unwrap();
        }
    }

    /// The sum of a metric of a function.
    pub(crate) fn counted(function: &Emulator, metric: &str) -> u64 {
        let log = function.log().unwrap();
        let lines = log.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
        lines.filter_map(|line| line.get(metric)?.as_u64()).sum()
    }
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
