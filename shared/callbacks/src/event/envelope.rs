//! The envelope that a consumer routes on: an event of `CloudEvents` 1.0 in structured mode.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use base64::Engine;
use base64::display::Base64Display;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::de::{Deserializer, Error};
use serde::{Deserialize, Serialize, Serializer};
use serde_with::skip_serializing_none;
use sha2::{Digest, Sha256};

use super::{Confirmation, Kind, MediaEvent, Origin, Outcome};
use crate::Product;

/// Version of the `CloudEvents` specification that the envelope follows.
pub const SPEC_VERSION: &str = "1.0";

/// Names the schema of [`MediaEvent`]; the number is the model's major version.
pub const DATA_SCHEMA: &str = "urn:mediahook:event:1";

/// A header that marks a callback as a test's, with the value `true`. It is read only of what is authentic.
pub const TEST_HEADER: &str = "x-mediahook-test";

/// Media type of an event's data.
const JSON: &str = "application/json";
/// Media type of a body that could not be read.
const BYTES: &str = "application/octet-stream";

/// One event. Its JSON is that of `CloudEvents`, structured mode.
#[derive(Debug, Clone)]
pub struct CloudEvent {
    /// 32 lower-case hex digits made from the event's content, so that a redelivery has the same id.
    pub id: String,
    /// Whose event it is; `/aliyun/vod` and the like in JSON.
    pub source: Product,
    /// What consumers route on.
    pub r#type: EventType,
    /// The media that the event is about (its id, else `bucket/object`); where there is none, the job's id, else the id of the
    /// only file that was made.
    pub subject: Option<String>,
    /// When it happened: the vendor's event time, else its finish time, else the time of receipt.
    pub time: Timestamp,
    /// The vendor's own name of the event, verbatim; `TaskFinish/<Tag>` for a Cloud Infinite job.
    pub vendorevent: Option<String>,
    /// Whether it is a test's, and not of a callback that the vendor sent.
    pub test: bool,
    /// What the vendor's API says of it; `None` where nobody asked.
    pub confirmation: Option<Confirmation>,
    /// How it came; `None` where nobody looks for what is missing.
    pub origin: Option<Origin>,
    /// What this end of a job is known by, with its outcome: events with the same are one, whatever their ids. `None` where
    /// the id alone counts.
    pub jobend: Option<String>,
    /// What the event carries.
    pub content: Content,
}

/// What an event carries.
#[derive(Debug, Clone)]
pub enum Content {
    /// The normalised event.
    Read(Box<MediaEvent>),
    /// A body that could not be read.
    Unreadable {
        /// Why, with a place in the body.
        reason: String,
        /// The body as it came.
        body: Vec<u8>,
    },
    /// A reference to either of them: what is too large to travel whole is stored elsewhere.
    Elsewhere {
        /// Where it is: `s3://<bucket>/<key>`.
        dataref: String,
        /// Why the body that is there could not be read; `None` where a normalised event is there.
        unreadable: Option<String>,
    },
}

/// The type of an event: `media.<kind>.<outcome>`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct EventType {
    /// What the event is about.
    pub kind: Kind,
    /// How that ended.
    pub outcome: Outcome,
}

/// The text is not the type of an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected `media.<kind>.<outcome>`")]
pub struct UnknownEventType;

impl CloudEvent {
    /// The normalised event, where this one carries it.
    #[must_use]
    pub fn data(&self) -> Option<&MediaEvent> {
        match &self.content {
            Content::Read(data) => Some(data),
            Content::Unreadable { .. } | Content::Elsewhere { .. } => None,
        }
    }

    /// The normalised event, where this one carries it.
    #[must_use]
    pub fn into_data(self) -> Option<MediaEvent> {
        match self.content {
            Content::Read(data) => Some(*data),
            Content::Unreadable { .. } | Content::Elsewhere { .. } => None,
        }
    }

    /// Why the body could not be read, with a field path or byte offset. Only of unreadable events.
    #[must_use]
    pub fn unreadable(&self) -> Option<&str> {
        match &self.content {
            Content::Read(_) => None,
            Content::Unreadable { reason, .. } => Some(reason),
            Content::Elsewhere { unreadable, .. } => unreadable.as_deref(),
        }
    }

