//! From what a vendor module found out to the event that a consumer receives.

use std::borrow::Cow;
use std::fmt::Write;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use serde_json::value::RawValue;
use sha2::{Digest, Sha256};

use crate::body::{self, Unreadable, json};
use crate::event::{
    CloudEvent, DATA_SCHEMA, Failure, Job, Kind, Media, MediaEvent, Outcome, Output, Review, SPEC_VERSION, Step,
    Workflow, non_empty,
};
use crate::{Product, aliyun, tencent};

/// Members of a vendor event that belong to its delivery and not to the event: Tencent VOD's signature and its expiry, the
/// handle of a pulled event, and the id of the request that carried it.
const DELIVERY: &[&str] = &["Sign", "T", "EventHandle", "RequestId"];

/// How many events a body may hold. The vendors' own limit for a pull response is 16.
pub(crate) const MAX_EVENTS: usize = 10_000;

/// # Errors
/// [`Unreadable::TooMany`] for more than `limit`.
pub(crate) fn at_most(limit: usize, events: usize) -> Result<(), Unreadable> {
    if events > limit { Err(Unreadable::TooMany { limit }) } else { Ok(()) }
}

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

/// One vendor event in a body.
pub(crate) struct Part<'a> {
    pub(crate) json: Cow<'a, str>,
    pub(crate) handle: Option<String>,
    /// The body holds nothing else.
    pub(crate) is_whole: bool,
}

impl<'a> Part<'a> {
    pub(crate) fn whole(json: Cow<'a, str>) -> Self {
        Self { json, handle: None, is_whole: true }
    }
}

/// What a vendor module found out about one event. What it leaves at the default is absent from the event.
#[derive(Debug, Default)]
pub(crate) struct Facts {
    /// The vendor's name of the event.
    pub(crate) name: Option<String>,
    pub(crate) kind: Kind,
    pub(crate) outcome: Outcome,
    pub(crate) status: Option<String>,
    pub(crate) account: Option<String>,
    /// When it happened, as the vendor says.
    pub(crate) time: Option<Timestamp>,
    pub(crate) media: Media,
    pub(crate) job: Job,
    pub(crate) workflow: Workflow,
    pub(crate) steps: Vec<Step>,
    pub(crate) outputs: Vec<Output>,
    pub(crate) review: Review,
    /// Counts only where something failed: vendors send a code, even an error's, along with success.
    pub(crate) error: Failure,
    pub(crate) user_data: Option<Box<RawValue>>,
}

impl Facts {
    fn into_event(self, product: Product, vendor: Box<RawValue>) -> MediaEvent {
        let mut event = MediaEvent::new(product);
        event.event = self.name;
        event.kind = self.kind;
        event.outcome = self.outcome;
        event.status = self.status;
        event.account = self.account;
        event.media = non_empty(self.media);
        event.job = non_empty(self.job);
        event.workflow = non_empty(self.workflow);
        event.steps = self.steps;
        event.outputs = self.outputs;
        event.review = non_empty(self.review);
        event.error = failure(self.outcome, self.error);
        event.user_data = self.user_data;
        event.vendor = Some(vendor);
        event
    }
}

/// The error of something with this outcome: none where nothing failed, whatever the vendor sent along.
pub(crate) fn failure(outcome: Outcome, error: Failure) -> Option<Failure> {
    match outcome {
        Outcome::Succeeded | Outcome::Running => None,
        Outcome::Failed | Outcome::Partial | Outcome::Canceled | Outcome::Unknown => non_empty(error),
    }
}

/// The files of something with this outcome: none where none were made, whatever the vendor said would be.
pub(crate) fn made(outcome: Outcome, outputs: impl IntoIterator<Item = Output>) -> Vec<Output> {
    match outcome {
        Outcome::Succeeded | Outcome::Partial => outputs.into_iter().collect(),
        Outcome::Failed | Outcome::Canceled | Outcome::Running | Outcome::Unknown => Vec::new(),
    }
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
    let vendor = RawValue::from_string(json::compact(text))
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
    let event = CloudEvent {
        specversion: SPEC_VERSION.to_owned(),
        id: id(product, body),
        source: product.source().to_owned(),
        r#type: event_type(Kind::Unreadable, Outcome::Unknown),
        subject: None,
        time: received,
        datacontenttype: "application/octet-stream".to_owned(),
        dataschema: None,
        vendorevent: None,
        unreadable: Some(error.to_string()),
        data: None,
        data_base64: Some(STANDARD.encode(body)),
    };
    Decoded { event, handle }
}

/// Whether a text may be a CloudEvents attribute: control characters may not be in one.
fn is_attribute(text: &str) -> bool {
    !text.contains(char::is_control)
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
    hash.finalize().iter().take(16).fold(String::with_capacity(32), |mut id, byte| {
        // Writing to a string does not fail.
        write!(id, "{byte:02x}").unwrap_or_default();
        id
    })
}
