//! The way out: where events go once they are understood.
//!
//! - [`Intake`] is the first durable place. A callback is answered 200 only after [`Intake::store`] has returned `Ok`.
//! - [`Dispatcher`] takes what the intake's queue holds, and publishes it on the [`Bus`]; the [`Ledger`] remembers what has
//!   been published, so that a redelivery is not published again.
//!
//! `docs/delivery.md` says what happens when something on the way fails.

mod aws;
mod bus;
mod connections;
mod dispatch;
mod encode;
mod intake;
mod ledger;
mod limit;
mod queue;
mod trace;

pub use aws::{Aws, AwsError};
pub use bus::{Bus, BusTarget, PublishError, UnknownBus};
pub use connections::CaBundleError;
pub use dispatch::{Dispatched, Dispatcher, Fate, GROUP_TIME, Record, Report};
pub use intake::{Delivery, Intake, IntakeTarget, StoreError, UnknownIntake};
pub use ledger::{LEASE, Ledger, LedgerTarget, UnknownLedger};
pub use limit::{Limit, UnknownLimit};
pub use queue::{Overflow, UnknownOverflow};
