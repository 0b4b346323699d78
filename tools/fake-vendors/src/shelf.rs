//! The messages of a server, whichever vendor's.

use std::collections::VecDeque;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use callbacks::{Product, decode};
use jiff::Timestamp;

use crate::{Action, Empty, Fault, Kind, QUEUES, tencent};

/// The most messages at a time, and handles.
pub(crate) const BATCH: usize = 16;

/// How long a message is hidden, and its handle lives. [`Shelf::reveal`] is for tests that would wait for the end of it.
const HIDDEN: Duration = Duration::from_secs(30);

#[derive(Debug)]
pub(crate) struct Shelf {
    product: Product,
    queues: usize,
    /// What a body becomes when it is given with a handle.
    dress: fn(&str, &str) -> String,
    messages: Vec<Stored>,
    given: usize,
    pub(crate) faults: VecDeque<(Action, Fault)>,
    /// A request is being carried out that is not to be answered.
    pub(crate) is_at_it: bool,
    pub(crate) empty: Empty,
    /// A request for messages is not held until there are some.
    pub(crate) is_hasty: bool,
    /// Seconds by which the server's clock is ahead.
    pub(crate) clock: i64,
    pub(crate) watched: Option<PathBuf>,
    pub(crate) complaints: Vec<String>,
    pub(crate) requests: Vec<Action>,
}

#[derive(Debug)]
struct Stored {
    queue: usize,
    body: String,
    /// The handle that was given last, and when it dies.
    handle: Option<(String, Instant)>,
    is_confirmed: bool,
}

/// A message as it is given.
#[derive(Debug)]
pub(crate) struct Given {
    pub(crate) handle: String,
    pub(crate) body: String,
}

impl Shelf {
    /// Alibaba Cloud's server has the messages in two queues in turn; Tencent Cloud's has one.
    pub(crate) fn new(kind: Kind, bodies: &[String]) -> Self {
        let mut shelf = Self {
            product: kind.product(),
            queues: if kind == Kind::Mns { QUEUES.len() } else { 1 },
            dress: match kind {
                Kind::Tencent => tencent::event,
                Kind::Mns => |_, body| body.to_owned(),
            },
            messages: Vec::new(),
            given: 0,
            faults: VecDeque::new(),
            is_at_it: false,
            empty: Empty::Error,
            is_hasty: false,
            clock: 0,
            watched: None,
            complaints: Vec::new(),
            requests: Vec::new(),
        };
        for body in bodies {
            shelf.add(body);
        }
        shelf
    }

    pub(crate) fn add(&mut self, body: &str) {
        let queue = self.messages.len() % self.queues;
        self.messages.push(Stored { queue, body: body.to_owned(), handle: None, is_confirmed: false });
    }

    /// Notes what is asked for, and gives what is to be done wrong.
    pub(crate) fn ask(&mut self, action: Action) -> Option<Fault> {
        self.requests.push(action);
        let is_due = self.faults.front().is_some_and(|(of, _)| *of == action);
        let fault = if is_due { self.faults.pop_front().map(|(_, fault)| fault) } else { None };
        match fault {
            Some(Fault::Expire) => self.reveal(),
            Some(Fault::ExpireOne) => {
                let hidden = |message: &&mut Stored| !message.is_confirmed && message.handle.is_some();
                if let Some(message) = self.messages.iter_mut().find(hidden) {
                    message.handle = None;
                }
            }
            Some(Fault::StallAfter) => self.is_at_it = true,
            _ => {}
        }
        fault
    }

    pub(crate) fn take(&mut self, queue: usize, most: usize) -> Vec<Given> {
        let now = Instant::now();
        let mut given = Vec::new();
        for message in self.messages.iter_mut().filter(|message| message.queue == queue && !message.is_confirmed) {
            let is_hidden = message.handle.as_ref().is_some_and(|(_, dies)| *dies > now);
            if is_hidden || given.len() == most {
                continue;
            }
            self.given += 1;
            let handle = format!("{}-ODU4OTkz==/+&", self.given);
            message.handle = Some((handle.clone(), now + HIDDEN));
            given.push(Given { body: (self.dress)(&handle, &message.body), handle });
        }
        given
    }

    /// Whether a handle lives.
    pub(crate) fn is_alive(&self, handle: &str) -> bool {
        self.find(handle).is_some()
    }

    /// Takes a message off the shelf; false where its handle is dead.
    pub(crate) fn confirm(&mut self, handle: &str) -> bool {
        let Some(index) = self.find(handle) else { return false };
        let (product, dress) = (self.product, self.dress);
        let Some(message) = self.messages.get_mut(index) else { return false };
        message.is_confirmed = true;
        // The handle is no part of an event.
        let events = decode(product, dress("", &message.body).as_bytes(), Timestamp::now());
        let output = self.watched.as_ref().map(|path| std::fs::read_to_string(path).unwrap_or_default());
        for event in events {
            // The file is that of the intake: what is confirmed has to be in it.
            if output.as_ref().is_some_and(|output| !output.contains(&event.id)) {
                self.complaints.push(format!("{handle} was confirmed before it was stored"));
            }
        }
        true
    }

    fn find(&self, handle: &str) -> Option<usize> {
        let now = Instant::now();
        self.messages.iter().position(|message| {
            let is_its = message.handle.as_ref().is_some_and(|(own, dies)| own == handle && *dies > now);
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

    /// How many seconds a time is from the server's.
    pub(crate) fn skew(&self, time: Timestamp) -> i64 {
        (Timestamp::now().as_second() + self.clock - time.as_second()).abs()
    }
}
