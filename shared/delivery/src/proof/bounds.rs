//! Within which bounds the world is explored.

/// What is explored.
#[derive(Debug, Clone, Copy)]
pub(super) struct Bounds {
    pub(super) name: &'static str,
    /// The messages in the queue at the start, each with its events: `a` is an event, `A` a copy of it with an id of its own.
    pub(super) messages: &'static [&'static str],
    /// How many things go wrong, or happen twice.
    pub(super) faults: usize,
    /// The same, for `make test`.
    pub(super) in_test: usize,
    /// How many runs there are at once.
    pub(super) at_once: usize,
    /// After how many receives a message goes to the dead-letter queue.
    pub(super) receives: usize,
    /// By how many seconds the clock of a run may be ahead. Each is a fault.
    pub(super) clocks: &'static [i64],
    /// Whether a run may begin a group of events late.
    pub(super) late_groups: bool,
    /// Whether the vendor sends the first callback again.
    pub(super) resends: bool,
    /// Whether the ledger's memory may be over.
    pub(super) months: bool,
}

pub(super) const NARROW: Bounds = Bounds {
    name: "",
    messages: &[],
    faults: 2,
    in_test: 1,
    at_once: 2,
    receives: 20,
    clocks: &[],
    late_groups: false,
    resends: false,
    months: false,
};

/// What is explored: by `make prove` as it is, by `make test` with fewer faults.
pub(super) const ALL: &[Bounds] = &[
    Bounds { name: "one-callback", messages: &["ab"], faults: 3, resends: true, ..NARROW },
    Bounds { name: "posted-and-pulled", messages: &["a", "a"], faults: 3, ..NARROW },
    Bounds { name: "reconciled", messages: &["Ab", "A"], faults: 2, ..NARROW },
    Bounds { name: "shared-event", messages: &["ab", "b"], faults: 2, ..NARROW },
    Bounds { name: "three-runs", messages: &["a", "a", "a"], faults: 1, in_test: 0, at_once: 3, ..NARROW },
    Bounds { name: "clocks", messages: &["a", "a"], faults: 2, clocks: &[30, 91], late_groups: true, ..NARROW },
    Bounds { name: "dead-letters", messages: &["a", "bx"], faults: 2, receives: 2, ..NARROW },
    Bounds { name: "months", messages: &["a"], faults: 3, in_test: 2, resends: true, months: true, ..NARROW },
];

/// What random schedules are taken from: everything at once, and more faults than can be explored.
pub(super) const WIDE: Bounds = Bounds {
    name: "random",
    messages: &["ab", "b", "c"],
    faults: 8,
    in_test: 8,
    at_once: 3,
    receives: 2,
    clocks: &[30, 91],
    late_groups: true,
    resends: true,
    months: true,
};

pub(super) fn named(name: &str) -> Bounds {
    *ALL.iter().find(|bounds| bounds.name == name).expect("the name of bounds")
}
