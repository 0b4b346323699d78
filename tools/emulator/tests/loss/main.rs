//! Sends callbacks of all products through the real functions while the AWS APIs and the functions fail, and counts what
//! arrives at the other end.
//!
//! `make test-loss N=3000` sends so many and prints the figures; without `LOSS_CALLBACKS` it is a small number.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod callbacks;
mod faults;
mod outlet;
mod tally;

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::ScopedJoinHandle;

use ::callbacks::Product;
use emulator::moto::Moto;
use emulator::stack::Stack;
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
    let events = shares.iter().flat_map(|(callbacks, _)| callbacks).filter(|callback| callback.forgery.is_none());
    let events = events.map(|callback| callback.events.len()).sum::<usize>();
    // What may be published twice is fewer than one in a thousand.
    let measure = Measure { ambiguous: events.saturating_sub(1) / 1000, troubles: (count / 50).clamp(12, 60) };
    let seed = random.u64(..);

    let is_all_sent = AtomicBool::new(false);
    let (sent, outlet) = std::thread::scope(|scope| {
        let outlet = scope.spawn(|| outlet::run(&stack, &moto.url(), seed, measure, &is_all_sent));
        let senders: Vec<_> =
            shares.iter().map(|(callbacks, order)| scope.spawn(|| send(&stack, callbacks, order))).collect();
        let sent: Vec<std::thread::Result<Vec<Sent>>> = senders.into_iter().map(ScopedJoinHandle::join).collect();
        is_all_sent.store(true, Ordering::Release);
        let sent: Vec<Vec<Sent>> = sent.into_iter().map(Result::unwrap).collect();
        (sent, outlet.join().unwrap())
    });
    let callbacks = shares.iter().flat_map(|(callbacks, _)| callbacks).zip(sent.into_iter().flatten());
    let tally = Tally::new(callbacks, &stack, &stack.intake.take_calls(), &outlet);
    println!("{tally}");
    tally.check();
}

/// Sends callbacks in this order, as their vendor does: again where one is not stored.
fn send(stack: &Stack, callbacks: &[Callback], order: &[usize]) -> Vec<Sent> {
    let product = callbacks[0].product;
    let function = stack.product(product, callbacks::credentials(product)).unwrap();
    let mut sent = vec![Sent::default(); callbacks.len()];
    for &position in order {
        let (callback, sent) = (&callbacks[position], &mut sent[position]);
        for _ in 0..TRIES {
            sent.tries += 1;
            match function.invoke(&callback.request()).unwrap().status_code {
                200 => {
                    sent.stored += 1;
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
