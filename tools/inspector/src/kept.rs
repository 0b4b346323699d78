//! What is kept over a restart: a file with a line of JSON for each callback and for each answer of the consumer, without secrets.

use std::collections::BTreeMap;
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use callbacks::auth::{Credentials, Finding};
use callbacks::{CloudEvent, Product, decode, redact};
use jiff::Timestamp;
use receiver::{FunctionUrlRequest, Response};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::entry::{Delivery, Entry, Via};
use crate::error::StartError;
use crate::lock::lock;

/// How often what was written is made safe from a power failure.
const SYNC: Duration = Duration::from_secs(1);

/// A line of the file.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Line {
    Callback(Box<Callback>),
    Delivery(Delivered),
}

/// A callback, as it was when it came.
#[derive(Debug, Serialize, Deserialize)]
struct Callback {
    seq: u64,
    received: Timestamp,
    product: Product,
    via: Via,
    status: u16,
    answer: String,
    millis: f64,
    reason: Option<String>,
    findings: Vec<Finding>,
    events: Vec<CloudEvent>,
    /// The function URL request without secrets; of what was pulled, only its body.
    request: Value,
}

/// What the consumer said to an event of a callback.
#[derive(Debug, Serialize, Deserialize)]
struct Delivered {
    seq: u64,
    delivery: Delivery,
}

/// What a file had in it.
#[derive(Debug, Default)]
pub(crate) struct Found {
    /// The newest of its callbacks, by their numbers.
    pub(crate) callbacks: BTreeMap<u64, Entry>,
    /// How many lines cannot be read.
    pub(crate) unreadable: usize,
}

/// Writes to the file.
pub(crate) struct Keeper(Arc<Mutex<Writing>>);

struct Writing {
    file: File,
    path: PathBuf,
    /// Whether something was written since the file was made safe.
    is_dirty: bool,
    /// Why something could not be written.
    problem: Option<String>,
}

/// Opens the file, and reads the newest callbacks, so many and of so many bytes at most.
pub(crate) fn open(path: &Path, most: usize, most_bytes: usize) -> Result<(Keeper, Found), StartError> {
    let failed = |error| StartError::File { path: path.to_owned(), error };
    let mut options = OpenOptions::new();
    options.read(true).append(true).create(true);
    // Bodies are nobody else's.
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path).map_err(failed)?;
    if let Err(TryLockError::WouldBlock) = file.try_lock() {
        return Err(failed(io::Error::other("another `mediahook dev` keeps its callbacks there")));
    }
    let (found, is_whole) = read(BufReader::new(&file), most, most_bytes).map_err(failed)?;
    if !is_whole {
        // The last line was cut off: what follows is not to become a part of it.
        file.write_all(b"\n").map_err(failed)?;
    }
    let writing = Writing { file, path: path.to_owned(), is_dirty: false, problem: None };
    let writing = Arc::new(Mutex::new(writing));
    let later = Arc::downgrade(&writing);
    std::thread::spawn(move || {
        while let Some(writing) = later.upgrade() {
            // The file is made safe without the lock, which callbacks wait for.
            let file = {
                let mut writing = lock(&writing);
                std::mem::take(&mut writing.is_dirty).then(|| writing.file.try_clone())
            };
            if let Some(Err(error)) = file.map(|file| file.and_then(|file| file.sync_data())) {
                lock(&writing).problem = Some(error.to_string());
            }
            drop(writing);
            std::thread::sleep(SYNC);
        }
    });
    Ok((Keeper(writing), found))
}

