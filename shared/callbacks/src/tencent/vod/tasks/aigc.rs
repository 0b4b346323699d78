//! Pictures, videos and three-dimensional models that a model made.

use serde::Deserialize;

use crate::event::{Media, Role};
use crate::facts::{Facts, made};
use crate::tencent::vod::Payload;
use crate::tencent::vod::task::TaskFile;
use crate::wire::{Decimal, Integer, Many, One, Text, Texts, Time, Unused};

/// Payload of `AigcImageTaskComplete`, under the key `AigcImageCompleteEvent`.
///
/// <https://cloud.tencent.com/document/api/266/31773#AigcImageTask>
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
pub(crate) struct AigcImageTask {
    /// What was asked for.
    input: One<AigcInput>,
    /// The pictures.
    output: One<AigcOutput>,
}

/// Payload of `AigcVideoTaskComplete`, under the key `AigcVideoCompleteEvent`.
///
/// <https://cloud.tencent.com/document/api/266/31773#AigcVideoTask>
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
pub(crate) struct AigcVideoTask {
    /// What was asked for.
    input: One<AigcInput>,
    /// The videos.
    output: One<AigcOutput>,
}

/// Payload of `AigcHunyuan3DTaskComplete`, under the key `AigcHunyuan3DCompleteEvent`: a three-dimensional model was made.
///
/// <https://cloud.tencent.com/document/api/266/31773#AigcHunyuan3DTask>
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
pub(crate) struct AigcModelTask {
    /// What was asked for.
    input: One<ModelInput>,
    /// The model, in one file for each format.
    output: One<AigcOutput>,
}

/// What a three-dimensional model is made from.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
struct ModelInput {
    /// Pictures of the thing.
    image_infos: Many<ModelFile>,
    /// Pictures of it from several sides, 2 to 8.
    multi_view_image_infos: Many<ModelFile>,
    /// What is to be seen.
    prompt: Unused<Text>,
    /// `Normal`, `Geometry` without texture, or `Texture` for a model that there is.
    generate_type: Unused<Text>,
    /// Models that there are.
    mesh_infos: Many<ModelFile>,
    /// Whether materials are made: `Enabled` or `Disabled`.
    #[serde(rename = "EnablePBR")]
    enable_pbr: Unused<Text>,
    /// How many faces.
    face_count: Unused<Integer>,
    /// Whether the texture's coordinates are kept: `Enabled` or `Disabled`.
    #[serde(rename = "KeepUV")]
    keep_uv: Unused<Text>,
    /// A format beside OBJ and GLB: `FBX`.
    result_format: Unused<Text>,
    /// Start of the random numbers.
    seed: Unused<Integer>,
    /// Style, in words.
    style: Unused<Text>,
    /// The files that were asked for.
    output_config: One<AigcOutputConfig>,
}

/// A file that a three-dimensional model is made from.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
struct ModelFile {
    /// How it is given: `File` or `Url`.
    r#type: Unused<Text>,
    /// ID of the file.
    file_id: Text,
    /// Address of the file.
    url: Text,
    /// From which side: `front`, `back`, `left`, `right`, `top`, `bottom`, `left_front`, `right_front`.
    view_type: Unused<Text>,
}

/// What a model was asked for. Pictures and videos have a struct each, of which this is the union.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
struct AigcInput {
    /// Name of the model.
    model_name: Unused<Text>,
    /// Its version.
    model_version: Unused<Text>,
    /// Files that the model starts from.
    file_infos: Many<AigcFile>,
    /// Persons or things that appear. Videos only.
    subject_infos: Many<AigcSubject>,
    /// ID of the picture that the video ends with.
    last_frame_file_id: Unused<Text>,
    /// Address of the picture that the video ends with.
    last_frame_url: Unused<Text>,
    /// What is to be seen.
    prompt: Unused<Text>,
    /// What is not to be seen.
    negative_prompt: Unused<Text>,
    /// Whether the prompt is improved: `Enabled` or `Disabled`.
    enhance_prompt: Unused<Text>,
    /// `Fast`, `Standard` and others.
    generation_mode: Unused<Text>,
    /// The file that was asked for.
    output_config: One<AigcOutputConfig>,
    /// Where the files lie: `Mainland`, `Oversea`. Videos only.
    input_region: Unused<Text>,
    /// Scene, as the model knows it.
    scene_type: Unused<Text>,
    /// Start of the random numbers.
    seed: Unused<Integer>,
    /// Further settings, for the vendor's special purposes.
    ext_info: Unused<Text>,
}

/// A file that a model starts from. Pictures and videos have a struct each, of which this is the union.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
struct AigcFile {
    /// How it is given: `File`, `Url`, `Base64`, `Text`.
    r#type: Unused<Text>,
    /// `Image`, `Video`, `Audio`. Videos only.
    category: Unused<Text>,
    /// ID of the file.
    file_id: Text,
    /// Address of the file.
    url: Text,
    /// The file itself, Base64.
    base64: Unused<Text>,
    /// A text in place of a file, or what the file shows.
    text: Unused<Text>,
    /// What the model takes from it: `asset`, `style` and others.
    reference_type: Unused<Text>,
    /// ID of a subject, as the model knows it. Videos only.
    object_id: Unused<Text>,
    /// ID of a voice. Videos only.
    voice_id: Unused<Text>,
    /// Whether its sound stays: `Enabled` or `Disabled`. Videos only.
    keep_original_sound: Unused<Text>,
    /// What it is used for: `FirstFrame`, `Reference`. Videos only.
    usage: Unused<Text>,
}

