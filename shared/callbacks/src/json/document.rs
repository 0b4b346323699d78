//! A JSON text, scanned once: everything after this works on its values.

use std::borrow::Cow;

use jiter::{Jiter, JiterError, JiterErrorType, Peek};

use crate::unreadable::{MAX_DEPTH, Unreadable};

/// Bytes of the longest text that is read. Offsets are 32 bits wide, and a value's number has 29.
const MAX_LENGTH: usize = (1 << 29) - 1;

/// A JSON text and the place of each value in it.
///
/// A value takes 12 bytes, however small it is, and a member whose object is not in order 4 more: memory is linear in the text.
/// What the text escapes is decoded once, into `decoded`.
#[derive(Debug)]
pub(crate) struct Document<'t> {
    text: Cow<'t, str>,
    decoded: String,
    nodes: Vec<Node>,
    /// Of each object whose members are not in the order of their keys: how many members it has, then the numbers of their keys
    /// in that order.
    orders: Vec<u32>,
    is_plain: bool,
    has_doubles: bool,
}

/// A value or a key, at its place in the text, or in `decoded` where its text has escapes.
#[derive(Debug, Clone, Copy)]
struct Node {
    start: u32,
    end: u32,
    /// The shape in the three highest bits; below them, for a list or an object, the number of the node behind its last, and
    /// for the first key of an object where its order is in [`Document::orders`], or 0 where it needs none.
    tag: u32,
}

/// What sort of value it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shape {
    Null,
    False,
    True,
    Number,
    /// A string without escapes.
    Plain,
    /// A string with escapes.
    Escaped,
    List,
    Object,
}

const SHAPE_BITS: u32 = 29;

impl Node {
    fn new(shape: Shape, start: usize, end: usize) -> Self {
        let mut node = Self { start: narrow(start), end: narrow(end), tag: 0 };
        node.set(shape, 0);
        node
    }

    fn set(&mut self, shape: Shape, next: usize) {
        self.tag = (shape as u32) << SHAPE_BITS | narrow(next);
    }

    fn shape(self) -> Shape {
        match self.tag >> SHAPE_BITS {
            0 => Shape::Null,
            1 => Shape::False,
            2 => Shape::True,
            3 => Shape::Number,
            4 => Shape::Plain,
            5 => Shape::Escaped,
            6 => Shape::List,
            _ => Shape::Object,
        }
    }

    /// What is below the shape.
    fn rest(self) -> u32 {
        self.tag & ((1 << SHAPE_BITS) - 1)
    }
}

/// An offset or a number of a node; the length of the text is checked, so that it fits.
fn narrow(offset: usize) -> u32 {
    u32::try_from(offset).unwrap_or(u32::MAX)
}

impl<'t> Document<'t> {
    /// Scans a text that is one JSON value.
    ///
    /// # Errors
    /// [`Unreadable::Json`] and [`Unreadable::TooDeep`], with the byte offset in `text`.
    pub(crate) fn parse(text: impl Into<Cow<'t, str>>) -> Result<Self, Unreadable> {
        let text = text.into();
        if text.len() > MAX_LENGTH {
            return Err(Unreadable::TooLong { limit: MAX_LENGTH });
        }
        let mut scanner = Scanner {
            input: Jiter::new(text.as_bytes()),
            text: &text,
            decoded: String::new(),
            // So the nodes need not be moved while they become more.
            nodes: Vec::with_capacity(room(&text)),
            keys: Vec::new(),
            orders: Vec::new(),
            is_plain: true,
            has_doubles: false,
        };
        let first = scanner.input.peek().map_err(broken)?;
        scanner.value(first, 0)?;
        scanner
            .input
            .finish()
            .map_err(|error| Unreadable::Json { offset: error.index, problem: error.error_type.to_string() })?;
        let Scanner { decoded, nodes, orders, is_plain, has_doubles, .. } = scanner;
        Ok(Self { text, decoded, nodes, orders, is_plain, has_doubles })
    }

    /// The number of its outermost value.
    pub(crate) const ROOT: u32 = 0;

    fn node(&self, index: u32) -> Node {
        const NULL: Node = Node { start: 0, end: 0, tag: 0 };
        self.nodes.get(wide(index)).copied().unwrap_or(NULL)
    }

    /// What sort of value it is.
    pub(crate) fn shape(&self, index: u32) -> Shape {
        self.node(index).shape()
    }

    /// What a string says, decoded; of any other value its text as it stands.
    pub(crate) fn text(&self, index: u32) -> &str {
        let node = self.node(index);
        let source = if node.shape() == Shape::Escaped { self.decoded.as_str() } else { &self.text };
        slice(source, node)
    }

    /// The text of a list or an object as it stands, white space included.
    pub(crate) fn source(&self, index: u32) -> &str {
        slice(&self.text, self.node(index))
    }

    /// The number of the first node in a list or an object, and of the first behind it. An object has keys and values in turn.
    pub(crate) fn inside(&self, index: u32) -> (u32, u32) {
        (index + 1, self.node(index).rest().max(index + 1))
    }

