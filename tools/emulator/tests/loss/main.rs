//! Sends callbacks of all products through the real functions while the AWS APIs and the functions fail, and counts what
//! arrives at the other end.
//!
//! `make test-loss N=6000` sends so many and prints the figures; without `LOSS_CALLBACKS` it is a small number.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod callbacks;
mod faults;
mod outlet;
mod tally;

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread::ScopedJoinHandle;
use std::time::Duration;

use ::callbacks::Product;
use emulator::aws::ReceivedMessage;
use emulator::moto::Moto;
use emulator::stack::Stack;
use emulator::vendor;
use fastrand::Rng;

use crate::callbacks::Callback;
use crate::outlet::Measure;
use crate::tally::Tally;

/// Every choice is made from it.
const SEED: u64 = 20_260_101;

/// How many callbacks are sent unless it is said.
const FEW: usize = 240;

/// How often a vendor sends a callback that is not answered 200 or 401. Alibaba Cloud IMS does three times.
const TRIES: usize = 3;

/// So often does the queue give a message to dispatch: more than trouble comes to one.
const RECEIVES: u32 = 50;

/// What became of one callback.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Sent {
    /// How often it was sent.
    pub(crate) tries: usize,
    /// How often it was answered 200.
    pub(crate) stored: usize,
    /// How often it was answered 503.
    pub(crate) not_stored: usize,
    /// How often it was refused.
    pub(crate) refused: usize,
}

/// So many messages may wait before the vendors pause: moto takes longer for each call the longer a queue is.
const WAITING: usize = 40;

/// So often does a vendor pause, ten milliseconds each, before it sends all the same.
const PAUSES: usize = 500;

/// What senders and dispatch know of each other.
#[derive(Debug, Default)]
pub(crate) struct Progress {
    /// Nothing is sent any more.
    pub(crate) is_all_sent: AtomicBool,
    /// Callbacks that were answered 200.
    pub(crate) stored: AtomicUsize,
    /// Messages that have been dispatched.
    pub(crate) settled: AtomicUsize,
}

impl Progress {
    fn is_behind(&self) -> bool {
        self.stored.load(Ordering::Relaxed) > self.settled.load(Ordering::Relaxed) + WAITING
    }
}

#[test]
fn nothing_is_lost() {
    let count = std::env::var("LOSS_CALLBACKS").map_or(FEW, |count| count.parse().unwrap());
    let mut random = Rng::with_seed(SEED);
    println!("seed {SEED}, {count} callbacks");
    let moto = Moto::start().unwrap();
    let stack = Stack::create_with(&moto, "loss", 1, RECEIVES).unwrap();
    stack.intake.set_plan(faults::intake(random.u64(..)));
    let shares: Vec<(Vec<Callback>, Vec<usize>)> = Product::ALL
        .iter()
        .map(|product| callbacks::of_product(*product, count / Product::ALL.len(), &mut random))
        .collect();
    let genuine = shares.iter().flat_map(|(callbacks, _)| callbacks).filter(|callback| callback.forgery.is_none());
    let events = genuine.flat_map(Callback::keys).collect::<BTreeSet<String>>().len();
    // What may be published twice is fewer than one in a thousand.
    let measure = Measure { ambiguous: events.saturating_sub(1) / 1000, troubles: (count / 50).clamp(12, 60) };
    let seed = random.u64(..);

    let (progress, is_over) = (Progress::default(), AtomicBool::new(false));
    let (sent, outlet, arrived) = std::thread::scope(|scope| {
        let consumer = scope.spawn(|| consume(&stack, &is_over));
        let outlet = scope.spawn(|| outlet::run(&stack, &moto.url(), seed, measure, &progress));
        let senders: Vec<_> =
            shares.iter().map(|(callbacks, order)| scope.spawn(|| send(&stack, callbacks, order, &progress))).collect();
        let sent: Vec<std::thread::Result<Vec<Sent>>> = senders.into_iter().map(ScopedJoinHandle::join).collect();
        progress.is_all_sent.store(true, Ordering::Release);
        let outlet = outlet.join();
        is_over.store(true, Ordering::Release);
        let arrived = consumer.join();
        let sent: Vec<Vec<Sent>> = sent.into_iter().map(Result::unwrap).collect();
        (sent, outlet.unwrap(), arrived.unwrap())
    });
    let callbacks = shares.iter().flat_map(|(callbacks, _)| callbacks).zip(sent.into_iter().flatten());
    let tally = Tally::new(callbacks, &arrived, &stack, &stack.intake.take_calls(), &outlet);
    println!("{tally}");
    tally.check();
}

/// Takes what arrives at the target until all is over.
fn consume(stack: &Stack, is_over: &AtomicBool) -> Vec<ReceivedMessage> {
    let mut arrived = Vec::new();
    loop {
        let is_last = is_over.load(Ordering::Acquire);
        arrived.extend(stack.aws.drain(&stack.resources.target).unwrap());
        if is_last {
            return arrived;
        }
        std::thread::sleep(Duration::from_millis(100));
    }
}

/// Sends callbacks in this order, as their vendor does: again where one is not stored.
fn send(stack: &Stack, callbacks: &[Callback], order: &[usize], progress: &Progress) -> Vec<Sent> {
    let product = callbacks[0].product;
    let function = stack.product(product, vendor::environment(product)).unwrap();
    let mut sent = vec![Sent::default(); callbacks.len()];
    for &position in order {
        let (callback, sent) = (&callbacks[position], &mut sent[position]);
        // Should dispatch have ended, this ends nonetheless.
        for _ in 0..PAUSES {
            if !progress.is_behind() {
                break;
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        for _ in 0..TRIES {
            sent.tries += 1;
            match function.invoke(&callback.request()).unwrap().status_code {
                200 => {
                    sent.stored += 1;
                    progress.stored.fetch_add(1, Ordering::Relaxed);
                    break;
                }
                503 => sent.not_stored += 1,
                status => {
                    assert!(callback.is_refusal(status), "{product}: {status}");
                    sent.refused += 1;
                    break;
                }
            }
        }
    }
    sent
}
