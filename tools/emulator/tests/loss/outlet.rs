//! The roles of Lambda and the queue: batches, delivered once or more, to functions with faults.

use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use emulator::Emulator;
use emulator::aws::ReceivedMessage;
use emulator::poller::deliver;
use emulator::proxy::{Call, Proxy};
use emulator::stack::Stack;
use fastrand::Rng;

use crate::Progress;
use crate::faults::{self, AMBIGUOUS, HARMLESS, Trouble};

/// How long the queue may take to become empty, once nothing is sent to it any more. With all of its returns, a message
/// is there for some seconds.
const LIMIT: Duration = Duration::from_mins(3);

/// A running dispatch function.
struct Worker {
    function: Emulator,
    proxy: Proxy,
    trouble: Arc<Mutex<Trouble>>,
}

/// What happened at the outlet.
#[derive(Default)]
pub(crate) struct Outlet {
    pub(crate) calls: Vec<Call>,
    pub(crate) runs: usize,
    pub(crate) killed: usize,
    /// Runs with a batch that had been delivered before, or was delivered to two functions at the same time.
    pub(crate) repeated: usize,
    /// Messages that were in the queue for another time.
    pub(crate) returned: usize,
}

impl Worker {
    fn start(stack: &Stack, moto: &str, seed: u64) -> Self {
        let proxy = Proxy::start(moto).unwrap();
        let function = stack.dispatch_behind(&proxy, &[]).unwrap();
        let trouble = Arc::new(Mutex::new(Trouble::Weather));
        proxy.set_plan(faults::outlet(seed, Arc::clone(&trouble), function.killer()));
        Self { function, proxy, trouble }
    }

    fn deliver(&self, messages: &[ReceivedMessage], trouble: Trouble) -> Vec<String> {
        *self.trouble.lock().unwrap() = trouble;
        deliver(messages, &self.function)
    }
}

/// How much goes wrong.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Measure {
    /// At most so many events get into trouble in which they may be published twice.
    pub(crate) ambiguous: usize,
    /// So many runs get into trouble. Some of it takes seconds.
    pub(crate) troubles: usize,
}

/// Dispatches until all is sent and the queue is empty: most messages in good or bad weather, some in trouble.
pub(crate) fn run(stack: &Stack, moto: &str, seed: u64, measure: Measure, progress: &Progress) -> Outlet {
    std::thread::scope(|scope| {
        let troubled = scope.spawn(|| in_trouble(stack, moto, seed, measure, progress));
        let mut outlet = in_weather(stack, moto, seed + 1, progress);
        let troubled = troubled.join().unwrap();
        outlet.calls.extend(troubled.calls);
        outlet.runs += troubled.runs;
        outlet.killed = troubled.killed;
        outlet.returned += troubled.returned;
        outlet
    })
}

/// Up to `limit` messages; `None` where nothing is sent any more and the queue is empty.
fn receive(stack: &Stack, limit: usize, progress: &Progress) -> Option<Vec<ReceivedMessage>> {
    let mut all_sent_at = None;
    loop {
        if progress.is_all_sent.load(Ordering::Acquire) {
            let since: &Instant = all_sent_at.get_or_insert_with(Instant::now);
            assert!(since.elapsed() < LIMIT, "messages are left in the queue");
        }
        let messages = stack.aws.receive_up_to(&stack.resources.queue, limit).unwrap();
        if !messages.is_empty() {
            return Some(messages);
        }
        if all_sent_at.is_some() && stack.aws.length(&stack.resources.queue).unwrap() == 0 {
            return None;
        }
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// Deletes what is done. The rest is redelivered after its leases have ended.
fn settle(
    stack: &Stack,
    workers: &[Worker],
    messages: &[ReceivedMessage],
    failed: &[String],
    outlet: &mut Outlet,
    progress: &Progress,
) {
    let settled: Vec<&ReceivedMessage> = messages.iter().filter(|message| !failed.contains(&message.id)).collect();
    stack.aws.delete(&stack.resources.queue, settled.iter().copied()).unwrap();
    progress.settled.fetch_add(settled.len(), Ordering::Relaxed);
    let calls: Vec<Call> = workers.iter().flat_map(|worker| worker.proxy.take_calls()).collect();
    if !failed.is_empty() {
        stack.aws.end_leases(&stack.resources.table, &calls).unwrap();
    }
    outlet.runs += 1;
    outlet.returned += failed.len();
    outlet.calls.extend(calls);
}

/// The function ends or waits with one message on its way, so that each duplicate has one reason.
fn in_trouble(stack: &Stack, moto: &str, seed: u64, measure: Measure, progress: &Progress) -> Outlet {
    let mut random = Rng::with_seed(seed);
    let worker = Worker::start(stack, moto, random.u64(..));
    let mut outlet = Outlet::default();
    let mut ambiguous = measure.ambiguous;
    while outlet.runs < measure.troubles {
        let Some(messages) = receive(stack, 1, progress) else { break };
        let is_single = messages.iter().all(|message| message.body.matches(r#""specversion""#).count() == 1);
        let trouble = match random.u32(..4) {
            0 if ambiguous > 0 && is_single => *random.choice(AMBIGUOUS.iter()).unwrap(),
            _ if is_single => *random.choice(HARMLESS.iter()).unwrap(),
            _ => HARMLESS[random.usize(..2)],
        };
        let failed = worker.deliver(&messages, trouble);
        // A duplicate is not published, so that nothing happens to it then.
        if *worker.trouble.lock().unwrap() != trouble {
            ambiguous -= usize::from(trouble.is_ambiguous());
            outlet.killed += usize::from(matches!(trouble, Trouble::Kill(..)));
        }
        settle(stack, std::slice::from_ref(&worker), &messages, &failed, &mut outlet, progress);
    }
    outlet
}

/// Single calls fail now and then, and the queue gives batches twice.
fn in_weather(stack: &Stack, moto: &str, seed: u64, progress: &Progress) -> Outlet {
    let mut random = Rng::with_seed(seed);
    let workers = [Worker::start(stack, moto, random.u64(..)), Worker::start(stack, moto, random.u64(..))];
    let [one, other] = &workers;
    let mut outlet = Outlet::default();
    while let Some(messages) = receive(stack, random.usize(1..=20).min(10), progress) {
        let way = random.u32(..12);
        outlet.repeated += usize::from(way < 3);
        let failed = match way {
            0 => {
                let first = one.deliver(&messages, Trouble::Weather);
                both(&first, &other.deliver(&messages, Trouble::Weather))
            }
            1 => std::thread::scope(|scope| {
                let second = scope.spawn(|| other.deliver(&messages, Trouble::Weather));
                let first = one.deliver(&messages, Trouble::Weather);
                both(&first, &second.join().unwrap())
            }),
            // It is dispatched, but the queue is not told.
            2 => {
                one.deliver(&messages, Trouble::Weather);
                messages.iter().map(|message| message.id.clone()).collect()
            }
            _ => one.deliver(&messages, Trouble::Weather),
        };
        settle(stack, &workers, &messages, &failed, &mut outlet, progress);
    }
    outlet
}

/// A message that was delivered twice and dispatched once is done with.
fn both(one: &[String], other: &[String]) -> Vec<String> {
    one.iter().filter(|id| other.contains(id)).cloned().collect()
}
