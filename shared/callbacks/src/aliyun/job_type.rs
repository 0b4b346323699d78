//! Types of intelligent jobs.

use crate::event::Role;

/// What a job of `SmartJobComplete` makes.
pub(super) fn role(job_type: Option<&str>) -> Role {
    match job_type {
        Some("VideoTranslation" | "DynamicChart") => Role::Video,
        Some("TextToSpeech") => Role::Audio,
        Some("ASR") => Role::Text,
        _ => Role::Other,
    }
}
