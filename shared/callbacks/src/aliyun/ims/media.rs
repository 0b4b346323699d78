//! What happened to a media asset: registered, deleted, changed, reviewed.

use serde::Deserialize;

use super::job_media::{self, JobMedia};
use super::{Body, outcome_of};
use crate::aliyun::{audit_verdict, failure};
use crate::event::{Job, Media, Review};
use crate::facts::Facts;
use crate::wire::{Embedded, One, Text, Time, Unused, UserData};

/// Body of `RegisterMediaComplete`: media that `RegisterMediaInfo` registered was analyzed.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(super) struct RegisterMedia {
    /// Media asset ID.
    media_id: Text,
    /// `Success` or `Fail`.
    status: Text,
    /// What the customer attached to the registration.
    user_data: UserData,
    /// Error code, where it failed.
    error_code: Text,
    /// Error message, where it failed.
    error_message: Text,
}

/// Body of `DeleteMediaComplete`.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(super) struct DeleteMedia {
    /// Media asset ID.
    media_id: Text,
    /// `Success` or `Fail`.
    status: Text,
    /// What was deleted. The page has lost the values: its sample has `all`, VOD has `mezzanine` and `stream` too.
    delete_type: Unused<Text>,
    /// The files that were deleted, with a `DeleteType` that the page has lost. The table says string; how several URLs are
    /// told apart in it is not said.
    #[serde(rename = "FileURLs")]
    file_urls: Unused<Text>,
    /// Error code, where it failed.
    error_code: Text,
    /// Error message, where it failed.
    error_message: Text,
}

/// Body of `MediaBaseChangeComplete`: basic information of a media asset changed.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(super) struct MediaBaseChange {
    /// `Success` or `Fail`.
    status: Text,
    /// `video`, `audio`, `image` or `text`.
    media_type: Unused<Text>,
    /// Media asset ID.
    media_id: Text,
    /// `create`, `update` or `delete`. The page has lost the values; its sample has `update`.
    operate_mode: Unused<Text>,
    /// What changed. The table says object, the sample has JSON in a string.
    media_content: Embedded<One<MediaContent>>,
}

/// What changed of a media asset. Each field is JSON in a string: `{"OldValue":"…","NewValue":"…"}`.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(in crate::aliyun) struct MediaContent {
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
#[serde(default, rename_all = "PascalCase")]
struct Change {
    /// The value before.
    old_value: Unused<Text>,
    /// The value now.
    new_value: Text,
}

/// Body of `CreateAuditComplete`: a person reviewed the media.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(super) struct CreateAudit {
    /// Media asset ID.
    media_id: Text,
    /// What the review found: `Normal` or `Blocked`. The page has lost the values; these are VOD's.
    audit_status: Text,
    /// Who reviewed.
    auditor: Text,
    /// Why the review ended so.
    reason: Text,
    /// What the reviewer remarked.
    comment: Unused<Text>,
    /// When the review was created, UTC.
    creation_time: Time,
    /// State of the review as a task, whatever it found: `Success` or `Fail`.
    status: Text,
}

/// Body of `AIMediaAuditComplete`: an automatic review ended. What it found is not said.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(super) struct AiMediaAudit {
    /// Job ID.
    job_id: Text,
    /// `Success` or `Fail`.
    status: Text,
    /// Media asset ID. The table says no more; the sample has JSON in a string, `{"media":"<ID>","type":"Media"}`.
    media_id: Embedded<One<JobMedia>>,
}

impl MediaContent {
    /// The title, where that is what changed.
    pub(in crate::aliyun) fn new_title(self) -> Option<String> {
        self.title.or_default().or_default().new_value.0
    }
}

impl Body for RegisterMedia {
    fn facts(self) -> Facts {
        Facts {
            outcome: outcome_of(&self.status),
            status: self.status.0,
            media: Media { id: self.media_id.0, ..Media::default() },
            error: failure(self.error_code, self.error_message),
            user_data: self.user_data.0,
            ..Facts::default()
        }
    }
}

impl Body for DeleteMedia {
    fn facts(self) -> Facts {
        Facts {
            outcome: outcome_of(&self.status),
            status: self.status.0,
            media: Media { id: self.media_id.0, ..Media::default() },
            error: failure(self.error_code, self.error_message),
            ..Facts::default()
        }
    }
}

impl Body for MediaBaseChange {
    fn facts(self) -> Facts {
        Facts {
            outcome: outcome_of(&self.status),
            status: self.status.0,
            media: Media {
                id: self.media_id.0,
                title: self.media_content.or_default().or_default().new_title(),
                ..Media::default()
            },
            ..Facts::default()
        }
    }
}

impl Body for CreateAudit {
    fn facts(self) -> Facts {
        Facts {
            outcome: outcome_of(&self.status),
            status: self.status.0,
            media: Media { id: self.media_id.0, ..Media::default() },
            job: Job { created_at: self.creation_time.0, ..Job::default() },
            review: Review {
                verdict: self.audit_status.as_deref().and_then(audit_verdict),
                reason: self.reason.0,
                auditor: self.auditor.0,
                ..Review::default()
            },
            ..Facts::default()
        }
    }
}

impl Body for AiMediaAudit {
    fn facts(self) -> Facts {
        Facts {
            outcome: outcome_of(&self.status),
            status: self.status.0,
            media: job_media::media(self.media_id),
            job: Job { id: self.job_id.0, ..Job::default() },
            ..Facts::default()
        }
    }
}
