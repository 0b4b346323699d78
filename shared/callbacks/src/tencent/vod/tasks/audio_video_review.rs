//! Reviews of a file as a whole, picture, sound, text and cover.

use serde::Deserialize;

use crate::event::{Job, Media, Outcome, Output, Review, Role, Verdict};
use crate::facts::{Facts, made};
use crate::status;
use crate::tencent::vod::Payload;
use crate::tencent::vod::task::{distinct, expiry, file_at, list_file};
use crate::wire::{Decimal, Many, One, Text, Texts, Time, UnixTime, Unused};

/// Payload of `ReviewAudioVideoComplete`: a file was reviewed.
///
/// <https://cloud.tencent.com/document/api/266/31773#ReviewAudioVideoTask>
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
pub(crate) struct ReviewAudioVideoTask {
    /// What was asked for.
    input: One<ReviewInput>,
    /// What was found.
    output: One<ReviewOutput>,
}

/// What was asked for.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
struct ReviewInput {
    /// ID of the media file.
    file_id: Text,
    /// ID of the template. Samples do not have it.
    definition: Text,
    /// What was reviewed: `Media`, `Cover`.
    review_contents: Unused<Texts>,
}

/// What was found. A cover's review has no cover of its own; the vendor has a struct for each.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
struct ReviewOutput {
    /// What to do: `pass`, `review` or `block`.
    suggestion: Text,
    /// The worst finding: `Porn`, `Terror`, `Polity`, `Ad`, `Illegal`, `Abuse`, `Moan`. Samples have `porn`.
    label: Text,
    /// Where that is: `Image`, `OCR`, `ASR` or `Voice`.
    form: Unused<Text>,
    /// The suspicious segments, at most 100.
    segment_set: Many<ReviewSegment>,
    /// Where a JSON file with all segments can be fetched until it is deleted.
    segment_set_file_url: Text,
    /// When that file is deleted.
    segment_set_file_url_expire_time: Time,
    /// What was found about the cover.
    cover_review_result: One<ReviewOutput>,
}

/// A suspicious segment. Those of a cover have no times.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
struct ReviewSegment {
    /// Where it starts, seconds.
    start_time_offset: Unused<Decimal>,
    /// Where it ends, seconds.
    end_time_offset: Unused<Decimal>,
    /// How sure the finding is, 0 to 100.
    confidence: Decimal,
    /// What to do: `pass`, `review` or `block`.
    suggestion: Text,
    /// What was found, as above.
    label: Unused<Text>,
    /// The same more exactly, such as `SexyHigh`.
    sub_label: Unused<Text>,
    /// Where it is: `Image`, `OCR`, `ASR` or `Voice`.
    form: Unused<Text>,
    /// Where in the picture: left, top, right and bottom, pixels.
    area_coord_set: Unused<Texts>,
    /// What is written or said.
    text: Unused<Text>,
    /// The suspicious words of it.
    keyword_set: Unused<Texts>,
    /// Where a picture of it can be fetched until it is deleted.
    url: Text,
    /// When that picture is deleted.
    pic_url_expire_time: Time,
}

impl Payload for ReviewAudioVideoTask {
    fn facts(self, task: Facts) -> Facts {
        let input = self.input.or_default();
        let mut output = self.output.or_default();
        let cover = output.cover_review_result.0.take().map(|boxed| *boxed).unwrap_or_default();
        let failed = task.outcome == Outcome::Failed;
        let review = if failed { Review::default() } else { worse(output.review(), cover.review()) };
        Facts {
            media: Media { id: input.file_id.0, ..Media::default() },
            job: Job { template_id: input.definition.0, ..task.job },
            outputs: made(task.outcome, distinct(output.outputs().chain(cover.outputs()))),
            review,
            ..task
        }
    }
}

impl ReviewOutput {
    /// What was found, as sure as the surest segment that says so.
    fn review(&self) -> Review {
        let Some(verdict) = self.suggestion.as_deref().and_then(status::verdict) else { return Review::default() };
        let said = self.segment_set.0.iter().filter(|segment| segment.verdict() == Some(verdict));
        Review {
            verdict: Some(verdict),
            label: self.label.0.clone(),
            score: said.filter_map(|segment| segment.confidence.get()).reduce(f64::max),
            ..Review::default()
        }
    }

    /// The pictures of the segments, and the file with all of them.
    fn outputs(self) -> impl Iterator<Item = Output> {
        let pictures = self.segment_set.into_iter().filter_map(ReviewSegment::picture);
        pictures.chain(list_file(self.segment_set_file_url, self.segment_set_file_url_expire_time))
    }
}

impl ReviewSegment {
    fn picture(self) -> Option<Output> {
        let expires_at = expiry(self.pic_url_expire_time, UnixTime::default());
        file_at(Role::Image, self.url).map(|picture| Output { expires_at, ..picture })
    }

    fn verdict(&self) -> Option<Verdict> {
        self.suggestion.as_deref().and_then(status::verdict)
    }
}

/// The media's review, unless the cover's verdict is harder.
fn worse(media: Review, cover: Review) -> Review {
    if cover.verdict > media.verdict { cover } else { media }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tencent::vod::payload_of;

    #[test]
    fn the_cover_counts_where_it_is_worse() {
        for (media, cover, verdict) in [
            ("pass", "block", Some(Verdict::Block)),
            ("review", "pass", Some(Verdict::Review)),
            ("review", "", Some(Verdict::Review)),
            ("odd", "pass", Some(Verdict::Pass)),
            ("", "", None),
        ] {
            let json = format!(
                r#"{{"Status":"FINISH","Output":{{"Suggestion":"{media}","CoverReviewResult":{{"Suggestion":"{cover}"}}}}}}"#
            );
            let facts = payload_of::<ReviewAudioVideoTask>(&json);
            assert_eq!(facts.review.verdict, verdict, "{json}");
        }
    }

    #[test]
    fn the_surest_segment_of_the_same_verdict_is_the_score() {
        let json = r#"{"Status":"FINISH","Output":{"Suggestion":"review","SegmentSet":[
            {"Suggestion":"review","Confidence":60},{"Suggestion":"Review","Confidence":70.5},{"Suggestion":"pass","Confidence":99}]}}"#;
        let facts = payload_of::<ReviewAudioVideoTask>(json);
        assert_eq!(facts.review.score, Some(70.5));
    }
}
