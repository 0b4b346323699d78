//! Runs the functions in AWS's runtime interface emulator, the same runtime as in Lambda and `sam local`, and the AWS APIs that
//! they call in moto, for the demo and the tests.
//!
//! ```ignore
//! let function = Emulator::start(Product::AliyunIms, vendor::environment(Product::AliyunIms))?;
//! let response = function.invoke(&post(body))?;
//! ```
//!
//! The emulator is part of the AWS SAM CLI, which `make setup` installs into `.venv`, like moto. The functions are those that
//! `make functions` builds, in the folder of the program that runs them. Dropping an [`Emulator`], a [`moto::Moto`] or a
//! [`proxy::Proxy`] ends its process or server.

pub mod aws;
mod client;
mod error;
mod function;
pub mod moto;
pub mod poller;
pub mod proxy;
mod requests;
pub mod soak;
pub mod stack;
pub mod stand_in;
pub mod vendor;
mod workspace;

pub use error::EmulatorError;
pub use function::{Emulator, FunctionResponse, Killer, Usage};
pub use requests::{expected_events, post, request_by, requests};
pub use workspace::{built, root};
