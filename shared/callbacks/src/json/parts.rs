//! One event that reports several things, as one event for each of them.

use super::value::Value;
use super::write::{push_string, push_value};
use crate::budget;

/// Where a list of things stands, and how its event is taken apart.
pub(crate) struct Lists<'l> {
    /// The ways to the lists from the outermost object: one key or two.
    pub(crate) paths: &'l [&'l [&'l str]],
    /// Keys that an item has its thing's name under, where the same thing may be in several lists. Without them each item
    /// that is an object is a thing of its own.
    pub(crate) names: &'l [&'l str],
    /// Members of the outermost object that each part has. The first part has the others, too.
    pub(crate) shared: fn(&str) -> bool,
}

/// The event once for each thing that its lists name, each with the items of that thing only. Items that name nothing stay
/// with the first. `None` where there are not several things, or too many: then the event stays as it is.
pub(crate) fn parts(event: Value<'_>, lists: &Lists<'_>) -> Option<Vec<String>> {
    let mut things: Vec<String> = Vec::new();
    for path in lists.paths {
        let list = path.iter().try_fold(event, |value, key| value.get(key));
        for (index, item) in list.into_iter().flat_map(Value::items).enumerate() {
            let thing = thing(item, index, lists.names);
            things.extend(thing.filter(|thing| !things.contains(thing)));
            if things.len() > budget::EVENTS {
                return None;
            }
        }
    }
    if things.len() < 2 {
        return None;
    }
    let longest = event.source().len() + budget::growth();
    let mut length = 0;
    let mut parts = Vec::with_capacity(things.len());
    for (number, thing) in things.iter().enumerate() {
        let part = Part { lists, thing, is_first: number == 0 }.write(event);
        length += part.len();
        if length > longest {
            return None;
        }
        parts.push(part);
    }
    budget::take_events(parts.len(), length.saturating_sub(event.source().len())).then_some(parts)
}

/// What an item is about.
fn thing(item: Value<'_>, index: usize, names: &[&str]) -> Option<String> {
    if names.is_empty() {
        return (item.is_object() || item.is_list()).then(|| index.to_string());
    }
    if item.is_object() {
        return names.iter().find_map(|name| item.get(name)).map(|name| name.text().to_owned());
    }
    Some(item.text()).filter(|text| !text.trim().is_empty() && !item.is_list() && !item.is_null()).map(str::to_owned)
}

struct Part<'p> {
    lists: &'p Lists<'p>,
    thing: &'p str,
    is_first: bool,
}

impl Part<'_> {
    fn write(&self, event: Value<'_>) -> String {
        let mut out = Vec::new();
        self.object(event, &mut Vec::new(), &mut out);
        String::from_utf8(out).unwrap_or_default()
    }

    fn object<'d>(&self, object: Value<'d>, path: &mut Vec<&'d str>, out: &mut Vec<u8>) {
        let mut before = b'{';
        for (key, value) in object.entries() {
            let key = key.trim();
            path.push(key);
            let leads = self.lists.paths.iter().any(|list| list.starts_with(path));
            if leads || self.is_first || path.len() > 1 || (self.lists.shared)(key) {
                out.push(before);
                before = b',';
                push_string(out, key);
                out.push(b':');
                let is_list = self.lists.paths.contains(&path.as_slice());
                if is_list && value.is_list() {
                    self.list(value, out);
                } else if leads && !is_list && value.is_object() {
                    self.object(value, path, out);
                } else {
                    push_value(out, value);
                }
            }
            path.pop();
        }
        out.extend_from_slice(if before == b'{' { b"{}" } else { b"}" });
    }

    fn list(&self, list: Value<'_>, out: &mut Vec<u8>) {
        let mut before = b'[';
        for (index, item) in list.items().enumerate() {
            let is_ours = match thing(item, index, self.lists.names) {
                Some(thing) => thing == self.thing,
                None => self.is_first,
            };
            if is_ours {
                out.push(before);
                before = b',';
                push_value(out, item);
            }
        }
        out.extend_from_slice(if before == b'[' { b"[]" } else { b"]" });
    }
}
