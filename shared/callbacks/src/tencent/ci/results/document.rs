//! Results on documents and archives.

use serde::Deserialize;

use super::super::media_info::Properties;
use super::super::outputs::named;
use crate::event::{Output, Role};
use crate::wire::{Integer, Many, Text, Unused};

/// `DocProcess`: a document was converted page by page.
///
/// <https://www.tencentcloud.com/document/product/1045/48439>
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(in super::super) struct DocProcessResult {
    /// ID of the conversion.
    task_id: Unused<Text>,
    /// What it was converted to: `jpg`, `png`, `pdf`.
    tgt_type: Unused<Text>,
    /// Pages in all.
    total_page_count: Unused<Integer>,
    /// Pages that were converted.
    succ_page_count: Unused<Integer>,
    /// Pages that were not.
    fail_page_count: Unused<Integer>,
    /// Sheets in all; spreadsheets.
    total_sheet_count: Unused<Integer>,
    /// The pages. An object where there is one.
    page_info: Many<PageInfo>,
}

/// A page that was converted.
#[derive(Debug, Default, Deserialize)]
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
#[serde(default, rename_all = "PascalCase")]
pub(in super::super) struct FileCompressResult {
    /// Region of the bucket.
    region: Text,
    /// Bucket.
    bucket: Text,
    /// Name of the archive.
    object: Text,
    /// Files in the archive.
    compress_file_count: Unused<Integer>,
    /// Files that are not in it.
    error_count: Unused<Integer>,
}

/// `FileUncompress`: an archive was unpacked. The names of the files are not told.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(in super::super) struct FileUncompressResult {
    /// Region of the bucket.
    region: Unused<Text>,
    /// Bucket.
    bucket: Unused<Text>,
    /// Files that were in the archive.
    file_count: Unused<Integer>,
}

impl DocProcessResult {
    pub(in super::super) fn outputs(self) -> impl Iterator<Item = Output> {
        self.page_info.into_iter().filter_map(|page| named(page.tgt_uri, Role::Document))
    }
}

impl FileHashCodeResult {
    pub(in super::super) fn properties(self) -> Properties {
        Properties { size: self.file_size.count(), ..Properties::default() }
    }
}

impl FileCompressResult {
    pub(in super::super) fn output(self) -> Option<Output> {
        let output = named(self.object, Role::Other)?;
        Some(Output { bucket: self.bucket.0, region: self.region.0, ..output })
    }
}
