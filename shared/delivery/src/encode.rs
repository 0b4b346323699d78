//! Serializes events, and packs them into messages.

use std::io::{self, Write};

use callbacks::{CloudEvent, Product};
use serde::Serialize;

/// The event as JSON that SQS accepts, or `None` where it has more than `limit` bytes. It uses no more memory than that.
pub(crate) fn event(event: &CloudEvent, limit: usize) -> Result<Option<String>, serde_json::Error> {
    let mut out = Bounded { bytes: Vec::new(), limit };
    match event.serialize(&mut serde_json::Serializer::new(&mut out)) {
        Ok(()) => {}
        Err(error) if error.is_io() => return Ok(None),
        Err(error) => return Err(error),
    }
    let text = String::from_utf8(out.bytes).map_err(serde::ser::Error::custom)?;
    let text = without_noncharacters(text);
    Ok((text.len() <= limit).then_some(text))
}

/// Messages of at most `limit` bytes that hold these events in this order, each in the JSON batch format of CloudEvents
/// (<https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/formats/json-format.md#4-json-batch-format>).
///
/// Each event must fit `limit` together with the two brackets.
pub(crate) fn messages(events: Vec<String>, limit: usize) -> Vec<String> {
    let mut messages = Vec::new();
    let mut message = String::new();
    for event in events {
        // A comma, the event, and the closing bracket.
        if !message.is_empty() && message.len() + 1 + event.len() + 1 > limit {
            message.push(']');
            messages.push(std::mem::take(&mut message));
        }
        message.push(if message.is_empty() { '[' } else { ',' });
        message.push_str(&event);
    }
    if !message.is_empty() {
        message.push(']');
        messages.push(message);
    }
    messages
}

/// `<slug>/<event id>`, unique among the events of all products. It is the key of data in the overflow bucket, and in the ledger
/// that of an event without a `jobend`.
#[must_use]
pub fn key(product: Product, id: &str) -> String {
    format!("{product}/{id}")
}

/// Escapes two characters that JSON allows and SQS rejects: SQS accepts the characters of XML 1.0. In JSON text they occur
/// only in strings, where they may be escaped.
fn without_noncharacters(text: String) -> String {
    const NONCHARACTERS: [char; 2] = ['\u{fffe}', '\u{ffff}'];
    if text.contains(NONCHARACTERS) { text.replace('\u{fffe}', "\\ufffe").replace('\u{ffff}', "\\uffff") } else { text }
}

/// A buffer that fails when it would exceed its limit.
struct Bounded {
    bytes: Vec<u8>,
    limit: usize,
}

impl Write for Bounded {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if bytes.len() > self.limit - self.bytes.len() {
            return Err(io::ErrorKind::StorageFull.into());
        }
        self.bytes.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    #[test]
    fn messages_keep_every_event_and_the_limit() {
        for (lengths, limit, expected) in [
            (vec![], 10, vec![]),
            (vec![8], 10, vec![10]),
            (vec![4, 3], 10, vec![10]),
            (vec![4, 4], 10, vec![6, 6]),
            (vec![2, 2, 2, 2], 10, vec![8 + 2, 2 + 2]),
            (vec![8, 2, 8], 10, vec![10, 4, 10]),
        ] {
            let events: Vec<String> = lengths.iter().map(|length| format!("{:01$}", 1, length)).collect();
            let all = events.concat();
            let messages = messages(events, limit);
            let sizes: Vec<usize> = messages.iter().map(String::len).collect();
            assert_eq!(sizes, expected, "{lengths:?}");
            assert_eq!(messages.concat().replace(['[', ',', ']'], ""), all);
        }
    }

    #[test]
    fn an_event_fits_its_limit_to_the_byte() {
        let received = "2026-01-02T03:04:05Z".parse().unwrap();
        let made = callbacks::decode(Product::AliyunIms, b"{}", received).remove(0);
        let whole = serde_json::to_string(&made).unwrap();
        assert_eq!(event(&made, whole.len()).unwrap().as_ref(), Some(&whole));
        assert_eq!(event(&made, whole.len() - 1).unwrap(), None);
    }

    /// So that a large event takes no more memory than a small one.
    #[test]
    fn a_buffer_takes_no_more_than_its_limit() {
        let mut buffer = Bounded { bytes: Vec::new(), limit: 4 };
        assert_eq!(buffer.write(b"123").unwrap(), 3);
        assert!(buffer.write(b"45").is_err());
        assert_eq!(buffer.write(b"4").unwrap(), 1);
        assert_eq!(buffer.bytes, b"1234");
    }

    #[test]
    fn what_sqs_refuses_is_escaped() {
        let text = without_noncharacters("[\"a\u{fffe}\u{ffff}\u{fffd}\"]".to_owned());
        assert_eq!(text, "[\"a\\ufffe\\uffff\u{fffd}\"]");
        assert_eq!(serde_json::from_str::<Value>(&text).unwrap()[0], "a\u{fffe}\u{ffff}\u{fffd}");
    }
}