    /// The event with a reference in place of what it carries.
    #[must_use]
    pub fn referring_to(&self, dataref: String) -> Self {
        let unreadable = self.unreadable().map(str::to_owned);
        Self {
            id: self.id.clone(),
            source: self.source,
            r#type: self.r#type,
            subject: self.subject.clone(),
            time: self.time,
            vendorevent: self.vendorevent.clone(),
            test: self.test,
            confirmation: self.confirmation,
            origin: self.origin,
            jobend: self.jobend.clone(),
            content: Content::Elsewhere { dataref, unreadable },
        }
    }

    /// The same event as a test's. It has another id: a test never makes the event that it imitates a duplicate.
    #[must_use]
    pub fn into_test(self) -> Self {
        let digest = Sha256::new().chain_update("test\n").chain_update(&self.id).finalize();
        let id = base16ct::lower::encode_string(digest.get(..16).unwrap_or(&digest));
        Self { id, test: true, ..self }
    }

    /// Media type of what the event carries or refers to.
    #[must_use]
    pub fn datacontenttype(&self) -> &'static str {
        if self.unreadable().is_some() { BYTES } else { JSON }
    }
}

impl fmt::Display for EventType {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "media.{}.{}", self.kind, self.outcome)
    }
}

impl FromStr for EventType {
    type Err = UnknownEventType;

    fn from_str(text: &str) -> Result<Self, UnknownEventType> {
        let words = text.strip_prefix("media.").and_then(|words| words.split_once('.'));
        let (kind, outcome) = words.ok_or(UnknownEventType)?;
        match (Kind::of_word(kind), Outcome::of_word(outcome)) {
            (Some(kind), Some(outcome)) => Ok(Self { kind, outcome }),
            _ => Err(UnknownEventType),
        }
    }
}

impl PartialEq<&str> for EventType {
    fn eq(&self, text: &&str) -> bool {
        text.parse() == Ok(*self)
    }
}

/// The members of an event's JSON. Of its last four, an event has those that its content allows.
#[skip_serializing_none]
#[derive(Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "CloudEvent")]
struct Members<'e> {
    /// Version of the `CloudEvents` specification: `1.0`.
    #[schemars(extend("const" = "1.0"))]
    specversion: Cow<'e, str>,
    /// 32 lower-case hex digits made from the event's content, so that a redelivery has the same id.
    #[schemars(regex(pattern = "^[0-9a-f]{32}$"))]
    id: Cow<'e, str>,
    /// Who sent it: `/aliyun/vod`, `/aliyun/ims`, `/tencent/vod` or `/tencent/ci`.
    #[schemars(extend("enum" = ["/aliyun/vod", "/aliyun/ims", "/tencent/ci", "/tencent/vod"]))]
    source: Cow<'e, str>,
    /// `media.<kind>.<outcome>`.
    #[schemars(regex(pattern = "^media\\.[a-z]+\\.[a-z]+$"))]
    r#type: Cow<'e, str>,
    /// The media that the event is about (its id, else `bucket/object`); where there is none, the job's id, else the id of the
    /// only file that was made.
    subject: Option<Cow<'e, str>>,
    /// When it happened: the vendor's event time, else its finish time, else the time of receipt.
    time: Timestamp,
    /// `application/json`, or `application/octet-stream` for an unreadable body.
    #[schemars(extend("enum" = ["application/json", "application/octet-stream"]))]
    datacontenttype: Cow<'e, str>,
    /// Names the schema of `data`: `urn:mediahook:event:1`, with the model's major version. Absent for an unreadable body.
    #[schemars(extend("const" = "urn:mediahook:event:1"))]
    dataschema: Option<Cow<'e, str>>,
    /// The vendor's own name of the event, verbatim; `TaskFinish/<Tag>` for a Cloud Infinite job.
    vendorevent: Option<Cow<'e, str>>,
    /// `true` on the event of a test, as `mediahook send` makes it; absent on all others.
    #[schemars(extend("const" = true))]
    mediahooktest: Option<bool>,
    /// What the vendor's own API says of the event. Absent where nobody asked: that is a setting of the stack.
    confirmation: Option<Confirmation>,
    /// How the event came. Absent where the stack does not look for events that are missing: that is a setting of it.
    origin: Option<Origin>,
    /// What the vendor knows the end of the job by, with its outcome: `tencent-vod/task/<id>/succeeded`. Events with the same
    /// are one, whatever their ids, and published once. Only where the stack looks for events that are missing.
    jobend: Option<Cow<'e, str>>,
    /// Why the body could not be read, with a field path or byte offset. Only on unreadable events.
    unreadable: Option<Cow<'e, str>>,
    /// Where the data is, for an event that is too large to travel whole: `s3://<bucket>/<key>`. What is there is `data` as
    /// JSON, or the bytes that `data_base64` would encode; the event has neither of them then.
    ///
    /// The `dataref` extension of CloudEvents:
    /// <https://github.com/cloudevents/spec/blob/main/cloudevents/extensions/dataref.md>
    dataref: Option<Cow<'e, str>>,
    /// The normalised event; absent for an unreadable body, and where `dataref` says where it is.
    data: Option<Cow<'e, MediaEvent>>,
    /// The body as it came, Base64. Only on unreadable events, and not where `dataref` says where it is.
    #[schemars(with = "Option<String>")]
    data_base64: Option<Bytes<'e>>,
}

