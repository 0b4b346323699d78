//! How much is measured.

/// How often everything is done.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Effort {
    /// How often each program is started.
    pub(crate) starts: usize,
    /// How often one is started within a quota.
    pub(crate) throttled_starts: usize,
    /// How often each program is invoked before it counts. Interpreters are as fast as they get after some hundred calls.
    pub(crate) unmeasured: usize,
    /// How often the programs take turns at warm invocations, and how many each has in a turn.
    pub(crate) rounds: usize,
    pub(crate) invocations: usize,
    /// How many callbacks the load has.
    pub(crate) load: usize,
    /// Bytes of the bodies in which little stands for much.
    pub(crate) hostile_sizes: &'static [usize],
}

/// What the document is made with. Lambda takes no body of 6 MB, of which some is the request around it.
pub(crate) const THOROUGH: Effort = Effort {
    starts: 31,
    throttled_starts: 100,
    unmeasured: 300,
    rounds: 21,
    invocations: 40,
    load: 20_000,
    hostile_sizes: &[100_000, 1_000_000, 5_800_000],
};

/// Enough to see that everything can be measured.
pub(crate) const QUICK: Effort = Effort {
    starts: 2,
    throttled_starts: 2,
    unmeasured: 2,
    rounds: 2,
    invocations: 2,
    load: 100,
    hostile_sizes: &[100_000],
};
