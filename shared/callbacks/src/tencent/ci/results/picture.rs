//! Results on pictures.

use serde::Deserialize;
use serde_json::Value;

use super::super::media_info::Properties;
use super::super::outputs::named;
use super::Parts;
use crate::event::{Output, Role};
use crate::wire::{Decimal, Integer, Many, One, Text, Unused};

/// `PicProcess`: the picture before and after.
///
/// The callback's page has the picture right here; the vendor's SDK has what an upload with processing returns.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
pub(in super::super) struct PicProcessResult {
    /// Name of the picture that was made.
    object_name: Text,
    /// The picture before.
    original_info: One<OriginalInfo>,
    /// The picture after.
    process_result: One<Picture>,
    /// The same as an upload with processing returns it.
    upload_result: One<UploadResult>,
}

/// Pictures as an upload with processing returns them.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
struct UploadResult {
    /// The picture before.
    original_info: One<OriginalInfo>,
    /// The pictures after.
    process_results: One<ProcessResults>,
}

/// The pictures that were made.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
struct ProcessResults {
    /// The pictures. An object where there is one.
    object: Many<Picture>,
}

/// The picture before.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
struct OriginalInfo {
    /// Name of the file.
    key: Unused<Text>,
    /// Host and name of the file.
    location: Unused<Text>,
    /// Entity tag, in quotation marks.
    etag: Unused<Text>,
    /// The same, as an upload writes it.
    #[serde(rename = "ETag")]
    e_tag: Unused<Text>,
    /// What the picture is like.
    image_info: One<Picture>,
}

/// A picture; each place has some of the fields.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
struct Picture {
    /// Name of the file.
    key: Text,
    /// Host and name of the file.
    location: Unused<Text>,
    /// Format: `JPEG`.
    format: Text,
    /// Pixels.
    width: Integer,
    /// Pixels.
    height: Integer,
    /// Bytes.
    size: Integer,
    /// Quality, 0 to 100.
    quality: Unused<Integer>,
    /// Average color.
    ave: Unused<Text>,
    /// How the picture is turned, as in Exif.
    orientation: Unused<Integer>,
    /// Entity tag.
    etag: Unused<Text>,
}

/// `ImageInspect`: whether something is hidden in the picture.
///
/// <https://www.tencentcloud.com/document/product/1045/75739>
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
pub(in super::super) struct ImageInspectResult {
    /// Name of the picture.
    input_object_name: Unused<Text>,
    /// Where the picture can be fetched.
    input_object_url: Unused<Text>,
    /// What was found.
    process_result: One<Inspection>,
}

/// What an inspection found.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
struct Inspection {
    /// Bytes.
    pic_size: Integer,
    /// Format: `png`.
    pic_type: Text,
    /// Whether something is hidden in it.
    suspicious: Unused<Text>,
    /// Where that begins, bytes.
    suspicious_begin_byte: Unused<Integer>,
    /// Where that ends, bytes.
    suspicious_end_byte: Unused<Integer>,
    /// How long that is, bytes.
    suspicious_size: Unused<Integer>,
    /// What that is: `MPEG-TS`.
    suspicious_type: Unused<Text>,
    /// Error code and message of what was done about it.
    auto_process_result: Unused<Value>,
}

/// `ImageOCR`: the text in a picture. In the vendor's SDK, which is all that is known of it.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
pub(in super::super) struct OcrResult {
    /// Error code, or `Success`.
    code: Text,
    /// Error message.
    message: Text,
    /// `Success` or `Failed`.
    state: Text,
    /// Name of the picture.
    input_object_name: Unused<Text>,
    /// Where the picture can be fetched.
    input_object_url: Unused<Text>,
    /// Name of the file with the text.
    object_name: Text,
    /// Where that file can be fetched.
    object_url: Text,
    /// The lines of text.
    text_detections: Many<TextDetection>,
    /// Language of the text.
    language: Unused<Text>,
    /// Degrees by which the text is turned; the vendor's spelling.
    angel: Unused<Decimal>,
    /// Pages of a PDF.
    pdf_page_size: Unused<Integer>,
}

/// A line of text.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
struct TextDetection {
    /// The text.
    detected_text: Unused<Text>,
    /// How sure it is, 0 to 100.
    confidence: Unused<Decimal>,
    /// Corners of the line, pixels.
    polygon: Unused<Value>,
    /// Left, top, width and height of the line, pixels.
    item_polygon: Unused<Value>,
    /// The letters of the line.
    words: Unused<Value>,
    /// Corners of each word.
    word_polygon: Unused<Value>,
}

impl PicProcessResult {
    /// What the picture was like, and what it became.
    pub(in super::super) fn before_and_after(self) -> (Properties, Vec<Output>) {
        let upload = self.upload_result.or_default();
        let original = self.original_info.0.or(upload.original_info.0).unwrap_or_default();
        let after = self.process_result.or_default().properties();
        let picture = named(self.object_name, Role::Image).map(|output| after.describe_output(output));
        let uploaded = upload.process_results.or_default().object.into_iter().filter_map(Picture::output);
        (original.image_info.or_default().properties(), picture.into_iter().chain(uploaded).collect())
    }
}

impl Picture {
    fn output(mut self) -> Option<Output> {
        let output = named(std::mem::take(&mut self.key), Role::Image)?;
        Some(self.properties().describe_output(output))
    }

    fn properties(self) -> Properties {
        Properties {
            size: self.size.count(),
            format: self.format.0,
            width: self.width.count(),
            height: self.height.count(),
            ..Properties::default()
        }
    }
}

impl ImageInspectResult {
    pub(in super::super) fn properties(self) -> Properties {
        let inspection = self.process_result.or_default();
        Properties { size: inspection.pic_size.count(), format: inspection.pic_type.0, ..Properties::default() }
    }
}

impl OcrResult {
    /// Counts the recognition as a part.
    pub(in super::super) fn count(&self, parts: &mut Parts) {
        parts.add(&self.state, &self.code, &self.message);
    }

    /// The file with the text, where there is one.
    pub(in super::super) fn output(self) -> Option<Output> {
        let url = self.object_url.0;
        let output = named(self.object_name.or(Text(url.clone())), Role::Text)?;
        Some(Output { url, ..output })
    }
}
