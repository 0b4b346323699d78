//! The tables of `docs/delivery.md`, held against what the proof has met.

use std::collections::BTreeSet;

use explorer::rows;

use super::promises::{Cause, Class};

const DOCUMENT: &str = include_str!("../../../../docs/delivery.md");

/// What fails once an event is in the queue, by the first cell of its row.
const FAILURES: &[(&str, &[Class])] = &[
    ("the ledger, for a claim", &[Class::NotClaimed]),
    ("the ledger, for a completion", &[Class::NotNoted]),
    ("another run holds the event's lease", &[Class::Held]),
    ("the bus, or one of its entries", &[Class::NotPublished]),
    ("a call of the bus as a whole, perhaps because of one entry", &[Class::CallRefused]),
    ("a run of dispatch has too little time left", &[Class::NotStarted]),
    ("dispatch is killed between two steps", &[Class::RunEnded]),
    ("the ledger or the bus, for 240 receives (`MaxReceiveCount`)", &[Class::DeadLetters, Class::Redriven]),
    ("a message that is not from Mediahook", &[Class::Unreadable]),
];

/// Why an event is published twice, in the order of the list.
const DUPLICATES: &[&[Class]] = &[
    &[Class::Twice(Cause::RunEnded)],
    &[Class::Twice(Cause::AnswerLost)],
    &[
        Class::Twice(Cause::NotNotedOtherCopy),
        Class::Twice(Cause::NotNotedOtherEvent),
        Class::Twice(Cause::NotNotedQueueAgain),
    ],
    &[Class::Twice(Cause::Forgotten)],
    &[Class::Twice(Cause::Clocks)],
];

/// What needs no row.
const FINE: &[Class] = &[Class::Published, Class::Duplicate];

/// Each row is met, and what is met has a row.
pub(super) fn check(met: &BTreeSet<Class>) {
    let rows = rows(DOCUMENT, "## When something fails");
    // What the vendor has had its 200 for, or never sent; a rule's target is behind the bus.
    let of_dispatch = |row: &&Vec<&str>| ["200, before", "\u{2013}"].contains(&row[1]) && row[0] != "a rule's target";
    let rows: Vec<&str> = rows.iter().filter(of_dispatch).map(|row| row[0]).collect();
    assert_eq!(rows, FAILURES.iter().map(|(row, _)| *row).collect::<Vec<_>>());
    let (_, causes) = DOCUMENT.split_once("\n## When an event is published twice\n").expect("the heading");
    let (causes, _) = causes.split_once("\n## ").expect("the next heading");
    let is_cause = |line: &&str| line.starts_with(|first: char| first.is_ascii_digit());
    assert_eq!(causes.lines().filter(is_cause).count(), DUPLICATES.len());
    let listed = FAILURES.iter().map(|(_, classes)| *classes).chain(DUPLICATES.iter().copied()).chain([FINE]);
    assert_eq!(listed.flatten().copied().collect::<BTreeSet<_>>(), *met);
}
