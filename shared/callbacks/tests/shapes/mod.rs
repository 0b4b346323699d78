//! Bodies of any shape, made from the vendors' structs and tables as they stand in the source: what stands for much in few bytes.
//!
//! A body is an event of the tables with some of the fields that are read. Somewhere in it a long text stands beside, above or in
//! a long list, and any value may be JSON in a string, a series, or something else than what belongs there.

#![expect(clippy::indexing_slicing, reason = "a test fails by panicking")]

mod source;

use std::fmt::Write;

use callbacks::Product;
use fastrand::Rng;
pub(crate) use source::Source;
use source::{Reader, Shape};

/// How deep the structs of an event are followed.
const MAX_DEPTH: usize = 9;

/// Items that fill a list wherever one stands: what takes a parser the most memory for each byte. `#` is another number each time.
const SMALL: &[&str] = &[
    "{}",
    "1",
    "[]",
    "\"\"",
    "\"a\"",
    "\"{}\"",
    "\"[1,2]\"",
    "\"{a:b\"",
    "[[[[[[[[]]]]]]]]",
    "{\"a\":1}",
    "{\"Status\":\"Success\"}",
    "{\"Key#\":{}}",
    "\"Key#\"",
];

/// Members that fill an object wherever one stands.
const MEMBERS: &[&str] = &["\"k#\":1", "\"k#\":{}", "\"k#\":\"{}\"", "\"a\":[]", "\"k#\":{\"Status\":\"Success\"}"];

/// Pieces that fill a text wherever one stands, as JSON.
const PIECES: &[&str] =
    &["x", "\\n", "\\\"", "\\\\", "é", "\\u0001", "\\ud83d\\ude00", "[", "{", "a,", ":,", "%25", "token="];

