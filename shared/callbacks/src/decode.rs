//! From the body of a callback to the events that a consumer receives.

use std::io::{BufWriter, Write};

use jiff::Timestamp;
use serde_json::value::RawValue;
use sha2::{Digest, Sha256};

use crate::event::{CloudEvent, Content, EventType, Kind, Outcome};
use crate::json::{Document, Notes, Value, handed_on, write_canonical};
use crate::redact::callback_urls;
use crate::unreadable::Unreadable;
use crate::{Product, body, budget, unknown};

/// Turns the body of a callback into its events: one, or several where it reports several jobs or media.
///
/// What a vendor's queue answers to a poll is read as well, as long as nothing else is in it: then there is an event for
/// each message. `received` is the time of an event to which the vendor gave none. There is no event only where such an
/// answer has no message. Tokens of callback URLs in the body are in no event; those that are known, [`redact`](crate::redact())
/// takes out before.
#[must_use]
pub fn decode(product: Product, body: &[u8], received: Timestamp) -> Vec<CloudEvent> {
    let bytes = &callback_urls(body);
    budget::of_body(bytes.len(), || Body { product, bytes, received, depth: 0 }.events(true))
}

/// Turns one message of a vendor's queue into its events: what [`decode`] makes of it had it been posted.
#[must_use]
pub fn decode_pulled(product: Product, message: &[u8], received: Timestamp) -> Vec<CloudEvent> {
    let bytes = &callback_urls(message);
    budget::of_body(bytes.len(), || Body { product, bytes, received, depth: 0 }.events(false))
}

/// What was posted or pulled, or a part of it that stands for itself.
#[derive(Clone, Copy)]
struct Body<'b> {
    product: Product,
    bytes: &'b [u8],
    received: Timestamp,
    /// In how many others it was.
    depth: usize,
}

/// In how many others a part can be. A message of a queue may hold what a topic pushed, and that an event of several jobs.
const MOST_AROUND: usize = 4;

/// What a body is.
enum Read {
    Event(Box<CloudEvent>),
    Parts(Vec<String>),
}

impl Body<'_> {
    fn events(self, may_be_answer: bool) -> Vec<CloudEvent> {
        match self.read(may_be_answer) {
            Ok(Read::Event(event)) => vec![*event],
            Ok(Read::Parts(parts)) => parts.into_iter().flat_map(|part| self.part(&part).events(false)).collect(),
            Err(error) => vec![self.unreadable(&error)],
        }
    }

    /// Reads the one event of a body, or takes the body apart.
    fn read(self, may_be_answer: bool) -> Result<Read, Unreadable> {
        let vendor = self.product.vendor();
        let json = body::to_json(self.bytes)?;
        let document = Document::parse(json)?;
        let notes = Notes::default();
        let root = Value::root(&document, &notes);
        if !root.is_object() {
            return Err(Unreadable::NotAnObject { found: body::what(root.text()) });
        }
        // Of two members with one key, one would be lost.
        if self.depth < MOST_AROUND && document.is_unambiguous() {
            let answer = if may_be_answer { (vendor.answer)(root) } else { None };
            if let Some(parts) = answer.or_else(|| (vendor.unwrap)(root)).or_else(|| (vendor.split)(root)) {
                return Ok(Read::Parts(parts));
            }
        }
        self.event(root).map(|event| Read::Event(Box::new(event)))
    }

    /// A part of the body, which stands for itself.
    fn part(self, text: &str) -> Body<'_> {
        Body { product: self.product, bytes: text.as_bytes(), received: self.received, depth: self.depth + 1 }
    }

    /// The one event of an object.
    fn event(self, root: Value<'_>) -> Result<CloudEvent, Unreadable> {
        let delivery = self.product.vendor().delivery;
        let (product, mut facts) = (self.product.vendor().read)(root);
        unknown::count(&mut facts, root.notes());
        let vendor = RawValue::from_string(handed_on(root, product.vendor().secret))
            .map_err(|error| Unreadable::Json { offset: error.column(), problem: "broken JSON".to_owned() })?;
        let time = facts.time.or(facts.job.finished_at).unwrap_or(self.received);
        let id = id(product, |out| write_canonical(root, delivery, out));
        let mut data = facts.into_event(product, vendor);
        data.omitted = Some(budget::omitted()).filter(|omitted| *omitted > 0);
        Ok(CloudEvent {
            id,
            source: product,
            r#type: EventType { kind: data.kind, outcome: data.outcome },
            subject: data.subject().filter(|subject| is_attribute(subject)),
            time,
            vendorevent: data.event.clone().filter(|name| is_attribute(name)),
            test: false,
            confirmation: None,
            origin: None,
            jobend: None,
            content: Content::Read(Box::new(data)),
        })
    }

    /// The event of a body that cannot be read, which has the body in it.
    fn unreadable(self, error: &Unreadable) -> CloudEvent {
        CloudEvent {
            id: id(self.product, |out| out.write_all(self.bytes)),
            source: self.product,
            r#type: EventType { kind: Kind::Unreadable, outcome: Outcome::Unknown },
            subject: None,
            time: self.received,
            vendorevent: None,
            test: false,
            confirmation: None,
            origin: None,
            jobend: None,
            content: Content::Unreadable { reason: error.to_string(), body: self.bytes.to_vec() },
        }
    }
}

/// Bytes of the longest text that becomes an attribute. The longest that means something, a bucket with an object's key,
/// has some 1,100.
const MAX_ATTRIBUTE: usize = 2048;

/// Whether a text may be a CloudEvents attribute: neither control characters nor noncharacters may be in one
/// (<https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/spec.md#type-system>).
///
/// A text that is too long stays in `data` alone, because an envelope has to fit every queue and bus when `data` is stored
/// elsewhere.
fn is_attribute(text: &str) -> bool {
    text.len() <= MAX_ATTRIBUTE
        && !text.contains(|character: char| character.is_control() || is_noncharacter(character))
}

/// Whether Unicode has set the code point aside for use within programs: the last two of each plane, and 32 more.
fn is_noncharacter(character: char) -> bool {
    let code = u32::from(character);
    code & 0xfffe == 0xfffe || (0xfdd0..=0xfdef).contains(&code)
}

/// The first 128 bits of SHA-256 over the product's slug, a line feed, and the event in canonical form.
fn id(product: Product, write: impl FnOnce(&mut BufWriter<Hash>) -> std::io::Result<()>) -> String {
    let mut out = BufWriter::with_capacity(8 * 1024, Hash(Sha256::new()));
    // Hashing does not fail.
    out.write_all(product.slug().as_bytes()).and_then(|()| out.write_all(b"\n")).unwrap_or_default();
    write(&mut out).unwrap_or_default();
    out.flush().unwrap_or_default();
    let digest = out.get_ref().0.clone().finalize();
    base16ct::lower::encode_string(digest.get(..16).unwrap_or(&digest))
}

/// A hash that is written to.
struct Hash(Sha256);

impl Write for Hash {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}
