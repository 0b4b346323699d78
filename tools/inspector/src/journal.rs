//! The callbacks that are kept: a ring, bounded in number and bytes.

use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::watch;

use crate::entry::{Delivery, Entry};

/// What has changed last, for those who wait: the number of changes.
pub(crate) type Changes = watch::Receiver<u64>;

/// The callbacks that are kept.
pub(crate) struct Journal {
    inner: Mutex<Inner>,
    changes: watch::Sender<u64>,
    most: usize,
    most_bytes: usize,
}

struct Inner {
    entries: VecDeque<Entry>,
    bytes: usize,
    last: u64,
    dropped: u64,
    /// How often each event has come.
    seen: HashMap<String, usize>,
    /// The callbacks that have changed, each with the number of its last change.
    changed: HashMap<u64, u64>,
}

impl Journal {
    pub(crate) fn new(most: usize, most_bytes: usize) -> Self {
        let inner = Inner {
            entries: VecDeque::new(),
            bytes: 0,
            last: 0,
            dropped: 0,
            seen: HashMap::new(),
            changed: HashMap::new(),
        };
        Self { inner: Mutex::new(inner), changes: watch::Sender::new(0), most: most.max(1), most_bytes }
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds a callback, and returns its number. The oldest go where there is no room.
    pub(crate) fn add(&self, mut entry: Entry) -> u64 {
        let mut inner = self.lock();
        entry.seq = inner.last + 1;
        self.put(&mut inner, entry)
    }

    /// Adds a callback of an earlier start, under the number that it had.
    pub(crate) fn restore(&self, entry: Entry) {
        self.put(&mut self.lock(), entry);
    }

    fn put(&self, inner: &mut Inner, mut entry: Entry) -> u64 {
        inner.last = entry.seq;
        if entry.is_accepted()
            && let Some(first) = entry.events.first()
        {
            let seen = inner.seen.entry(first.id.clone()).or_default();
            *seen += 1;
            entry.repeats = *seen;
        }
        inner.bytes += entry.size();
        inner.entries.push_back(entry);
        while inner.entries.len() > self.most || (inner.bytes > self.most_bytes && inner.entries.len() > 1) {
            inner.drop_oldest();
        }
        let seq = inner.last;
        self.change(inner, seq);
        seq
    }

    /// Adds what the consumer said to an event of a callback.
    pub(crate) fn deliver(&self, seq: u64, delivery: Delivery) {
        let mut inner = self.lock();
        if let Some(entry) = inner.entry(seq) {
            entry.waiting = entry.waiting.saturating_sub(1);
            entry.deliveries.push(delivery);
            self.change(&mut inner, seq);
        }
    }

    /// Notes that this many events of a callback wait for the consumer.
    pub(crate) fn wait(&self, seq: u64, events: usize) {
        let mut inner = self.lock();
        if let Some(entry) = inner.entry(seq) {
            entry.waiting += events;
            self.change(&mut inner, seq);
        }
    }

    fn change(&self, inner: &mut Inner, seq: u64) {
        let number = *self.changes.borrow() + 1;
        inner.changed.insert(seq, number);
        self.changes.send_replace(number);
    }

    /// Takes all callbacks away. Numbers go on.
    pub(crate) fn clear(&self) {
        let mut inner = self.lock();
        inner.entries.clear();
        inner.seen.clear();
        inner.changed.clear();
        inner.bytes = 0;
        inner.dropped = 0;
        self.changes.send_modify(|number| *number += 1);
    }

    /// One callback.
    pub(crate) fn get(&self, seq: u64) -> Option<Entry> {
        self.lock().entry(seq).cloned()
    }

    /// Works on all callbacks, oldest first.
    pub(crate) fn with<T>(&self, work: impl FnOnce(&VecDeque<Entry>) -> T) -> T {
        work(&self.lock().entries)
    }

    /// The callbacks that were added or changed since the change of this number, in the order of their numbers.
    pub(crate) fn changed_since<T>(&self, change: u64, work: impl Fn(&Entry) -> T) -> (Vec<(u64, T)>, u64) {
        let mut inner = self.lock();
        let mut numbers: Vec<u64> =
            inner.changed.iter().filter(|(_, number)| **number > change).map(|(seq, _)| *seq).collect();
        numbers.sort_unstable();
        let now = *self.changes.borrow();
        let changed = numbers.into_iter().filter_map(|seq| inner.entry(seq).map(|entry| (seq, work(entry)))).collect();
        (changed, now)
    }

    pub(crate) fn changes(&self) -> Changes {
        self.changes.subscribe()
    }

    /// The number of the newest callback.
    pub(crate) fn last(&self) -> u64 {
        self.lock().last
    }

    /// How many have fallen out of the ring.
    pub(crate) fn dropped(&self) -> u64 {
        self.lock().dropped
    }

    /// How many callbacks there are, and the bytes that they take.
    pub(crate) fn usage(&self) -> (usize, usize) {
        let inner = self.lock();
        (inner.entries.len(), inner.bytes)
    }
}

impl Inner {
    fn drop_oldest(&mut self) {
        if let Some(oldest) = self.entries.pop_front() {
            self.bytes = self.bytes.saturating_sub(oldest.size());
            self.dropped += 1;
            self.changed.remove(&oldest.seq);
        }
        // What is seen only counts what is kept, roughly: the map must not grow for ever.
        if self.seen.len() > 4 * self.entries.len() + 1024 {
            let kept: HashMap<String, usize> = self
                .entries
                .iter()
                .filter_map(|entry| entry.events.first().map(|event| (event.id.clone(), entry.repeats)))
                .collect();
            self.seen = kept;
        }
    }

    fn entry(&mut self, seq: u64) -> Option<&mut Entry> {
        let position = self.entries.binary_search_by_key(&seq, |entry| entry.seq).ok()?;
        self.entries.get_mut(position)
    }
}