/// Bytes that are Base64 in JSON.
struct Bytes<'e>(Cow<'e, [u8]>);

impl Serialize for Bytes<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&Base64Display::new(&self.0, &STANDARD))
    }
}

impl<'de> Deserialize<'de> for Bytes<'_> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Cow::<'_, str>::deserialize(deserializer)?;
        STANDARD.decode(&*text).map(|bytes| Self(bytes.into())).map_err(D::Error::custom)
    }
}

impl Serialize for CloudEvent {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let (mut dataref, mut data, mut data_base64) = (None, None, None);
        match &self.content {
            Content::Read(event) => data = Some(Cow::Borrowed(&**event)),
            Content::Unreadable { body, .. } => data_base64 = Some(Bytes(body.as_slice().into())),
            Content::Elsewhere { dataref: place, .. } => dataref = Some(place.into()),
        }
        let unreadable = self.unreadable();
        let members = Members {
            specversion: SPEC_VERSION.into(),
            id: (&self.id).into(),
            source: self.source.source().into(),
            r#type: self.r#type.to_string().into(),
            subject: self.subject.as_ref().map(Cow::from),
            time: self.time,
            datacontenttype: self.datacontenttype().into(),
            dataschema: unreadable.is_none().then_some(DATA_SCHEMA.into()),
            vendorevent: self.vendorevent.as_ref().map(Cow::from),
            mediahooktest: self.test.then_some(true),
            confirmation: self.confirmation,
            origin: self.origin,
            jobend: self.jobend.as_ref().map(Cow::from),
            unreadable: unreadable.map(Cow::from),
            dataref,
            data,
            data_base64,
        };
        members.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for CloudEvent {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let members = Members::deserialize(deserializer)?;
        let unreadable = members.unreadable.map(Cow::into_owned);
        let content = match (members.data, members.data_base64, members.dataref) {
            (Some(data), None, None) if unreadable.is_none() => Content::Read(Box::new(data.into_owned())),
            (None, Some(Bytes(body)), None) => {
                let reason = unreadable.ok_or_else(|| D::Error::missing_field("unreadable"))?;
                Content::Unreadable { reason, body: body.into_owned() }
            }
            (None, None, Some(dataref)) => Content::Elsewhere { dataref: dataref.into_owned(), unreadable },
            _ => return Err(D::Error::custom("expected data, data_base64 with unreadable, or dataref")),
        };
        Ok(Self {
            id: members.id.into_owned(),
            source: Product::of_source(&members.source).ok_or_else(|| D::Error::custom("unknown source"))?,
            r#type: members.r#type.parse().map_err(D::Error::custom)?,
            subject: members.subject.map(Cow::into_owned),
            time: members.time,
            vendorevent: members.vendorevent.map(Cow::into_owned),
            test: members.mediahooktest == Some(true),
            confirmation: members.confirmation,
            origin: members.origin,
            jobend: members.jobend.map(Cow::into_owned),
            content,
        })
    }
}

impl JsonSchema for CloudEvent {
    fn schema_name() -> Cow<'static, str> {
        Members::schema_name()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        Members::json_schema(generator)
    }
}