    /// The number of the value or key that stands behind this one.
    pub(crate) fn behind(&self, index: u32) -> u32 {
        match self.shape(index) {
            Shape::List | Shape::Object => self.node(index).rest(),
            _ => index + 1,
        }
    }

    /// The numbers of an object's keys, in the order of the keys without blanks around them, of equal ones the last.
    pub(crate) fn in_order(&self, index: u32) -> InOrder<'_> {
        let (first, end) = if self.shape(index) == Shape::Object { self.inside(index) } else { (0, 0) };
        let order = if first < end { self.node(first).rest() } else { 0 };
        if order == 0 {
            return InOrder::AsTheyStand { document: self, key: first, end };
        }
        let order = self.orders.get(wide(order)..).and_then(<[u32]>::split_first);
        let keys = order.and_then(|(count, keys)| keys.get(..wide(*count))).unwrap_or_default();
        InOrder::Sorted(keys.iter())
    }

    /// Whether every JSON reader takes it, and takes the same from it: it has no number that neither a 64-bit integer nor a
    /// double can hold, and no object with a key that is there twice.
    pub(crate) fn is_plain(&self) -> bool {
        self.is_plain
    }

    /// Whether no object has a key twice, blanks around the key aside.
    pub(crate) fn is_unambiguous(&self) -> bool {
        !self.has_doubles
    }

    /// The numbers of an object's keys, in the order in which they stand.
    pub(crate) fn keys(&self, object: u32) -> InOrder<'_> {
        let (key, end) = self.inside(object);
        InOrder::AsTheyStand { document: self, key, end }
    }

    /// Bytes of memory that a text takes at most once it is scanned.
    pub(crate) fn size_of(text: &str) -> usize {
        size_of::<Self>() + text.len() + most_nodes(text) * size_of::<Node>()
    }
}

/// The keys of an object, by their numbers.
pub(crate) enum InOrder<'d> {
    /// They stand in order.
    AsTheyStand {
        document: &'d Document<'d>,
        key: u32,
        end: u32,
    },
    Sorted(std::slice::Iter<'d, u32>),
}

impl Iterator for InOrder<'_> {
    type Item = u32;

    fn next(&mut self) -> Option<u32> {
        match self {
            Self::AsTheyStand { document, key, end } => {
                let this = (*key < *end).then_some(*key)?;
                *key = document.behind(this + 1);
                Some(this)
            }
            Self::Sorted(keys) => keys.next().copied(),
        }
    }
}

/// How many nodes to make room for: [`most_nodes`], or more where that is quick to tell and not much.
fn room(text: &str) -> usize {
    let is_before = |byte: &u8| matches!(byte, b',' | b':' | b'[' | b'{');
    // Counts of one byte each are added up many at a time.
    let count = |chunk: &[u8]| usize::from(chunk.iter().map(|byte| u8::from(is_before(byte))).sum::<u8>());
    let most = 1 + text.as_bytes().chunks(u8::MAX.into()).map(count).sum::<usize>();
    // What stands in strings is told from the rest only where it may be much.
    if most.saturating_mul(size_of::<Node>()) <= 3 * text.len() { most } else { most_nodes(text) }
}

/// How many values and keys a text has at most: before each but the first stands one of four characters, outside of strings.
fn most_nodes(text: &str) -> usize {
    let (mut nodes, mut is_string, mut is_escaped) = (1, false, false);
    for byte in text.bytes() {
        match byte {
            _ if is_escaped => is_escaped = false,
            b'\\' => is_escaped = is_string,
            b'"' => is_string = !is_string,
            b',' | b':' | b'[' | b'{' if !is_string => nodes += 1,
            _ => {}
        }
    }
    nodes
}

fn slice(text: &str, node: Node) -> &str {
    text.get(wide(node.start)..wide(node.end)).unwrap_or_default()
}

/// The text without blanks around it, of which most texts have none.
pub(crate) fn trim(text: &str) -> &str {
    let is_part = |byte: &u8| byte.is_ascii_graphic();
    let bytes = text.as_bytes();
    if bytes.first().is_some_and(is_part) && bytes.last().is_some_and(is_part) { text } else { text.trim() }
}

fn wide(number: u32) -> usize {
    usize::try_from(number).unwrap_or_default()
}

/// Whether a 64-bit integer or a double holds the number.
pub(crate) fn is_held(digits: &str) -> bool {
    if digits.contains(['e', 'E']) {
        digits.parse::<f64>().is_ok_and(f64::is_finite)
    } else {
        digits.len() < 19
            || digits.parse::<i64>().is_ok()
            || digits.parse::<u64>().is_ok()
            || (digits.contains('.') && digits.parse::<f64>().is_ok_and(f64::is_finite))
    }
}

struct Scanner<'s> {
    input: Jiter<'s>,
    text: &'s str,
    decoded: String,
    nodes: Vec<Node>,
    /// The keys so far of the objects that are still open.
    keys: Vec<u32>,
    orders: Vec<u32>,
    is_plain: bool,
    has_doubles: bool,
}

