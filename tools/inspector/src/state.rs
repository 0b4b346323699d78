//! What all parts share.

use std::collections::{BTreeMap, HashMap};
use std::net::SocketAddr;
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

use callbacks::Product;
use jiff::Timestamp;
use receiver::Receiver;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tokio::sync::mpsc;

use crate::entry::{Entry, Via};
use crate::journal::Journal;
use crate::keyring::Keyring;
use crate::recent::Recent;
use crate::target::{self, Handed, Target};
use crate::{Options, StartError, record};

/// What the receivers do wrong on purpose.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Faults {
    /// The status that is answered instead of storing: 503.
    pub(crate) status: Option<u16>,
    /// To how many callbacks.
    pub(crate) remaining: u32,
    /// How long each answer is delayed, in milliseconds.
    pub(crate) delay_ms: u64,
}

/// What is known of a product's receiver.
#[derive(Debug, Clone, Default)]
pub(crate) struct Reached {
    /// The host under which it was reached last.
    pub(crate) host: Option<String>,
    /// Why the last callback was refused, in words.
    pub(crate) refusal: Option<String>,
}

/// What tells of a callback that was refused: the path of its page.
type OnRefusal = Box<dyn Fn(String) + Send + Sync>;

/// What all parts share.
pub(crate) struct State {
    pub(crate) journal: Journal,
    pub(crate) keyring: Keyring,
    pub(crate) receivers: SocketAddr,
    pub(crate) page: SocketAddr,
    pub(crate) tolerance: u64,
    body_limit: usize,
    pub(crate) samples: fn(Product) -> Vec<(String, Vec<u8>)>,
    /// Tells one start of the inspector from another.
    pub(crate) session: String,
    started: Timestamp,
    pub(crate) limits: (usize, usize),
    pub(crate) target: Mutex<Option<Target>>,
    pub(crate) handing: mpsc::Sender<Handed>,
    faults: Mutex<Faults>,
    reached: Mutex<HashMap<Product, Reached>>,
    /// The ids of the events that were handed on.
    handed: Mutex<Recent>,
    /// The ids of the events that were pulled.
    pub(crate) pulled: Mutex<Recent>,
    /// How each queue is doing, in words.
    pub(crate) pulls: Mutex<BTreeMap<String, String>>,
    record: Option<mpsc::Sender<String>>,
    on_refusal: OnceLock<OnRefusal>,
}

impl State {
    /// The state, and what is handed to the consumer.
    pub(crate) fn new(
        options: Options,
        receivers: SocketAddr,
        page: SocketAddr,
    ) -> Result<(Self, mpsc::Receiver<Handed>), StartError> {
        let token = || random(16);
        let keyring = Keyring::new(options.credentials, options.allow_unsigned, token).map_err(StartError::System)?;
        let target = options.forward.map(|url| Target::new(&url, options.form)).transpose()?;
        let (handing, handed) = mpsc::channel(target::QUEUE);
        let record = options.record.map(record::start).transpose()?;
        let state = Self {
            journal: Journal::new(options.callbacks, options.bytes),
            keyring,
            receivers,
            page,
            tolerance: options.tolerance,
            body_limit: options.body_limit,
            samples: options.samples,
            session: random(4).map_err(StartError::System)?,
            started: Timestamp::now(),
            limits: (options.callbacks, options.bytes),
            target: Mutex::new(target),
            handing,
            faults: Mutex::default(),
            reached: Mutex::default(),
            handed: Mutex::default(),
            pulled: Mutex::default(),
            pulls: Mutex::default(),
            record,
            on_refusal: OnceLock::new(),
        };
        Ok((state, handed))
    }

    /// What receives a product's callbacks.
    pub(crate) fn receiver(&self, product: Product) -> Receiver {
        Receiver { product, tolerance: self.tolerance, body_limit: self.body_limit }
    }

    /// How the inspector is doing.
    pub(crate) fn health(&self) -> Value {
        let (callbacks, bytes) = self.journal.usage();
        let uptime = (Timestamp::now() - self.started).total(jiff::Unit::Second).unwrap_or_default();
        json!({
            "version": env!("CARGO_PKG_VERSION"),
            "session": self.session,
            "last": self.journal.last(),
            "callbacks": callbacks,
            "bytes": bytes,
            "uptime_s": uptime.max(0.0).round(),
            "consumer": lock(&self.target).is_some(),
        })
    }

    pub(crate) fn on_refusal(&self, told: impl Fn(String) + Send + Sync + 'static) {
        drop(self.on_refusal.set(Box::new(told)));
    }

    /// Keeps a callback, and hands its events on.
    pub(crate) fn keep(&self, entry: Entry) -> u64 {
        let (is_accepted, via_import) = (entry.is_accepted(), entry.via == Via::Imported);
        let (reason, product, events) = (entry.reason, entry.product, entry.events.clone());
        let seq = self.journal.add(entry);
        if is_accepted && !via_import {
            self.hand_on(seq, &events);
        } else if let (Some(reason), Some(told)) = (reason, self.on_refusal.get()) {
            told(format!("{product} refused a callback ({reason}): http://{}/c/{seq}", self.page));
        }
        seq
    }

    /// Hands new events to the consumer and to the file.
    fn hand_on(&self, seq: u64, events: &[callbacks::CloudEvent]) {
        let mut handed = lock(&self.handed);
        let new: Vec<_> = events.iter().filter(|event| handed.insert(&event.id)).collect();
        if let Some(record) = &self.record {
            for event in &new {
                let line = serde_json::to_string(event).unwrap_or_default();
                drop(record.try_send(line));
            }
        }
        drop(handed);
        if lock(&self.target).is_none() {
            return;
        }
        self.journal.wait(seq, new.len());
        for event in new {
            self.hand(seq, event.clone());
        }
    }

    /// Puts an event into the consumer's queue. Where that is full, the event is not handed on, and this is shown.
    pub(crate) fn hand(&self, seq: u64, event: callbacks::CloudEvent) {
        if let Err(error) = self.handing.try_send(Handed { seq, event }) {
            let (mpsc::error::TrySendError::Full(handed) | mpsc::error::TrySendError::Closed(handed)) = error;
            self.journal.deliver(seq, target::full(handed.event.id));
        }
    }

    /// Everything that was handed on may be handed on again.
    pub(crate) fn forget(&self) {
        *lock(&self.handed) = Recent::default();
    }

    pub(crate) fn faults(&self) -> Faults {
        *lock(&self.faults)
    }

    pub(crate) fn set_faults(&self, faults: Faults) {
        *lock(&self.faults) = faults;
    }

    /// Takes one fault, if there is one left.
    pub(crate) fn take_fault(&self) -> bool {
        let mut faults = lock(&self.faults);
        let is_due = faults.status.is_some() && faults.remaining > 0;
        if is_due {
            faults.remaining -= 1;
        }
        is_due
    }

    pub(crate) fn reached(&self, product: Product) -> Reached {
        lock(&self.reached).get(&product).cloned().unwrap_or_default()
    }

    pub(crate) fn reach(&self, product: Product, host: &str, refusal: Option<String>) {
        lock(&self.reached).insert(product, Reached { host: Some(host.to_owned()), refusal });
    }
}

pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// So many random bytes, in hexadecimal digits.
fn random(bytes: usize) -> Result<String, String> {
    let mut random = vec![0; bytes];
    getrandom::fill(&mut random).map_err(|error| error.to_string())?;
    Ok(base16ct::lower::encode_string(&random))
}
