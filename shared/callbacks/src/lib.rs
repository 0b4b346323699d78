//! Parses the callbacks of media services: bytes in, events out, no I/O.
//!
//! [`decode()`] takes the body of a callback and gives one [`CloudEvent`] for each event in it, [`decode_pulled`] a message of a
//! vendor's queue. Neither ever fails: what cannot be read becomes an event of kind [`Kind::Unreadable`], what is not known one of
//! kind [`Kind::Unknown`], so that nothing is lost. [`auth`] tells whether a request is the vendor's.
//!
//! ```
//! use callbacks::{Product, decode};
//!
//! let body = br#"{"EventType":"FileUploadComplete","UserId":1,"EventTime":"2022-07-15T08:48:14Z",
//!                 "MessageBody":{"Status":"Success","MediaId":"c321b3a0041a71eda1590674a2ce0001"}}"#;
//! let events = decode(Product::AliyunIms, body, "2022-07-15T08:48:15Z".parse()?);
//! assert_eq!(events[0].r#type, "media.upload.succeeded");
//! assert_eq!(events[0].subject.as_deref(), Some("c321b3a0041a71eda1590674a2ce0001"));
//! # Ok::<(), jiff::Error>(())
//! ```
//!
//! Inside, a body is brought into one JSON text (`body`), which is scanned once (`json`). The product's `Vendor` takes it apart
//! and reads its typed structs, which never leave its module, into `facts`. What no struct has read is looked at by `unknown`.
//! `decode` makes the event of that.
//!
//! What always holds: no I/O, no clock, no panic; everything that was posted is in an event; memory is linear in the body
//! (`budget`); nothing of a body is in an error.

mod aliyun;
pub mod auth;
mod body;
mod budget;
mod decode;
mod event;
mod facts;
mod json;
mod key;
mod product;
mod recognise;
mod redact;
mod schema;
mod status;
mod tencent;
mod unknown;
mod unreadable;
mod urls;
mod vendor;
mod vendors;
mod wire;

#[cfg(test)]
mod tests;

pub use decode::{decode, decode_pulled};
pub use event::{
    CloudEvent, Confirmation, Content, DATA_SCHEMA, EventType, Failure, Job, Kind, Media, MediaEvent, Origin, Outcome,
    Output, Review, Role, SPEC_VERSION, Step, TEST_HEADER, Verdict, Workflow,
};
pub use key::NaturalKey;
pub use product::{Product, UnknownProduct};
pub use recognise::{Recognised, recognise};
pub use redact::redact;
pub use schema::{CLOUD_EVENT_SCHEMA, cloud_event_schema, event_schema};
pub use vendors::{is_deprecated, kinds};
