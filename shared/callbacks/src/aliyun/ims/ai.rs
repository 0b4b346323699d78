//! What machines found out about media, or made from it.

use serde::Deserialize;

use super::{Body, outcome_of, role_of};
use crate::event::{Job, Media, Outcome, Output, Role};
use crate::facts::{Facts, made};
use crate::wire::{Decimal, Embedded, Integer, Many, One, Text, Texts, Time, Unused, UserData};

/// Body of `VideoAnalysisComplete`: the properties of a file were read.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(super) struct VideoAnalysis {
    /// Media asset ID.
    media_id: Text,
    /// Where the file lies.
    file_url: Text,
    /// What the customer attached to the media.
    user_data: UserData,
    /// `Success` or `Fail`.
    status: Text,
    /// The properties.
    meta_info: One<MetaInfo>,
}

/// Properties of a file. Digits in strings, but for `Fps`.
#[derive(Debug, Default, Deserialize)]
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

/// Body of `MediaAiAnalysisComplete`: media was analyzed and the result stored.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(super) struct MediaAiAnalysis {
    /// Whether the result could be stored: `Success` or `Failed`.
    status: Text,
    /// How the analysis ended: `AnalyzeSuccess` or `AnalyzeFailed`.
    job_status: Text,
    /// Type of the analysis: `StandardSmartTag`.
    r#type: Text,
    /// Media asset ID.
    media_id: Text,
}

/// Body of `AIProduceComplete`: media was improved, or something made from it.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(super) struct AiProduce {
    /// Job ID.
    job_id: Text,
    /// `Success` or `Fail`. The API also has `Queuing` and `Analyzing`.
    status: Text,
    /// What was done: `Cover`, `VideoClip`, `VideoDelogo`, `VideoDetext`, `CaptionExtraction`, `VideoGreenScreenMatting`,
    /// `FaceBeauty`, `VideoH2V`, `MusicSegmentDetect`, `AudioBeatDetection`, `AudioQualityAssessment`, `SpeechDenoise`,
    /// `AudioMixing` or `MusicDemix`.
    function_name: Text,
    /// Names of the files that were made.
    output_files: Texts,
    /// What else the algorithm tells. JSON in a string.
    result: Unused<Embedded<Many<Candidate>>>,
    /// What the customer attached to the job.
    user_data: UserData,
}

/// One image that `Cover` proposes, as the sample has it. What other functions put here is not said.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Candidate {
    /// How good it is; on which scale is not said.
    score: Decimal,
    /// Where in the video it is from: milliseconds with a fraction, digits in a string.
    time: Decimal,
    /// Its name, the same as in `OutputFiles`. No URL.
    url: Text,
}

/// Body of `SmartJobComplete`. A failed job is told by its status alone: there are no error fields.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(super) struct SmartJob {
    /// What was done: `ASR`, `DynamicChart`, `VideoTranslation` or `TextToSpeech`.
    job_type: Text,
    /// `Finished` or `Failed`. The API also has `Created` and `Executing`.
    status: Text,
    /// Job ID.
    job_id: Text,
    /// What the customer attached to the job.
    user_data: UserData,
    /// When the job was last changed, UTC. In the sample it is the time of creation, so that it says nothing of the end.
    modified_time: Unused<Time>,
    /// When the job was created, UTC.
    create_time: Time,
}

impl Body for VideoAnalysis {
    fn facts(self) -> Facts {
        let properties = self.meta_info.or_default();
        Facts {
            outcome: outcome_of(&self.status),
            status: self.status.0,
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
            user_data: self.user_data.0,
            ..Facts::default()
        }
    }
}

impl Body for MediaAiAnalysis {
    fn facts(self) -> Facts {
        // The word that decides: of the analysis, where it failed or is still at work, although something was stored.
        let status = match (outcome_of(&self.status), outcome_of(&self.job_status)) {
            (Outcome::Failed, _) => self.status,
            (_, Outcome::Failed | Outcome::Running) => self.job_status,
            _ => self.status,
        };
        Facts {
            outcome: outcome_of(&status),
            status: status.0,
            media: Media { id: self.media_id.0, ..Media::default() },
            job: Job { name: self.r#type.0, ..Job::default() },
            ..Facts::default()
        }
    }
}

impl Body for AiProduce {
    fn facts(self) -> Facts {
        let outcome = outcome_of(&self.status);
        let outputs = self.output_files.0.into_iter().map(|name| Output {
            role: role_of(&name, Role::Other),
            object: Some(name),
            ..Output::default()
        });
        Facts {
            outcome,
            status: self.status.0,
            job: Job { id: self.job_id.0, name: self.function_name.0, ..Job::default() },
            outputs: made(outcome, outputs),
            user_data: self.user_data.0,
            ..Facts::default()
        }
    }
}

impl Body for SmartJob {
    fn facts(self) -> Facts {
        Facts {
            outcome: outcome_of(&self.status),
            status: self.status.0,
            job: Job { id: self.job_id.0, name: self.job_type.0, created_at: self.create_time.0, ..Job::default() },
            user_data: self.user_data.0,
            ..Facts::default()
        }
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
            let text = |word: &str| Text(Some(word.to_owned()));
            let body = MediaAiAnalysis { status: text(status), job_status: text(job_status), ..Default::default() };
            let facts = body.facts();
            assert_eq!((facts.outcome, facts.status.as_deref()), (outcome, Some(word)), "{status} {job_status}");
        }
    }
}
