//! What changed of a media asset, as both products say it.

use serde::Deserialize;

use crate::wire::{Embedded, One, Text, Unused};

/// What changed of a media asset. Each field is JSON in a string: `{"OldValue":"…","NewValue":"…"}`.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
pub(super) struct MediaContent {
    /// Title.
    title: Embedded<One<Change>>,
    /// Description.
    description: Unused<Embedded<One<Change>>>,
    /// URL of the thumbnail.
    #[serde(rename = "CoverURL")]
    cover_url: Unused<Embedded<One<Change>>>,
    /// Category ID.
    cate_id: Unused<Embedded<One<Change>>>,
    /// Tags.
    tags: Unused<Embedded<One<Change>>>,
}

/// A value before and after.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
struct Change {
    /// The value before.
    old_value: Unused<Text>,
    /// The value now.
    new_value: Text,
}

impl MediaContent {
    /// The title, where that is what changed.
    pub(super) fn new_title(self) -> Option<String> {
        self.title.or_default().or_default().new_value.0
    }
}
