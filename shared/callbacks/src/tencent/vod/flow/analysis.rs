//! Content analysis: what a machine makes of the media as a whole.

#![expect(clippy::struct_field_names, reason = "the fields have the vendor's names")]

use serde::Deserialize;

use super::sub_task::{Made, SubTask, Template, named};
use crate::event::{Kind, Output, Role, Step};
use crate::tencent::vod::task::{file_at, list_file};
use crate::wire::{Decimal, Many, One, Text, Texts, Time, Unused};

/// A sub-task of content analysis. `Type` tells which of the others is there.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
pub(super) struct AnalysisResult {
    /// `Classification`, `Cover`, `Tag`, `FrameTag` or `Highlight`.
    r#type: Text,
    /// `Classification`: which category it belongs to.
    classification_task: One<SubTask<Template, Classifications>>,
    /// `Cover`: pictures that suit as its cover.
    cover_task: One<SubTask<Template, Covers>>,
    /// `Tag`: what it shows.
    tag_task: One<SubTask<Template, Tags>>,
    /// `FrameTag`: what each part of it shows.
    frame_tag_task: One<SubTask<Template, FrameTags>>,
    /// `Highlight`: clips of its best parts.
    highlight_task: One<SubTask<Template, Highlights>>,
}

/// The categories that the media belongs to.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
struct Classifications {
    /// The categories, at most 100.
    classification_set: Many<Classification>,
    /// Where a JSON file with all of them can be fetched until it is deleted.
    classification_set_file_url: Text,
    /// When that file is deleted.
    classification_set_file_url_expire_time: Time,
}

/// A category that the media belongs to.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
struct Classification {
    /// Name of the category.
    classification: Unused<Text>,
    /// How sure it is, 0 to 100.
    confidence: Unused<Decimal>,
}

/// Pictures that suit as a cover.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
struct Covers {
    /// The pictures, at most 100.
    cover_set: Many<Cover>,
    /// Where a JSON file with all of them can be fetched until it is deleted.
    cover_set_file_url: Text,
    /// When that file is deleted.
    cover_set_file_url_expire_time: Time,
}

/// A picture that suits as a cover.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
struct Cover {
    /// Where the picture can be fetched.
    cover_url: Text,
    /// How well it suits, 0 to 100.
    confidence: Unused<Decimal>,
}

/// What the media shows.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
struct Tags {
    /// The tags, at most 100.
    tag_set: Many<Tag>,
    /// Where a JSON file with all of them can be fetched until it is deleted.
    tag_set_file_url: Text,
    /// When that file is deleted.
    tag_set_file_url_expire_time: Time,
}

/// What each part of the media shows.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
struct FrameTags {
    /// The parts, at most 100.
    segment_set: Many<FrameTagSegment>,
    /// Where a JSON file with all of them can be fetched until it is deleted.
    segment_set_file_url: Text,
    /// When that file is deleted.
    segment_set_file_url_expire_time: Time,
}

/// What one part of the media shows.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
struct FrameTagSegment {
    /// Where it starts, seconds.
    start_time_offset: Unused<Decimal>,
    /// Where it ends, seconds.
    end_time_offset: Unused<Decimal>,
    /// The tags.
    tag_set: Many<Tag>,
}

/// One thing that the media shows.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
struct Tag {
    /// Name of the thing.
    tag: Unused<Text>,
    /// Categories that it belongs to, from the first level on. Only of a part.
    category_set: Unused<Texts>,
    /// How sure it is, 0 to 100.
    confidence: Unused<Decimal>,
}

/// Clips of the best parts.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
struct Highlights {
    /// The clips, at most 100.
    highlight_set: Many<Highlight>,
    /// Where a JSON file with all of them can be fetched until it is deleted.
    highlight_set_file_url: Text,
    /// When that file is deleted.
    highlight_set_file_url_expire_time: Time,
}

/// A clip of the best parts.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
struct Highlight {
    /// Where the clip can be fetched.
    highlight_url: Text,
    /// Where its cover picture can be fetched.
    cov_img_url: Text,
    /// How sure it is, 0 to 100.
    confidence: Unused<Decimal>,
    /// Seconds.
    duration: Decimal,
    /// The parts that the clip is made of.
    segment_set: Many<HighlightSegment>,
}

/// A part of a clip.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
struct HighlightSegment {
    /// How sure it is, 0 to 100.
    confidence: Unused<Decimal>,
    /// Where it starts in the media, seconds.
    start_time_offset: Unused<Decimal>,
    /// Where it ends in the media, seconds.
    end_time_offset: Unused<Decimal>,
}

impl AnalysisResult {
    /// The sub-task; of an item that has several, each, so that none is lost.
    pub(super) fn steps(self) -> Vec<Step> {
        let steps = [
            self.classification_task.0.map(|task| task.step()),
            self.cover_task.0.map(|task| task.step()),
            self.tag_task.0.map(|task| task.step()),
            self.frame_tag_task.0.map(|task| task.step()),
            self.highlight_task.0.map(|task| task.step()),
        ];
        let analysis = |step| Step { kind: Kind::Analysis, ..step };
        named(self.r#type, steps.into_iter().flatten().map(analysis), || analysis(Step::default()))
    }
}

impl Made for Classifications {
    fn outputs(self) -> Vec<Output> {
        list_file(self.classification_set_file_url, self.classification_set_file_url_expire_time).into_iter().collect()
    }
}

impl Made for Covers {
    fn outputs(self) -> Vec<Output> {
        let covers = self.cover_set.into_iter().filter_map(|cover| file_at(Role::Image, cover.cover_url));
        covers.chain(list_file(self.cover_set_file_url, self.cover_set_file_url_expire_time)).collect()
    }
}

impl Made for Tags {
    fn outputs(self) -> Vec<Output> {
        list_file(self.tag_set_file_url, self.tag_set_file_url_expire_time).into_iter().collect()
    }
}

impl Made for FrameTags {
    fn outputs(self) -> Vec<Output> {
        list_file(self.segment_set_file_url, self.segment_set_file_url_expire_time).into_iter().collect()
    }
}

impl Made for Highlights {
    fn outputs(self) -> Vec<Output> {
        let highlights = self.highlight_set.into_iter().flat_map(Highlight::outputs);
        highlights.chain(list_file(self.highlight_set_file_url, self.highlight_set_file_url_expire_time)).collect()
    }
}

impl Highlight {
    fn outputs(self) -> impl Iterator<Item = Output> {
        let duration = self.duration.get();
        let clip = file_at(Role::Video, self.highlight_url).map(|clip| Output { duration, ..clip });
        clip.into_iter().chain(file_at(Role::Image, self.cov_img_url))
    }
}
