//! Stores events in a queue, and publishes them from there to an event bus.
//!
//! Two calls do the work. A function that receives or pulls callbacks stores their events; the dispatch function publishes
//! the messages of the queue:
//!
//! ```ignore
//! let intake = Intake::connect(target, overflow, limit, &aws).await?;
//! intake.store(&events, &StoreContext { trace, timeout }).await?;
//!
//! let dispatcher = Dispatcher::new(ledger, bus, limit);
//! let report = dispatcher.run(&records, request_id, now, deadline).await;
//! ```
//!
//! Invariants:
//!
//! - [`Intake::store`] returns `Ok` only after all events are stored durably. Only then is a callback answered 200, or a
//!   message of a vendor's queue confirmed.
//! - An event is published only by the run that holds its lease in the [`Ledger`], and is completed there only after the
//!   [`Bus`] has accepted it. So it is published at least once, and twice only where the result of a call is unknown.
//! - No error message has a part of an event in it.
//!
//! `docs/delivery.md` says what happens when a step fails.

mod aws;
mod bus;
mod connections;
mod dispatch;
mod encode;
mod intake;
mod ledger;
mod limit;
#[cfg(test)]
mod proof;
mod queue;
mod store;
mod trace;
mod waiting;

pub use aws::{Aws, AwsError};
pub use bus::{Bus, BusTarget, PublishError, UnknownBus};
pub use connections::CaBundleError;
pub use dispatch::{Dispatched, Dispatcher, Fate, GROUP_TIME, Record, Report};
pub use encode::key as event_key;
pub use intake::{Intake, IntakeTarget, UnknownIntake};
pub use ledger::{LEASE, Ledger, LedgerTarget, UnknownLedger};
pub use limit::{Limit, UnknownLimit};
pub use queue::{Overflow, UnknownOverflow};
pub use store::{LoadError, StoreContext, StoreError};
pub use waiting::WaitingRoom;
