//! Single tasks, and what happened to files without one.

pub(crate) mod aigc;
pub(crate) mod aigc_element;
pub(crate) mod aigc_image;
pub(crate) mod api_2017;
pub(crate) mod audio_video_review;
pub(crate) mod compose;
pub(crate) mod edit;
pub(crate) mod enhance;
mod enhance_settings;
pub(crate) mod file;
pub(crate) mod inspect;
pub(crate) mod live;
pub(crate) mod upload;
pub(crate) mod watermark;
