//! What is measured of the parsing crate: decoding a body and writing its events as JSON, beside what anybody who reads the same
//! bytes has to do.

use std::hint::black_box;
use std::io;
use std::path::{Path, PathBuf};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use callbacks::Product;
use jiff::Timestamp;
use quick_xml::Reader;
use quick_xml::events::Event;
use serde::de::IgnoredAny;

/// Typical callbacks of each product, by the names of their requests in `events/`: small ones, the most frequent, large ones.
pub const SAMPLES: &[(Product, &str)] = &[
    (Product::AliyunVod, "file-upload-complete"),
    (Product::AliyunVod, "transcode-complete"),
    (Product::AliyunVod, "ai-media-audit-complete"),
    (Product::AliyunVod, "workflow-task-complete-full"),
    (Product::AliyunIms, "file-upload-complete"),
    (Product::AliyunIms, "transcode-complete-with-audio"),
    (Product::AliyunIms, "media-convert-output-complete"),
    (Product::TencentCi, "review-video-detail"),
    (Product::TencentCi, "task-finish-transcode"),
    (Product::TencentCi, "task-finish-transcode-xml"),
    (Product::TencentCi, "workflow-finish-xml"),
    (Product::TencentCi, "task-finish-video-tag-xml"),
    (Product::TencentVod, "new-file-upload"),
    (Product::TencentVod, "procedure-state-changed"),
    (Product::TencentVod, "compose-media-complete"),
];

/// The body of a callback.
#[derive(Debug, Clone)]
pub struct Body {
    /// Whose callback it is.
    pub product: Product,
    /// What it is called in tables.
    pub name: String,
    /// What the vendor posts.
    pub bytes: Vec<u8>,
}

impl Body {
    /// Whether it is XML.
    #[must_use]
    pub fn is_xml(&self) -> bool {
        self.bytes.starts_with(b"<")
    }

    /// Decodes it and writes its events as JSON, as the functions do. Bytes of that JSON.
    #[must_use]
    pub fn decode_and_encode(&self) -> usize {
        let events = callbacks::decode(self.product, black_box(&self.bytes), Timestamp::UNIX_EPOCH);
        let encode = |event| serde_json::to_vec(event).map_or(0, |json| black_box(json).len());
        events.iter().map(encode).sum()
    }

    /// Reads it without keeping anything: the JSON's tokens, or the XML's events. Whether it is well formed.
    #[must_use]
    pub fn tokenise(&self) -> bool {
        if !self.is_xml() {
            return serde_json::from_slice::<IgnoredAny>(black_box(&self.bytes)).is_ok();
        }
        let Ok(text) = std::str::from_utf8(black_box(&self.bytes)) else { return false };
        let mut reader = Reader::from_str(text);
        loop {
            match reader.read_event() {
                Ok(Event::Eof) => return true,
                Ok(event) => drop(black_box(event)),
                Err(_) => return false,
            }
        }
    }

    /// Reads it into a tree of values. Whether it is JSON.
    #[must_use]
    pub fn to_value(&self) -> bool {
        serde_json::from_slice::<serde_json::Value>(black_box(&self.bytes))
            .is_ok_and(|value| black_box(value).is_object())
    }
}

/// The bodies of [`SAMPLES`].
///
/// # Errors
/// A request in `events/` that cannot be read.
pub fn samples() -> io::Result<Vec<Body>> {
    SAMPLES.iter().map(|(product, name)| sample(*product, name)).collect()
}

fn sample(product: Product, name: &str) -> io::Result<Body> {
    let path = root().join("events").join(product.slug()).join(name).with_extension("json");
    let request: serde_json::Value = serde_json::from_slice(&std::fs::read(path)?)?;
    let body = request.get("body").and_then(serde_json::Value::as_str).unwrap_or_default();
    let is_base64 = request.get("isBase64Encoded") == Some(&serde_json::Value::Bool(true));
    let bytes = if is_base64 { STANDARD.decode(body).map_err(io::Error::other)? } else { body.as_bytes().to_vec() };
    Ok(Body { product, name: name.to_owned(), bytes })
}

/// A callback that can have any number of parts.
#[derive(Debug, Clone, Copy)]
pub struct Shape {
    /// What it is called in tables.
    pub name: &'static str,
    /// Whose callback it is.
    pub product: Product,
    head: &'static str,
    part: &'static str,
    tail: &'static str,
}

/// Streams of a transcode.
pub const ALIYUN_VOD: Shape = Shape {
    name: "Alibaba Cloud VOD, JSON",
    product: Product::AliyunVod,
    head: r#"{"EventTime":"2022-06-23T13:11:33Z","EventType":"TranscodeComplete","Status":"success","VideoId":"71151b80f2d471ecb21b472190a97c1d","StreamInfos":["#,
    part: r#"{"Status":"success","Bitrate":"1100","Definition":"HD","Duration":"12.34","Encrypt":false,"FileUrl":"http://media.example.com/71151b80/video-hd.mp4","Format":"mp4","Fps":"25","Height":"720","Size":"1697112","Width":"1280","JobId":"0bd5d1b0f2d471ecb21b472190a97c1d"}"#,
    tail: "]}",
};

/// Sub-tasks of a task flow.
pub const TENCENT_VOD: Shape = Shape {
    name: "Tencent Cloud VOD, JSON",
    product: Product::TencentVod,
    head: r#"{"EventType":"ProcedureStateChanged","ProcedureStateChangeEvent":{"TaskId":"t","Status":"FINISH","FileId":"f","MediaProcessResultSet":["#,
    part: r#"{"Type":"Transcode","TranscodeTask":{"Status":"SUCCESS","ErrCode":0,"Message":"SUCCESS","Input":{"Definition":20},"Output":{"Url":"https://media.example.com/0123456789/video.f20.mp4","Size":4189073,"Bitrate":872840,"Height":480,"Width":640,"Duration":38.4,"Container":"mov,mp4"}}}"#,
    tail: "]}}",
};

/// Tasks of a workflow, XML.
pub const TENCENT_CI: Shape = Shape {
    name: "Cloud Infinite, XML",
    product: Product::TencentCi,
    head: "<Response><EventName>WorkflowFinish</EventName><WorkflowExecution><RunId>i1</RunId><State>Success</State>",
    part: "<Tasks><Type>Transcode</Type><CreateTime>2022-08-09T14:54:18+0800</CreateTime><EndTime>2022-08-09T14:54:39+0800</EndTime><State>Success</State><JobId>j168668b217b011ed8efb27bb229e2d11</JobId><Name>Transcode_1581665960537</Name></Tasks>",
    tail: "</WorkflowExecution></Response>",
};

/// Callbacks that can have any number of parts.
pub const SHAPES: [Shape; 3] = [ALIYUN_VOD, TENCENT_VOD, TENCENT_CI];

impl Shape {
    /// The callback with so many parts.
    #[must_use]
    pub fn body(&self, parts: usize) -> Body {
        let separator = if self.head.starts_with('{') { "," } else { "" };
        let bytes = format!("{}{}{}", self.head, vec![self.part; parts].join(separator), self.tail).into_bytes();
        Body { product: self.product, name: self.name.to_owned(), bytes }
    }

    /// How many parts make about so many bytes.
    #[must_use]
    pub fn parts(&self, length: usize) -> usize {
        (length.saturating_sub(self.head.len() + self.tail.len()) / (self.part.len() + 1)).max(1)
    }

    /// The callback of about so many bytes.
    #[must_use]
    pub fn of_length(&self, length: usize) -> Body {
        self.body(self.parts(length))
    }
}

/// The folder of the checkout.
fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}
