//! The texts and numbers in a body, or in an event, however they are wrapped.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use quick_xml::Reader;
use quick_xml::events::{BytesRef, Event};
use serde_json::from_str;
use serde_json::value::RawValue;

/// Members around the events in the answer of a queue of Tencent Cloud VOD.
const OF_ANSWER: &[&str] =
    &["Response", "EventSet", "eventList", "eventContent", "msgHandle", "RequestId", "code", "codeDesc", "message"];

/// Members around the event in a message of Simple Message Queue, or of what a topic of it pushes.
const OF_MESSAGE: &[&str] = &[
    "Messages",
    "Message",
    "MessageId",
    "ReceiptHandle",
    "MessageBody",
    "MessageBodyMD5",
    "EnqueueTime",
    "NextVisibleTime",
    "FirstDequeueTime",
    "DequeueCount",
    "Priority",
    "Notification",
    "TopicOwner",
    "TopicName",
    "Subscriber",
    "SubscriptionName",
    "MessageMD5",
    "MessageTag",
    "PublishTime",
    "SigningCertURL",
];

/// What stands in the place of a token.
const REDACTED: &str = "REDACTED";

/// The texts, numbers and keys, without blanks around keys, and without what is empty.
pub(crate) struct Texts {
    texts: BTreeSet<String>,
    /// Members that stand around events. Where they have a text or a number, that belongs to the delivery.
    around: Vec<&'static str>,
    /// Whether attributes of XML belong to the delivery.
    is_wrapped_xml: bool,
    /// Whether members without a value count.
    has_nulls: bool,
}

impl Texts {
    /// Those of events, of which nothing belongs to a delivery.
    pub(crate) fn kept() -> Self {
        Self { texts: BTreeSet::new(), around: Vec::new(), is_wrapped_xml: false, has_nulls: true }
    }

    /// Those of a body that is sent to the product of this slug.
    pub(crate) fn sent(product: &str, body: &[u8]) -> Self {
        let text = decoded(body);
        let has = |keys: &[&str]| keys.iter().any(|key| text.contains(key));
        let is_wrapped = product.starts_with("aliyun")
            && has(&["\"Message\"", "\"Messages\"", "<Message>", "<Message ", "<Messages", "TopicName"]);
        let mut around: Vec<&str> = Vec::new();
        match product {
            "tencent-vod" => {
                around.extend(["Sign", "T"]);
                if has(&["EventSet", "eventList"]) {
                    around.extend(OF_ANSWER);
                }
            }
            "tencent-ci" => around.push("Response"),
            _ if is_wrapped => around.extend(OF_MESSAGE),
            _ => {}
        }
        Self { texts: BTreeSet::new(), around, is_wrapped_xml: is_wrapped, has_nulls: false }
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &String> {
        self.texts.iter()
    }

    /// Whether a text is among these, as it is or with a token replaced.
    pub(crate) fn has(&self, text: &str) -> bool {
        let is_redacted = |kept: &String| {
            kept.split_once(REDACTED).is_some_and(|(before, _)| !before.is_empty() && text.starts_with(before))
        };
        self.texts.contains(text) || self.texts.iter().any(is_redacted)
    }

    /// Adds those of JSON, XML, either of them in Base64, or else the text itself.
    pub(crate) fn add(&mut self, bytes: &[u8]) {
        let text = decoded(bytes);
        let is_read = match text.as_bytes().first() {
            Some(b'{' | b'[') => from_str::<&RawValue>(&text).is_ok_and(|json| self.add_json(json).is_ok()),
            Some(b'<') => self.add_xml(&text).is_some(),
            _ => false,
        };
        if !is_read {
            self.insert(&text);
        }
    }

    fn insert(&mut self, text: &str) {
        if !text.trim().is_empty() {
            self.texts.insert(text.to_owned());
        }
    }

    fn add_json(&mut self, json: &RawValue) -> Result<(), serde_json::Error> {
        let text = json.get();
        match text.as_bytes().first() {
            Some(b'{') => {
                for (key, value) in from_str::<Entries<'_>>(text)?.0 {
                    let key = key.trim();
                    let is_around = self.around.contains(&key);
                    if !is_around && (self.has_nulls || value.get() != "null") {
                        self.insert(key);
                    }
                    let is_leaf = !value.get().starts_with(['{', '[']);
                    // What was sent to a queue is a text in its message.
                    let is_sent = matches!(key, "Message" | "MessageBody" | "eventContent");
                    if !is_around || !is_leaf || is_sent {
                        self.add_json(value)?;
                    }
                }
            }
            Some(b'[') => from_str::<Vec<&RawValue>>(text)?.into_iter().try_for_each(|item| self.add_json(item))?,
            Some(b'"') => {
                let text: String = from_str(text)?;
                self.add(text.as_bytes());
            }
            Some(b'n' | b't' | b'f') | None => {}
            Some(_) => self.insert(text),
        }
        Ok(())
    }

