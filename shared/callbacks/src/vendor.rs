//! What a product's module has to have.

use crate::Product;
use crate::auth::proof::Signatures;
use crate::event::Kind;
use crate::facts::Facts;
use crate::json::Value;

/// How the callbacks of a product are authenticated and read. Each product has one.
pub(crate) struct Vendor {
    /// What its callbacks are signed with.
    pub(crate) signatures: &'static dyn Signatures,
    /// The events in the vendor's answer to a poll of its queue; `None` where a body is something else.
    pub(crate) answer: fn(Value<'_>) -> Option<Vec<String>>,
    /// The callback that a body brings wrapped into something else, and what else is in the body.
    pub(crate) unwrap: fn(Value<'_>) -> Option<Vec<String>>,
    /// Several events in which one callback is handed on, since it reports several jobs or media; `None` where it is one.
    pub(crate) split: fn(Value<'_>) -> Option<Vec<String>>,
    /// Reads one event, an object, and tells whose it is: the two products of Alibaba Cloud may share a queue.
    pub(crate) read: fn(Value<'_>) -> (Product, Facts),
    /// Every event that has a name here, with its kind.
    pub(crate) catalogue: fn() -> Vec<(String, Kind)>,
    /// Those of them that the vendor calls deprecated.
    pub(crate) deprecated: &'static [&'static str],
    /// Members of an event that belong to its delivery. They are not part of what the event's id is made from.
    pub(crate) delivery: &'static [&'static str],
    /// Of these, what authenticates any callback until it expires. It is handed on to nobody.
    pub(crate) secret: &'static [&'static str],
}

/// For products without something: a body is nothing of the kind.
pub(crate) fn none<T>(_: Value<'_>) -> Option<T> {
    None
}
