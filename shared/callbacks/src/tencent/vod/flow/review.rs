//! Content review: what a machine finds objectionable in picture, sound and text.

use serde::Deserialize;

use super::sub_task::{Made, SubTask, Template, named};
use crate::event::{Kind, Outcome, Output, Review, Role, Step};
use crate::status;
use crate::tencent::vod::task::{distinct, expiry, file_at, list_file};
use crate::wire::{Decimal, Many, One, Text, Texts, Time, UnixTime, Unused};

/// A sub-task of content review. `Type` tells which of the others is there.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
pub(super) struct ReviewResult {
    /// `Porn`, `Terrorism`, `Political`, each alone for the picture, with `.Asr` for what is said, or with `.Ocr` for what is
    /// written in the picture; `Prohibited.Asr`, `Prohibited.Ocr`.
    r#type: Text,
    /// `Porn`: pornographic pictures.
    porn_task: One<ReviewTask>,
    /// `Terrorism`: pictures of terrorism.
    terrorism_task: One<ReviewTask>,
    /// `Political`: politically sensitive pictures.
    political_task: One<ReviewTask>,
    /// `Porn.Asr`: pornographic speech.
    porn_asr_task: One<ReviewTask>,
    /// `Porn.Ocr`: pornographic writing.
    porn_ocr_task: One<ReviewTask>,
    /// `Political.Asr`: politically sensitive speech.
    political_asr_task: One<ReviewTask>,
    /// `Political.Ocr`: politically sensitive writing.
    political_ocr_task: One<ReviewTask>,
    /// `Terrorism.Ocr`: writing about terrorism.
    terrorism_ocr_task: One<ReviewTask>,
    /// `Prohibited.Ocr`: prohibited writing, such as abuse.
    prohibited_ocr_task: One<ReviewTask>,
    /// `Prohibited.Asr`: prohibited speech, such as abuse.
    prohibited_asr_task: One<ReviewTask>,
}

type ReviewTask = SubTask<Template, Findings>;

/// What a review found. The vendor has a struct for each of the ten, which differ in nothing but `Label`.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
struct Findings {
    /// How sure the finding is, 0 to 100.
    confidence: Decimal,
    /// What to do: `pass`, `review` or `block`.
    suggestion: Text,
    /// What was found in the picture. `Porn`: `porn`, `sexy`, `vulgar`, `intimacy`. `Terrorism`: `guns`, `crowd`, `police`,
    /// `bloody`, `banners`, `militant`, `explosion`, `terrorists`, `scenario`. `Political`: `violation_photo`, `politician`,
    /// `entertainment`, `sport`, `entrepreneur`, `scholar`, `celebrity`, `military`. Speech and writing have none.
    label: Text,
    /// The suspicious segments, at most 100.
    segment_set: Many<ReviewSegment>,
    /// Where a JSON file with all segments can be fetched until it is deleted.
    segment_set_file_url: Text,
    /// When that file is deleted.
    segment_set_file_url_expire_time: Time,
}

/// A suspicious segment of the media.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
struct ReviewSegment {
    /// Where it starts, seconds.
    start_time_offset: Unused<Decimal>,
    /// Where it ends, seconds.
    end_time_offset: Unused<Decimal>,
    /// How sure the finding is, 0 to 100.
    confidence: Unused<Decimal>,
    /// What was found. Pictures only.
    label: Unused<Text>,
    /// What to do: `pass`, `review` or `block`.
    suggestion: Unused<Text>,
    /// Name of the person or sign. Politically sensitive pictures only.
    name: Unused<Text>,
    /// Where person, sign or writing is in the picture: left, top, right and bottom, pixels.
    area_coord_set: Unused<Texts>,
    /// The suspicious words. Speech and writing only.
    keyword_set: Unused<Texts>,
    /// Where a picture of it can be fetched until it is deleted. Not for speech.
    url: Text,
    /// When that picture is deleted, Unix seconds. Deprecated.
    pic_url_expire_time_stamp: UnixTime,
    /// When that picture is deleted.
    pic_url_expire_time: Time,
}

impl ReviewResult {
    /// The sub-task as a step, and what it advises; of an item that has several, each, so that none is lost.
    pub(super) fn steps(self) -> (Vec<Step>, Vec<Review>) {
        let tasks = [
            self.porn_task,
            self.terrorism_task,
            self.political_task,
            self.porn_asr_task,
            self.porn_ocr_task,
            self.political_asr_task,
            self.political_ocr_task,
            self.terrorism_ocr_task,
            self.prohibited_ocr_task,
            self.prohibited_asr_task,
        ];
        let tasks: Vec<ReviewTask> = tasks.into_iter().filter_map(Option::from).collect();
        let reviews = tasks.iter().filter_map(ReviewTask::review).collect();
        let moderation = |step| Step { kind: Kind::Moderation, ..step };
        let steps = tasks.into_iter().map(|task| moderation(task.step()));
        (named(self.r#type, steps, || moderation(Step::default())), reviews)
    }
}

impl ReviewTask {
    /// What the sub-task advises; nothing where it failed.
    fn review(&self) -> Option<Review> {
        let findings = self.output.as_ref().filter(|_| self.outcome() != Outcome::Failed)?;
        Some(Review {
            verdict: Some(status::verdict(findings.suggestion.as_deref()?)?),
            label: findings.label.0.clone(),
            score: findings.confidence.get(),
            ..Review::default()
        })
    }
}

impl Made for Findings {
    fn outputs(self) -> Vec<Output> {
        let pictures = self.segment_set.into_iter().filter_map(ReviewSegment::picture);
        distinct(pictures.chain(list_file(self.segment_set_file_url, self.segment_set_file_url_expire_time)))
    }
}

impl ReviewSegment {
    fn picture(self) -> Option<Output> {
        let expires_at = expiry(self.pic_url_expire_time, self.pic_url_expire_time_stamp);
        file_at(Role::Image, self.url).map(|picture| Output { expires_at, ..picture })
    }
}

/// The worst of several reviews: the one with the hardest verdict, and of those the surest.
pub(crate) fn worst(reviews: impl IntoIterator<Item = Review>) -> Option<Review> {
    let rank = |review: &Review| (review.verdict, review.score);
    reviews.into_iter().reduce(|worst, review| if rank(&review) > rank(&worst) { review } else { worst })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::Verdict;

    fn review(json: &str) -> Vec<Review> {
        crate::wire::parse::<ReviewResult>(json).steps().1
    }

    #[test]
    fn the_worst_verdict_counts_and_of_those_the_surest() {
        let reviews = [
            r#"{"PornTask":{"Output":{"Suggestion":"pass","Label":"a","Confidence":99}}}"#,
            r#"{"PornTask":{"Output":{"Suggestion":"Review","Label":"b","Confidence":60}}}"#,
            r#"{"PornOcrTask":{"Output":{"Suggestion":"REVIEW","Confidence":70}}}"#,
            r#"{"PornTask":{"Output":{"Suggestion":"review","Label":"d"}}}"#,
            r#"{"PornTask":{"Status":"FAIL","Output":{"Suggestion":"block"}}}"#,
            r#"{"PornTask":{"Output":{"Suggestion":"odd"}}}"#,
            r#"{"Type":"Porn"}"#,
        ];
        let worst = worst(reviews.into_iter().flat_map(review)).unwrap();
        assert_eq!(worst, Review { verdict: Some(Verdict::Review), score: Some(70.0), ..Review::default() });
    }
}