    /// Adds the texts of elements and attributes; `None` where it is no XML.
    fn add_xml(&mut self, xml: &str) -> Option<()> {
        let mut reader = Reader::from_str(xml);
        let config = reader.config_mut();
        config.enable_all_checks(true);
        config.expand_empty_elements = true;
        let mut open: Vec<(String, String)> = Vec::new();
        let mut found = Vec::new();
        loop {
            match reader.read_event().ok()? {
                Event::Start(start) => {
                    for attribute in start.attributes().with_checks(false).filter(|_| !self.is_wrapped_xml) {
                        let value = attribute.ok()?.normalized_value(quick_xml::XmlVersion::Implicit1_0).ok()?;
                        found.push(value.into_owned());
                    }
                    open.push((start.name().as_ref().to_owned(), String::new()));
                }
                Event::End(_) => {
                    let (name, text) = open.pop()?;
                    let is_sent = matches!(name.as_str(), "Message" | "MessageBody");
                    if !self.around.contains(&name.as_str()) || is_sent {
                        found.push(text);
                    }
                }
                Event::Text(text) => append(&mut open, &text.xml10_content()),
                Event::CData(text) => append(&mut open, &text.xml10_content()),
                Event::GeneralRef(reference) => append(&mut open, resolve(&reference)?.encode_utf8(&mut [0; 4])),
                Event::DocType(_) => return None,
                Event::Empty(_) | Event::Decl(_) | Event::PI(_) | Event::Comment(_) => {}
                Event::Eof => break,
            }
        }
        found.iter().filter(|text| !text.trim().is_empty()).for_each(|text| self.add(text.as_bytes()));
        Some(())
    }
}

fn append(open: &mut [(String, String)], text: &str) {
    if let Some((_, content)) = open.last_mut() {
        content.push_str(text);
    }
}

fn resolve(reference: &BytesRef<'_>) -> Option<char> {
    if let Ok(Some(character)) = reference.resolve_char_ref() {
        return Some(character);
    }
    let text = quick_xml::escape::resolve_predefined_entity(&reference.xml10_content())?;
    text.chars().next()
}

/// The text, or what stands in it as JSON or XML in Base64.
fn decoded(bytes: &[u8]) -> Cow<'_, str> {
    let text = String::from_utf8_lossy(bytes);
    let plain: Vec<u8> = bytes.iter().copied().filter(|byte| !byte.is_ascii_whitespace()).collect();
    let base64 = STANDARD.decode(plain).ok().and_then(|decoded| String::from_utf8(decoded).ok());
    match base64.filter(|decoded| trimmed(decoded).starts_with(['{', '<'])) {
        Some(decoded) => Cow::Owned(trimmed(&decoded).to_owned()),
        None if trimmed(&text).starts_with(['{', '[', '<']) => Cow::Owned(trimmed(&text).to_owned()),
        None => text,
    }
}

fn trimmed(text: &str) -> &str {
    text.trim_start_matches(|character: char| character == '\u{feff}' || character.is_whitespace()).trim_end()
}

/// The members of an object as they stand, one that is there twice twice.
struct Entries<'a>(Vec<(String, &'a RawValue)>);

impl<'de> serde::Deserialize<'de> for Entries<'de> {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl<'de> serde::de::Visitor<'de> for Visitor {
            type Value = Entries<'de>;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("an object")
            }

            fn visit_map<A: serde::de::MapAccess<'de>>(self, mut object: A) -> Result<Entries<'de>, A::Error> {
                let mut entries = Vec::new();
                while let Some(entry) = object.next_entry()? {
                    entries.push(entry);
                }
                Ok(Entries(entries))
            }
        }
        deserializer.deserialize_map(Visitor)
    }
}
