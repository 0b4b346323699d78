//! Transcoding: one stream of a video, and all of them.

use serde::Deserialize;

use super::head::WithHead;
use super::{Body, Head};
use crate::event::{Job, Kind, Outcome, Output, Role, Step};
use crate::facts::{Facts, made};
use crate::wire::{Decimal, Embedded, Integer, Many, Text, Time, Unused};

/// Body of `StreamTranscodeComplete`, and an item of `StreamInfos`: a stream of one definition and format was made.
///
/// <https://www.alibabacloud.com/help/en/vod/user-guide/streamtranscodecomplete>
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
pub(super) struct Stream {
    /// Kilobits per second, as the table says; digits in a string, in older samples a number. Of the whole file: the samples'
    /// 1815321 bytes at 925 and 3090951 bytes at 1575 are both 15.7 seconds, of which `Duration` has 15.
    bitrate: Decimal,
    /// Definition: `FD`, `LD`, `SD`, `HD`, `OD`, `2K`, `4K` or `AUTO`; of preset templates with a suffix, `HD-MP4`.
    definition: Text,
    /// Seconds; a number.
    duration: Decimal,
    /// Codec.
    codec: Text,
    /// Whether the stream is encrypted: `true` or `false`.
    encrypt: Unused<Text>,
    /// How it is encrypted.
    encrypt_type: Unused<Text>,
    /// Where the stream is played from.
    file_url: Text,
    /// Format: `mp4`, `m3u8`, `mp3`.
    format: Text,
    /// Frames per second; digits in a string, in older samples a number.
    fps: Decimal,
    /// Pixels; a number.
    height: Integer,
    /// Pixels; a number.
    width: Integer,
    /// Bytes; a number.
    size: Integer,
    /// Whether there are no pictures: `true` or `false`, as `GetPlayInfo` writes it `1` or `0`. No table has it.
    is_audio: Text,
    /// ID of the watermark on the pictures.
    watermark_id: Unused<Text>,
    /// When the job started, UTC.
    start_time: Time,
    /// When the job ended, UTC.
    finish_time: Time,
}

/// Body of `TranscodeComplete`: all streams of a video were transcoded.
///
/// `Status` is `success` as long as one stream is transcoded; the streams have their own.
///
/// <https://www.alibabacloud.com/help/en/vod/user-guide/transcodecomplete>
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
pub(super) struct Transcode {
    /// The streams. A list; read from JSON in a string, too, as the other lists of this product come.
    stream_infos: Embedded<Many<WithHead<Stream>>>,
}

impl Body for Stream {
    fn facts(self, head: &Head) -> Facts {
        let outcome = head.outcome();
        Facts {
            outcome,
            job: Job { started_at: self.start_time.0, finished_at: self.finish_time.0, ..Job::default() },
            outputs: made(outcome, self.output()),
            ..Facts::default()
        }
    }
}

impl Body for Transcode {
    fn facts(self, head: &Head) -> Facts {
        let whole = head.outcome();
        let streams = self.stream_infos.or_default().into_iter();
        let steps: Vec<Step> = streams.map(|stream| step(stream, whole)).filter(|step| !step.is_blank()).collect();
        Facts { outcome: Outcome::of_parts(whole, steps.iter().map(|step| step.outcome)), steps, ..Facts::default() }
    }
}

/// A stream as a part of the whole. Its status is not required: without one, it ended as the whole did.
fn step(WithHead { head, body }: WithHead<Stream>, whole: Outcome) -> Step {
    let outcome = head.stated_outcome().unwrap_or(whole);
    Step {
        id: head.job_id.0.clone(),
        name: body.definition.0.clone(),
        kind: Kind::Transcode,
        outcome,
        status: head.status.0.clone(),
        started_at: body.start_time.0,
        finished_at: body.finish_time.0,
        error: head.error_of(outcome),
        outputs: made(outcome, body.output()),
        ..Step::default()
    }
}

impl Stream {
    /// The vendor's word on format and sound counts before the ending of the file's name. A playlist is one, whatever it lists.
    fn role(&self) -> Role {
        let of_format = self.format.as_deref().map(Role::of_format).unwrap_or_default();
        let of_name = self.file_url.as_deref().map(Role::of_name).unwrap_or_default();
        let is_audio = self.is_audio.as_deref().map(|is_audio| matches!(is_audio, "true" | "1"));
        match (of_format, of_name, is_audio) {
            (Role::Video, _, Some(true)) | (Role::Other, Role::Video | Role::Other, Some(true)) => Role::Audio,
            (Role::Other, Role::Audio, Some(false)) | (Role::Other, Role::Other, _) => Role::Video,
            (Role::Other, of_name, _) => of_name,
            (of_format, ..) => of_format,
        }
    }

    fn output(self) -> Option<Output> {
        let role = self.role();
        let url = self.file_url.0?;
        Some(Output {
            role,
            url: Some(url),
            size: self.size.count(),
            duration: self.duration.get(),
            width: self.width.count(),
            height: self.height.count(),
            bitrate: self.bitrate.kilobits(),
            fps: self.fps.get(),
            format: self.format.0,
            codec: self.codec.0,
            definition: self.definition.0,
            ..Output::default()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_vendors_word_counts_before_the_name() {
        for (json, role) in [
            (r#"{"IsAudio":true,"FileUrl":"http://a/b.mp4"}"#, Role::Audio),
            (r#"{"IsAudio":1,"Format":"mp4","FileUrl":"http://a/b"}"#, Role::Audio),
            (r#"{"IsAudio":"false","FileUrl":"http://a/b.mp4"}"#, Role::Video),
            (r#"{"IsAudio":false,"FileUrl":"http://a/b.m4a"}"#, Role::Video),
            (r#"{"IsAudio":false,"Format":"mp3","FileUrl":"http://a/b.mp3"}"#, Role::Audio),
            (r#"{"IsAudio":true,"Format":"m3u8","FileUrl":"http://a/b.m3u8"}"#, Role::Playlist),
            (r#"{"Format":"mp3","FileUrl":"http://a/b.mp4"}"#, Role::Audio),
            (r#"{"FileUrl":"http://a/b"}"#, Role::Video),
        ] {
            assert_eq!(serde_json::from_str::<Stream>(json).unwrap().role(), role, "{json}");
        }
    }
}
