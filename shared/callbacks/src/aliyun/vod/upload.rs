//! Files that arrived: by upload, or fetched from a URL.

use serde::Deserialize;

use super::{Body, Head};
use crate::aliyun::role_of;
use crate::event::{Media, Outcome, Output, Role};
use crate::facts::{Facts, made};
use crate::wire::{Integer, Text, Unused};

/// Body of `FileUploadComplete`, `ImageUploadComplete` and `AttachedMediaUploadComplete`.
///
/// The vendor cannot tell an upload that failed from one that pauses: "no notification is sent in the event an upload fails".
/// So the event says that a file is there. The table of `FileUploadComplete` has no `Status`, real events have `success`.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
pub(super) struct FileUpload {
    /// Size in bytes; a number.
    size: Integer,
    /// Where the file lies. Of `FileUploadComplete`.
    file_url: Text,
    /// The same of the other two.
    #[serde(rename = "FileURL")]
    file_url_capital: Text,
}

/// Body of `UploadByURLComplete`: a job fetched a file. Where it failed there is no `VideoId`.
///
/// The name stands for two events: a video was fetched, or a stream of one, which has `FileType` and `StreamFileURL`.
///
/// <https://www.alibabacloud.com/help/en/vod/user-guide/uploadbyurlcomplete>. In its examples of a video the keys `SourceURL`,
/// `ErrorCode` and `ErrorMessage` end in a blank.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
pub(super) struct UrlUpload {
    /// Where the file was fetched from.
    #[serde(rename = "SourceURL")]
    source_url: Text,
    /// Size in bytes; digits in a string. Not in the table.
    size: Integer,
    /// `Stream`. Only of a stream.
    file_type: Unused<Text>,
    /// Where the stream's file lies. Only of a stream.
    #[serde(rename = "StreamFileURL")]
    stream_file_url: Text,
}

impl Body for FileUpload {
    fn facts(self, head: &Head) -> Facts {
        Facts {
            outcome: head.stated_outcome().unwrap_or(Outcome::Succeeded),
            media: Media {
                url: self.file_url.or(self.file_url_capital).0,
                size: self.size.count(),
                ..Media::default()
            },
            ..Facts::default()
        }
    }
}

impl Body for UrlUpload {
    fn facts(self, head: &Head) -> Facts {
        let outcome = head.outcome();
        let stream = self.stream_file_url.0.map(|url| Output {
            role: role_of(&url, Role::Video),
            url: Some(url),
            ..Output::default()
        });
        Facts {
            outcome,
            media: Media { url: self.source_url.0, size: self.size.count(), ..Media::default() },
            outputs: made(outcome, stream),
            ..Facts::default()
        }
    }
}
