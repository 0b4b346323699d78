//! The tables of `docs/delivery.md`, held against what the proof has met.

use std::collections::BTreeSet;

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

/// The lines from a heading to the next.
fn section(heading: &str) -> impl Iterator<Item = &'static str> {
    let lines = DOCUMENT.lines().skip_while(move |line| *line != heading).skip(1);
    lines.take_while(|line| !line.starts_with("## "))
}

/// Each row is met, and what is met has a row.
pub(super) fn check(met: &BTreeSet<Class>) {
    let rows: Vec<&str> = section("## When something fails").filter_map(|line| line.strip_prefix("| ")).collect();
    // What the vendor has had its 200 for, or never sent; a rule's target is behind the bus.
    let of_dispatch = |row: &&str| row.contains("| 200, before |") || row.contains("| \u{2013} |");
    let rows: Vec<&str> = rows.into_iter().filter(of_dispatch).filter_map(|row| row.split(" | ").next()).collect();
    let rows: Vec<&str> = rows.into_iter().filter(|row| *row != "a rule's target").collect();
    assert_eq!(rows, FAILURES.iter().map(|(row, _)| *row).collect::<Vec<_>>());
    let causes = section("## When an event is published twice")
        .filter(|line| line.starts_with(|first: char| first.is_ascii_digit()));
    assert_eq!(causes.count(), DUPLICATES.len());
    let listed = FAILURES.iter().map(|(_, classes)| *classes).chain(DUPLICATES.iter().copied()).chain([FINE]);
    assert_eq!(listed.flatten().copied().collect::<BTreeSet<_>>(), *met);
}
