//! Pictures that a model made of a scene, or processed.

use serde::Deserialize;

use super::Payload;
use super::aigc::{AigcOutput, generated, media};
use super::enhance_settings::{ImageBeauty, ImageEncode, ImageEnhance};
use super::task::{Task, TaskFile};
use crate::event::{Media, Outcome, Role};
use crate::facts::{Facts, made};
use crate::wire::{Decimal, Integer, Many, One, Text, Time, Unused, UserData};

/// Payload of `SceneAigcImageCompleteEvent`, which has this name as its key, too.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(super) struct SceneAigcImageTask {
    /// Task ID.
    task_id: Text,
    /// `PROCESSING` or `FINISH`.
    status: Text,
    /// Error code; 0 means success.
    err_code: Integer,
    /// Error message.
    message: Text,
    /// Percent, 0 to 100.
    progress: Decimal,
    /// What was asked for.
    input: One<SceneInput>,
    /// The pictures.
    output: One<AigcOutput>,
    /// The customer's key against doubled requests, at most 50 characters.
    session_id: Unused<Text>,
    /// What the customer attached to the request, at most 1,000 characters.
    session_context: UserData,
}

/// What was asked for.
#[derive(Debug, Default, Deserialize)]
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
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(super) struct ProcessImageAsyncTask {
    /// Task ID.
    task_id: Text,
    /// `PROCESSING` or `FINISH`.
    status: Text,
    /// Error code; 0 means success.
    err_code: Integer,
    /// Error code as text; an empty one means success.
    err_code_ext: Text,
    /// Error message.
    message: Text,
    /// Percent, 0 to 100.
    progress: Decimal,
    /// ID of the picture.
    file_id: Text,
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
    /// The customer's key against doubled requests, at most 50 characters.
    session_id: Unused<Text>,
    /// What the customer attached to the request, at most 1,000 characters.
    session_context: UserData,
}

/// What was asked for.
#[derive(Debug, Default, Deserialize)]
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

/// The processed picture, in the form that other tasks have.
#[derive(Debug, Default, Deserialize)]
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
    file_id: Unused<Text>,
    /// Name of the file.
    media_name: Unused<Text>,
}

impl Payload for SceneAigcImageTask {
    fn facts(self) -> Facts {
        let task = Task {
            id: self.task_id,
            status: self.status,
            err_code: self.err_code,
            message: self.message,
            progress: self.progress,
            session_context: self.session_context,
            ..Task::default()
        };
        let media = media(self.input.or_default().file_infos.into_iter().map(|file| (file.file_id, file.url)));
        Facts { media, ..generated(task.facts(), self.output, Role::Image) }
    }
}

impl Payload for ProcessImageAsyncTask {
    fn facts(self) -> Facts {
        let settings =
            self.encode_config.0.is_some() || self.enhance_config.0.is_some() || self.beauty_config.0.is_some();
        let says_nothing = self.status.is_absent() && self.err_code.get().is_none() && self.err_code_ext.is_absent();
        let task = Task {
            id: self.task_id,
            status: self.status,
            err_code_ext: self.err_code_ext,
            err_code: self.err_code,
            message: self.message,
            progress: self.progress,
            session_context: self.session_context,
        };
        let facts = task.facts();
        let outcome = if settings && says_nothing { Outcome::Succeeded } else { facts.outcome };
        let output = self.output.or_default();
        let own = TaskFile { file_type: output.file_type, file_url: output.file_url, ..TaskFile::default() };
        let files = [own].into_iter().chain(output.file_info.0.map(|boxed| *boxed)).chain(output.file_infos);
        Facts {
            outcome,
            media: Media { id: self.file_id.or(self.input.or_default().file_id).0, ..Media::default() },
            outputs: made(outcome, files.filter_map(|file| file.output(Role::Image, One::default()))),
            ..facts
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_processed_picture_needs_no_status() {
        for (json, outcome) in [
            (r#"{"EncodeConfig":{"Format":"JPEG","Quality":90}}"#, Outcome::Succeeded),
            (r#"{"EncodeConfig":{"Format":"JPEG"},"Status":"FINISH","ErrCode":70000}"#, Outcome::Failed),
            (r#"{"EncodeConfig":{"Format":"JPEG"},"ErrCodeExt":"InternalError"}"#, Outcome::Failed),
            ("{}", Outcome::Unknown),
        ] {
            let facts = serde_json::from_str::<ProcessImageAsyncTask>(json).unwrap().facts();
            assert_eq!(facts.outcome, outcome, "{json}");
        }
    }
}
