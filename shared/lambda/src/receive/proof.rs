//! The proof of receiving, from the request to its response: the real handler over the SDK's own clients, of which each
//! request to SQS, S3 and Secrets Manager is answered, refused, failed, lost before or after its effect, slow, or left
//! without an answer. Lambda freezes the function in the middle and between requests, or kills it, and the secret is changed
//! meanwhile.
//!
//! [`cloud`] is what is around the function, [`fault`] what goes wrong with it, [`bounds`] how much of it is explored.
//! [`documents`] holds what happens against the documents.

mod bounds;
pub(super) mod cloud;
mod documents;
mod fault;

use std::collections::BTreeSet;
use std::ops::ControlFlow;
use std::time::Duration;

use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use bounds::{ALL, Bounds, ONE_EVENT};
use callbacks::{CloudEvent, Origin, decode};
use cloud::{Asked, EPOCH, Held, Said, Service, answer, connection, freeze, start_clock, wall};
use delivery::{Aws, StoreContext};
use documents::Class;
use explorer::{Figures, Schedule, Violation, explore, explore_each, is_full, replay, sown};
use fault::{Fault, READING, STORING};
use jiff::Timestamp;
use lambda_runtime::Context;
use lookup::{Choice, Marks};
use serde_json::json;
use serde_json::value::RawValue;
use tokio::runtime::Builder;
use tokio::sync::mpsc;
use tokio::time::{Instant, advance, sleep};

use super::configuration::{Configuration, CredentialsSource};
use super::handler::Handler;
use super::start;
use crate::environment::{IntakeConfiguration, SecretConfiguration};

/// Latency of the request and of the response.
const MARGIN: Duration = Duration::from_millis(500);

/// How long Lambda freezes the function in the middle of a request.
const FROZEN: Duration = Duration::from_mins(10);

/// How long a slow answer takes.
const SLOW: Duration = Duration::from_millis(800);

/// `MEDIAHOOK_SECRET_MAX_AGE`: how long a credential that was removed from the secret may be accepted, and one that was added
/// refused.
const MAX_AGE: Duration = Duration::from_mins(5);

/// How long the secret is left alone after it could not be read, the read included.
const AFTER_FAULT: Duration = Duration::from_secs(35);

/// A bug that is sown into the function.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Bug {
    /// The callback is answered whatever became of storing it.
    AnswerBeforeStore,
    /// What is stored again after a fault has lost the events.
    RetryLosesBatch,
}

const BUGS: [Bug; 2] = [Bug::AnswerBeforeStore, Bug::RetryLosesBatch];

/// The status of the response to a request, by a handler that has this bug.
async fn status(handler: &Handler, payload: Box<RawValue>, bug: Option<Bug>) -> i64 {
    let store = async |events: &mut [CloudEvent], timeout| {
        let context = StoreContext { trace: None, timeout };
        match (bug, handler.intake.store(events, &context).await) {
            (Some(Bug::AnswerBeforeStore), _) => Ok(()),
            (Some(Bug::RetryLosesBatch), Err(_)) => handler.intake.store(&[], &context).await,
            (_, stored) => stored,
        }
    };
    match bug {
        None => handler.handle(payload, &Context::default()).await.status_code,
        Some(_) => handler.receiver.receive(payload.get(), &handler.keyring, store).await.response().status.into(),
    }
}

struct World<'w, 's> {
    bounds: Bounds,
    schedule: &'w mut Schedule<'s>,
    faults: usize,
    requests: mpsc::UnboundedReceiver<Asked>,
    held: Held,
    /// How long the function was frozen while its clock went on.
    frozen: Duration,
    /// What went wrong since the callback was sent, with which service.
    failed: Vec<(Service, Fault)>,
    /// Whether the queue was asked since then.
    asked_queue: bool,
    /// When a token was added to the secret, and the other removed.
    changed: Vec<Timestamp>,
    /// When the secret last could not be read.
    unread: Option<Timestamp>,
    classes: &'w mut BTreeSet<Class>,
    /// What happens, in words, where somebody wants to read it.
    story: Option<&'w mut Vec<String>>,
}

