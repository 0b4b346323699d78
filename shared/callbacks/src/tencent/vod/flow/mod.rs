//! Task flows: several sub-tasks on one media file.

mod analysis;
pub(crate) mod bitrate;
pub(crate) mod mps;
pub(crate) mod procedure;
pub(crate) mod process;
mod process_input;
mod recognition;
pub(crate) mod review;
pub(crate) mod sub_task;
