//! Results on documents and archives.

use serde::Deserialize;

use super::super::media_info::Properties;
use super::super::outputs::named;
use super::Parts;
use crate::event::{Output, Role};
use crate::wire::{Integer, Many, One, Text, Texts, Unused};

/// `DocProcess`: a document was converted page by page.
///
/// <https://www.tencentcloud.com/document/product/1045/48439>
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
pub(in super::super) struct DocProcessResult {
    /// ID of the conversion.
    task_id: Unused<Text>,
    /// What it was converted to: `jpg`, `png`, `pdf`.
    tgt_type: Unused<Text>,
    /// Pages in all.
    total_page_count: Unused<Integer>,
    /// Pages that were converted.
    succ_page_count: Integer,
    /// Pages that were not.
    fail_page_count: Integer,
    /// Sheets in all; spreadsheets.
    total_sheet_count: Unused<Integer>,
    /// The pages. An object where there is one.
    page_info: Many<PageInfo>,
    /// The document with a watermark. In the vendor's SDK.
    watermark_info: One<WatermarkInfo>,
}

/// A document with a watermark.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
struct WatermarkInfo {
    /// Entity tag.
    etag: Unused<Text>,
    /// Bytes.
    size: Unused<Integer>,
    /// Pages.
    page: Unused<Integer>,
}

/// `DocWatermark`: a document got a watermark. No page has it; these are what the results of the other document jobs have.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
pub(in super::super) struct DocWatermarkResult {
    /// Region of the bucket.
    region: Text,
    /// Bucket.
    bucket: Text,
    /// Name of the document.
    object: Text,
    /// The same, as other results name it.
    object_name: Text,
    /// The same, as `DocProcess` names it.
    tgt_uri: Text,
    /// Entity tag.
    etag: Unused<Text>,
    /// Bytes.
    size: Integer,
    /// Pages.
    page: Unused<Integer>,
    /// Pages in all.
    total_page_count: Unused<Integer>,
    /// Pages with the watermark.
    succ_page_count: Integer,
    /// Pages without it.
    fail_page_count: Integer,
}

/// A page that was converted.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
struct PageInfo {
    /// Number of the page, or of the sheet.
    page_no: Unused<Integer>,
    /// Number of the picture of the sheet.
    pic_index: Unused<Integer>,
    /// Number of the picture in the document.
    pic_num: Unused<Integer>,
    /// Name of the file.
    tgt_uri: Text,
    /// Pictures of the sheet.
    #[serde(rename = "X-SheetPics")]
    sheet_pics: Unused<Integer>,
}

/// `FileHashCode`: the hashes of the input.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
pub(in super::super) struct FileHashCodeResult {
    /// MD5, hex.
    #[serde(rename = "MD5")]
    md5: Unused<Text>,
    /// SHA-1, hex.
    #[serde(rename = "SHA1")]
    sha1: Unused<Text>,
    /// SHA-256, hex.
    #[serde(rename = "SHA256")]
    sha256: Unused<Text>,
    /// Bytes.
    file_size: Integer,
    /// When the file was changed last.
    last_modified: Unused<Text>,
    /// Entity tag of the file.
    etag: Unused<Text>,
}

/// `FileCompress`: files were packed into an archive.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
pub(in super::super) struct FileCompressResult {
    /// Region of the bucket.
    region: Text,
    /// Bucket.
    bucket: Text,
    /// Name of the archive.
    object: Text,
    /// Files in the archive.
    compress_file_count: Integer,
    /// Files that are not in it.
    error_count: Integer,
    /// Which they are.
    error_detail: One<ErrorDetail>,
}

/// Files that could not be packed. In the vendor's SDK.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
struct ErrorDetail {
    /// How many.
    error_count: Integer,
    /// Their names.
    error_file: Texts,
}

/// `FileUncompress`: an archive was unpacked. The names of the files are not told.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
pub(in super::super) struct FileUncompressResult {
    /// Region of the bucket.
    region: Unused<Text>,
    /// Bucket.
    bucket: Unused<Text>,
    /// Files that were in the archive.
    file_count: Integer,
    /// Files that could not be written. Of `FileCompress`.
    error_count: Integer,
    /// Which they are. Of `FileCompress`.
    error_detail: One<ErrorDetail>,
}

impl DocProcessResult {
    /// Counts the pages that succeeded and failed.
    pub(in super::super) fn count(&self, parts: &mut Parts) {
        parts.add_counts(self.succ_page_count.count(), self.fail_page_count.count());
    }

    pub(in super::super) fn outputs(self) -> impl Iterator<Item = Output> {
        self.page_info.into_iter().filter_map(|page| named(page.tgt_uri, Role::Document))
    }
}

impl DocWatermarkResult {
    /// Counts the pages that succeeded and failed.
    pub(in super::super) fn count(&self, parts: &mut Parts) {
        parts.add_counts(self.succ_page_count.count(), self.fail_page_count.count());
    }

    pub(in super::super) fn output(self) -> Option<Output> {
        let output = named(self.object.or(self.object_name).or(self.tgt_uri), Role::Document)?;
        Some(Output { bucket: self.bucket.0, region: self.region.0, size: self.size.count(), ..output })
    }
}

impl FileHashCodeResult {
    pub(in super::super) fn properties(self) -> Properties {
        Properties { size: self.file_size.count(), ..Properties::default() }
    }
}

impl FileCompressResult {
    /// Counts the files that succeeded and failed.
    pub(in super::super) fn count(&self, parts: &mut Parts) {
        parts.add_counts(self.compress_file_count.count(), failed(self.error_count, &self.error_detail));
    }

    pub(in super::super) fn output(self) -> Option<Output> {
        let output = named(self.object, Role::Other)?;
        Some(Output { bucket: self.bucket.0, region: self.region.0, ..output })
    }
}

impl FileUncompressResult {
    /// Counts the files that succeeded and failed.
    pub(in super::super) fn count(&self, parts: &mut Parts) {
        parts.add_counts(self.file_count.count(), failed(self.error_count, &self.error_detail));
    }
}

/// How many files failed. A file that is named failed, whatever the counts say.
fn failed(count: Integer, detail: &One<ErrorDetail>) -> Option<u64> {
    let detail = detail.as_ref();
    let named = detail.and_then(|detail| u64::try_from(detail.error_file.0.len()).ok());
    [count.count(), detail.and_then(|detail| detail.error_count.count()), named].into_iter().flatten().max()
}
