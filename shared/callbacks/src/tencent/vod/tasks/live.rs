//! Channels that play media files as live streams.

use serde::Deserialize;

use crate::event::Job;
use crate::facts::Facts;
use crate::tencent::vod::Payload;
use crate::wire::Text;

/// Payload of `MediaCastStatusChanged`: a cast began, ended, or waits.
///
/// <https://cloud.tencent.com/document/api/266/31773#MediaCastEvent>
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
pub(crate) struct MediaCastEvent {
    /// ID of the cast.
    cast_id: Text,
}

impl Payload for MediaCastEvent {
    fn facts(self, task: Facts) -> Facts {
        Facts { job: Job { id: self.cast_id.0, ..Job::default() }, ..task }
    }
}
