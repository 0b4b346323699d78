//! What came of a job, for each tag that has a result besides its files.
//!
//! A field that says what was found stays in the vendor's event: it is `Unused`.

pub(super) mod analysis;
pub(super) mod document;
pub(super) mod picture;
pub(super) mod speech;
pub(super) mod video;