impl Scanner<'_> {
    fn value(&mut self, first: Peek, depth: usize) -> Result<(), Unreadable> {
        let start = self.input.current_index();
        let shape = match first {
            Peek::Null => {
                self.input.known_null().map_err(broken)?;
                Shape::Null
            }
            Peek::True | Peek::False => {
                self.input.known_bool(first).map_err(broken)?;
                if first == Peek::True { Shape::True } else { Shape::False }
            }
            Peek::String => {
                let string = self.input.known_str().map_err(broken)?;
                self.nodes.push(string_node(self.text, &mut self.decoded, string));
                return Ok(());
            }
            Peek::Array | Peek::Object if depth >= MAX_DEPTH => {
                return Err(Unreadable::TooDeep { offset: start });
            }
            Peek::Array => return self.list(start, depth + 1),
            Peek::Object => return self.object(start, depth + 1),
            number => {
                let digits = self.input.known_number_bytes(number).map_err(broken)?;
                self.is_plain &= std::str::from_utf8(digits).is_ok_and(is_held);
                Shape::Number
            }
        };
        self.nodes.push(Node::new(shape, start, self.input.current_index()));
        Ok(())
    }

    fn list(&mut self, start: usize, depth: usize) -> Result<(), Unreadable> {
        let index = self.open(start);
        let mut next = self.input.known_array().map_err(broken)?;
        while let Some(item) = next {
            self.value(item, depth)?;
            next = self.input.array_step().map_err(broken)?;
        }
        self.close(index, Shape::List);
        Ok(())
    }

    fn object(&mut self, start: usize, depth: usize) -> Result<(), Unreadable> {
        let index = self.open(start);
        let first_key = self.keys.len();
        let mut next = self.input.known_object().map_err(broken)?;
        while let Some(key) = next {
            self.keys.push(narrow(self.nodes.len()));
            self.nodes.push(string_node(self.text, &mut self.decoded, key));
            let first = self.input.peek().map_err(broken)?;
            self.value(first, depth)?;
            next = self.input.next_key().map_err(broken)?;
        }
        self.close(index, Shape::Object);
        self.order(first_key);
        Ok(())
    }

    /// Brings the keys from this one on in order, where they do not stand so, and forgets them.
    fn order(&mut self, first_key: usize) {
        let (nodes, decoded, text) = (&self.nodes, self.decoded.as_str(), self.text);
        let key = |number: u32| {
            let node = nodes.get(wide(number)).copied();
            node.map(|node| slice(if node.shape() == Shape::Escaped { decoded } else { text }, node))
                .unwrap_or_default()
        };
        let numbers = self.keys.get(first_key..).unwrap_or_default();
        let first = numbers.first().copied();
        if !numbers.is_sorted_by(|one, other| trim(key(*one)) < trim(key(*other))) {
            let mut keys: Vec<(&str, u32)> = numbers.iter().map(|number| (trim(key(*number)), *number)).collect();
            // Of equal ones the last first.
            keys.sort_unstable_by(|(one, place), (other, behind)| one.cmp(other).then(behind.cmp(place)));
            let count = keys.len();
            keys.dedup_by(|(other, _), (one, _)| one == other);
            let has_doubles = keys.len() < count;
            // No object has the order 0.
            let order = self.orders.len().max(1);
            self.orders.resize(order, 0);
            self.orders.push(narrow(keys.len()));
            self.orders.extend(keys.into_iter().map(|(_, number)| number));
            if has_doubles {
                self.has_doubles = true;
                // Keys that are the same without the blanks around them may differ in these.
                let mut whole: Vec<&str> = numbers.iter().map(|number| key(*number)).collect();
                whole.sort_unstable();
                self.is_plain &= whole.is_sorted_by(|one, other| one < other);
            }
            if let Some(node) = first.and_then(|first| self.nodes.get_mut(wide(first))) {
                node.set(node.shape(), order);
            }
        }
        self.keys.truncate(first_key);
    }

    fn open(&mut self, start: usize) -> usize {
        self.nodes.push(Node::new(Shape::Null, start, start));
        self.nodes.len() - 1
    }

    fn close(&mut self, index: usize, shape: Shape) {
        let (end, next) = (narrow(self.input.current_index()), self.nodes.len());
        if let Some(node) = self.nodes.get_mut(index) {
            node.end = end;
            node.set(shape, next);
        }
    }
}

/// A string that was scanned: its place in the text, or, where it had to be decoded, in `decoded`.
fn string_node(text: &str, decoded: &mut String, string: &str) -> Node {
    let offset = string.as_ptr().addr().wrapping_sub(text.as_ptr().addr());
    if offset <= text.len() && string.len() <= text.len() - offset {
        return Node::new(Shape::Plain, offset, offset + string.len());
    }
    let start = decoded.len();
    decoded.push_str(string);
    Node::new(Shape::Escaped, start, decoded.len())
}

fn broken(error: JiterError) -> Unreadable {
    let problem = match error.error_type {
        JiterErrorType::JsonError(problem) => problem.to_string(),
        JiterErrorType::WrongType { .. } => "unexpected value".to_owned(),
    };
    Unreadable::Json { offset: error.index, problem }
}
