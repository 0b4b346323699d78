//! The function that confirms, between a receiver and the AWS APIs, against fakes of the vendors' query APIs.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod answers;
mod here;
mod jobs;
mod outage;
mod passing;
