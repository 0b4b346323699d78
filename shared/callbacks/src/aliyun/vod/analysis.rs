//! What machines found out about media.

use serde::Deserialize;

use super::{Body, Head};
use crate::event::Media;
use crate::facts::Facts;
use crate::wire::{Decimal, Embedded, Integer, Many, One, Text, Texts, Unused};

/// Body of `VideoAnalysisComplete`: the properties of a source file were read.
///
/// <https://www.alibabacloud.com/help/en/vod/user-guide/videoanalysiscomplete>. Its table says numbers for all but `Bitrate` and
/// `Fps`; its example has digits in strings.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
pub(super) struct VideoAnalysis {
    /// Pixels. Not of audio.
    width: Integer,
    /// Pixels. Not of audio.
    height: Integer,
    /// Seconds.
    duration: Decimal,
    /// Kilobits per second, as the table says.
    bitrate: Decimal,
    /// Frames per second. Not of audio.
    fps: Decimal,
    /// Bytes.
    size: Integer,
}

/// Body of `AIMediaDNAComplete`: media was compared with the media that the customer has.
///
/// <https://www.alibabacloud.com/help/en/vod/user-guide/aimediadnacomplete>
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
pub(super) struct MediaDna {
    /// What was found. JSON in a string.
    data: Embedded<One<DnaResult>>,
}

/// What a comparison found.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default)]
struct DnaResult {
    /// Media that is alike.
    #[serde(rename = "VideoDNA")]
    video_dna: Many<Similar>,
}

/// Media that is alike.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
struct Similar {
    /// How much alike, 0 to 1.
    similarity: Unused<Decimal>,
    /// Media ID.
    primary_key: Unused<Text>,
    /// Which parts are alike.
    detail: Many<SimilarPart>,
}

/// A part of media that is alike a part of other media.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
struct SimilarPart {
    /// Where in the event's media.
    input: One<Part>,
    /// Where in the other media.
    duplication: One<Part>,
}

/// A part of media, in seconds.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
struct Part {
    /// Where it starts.
    start: Unused<Decimal>,
    /// How long it is.
    duration: Unused<Decimal>,
}

/// Body of `AIVideoTagComplete`: what a video shows was tagged.
///
/// <https://www.alibabacloud.com/help/en/vod/user-guide/aivideotagcomplete>
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
pub(super) struct VideoTag {
    /// The tags. JSON in a string.
    data: Embedded<One<TagResult>>,
}

/// The tags of a video.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
struct TagResult {
    /// Categories.
    category: Many<Tag>,
    /// What is shown or said.
    keyword: Many<Tag>,
    /// Who is shown.
    person: Many<Tag>,
    /// Which place is shown.
    location: Many<Tag>,
    /// Which time is shown.
    time: Many<Tag>,
}

/// A tag.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
struct Tag {
    /// The tag.
    tag: Unused<Text>,
    /// Where in the video, in milliseconds; digits in strings.
    times: Unused<Texts>,
    /// Image of the face. Only of a person.
    face_url: Unused<Text>,
}

impl Body for VideoAnalysis {
    fn facts(self, head: &Head) -> Facts {
        Facts {
            outcome: head.outcome(),
            media: Media {
                size: self.size.count(),
                duration: self.duration.get(),
                width: self.width.count(),
                height: self.height.count(),
                bitrate: self.bitrate.kilobits(),
                fps: self.fps.get(),
                ..Media::default()
            },
            ..Facts::default()
        }
    }
}

impl Body for MediaDna {
    fn facts(self, head: &Head) -> Facts {
        Facts { outcome: head.outcome(), ..Facts::default() }
    }
}

impl Body for VideoTag {
    fn facts(self, head: &Head) -> Facts {
        Facts { outcome: head.outcome(), ..Facts::default() }
    }
}
