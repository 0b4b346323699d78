//! Callbacks as vendors send them: signed, and as the function URL requests that AWS Lambda creates from them.
//!
//! ```ignore
//! let callback = signing.sign(Product::AliyunIms, body)?;
//! let request = request::bringing(request::of_vendor(Product::AliyunIms, body), &callback)?;
//! ```
//!
//! The command-line tool, the demo and the tests send with it. It signs by the same code
//! that the functions verify with, and leaves a body as it is, byte for byte, but for members that sign it.

pub mod fresh;
mod members;
pub mod request;
pub mod signing;
pub mod token;
