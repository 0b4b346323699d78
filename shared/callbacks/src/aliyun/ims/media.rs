//! What happened to a media asset: registered, deleted, changed, reviewed.

use serde::Deserialize;

use super::job_media::{self, JobMedia};
use super::{Body, Head};
use crate::aliyun::audit_verdict;
use crate::aliyun::media_content::MediaContent;
use crate::aliyun::vod::AuditResult;
use crate::event::{Job, Media, Review};
use crate::facts::Facts;
use crate::wire::{Embedded, One, Text, Time, Unused};

/// Body of `RegisterMediaComplete`: media that `RegisterMediaInfo` registered was analyzed.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
pub(super) struct RegisterMedia {
    /// Media asset ID.
    media_id: Text,
}

/// Body of `DeleteMediaComplete`.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
pub(super) struct DeleteMedia {
    /// Media asset ID.
    media_id: Text,
    /// What was deleted. The page has lost the values: its sample has `all`, VOD has `mezzanine` and `stream` too.
    delete_type: Unused<Text>,
    /// The files that were deleted, with a `DeleteType` that the page has lost. The table says string; how several URLs are
    /// told apart in it is not said.
    #[serde(rename = "FileURLs")]
    file_urls: Unused<Text>,
}

/// Body of `MediaBaseChangeComplete`: basic information of a media asset changed.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
pub(super) struct MediaBaseChange {
    /// `video`, `audio`, `image` or `text`.
    media_type: Unused<Text>,
    /// Media asset ID.
    media_id: Text,
    /// `create`, `update` or `delete`. The page has lost the values; its sample has `update`.
    operate_mode: Unused<Text>,
    /// What changed. The table says object, the sample has JSON in a string.
    media_content: Embedded<One<MediaContent>>,
}

/// Body of `CreateAuditComplete`: a person reviewed the media. `Status` is that of the review as a task, whatever it found.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
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
}

/// Body of `AIMediaAuditComplete`: an automatic review ended. The table does not say that it tells what was found.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
pub(super) struct AiMediaAudit {
    /// Media asset ID. The table says no more; the sample has JSON in a string, `{"media":"<ID>","type":"Media"}`.
    media_id: Embedded<One<JobMedia>>,
    /// What was found, as VOD's event of this name has it.
    data: Embedded<One<AuditResult>>,
}

impl Body for RegisterMedia {
    fn facts(self, head: &Head) -> Facts {
        Facts { outcome: head.outcome(), media: Media { id: self.media_id.0, ..Media::default() }, ..Facts::default() }
    }
}

impl Body for DeleteMedia {
    fn facts(self, head: &Head) -> Facts {
        Facts { outcome: head.outcome(), media: Media { id: self.media_id.0, ..Media::default() }, ..Facts::default() }
    }
}

impl Body for MediaBaseChange {
    fn facts(self, head: &Head) -> Facts {
        Facts {
            outcome: head.outcome(),
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
    fn facts(self, head: &Head) -> Facts {
        Facts {
            outcome: head.outcome(),
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
    fn facts(self, head: &Head) -> Facts {
        Facts {
            outcome: head.outcome(),
            media: job_media::media(self.media_id),
            review: self.data.or_default().or_default().review(),
            ..Facts::default()
        }
    }
}