/// What the secret has, from the start to the end.
const SECRETS: [&[&str]; 3] = [&["old"], &["old", "new"], &["new"]];

impl World<'_, '_> {
    fn tell(&mut self, text: impl FnOnce() -> String) {
        if let Some(story) = &mut self.story {
            story.push(format!("{:>9.3} s  {}", wall().duration_since(EPOCH).as_secs_f64(), text()));
        }
    }

    /// Answers what the function asks for, until it has done its work; `None` where it is killed.
    async fn serve<T>(&mut self, working: impl Future<Output = T>) -> Option<T> {
        tokio::pin!(working);
        loop {
            let asked = tokio::select! {
                biased;
                done = &mut working => return Some(done),
                asked = self.requests.recv() => asked.expect("the clients are there"),
            };
            // What the function gave up before it was sent.
            if asked.reply.is_closed() {
                continue;
            }
            if self.answer(asked).await.is_break() {
                return None;
            }
        }
    }

    /// Decides what becomes of a request. It breaks where the function is killed.
    async fn answer(&mut self, Asked { service, request, reply }: Asked) -> ControlFlow<()> {
        if service == Service::Secret && self.bounds.rotates {
            self.change_secret();
        }
        self.asked_queue |= service == Service::Queue;
        let fault = self.fault(service);
        self.tell(|| fault.map_or_else(|| format!("{service:?} answers"), |fault| format!("{service:?}: {fault:?}")));
        let said = match fault {
            None => Ok(self.held.take(service, &request)),
            Some(fault) => {
                let answer = fault.takes_effect().then(|| self.held.take(service, &request));
                self.said(service, fault, answer).await
            }
        };
        match fault {
            Some(Fault::KilledBefore | Fault::KilledAfter) => return ControlFlow::Break(()),
            // Nobody answers.
            Some(Fault::Hangs | Fault::HangsAfter) => drop(reply),
            Some(Fault::Slow) => drop(tokio::spawn(async move {
                sleep(SLOW).await;
                drop(reply.send(said));
            })),
            // Where nobody waits for it any more it is lost.
            _ => drop(reply.send(said)),
        }
        match fault {
            None if service == Service::Secret => self.unread = None,
            Some(fault) if service == Service::Secret && fault != Fault::Slow => self.unread = Some(wall()),
            _ => {}
        }
        ControlFlow::Continue(())
    }

    /// What goes wrong with this request, if anything.
    fn fault(&mut self, service: Service) -> Option<Fault> {
        let faults: &[Fault] = match service {
            Service::Queue | Service::Bucket => &STORING,
            Service::Secret => &READING,
            Service::Warm => &[],
        };
        let options = if self.faults == 0 { 1 } else { faults.len() + 1 };
        let fault = faults[..].get(self.schedule.choose(options).wrapping_sub(1)).copied();
        self.faults -= usize::from(fault.is_some());
        self.failed.extend(fault.map(|fault| (service, fault)));
        fault
    }

