//! The steps that the world takes.

/// One thing that happens next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    Answer { call: usize, outcome: Outcome },
    Report { run: usize },
    Wake { run: usize },
    Start { message: Option<usize>, clock: i64, used: Used },
    Arrive { late: usize },
    Wait,
    Expire { event: usize },
    Kill { run: usize },
    VendorAgain,
    QueueAgain { message: usize },
    Months,
    Redrive,
    End,
}

/// How a call ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Outcome {
    Fine,
    /// Nothing is done, and the caller knows.
    Refused,
    /// The same, but less of it might be done.
    Throttled,
    /// Nothing is done, and the caller gets no answer.
    LostBefore,
    /// It is done, and the caller gets no answer.
    LostAfter,
    /// It is done some time later, and the caller gets no answer.
    Late,
    /// It is done twice: the SDK has sent it again after an attempt whose answer was lost.
    Repeated,
    /// The same, but the first attempt arrives some time later.
    RepeatedLate,
    /// It is done, but what the SDK sends again after the lost answer is refused.
    ThenThrottled,
    /// It is done but for one entry.
    Entry(usize),
}

/// How much of its time a run has used when it begins a group of events.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Used {
    None,
    /// As much as leaves enough for a group.
    Most,
    /// A second more.
    TooMuch,
}
