//! Reviews: by a person, and automatic.

use serde::Deserialize;

use super::{Body, Head};
use crate::aliyun::audit_verdict;
use crate::event::{Job, Review, Verdict};
use crate::facts::Facts;
use crate::status;
use crate::wire::{Decimal, Embedded, Integer, Many, One, Text, Time, Unused};

/// Body of `CreateAuditComplete`: a person reviewed the media. `Status` is that of the review as a task, whatever it found.
///
/// <https://www.alibabacloud.com/help/en/vod/user-guide/createauditcomplete>
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
pub(super) struct CreateAudit {
    /// Type of the media: `video` (and audio).
    sub_type: Unused<Text>,
    /// What the review found: `Normal` or `Blocked`.
    audit_status: Text,
    /// When the review was done, UTC.
    creation_time: Time,
    /// Who reviewed.
    auditor: Text,
    /// Why the review ended so.
    reason: Text,
    /// What the reviewer remarked. No table has it; the API and IMS do.
    comment: Unused<Text>,
}

/// Body of `AIMediaAuditComplete` and, before, `AIVideoCensorComplete`: an automatic review ended. `Status` is that of the
/// review as a job, whatever it found.
///
/// <https://www.alibabacloud.com/help/en/vod/user-guide/aimediaauditcomplete>
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
pub(super) struct AiMediaAudit {
    /// What was found. The table says JSON in a string; the example has an object.
    data: Embedded<One<AuditResult>>,
}

/// What an automatic review found: as a whole, and for each part of the media.
///
/// <https://www.alibabacloud.com/help/en/vod/developer-reference/api-vod-2017-03-21-getaimediaauditjob>
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
pub(in crate::aliyun) struct AuditResult {
    /// What to do: `block`, `review` or `pass`.
    suggestion: Text,
    /// What was found: `porn`, `terrorism`, `ad`, `live`, `logo`, `audio` or `normal`; several are separated by commas.
    label: Text,
    /// Where it was found: `video`, `image-cover`, `text-title`; several are separated by commas.
    abnormal_modules: Unused<Text>,
    /// The pictures of the video.
    video_result: One<VideoResult>,
    /// The cover.
    image_result: Many<ImageResult>,
    /// The title.
    text_result: Many<Finding>,
    /// The sound.
    audio_result: Many<Finding>,
}

/// What was found in the pictures of a video.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
struct VideoResult {
    /// What to do.
    suggestion: Text,
    /// What was found.
    label: Text,
    /// Pornography: `porn`, `sexy` or `normal`.
    porn_result: One<Finding>,
    /// Terrorism: `terrorism`, `outfit`, `logo`, `weapon`, `politics`, `others` or `normal`.
    terrorism_result: One<Finding>,
    /// Advertising.
    ad_result: One<Finding>,
    /// Scenes that do not belong there.
    live_result: One<Finding>,
    /// Logos.
    logo_result: One<Finding>,
}

/// What was found in an image.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
struct ImageResult {
    /// What to do.
    suggestion: Text,
    /// What was found.
    label: Text,
    /// Which image: `cover`.
    r#type: Unused<Text>,
    /// Where the image lies.
    url: Unused<Text>,
    /// What was found in each scene.
    result: Many<Finding>,
}

/// What was found in one scene. Numbers are digits in strings.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
struct Finding {
    /// What to do: `block`, `review` or `pass`.
    suggestion: Text,
    /// What was found.
    label: Text,
    /// The scene: `porn`, `terrorism`, `ad`, `live`, `logo`, `antispam`. Not of a video.
    scene: Unused<Text>,
    /// Confidence in the label, 0 to 100. Not of a video.
    score: Decimal,
    /// The highest confidence in the label. Of a video.
    max_score: Decimal,
    /// The average confidence in the label. Of a video.
    average_score: Unused<Decimal>,
    /// The images with the highest confidence. Of a video.
    top_list: Many<Image>,
    /// How many images have which label. Of a video.
    counter_list: Many<Counter>,
    /// Which text: `title`. Of a text.
    r#type: Unused<Text>,
    /// The text. Of a text.
    content: Unused<Text>,
}

/// An image of a video.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
struct Image {
    /// Confidence in the label.
    score: Unused<Decimal>,
    /// What was found.
    label: Unused<Text>,
    /// Where in the video, in milliseconds.
    timestamp: Unused<Integer>,
    /// Where the image lies, for two weeks.
    url: Unused<Text>,
}

/// How many images have a label.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
struct Counter {
    /// The label.
    label: Unused<Text>,
    /// How many.
    count: Unused<Integer>,
}

impl Body for CreateAudit {
    fn facts(self, head: &Head) -> Facts {
        Facts {
            outcome: head.outcome(),
            job: Job { created_at: self.creation_time.0, ..Job::default() },
            review: Review {
                verdict: self.audit_status.as_deref().and_then(audit_verdict),
                reason: self.reason.0,
                auditor: self.auditor.0,
                ..Review::default()
            },
            ..Facts::default()
        }
    }
}

impl Body for AiMediaAudit {
    fn facts(self, head: &Head) -> Facts {
        Facts { outcome: head.outcome(), review: self.data.or_default().or_default().review(), ..Facts::default() }
    }
}

impl AuditResult {
    /// What the whole or, where one of them is graver, its parts say.
    pub(in crate::aliyun) fn review(self) -> Review {
        let suggested = |suggestion: &Text| suggestion.as_deref().and_then(status::verdict);
        let whole = suggested(&self.suggestion);
        let video = self.video_result.or_default();
        let scenes = [video.porn_result, video.terrorism_result, video.ad_result, video.live_result, video.logo_result];
        let of_video = Finding { suggestion: video.suggestion, label: video.label, ..Finding::default() };
        let of_images = self.image_result.into_iter().flat_map(|image| {
            let of_image = Finding { suggestion: image.suggestion, label: image.label, ..Finding::default() };
            image.result.into_iter().chain([of_image])
        });
        let of_scenes = scenes.into_iter().filter_map(|scene| scene.0.map(|finding| *finding));
        let parts: Vec<Finding> =
            of_scenes.chain([of_video]).chain(of_images).chain(self.text_result).chain(self.audio_result).collect();
        let verdict = parts.iter().map(|part| suggested(&part.suggestion)).fold(whole, Option::max);
        // Of the parts that decided the surest counts. Where all is well, nothing decided.
        let decided = |part: &&Finding| verdict > Some(Verdict::Pass) && suggested(&part.suggestion) == verdict;
        let surest = parts
            .iter()
            .filter(decided)
            .reduce(|surest, part| if part.score() > surest.score() { part } else { surest });
        // The whole's label is what was found, but for a whole that found less than a part of it.
        let label = if whole == verdict { self.label.0 } else { None };
        Review {
            verdict,
            label: label.or_else(|| surest.and_then(|part| part.label.0.clone())),
            score: surest.and_then(Finding::score),
            ..Review::default()
        }
    }
}

impl Finding {
    /// Confidence, from 0 to 100; another number is none.
    fn score(&self) -> Option<f64> {
        self.max_score.get().or(self.score.get()).filter(|score| (0.0..=100.0).contains(score))
    }
}
