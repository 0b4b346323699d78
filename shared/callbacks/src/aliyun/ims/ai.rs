//! What machines found out about media, or made from it.

use serde::Deserialize;

use super::{Body, Head, outcome_of, role_of};
use crate::aliyun::job_type;
use crate::event::{Job, Media, Outcome, Output, Role};
use crate::facts::{Facts, made};
use crate::wire::{Decimal, Embedded, Integer, Many, One, Text, Texts, Time, Unused};

/// Body of `VideoAnalysisComplete`: the properties of a file were read.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
pub(super) struct VideoAnalysis {
    /// Media asset ID.
    media_id: Text,
    /// Where the file lies.
    file_url: Text,
    /// The properties.
    meta_info: One<MetaInfo>,
}

/// Properties of a file. Digits in strings, but for `Fps`.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
struct MetaInfo {
    /// Seconds.
    duration: Decimal,
    /// Pixels.
    height: Integer,
    /// Pixels.
    width: Integer,
    /// Kilobits per second, with a fraction: `9049.17`.
    bitrate: Decimal,
    /// Bytes.
    size: Integer,
    /// Frames per second; a number.
    fps: Decimal,
}

/// Body of `MediaAiAnalysisComplete`: media was analyzed and the result stored. `Status` tells whether the result could be stored:
/// `Success` or `Failed`.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
pub(super) struct MediaAiAnalysis {
    /// How the analysis ended: `AnalyzeSuccess` or `AnalyzeFailed`.
    job_status: Text,
    /// Type of the analysis: `StandardSmartTag`.
    r#type: Text,
    /// Media asset ID.
    media_id: Text,
}

/// Body of `AIProduceComplete`: media was improved, or something made from it. `Status` is `Success` or `Fail`; the API also has
/// `Queuing` and `Analyzing`.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
pub(super) struct AiProduce {
    /// What was done: `Cover`, `VideoClip`, `VideoDelogo`, `VideoDetext`, `CaptionExtraction`, `VideoGreenScreenMatting`,
    /// `FaceBeauty`, `VideoH2V`, `MusicSegmentDetect`, `AudioBeatDetection`, `AudioQualityAssessment`, `SpeechDenoise`,
    /// `AudioMixing` or `MusicDemix`.
    function_name: Text,
    /// Names of the files that were made.
    output_files: Texts,
    /// Their URLs. Of the API that reports the same job.
    output_urls: Texts,
    /// IDs of the media assets that were made. Of the API that reports the same job.
    output_media_ids: Texts,
    /// What else the algorithm tells. JSON in a string.
    result: Unused<Embedded<Many<Candidate>>>,
}

/// One image that `Cover` proposes, as the sample has it. What other functions put here is not said.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
struct Candidate {
    /// How good it is; on which scale is not said.
    score: Decimal,
    /// Where in the video it is from: milliseconds with a fraction, digits in a string.
    time: Decimal,
    /// Its name, the same as in `OutputFiles`. No URL.
    url: Text,
}

/// Body of `SmartJobComplete`. `Status` is `Finished` or `Failed`; the API also has `Created` and `Executing`. In the result of a
/// VOD workflow's node the body stands by itself.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
pub(super) struct SmartJob {
    /// What was done: `ASR`, `DynamicChart`, `VideoTranslation` or `TextToSpeech`.
    job_type: Text,
    /// ID of the media asset that was made. Only in a workflow's result.
    media_id: Text,
    /// When the job was last changed, UTC. In the sample it is the time of creation, so that it says nothing of the end.
    modified_time: Unused<Time>,
    /// When the job was created, UTC.
    create_time: Time,
}

