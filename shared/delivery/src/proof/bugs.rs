//! Bugs that are sown into dispatch, to see that the proof finds them.

use super::bounds::{Bounds, named};

/// A bug of the protocol.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Bug {
    /// A claim is granted although another's lease runs.
    ClaimWithoutLease,
    /// An event is completed before it is published.
    CompleteBeforePublish,
    /// A claim is given up that has become another run's.
    ReleaseOfAnothers,
    /// A lease is shorter than a run.
    ShortLease,
    /// Entries that the bus refused are taken for published.
    PartialFailuresIgnored,
    /// A run takes events for which it has no time.
    DeadlineIgnored,
    /// The id of an event depends on how often the callback was delivered.
    IdOfDelivery,
    /// What is known by the end of its job is claimed by its id.
    EndIgnored,
}

impl Bug {
    pub(super) const ALL: [Self; 8] = [
        Self::ClaimWithoutLease,
        Self::CompleteBeforePublish,
        Self::ReleaseOfAnothers,
        Self::ShortLease,
        Self::PartialFailuresIgnored,
        Self::DeadlineIgnored,
        Self::IdOfDelivery,
        Self::EndIgnored,
    ];

    /// The bounds that show it, with the fewest faults.
    pub(super) fn bounds(self) -> Bounds {
        let (name, faults) = match self {
            Self::ClaimWithoutLease => ("posted-and-pulled", 0),
            Self::EndIgnored => ("reconciled", 0),
            Self::ReleaseOfAnothers => ("months", 2),
            Self::DeadlineIgnored => ("clocks", 1),
            Self::CompleteBeforePublish | Self::ShortLease | Self::PartialFailuresIgnored | Self::IdOfDelivery => {
                ("months", 1)
            }
        };
        Bounds { faults, ..named(name) }
    }
}
