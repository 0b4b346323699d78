//! The values of a document, and what is noted while they are read.

use std::cell::{Cell, RefCell};

use elsa::FrozenVec;

use super::document::{Document, Shape, trim};
use super::repair;
use crate::budget;

/// How many values of an object that others stand behind are looked at. With more, it is not known how the event ended.
const MOST_SHADOWED: usize = 10_000;

/// How many runs of values that no struct has a place for are noted. With more, it is not known how the event ended.
const MOST_UNREAD: usize = 50_000;

/// What is noted while the values of one vendor event are read.
#[derive(Default)]
pub(crate) struct Notes<'d> {
    /// What stood as JSON in strings.
    embedded: FrozenVec<Box<Document<'d>>>,
    /// Values that no struct has a place for, in the order in which they were passed over: the first of a run, and the number
    /// of the node behind the last.
    unread: RefCell<Vec<(Value<'d>, u32)>>,
    /// Whether a part of the event stands in a string that cannot be read to its end.
    damaged: Cell<bool>,
}

/// A value of a document.
#[derive(Clone, Copy)]
pub(crate) struct Value<'d> {
    pub(super) document: &'d Document<'d>,
    notes: &'d Notes<'d>,
    pub(super) index: u32,
}

impl<'d> Notes<'d> {
    /// Does something and forgets what was noted meanwhile.
    pub(crate) fn unnoted<T>(&self, work: impl FnOnce() -> T) -> T {
        let (unread, damaged) = (self.unread.borrow().len(), self.damaged.get());
        let result = budget::uncounted(work);
        self.unread.borrow_mut().truncate(unread);
        self.damaged.set(damaged);
        result
    }

    /// The values that no struct has a place for.
    pub(crate) fn unread(&self) -> impl Iterator<Item = Value<'d>> {
        let run = |index| self.unread.borrow().get(index).copied();
        (0..).map_while(run).flat_map(|(first, end)| first.run(end))
    }

    /// Whether a part of the event stands in a string that cannot be read to its end.
    pub(crate) fn is_damaged(&self) -> bool {
        self.damaged.get()
    }

    /// Notes that a part of the event cannot be read.
    pub(crate) fn damage(&self) {
        self.damaged.set(true);
    }
}

impl<'d> Value<'d> {
    /// The outermost value of a document.
    pub(crate) fn root(document: &'d Document<'d>, notes: &'d Notes<'d>) -> Self {
        Self { document, notes, index: Document::ROOT }
    }

    pub(super) fn at(self, index: u32) -> Self {
        Self { index, ..self }
    }

    pub(crate) fn shape(self) -> Shape {
        self.document.shape(self.index)
    }

    pub(crate) fn is_object(self) -> bool {
        self.shape() == Shape::Object
    }

    pub(crate) fn is_null(self) -> bool {
        self.shape() == Shape::Null
    }

    pub(crate) fn is_list(self) -> bool {
        self.shape() == Shape::List
    }

