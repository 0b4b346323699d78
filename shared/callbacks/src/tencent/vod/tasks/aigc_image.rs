//! Pictures that a model made of a scene, or processed.

use serde::Deserialize;

use super::aigc::{AigcOutput, generated, media};
use super::enhance_settings::{ImageBeauty, ImageCutOut, ImageEncode, ImageEnhance};
use crate::event::{Media, Outcome, Role};
use crate::facts::{Facts, made};
use crate::tencent::vod::Payload;
use crate::tencent::vod::task::TaskFile;
use crate::wire::{Integer, Many, One, Text, Time, Unused};

/// Payload of `SceneAigcImageCompleteEvent`, which has this name as its key, too.
///
/// <https://cloud.tencent.com/document/api/266/31773#SceneAigcImageTask>
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
pub(crate) struct SceneAigcImageTask {
    /// What was asked for.
    input: One<SceneInput>,
    /// The pictures.
    output: One<AigcOutput>,
}

/// What was asked for.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
struct SceneInput {
    /// The scene.
    scene_info: One<Scene>,
    /// Pictures that the model starts from.
    file_infos: Many<SceneFile>,
    /// The file that was asked for.
    output_config: One<SceneOutputConfig>,
}

/// A scene. `Type` tells which of the others is there.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
struct Scene {
    /// `ai_try_on`, `change_clothes` or `product_image`.
    r#type: Unused<Text>,
    /// A person tries clothes on.
    ai_try_on_config: One<Clothes>,
    /// A person changes clothes.
    change_clothes_config: One<Clothes>,
    /// A product is shown.
    product_image_config: One<Product>,
}

/// A person in other clothes. The vendor has two structs.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
struct Clothes {
    /// Name of the model. Trying on only.
    model: Unused<Text>,
    /// Pictures of the clothes.
    clothes_file_infos: Many<SceneFile>,
    /// What is to be seen.
    prompt: Unused<Text>,
}

/// A product.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
struct Product {
    /// What is to be seen.
    prompt: Unused<Text>,
    /// What is not to be seen.
    negative_prompt: Unused<Text>,
    /// What the product is.
    product_desc: Unused<Text>,
    /// What else is asked for.
    more_requirement: Unused<Text>,
    /// How many pictures.
    output_image_count: Unused<Integer>,
}

/// A picture that a model starts from.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
struct SceneFile {
    /// How it is given: `File` or `Url`.
    r#type: Unused<Text>,
    /// ID of the file.
    file_id: Text,
    /// Address of the file.
    url: Text,
}

/// The file that was asked for.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
struct SceneOutputConfig {
    /// `Permanent`, a media file of its own, or `Temporary`.
    storage_mode: Unused<Text>,
    /// Name of the file.
    media_name: Unused<Text>,
    /// ID of the category.
    class_id: Unused<Integer>,
    /// When the file is deleted.
    expire_time: Unused<Time>,
    /// `16:9`.
    aspect_ratio: Unused<Text>,
    /// How the picture is encoded.
    encode_config: One<ImageEncode>,
    /// Pixels.
    image_width: Unused<Integer>,
    /// Pixels.
    image_height: Unused<Integer>,
    /// `1K`, `2K`, `4K`.
    resolution: Unused<Text>,
}

/// Payload of `ProcessImageAsyncCompleteEvent`, which has this name as its key, too: a picture was processed.
///
/// The vendor lists no more than the three settings. What every other task has is read as well: without it, the event
/// says only that the processing completed.
///
/// <https://cloud.tencent.com/document/api/266/31773#ProcessImageAsyncTask>
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
pub(crate) struct ProcessImageAsyncTask {
    /// What was asked for.
    input: One<ProcessImageInput>,
    /// The processed picture.
    output: One<ProcessImageOutput>,
    /// How the picture is encoded.
    encode_config: One<ImageEncode>,
    /// How the picture is improved.
    enhance_config: One<ImageEnhance>,
    /// How faces are made up.
    beauty_config: One<ImageBeauty>,
    /// What is cut out of the picture.
    ai_cut_out_config: One<ImageCutOut>,
}

/// What was asked for.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
struct ProcessImageInput {
    /// ID of the picture.
    file_id: Text,
    /// How the picture is encoded.
    encode_config: One<ImageEncode>,
    /// How the picture is improved.
    enhance_config: One<ImageEnhance>,
    /// How faces are made up.
    beauty_config: One<ImageBeauty>,
}

/// The processed picture, in the forms that other tasks have: the file itself, in an object, or in a list.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
struct ProcessImageOutput {
    /// The picture.
    file_info: One<TaskFile>,
    /// The picture, as generated ones come.
    file_infos: Many<TaskFile>,
    /// Format of the file.
    file_type: Text,
    /// Where the file can be fetched.
    file_url: Text,
    /// ID of the file.
    file_id: Text,
    /// Name of the file.
    media_name: Unused<Text>,
}

impl Payload for SceneAigcImageTask {
    fn facts(self, task: Facts) -> Facts {
        let media = media(self.input.or_default().file_infos.into_iter().map(|file| (file.file_id, file.url)));
        Facts { media, ..generated(task, self.output, Role::Image) }
    }
}

impl Payload for ProcessImageAsyncTask {
    fn facts(self, task: Facts) -> Facts {
        let has_settings = self.encode_config.0.is_some()
            || self.enhance_config.0.is_some()
            || self.beauty_config.0.is_some()
            || self.ai_cut_out_config.0.is_some();
        let says_nothing = task.outcome == Outcome::Unknown && task.status.is_none();
        let outcome = if has_settings && says_nothing { Outcome::Succeeded } else { task.outcome };
        let output = self.output.or_default();
        let own = TaskFile::new(output.file_id, output.file_type, output.file_url);
        let files = [own].into_iter().chain(output.file_info.0.map(|boxed| *boxed)).chain(output.file_infos);
        Facts {
            outcome,
            media: Media { id: task.media.id.or(self.input.or_default().file_id.0), ..Media::default() },
            outputs: made(outcome, files.flat_map(|file| file.outputs(Role::Image, One::default()))),
            ..task
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tencent::vod::payload_of;

    #[test]
    fn a_processed_picture_needs_no_status() {
        for (json, outcome) in [
            (r#"{"EncodeConfig":{"Format":"JPEG","Quality":90}}"#, Outcome::Succeeded),
            (r#"{"EncodeConfig":{"Format":"JPEG"},"Status":"FINISH","ErrCode":70000}"#, Outcome::Failed),
            (r#"{"EncodeConfig":{"Format":"JPEG"},"ErrCodeExt":"InternalError"}"#, Outcome::Failed),
            ("{}", Outcome::Unknown),
        ] {
            let facts = payload_of::<ProcessImageAsyncTask>(json);
            assert_eq!(facts.outcome, outcome, "{json}");
        }
    }
}
