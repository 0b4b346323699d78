//! Content recognition: who, what and which words appear in the media, and when.

#![expect(clippy::struct_field_names, reason = "the fields have the vendor's names")]

use serde::Deserialize;

use super::sub_task::{Made, SubTask, Template, named};
use crate::event::{Kind, Output, Role, Step};
use crate::tencent::vod::media::Subtitle;
use crate::tencent::vod::task::{asset, file_at, list_file};
use crate::urls::unsigned;
use crate::wire::{Decimal, Many, One, Text, Texts, Time, Unused};

/// A sub-task of content recognition. `Type` tells which of the others is there.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
pub(super) struct RecognitionResult {
    /// `HeadTailRecognition`, `SegmentRecognition`, `FaceRecognition`, `AsrWordsRecognition`, `AsrFullTextRecognition`,
    /// `AsrTranslateRecognition`, `OcrWordsRecognition`, `OcrFullTextRecognition` or `ObjectRecognition`.
    r#type: Text,
    /// `HeadTailRecognition`: where opening and closing credits are.
    head_tail_task: One<SubTask<Template, HeadTail>>,
    /// `SegmentRecognition`: the parts that the media falls into.
    segment_task: One<SubTask<Template, Parts>>,
    /// `FaceRecognition`: who is seen.
    face_task: One<SubTask<Template, Findings>>,
    /// The same under the key that a sample of the vendor has.
    face_recognition_task: One<SubTask<Template, Findings>>,
    /// `AsrWordsRecognition`: which of given words are said.
    asr_words_task: One<SubTask<Template, Findings>>,
    /// `AsrFullTextRecognition`: all that is said.
    asr_full_text_task: One<SubTask<Template, FullText>>,
    /// `AsrTranslateRecognition`: all that is said, translated.
    asr_translate_task: One<SubTask<Template, FullText>>,
    /// `OcrWordsRecognition`: which of given words are written.
    ocr_words_task: One<SubTask<Template, Findings>>,
    /// `OcrFullTextRecognition`: all that is written.
    ocr_full_text_task: One<SubTask<Template, FullText>>,
    /// `ObjectRecognition`: what is seen.
    object_task: One<SubTask<Template, Findings>>,
}

/// Where opening and closing credits are.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
struct HeadTail {
    /// How sure the opening is, 0 to 100.
    head_confidence: Unused<Decimal>,
    /// Where the opening ends, seconds.
    head_time_offset: Unused<Decimal>,
    /// How sure the closing is, 0 to 100.
    tail_confidence: Unused<Decimal>,
    /// Where the closing starts, seconds.
    tail_time_offset: Unused<Decimal>,
}

/// The parts that the media falls into.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
struct Parts {
    /// The parts, at most 100.
    segment_set: Many<PartSegment>,
    /// Where a JSON file with all of them can be fetched until it is deleted.
    segment_set_file_url: Text,
    /// When that file is deleted.
    segment_set_file_url_expire_time: Time,
}

/// A part of the media, as a file of its own.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
struct PartSegment {
    /// ID of the part, where it is a media file of VOD.
    file_id: Text,
    /// Where the part can be fetched.
    segment_url: Text,
    /// How sure it is, 0 to 100.
    confidence: Unused<Decimal>,
    /// Where it starts in the media, seconds.
    start_time_offset: Unused<Decimal>,
    /// Where it ends in the media, seconds.
    end_time_offset: Unused<Decimal>,
    /// Where its cover picture can be fetched.
    cov_img_url: Text,
    /// For the vendor's own use.
    special_info: Unused<Text>,
}

/// Persons, words or objects, and where they appear. The vendor has a struct for each.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
struct Findings {
    /// What was found, at most 100.
    result_set: Many<Finding>,
    /// Where a JSON file with all of it can be fetched until it is deleted.
    result_set_file_url: Text,
    /// When that file is deleted.
    result_set_file_url_expire_time: Time,
}

/// A person, word or object, and where it appears.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
struct Finding {
    /// A person's ID. A string; a sample has a number.
    id: Unused<Text>,
    /// Library that knows a person: `Default`, the vendor's, or `UserDefine`, the customer's.
    r#type: Unused<Text>,
    /// Name of a person or object.
    name: Unused<Text>,
    /// The word.
    word: Unused<Text>,
    /// Where it appears. Of an object the first 100 only, and deprecated.
    segment_set: Many<FindingSegment>,
    /// Where an object appears.
    recognition_segment_set: Many<FindingSegment>,
}

