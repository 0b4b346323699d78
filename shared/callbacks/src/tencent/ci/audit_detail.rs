//! The parts of a content review.

use serde::Deserialize;
use serde_json::Value;

use super::failure;
use super::outputs::named;
use super::results::Parts;
use crate::event::{Output, Role};
use crate::wire::{CamelCase, Decimal, Integer, Many, One, Text, Texts, Time, Unused};

/// What was found of one category, in `camelCase`.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Category {
    /// Error code of the category; 0 on success.
    pub(super) code: Text,
    /// Error message of the category.
    pub(super) msg: Text,
    /// 0 nothing found, 1 found, 2 suspected.
    pub(super) hit_flag: Integer,
    /// 0 to 100. Video and text have `count` instead.
    pub(super) score: Decimal,
    /// What was found, often empty.
    pub(super) label: Text,
    /// What was found within the label.
    sub_label: Unused<Text>,
    /// The category above the label.
    category: Unused<Text>,
    /// How many parts hit.
    count: Unused<Integer>,
    /// Words that were found: a list, or a text.
    keywords: Unused<Texts>,
    /// What is written in the picture.
    ocr_results: Unused<Value>,
    /// What is shown in the picture.
    object_results: Unused<Value>,
    /// What is in the customer's library.
    lib_results: Unused<Value>,
    /// The speaker.
    speaker_results: Unused<Value>,
    /// Sounds that were recognized.
    recognition_results: Unused<Value>,
}

/// Parts of a document or web page, in `camelCase`.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Results {
    /// The parts.
    pub(super) results: Many<CamelCase<Segment>>,
}

/// What a virus detection found in a file and in the files that it holds.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
pub(super) struct DetectDetail {
    /// The files with a virus.
    pub(super) result: Many<DetectResult>,
}

/// A file with a virus.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
pub(super) struct DetectResult {
    /// Name of the file.
    file_name: Unused<Text>,
    /// Name of the virus.
    pub(super) virus_name: Text,
}

/// A picture, a piece of sound, a piece of text, a page; each has some of the fields, in `camelCase`.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Segment {
    /// Where the picture or sound can be fetched.
    url: Unused<Text>,
    /// What is written or said.
    text: Unused<Text>,
    /// When in the video, milliseconds.
    snapshot_time: Unused<Integer>,
    /// Where the sound begins, milliseconds.
    offset_time: Unused<Integer>,
    /// How long the sound is, milliseconds.
    duration: Unused<Integer>,
    /// Where the text begins, bytes.
    start_byte: Unused<Integer>,
    /// Number of the page.
    page_number: Unused<Integer>,
    /// Number of the sheet.
    sheet_number: Unused<Integer>,
    /// The category of what was found.
    pub(super) label: Text,
    /// What was found within the label.
    sub_label: Unused<Text>,
    /// 0 nothing found, 1 found, 2 suspected.
    pub(super) result: Text,
    /// The same, of documents and web pages.
    pub(super) suggestion: Text,
    /// 0 to 100.
    pub(super) score: Decimal,
    /// Pornography.
    porn_info: Unused<Value>,
    /// Terrorism.
    terrorism_info: Unused<Value>,
    /// Terrorism, in older editions.
    terrorist_info: Unused<Value>,
    /// Politics.
    politics_info: Unused<Value>,
    /// Advertising.
    ads_info: Unused<Value>,
    /// Illegal content.
    illegal_info: Unused<Value>,
    /// Abuse.
    abuse_info: Unused<Value>,
    /// Content unsuitable for minors.
    teenager_info: Unused<Value>,
    /// Content against social values.
    value_info: Unused<Value>,
    /// Spam.
    spam_info: Unused<Value>,
    /// Poor image quality.
    quality_info: Unused<Value>,
    /// Meaningless content.
    meaningless_info: Unused<Value>,
    /// Languages that are spoken.
    language_results: Unused<Value>,
}

/// Whose it is, on the customer's lists of users.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
pub(super) struct ListInfo {
    /// The lists that name the user.
    list_results: Many<ListResult>,
}

/// A list that names the user.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
struct ListResult {
    /// 0 of those to let pass, 1 of those to stop.
    list_type: Unused<Integer>,
    /// Name of the list.
    list_name: Unused<Text>,
    /// The entry.
    entity: Unused<Text>,
}

/// The video with what was found masked.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
pub(super) struct MaskInfo {
    /// As a file.
    record_info: One<RecordInfo>,
    /// As a live stream.
    live_info: One<LiveInfo>,
}

/// The masked video as a file.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
struct RecordInfo {
    /// Error code, or `Success`.
    code: Text,
    /// Error message.
    message: Text,
    /// Where the file is.
    output: One<RecordOutput>,
}

/// Where a file is.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
struct RecordOutput {
    /// Bucket.
    bucket: Text,
    /// Region of the bucket.
    region: Text,
    /// Name of the file.
    object: Text,
}

/// The masked video as a live stream.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
struct LiveInfo {
    /// When it began.
    start_time: Unused<Time>,
    /// When it ended.
    end_time: Unused<Time>,
    /// Where it was sent.
    output: Unused<Text>,
}

impl Category {
    pub(super) fn has_hit(&self) -> bool {
        self.hit_flag.get().is_some_and(|flag| flag != 0)
    }
}

impl MaskInfo {
    /// Counts the file as a part.
    pub(super) fn count(&self, parts: &mut Parts) {
        if let Some(record) = self.record_info.as_ref() {
            parts.add(&Text(None), &record.code, &record.message);
            parts.add_made();
        }
    }

    pub(super) fn output(self) -> Option<Output> {
        let record = self.record_info.or_default();
        if failure(record.code, record.message).code.is_some() {
            return None;
        }
        let place = record.output.or_default();
        let output = named(place.object, Role::Video)?;
        Some(Output { bucket: place.bucket.0, region: place.region.0, ..output })
    }
}
