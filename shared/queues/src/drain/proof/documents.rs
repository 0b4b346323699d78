//! The rows of `docs/delivery.md` on pulling, held against what the proof has met.

use std::collections::BTreeSet;

use explorer::rows;

const DOCUMENT: &str = include_str!("../../../../../docs/delivery.md");

/// What happens, as the documents list it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Class {
    NoKey,
    NotReceived,
    NotStored,
    NotConfirmed,
    Ended,
}

/// What fails until a message is confirmed, by the first cell of its row.
const FAILURES: &[(&str, &[Class])] = &[
    ("the access key of a pull function cannot be read", &[Class::NoKey]),
    ("the vendor does not respond to a pull function, or rejects it", &[Class::NotReceived]),
    ("the queue or the bucket, for a pulled batch", &[Class::NotStored]),
    (
        "a pull function is killed before it confirms, or the confirmation is lost or rejected",
        &[Class::Ended, Class::NotConfirmed],
    ),
];

/// Each row is met, and what is met has a row.
pub(super) fn check(met: &BTreeSet<Class>) {
    let rows = rows(DOCUMENT, "## When something fails");
    let of_pulling = |row: &&Vec<&str>| ["one run less", "no confirmation"].contains(&row[1]);
    let rows: Vec<&str> = rows.iter().filter(of_pulling).map(|row| row[0]).collect();
    assert_eq!(rows, FAILURES.iter().map(|(row, _)| *row).collect::<Vec<_>>());
    assert_eq!(FAILURES.iter().flat_map(|(_, classes)| *classes).copied().collect::<BTreeSet<_>>(), *met);
}
