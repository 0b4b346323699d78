//! Which of the vendors' keys no field of ours reads.

use std::cell::RefCell;

use serde::Deserialize;
use serde_path_to_error::Track;

thread_local! {
    static UNREAD: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) };
}

/// What [`crate::wire::read`] does, and notes which keys were passed over.
pub(crate) fn deserialize<'de, R: serde_json::de::Read<'de>, T: Deserialize<'de>>(
    deserializer: &mut serde_json::Deserializer<R>,
) -> Result<T, serde_path_to_error::Error<serde_json::Error>> {
    let mut note = |path: serde_ignored::Path<'_>| UNREAD.with_borrow_mut(|unread| unread.push(path.to_string()));
    let mut track = Track::new();
    let tracked = serde_path_to_error::Deserializer::new(deserializer, &mut track);
    let value = T::deserialize(serde_ignored::Deserializer::new(tracked, &mut note));
    value.map_err(|error| serde_path_to_error::Error::new(track.path(), error))
}

/// The keys that were passed over while `work` ran.
pub(crate) fn during(work: impl FnOnce()) -> Vec<String> {
    UNREAD.take();
    work();
    UNREAD.take()
}
