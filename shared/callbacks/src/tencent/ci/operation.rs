//! What a job was to do, and what came of it.

use std::collections::HashSet;

use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

use super::CosHeader;
use super::media_info::{MediaInfo, Properties};
use super::outputs::{MediaResult, OutputTarget};
use super::results::{Parts, ResultHead, analysis, document, picture, speech, video};
use crate::event::{Failure, Media, Outcome, Output};
use crate::facts::made;
use crate::urls::unsigned;
use crate::wire::{Integer, Many, One, Text, Texts, Unused, UserData, WithHead};

/// What was to be done, and what came of it.
///
/// All jobs share it, and each tag has some of the fields. What was asked for is not looked into: it is `Unused<Value>`.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
pub(super) struct Operation {
    /// Template ID.
    template_id: Text,
    /// Template name.
    template_name: Text,
    /// What the customer attached to the job.
    user_data: UserData,
    /// Priority of the job: `0`, `1` or `2`, as a string or a number.
    job_level: Unused<Integer>,
    /// Type of the job once more. In the vendor's SDK.
    tag: Unused<Text>,
    /// The customer's own ID of the job. In the vendor's SDK.
    custom_id: UserData,
    /// Where the result was to be put.
    output: One<OutputTarget>,
    /// The input's headers, which speech synthesis puts here.
    input: One<OperationInput>,

    /// Information on the result, or on the input where the job makes no file.
    media_info: One<MediaInfo>,
    /// The files that were made.
    media_result: One<MediaResult>,
    /// `PicProcess`: the picture before and after.
    pic_process_result: Reported<picture::PicProcessResult>,
    /// `ImageInspect`: what is hidden in the picture.
    image_inspect_result: Reported<picture::ImageInspectResult>,
    /// `ImageOCR`: the text in the picture.
    detection: Many<picture::OcrResult>,
    /// `DocProcess`: the pages.
    doc_process_result: Reported<document::DocProcessResult>,
    /// `FileHashCode`: the hashes.
    file_hash_code_result: Reported<document::FileHashCodeResult>,
    /// `FileCompress`: the archive.
    file_compress_result: Reported<document::FileCompressResult>,
    /// `DocWatermark`: the document with a watermark.
    doc_watermark_result: Reported<document::DocWatermarkResult>,
    /// `FileUncompress`: how many files there are now.
    file_uncompress_result: Reported<document::FileUncompressResult>,
    /// `SpeechRecognition`: what is said.
    speech_recognition_result: Reported<speech::SpeechRecognitionResult>,
    /// `SoundHound`: the songs.
    sound_hound_result: Reported<speech::SoundHoundResult>,
    /// `VocalScore`: how well it is sung.
    vocal_score_result: Reported<speech::VocalScoreResult>,
    /// `WordsGeneralize`: the words of a text and their categories.
    words_generalize_result: Reported<speech::WordsGeneralizeResult>,
    /// `QualityEstimate`: how good it looks.
    quality_estimate: One<analysis::QualityEstimate>,
    /// `VideoTag`: what it shows.
    video_tag_result: Reported<analysis::VideoTagResult>,
    /// `VideoTargetRec`: people and things that are visible, and where.
    video_target_rec_result: Reported<video::VideoTargetRecResult>,
    /// `SplitVideoParts`: where its parts begin and end.
    split_video_info_result: Reported<video::SplitVideoInfoResult>,
    /// `DNA`: what it resembles.
    dna_result: Reported<video::DnaResult>,
    /// `DigitalWatermark`, and any transcoding with one: the watermark that was embedded.
    digital_watermark: One<video::DigitalWatermark>,
    /// `ExtractDigitalWatermark`: the watermark that was found.
    extract_digital_watermark: One<video::DigitalWatermark>,