    /// What a string says, decoded; of any other value its text as it stands.
    pub(crate) fn text(self) -> &'d str {
        self.document.text(self.index)
    }

    /// The string.
    pub(crate) fn string(self) -> Option<&'d str> {
        matches!(self.shape(), Shape::Plain | Shape::Escaped).then(|| self.text())
    }

    /// The text of a list or an object as it stands, white space included; of any other value its [text](Self::text).
    pub(crate) fn source(self) -> &'d str {
        if self.is_list() || self.is_object() { self.document.source(self.index) } else { self.text() }
    }

    /// Whether every JSON reader takes its document, and takes the same from it.
    pub(super) fn is_plain(self) -> bool {
        self.document.is_plain()
    }

    /// Whether it is a text, a number or the like, which holds no other values.
    pub(crate) fn is_leaf(self) -> bool {
        !self.is_list() && !self.is_object()
    }

    /// Whether parts of an event can be in it.
    fn may_hold_parts(self) -> bool {
        !self.is_leaf() || self.json_in_string().is_some()
    }

    /// What stands in a string and looks like a list or an object.
    fn json_in_string(self) -> Option<&'d str> {
        self.string().map(str::trim).filter(|text| text.starts_with(['{', '[']))
    }

    /// The items of a list; none of another value.
    pub(crate) fn items(self) -> impl Iterator<Item = Self> {
        let (first, end) = if self.is_list() { self.document.inside(self.index) } else { (0, 0) };
        self.at(first).run(end)
    }

    /// The members of an object as they stand: in their order, one that is there twice twice, null ones, too.
    pub(crate) fn entries(self) -> impl Iterator<Item = (&'d str, Self)> {
        let (mut index, end) = if self.is_object() { self.document.inside(self.index) } else { (0, 0) };
        std::iter::from_fn(move || {
            let key = (index < end).then(|| self.document.text(index))?;
            let value = self.at(index + 1);
            index = self.document.behind(index + 1);
            Some((key, value))
        })
    }

    /// The members of an object in the order of their keys: without blanks around the keys (Alibaba VOD sends
    /// `"SourceURL "`), of a key that is there twice the last one, and none that is null. None of another value.
    pub(crate) fn members(self) -> impl Iterator<Item = (&'d str, Self)> {
        let members = self.document.in_order(self.index).map(move |key| self.member(key));
        members.filter(|(_, value)| !value.is_null())
    }

    /// The member whose key has this number.
    fn member(self, key: u32) -> (&'d str, Self) {
        (trim(self.document.text(key)), self.at(key + 1))
    }

    /// Whether the key that it stands behind, as a member, has no escapes.
    pub(super) fn is_key_plain(self) -> bool {
        self.document.shape(self.index.saturating_sub(1)) == Shape::Plain
    }

    /// Passes over the lists, objects and texts that others of the same key stand behind. They count for nothing but what is
    /// looked at like all that no struct has a place for.
    pub(super) fn pass_over_shadowed(self) {
        if self.document.is_unambiguous() {
            return;
        }
        let mut places: Vec<u32> = self.document.in_order(self.index).collect();
        if places.len() == self.entries().count() {
            return;
        }
        places.sort_unstable();
        let is_shadowed = |value: &Self| places.binary_search(&value.index.saturating_sub(1)).is_err();
        let values = self.entries().map(|(_, value)| value);
        let mut shadowed = values.filter(|value| value.may_hold_parts() && is_shadowed(value));
        shadowed.by_ref().take(MOST_SHADOWED).for_each(Self::pass_over);
        if shadowed.next().is_some() {
            self.notes.damage();
        }
    }

    /// The member of this key.
    pub(crate) fn get(self, key: &str) -> Option<Self> {
        let last = self.entries().filter(|(present, _)| trim(present) == key).last();
        last.map(|(_, value)| value).filter(|value| value.shape() != Shape::Null)
    }

    /// The object that this is, or that a list begins with, or that stands as JSON in a string.
    pub(crate) fn object(self) -> Option<Self> {
        match self.shape() {
            Shape::Object => Some(self),
            Shape::List => self.items().next()?.object(),
            _ => self.embedded().filter(|value| value.is_object()),
        }
    }

    /// The list or object that stands as JSON in a string.
    ///
    /// What vendors break in such JSON is mended where it is plain what was meant. What cannot be read to its end is read
    /// as far as it goes, and noted as damaged where `is_part`: then it is not known how that part of the event ended. The same
    /// is noted of what the [`budget`] has no room for.
    pub(super) fn embedded_part(self, is_part: bool) -> Option<Self> {
        let document = self.scanned(is_part)?;
        let document = self.notes.embedded.push_get(Box::new(document));
        Some(Self { document, notes: self.notes, index: Document::ROOT })
    }

    /// The document of what stands as JSON in a string.
    fn scanned(self, is_part: bool) -> Option<Document<'d>> {
        let text = self.json_in_string()?;
        let has_room = |text: &str| {
            let has_room = budget::take_embedded(Document::size_of(text));
            if !has_room {
                self.notes.damage();
            }
            has_room
        };
        if !has_room(text) {
            return None;
        }
        let mended = || {
            let repaired = repair::repair(text);
            if is_part && !repaired.is_whole {
                self.notes.damage();
            }
            if has_room(&repaired.text) { Document::parse(repaired.text).ok() } else { None }
        };
        Document::parse(text).ok().or_else(mended)
    }

    /// The list or object that stands as JSON in a string.
    pub(crate) fn embedded(self) -> Option<Self> {
        self.embedded_part(false)
    }

    /// Looks at the list or object that stands as JSON in a string, which is forgotten afterwards.
    pub(crate) fn look_into_embedded(self, look: impl FnOnce(Value<'_>)) {
        let before = budget::embedded();
        if let Some(document) = self.scanned(false) {
            let notes = Notes::default();
            look(Value::root(&document, &notes));
            if notes.is_damaged() {
                self.notes.damage();
            }
        }
        budget::set_embedded(before);
    }

    /// The object that this is, or that a list begins with, or that stands as JSON in a string, as a part of the event: one
    /// that cannot be read to its end is noted as damaged, and what else is in the list is passed over.
    pub(crate) fn part(self) -> Option<Self> {
        match self.shape() {
            Shape::Plain | Shape::Escaped => {
                let part = self.embedded_part(true).filter(|value| value.is_object());
                if part.is_none() && !self.text().trim().is_empty() {
                    self.notes.damage();
                }
                part
            }
            Shape::List => {
                self.pass_over_items_from(1);
                self.items().next()?.part()
            }
            _ => self.object(),
        }
    }

    /// The members of a [part](Self::part) that are parts themselves. The others, and those beyond the limit, are passed over.
    pub(crate) fn named_parts(self) -> Vec<(&'d str, Self)> {
        let members = self.part().into_iter().flat_map(Self::members);
        let taken = |(key, value): (&'d str, Self)| {
            let part = value.part().filter(|_| budget::take_item());
            if part.is_none() {
                value.pass_over();
            }
            part.map(|part| (key, part))
        };
        members.filter_map(taken).collect()
    }

    /// The notes of the event that it belongs to.
    pub(crate) fn notes(self) -> &'d Notes<'d> {
        self.notes
    }

    /// Notes that no struct has a place for it and the values behind it, up to this node.
    pub(super) fn pass_over_until(self, end: u32) {
        let mut unread = self.notes.unread.borrow_mut();
        if unread.len() < MOST_UNREAD {
            unread.push((self, end));
        } else if self.run(end).any(Self::may_hold_parts) {
            self.notes.damage();
        }
    }

    /// Notes that no struct has a place for the items of a list from this one on.
    pub(crate) fn pass_over_items_from(self, number: usize) {
        if let Some(item) = self.items().nth(number) {
            item.pass_over_until(self.document.inside(self.index).1);
        }
    }

    /// This value and those behind it, up to this node.
    fn run(self, end: u32) -> impl Iterator<Item = Self> {
        let mut index = self.index;
        std::iter::from_fn(move || {
            let value = (index < end).then(|| self.at(index))?;
            index = self.document.behind(index);
            Some(value)
        })
    }

    /// Notes that no struct has a place for it.
    pub(crate) fn pass_over(self) {
        if self.shape() != Shape::Null {
            self.pass_over_until(self.document.behind(self.index));
        }
    }

    /// The way to it from the outermost value of its document: `JobsDetail.0.Operation`.
    #[cfg(test)]
    pub(crate) fn path(self) -> String {
        let mut path = Vec::new();
        let mut place = self.at(Document::ROOT);
        while place.index != self.index {
            let children = place.entries().map(|(key, value)| (key.trim().to_owned(), value));
            let items = place.items().enumerate().map(|(number, value)| (number.to_string(), value));
            let Some((step, child)) = children.chain(items).filter(|(_, child)| child.index <= self.index).last()
            else {
                break;
            };
            path.push(step);
            place = child;
        }
        path.join(".")
    }
}
