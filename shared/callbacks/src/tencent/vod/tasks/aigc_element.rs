//! What models are taught: persons, things and voices; and the faces that they find.

use serde::Deserialize;

use super::aigc::media;
use crate::event::{Media, Output, Role};
use crate::facts::{Facts, made};
use crate::tencent::vod::Payload;
use crate::tencent::vod::task::{asset, file_at};
use crate::wire::{Integer, Many, One, Text, Unused};

/// Payload of `CreateAigcAdvancedCustomElementCompleteEvent`, which has this name as its key, too: a model knows a
/// person or thing.
///
/// <https://cloud.tencent.com/document/api/266/31773#CreateAigcAdvancedCustomElementTask>
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
pub(crate) struct CreateElementTask {
    /// What was asked for.
    input: One<ElementInput>,
    /// What the model knows.
    output: One<ElementOutput>,
}

/// The person or thing that a model was taught.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
struct ElementInput {
    /// Name.
    element_name: Unused<Text>,
    /// Description.
    element_description: Unused<Text>,
    /// How it is shown: `video_refer` or `image_refer`.
    reference_type: Unused<Text>,
    /// ID of its voice.
    element_voice_id: Unused<Text>,
    /// Videos of it, JSON in a string.
    element_video_list: Unused<Text>,
    /// Pictures of it, JSON in a string.
    element_image_list: Unused<Text>,
    /// Tags, JSON in a string.
    tag_list: Unused<Text>,
}

/// What a model knows now.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
struct ElementOutput {
    /// The persons or things.
    info_list: Many<ElementInfo>,
}

/// A person or thing that a model knows.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
struct ElementInfo {
    /// ID.
    element_id: Text,
    /// What the model says about it, JSON in a string.
    element_info: Unused<Text>,
}

/// Payload of `CreateAigcCustomVoiceCompleteEvent`, which has this name as its key, too: a model knows a voice.
///
/// <https://cloud.tencent.com/document/api/266/31773#CreateAigcCustomVoiceTask>
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
pub(crate) struct CreateVoiceTask {
    /// What was asked for.
    input: One<VoiceInput>,
    /// What the model knows.
    output: One<VoiceOutput>,
}

/// The voice that a model was taught.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
struct VoiceInput {
    /// Name.
    voice_name: Unused<Text>,
    /// Address of a recording of it.
    voice_url: Text,
    /// ID of a generated video with it, as the model knows it.
    video_id: Unused<Text>,
}

/// What a model knows now.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
struct VoiceOutput {
    /// The voices.
    info_list: Many<VoiceInfo>,
}

/// A voice that a model knows.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
struct VoiceInfo {
    /// ID.
    voice_id: Text,
    /// What the model says about it, JSON in a string.
    voice_info: Unused<Text>,
}

/// Payload of `DescribeAigcFaceInfoAsyncComplete`: faces were looked for.
///
/// <https://cloud.tencent.com/document/api/266/31773#DescribeAigcFaceInfoAsyncTask>
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
pub(crate) struct DescribeFacesTask {
    /// Where they were looked for.
    input: One<FacesInput>,
    /// The faces.
    output: One<FacesOutput>,
}

/// Where faces were looked for.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
struct FacesInput {
    /// The files.
    file_infos: Many<FaceFile>,
}

/// A file in which faces were looked for.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
struct FaceFile {
    /// How it is given: `File` or `Url`.
    r#type: Unused<Text>,
    /// ID of the file.
    file_id: Text,
    /// Address of the file.
    url: Text,
}

/// The faces of all files.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
struct FacesOutput {
    /// Those of each file.
    face_info_set: Many<Faces>,
}

/// The faces of a file.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
struct Faces {
    /// What a request names the file by that makes the faces speak.
    session_id: Unused<Text>,
    /// The faces.
    face_info_list: Many<Face>,
}

/// A face.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
struct Face {
    /// ID.
    face_id: Unused<Text>,
    /// Where a picture of it can be fetched.
    face_image: Text,
    /// When it appears, milliseconds.
    start_time: Unused<Integer>,
    /// When it disappears, milliseconds.
    end_time: Unused<Integer>,
}

impl Payload for CreateElementTask {
    fn facts(self, task: Facts) -> Facts {
        let ids = self.output.or_default().info_list.into_iter().map(|element| element.element_id);
        Facts { outputs: made(task.outcome, learned(ids)), ..task }
    }
}

impl Payload for CreateVoiceTask {
    fn facts(self, task: Facts) -> Facts {
        let url = self.input.or_default().voice_url.0;
        let ids = self.output.or_default().info_list.into_iter().map(|voice| voice.voice_id);
        Facts { media: Media { url, ..Media::default() }, outputs: made(task.outcome, learned(ids)), ..task }
    }
}

impl Payload for DescribeFacesTask {
    fn facts(self, task: Facts) -> Facts {
        let found = self.output.or_default().face_info_set.into_iter().flat_map(|file| file.face_info_list);
        // A picture that came as Base64 is no file that could be fetched.
        let is_address = |image: &Text| image.as_deref().is_some_and(|image| image.starts_with("http"));
        let images = found.map(|face| face.face_image).filter(is_address);
        Facts {
            media: media(self.input.or_default().file_infos.into_iter().map(|file| (file.file_id, file.url))),
            outputs: made(task.outcome, images.filter_map(|image| file_at(Role::Image, image))),
            ..task
        }
    }
}

/// What a model knows under these IDs, by which later requests name it. It is no file that could be fetched.
fn learned(ids: impl IntoIterator<Item = Text>) -> impl Iterator<Item = Output> {
    ids.into_iter().filter_map(|id| asset(Role::Other, id, Text::default()))
}
