//! Sorts of files.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What sort of file an output is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Moving pictures, with or without sound.
    Video,
    /// Sound only.
    Audio,
    /// A still or animated image.
    Image,
    /// Timed text.
    Subtitle,
    /// A list of other files: HLS, DASH.
    Playlist,
    /// Text, JSON or another machine-readable result.
    Text,
    /// A page or document.
    Document,
    /// A three-dimensional model.
    Model,
    /// Anything else.
    #[default]
    Other,
}

impl Role {
    /// This role; the other one where this is `Other`.
    pub(crate) fn or(self, usual: Self) -> Self {
        if self == Self::Other { usual } else { self }
    }

    /// The role that a format tells which is the ending of file names, such as `mp4`; `Other` where it tells none.
    pub(crate) fn of_format(format: &str) -> Self {
        Self::of_name(&format!(".{format}"))
    }

    /// The role that the ending of a file name or URL tells; `Other` where it tells none.
    pub(crate) fn of_name(name: &str) -> Self {
        let path = name.split(['?', '#']).next().unwrap_or(name);
        let file = path.rsplit('/').next().unwrap_or(path);
        let Some((_, extension)) = file.rsplit_once('.') else { return Self::Other };
        match extension.to_ascii_lowercase().as_str() {
            "mp4" | "m4v" | "flv" | "ts" | "mov" | "mkv" | "webm" | "avi" | "wmv" | "mxf" | "mpg" | "mpeg" | "3gp"
            | "m4s" | "f4v" | "rmvb" => Self::Video,
            "mp3" | "m4a" | "aac" | "wav" | "flac" | "ogg" | "oga" | "opus" | "wma" | "amr" | "ac3" | "pcm"
            | "aiff" => Self::Audio,
            "jpg" | "jpeg" | "png" | "gif" | "webp" | "bmp" | "avif" | "heif" | "heic" | "tpg" | "tif" | "tiff"
            | "svg" => Self::Image,
            "srt" | "vtt" | "ass" | "ssa" | "ttml" | "stl" | "lrc" => Self::Subtitle,
            "m3u8" | "mpd" | "ism" => Self::Playlist,
            "txt" | "json" | "xml" | "csv" | "log" | "md" => Self::Text,
            "pdf" | "doc" | "docx" | "ppt" | "pptx" | "xls" | "xlsx" | "html" | "htm" | "rtf" | "epub" => {
                Self::Document
            }
            "glb" | "gltf" | "obj" | "fbx" | "usdz" | "ply" => Self::Model,
            _ => Self::Other,
        }
    }
}
