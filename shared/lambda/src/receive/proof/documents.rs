//! The rows of `docs/delivery.md` on receiving, held against what the proof has met.

use std::collections::BTreeSet;

use explorer::rows;

const DOCUMENT: &str = include_str!("../../../../../docs/delivery.md");

/// What happens, as the documents list it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Class {
    Stored,
    /// It is stored by a later attempt.
    Retried,
    QueueFailed,
    BucketFailed,
    NoBucket,
    Killed,
    /// The vendor sends again what is stored.
    SentAgain,
    /// The secret could not be read.
    SecretNotRead,
    Rejected,
}

/// What fails before a callback is answered, by the first cell of its row.
const FAILURES: &[(&str, Class)] = &[
    ("one attempt to reach the queue", Class::Retried),
    ("the queue, for as long as the vendor waits", Class::QueueFailed),
    ("the overflow bucket, for a large event", Class::BucketFailed),
    ("an event is large, and no overflow bucket is configured", Class::NoBucket),
    ("the function is killed before it responds", Class::Killed),
    ("the response is lost or late", Class::SentAgain),
    ("the secret, when it is read again", Class::SecretNotRead),
];

/// What needs no row.
const FINE: &[Class] = &[Class::Stored, Class::Rejected];

/// Each row is met, and what is met has a row.
pub(super) fn check(met: &BTreeSet<Class>) {
    let rows = rows(DOCUMENT, "## When something fails");
    // Other rows are about pulling, and about what follows the answer.
    let of_receiving =
        |seen: &str| ["200, later", "503", "an error"].contains(&seen) || seen.starts_with("200, or 401");
    let rows: Vec<&str> = rows.iter().filter(|row| of_receiving(row[1])).map(|row| row[0]).collect();
    assert_eq!(rows, FAILURES.iter().map(|(row, _)| *row).collect::<Vec<_>>());
    let listed = FAILURES.iter().map(|(_, class)| class).chain(FINE);
    assert_eq!(listed.copied().collect::<BTreeSet<_>>(), *met);
}