/// A person or thing that appears in a video.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
struct AigcSubject {
    /// ID.
    id: Unused<Text>,
    /// Name.
    name: Unused<Text>,
    /// ID of its voice.
    voice_id: Unused<Text>,
    /// Pictures of it.
    image_urls: Unused<Texts>,
    /// Videos of it.
    video_urls: Unused<Texts>,
}

/// The file that was asked for. Pictures and videos have a struct each, of which this is the union.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
struct AigcOutputConfig {
    /// `Permanent`, a media file of its own, or `Temporary`.
    storage_mode: Unused<Text>,
    /// Name of the file.
    media_name: Unused<Text>,
    /// ID of the category.
    class_id: Unused<Integer>,
    /// When the file is deleted.
    expire_time: Unused<Time>,
    /// Seconds. Videos only.
    duration: Unused<Decimal>,
    /// `720P`, `1080P`, `2K`, `4K`.
    resolution: Unused<Text>,
    /// `16:9`.
    aspect_ratio: Unused<Text>,
    /// Whether there is sound: `Enabled` or `Disabled`. Videos only.
    audio_generation: Unused<Text>,
    /// Which persons may appear: `AllowAdult`, `Disallowed`.
    person_generation: Unused<Text>,
    /// Whether what was asked for is reviewed: `Enabled` or `Disabled`.
    input_compliance_check: Unused<Text>,
    /// Whether what was made is reviewed: `Enabled` or `Disabled`.
    output_compliance_check: Unused<Text>,
    /// Whether the picture is improved: `Enabled` or `Disabled`. Videos only.
    enhance_switch: Unused<Text>,
    /// Whether it is made when there is less to do: `Enabled` or `Disabled`. Videos only.
    off_peak: Unused<Text>,
    /// Whether there are more frames: `Enabled` or `Disabled`. Videos only.
    frame_interpolate: Unused<Text>,
    /// Whether it is marked as made by a model: `Enabled` or `Disabled`.
    logo_add: Unused<Text>,
    /// Whether there is music: `Enabled` or `Disabled`. Videos only.
    #[serde(rename = "EnableBGM")]
    enable_bgm: Unused<Text>,
    /// How many pictures. Pictures only.
    output_image_count: Unused<Integer>,
    /// Format of the pictures. Pictures only.
    output_format: Unused<Text>,
}

/// What a model made.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
pub(super) struct AigcOutput {
    /// The files.
    pub(super) file_infos: Many<TaskFile>,
    /// Task IDs of the flows that the files were put through. Videos only.
    procedure_task_ids: Texts,
    /// What is billed. Videos only.
    usage: One<AigcUsage>,
}

/// What is billed.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
struct AigcUsage {
    /// Tokens that were read.
    input_tokens: Unused<Integer>,
    /// Tokens that were thought.
    thought_tokens: Unused<Integer>,
    /// Pictures that were read.
    input_image_count: Unused<Integer>,
    /// Seconds that were read.
    input_seconds: Unused<Integer>,
    /// Seconds that were made.
    output_seconds: Unused<Integer>,
    /// Seconds in all.
    total_seconds: Unused<Integer>,
}

impl Payload for AigcImageTask {
    fn facts(self, task: Facts) -> Facts {
        let media = media(self.input.or_default().file_infos.into_iter().map(|file| (file.file_id, file.url)));
        Facts { media, ..generated(task, self.output, Role::Image) }
    }
}

impl Payload for AigcVideoTask {
    fn facts(self, task: Facts) -> Facts {
        let media = media(self.input.or_default().file_infos.into_iter().map(|file| (file.file_id, file.url)));
        Facts { media, ..generated(task, self.output, Role::Video) }
    }
}

impl Payload for AigcModelTask {
    fn facts(self, task: Facts) -> Facts {
        let input = self.input.or_default();
        let files = input.image_infos.into_iter().chain(input.multi_view_image_infos).chain(input.mesh_infos);
        Facts { media: media(files.map(|file| (file.file_id, file.url))), ..generated(task, self.output, Role::Model) }
    }
}

/// The file that a model started from, where it is a single one.
pub(super) fn media(files: impl IntoIterator<Item = (Text, Text)>) -> Media {
    let mut files = files.into_iter();
    match (files.next(), files.next()) {
        (Some((file_id, url)), None) => Media { id: file_id.0, url: url.0, ..Media::default() },
        _ => Media::default(),
    }
}

/// The facts with the files that a model made.
pub(super) fn generated(facts: Facts, output: One<AigcOutput>, usual: Role) -> Facts {
    let AigcOutput { file_infos, procedure_task_ids, .. } = output.or_default();
    let mut follow_ups = facts.follow_ups;
    follow_ups.extend(procedure_task_ids.0);
    let files = file_infos.into_iter().flat_map(|file| file.outputs(usual, One::default()));
    Facts { follow_ups, outputs: made(facts.outcome, files), ..facts }
}
