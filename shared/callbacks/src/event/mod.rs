//! Our vocabulary: what a consumer receives, whichever vendor it came from. No vendor's word is in it.
//!
//! Absent means that the vendor did not say. Units are fixed: bytes, seconds, bits per second, pixels, frames per
//! second. `docs/event-model.md` describes the same for consumers.

mod envelope;
mod media;
mod outcome;
mod role;

#[cfg(test)]
mod tests;

pub use envelope::{CloudEvent, Content, DATA_SCHEMA, EventType, SPEC_VERSION, TEST_HEADER};
pub(crate) use media::non_empty;
pub use media::{Failure, Job, Media, MediaEvent, Output, Review, Step, Workflow};
pub use outcome::{Confirmation, Kind, Origin, Outcome, Verdict};
pub use role::Role;
