//! What Mediahook promises, and what can happen, in words.

use std::fmt;

use crate::dispatch::Fate;

/// A promise.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Promise {
    /// At the end of time an event that was stored is published, or in the dead-letter queue.
    NothingLost,
    /// An event is published twice only for a cause that the documents list.
    TwiceForACause,
    /// An event that the ledger knows as completed is not published again while the ledger remembers it.
    CompletedStays,
    /// What is published was stored before.
    OnlyWhatIsStored,
    /// A run publishes only while the ledger says that the event is its own, unless clocks differ by more than they may.
    OnlyUnderItsClaim,
    /// A run claims no event that it may not have the time to complete.
    TimeEnough,
    /// Once nothing goes wrong any more, an event is published within the visibility timeout, after the run in flight.
    Progress,
}

/// A promise that was broken, and for which event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Broken {
    pub(super) promise: Promise,
    pub(super) event: usize,
}

impl fmt::Display for Broken {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let words = match self.promise {
            Promise::NothingLost => "is neither published nor anywhere else",
            Promise::TwiceForACause => "was published twice, and nothing that the documents list was the cause",
            Promise::CompletedStays => "was completed, and published again",
            Promise::OnlyWhatIsStored => "was published, and is not stored",
            Promise::OnlyUnderItsClaim => "was published by a run that the ledger does not know as its owner",
            Promise::TimeEnough => "was claimed by a run without the time to complete it",
            Promise::Progress => "was published later than a run and the visibility timeout after the last fault",
        };
        write!(formatter, "event {} {words}", self.event)
    }
}

/// Something that the documents list: what can fail, and why an event can be published twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Class {
    Published,
    NotNoted,
    Duplicate,
    Held,
    NotClaimed,
    NotPublished,
    NotStarted,
    Unreadable,
    /// The bus refused a call of several events as a whole.
    CallRefused,
    /// Dispatch ended in the middle, or before the queue had its answer.
    RunEnded,
    DeadLetters,
    Redriven,
    Twice(Cause),
}

/// Why an event was published twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Cause {
    /// The run ended after the bus had taken the event, and before it was completed.
    RunEnded,
    /// The bus took the event, and its answer did not arrive.
    AnswerLost,
    /// The ledger did not take the completion, and the vendor had sent the event once more.
    NotNotedOtherCopy,
    /// The ledger did not take the completion, and another event of the message failed.
    NotNotedOtherEvent,
    /// The ledger did not take the completion, and the queue gave the message once more.
    NotNotedQueueAgain,
    /// The ledger had forgotten the event.
    Forgotten,
    /// The clocks of two runs differed by more than they may.
    Clocks,
}

impl Class {
    pub(super) fn of(fate: &Fate) -> Self {
        match fate {
            Fate::Published => Self::Published,
            Fate::NotNoted(_) => Self::NotNoted,
            Fate::Duplicate => Self::Duplicate,
            Fate::Held => Self::Held,
            Fate::NotClaimed(_) => Self::NotClaimed,
            Fate::NotPublished(_) => Self::NotPublished,
            Fate::NotStarted => Self::NotStarted,
        }
    }
}
