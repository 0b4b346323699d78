//! A receiver, the function that confirms, and what stands around them.

use std::collections::BTreeSet;
use std::sync::LazyLock;
use std::thread;
use std::time::{Duration, Instant};

use callbacks::{CloudEvent, Product};
use emulator::moto::Moto;
use emulator::poller::{Batch, poll};
use emulator::stack::Stack;
use emulator::{Emulator, post, vendor};
use fake_vendors::query::{Job, QueryVendor};
use fake_vendors::{KEY, KEY_ID, TOKEN};
use jiff::Timestamp;
use serde_json::{Value, json};

use crate::jobs::event;

const SECRET: &str = "lookup-key-of-the-test";

/// Many times the longest for which a test lets an event wait.
pub(crate) const LIMIT: Duration = Duration::from_mins(3);

/// One for all tests: each has a stack of its own in it.
static MOTO: LazyLock<Moto> = LazyLock::new(|| Moto::start().unwrap());

/// A receiver, the queue behind it, the function that confirms, and the vendor that it asks.
pub(crate) struct Here {
    pub(crate) stack: Stack,
    pub(crate) product: Product,
    pub(crate) queue: String,
    pub(crate) vendor: QueryVendor,
    receiver: Emulator,
    pub(crate) confirm: Emulator,
}

impl Here {
    /// `within` is for how long events wait, in seconds.
    pub(crate) fn start(name: &str, product: Product, within: u64, kinds: &str, more: &[(&str, &str)]) -> Self {
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
            // The samples are of several accounts.
            (variables::ALIYUN_ACCOUNT, ""),
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
    pub(crate) fn post(&self, body: &str) {
        let now = Timestamp::now();
        let mut request: Value = serde_json::from_str(&post(body.as_bytes())).unwrap();
        // An event without a time of its own has that of the request.
        request["requestContext"]["timeEpoch"] = now.as_millisecond().into();
        let request = vendor::sent(self.product, request, &vendor::signing(self.product, now)).unwrap();
        assert_eq!(self.receiver.invoke(&request.to_string()).unwrap().status_code, 200);
    }

    /// What Lambda does once with the messages that are visible.
    pub(crate) fn poll(&self) -> Batch {
        poll(&self.stack.aws, &self.queue, 10, &self.confirm).unwrap()
    }

    /// Whether messages wait, or are asked about.
    pub(crate) fn is_waiting(&self) -> bool {
        self.stack.aws.length(&self.queue).unwrap() > 0
    }

    /// Has everything asked about until no message is left, and takes what is in the intake then.
    pub(crate) fn confirmed(&self) -> Vec<CloudEvent> {
        let started = Instant::now();
        while self.is_waiting() {
            assert!(started.elapsed() < LIMIT, "messages are left: {}", self.confirm.log().unwrap());
            if self.poll().received.is_empty() {
                thread::sleep(Duration::from_millis(100));
            }
        }
        self.stored()
    }

    /// Takes the events of the intake.
    pub(crate) fn stored(&self) -> Vec<CloudEvent> {
        let messages = self.stack.aws.drain(&self.stack.resources.queue).unwrap();
        messages.iter().flat_map(|message| serde_json::from_str::<Vec<CloudEvent>>(&message.body).unwrap()).collect()
    }

    /// The event of this body, as the receiver makes it.
    pub(crate) fn event(&self, body: &str) -> CloudEvent {
        event(self.product, body)
    }

    pub(crate) fn ids(&self, jobs: &[Job]) -> BTreeSet<String> {
        jobs.iter().map(|job| self.event(job.callback()).id).collect()
    }
}
