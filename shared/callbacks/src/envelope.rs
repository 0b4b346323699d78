//! From a body to the events that a consumer receives.

use std::borrow::Cow;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use serde_json::value::RawValue;
use sha2::{Digest, Sha256};

use crate::body::{self, Unreadable, json};
use crate::event::{CloudEvent, DATA_SCHEMA, Kind, Outcome, SPEC_VERSION};
use crate::facts::Part;
use crate::{Product, aliyun, tencent};

/// Members of a vendor event that belong to its delivery and not to the event: Tencent VOD's signature and its expiry, the
/// handle of a pulled event, and the id of the request that carried it.
const DELIVERY: &[&str] = &["Sign", "T", "EventHandle", "RequestId"];
/// Of these, what authenticates any callback until it expires. It is handed on to nobody.
const SIGNATURE: &[&str] = &["Sign", "T"];

/// One event of a callback.
#[derive(Debug, Clone)]
pub struct Decoded {
    /// The event to hand on.
    pub event: CloudEvent,
    /// What confirms a pulled event at the vendor (Tencent VOD's `EventHandle`). It is no part of the event.
    pub handle: Option<String>,
}

/// Turns the body of a callback, or of a pull response, into its events.
///
/// `received` is the time of an event to which the vendor gave none. A pull response that holds no event gives none; every
/// other body gives at least one, unreadable ones included.
#[must_use]
pub fn decode(product: Product, body: &[u8], received: Timestamp) -> Vec<Decoded> {
    let parts = match body::to_json(body).and_then(|text| split(product, text)) {
        Ok(parts) => parts,
        Err(error) => return vec![unreadable(product, body, &error, None, received)],
    };
    parts
        .into_iter()
        .map(|part| match read(product, &part.json, received) {
            Ok(event) => Decoded { event, handle: part.handle },
            // A part of a larger body stands for itself; a body of one part is given as it came.
            Err(error) if part.is_whole => unreadable(product, body, &error, part.handle, received),
            Err(error) => unreadable(product, part.json.as_bytes(), &error, part.handle, received),
        })
        .collect()
}

/// The vendor events that a body holds.
fn split(product: Product, json: Cow<'_, str>) -> Result<Vec<Part<'_>>, Unreadable> {
    match product {
        Product::AliyunVod | Product::AliyunIms => aliyun::mns::split(json),
        Product::TencentCi => tencent::ci::split(json),
        Product::TencentVod => tencent::vod::split(json),
    }
}

fn read(product: Product, text: &str, received: Timestamp) -> Result<CloudEvent, Unreadable> {
    let canonical = json::canonical_without(text, DELIVERY)?;
    if !canonical.starts_with('{') {
        return Err(Unreadable::NotAnObject { found: body::what(&canonical) });
    }
    let (product, facts) = match product {
        Product::AliyunVod | Product::AliyunIms => aliyun::read(product, &canonical)?,
        Product::TencentCi => (product, tencent::ci::read(&canonical)?),
        Product::TencentVod => (product, tencent::vod::read(&canonical)?),
    };
    let vendor = match product {
        Product::TencentVod => json::compact_without(text, SIGNATURE).unwrap_or_default(),
        Product::AliyunVod | Product::AliyunIms | Product::TencentCi => json::compact(text),
    };
    let vendor = RawValue::from_string(vendor)
        .map_err(|error| Unreadable::Json { offset: error.column(), problem: "broken JSON".to_owned() })?;
    let time = facts.time.or(facts.job.finished_at).unwrap_or(received);
    let data = facts.into_event(product, vendor);
    Ok(CloudEvent {
        specversion: SPEC_VERSION.to_owned(),
        id: id(product, canonical.as_bytes()),
        source: product.source().to_owned(),
        r#type: event_type(data.kind, data.outcome),
        subject: data.subject().filter(|subject| is_attribute(subject)),
        time,
        datacontenttype: "application/json".to_owned(),
        dataschema: Some(DATA_SCHEMA.to_owned()),
        vendorevent: data.event.clone().filter(|name| is_attribute(name)),
        unreadable: None,
        dataref: None,
        data: Some(data),
        data_base64: None,
    })
}

fn unreadable(
    product: Product,
    body: &[u8],
    error: &Unreadable,
    handle: Option<String>,
    received: Timestamp,
) -> Decoded {
    let body = without_delivery(product, body);
    let event = CloudEvent {
        specversion: SPEC_VERSION.to_owned(),
        id: id(product, &body),
        source: product.source().to_owned(),
        r#type: event_type(Kind::Unreadable, Outcome::Unknown),
        subject: None,
        time: received,
        datacontenttype: "application/octet-stream".to_owned(),
        dataschema: None,
        vendorevent: None,
        unreadable: Some(error.to_string()),
        dataref: None,
        data: None,
        data_base64: Some(STANDARD.encode(body)),
    };
    Decoded { event, handle }
}

/// An unreadable body as it came, but for the members that belong to its delivery, where it is an object that has some: a
/// redelivery has the same id, and a signature goes nowhere.
fn without_delivery(product: Product, body: &[u8]) -> Cow<'_, [u8]> {
    let text = std::str::from_utf8(body).unwrap_or_default().trim_start_matches('\u{feff}');
    match json::compact_without(text, DELIVERY) {
        Some(without)
            if product == Product::TencentVod && json::compact_without(text, &[]).as_ref() != Some(&without) =>
        {
            Cow::Owned(without.into_bytes())
        }
        _ => Cow::Borrowed(body),
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

fn event_type(kind: Kind, outcome: Outcome) -> String {
    format!("media.{kind}.{outcome}")
}

/// The first 128 bits of SHA-256 over the product's slug, a line feed, and the event in canonical form.
fn id(product: Product, event: &[u8]) -> String {
    let mut hash = Sha256::new();
    hash.update(product.slug());
    hash.update(b"\n");
    hash.update(event);
    let digest = hash.finalize();
    base16ct::lower::encode_string(digest.get(..16).unwrap_or(&digest))
}
