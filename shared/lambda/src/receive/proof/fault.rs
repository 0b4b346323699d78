//! What goes wrong around the function.

/// What goes wrong with one attempt of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fault {
    /// The service refuses it for good.
    Refused,
    /// The service refuses it for now.
    Throttled,
    /// The service fails, and has done nothing.
    Failed,
    /// The connection breaks before it has an effect.
    LostBefore,
    /// The connection breaks after it had its effect.
    LostAfter,
    /// There is no answer, and no effect.
    Hangs,
    /// There is no answer; it has its effect.
    HangsAfter,
    /// The answer takes a while.
    Slow,
    /// The function is frozen in the middle, and the connection is gone when it is thawed.
    Frozen,
    /// The same, and its clock stood still.
    FrozenWithItsClock,
    /// The function is killed, and the call has no effect.
    KilledBefore,
    /// The function is killed, and the call has its effect.
    KilledAfter,
}

/// What can go wrong with storing.
pub(super) const STORING: [Fault; 12] = [
    Fault::Refused,
    Fault::Throttled,
    Fault::Failed,
    Fault::LostBefore,
    Fault::LostAfter,
    Fault::Hangs,
    Fault::HangsAfter,
    Fault::Slow,
    Fault::Frozen,
    Fault::FrozenWithItsClock,
    Fault::KilledBefore,
    Fault::KilledAfter,
];

/// What can go wrong with reading the secret, which has no effect.
pub(super) const READING: [Fault; 6] =
    [Fault::Refused, Fault::Failed, Fault::Hangs, Fault::Slow, Fault::Frozen, Fault::FrozenWithItsClock];

impl Fault {
    pub(super) fn takes_effect(self) -> bool {
        matches!(self, Self::LostAfter | Self::HangsAfter | Self::Slow | Self::KilledAfter)
    }
}
