//! Callbacks as vendors send them: signed, and as the function URL requests that AWS Lambda creates from them.
//!
//! ```ignore
//! let callback = signing.sign(Product::AliyunIms, body)?;
//! let request = request::bringing(request::of_vendor(Product::AliyunIms, body), &callback)?;
//! ```
//!
//! This is the library part of the command-line tool in `main.rs`, which the demo and the tests use, too. It signs by the same code
//! that the functions verify with, and leaves a body as it is, byte for byte, but for members that sign it.

mod members;
pub mod request;
pub mod signing;
mod token;