/// Where something appears.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
struct FindingSegment {
    /// Where it starts, seconds.
    start_time_offset: Unused<Decimal>,
    /// Where it ends, seconds.
    end_time_offset: Unused<Decimal>,
    /// How sure it is, 0 to 100.
    confidence: Unused<Decimal>,
    /// Where it is in the picture: left, top, right and bottom, pixels. Not of what is said.
    area_coord_set: Unused<Texts>,
}

/// All that is said or written. The vendor has a struct for each.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
struct FullText {
    /// What is said or written one after the other, at most 100.
    segment_set: Many<TextSegment>,
    /// Where a JSON file with all of it can be fetched until it is deleted.
    segment_set_file_url: Text,
    /// When that file is deleted.
    segment_set_file_url_expire_time: Time,
    /// The subtitle files that were made, in the formats that the template asks for. Only of what is said.
    subtitle_set: Many<Subtitle>,
    /// Where the subtitle file can be fetched. Only of what is said and not translated; replaced by `SubtitleSet`.
    subtitle_url: Text,
}

/// What is said or written at one time.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
struct TextSegment {
    /// How sure it is, 0 to 100. Only of what is said.
    confidence: Unused<Decimal>,
    /// Where it starts, seconds.
    start_time_offset: Unused<Decimal>,
    /// Where it ends, seconds.
    end_time_offset: Unused<Decimal>,
    /// What is said.
    text: Unused<Text>,
    /// What is said, translated.
    translation: Unused<Text>,
    /// What is written.
    text_set: Many<Writing>,
}

/// What is written in one place of the picture.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
struct Writing {
    /// How sure it is, 0 to 100.
    confidence: Unused<Decimal>,
    /// Where it is: left, top, right and bottom, pixels.
    area_coord_set: Unused<Texts>,
    /// What is written.
    text: Unused<Text>,
}

impl RecognitionResult {
    /// The sub-task; of an item that has several, each, so that none is lost.
    pub(super) fn steps(self) -> Vec<Step> {
        let steps = [
            self.head_tail_task.0.map(|task| task.step()),
            self.segment_task.0.map(|task| task.step()),
            self.face_task.0.map(|task| task.step()),
            self.face_recognition_task.0.map(|task| task.step()),
            self.asr_words_task.0.map(|task| task.step()),
            self.asr_full_text_task.0.map(|task| task.step()),
            self.asr_translate_task.0.map(|task| task.step()),
            self.ocr_words_task.0.map(|task| task.step()),
            self.ocr_full_text_task.0.map(|task| task.step()),
            self.object_task.0.map(|task| task.step()),
        ];
        let analysis = |step| Step { kind: Kind::Analysis, ..step };
        named(self.r#type, steps.into_iter().flatten().map(analysis), || analysis(Step::default()))
    }
}

impl Made for HeadTail {
    fn outputs(self) -> Vec<Output> {
        Vec::new()
    }
}

impl Made for Parts {
    fn outputs(self) -> Vec<Output> {
        let parts = self.segment_set.into_iter().flat_map(PartSegment::outputs);
        parts.chain(list_file(self.segment_set_file_url, self.segment_set_file_url_expire_time)).collect()
    }
}

impl PartSegment {
    fn outputs(self) -> impl Iterator<Item = Output> {
        asset(Role::Video, self.file_id, self.segment_url).into_iter().chain(file_at(Role::Image, self.cov_img_url))
    }
}

impl Made for Findings {
    fn outputs(self) -> Vec<Output> {
        list_file(self.result_set_file_url, self.result_set_file_url_expire_time).into_iter().collect()
    }
}

impl Made for FullText {
    fn outputs(self) -> Vec<Output> {
        let mut outputs: Vec<Output> = self.subtitle_set.into_iter().filter_map(Subtitle::output).collect();
        // The older field repeats one of the set, perhaps with another signature.
        let older = self.subtitle_url.as_deref().map(unsigned);
        if !outputs.iter().any(|output| output.url.as_deref().map(unsigned) == older) {
            outputs.extend(file_at(Role::Subtitle, self.subtitle_url));
        }
        outputs.extend(list_file(self.segment_set_file_url, self.segment_set_file_url_expire_time));
        outputs
    }
}
