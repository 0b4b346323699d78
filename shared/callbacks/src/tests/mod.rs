//! Tests over the whole test data, which need the crate's inside.

pub(crate) mod unread;
