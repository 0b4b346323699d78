//! The messages of either vendor's server.

use std::collections::VecDeque;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use callbacks::{Product, decode};
use jiff::{SignedDuration, Timestamp};

use crate::fault::{Action, Empty, QueueFault};

/// The most messages of a poll, and handles of a confirmation.
pub(crate) const BATCH: usize = 16;

/// How long a delivered message is hidden and its handle is valid. Tests call [`Shelf::reveal`] instead of waiting.
const HIDDEN: Duration = Duration::from_secs(30);

/// A shelf that a server and its test share.
pub(crate) type Shared = Arc<Mutex<Shelf>>;

/// Makes the event that a client receives of a handle and a body.
type WithHandle = fn(&str, &str) -> String;

/// The messages of a server, and the faults that it injects.
#[derive(Debug)]
pub(crate) struct Shelf {
    product: Product,
    queues: usize,
    event: WithHandle,
    messages: Vec<Stored>,
    given: usize,
    pub(crate) faults: VecDeque<(Action, QueueFault)>,
    /// A request is being executed that will get no response.
    pub(crate) is_stalling: bool,
    pub(crate) empty: Empty,
    /// How many messages a poll gets, whatever it asks for.
    pub(crate) batch: Option<usize>,
    /// Messages are written as they are, even where that is no XML.
    pub(crate) is_raw: bool,
    /// A poll of an empty queue is not held.
    pub(crate) is_hasty: bool,
    /// Seconds by which the server's clock is ahead.
    pub(crate) clock: i64,
    /// Where functions write what they store.
    pub(crate) watched: Vec<PathBuf>,
    pub(crate) complaints: Vec<String>,
    pub(crate) requests: Vec<Action>,
}

#[derive(Debug)]
struct Stored {
    queue: usize,
    body: String,
    /// The last handle, and when it expires.
    handle: Option<(String, Instant)>,
    is_confirmed: bool,
}

/// A delivered message.
#[derive(Debug)]
pub(crate) struct Given {
    pub(crate) handle: String,
    pub(crate) body: String,
}

impl Shelf {
    /// A shelf of this many queues, which get the bodies in turn. `event` adds the handle to a body.
    pub(crate) fn shared(product: Product, queues: usize, event: WithHandle, bodies: &[String]) -> Shared {
        let mut shelf = Self {
            product,
            queues,
            event,
            messages: Vec::new(),
            given: 0,
            faults: VecDeque::new(),
            is_stalling: false,
            empty: Empty::Error,
            batch: None,
            is_raw: false,
            is_hasty: false,
            clock: 0,
            watched: Vec::new(),
            complaints: Vec::new(),
            requests: Vec::new(),
        };
        for body in bodies {
            shelf.add(body);
        }
        Arc::new(Mutex::new(shelf))
    }

    pub(crate) fn add(&mut self, body: &str) {
        let queue = self.messages.len() % self.queues;
        self.messages.push(Stored { queue, body: body.to_owned(), handle: None, is_confirmed: false });
    }

    /// Records a request, and returns the fault to inject.
    pub(crate) fn ask(&mut self, action: Action) -> Option<QueueFault> {
        self.requests.push(action);
        let is_due = self.faults.front().is_some_and(|(of, _)| *of == action);
        let fault = if is_due { self.faults.pop_front().map(|(_, fault)| fault) } else { None };
        match fault {
            Some(QueueFault::Expire) => self.reveal(),
            Some(QueueFault::ExpireOne) => {
                let hidden = |message: &&mut Stored| !message.is_confirmed && message.handle.is_some();
                if let Some(message) = self.messages.iter_mut().find(hidden) {
                    message.handle = None;
                }
            }
            Some(QueueFault::StallAfter) => self.is_stalling = true,
            _ => {}
        }
        fault
    }

    /// As many messages as the client asked for, or as the test wants it to get instead.
    pub(crate) fn take_batch(&mut self, queue: usize, asked: usize) -> Vec<Given> {
        self.take(queue, self.batch.unwrap_or(asked))
    }

    fn take(&mut self, queue: usize, most: usize) -> Vec<Given> {
        let now = Instant::now();
        let mut given = Vec::new();
        for message in self.messages.iter_mut().filter(|message| message.queue == queue && !message.is_confirmed) {
            let is_hidden = message.handle.as_ref().is_some_and(|(_, expires)| *expires > now);
            if is_hidden || given.len() == most {
                continue;
            }
            self.given += 1;
            let handle = format!("{}-ODU4OTkz==/+&", self.given);
            message.handle = Some((handle.clone(), now + HIDDEN));
            given.push(Given { body: (self.event)(&handle, &message.body), handle });
        }
        given
    }

    /// Whether a handle is valid.
    pub(crate) fn is_alive(&self, handle: &str) -> bool {
        self.find(handle).is_some()
    }

    /// Confirms a message; `false` where its handle has expired.
    pub(crate) fn confirm(&mut self, handle: &str) -> bool {
        let Some(index) = self.find(handle) else { return false };
        let (product, event) = (self.product, self.event);
        let Some(message) = self.messages.get_mut(index) else { return false };
        message.is_confirmed = true;
        // The handle is not part of the event's id.
        let events = decode(product, event("", &message.body).as_bytes(), Timestamp::now());
        let outputs: Vec<String> =
            self.watched.iter().map(|path| std::fs::read_to_string(path).unwrap_or_default()).collect();
        for event in events {
            // Intakes write these files: a confirmed event must be in one.
            if !outputs.is_empty() && !outputs.iter().any(|output| output.contains(&event.id)) {
                self.complaints.push(format!("{handle} was confirmed before it was stored"));
            }
        }
        true
    }

    fn find(&self, handle: &str) -> Option<usize> {
        let now = Instant::now();
        self.messages.iter().position(|message| {
            let is_its = message.handle.as_ref().is_some_and(|(own, expires)| own == handle && *expires > now);
            is_its && !message.is_confirmed
        })
    }

    pub(crate) fn reveal(&mut self) {
        for message in &mut self.messages {
            message.handle = None;
        }
    }

    pub(crate) fn left(&self) -> usize {
        self.messages.iter().filter(|message| !message.is_confirmed).count()
    }

    pub(crate) fn complain(&mut self, complaint: impl Into<String>) {
        self.complaints.push(complaint.into());
    }

    /// The difference between a time and the server's clock, in seconds.
    pub(crate) fn skew(&self, time: Timestamp) -> i64 {
        (self.now().as_second() - time.as_second()).abs()
    }

    /// The server's clock.
    pub(crate) fn now(&self) -> Timestamp {
        Timestamp::now().saturating_add(SignedDuration::from_secs(self.clock)).unwrap_or_default()
    }
}

pub(crate) fn lock(shelf: &Mutex<Shelf>) -> MutexGuard<'_, Shelf> {
    shelf.lock().unwrap_or_else(PoisonError::into_inner)
}
