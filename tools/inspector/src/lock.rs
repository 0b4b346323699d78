//! How this crate locks.

use std::sync::{Mutex, MutexGuard, PoisonError};

/// Locks. What a thread that panicked left behind is used as it is.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
