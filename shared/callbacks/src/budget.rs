//! What may be made of one body.
//!
//! A few bytes can stand for a lot: a series of ten thousand files, a bucket's long name that each file repeats, a list of
//! empty objects that each become a struct. All of it draws from one budget for a callback, wherever it is made, so that the
//! memory of an event is bounded by its body. What is beyond the budget stays as the vendor wrote it, and is counted.
//!
//! Structs are read by serde, which hands nothing through. So the budget is the thread's, for as long as a body is decoded.

use std::cell::Cell;

/// How many items of lists are read into structs. Vendors send some hundred.
const ITEMS: usize = 5_000;

/// Bytes of the structs that items are read into.
const STRUCTS: usize = 10 << 20;

/// How many events a body may hold. The vendors' own limit for an answer is 16, and they report some dozen jobs or media at
/// once. What holds more is one event.
pub(crate) const EVENTS: usize = 1_000;

/// Bytes by which the events that are taken apart may be longer than twice the body.
const GROWTH: usize = 64 << 10;

/// Bytes that may be copied, besides those of the body.
const COPIES: usize = 8 << 20;

/// Bytes of memory for JSON in strings, besides twice those of the body.
const EMBEDDED: usize = 4 << 20;

thread_local! {
    static LEFT: Cell<Left> = const { Cell::new(Left::of_body(0)) };
}

/// What is left.
#[derive(Clone, Copy)]
struct Left {
    items: usize,
    structs: usize,
    events: usize,
    growth: usize,
    copies: usize,
    embedded: usize,
    omitted: u64,
}

impl Left {
    /// What there is for a body of this length.
    const fn of_body(length: usize) -> Self {
        Self {
            items: ITEMS,
            structs: STRUCTS,
            events: EVENTS,
            growth: GROWTH.saturating_add(length),
            copies: COPIES.saturating_add(length),
            embedded: EMBEDDED.saturating_add(length.saturating_mul(2)),
            omitted: 0,
        }
    }
}

/// Does something with the budget that a body of this length has.
pub(crate) fn of_body<T>(length: usize, work: impl FnOnce() -> T) -> T {
    let before = LEFT.replace(Left::of_body(length));
    let result = work();
    LEFT.set(before);
    result
}

/// Does something that does not count, apart from the JSON in strings, which stays in memory.
pub(crate) fn uncounted<T>(work: impl FnOnce() -> T) -> T {
    let before = LEFT.get();
    let result = work();
    LEFT.set(Left { embedded: LEFT.get().embedded, ..before });
    result
}

/// Whether another item may be read into a struct. One that may not is counted as omitted.
pub(crate) fn take_item() -> bool {
    take_or_omit(|left| left.items.checked_sub(1).filter(|_| left.structs > 0).map(|items| Left { items, ..left }))
}

/// Counts a struct that an object was read into.
pub(crate) fn count_struct<T>() {
    let left = LEFT.get();
    LEFT.set(Left { structs: left.structs.saturating_sub(size_of::<T>()), ..left });
}

/// Whether so many bytes may be copied.
pub(crate) fn take_copies(bytes: usize) -> bool {
    take(|left| Some(Left { copies: left.copies.checked_sub(bytes)?, ..left }))
}

/// Whether so many events may be made of one, which together are so many bytes longer than it is.
pub(crate) fn take_events(events: usize, growth: usize) -> bool {
    take(|left| {
        Some(Left { events: left.events.checked_sub(events)?, growth: left.growth.checked_sub(growth)?, ..left })
    })
}

/// Bytes by which events that are taken apart may still be longer than what they are parts of.
pub(crate) fn growth() -> usize {
    LEFT.get().growth
}

/// Whether JSON in a string may take so many bytes of memory.
pub(crate) fn take_embedded(bytes: usize) -> bool {
    take(|left| Some(Left { embedded: left.embedded.checked_sub(bytes)?, ..left }))
}

/// Bytes of memory that JSON in strings may still take.
pub(crate) fn embedded() -> usize {
    LEFT.get().embedded
}

/// Sets how many bytes of memory JSON in strings may still take.
pub(crate) fn set_embedded(embedded: usize) {
    LEFT.set(Left { embedded, ..LEFT.get() });
}

/// Whether a file may be listed that repeats so many bytes of others. One that may not is counted as omitted.
pub(crate) fn take_file(repeated: usize) -> bool {
    let bytes = size_of::<crate::event::Output>().saturating_add(repeated);
    take_or_omit(|left| Some(Left { copies: left.copies.checked_sub(bytes)?, ..left }))
}

/// Takes something, where there is enough.
fn take(from: impl FnOnce(Left) -> Option<Left>) -> bool {
    let taken = from(LEFT.get());
    LEFT.set(taken.unwrap_or(LEFT.get()));
    taken.is_some()
}

/// The same; what is not taken is counted as omitted.
fn take_or_omit(from: impl FnOnce(Left) -> Option<Left>) -> bool {
    let is_taken = take(from);
    if !is_taken {
        let left = LEFT.get();
        LEFT.set(Left { omitted: left.omitted + 1, ..left });
    }
    is_taken
}

/// How much was omitted since this was last asked.
pub(crate) fn omitted() -> u64 {
    let left = LEFT.get();
    LEFT.set(Left { omitted: 0, ..left });
    left.omitted
}