/// A value of a body, of which some parts are as long as the body allows.
enum Node {
    /// JSON as it stands.
    Leaf(String),
    /// A text of this piece, as long as texts are.
    Long(&'static str),
    /// As many of an item as lists are long.
    Many(Box<Node>),
    /// As many of these, which are JSON, as lists are long.
    Small(&'static str),
    /// An object that has as many of these members as lists are long.
    Wide(&'static str),
    List(Vec<Node>),
    Object(Vec<(String, Node)>),
    /// JSON in a string.
    Quoted(Box<Node>),
}

/// Makes bodies.
pub(crate) struct Maker<'s> {
    source: &'s Source,
    rng: Rng,
}

/// A body that can be written in any size.
pub(crate) struct Body {
    pub(crate) product: Product,
    root: Node,
    is_xml: bool,
}

impl<'s> Maker<'s> {
    /// Makes the same bodies for the same seed.
    pub(crate) fn new(source: &'s Source, seed: u64) -> Self {
        Self { source, rng: Rng::with_seed(seed) }
    }

    /// A body of any product.
    pub(crate) fn body(&mut self) -> Body {
        let product = self.rng.choice(Product::ALL).unwrap();
        let readers = self.source.readers(product);
        let reader = &readers[self.rng.usize(..readers.len())];
        let event = self.event(reader, 0);
        // Several of them in the answer of a queue.
        let root = match product {
            Product::TencentVod if self.rng.u8(..) < 32 => {
                let answer = Node::Object(vec![("EventSet".to_owned(), Node::Many(Box::new(event)))]);
                Node::Object(vec![("Response".to_owned(), answer)])
            }
            _ => event,
        };
        Body { product, root, is_xml: product == Product::TencentCi && self.rng.bool() }
    }

    /// An event that this reader reads, in what is around it.
    fn event(&mut self, reader: &Reader, depth: usize) -> Node {
        let name = Node::Leaf(format!("{:?}", reader.name));
        let body = self.value(&reader.shape, depth);
        let Node::Object(mut members) = body else {
            return Node::Object(vec![("EventType".to_owned(), name), ("MessageBody".to_owned(), body)]);
        };
        if let Some(key) = &reader.key {
            return Node::Object(vec![("EventType".to_owned(), name), (key.clone(), Node::Object(members))]);
        }
        let key = if reader.product == Product::TencentCi { "EventName" } else { "EventType" };
        if reader.product == Product::AliyunIms {
            members = vec![("MessageBody".to_owned(), Node::Object(members))];
        }
        members.retain(|(present, _)| present != key);
        members
            .insert(self.rng.usize(..=members.len()), (key.to_owned(), if self.is(16) { self.text() } else { name }));
        Node::Object(members)
    }

    /// Whether something happens that happens so many times in 256.
    fn is(&mut self, times: u8) -> bool {
        self.rng.u8(..) < times
    }

    fn value(&mut self, shape: &Shape, depth: usize) -> Node {
        if self.is(6) {
            return self.anything();
        }
        let node = match shape {
            Shape::Text => self.text(),
            Shape::Number => Node::Leaf(self.rng.choice(["0", "1", "10000", "1e999", "\"9999\""]).unwrap().to_owned()),
            Shape::List(item) if depth < MAX_DEPTH => {
                let item = self.value(item, depth + 1);
                if self.is(160) { Node::Many(Box::new(item)) } else { Node::List(vec![item]) }
            }
            Shape::Object(fields) if depth < MAX_DEPTH => self.object(fields, depth),
            Shape::Named(name) if depth < MAX_DEPTH => {
                let fields = self.source.fields(name);
                self.object(&fields, depth)
            }
            Shape::Quoted(inner) => {
                let inner = self.value(inner, depth);
                return if self.is(128) { Node::Quoted(Box::new(inner)) } else { inner };
            }
            Shape::List(_) | Shape::Object(_) | Shape::Named(_) => Node::Leaf("{}".to_owned()),
        };
        match (&node, self.rng.u8(..)) {
            (Node::Leaf(_) | Node::Long(_), _) => node,
            (_, 0..24) => Node::Quoted(Box::new(node)),
            (_, 24..32) => Node::Many(Box::new(node)),
            _ => node,
        }
    }

    fn object(&mut self, fields: &[(String, Shape)], depth: usize) -> Node {
        let mut members = Vec::new();
        for (key, shape) in fields {
            // What goes on is more likely taken than what ends here.
            let is_leaf = matches!(shape, Shape::Text | Shape::Number);
            let likely = if is_leaf || depth > 4 { 96 } else { 160 };
            if self.is(likely) {
                members.push((key.clone(), self.member(key, shape, depth + 1)));
            }
        }
        Node::Object(members)
    }

    fn member(&mut self, key: &str, shape: &Shape, depth: usize) -> Node {
        match key {
            "Status" | "State" if self.is(240) => Node::Leaf("\"Success\"".to_owned()),
            "Tag" | "Type" if self.is(200) => {
                let names = self.source.words();
                Node::Leaf(format!("{:?}", names[self.rng.usize(..names.len())]))
            }
            _ => self.value(shape, depth),
        }
    }

    fn text(&mut self) -> Node {
        match self.rng.u8(..) {
            0..48 => Node::Long("x"),
            48..64 => Node::Long(self.rng.choice(PIECES).unwrap()),
            64..112 => {
                let placeholders = self.source.placeholders();
                let placeholder = &placeholders[self.rng.usize(..placeholders.len())];
                Node::Leaf(format!("\"http://bucket.oss-cn-shanghai.aliyuncs.com/a-{placeholder}.jpg\""))
            }
            _ => Node::Leaf("\"a\"".to_owned()),
        }
    }

    fn anything(&mut self) -> Node {
        match self.rng.u8(..5) {
            0 => Node::Wide(self.rng.choice(MEMBERS).unwrap()),
            1 => Node::Long(self.rng.choice(PIECES).unwrap()),
            2 => Node::Quoted(Box::new(Node::Small(self.rng.choice(SMALL).unwrap()))),
            3 => {
                let node = Node::Small(self.rng.choice(SMALL).unwrap());
                (0..self.rng.usize(1..6)).fold(node, |node, _| Node::Quoted(Box::new(Node::List(vec![node]))))
            }
            _ => Node::Small(self.rng.choice(SMALL).unwrap()),
        }
    }
}

impl Body {
    /// The body in about this size: its long texts take some of it, its lists the rest.
    pub(crate) fn write(&self, size: usize, share: usize) -> String {
        let mut writer = Writer { text: size / share, count: size, left: size, number: 0 };
        let mut out = String::new();
        if self.is_xml {
            writer.xml("Response", &self.root, &mut out);
        } else {
            writer.json(&self.root, &mut out);
        }
        out
    }
}

struct Writer {
    /// Bytes of a long text.
    text: usize,
    /// How many items a list has at most.
    count: usize,
    /// Bytes that lists and texts may still take.
    left: usize,
    number: usize,
}

impl Writer {
    /// Repeats something until there is no room for more.
    fn repeat(&mut self, most: usize, out: &mut String, between: &str, mut one: impl FnMut(&mut Self, &mut String)) {
        let outer = (self.count, self.text);
        // Of lists in lists, and of texts in lists, each has its share.
        (self.count, self.text) = (self.count.isqrt(), self.text.isqrt());
        for number in 0..most.max(1) {
            if number > 0 {
                if self.left == 0 {
                    break;
                }
                out.push_str(between);
            }
            let before = out.len();
            one(self, out);
            self.left = self.left.saturating_sub(out.len() - before);
        }
        (self.count, self.text) = outer;
    }

    fn small(&mut self, item: &str, out: &mut String) {
        self.repeat(self.count, out, ",", |writer, out| {
            writer.number += 1;
            out.push_str(&item.replace('#', &writer.number.to_string()));
        });
    }

    fn json(&mut self, node: &Node, out: &mut String) {
        match node {
            Node::Leaf(json) => out.push_str(json),
            Node::Long(piece) => {
                let text = piece.repeat(self.text.min(self.left) / piece.len() + 1);
                self.left = self.left.saturating_sub(text.len());
                write!(out, "\"{text}\"").unwrap();
            }
            Node::Many(item) => {
                out.push('[');
                self.repeat(self.count, out, ",", |writer, out| writer.json(item, out));
                out.push(']');
            }
            Node::Small(item) => {
                out.push('[');
                self.small(item, out);
                out.push(']');
            }
            Node::Wide(member) => {
                out.push('{');
                self.small(member, out);
                out.push('}');
            }
            Node::List(items) => {
                out.push('[');
                for (index, item) in items.iter().enumerate() {
                    out.push_str(if index > 0 { "," } else { "" });
                    self.json(item, out);
                }
                out.push(']');
            }
            Node::Object(members) => {
                out.push('{');
                for (index, (key, value)) in members.iter().enumerate() {
                    write!(out, "{}{key:?}:", if index > 0 { "," } else { "" }).unwrap();
                    self.json(value, out);
                }
                out.push('}');
            }
            Node::Quoted(inner) => {
                let mut json = String::new();
                self.json(inner, &mut json);
                out.push_str(&serde_json::to_string(&json).unwrap());
            }
        }
    }

    fn xml(&mut self, name: &str, node: &Node, out: &mut String) {
        match node {
            Node::Many(item) => self.repeat(self.count, out, "", |writer, out| writer.xml(name, item, out)),
            Node::List(items) => items.iter().for_each(|item| self.xml(name, item, out)),
            Node::Object(members) => {
                write!(out, "<{name}>").unwrap();
                for (key, value) in members {
                    self.xml(key, value, out);
                }
                write!(out, "</{name}>").unwrap();
            }
            Node::Wide(_) | Node::Small(_) => {
                write!(out, "<{name}>").unwrap();
                self.repeat(self.count, out, "", |writer, out| {
                    writer.number += 1;
                    let number = writer.number;
                    let element = if matches!(node, Node::Wide(_)) {
                        format!("<k{number} a='1'>1</k{number}>")
                    } else {
                        "<a/>".to_owned()
                    };
                    out.push_str(&element);
                });
                write!(out, "</{name}>").unwrap();
            }
            leaf => {
                let mut json = String::new();
                self.json(leaf, &mut json);
                let text: serde_json::Value = serde_json::from_str(&json).unwrap_or(json.into());
                let text = text.as_str().map_or_else(|| text.to_string(), str::to_owned);
                write!(out, "<{name}>{}</{name}>", quick_xml::escape::escape(text.as_str())).unwrap();
            }
        }
    }
}
