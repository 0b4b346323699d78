//! Hidden watermarks that were looked for.

use serde::Deserialize;

use crate::event::{Media, Outcome};
use crate::facts::Facts;
use crate::tencent::vod::Payload;
use crate::wire::{Integer, One, Text, Unused};

/// Payload of `ExtractTraceWatermarkComplete`: who leaked a copy was looked for.
///
/// <https://cloud.tencent.com/document/api/266/31773#ExtractTraceWatermarkTask>
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
pub(crate) struct ExtractTraceWatermarkTask {
    /// The copy.
    input: One<WatermarkedFile>,
    /// What its watermark says.
    output: One<TraceWatermark>,
}

/// Payload of `ExtractCopyRightWatermarkComplete`: whose a file is was looked for.
///
/// <https://cloud.tencent.com/document/api/266/31773#ExtractCopyRightWatermarkTask>
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
pub(crate) struct ExtractCopyRightWatermarkTask {
    /// The file. Only its address is given.
    input: One<WatermarkedFile>,
    /// What its watermark says.
    output: One<CopyRightWatermark>,
}

/// Payload of `ExtractBlindWatermarkComplete`, which has this name as its key, too: a digital watermark was looked for.
///
/// <https://cloud.tencent.com/document/api/266/31773#ExtractBlindWatermarkTask>
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
pub(crate) struct ExtractBlindWatermarkTask {
    /// The file.
    input_info: One<WatermarkedFile>,
    /// `blind-basic`, `blind-nagra` or `blind-ab`.
    r#type: Unused<Text>,
    /// Whether there is one: true or false.
    is_detected: Unused<Text>,
    /// What it says.
    result: Text,
    /// Whom the copy was made for, where the type is `blind-ab`.
    #[serde(rename = "ResultUV")]
    result_uv: Text,
    /// How it was looked for.
    extract_blind_watermark_config: One<ExtractConfig>,
}

/// A file in which a watermark was looked for.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
struct WatermarkedFile {
    /// `File` or `URL`. Digital watermarks only.
    r#type: Unused<Text>,
    /// ID of the file.
    file_id: Text,
    /// Where the file can be fetched.
    url: Text,
}

/// What a watermark says that tells who leaked a copy.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
struct TraceWatermark {
    /// ID of the viewer, 6 hex digits.
    uv: Text,
    /// Deprecated: ID of the viewer.
    uid: Text,
}

/// What a watermark says that tells whose a file is.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
struct CopyRightWatermark {
    /// The text.
    text: Text,
}

/// How a digital watermark was looked for.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
struct ExtractConfig {
    /// Duration of a segment, seconds, where the type is `blind-ab`.
    segment_duration: Unused<Integer>,
}

impl Payload for ExtractTraceWatermarkTask {
    fn facts(self, task: Facts) -> Facts {
        let found = self.output.or_default();
        extracted(task, self.input, found.uv.or(found.uid))
    }
}

impl Payload for ExtractCopyRightWatermarkTask {
    fn facts(self, task: Facts) -> Facts {
        extracted(task, self.input, self.output.or_default().text)
    }
}

impl Payload for ExtractBlindWatermarkTask {
    fn facts(self, task: Facts) -> Facts {
        extracted(task, self.input_info, self.result.or(self.result_uv))
    }
}

fn extracted(task: Facts, input: One<WatermarkedFile>, watermark: Text) -> Facts {
    let input = input.or_default();
    Facts {
        media: Media { id: input.file_id.0, url: input.url.0, ..Media::default() },
        watermark: watermark.0.filter(|_| task.outcome != Outcome::Failed),
        ..task
    }
}
