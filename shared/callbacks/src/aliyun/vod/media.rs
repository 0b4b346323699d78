//! What happened to media: deleted, changed, moved to another storage class, restored, refreshed in caches.

use serde::Deserialize;

use super::{Body, Head};
use crate::aliyun::media_content::MediaContent;
use crate::event::{Job, Media};
use crate::facts::Facts;
use crate::wire::{Embedded, One, Text, Texts, Time, Unused};

/// Body of `DeleteMediaComplete`.
///
/// <https://www.alibabacloud.com/help/en/vod/user-guide/deletemediacomplete>
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
pub(super) struct DeleteMedia {
    /// `video` (and audio), `image` or `attached`.
    media_type: Unused<Text>,
    /// What was deleted: `all`, `mezzanine` (the source file) or `stream` (transcoded streams).
    delete_type: Unused<Text>,
    /// Jobs whose streams were deleted, where the type is `stream`. How they are told apart in the string is not said.
    job_ids: Unused<Texts>,
}

/// Body of `MediaBaseChangeComplete`: basic information of media changed.
///
/// <https://www.alibabacloud.com/help/en/vod/user-guide/mediabasechangecomplete>
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
pub(super) struct MediaBaseChange {
    /// `video` (and audio), `image` or `attached`.
    media_type: Unused<Text>,
    /// `create`, `update` or `delete`.
    operate_mode: Unused<Text>,
    /// What changed. The table says JSON in a string; the example has an object of such strings.
    media_content: Embedded<One<MediaContent>>,
}

/// Body of `UpdateMediaStorageClassComplete`. `Status` is `Success` or `Failed`.
///
/// <https://www.alibabacloud.com/help/en/vod/user-guide/updatemediastorageclasscomplete>
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
pub(super) struct StorageClass {
    /// What was moved: `All` (source file and streams) or `SourceFile`.
    scope: Unused<Text>,
    /// Where to: `Standard`, `IA`, `Archive` or `ColdArchive`.
    storage_class: Unused<Text>,
    /// What moved it: `LifeCycle` (a rule) or `API`.
    trigger_by: Text,
}

/// Body of `RestoreMediaComplete`: archived media can be read. `Status` is `Success` or `Failed`.
///
/// <https://www.alibabacloud.com/help/en/vod/user-guide/restoremediacomplete>
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
pub(super) struct RestoreMedia {
    /// Until when, UTC. Not where it failed.
    restore_expiration: Unused<Time>,
}

/// Body of `SubmitMediaRefreshComplete`: for each URL of media, caches were asked to forget or to fetch it. `Status` says
/// whether they could be asked, not whether they did.
///
/// <https://www.alibabacloud.com/help/en/vod/user-guide/submitmediarefreshcomplete>
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
pub(super) struct MediaRefresh {
    /// Job ID.
    media_refresh_job_id: Text,
    /// `Refresh` or `Preload`; in the example `refresh`.
    task_type: Text,
    /// The URLs, separated by commas.
    success_play_urls: Unused<Texts>,
    /// IDs of the tasks, one for each URL, separated by commas.
    task_ids: Unused<Texts>,
    /// Which streams' URLs: the parameters of `RefreshMediaPlayUrls`. JSON in a string.
    filter_policy: Unused<Text>,
}

impl Body for DeleteMedia {
    fn facts(self, head: &Head) -> Facts {
        Facts { outcome: head.outcome(), ..Facts::default() }
    }
}

impl Body for MediaBaseChange {
    fn facts(self, head: &Head) -> Facts {
        Facts {
            outcome: head.outcome(),
            media: Media { title: self.media_content.or_default().or_default().new_title(), ..Media::default() },
            ..Facts::default()
        }
    }
}

impl Body for StorageClass {
    fn facts(self, head: &Head) -> Facts {
        Facts { outcome: head.outcome(), job: Job { trigger: self.trigger_by.0, ..Job::default() }, ..Facts::default() }
    }
}

impl Body for RestoreMedia {
    fn facts(self, head: &Head) -> Facts {
        Facts { outcome: head.outcome(), ..Facts::default() }
    }
}

impl Body for MediaRefresh {
    fn facts(self, head: &Head) -> Facts {
        Facts {
            outcome: head.outcome(),
            job: Job { id: self.media_refresh_job_id.0, name: self.task_type.0, ..Job::default() },
            ..Facts::default()
        }
    }
}
