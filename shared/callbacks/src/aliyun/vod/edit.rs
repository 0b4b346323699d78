//! Editing.

use serde::Deserialize;

use super::{Body, Head};
use crate::event::{Output, Role};
use crate::facts::{Facts, made};
use crate::wire::{Text, Unused};

/// Body of `ProduceMediaComplete`: a video was made from an editing project. `MediaId` is that of the video, also where it
/// failed and there is none.
///
/// <https://www.alibabacloud.com/help/en/vod/user-guide/producemediacomplete>
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
pub(super) struct ProduceMedia {
    /// ID of the editing project, which may make any number of videos.
    project_id: Unused<Text>,
}

impl Body for ProduceMedia {
    const MEDIA_IS_MADE: bool = true;

    fn facts(self, head: &Head) -> Facts {
        let outcome = head.outcome();
        let video = head.media_id().map(|id| Output { id: Some(id), role: Role::Video, ..Output::default() });
        Facts { outcome, outputs: made(outcome, video), ..Facts::default() }
    }
}