    /// What the service says, or the connection.
    async fn said(&mut self, service: Service, fault: Fault, effect: Option<HttpResponse>) -> Said {
        match fault {
            Fault::Refused => Ok(answer(403, r#"{"__type":"AccessDeniedException"}"#)),
            Fault::Throttled if service == Service::Bucket => Ok(answer(503, "<Error><Code>SlowDown</Code></Error>")),
            Fault::Throttled => Ok(answer(400, r#"{"__type":"ThrottlingException"}"#)),
            Fault::Failed => Ok(answer(500, "{}")),
            Fault::Slow => effect.ok_or_else(connection),
            Fault::Frozen => {
                advance(FROZEN).await;
                self.frozen += FROZEN;
                Err(connection())
            }
            Fault::FrozenWithItsClock => {
                freeze(FROZEN);
                Err(connection())
            }
            Fault::LostBefore
            | Fault::LostAfter
            | Fault::Hangs
            | Fault::HangsAfter
            | Fault::KilledBefore
            | Fault::KilledAfter => Err(connection()),
        }
    }

    /// Somebody changes the secret, or not.
    fn change_secret(&mut self) {
        let changes = self.schedule.choose(SECRETS.len() - self.changed.len());
        self.changed.extend(vec![wall(); changes]);
        self.held.tokens = SECRETS[self.changed.len()].to_vec();
        if changes > 0 {
            let tokens = self.held.tokens.clone();
            self.tell(|| format!("the secret is changed: {tokens:?}"));
        }
    }
}

/// One callback on its way through the function.
struct Sent {
    token: &'static str,
    at: Timestamp,
    started: Instant,
    /// How many messages there were before.
    before: usize,
    frozen: Duration,
    events: Vec<CloudEvent>,
}

impl World<'_, '_> {
    /// The vendor sends the callback, as often as the bounds say.
    async fn live(&mut self, aws: Aws, bug: Option<Bug>) -> Result<(), String> {
        let Bounds { product, has_bucket, sends, gaps, rotates, .. } = self.bounds;
        let intake = IntakeConfiguration {
            target: "sqs:https://sqs.us-east-1.amazonaws.com/1/events".parse().unwrap(),
            overflow: has_bucket.then(|| "s3:bucket".parse().unwrap()),
            limit: "16384".parse().unwrap(),
        };
        let secret = SecretConfiguration { id: "s".to_owned(), max_age: MAX_AGE };
        let configuration = Configuration {
            aws,
            intake,
            credentials: CredentialsSource::Secret(secret),
            allow_unsigned: false,
            tolerance: 300,
            body_limit: 6 << 20,
            marks: Marks { origin: Origin::Callback, reconciled: Choice::default(), confirmed: Choice::default() },
        };
        // What goes wrong while a function starts keeps it from starting.
        let faults = std::mem::take(&mut self.faults);
        let handler = self.serve(Box::pin(start(product, configuration, wall))).await.unwrap().unwrap();
        self.faults = faults;
        for send in 0..sends {
            if send > 0 {
                if rotates {
                    self.change_secret();
                }
                let gaps = gaps[send - 1];
                let gap = gaps[self.schedule.choose(gaps.len())];
                freeze(gap);
                self.tell(|| format!("the function was frozen for {gap:?}"));
            }
            // At first the secret has no other.
            let token = if rotates && send > 0 { ["old", "new"][self.schedule.choose(2)] } else { "old" };
            let sent = self.sent(token);
            self.tell(|| format!("the callback is sent with the token {token:?}"));
            let payload = json!({
                "rawQueryString": format!("token={token}"),
                "requestContext": {"http": {"method": "POST"}, "timeEpoch": sent.at.as_millisecond()},
                "body": (self.bounds.body)(),
            });
            let payload = RawValue::from_string(payload.to_string()).unwrap();
            let status = self.serve(status(&handler, payload, bug)).await;
            self.tell(|| {
                status.map_or("the function is killed".to_owned(), |status| format!("it is answered {status}"))
            });
            self.check_stored(&sent)?;
            let Some(status) = status else {
                self.classes.insert(Class::Killed);
                return Ok(());
            };
            self.check_answer(&sent, status)?;
            self.check_token(&sent, status)?;
            self.note(status, send + 1 < sends);
        }
        Ok(())
    }

    fn sent(&mut self, token: &'static str) -> Sent {
        self.failed.clear();
        self.asked_queue = false;
        let at = Timestamp::from_millisecond(wall().as_millisecond()).unwrap();
        Sent {
            token,
            at,
            started: Instant::now(),
            before: self.held.messages.len(),
            frozen: self.frozen,
            events: decode(self.bounds.product, (self.bounds.body)().as_bytes(), at),
        }
    }

    /// What is stored is stored whole, and under the same ids whenever it is sent.
    fn check_stored(&self, sent: &Sent) -> Result<(), String> {
        let all: BTreeSet<&str> = sent.events.iter().map(|event| &*event.id).collect();
        let new = &self.held.messages[sent.before..];
        let whole = self.held.whole(new, &sent.events);
        for message in Held::events(new) {
            let ids: BTreeSet<&str> = message.iter().filter_map(|event| event["id"].as_str()).collect();
            if !ids.iter().all(|id| whole.contains(*id)) {
                return Err("a message is stored with an event that is not whole".to_owned());
            }
            if self.bounds.is_one_message && ids != all {
                return Err("a message is stored without the whole callback".to_owned());
            }
        }
        Ok(())
    }

    /// What is answered 200 is stored, and the answer is in time.
    fn check_answer(&self, sent: &Sent, status: i64) -> Result<(), String> {
        let new = &self.held.messages[sent.before..];
        let is_whole = self.held.whole(new, &sent.events).len() == sent.events.len();
        if status == 200 && !is_whole {
            return Err("it was answered 200, and not everything is stored".to_owned());
        }
        if !matches!(status, 200 | 503) && !new.is_empty() {
            return Err(format!("it was answered {status}, and something is stored"));
        }
        let took = sent.started.elapsed().saturating_sub(self.frozen.saturating_sub(sent.frozen));
        if took + MARGIN > self.bounds.product.answer_within() + Duration::from_millis(2) {
            return Err(format!("the answer took {took:?}"));
        }
        let can_pass = match self.failed[..] {
            [] => true,
            [(Service::Queue | Service::Bucket, fault)] => !matches!(fault, Fault::Refused | Fault::Frozen),
            _ => false,
        };
        if status == 503 && can_pass && self.bounds.has_bucket {
            return Err(format!("there was time to try again after {:?}", self.failed));
        }
        Ok(())
    }

    /// Whether the token was accepted only as long as it may be, and refused no longer.
    fn check_token(&self, sent: &Sent, status: i64) -> Result<(), String> {
        let is_accepted = status != 401;
        let (added, removed) = (self.changed.first(), self.changed.get(1));
        // A secret that cannot be read stays in use.
        let unread = self.unread.map(|unread| unread + MAX_AGE);
        let is_within =
            |changed: Timestamp| sent.at <= changed + MAX_AGE || unread.is_some_and(|unread| sent.at <= unread);
        match (sent.token, is_accepted) {
            ("old", true) if removed.is_some_and(|removed| !is_within(*removed)) => {
                Err("a token was accepted that was removed long ago".to_owned())
            }
            ("old", false) if removed.is_none() => Err("a token was refused that was never removed".to_owned()),
            ("new", true) if added.is_none() => Err("a token was accepted that was never added".to_owned()),
            ("new", false) => {
                let is_long_ago = added.is_some_and(|added| sent.at > *added + MAX_AGE);
                let is_left_alone = self.unread.is_some_and(|unread| sent.at <= unread + AFTER_FAULT);
                if is_long_ago && !is_left_alone {
                    return Err("a token was refused that was added long ago".to_owned());
                }
                Ok(())
            }
            _ => Ok(()),
        }
    }

    /// Notes what the documents list.
    fn note(&mut self, status: i64, is_sent_again: bool) {
        let has_failed =
            self.failed.iter().any(|(service, fault)| *service != Service::Secret && *fault != Fault::Slow);
        self.classes.insert(match status {
            200 if has_failed => Class::Retried,
            200 => Class::Stored,
            401 => Class::Rejected,
            503 if !self.bounds.has_bucket => Class::NoBucket,
            503 if self.asked_queue => Class::QueueFailed,
            503 => Class::BucketFailed,
            status => panic!("{status}"),
        });
        if status == 200 && is_sent_again {
            self.classes.insert(Class::SentAgain);
        }
        if self.failed.iter().any(|(service, fault)| *service == Service::Secret && *fault != Fault::Slow) {
            self.classes.insert(Class::SecretNotRead);
        }
    }
}

/// What is found within bounds: the figures or what went wrong, and the classes.
type Found = (Result<Figures, Violation<String>>, BTreeSet<Class>);

fn found(bounds: Bounds, bug: Option<Bug>) -> Found {
    let mut classes = BTreeSet::new();
    let figures = explore(|schedule| run(schedule, bounds, bug, &mut classes, None));
    (figures, classes)
}

/// One schedule.
fn run(
    schedule: &mut Schedule<'_>,
    bounds: Bounds,
    bug: Option<Bug>,
    classes: &mut BTreeSet<Class>,
    story: Option<&mut Vec<String>>,
) -> Result<(), String> {
    let runtime = Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
    runtime.block_on(async {
        // The pauses of the SDK are random.
        fastrand::seed(0);
        start_clock();
        let (sender, requests) = mpsc::unbounded_channel();
        let mut world = World {
            bounds,
            schedule,
            faults: bounds.faults,
            requests,
            held: Held { tokens: SECRETS[0].to_vec(), ..Held::default() },
            frozen: Duration::ZERO,
            failed: Vec::new(),
            asked_queue: false,
            changed: Vec::new(),
            unread: None,
            classes,
            story,
        };
        Box::pin(world.live(Aws::from(cloud::configuration(sender)), bug)).await
    })
}

/// What happens in a schedule, in words.
fn story(bounds: Bounds, schedule: &str, bug: Option<Bug>) -> String {
    let mut story = Vec::new();
    let result = replay(schedule, |schedule| run(schedule, bounds, bug, &mut BTreeSet::new(), Some(&mut story)));
    story.extend(result.err());
    story.join("\n")
}

#[test]
fn what_is_answered_is_stored() {
    let in_test = |all: &Bounds| Bounds { faults: all.in_test, sends: all.sends.min(2), ..*all };
    let all: Vec<Bounds> = ALL.iter().map(|all| if is_full() { *all } else { in_test(all) }).collect();
    let mut classes = BTreeSet::new();
    for (bounds, (figures, found)) in all.iter().zip(explore_each(&all, |bounds| found(*bounds, sown(&BUGS)))) {
        match figures {
            Ok(Figures { schedules, longest, .. }) => println!(
                "{:<18} {} faults: {schedules:>9} schedules, at most {longest:>2} choices",
                bounds.name, bounds.faults
            ),
            Err(failure) => {
                let story = story(*bounds, &failure.schedule, sown(&BUGS));
                panic!("schedule {}:{}: {}\n{story}", bounds.name, failure.schedule, failure.error);
            }
        }
        classes.extend(found);
    }
    documents::check(&classes);
}

#[test]
fn bugs_of_receiving_are_found() {
    for bug in BUGS {
        let failure = (1..=3).find_map(|faults| found(Bounds { faults, ..ONE_EVENT }, Some(bug)).0.err());
        println!("{bug:?} is found: {}", failure.unwrap_or_else(|| panic!("{bug:?} was not found")));
    }
}

/// Tells what happens in the schedule `PROVE_REPLAY`, which a failure has named, if it is one of receiving.
#[test]
fn a_schedule_is_told() {
    let schedule = std::env::var("PROVE_REPLAY").unwrap_or_else(|_| "sent-again:05".to_owned());
    let (name, choices) = schedule.split_once(':').expect("<bounds>:<choices>");
    let Some(bounds) = ALL.iter().find(|bounds| bounds.name == name) else {
        println!("no bounds of receiving are called {name}");
        return;
    };
    let story = story(*bounds, choices, None);
    assert!(story.contains("it is answered") || story.contains("the function is killed"), "{story}");
    println!("{story}");
}