    /// Transcoding template, where the job has one besides its own.
    transcode_template_id: Unused<Text>,
    /// Watermark templates.
    watermark_template_id: Unused<Texts>,
    /// What was asked for: `Transcode`, and what transcodes along the way.
    transcode: Unused<Value>,
    /// `TranscodePro`.
    transcode_pro: Unused<Value>,
    /// `HighSpeedHd`.
    high_speed_hd: Unused<Value>,
    /// Whether the video may be left as it is where transcoding would not make it smaller.
    free_transcode: Unused<Text>,
    /// Subtitles to burn in.
    subtitles: Unused<Value>,
    /// Watermarks to put in.
    watermark: Unused<Value>,
    /// Watermark to take out.
    remove_watermark: Unused<Value>,
    /// `Segment`.
    segment: Unused<Value>,
    /// `StreamExtract`.
    stream_extract: Unused<Value>,
    /// `Snapshot`.
    snapshot: Unused<Value>,
    /// What precedes the names of the pictures.
    snapshot_prefix: Unused<Text>,
    /// `Animation`.
    animation: Unused<Value>,
    /// `SmartCover`.
    smart_cover: Unused<Value>,
    /// `PosterProduction`.
    poster_production: Unused<Value>,
    /// `Concat`.
    concat_template: Unused<Value>,
    /// `FillConcat`.
    fill_concat: Unused<Value>,
    /// `VideoMontage`.
    video_montage: Unused<Value>,
    /// `VideoSynthesis`.
    video_synthesis: Unused<Value>,
    /// `SplitVideoParts`.
    split_video_parts: Unused<Value>,
    /// `SegmentVideoBody`.
    segment_video_body: Unused<Value>,
    /// `PicProcess`.
    pic_process: Unused<Value>,
    /// `VideoProcess`.
    video_process: Unused<Value>,
    /// `VideoEnhance`.
    video_enhance: Unused<Value>,
    /// `SDRtoHDR`.
    #[serde(rename = "SDRtoHDR")]
    sdr_to_hdr: Unused<Value>,
    /// `SuperResolution`.
    super_resolution: Unused<Value>,
    /// `NoiseReduction`.
    noise_reduction: Unused<Value>,
    /// `VoiceSeparate`.
    voice_separate: Unused<Value>,
    /// `QualityEstimate`.
    quality_estimate_config: Unused<Value>,
    /// `VideoTag`.
    video_tag: Unused<Value>,
    /// `VideoTargetRec`.
    video_target_rec: Unused<Value>,
    /// `DNA`.
    dna_config: Unused<Value>,
    /// `VocalScore`.
    vocal_score: Unused<Value>,
    /// `SpeechRecognition`.
    speech_recognition: Unused<Value>,
    /// `Tts`: the template.
    tts_tpl: Unused<Value>,
    /// `Tts`: the text.
    tts_config: Unused<Value>,
    /// `Translation`.
    translation: Unused<Value>,
    /// `WordsGeneralize`.
    words_generalize: Unused<Value>,
    /// `ImageInspect`.
    image_inspect: Unused<Value>,
    /// `ImageOCR`.
    #[serde(rename = "ImageOCR")]
    image_ocr: Unused<Value>,
    /// `DocProcess`.
    doc_process: Unused<Value>,
    /// `DocWatermark`.
    doc_watermark: Unused<Value>,
    /// `DocAIGCMetadata`.
    #[serde(rename = "DocAIGCMetadata")]
    doc_aigc_metadata: Unused<Value>,
    /// `FileHashCode`.
    file_hash_code_config: Unused<Value>,
    /// `FileCompress`.
    file_compress_config: Unused<Value>,
    /// `FileUncompress`.
    file_uncompress_config: Unused<Value>,
}

/// A result that may say of itself how it came out.
type Reported<T> = One<WithHead<ResultHead, T>>;

/// What speech synthesis puts beside what was to be done.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
struct OperationInput {
    /// Headers of the upload that started the workflow.
    cos_headers: Many<CosHeader>,
}

/// The outcome of an operation, in the terms of [`Facts`](crate::facts::Facts).
pub(super) struct Done {
    /// How it ended, with what the results say about their parts.
    pub(super) outcome: Outcome,
    /// Why a part failed, where it is told.
    pub(super) error: Failure,
    pub(super) template_id: Option<String>,
    pub(super) template_name: Option<String>,
    pub(super) user_data: Option<Box<RawValue>>,
    /// The input, with what the results say about it.
    pub(super) media: Media,
    pub(super) outputs: Vec<Output>,
}

