//! Callbacks as vendors send them: signed, and as the function URL requests that AWS Lambda makes of them.
//!
//! The command-line tool is in `main.rs`. This part of it is for the demo, too.

mod members;
pub mod request;
pub mod signing;
pub mod token;