/// The newest callbacks of a file, and whether its last line is whole.
fn read(mut file: impl BufRead, most: usize, most_bytes: usize) -> io::Result<(Found, bool)> {
    let (mut found, mut is_whole) = (Found::default(), true);
    let (mut line, mut bytes) = (Vec::new(), 0);
    loop {
        line.clear();
        if file.read_until(b'\n', &mut line)? == 0 {
            return Ok((found, is_whole));
        }
        is_whole = line.ends_with(b"\n");
        if line.trim_ascii().is_empty() {
            continue;
        }
        match serde_json::from_slice::<Line>(&line) {
            Ok(Line::Callback(callback)) => {
                let entry = callback.into_entry();
                bytes += entry.size();
                let earlier = found.callbacks.insert(entry.seq, entry);
                bytes -= earlier.map_or(0, |earlier| earlier.size());
                while found.callbacks.len() > most || (bytes > most_bytes && found.callbacks.len() > 1) {
                    bytes -= found.callbacks.pop_first().map_or(0, |(_, oldest)| oldest.size());
                }
            }
            Ok(Line::Delivery(Delivered { seq, delivery })) => {
                if let Some(entry) = found.callbacks.get_mut(&seq) {
                    entry.deliveries.push(delivery);
                }
            }
            Err(_) => found.unreadable += 1,
        }
    }
}

impl Keeper {
    /// Writes a callback. `request` is its request without secrets.
    pub(crate) fn callback(&self, entry: &Entry, request: Value) {
        self.write(&Line::Callback(Box::new(Callback {
            seq: entry.seq,
            received: entry.received,
            product: entry.product,
            via: entry.via,
            status: entry.response.status,
            answer: entry.response.body.clone(),
            millis: entry.millis,
            reason: entry.reason.clone(),
            findings: entry.findings.clone(),
            events: entry.events.clone(),
            request,
        })));
    }

    /// Writes what the consumer said.
    pub(crate) fn delivery(&self, seq: u64, delivery: &Delivery) {
        self.write(&Line::Delivery(Delivered { seq, delivery: delivery.clone() }));
    }

    fn write(&self, line: &Line) {
        let mut text = serde_json::to_string(line).unwrap_or_default();
        text.push('\n');
        let mut writing = lock(&self.0);
        if writing.problem.is_some() {
            // A line may have been cut off.
            text.insert(0, '\n');
        }
        match writing.file.write_all(text.as_bytes()) {
            Ok(()) => writing.is_dirty = true,
            Err(error) => writing.problem = Some(error.to_string()),
        }
    }

    /// Forgets all callbacks.
    pub(crate) fn clear(&self) {
        let mut writing = lock(&self.0);
        if let Err(error) = writing.file.set_len(0) {
            writing.problem = Some(error.to_string());
        }
    }

    pub(crate) fn path(&self) -> PathBuf {
        lock(&self.0).path.clone()
    }

    /// Why something could not be written, if something could not.
    pub(crate) fn problem(&self) -> Option<String> {
        lock(&self.0).problem.clone()
    }
}

impl Callback {
    fn into_entry(self) -> Entry {
        let Self { seq, received, product, via, status, answer, millis, reason, findings, events, request } = self;
        Entry {
            seq,
            received,
            product,
            via,
            body: body(&request),
            request: request.to_string(),
            response: Response { status, headers: &[], body: answer },
            millis,
            reason,
            findings,
            events,
            before: None,
            is_kept: true,
            repeats: 1,
            deliveries: Vec::new(),
            waiting: 0,
        }
    }
}

/// The body in a request.
fn body(request: &Value) -> Vec<u8> {
    let text = request.get("body").and_then(Value::as_str).unwrap_or_default();
    let is_encoded = request.get("isBase64Encoded") == Some(&Value::Bool(true));
    if is_encoded { STANDARD.decode(text).unwrap_or_default() } else { text.as_bytes().to_vec() }
}

/// Reads a callback of an earlier start again. Where this build makes other events of it, it has these, and those from before.
pub(crate) fn decode_again(entry: &mut Entry, credentials: &Credentials) {
    let Some(first) = entry.events.first() else { return };
    let request = serde_json::from_str::<FunctionUrlRequest<'_>>(&entry.request).ok();
    // An event without a time of the vendor's has that of its receipt.
    let received = request.and_then(|request| request.time()).unwrap_or(first.time);
    let events = decode(entry.product, &redact(&entry.body, credentials), received);
    let events: Vec<CloudEvent> =
        if first.test { events.into_iter().map(CloudEvent::into_test).collect() } else { events };
    let text = |events: &[CloudEvent]| serde_json::to_string(events).unwrap_or_default();
    if text(&events) != text(&entry.events) {
        entry.before = Some(std::mem::replace(&mut entry.events, events));
    }
}
