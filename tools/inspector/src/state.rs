//! What all parts share.

use std::collections::{BTreeMap, HashMap};
use std::net::SocketAddr;
use std::sync::{Mutex, OnceLock};

use callbacks::{CloudEvent, Product};
use jiff::Timestamp;
use receiver::Receiver;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tokio::sync::mpsc;

use crate::entry::{Delivery, Entry, Via};
use crate::error::StartError;
use crate::journal::Journal;
use crate::kept::{self, Keeper};
use crate::keyring::Keyring;
use crate::lock::lock;
use crate::options::Options;
use crate::recent::Recent;
use crate::target::{self, Handed, Target};
use crate::{mask, record};

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
    pub(crate) keeper: Option<Keeper>,
    /// What was read from the file of the keeper, in words.
    pub(crate) kept: Option<String>,
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
        let target = options.forward.map(|url| Target::new(&url, options.form, options.r#match)).transpose()?;
        let (handing, handed) = mpsc::channel(target::QUEUE);
        let record = options.record.map(record::start).transpose()?;
        let opened = options.keep.map(|path| kept::open(&path, options.callbacks, options.bytes)).transpose()?;
        let (keeper, found) = opened.map_or_else(Default::default, |(keeper, found)| (Some(keeper), found));
        let mut state = Self {
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
            keeper,
            kept: None,
            on_refusal: OnceLock::new(),
        };
        let (callbacks, mut changed) = (found.callbacks.len(), 0);
        for mut entry in found.callbacks.into_values() {
            let credentials = state.keyring.of(entry.product);
            kept::decode_again(&mut entry, &credentials);
            changed += usize::from(entry.before.is_some());
            state.restore(entry);
        }
        state.kept = in_words(page, callbacks, changed, found.unreadable);
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
        let (reason, product) = (entry.reason.clone(), entry.product);
        let is_new = entry.is_handed_on();
        let (new, wanted) = if is_new { self.new_events(&entry) } else { Default::default() };
        let seq = self.journal.add(entry);
        if let (Some(keeper), Some(entry)) = (&self.keeper, self.journal.get(seq)) {
            keeper.callback(&entry, mask::request(&entry, &self.keyring.of(product)));
        }
        if is_new {
            self.hand_on(seq, &new, wanted);
        } else if let (Some(reason), Some(told)) = (reason, self.on_refusal.get()) {
            told(format!("{product} refused a callback ({reason}): http://{}/c/{seq}", self.page));
        }
        seq
    }

    /// Takes a callback of an earlier start back. Its events are handed on no more.
    fn restore(&self, entry: Entry) {
        let (handed, pulled) = (&mut *lock(&self.handed), &mut *lock(&self.pulled));
        for event in entry.events.iter().filter(|_| entry.is_handed_on()) {
            handed.insert(&event.id);
            if entry.via == Via::Pulled {
                pulled.insert(&event.id);
            }
        }
        self.journal.restore(entry);
    }

    /// The events of a callback that have not come before, and those of them that the consumer wants.
    fn new_events(&self, entry: &Entry) -> (Vec<CloudEvent>, Vec<CloudEvent>) {
        let mut handed = lock(&self.handed);
        let new: Vec<CloudEvent> = entry.events.iter().filter(|event| handed.insert(&event.id)).cloned().collect();
        drop(handed);
        let target = lock(&self.target);
        let wants = |event: &&CloudEvent| {
            let query = target.as_ref().map(|target| &target.query);
            query.is_some_and(|query| query.matches_events(entry, std::slice::from_ref(*event)))
        };
        let wanted = new.iter().filter(wants).cloned().collect();
        (new, wanted)
    }

    /// Hands new events to the file, and to the consumer those that it wants.
    fn hand_on(&self, seq: u64, new: &[CloudEvent], wanted: Vec<CloudEvent>) {
        if let Some(record) = &self.record {
            for event in new {
                let line = serde_json::to_string(event).unwrap_or_default();
                drop(record.try_send(line));
            }
        }
        if wanted.is_empty() {
            return;
        }
        self.journal.wait(seq, wanted.len());
        for event in wanted {
            self.hand(seq, event);
        }
    }

    /// Puts an event into the consumer's queue. Where that is full, the event is not handed on, and this is shown.
    pub(crate) fn hand(&self, seq: u64, event: CloudEvent) {
        if let Err(error) = self.handing.try_send(Handed { seq, event }) {
            let (mpsc::error::TrySendError::Full(handed) | mpsc::error::TrySendError::Closed(handed)) = error;
            self.deliver(seq, target::full(handed.event.id));
        }
    }

    /// Notes what the consumer said to an event of a callback.
    pub(crate) fn deliver(&self, seq: u64, delivery: Delivery) {
        if let Some(keeper) = &self.keeper {
            keeper.delivery(seq, &delivery);
        }
        self.journal.deliver(seq, delivery);
    }

    /// Forgets all callbacks. Everything that was handed on may be handed on again.
    pub(crate) fn clear(&self) {
        self.journal.clear();
        if let Some(keeper) = &self.keeper {
            keeper.clear();
        }
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

/// What was read from the file of the keeper, in words.
fn in_words(page: SocketAddr, callbacks: usize, changed: usize, unreadable: usize) -> Option<String> {
    let mut words = Vec::new();
    if callbacks > 0 {
        words.push(format!("callbacks kept from before: {callbacks}"));
    }
    if changed > 0 {
        words.push(format!("{changed} of {callbacks} now decode differently: http://{page}/?q=is:changed"));
    }
    if unreadable > 0 {
        words.push(format!("lines that cannot be read: {unreadable}"));
    }
    (!words.is_empty()).then(|| words.join(", "))
}

/// So many random bytes, in hexadecimal digits.
fn random(bytes: usize) -> Result<String, String> {
    let mut random = vec![0; bytes];
    getrandom::fill(&mut random).map_err(|error| error.to_string())?;
    Ok(base16ct::lower::encode_string(&random))
}
