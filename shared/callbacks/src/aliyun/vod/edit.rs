//! Editing.

use serde::Deserialize;

use super::{Body, Head};
use crate::facts::Facts;
use crate::wire::{Text, Unused};

/// Body of `ProduceMediaComplete`: a video was made from an editing project. `MediaId` is that of the video, also where it
/// failed and there is none.
///
/// <https://www.alibabacloud.com/help/en/vod/user-guide/producemediacomplete>
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(super) struct ProduceMedia {
    /// ID of the editing project, which may make any number of videos.
    project_id: Unused<Text>,
}

impl Body for ProduceMedia {
    fn facts(self, head: &Head) -> Facts {
        Facts { outcome: head.outcome(), ..Facts::default() }
    }
}
