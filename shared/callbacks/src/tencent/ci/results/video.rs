//! Results on videos.

use serde::Deserialize;

use super::super::outputs::named;
use super::Parts;
use crate::event::{Output, Role};
use crate::wire::{Decimal, Integer, Many, One, Text, Unused};

/// `VideoTargetRec`: people and things that are visible, and where.
///
/// <https://www.tencentcloud.com/document/product/1045/73146>
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
pub(in super::super) struct VideoTargetRecResult {
    /// People.
    body_recognition: Many<Recognition>,
    /// Animals.
    pet_recognition: Many<Recognition>,
    /// Cars.
    car_recognition: Many<Recognition>,
    /// Faces.
    face_recognition: Many<Recognition>,
    /// Number plates.
    license_recognition_result: Many<Recognition>,
    /// Whether sensitive objects were to be hidden.
    sensitive: Unused<Text>,
}

/// What is visible at one time; each type of object has its own key.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
struct Recognition {
    /// When, seconds.
    time: Unused<Decimal>,
    /// Where the picture can be fetched that was taken then.
    url: Text,
    /// People.
    body_info: Many<Target>,
    /// Animals.
    pet_info: Many<Target>,
    /// Cars.
    car_info: Many<Target>,
    /// Faces.
    face_info: Many<Target>,
    /// Number plates.
    plate_info: Many<Target>,
}

/// A visible object, and where it is.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
struct Target {
    /// What it is: `person`.
    name: Unused<Text>,
    /// How sure it is, 0 to 100.
    score: Unused<Decimal>,
    /// Where it is.
    location: One<Location>,
}

/// A rectangle in the picture.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
struct Location {
    /// Left, pixels.
    x: Unused<Integer>,
    /// Top, pixels.
    y: Unused<Integer>,
    /// Pixels.
    width: Unused<Integer>,
    /// Pixels.
    height: Unused<Integer>,
}

/// `SplitVideoParts`: where the parts begin and end.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
pub(in super::super) struct SplitVideoInfoResult {
    /// The parts.
    time_info: Many<TimeInfo>,
}

/// A part of a video.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
struct TimeInfo {
    /// Number of the part.
    index: Unused<Integer>,
    /// Where it begins, seconds.
    part_begin: Unused<Decimal>,
    /// Where it ends, seconds.
    part_end: Unused<Decimal>,
}

/// `DNA`: which video of the library it resembles.
///
/// <https://www.tencentcloud.com/document/product/1045/72948>
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
pub(in super::super) struct DnaResult {
    /// Its ID in the library.
    video_id: Unused<Text>,
    /// Seconds.
    duration: Unused<Decimal>,
    /// The videos that it resembles.
    detection: Many<DnaDetection>,
}

/// A video of the library.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
struct DnaDetection {
    /// Its ID in the library.
    video_id: Unused<Text>,
    /// How much they resemble each other.
    similar: Unused<Decimal>,
    /// How long they do, seconds.
    similar_duration: Unused<Decimal>,
    /// Seconds.
    duration: Unused<Decimal>,
    /// Where they do.
    match_detail: Many<MatchDetail>,
    /// The same for the sound.
    audio: One<DnaAudio>,
}

/// Parts of two videos that resemble each other.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
struct MatchDetail {
    /// Where it begins in the library's video, seconds.
    match_start_time: Unused<Decimal>,
    /// Where it ends there, seconds.
    match_end_time: Unused<Decimal>,
    /// Where it begins in the input, seconds.
    src_start_time: Unused<Decimal>,
    /// Where it ends there, seconds.
    src_end_time: Unused<Decimal>,
}

/// How much the sound of two videos is alike.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
struct DnaAudio {
    /// How much they resemble each other.
    similar: Unused<Decimal>,
}

/// An invisible watermark: to be embedded, or extracted.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
pub(in super::super) struct DigitalWatermark {
    /// The watermark's text.
    message: Unused<Text>,
    /// `Text`.
    r#type: Unused<Text>,
    /// Version of the algorithm: `V1`.
    version: Unused<Text>,
    /// Whether it was embedded: `Success`, `Failed`, `Running`.
    state: Text,
    /// Whether the job went on where it could not.
    ignore_error: Unused<Text>,
}

impl DigitalWatermark {
    /// Counts the embedding as a part. Where it failed and the job did not, there is a file without the watermark.
    pub(in super::super) fn count(&self, parts: &mut Parts) {
        parts.add(&self.state, &Text(None), &Text(None));
        parts.add_made();
    }
}

impl VideoTargetRecResult {
    /// The pictures that were taken of the visible objects.
    pub(in super::super) fn outputs(self) -> impl Iterator<Item = Output> {
        let sorts = [
            self.body_recognition,
            self.pet_recognition,
            self.car_recognition,
            self.face_recognition,
            self.license_recognition_result,
        ];
        sorts.into_iter().flatten().filter_map(|recognition| named(recognition.url, Role::Image))
    }
}
