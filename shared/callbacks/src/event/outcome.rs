//! What an event is about, and how it ended.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What an event is about; the middle of its `type`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A file arrived.
    Upload,
    /// Video or sound was encoded or repackaged.
    Transcode,
    /// Still or animated images were taken.
    Snapshot,
    /// Media was cut, joined or composed.
    Edit,
    /// Picture or sound was improved.
    Enhance,
    /// Something was found out about the media.
    Analysis,
    /// The media was reviewed.
    Moderation,
    /// Something new was made from the media or from a text.
    Generation,
    /// A chain of jobs ended.
    Workflow,
    /// The asset itself changed: registered, deleted, moved, published.
    Asset,
    /// A live stream was recorded, composed or snapshot.
    Live,
    /// A document or archive was converted.
    Document,
    /// The test message that a vendor's console posts when a callback URL is saved.
    Probe,
    /// Authentic, but not what the product sends.
    Unreadable,
    /// Authentic and readable, but this version has no name for it.
    #[default]
    Unknown,
}

/// How it ended; the end of an event's `type`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Done.
    Succeeded,
    /// Not done.
    Failed,
    /// Some parts done, some not.
    Partial,
    /// Called off, skipped or deleted before it was done.
    Canceled,
    /// Not over yet.
    Running,
    /// The vendor's word is not one that we know. Never taken for success.
    #[default]
    Unknown,
}

/// What a moderation advises.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Nothing against it.
    Pass,
    /// A person should look.
    Review,
    /// Do not show it.
    Block,
}

/// What the vendor's own API says of an event that was asked about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Confirmation {
    /// The same: the job, how it ended, and the files that it made.
    Confirmed,
    /// Nothing that settles it: the vendor could not be asked in time, or does not tell.
    Unverifiable,
    /// Something else: there is no such job, it ended differently, or it made other files. Do not believe the event.
    Contradicted,
}

/// How an event came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    /// The vendor posted it.
    Callback,
    /// It was in a queue of the vendor's.
    Queue,
    /// The vendor's API told of it, and no callback had come.
    Reconciled,
}

impl Outcome {
    /// The outcome of something whose parts each have one. The parts decide; the whole's own word counts where there are
    /// none, and where it says that the whole still runs. A whole that failed although each listed part succeeded is
    /// `Partial`: something that is not listed failed.
    ///
    /// Two traps are behind this: Tencent VOD's `FINISH` says only that a task flow ended, and Alibaba VOD's
    /// `TranscodeComplete` says `success` when a single stream succeeded.
    pub(crate) fn of_parts(whole: Self, parts: impl IntoIterator<Item = Self>) -> Self {
        match (whole, parts.into_iter().reduce(Self::join)) {
            (Self::Running, _) | (_, None) => whole,
            (Self::Failed | Self::Canceled, Some(Self::Succeeded)) => Self::Partial,
            (_, Some(parts)) => parts,
        }
    }

    /// The outcome of two parts together. Commutative and associative, so that the order of parts does not matter.
    pub(crate) fn join(self, other: Self) -> Self {
        match (self, other) {
            (one, two) if one == two => one,
            (Self::Running, _) | (_, Self::Running) => Self::Running,
            (Self::Unknown, _) | (_, Self::Unknown) => Self::Unknown,
            (Self::Failed, Self::Canceled) | (Self::Canceled, Self::Failed) => Self::Failed,
            _ => Self::Partial,
        }
    }
}

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 15] = [
        Self::Upload,
        Self::Transcode,
        Self::Snapshot,
        Self::Edit,
        Self::Enhance,
        Self::Analysis,
        Self::Moderation,
        Self::Generation,
        Self::Workflow,
        Self::Asset,
        Self::Live,
        Self::Document,
        Self::Probe,
        Self::Unreadable,
        Self::Unknown,
    ];

    /// The kind that this is the word for in an event's `type`.
    #[must_use]
    pub fn of_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == word)
    }

    /// The word for it in an event's `type`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Upload => "upload",
            Self::Transcode => "transcode",
            Self::Snapshot => "snapshot",
            Self::Edit => "edit",
            Self::Enhance => "enhance",
            Self::Analysis => "analysis",
            Self::Moderation => "moderation",
            Self::Generation => "generation",
            Self::Workflow => "workflow",
            Self::Asset => "asset",
            Self::Live => "live",
            Self::Document => "document",
            Self::Probe => "probe",
            Self::Unreadable => "unreadable",
            Self::Unknown => "unknown",
        }
    }
}

impl Outcome {
    /// Every outcome.
    pub const ALL: [Self; 6] =
        [Self::Succeeded, Self::Failed, Self::Partial, Self::Canceled, Self::Running, Self::Unknown];

    /// The outcome that this is the word for in an event's `type`.
    #[must_use]
    pub fn of_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|outcome| outcome.as_str() == word)
    }

    /// The word for it in an event's `type`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Succeeded => "succeeded",
            Self::Failed => "failed",
            Self::Partial => "partial",
            Self::Canceled => "canceled",
            Self::Running => "running",
            Self::Unknown => "unknown",
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}
