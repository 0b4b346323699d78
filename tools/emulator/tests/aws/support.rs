//! What the tests against the AWS APIs have in common.

use std::sync::LazyLock;
use std::time::{Duration, Instant};

use callbacks::Product;
use emulator::moto::Moto;
use emulator::poller::poll;
use emulator::stack::Stack;
use emulator::{Emulator, requests};
use serde_json::Value;

/// One for all tests of a binary: each has a stack of its own in it.
static MOTO: LazyLock<Moto> = LazyLock::new(|| Moto::start().unwrap());

/// Longer than a message can be in flight, with all of its redeliveries.
const LIMIT: Duration = Duration::from_mins(2);

pub(crate) fn stack(name: &str) -> Stack {
    Stack::create(&MOTO, name).unwrap()
}

/// The request of this name in `events/`.
pub(crate) fn sample(product: Product, case: &str) -> String {
    requests(product).unwrap().into_iter().find(|(name, _)| name == case).unwrap().1
}

/// A body whose event is too large for a message. Bodies of different numbers are different events.
pub(crate) fn oversized(number: usize) -> String {
    format!(r#"{{"EventType":"New","Number":{number},"MessageBody":{{"Text":"{}"}}}}"#, "x".repeat(300_000))
}

/// Takes the events of all messages in the intake queue.
pub(crate) fn stored(stack: &Stack) -> Vec<Value> {
    let messages = stack.aws.drain(&stack.resources.queue).unwrap();
    messages.iter().flat_map(|message| serde_json::from_str::<Vec<Value>>(&message.body).unwrap()).collect()
}

/// Takes everything that has arrived at the consumer's queue, as EventBridge gave it.
pub(crate) fn published(stack: &Stack) -> Vec<Value> {
    let messages = stack.aws.drain(&stack.resources.target).unwrap();
    messages.iter().map(|message| serde_json::from_str(&message.body).unwrap()).collect()
}

/// Dispatches until the intake queue is empty. Messages are redelivered after their leases have ended.
pub(crate) fn dispatch_all(stack: &Stack, dispatch: &Emulator) {
    let started = Instant::now();
    while stack.aws.length(&stack.resources.queue).unwrap() > 0 {
        assert!(started.elapsed() < LIMIT, "messages are left in the queue");
        stack.aws.end_leases(&stack.resources.table, &stack.outlet.take_calls()).unwrap();
        if poll(&stack.aws, &stack.resources.queue, 10, dispatch).unwrap().received.is_empty() {
            std::thread::sleep(Duration::from_millis(100));
        }
    }
}