impl Body for VideoAnalysis {
    fn facts(self, head: &Head) -> Facts {
        let properties = self.meta_info.or_default();
        Facts {
            outcome: head.outcome(),
            media: Media {
                id: self.media_id.0,
                url: self.file_url.0,
                size: properties.size.count(),
                duration: properties.duration.get(),
                width: properties.width.count(),
                height: properties.height.count(),
                bitrate: properties.bitrate.kilobits(),
                fps: properties.fps.get(),
                ..Media::default()
            },
            ..Facts::default()
        }
    }
}

impl Body for MediaAiAnalysis {
    fn facts(self, head: &Head) -> Facts {
        // The word that decides: of the analysis, where it failed or is still at work, although something was stored.
        let (outcome, status) = match (head.outcome(), outcome_of(&self.job_status)) {
            (Outcome::Failed, _) => (Outcome::Failed, None),
            (_, of_job @ (Outcome::Failed | Outcome::Running)) => (of_job, self.job_status.0),
            (outcome, _) => (outcome, None),
        };
        Facts {
            outcome,
            status,
            media: Media { id: self.media_id.0, ..Media::default() },
            job: Job { name: self.r#type.0, ..Job::default() },
            ..Facts::default()
        }
    }
}

impl Body for AiProduce {
    fn facts(self, head: &Head) -> Facts {
        let outcome = head.outcome();
        // What the lists say of one file has the same place in each.
        let (mut files, mut urls) = (self.output_files.0.into_iter(), self.output_urls.0.into_iter());
        let mut ids = self.output_media_ids.0.into_iter();
        let role = role_of_function(self.function_name.as_deref());
        let outputs = std::iter::from_fn(|| {
            let output = Output { id: ids.next(), url: urls.next(), object: files.next(), ..Output::default() };
            let name = output.object.as_deref().or(output.url.as_deref());
            let role = name.map_or(role, |name| role_of(name, role));
            (output != Output::default()).then_some(Output { role, ..output })
        });
        Facts {
            outcome,
            outputs: made(outcome, outputs),
            job: Job { name: self.function_name.0, ..Job::default() },
            ..Facts::default()
        }
    }
}

impl Body for SmartJob {
    fn facts(self, head: &Head) -> Facts {
        let outcome = head.outcome();
        let role = job_type::role(self.job_type.as_deref());
        let output = self.media_id.0.map(|id| Output { id: Some(id), role, ..Output::default() });
        Facts {
            outcome,
            outputs: made(outcome, output),
            job: Job { name: self.job_type.0, created_at: self.create_time.0, ..Job::default() },
            ..Facts::default()
        }
    }
}

/// What a function of `AIProduceComplete` makes, where no name tells.
fn role_of_function(name: Option<&str>) -> Role {
    match name {
        Some("Cover") => Role::Image,
        Some("CaptionExtraction") => Role::Subtitle,
        Some("SpeechDenoise" | "AudioMixing" | "MusicDemix") => Role::Audio,
        Some("VideoClip" | "VideoDelogo" | "VideoDetext" | "VideoGreenScreenMatting" | "FaceBeauty" | "VideoH2V") => {
            Role::Video
        }
        _ => Role::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_analysis_failed_where_either_word_says_so() {
        for (status, job_status, outcome, word) in [
            ("Success", "AnalyzeSuccess", Outcome::Succeeded, "Success"),
            ("Success", "AnalyzeFailed", Outcome::Failed, "AnalyzeFailed"),
            ("Failed", "AnalyzeSuccess", Outcome::Failed, "Failed"),
            ("Failed", "Processing", Outcome::Failed, "Failed"),
            ("Success", "Processing", Outcome::Running, "Processing"),
            ("odd", "AnalyzeSuccess", Outcome::Unknown, "odd"),
        ] {
            let json = format!(r#"{{"Status":"{status}","JobStatus":"{job_status}"}}"#);
            let facts = crate::tests::with_value(&json, crate::aliyun::ims::body::<MediaAiAnalysis>);
            assert_eq!((facts.outcome, facts.status.as_deref()), (outcome, Some(word)), "{status} {job_status}");
        }
    }
}
