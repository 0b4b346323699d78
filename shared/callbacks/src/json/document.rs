//! A JSON text, scanned once: everything after this works on its values.

use std::borrow::Cow;
use std::cell::OnceCell;

use jiter::{Jiter, JiterError, JiterErrorType, Peek};

use crate::unreadable::{MAX_DEPTH, Unreadable};

/// Bytes of the longest text that is read. Offsets are 32 bits wide, and a value's number has 29.
const MAX_LENGTH: usize = (1 << 29) - 1;

/// A JSON text and the place of each value in it.
///
/// A value takes 12 bytes, however small it is: memory is linear in the text. What the text escapes is decoded once, into
/// `decoded`.
#[derive(Debug)]
pub(crate) struct Document<'t> {
    text: Cow<'t, str>,
    decoded: String,
    nodes: Vec<Node>,
    /// Whether no object has a key twice, once that was asked.
    is_unambiguous: OnceCell<bool>,
}

/// A value or a key, at its place in the text, or in `decoded` where its text has escapes.
#[derive(Debug, Clone, Copy)]
struct Node {
    start: u32,
    end: u32,
    /// The shape in the three highest bits; below them, for a list or an object, the number of the node behind its last.
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

    fn next(self) -> u32 {
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
        // So the nodes need not be moved while they become more.
        let nodes = Vec::with_capacity(most_nodes(&text));
        let mut scanner = Scanner { input: Jiter::new(text.as_bytes()), text: &text, decoded: String::new(), nodes };
        let first = scanner.input.peek().map_err(broken)?;
        scanner.value(first, 0)?;
        scanner
            .input
            .finish()
            .map_err(|error| Unreadable::Json { offset: error.index, problem: error.error_type.to_string() })?;
        let Scanner { decoded, nodes, .. } = scanner;
        Ok(Self { text, decoded, nodes, is_unambiguous: OnceCell::new() })
    }

    /// The number of its outermost value.
    pub(crate) const ROOT: u32 = 0;

    fn node(&self, index: u32) -> Node {
        const NULL: Node = Node { start: 0, end: 0, tag: 0 };
        usize::try_from(index).ok().and_then(|index| self.nodes.get(index)).copied().unwrap_or(NULL)
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
        (index + 1, self.node(index).next().max(index + 1))
    }

    /// The number of the value or key that stands behind this one.
    pub(crate) fn behind(&self, index: u32) -> u32 {
        match self.shape(index) {
            Shape::List | Shape::Object => self.node(index).next(),
            _ => index + 1,
        }
    }

    /// Whether every JSON reader takes it, and takes the same from it: it has no number that neither a 64-bit integer nor a
    /// double can hold, and no object with a key that is there twice.
    pub(crate) fn is_plain(&self) -> bool {
        let is_held = |index| self.shape(index) != Shape::Number || is_held(self.text(index));
        self.indexes().all(is_held) && (self.is_unambiguous() || self.has_each_key_once(|key| key))
    }

    /// Whether no object has a key twice, blanks around the key aside.
    pub(crate) fn is_unambiguous(&self) -> bool {
        *self.is_unambiguous.get_or_init(|| self.has_each_key_once(str::trim))
    }

    fn has_each_key_once(&self, name: impl Fn(&str) -> &str) -> bool {
        let mut keys = Vec::new();
        let mut objects = self.indexes().filter(|index| self.shape(*index) == Shape::Object);
        objects.all(|object| {
            keys.clear();
            keys.extend(self.keys(object));
            let name = |key: &u32| name(self.text(*key));
            keys.sort_unstable_by(|one, other| name(one).cmp(name(other)));
            keys.is_sorted_by(|one, other| name(one) < name(other))
        })
    }

    fn indexes(&self) -> impl Iterator<Item = u32> {
        0..narrow(self.nodes.len())
    }

    /// The numbers of an object's keys, in the order in which they stand.
    pub(crate) fn keys(&self, object: u32) -> impl Iterator<Item = u32> {
        let (mut next, end) = self.inside(object);
        std::iter::from_fn(move || {
            let key = (next < end).then_some(next)?;
            next = self.behind(key + 1);
            Some(key)
        })
    }

    /// Bytes of memory that a text takes at most once it is scanned.
    pub(crate) fn size_of(text: &str) -> usize {
        size_of::<Self>() + text.len() + most_nodes(text) * size_of::<Node>()
    }
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
    let place = usize::try_from(node.start).unwrap_or_default()..usize::try_from(node.end).unwrap_or_default();
    text.get(place).unwrap_or_default()
}

/// Whether a 64-bit integer or a double holds the number.
pub(crate) fn is_held(digits: &str) -> bool {
    if digits.contains(['.', 'e', 'E']) {
        digits.parse::<f64>().is_ok_and(f64::is_finite)
    } else {
        digits.len() < 19 || digits.parse::<i64>().is_ok() || digits.parse::<u64>().is_ok()
    }
}

struct Scanner<'s> {
    input: Jiter<'s>,
    text: &'s str,
    decoded: String,
    nodes: Vec<Node>,
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
                self.input.known_number_bytes(number).map_err(broken)?;
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
        let mut next = self.input.known_object().map_err(broken)?;
        while let Some(key) = next {
            self.nodes.push(string_node(self.text, &mut self.decoded, key));
            let first = self.input.peek().map_err(broken)?;
            self.value(first, depth)?;
            next = self.input.next_key().map_err(broken)?;
        }
        self.close(index, Shape::Object);
        Ok(())
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
