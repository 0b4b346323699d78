//! Sends the samples through the whole chain, against the AWS APIs on this machine, and shows what arrives at a consumer.
//!
//! Exits with 1 if that is not each event once.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "the demo is there to be read")]

use std::collections::{BTreeMap, BTreeSet};
use std::process::ExitCode;
use std::time::Duration;

use callbacks::{CloudEvent, Product};
use emulator::aws::ReceivedMessage;
use emulator::moto::Moto;
use emulator::poller::poll;
use emulator::proxy::counts;
use emulator::stack::Stack;
use emulator::vendor::UNSIGNED;
use emulator::{Emulator, EmulatorError, expected_events, post, requests};
use serde_json::Value;

/// One in so many callbacks is sent twice.
const REPEATED: usize = 3;

/// The event that is shown in full at the end: the first of this type.
const SHOWN: &str = "media.snapshot.succeeded";

fn main() -> ExitCode {
    match run() {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("demo-aws: {error}");
            ExitCode::FAILURE
        }
    }
}

/// What was sent.
#[derive(Default)]
struct Sent {
    callbacks: usize,
    repeated: usize,
    not_stored: usize,
    /// Products and ids of the events.
    events: BTreeSet<(Product, String)>,
}

fn run() -> Result<bool, EmulatorError> {
    println!("The whole chain, with the real functions, against the AWS APIs on this machine (moto):\n");
    println!(
        "  callback ▸ function ▸ SQS ▸ dispatch ▸ DynamoDB (seen before?) ▸ EventBridge ▸ a rule's target queue\n"
    );
    let moto = Moto::start()?;
    let stack = Stack::create(&moto, "demo")?;
    println!("{:<12} {:>9} {:>14} {:>16}", "product", "callbacks", "of them again", "different events");
    let mut sent = Sent::default();
    for product in Product::ALL {
        let before = (sent.callbacks, sent.repeated, sent.events.len());
        send_all(&stack, product, &mut sent)?;
        let (callbacks, repeated) = (sent.callbacks - before.0, sent.repeated - before.1);
        println!("{:<12} {callbacks:>9} {repeated:>14} {:>16}", product.slug(), sent.events.len() - before.2);
    }
    let stored = stack.aws.length(&stack.resources.queue)?;
    println!("\nanswered 200     {:>5} callbacks, {} others", sent.callbacks - sent.not_stored, sent.not_stored);
    println!("in the queue     {stored:>5} messages, one for each callback that has an event");

    let dispatch = stack.dispatch(&[])?;
    dispatch_all(&stack, &dispatch)?;
    let arrived = stack.aws.drain(&stack.resources.target)?;
    let dead = stack.aws.length(&stack.resources.dead_letter_queue)?;
    let events = different(&arrived);
    println!("dead letters     {dead:>5}");
    println!("at the target    {:>5} events, {} of them different", arrived.len(), events.len());
    print_kinds(&arrived);
    print_calls(&stack);
    print_shown(&arrived);
    let is_right = sent.not_stored == 0 && dead == 0 && arrived.len() == events.len() && events == sent.events;
    println!("{}", if is_right { "Each event arrived once." } else { "NOT every event arrived once." });
    Ok(is_right)
}

/// Sends all samples of a product, some of them twice, and a body that is too big for a message.
fn send_all(stack: &Stack, product: Product, sent: &mut Sent) -> Result<(), EmulatorError> {
    let function = stack.product(product, UNSIGNED)?;
    let mut requests: Vec<String> = requests(product)?.into_iter().map(|(_, request)| request).collect();
    requests.push(post(format!(r#"{{"EventType":"New","Text":"{}"}}"#, "x".repeat(300_000)).as_bytes()));
    for (number, request) in requests.iter().enumerate() {
        let times = if number % REPEATED == 0 { 2 } else { 1 };
        sent.repeated += times - 1;
        for _ in 0..times {
            sent.callbacks += 1;
            sent.not_stored += usize::from(function.invoke(request)?.status_code != 200);
        }
        let events = expected_events(product, request).unwrap_or_default();
        let events = events.iter().filter_map(|event| serde_json::from_str::<CloudEvent>(event).ok());
        sent.events.extend(events.map(|event| (product, event.id)));
    }
    Ok(())
}

/// Does Lambda's part until the queue is empty.
fn dispatch_all(stack: &Stack, dispatch: &Emulator) -> Result<(), EmulatorError> {
    while stack.aws.length(&stack.resources.queue)? > 0 {
        if poll(&stack.aws, &stack.resources.queue, 10, dispatch)?.received.is_empty() {
            std::thread::sleep(Duration::from_millis(100));
        }
    }
    Ok(())
}

/// The events by product and id.
fn different(arrived: &[ReceivedMessage]) -> BTreeSet<(Product, String)> {
    let events = arrived.iter().filter_map(|message| {
        let event: Value = serde_json::from_str(&message.body).ok()?;
        let product = event.get("source")?.as_str()?.strip_prefix("mediahook.")?.parse().ok()?;
        Some((product, event.get("detail")?.get("id")?.as_str()?.to_owned()))
    });
    events.collect()
}

/// How many events of each kind arrived, by product.
fn print_kinds(arrived: &[ReceivedMessage]) {
    let mut kinds: BTreeMap<String, BTreeMap<String, usize>> = BTreeMap::new();
    for message in arrived {
        let event: Value = serde_json::from_str(&message.body).unwrap_or_default();
        let text = |name: &str| event.get(name).and_then(Value::as_str).unwrap_or("-").to_owned();
        let kind = text("detail-type").rsplit_once('.').map(|(kind, _)| format!("{kind}.*")).unwrap_or_default();
        *kinds.entry(kind).or_default().entry(text("source")).or_default() += 1;
    }
    let sources = Product::ALL.map(|product| format!("mediahook.{product}"));
    println!("\n{:<20} {}", "detail-type", sources.clone().map(|source| format!("{source:>22}")).concat());
    for (kind, counts) in kinds {
        let counts = sources.clone().map(|source| match counts.get(&source) {
            Some(count) => format!("{count:>22}"),
            None => format!("{:>22}", "-"),
        });
        println!("{kind:<20} {}", counts.concat());
    }
}

fn print_calls(stack: &Stack) {
    println!("\ncalls of the AWS APIs");
    for (who, calls) in [("products", stack.intake.take_calls()), ("dispatch", stack.outlet.take_calls())] {
        for (operation, count) in counts(&calls) {
            println!("  {who}  {operation:<30} {count:>5}");
        }
    }
}

fn print_shown(arrived: &[ReceivedMessage]) {
    let event = arrived.iter().find(|message| message.body.contains(SHOWN));
    let event = event.and_then(|message| serde_json::from_str::<Value>(&message.body).ok());
    let Some(mut event) = event else { return };
    if let Some(vendor) = event.pointer_mut("/detail/data/vendor") {
        *vendor = "… the vendor's event, whole".into();
    }
    if let Ok(text) = serde_json::to_string_pretty(&event) {
        println!("\nOne of them as the target got it:\n\n{text}\n");
    }
}
