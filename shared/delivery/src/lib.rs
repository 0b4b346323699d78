//! The way out: where events go once they are understood.
//!
//! [`Intake`] is the first durable place. A callback is answered 200 only after [`Intake::store`] has returned `Ok`.

mod intake;

pub use intake::{Intake, StoreError, UnknownIntake};
