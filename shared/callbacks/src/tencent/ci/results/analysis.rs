//! Results on what a video shows, and how well.

use serde::Deserialize;

use super::Parts;
use crate::wire::{Decimal, Integer, Many, One, Text, Texts, Unused};

/// `QualityEstimate`: how good the video looks.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
pub(in super::super) struct QualityEstimate {
    /// The score.
    score: Unused<Decimal>,
    /// What is wrong with it.
    vqa_plus_result: One<VqaPlusResult>,
}

/// What is wrong with a video.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
struct VqaPlusResult {
    /// It has no sound.
    no_audio: Unused<Text>,
    /// It has no picture.
    no_video: Unused<Text>,
    /// Its faults by type.
    detailed_result: Many<Faults>,
}

/// Faults of one type.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
struct Faults {
    /// Type of the fault.
    r#type: Unused<Text>,
    /// Where it is.
    items: Many<Fault>,
}

/// A fault.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
struct Fault {
    /// How sure it is, 0 to 100.
    confidence: Unused<Decimal>,
    /// Where it begins, seconds.
    start_time_offset: Unused<Decimal>,
    /// Where it ends, seconds.
    end_time_offset: Unused<Decimal>,
    /// Where it is in the picture: left, top, right and bottom, pixels.
    area_coord_set: Unused<Texts>,
}

/// `VideoTag`: what the video shows.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
pub(in super::super) struct VideoTagResult {
    /// The result of the only scenario there is, `Stream`.
    stream_data: One<StreamData>,
}

/// What a video shows, or why that is not known.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
struct StreamData {
    /// Error code; 0 on success.
    sub_err_code: Text,
    /// Error message; `ok` on success.
    sub_err_msg: Text,
    /// What it shows.
    data: One<TagData>,
}

/// What a video shows.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
struct TagData {
    /// Tags of the whole video.
    tags: Many<Tag>,
    /// Visible people. The published sample has it empty.
    person_tags: Many<PersonTag>,
    /// Tags of places, by part of the video.
    place_tags: Many<PartTags>,
    /// Tags of actions, by part of the video.
    action_tags: Many<PartTags>,
    /// Things, by second.
    object_tags: Many<ObjectTags>,
}

/// A tag.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
struct Tag {
    /// The tag.
    tag: Unused<Text>,
    /// Class of the tag.
    tag_cls: Unused<Text>,
    /// How sure it is, 0 to 1.
    confidence: Unused<Decimal>,
}

/// A person.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
struct PersonTag {
    /// Name.
    name: Unused<Text>,
    /// How sure it is, 0 to 1.
    confidence: Unused<Decimal>,
    /// How often.
    count: Unused<Integer>,
    /// Where, by second.
    detail_per_second: Many<Thing>,
}

/// Tags of a part of the video.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
struct PartTags {
    /// The tags.
    tags: Many<Tag>,
    /// What single pictures show: `Office: 0.55`.
    clip_frame_result: Unused<Texts>,
    /// Where the part begins, seconds.
    start_time: Unused<Decimal>,
    /// Where it ends, seconds.
    end_time: Unused<Decimal>,
    /// Where it begins, pictures.
    start_index: Unused<Integer>,
    /// Where it ends, pictures.
    end_index: Unused<Integer>,
}

/// Things at one time.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
struct ObjectTags {
    /// The things.
    objects: Many<Thing>,
    /// When, seconds.
    time_stamp: Unused<Decimal>,
}

/// A thing or person in the picture.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
struct Thing {
    /// When, seconds.
    time_stamp: Unused<Decimal>,
    /// What or who it is.
    name: Unused<Text>,
    /// How sure it is, 0 to 1.
    confidence: Unused<Decimal>,
    /// Where it is.
    #[serde(rename = "BBox")]
    b_box: Many<BBox>,
}

/// A rectangle in the picture.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
struct BBox {
    /// Left.
    x1: Unused<Decimal>,
    /// Right.
    x2: Unused<Decimal>,
    /// Top.
    y1: Unused<Decimal>,
    /// Bottom.
    y2: Unused<Decimal>,
}

impl VideoTagResult {
    /// Counts the recognition as a part.
    pub(in super::super) fn count(&self, parts: &mut Parts) {
        if let Some(stream) = self.stream_data.as_ref() {
            parts.add(&Text(None), &stream.sub_err_code, &stream.sub_err_msg);
        }
    }
}
