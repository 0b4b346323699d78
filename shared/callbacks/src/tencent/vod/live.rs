//! Channels that play media files as live streams.

use serde::Deserialize;

use super::Payload;
use crate::event::Job;
use crate::facts::Facts;
use crate::status;
use crate::wire::Text;

/// Payload of `MediaCastStatusChanged`: a cast began, ended, or waits.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(super) struct MediaCastEvent {
    /// ID of the cast.
    cast_id: Text,
    /// `Working`, `Scheduled`, `Idle` or `Stopped`. Whether it was stopped or came to its end is not said, so that
    /// `Stopped` is neither a success nor a failure.
    status: Text,
}

impl Payload for MediaCastEvent {
    fn facts(self) -> Facts {
        Facts {
            outcome: status::outcome_or_code(self.status.as_deref(), None),
            status: self.status.0,
            job: Job { id: self.cast_id.0, ..Job::default() },
            ..Facts::default()
        }
    }
}
