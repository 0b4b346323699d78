//! Dispatching, with everything that can fail.
