//! Parses the callbacks of media services: bytes in, events out, no I/O.
//!
//! [`decode`] takes the body of a callback, or of a pull response, and gives one [`CloudEvent`] for each event in it. It
//! never fails: what cannot be read becomes an event of kind [`Kind::Unreadable`], what is not known one of kind
//! [`Kind::Unknown`], so that nothing is lost.
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
//! Inside, a body takes three steps. `body` brings JSON and XML into one canonical JSON text. A vendor's module (`aliyun`,
//! `tencent`) reads that text into its typed structs, which never leave it, and maps them to `facts`. `envelope` makes
//! of those a [`MediaEvent`], and adds what a consumer routes on.

mod aliyun;
pub mod auth;
mod body;
mod budget;
mod decode;
mod event;
mod facts;
mod json;
mod product;
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
    CloudEvent, Content, DATA_SCHEMA, EventType, Failure, Job, Kind, Media, MediaEvent, Outcome, Output, Review, Role,
    SPEC_VERSION, Step, Verdict, Workflow,
};
pub use product::{Product, UnknownProduct};
pub use redact::redact;
pub use schema::{CLOUD_EVENT_SCHEMA, cloud_event_schema, event_schema};
pub use vendors::kinds;