impl Operation {
    /// The parts of the job whose outcome the state does not include.
    fn parts(&self) -> Parts {
        let mut parts = Parts::default();
        self.detection.0.iter().for_each(|result| result.count(&mut parts));
        if let Some(watermark) = self.digital_watermark.as_ref() {
            watermark.count(&mut parts);
        }
        if let Some(result) = self.video_tag_result.as_ref() {
            result.body.count(&mut parts);
        }
        if let Some(result) = self.doc_process_result.as_ref() {
            result.body.count(&mut parts);
        }
        if let Some(result) = self.doc_watermark_result.as_ref() {
            result.body.count(&mut parts);
        }
        if let Some(result) = self.file_compress_result.as_ref() {
            result.body.count(&mut parts);
        }
        if let Some(result) = self.file_uncompress_result.as_ref() {
            result.body.count(&mut parts);
        }
        let results = [
            self.pic_process_result.as_ref().map(|result| &result.head),
            self.image_inspect_result.as_ref().map(|result| &result.head),
            self.doc_process_result.as_ref().map(|result| &result.head),
            self.doc_watermark_result.as_ref().map(|result| &result.head),
            self.file_hash_code_result.as_ref().map(|result| &result.head),
            self.file_compress_result.as_ref().map(|result| &result.head),
            self.file_uncompress_result.as_ref().map(|result| &result.head),
            self.speech_recognition_result.as_ref().map(|result| &result.head),
            self.sound_hound_result.as_ref().map(|result| &result.head),
            self.vocal_score_result.as_ref().map(|result| &result.head),
            self.words_generalize_result.as_ref().map(|result| &result.head),
            self.video_tag_result.as_ref().map(|result| &result.head),
            self.video_target_rec_result.as_ref().map(|result| &result.head),
            self.split_video_info_result.as_ref().map(|result| &result.head),
            self.dna_result.as_ref().map(|result| &result.head),
        ];
        results.into_iter().flatten().for_each(|result| parts.add_result(result));
        parts
    }

    /// What came of the operation on this input, of a job whose state says `whole`.
    pub(super) fn done(self, whole: Outcome, media: Media) -> Done {
        let (outcome, error) = self.parts().outcome(whole);
        let target = self.output.or_default();
        let (original, picture) = self.pic_process_result.or_default().body.before_and_after();
        let (transcripts, speech) = self.speech_recognition_result.or_default().body.files_and_input();
        let files = self.media_result.or_default().outputs();
        let named = picture
            .into_iter()
            .chain(self.detection.into_iter().filter_map(picture::OcrResult::output))
            .chain(self.doc_process_result.or_default().body.outputs())
            .chain(self.doc_watermark_result.or_default().body.output())
            .chain(self.file_compress_result.or_default().body.output())
            .chain(transcripts)
            .chain(self.video_target_rec_result.or_default().body.outputs())
            .map(|output| target.place(output));
        // Two results may name one file.
        let mut seen = HashSet::new();
        let is_new = |output: &Output| match &output.object {
            Some(object) => seen.insert((output.bucket.clone(), object.clone())),
            None => seen.insert((None, unsigned(output.url.as_deref().unwrap_or_default()).into_owned())),
        };
        let mut outputs = made(outcome, files.into_iter().chain(named).filter(is_new));
        // The target names a file that is there only once the job is done.
        if outputs.is_empty() && whole == Outcome::Succeeded && outcome != Outcome::Failed {
            outputs = target.outputs();
        }

        let properties = self.media_info.or_default().properties();
        // The information is on the file that was made; where none was, on the input. Of several it says nothing.
        let media = match outputs.as_mut_slice() {
            [] => properties.describe_media(media),
            [only] => {
                *only = properties.describe_output(std::mem::take(only));
                media
            }
            _ => media,
        };
        let of_input: [Properties; 4] = [
            original,
            speech,
            self.file_hash_code_result.or_default().body.properties(),
            self.image_inspect_result.or_default().body.properties(),
        ];
        Done {
            outcome,
            error,
            template_id: self.template_id.0,
            template_name: self.template_name.0,
            user_data: self.user_data.0.or(self.custom_id.0),
            media: of_input.into_iter().fold(media, |media, properties| properties.describe_media(media)),
            outputs,
        }
    }
}
