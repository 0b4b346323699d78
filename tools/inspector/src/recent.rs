//! The ids that have come last, of which so many are remembered.

use std::collections::{HashSet, VecDeque};

/// How many ids are remembered.
const MOST: usize = 100_000;

/// The ids that have come last.
#[derive(Debug, Default)]
pub(crate) struct Recent {
    ids: HashSet<String>,
    order: VecDeque<String>,
}

impl Recent {
    /// Remembers an id, and tells whether it is new.
    pub(crate) fn insert(&mut self, id: &str) -> bool {
        let is_new = self.ids.insert(id.to_owned());
        if is_new {
            self.order.push_back(id.to_owned());
            if self.order.len() > MOST
                && let Some(oldest) = self.order.pop_front()
            {
                self.ids.remove(&oldest);
            }
        }
        is_new
    }
}
