//! XML as the JSON tree that the same vendor sends for it.
//!
//! Tencent Cloud Infinite sends each event in either format. Held side by side, the published pairs show the rule: the
//! root is left out, an element with children is an object, a repeated element a list, text a string (numbers too), and
//! an element without content is not there.

use std::borrow::Cow;
use std::ops::Range;

use quick_xml::events::{BytesRef, BytesStart, Event};
use quick_xml::{Error, Reader, XmlVersion};

use crate::json::push_string;
use crate::unreadable::{MAX_DEPTH, Unreadable};

/// The root element of what the vendor's JSON has without a wrapper.
const ROOT: &str = "Response";

/// Elements that the vendor's JSON has as a list even when there is one of them.
const LISTS: &[&str] = &["CosHeaders", "JobsDetail", "ObjectInfo", "SpriteObjectInfo", "Tasks"];

/// The JSON text of an XML document. A root that is not `Response` stays as the only member of the object.
///
/// Document type declarations are refused, so that nothing is ever expanded.
///
/// # Errors
/// [`Unreadable::Xml`] and [`Unreadable::TooDeep`], with the byte offset in `text`.
pub(super) fn to_json(text: &str) -> Result<String, Unreadable> {
    let mut reader = Reader::from_str(text);
    let config = reader.config_mut();
    config.enable_all_checks(true);
    config.expand_empty_elements = true;
    let mut tree = Tree::new(text);
    loop {
        let offset = usize::try_from(reader.buffer_position()).unwrap_or(usize::MAX);
        let event = reader.read_event().map_err(|error| Unreadable::Xml {
            offset: usize::try_from(reader.error_position()).unwrap_or(usize::MAX),
            problem: problem(&error),
        })?;
        let broken = |problem| Unreadable::Xml { offset, problem };
        match event {
            Event::Start(start) => tree.open(&start, offset)?,
            Event::End(_) => tree.close(),
            Event::Text(text) => tree.text(&text.xml10_content()).map_err(broken)?,
            Event::CData(text) => tree.text(&text.xml10_content()).map_err(broken)?,
            Event::GeneralRef(reference) => {
                let character = character(&reference).ok_or(broken("unknown entity"))?;
                tree.text(character.encode_utf8(&mut [0; 4])).map_err(broken)?;
            }
            Event::DocType(_) => return Err(broken("document type declarations are not accepted")),
            Event::Empty(_) | Event::Decl(_) | Event::PI(_) | Event::Comment(_) => {}
            Event::Eof => return tree.finish().map_err(broken),
        }
    }
}

/// The document while it is read: the values that are complete, and the elements that are still open.
///
/// A closed element's JSON stands at the end of `out`; its parent remembers where, and puts it in its place when it is
/// closed itself. So the memory in use is linear in the text, whatever its shape. What elements hold stands in one stack for all
/// of them: that of an element is behind that of those around it.
struct Tree<'t> {
    /// The document.
    source: &'t str,
    out: Vec<u8>,
    /// The text of the elements that are open.
    text: String,
    /// What they hold, in document order.
    members: Vec<Member>,
    open: Vec<Element>,
    done: bool,
}

struct Element {
    name: Place,
    /// Where its content begins in `Tree::out`.
    start: usize,
    /// Where its text begins in `Tree::text`, and what it holds in `Tree::members`.
    text: usize,
    members: usize,
    has_children: bool,
}

/// A value in `Tree::out`, and where its name stands in the document. A document can have many of them.
#[derive(Clone, Copy)]
struct Member {
    named: Named,
    name: Place,
    value: Place,
}

/// What a member is named after.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Named {
    /// An element: `Name`.
    Element,
    /// An attribute: `@name`.
    Attribute,
    /// The element that a text's attributes stand at: `Name@`.
    Attributes,
    /// The text that stands beside children: `#text`.
    Text,
}

impl Member {
    /// What it is named after, and the name in the document.
    fn name_in<'t>(&self, source: &'t str) -> (Named, &'t str) {
        (self.named, source.get(self.name.range()).unwrap_or_default())
    }
}

/// From where to where something stands.
#[derive(Clone, Copy)]
struct Place {
    start: u32,
    end: u32,
}

impl Place {
    /// The place of a part of a text that has been checked to be no longer than a place can tell.
    fn of(part: &str, whole: &str) -> Self {
        let start = part.as_ptr().addr().wrapping_sub(whole.as_ptr().addr());
        Self::between(start, start.saturating_add(part.len()))
    }

    fn between(start: usize, end: usize) -> Self {
        let narrow = |offset| u32::try_from(offset).unwrap_or(u32::MAX);
        Self { start: narrow(start), end: narrow(end) }
    }

    fn range(self) -> Range<usize> {
        let wide = |offset| usize::try_from(offset).unwrap_or(usize::MAX);
        wide(self.start)..wide(self.end)
    }
}

impl<'t> Tree<'t> {
    fn new(source: &'t str) -> Self {
        let out = Vec::with_capacity(source.len());
        Self { source, out, text: String::new(), members: Vec::new(), open: Vec::new(), done: false }
    }

    fn open(&mut self, start: &BytesStart<'t>, offset: usize) -> Result<(), Unreadable> {
        let broken = |problem| Unreadable::Xml { offset, problem };
        if self.done {
            return Err(broken("content after the root element"));
        }
        if self.open.len() >= MAX_DEPTH {
            return Err(Unreadable::TooDeep { offset });
        }
        if let Some(parent) = self.open.last_mut() {
            parent.has_children = true;
        }
        self.open.push(Element {
            name: Place::of(start.name().as_ref(), self.source),
            start: self.out.len(),
            text: self.text.len(),
            members: self.members.len(),
            has_children: false,
        });
        // No event has attributes. Should one come, it is kept beside the children; that of an element without children
        // beside the element, since it must not turn a text into an object, which nothing would then read. One that is there
        // twice is a list: to look for it among all others would take time for each of them.
        for attribute in start.attributes().with_checks(false) {
            let attribute = attribute.map_err(|_| broken("malformed attribute"))?;
            let value = attribute.normalized_value(XmlVersion::Implicit1_0).map_err(|_| broken("unknown entity"))?;
            if has_forbidden(&value) {
                return Err(broken("a character that XML does not allow"));
            }
            let from = self.out.len();
            push_string(&mut self.out, &value);
            self.hold(Named::Attribute, Place::of(attribute.key.as_ref(), self.source), from);
        }
        Ok(())
    }

    /// Gives the innermost element the value that was written from here on, under this name.
    fn hold(&mut self, named: Named, name: Place, from: usize) {
        self.members.push(Member { named, name, value: Place::between(from, self.out.len()) });
    }

    fn text(&mut self, text: &str) -> Result<(), &'static str> {
        if self.open.is_empty() {
            return if is_blank(text) { Ok(()) } else { Err("text outside of the root element") };
        }
        // Each would take six bytes in JSON.
        if has_forbidden(text) {
            return Err("a character that XML does not allow");
        }
        self.text.push_str(text);
        Ok(())
    }

    fn close(&mut self) {
        let Some(element) = self.open.pop() else { return };
        let has_members = self.members.len() > element.members;
        // The root has nothing beside it.
        let is_object = element.has_children || (self.open.is_empty() && has_members);
        let has_text = !is_blank(self.text.get(element.text..).unwrap_or_default());
        if is_object && has_text {
            self.write_text(&element, Named::Text, Place::between(0, 0));
        }
        let object = if is_object || has_members { self.assemble(&element) } else { Vec::new() };
        self.members.truncate(element.members);
        self.out.truncate(element.start);
        if !object.is_empty() {
            self.out.extend_from_slice(&object);
            self.hold(if is_object { Named::Element } else { Named::Attributes }, element.name, element.start);
        }
        if has_text && !is_object {
            self.write_text(&element, Named::Element, element.name);
        }
        self.text.truncate(element.text);
        if self.open.is_empty() {
            self.close_root(element.name);
        }
    }

    /// Writes the text of an element as a value.
    fn write_text(&mut self, element: &Element, named: Named, name: Place) {
        let from = self.out.len();
        push_string(&mut self.out, self.text.get(element.text..).unwrap_or_default());
        self.hold(named, name, from);
    }

    /// The object of the element's members, in the order in which their names first appear.
    fn assemble(&mut self, element: &Element) -> Vec<u8> {
        let source = self.source;
        let members = self.members.get_mut(element.members..).unwrap_or_default();
        // Members of one name come together; a stable sort keeps them in document order.
        members.sort_by(|one, other| one.name_in(source).cmp(&other.name_in(source)));
        let same = |one: &Member, other: &Member| one.name_in(source) == other.name_in(source);
        let mut runs: Vec<&[Member]> = members.chunk_by(same).collect();
        runs.sort_by_key(|run| run.first().map(|member| member.value.start));

        let value = |member: &Member| self.out.get(member.value.range()).unwrap_or_default();
        let mut object = Vec::with_capacity(self.out.len() - element.start + 8 * runs.len());
        object.push(b'{');
        for run in runs {
            let [first, others @ ..] = run else { continue };
            if object.len() > 1 {
                object.push(b',');
            }
            let (named, name) = first.name_in(source);
            match named {
                Named::Element => push_string(&mut object, name),
                Named::Attribute => push_string(&mut object, &format!("@{name}")),
                Named::Attributes => push_string(&mut object, &format!("{name}@")),
                Named::Text => push_string(&mut object, "#text"),
            }
            object.push(b':');
            let is_list = !others.is_empty() || (named == Named::Element && LISTS.contains(&name));
            if is_list {
                object.push(b'[');
            }
            object.extend_from_slice(value(first));
            for member in others {
                object.push(b',');
                object.extend_from_slice(value(member));
            }
            if is_list {
                object.push(b']');
            }
        }
        object.push(b'}');
        object
    }

    fn close_root(&mut self, name: Place) {
        self.done = true;
        let name = self.source.get(name.range()).unwrap_or_default();
        let is_object = self.out.first() == Some(&b'{');
        if name == ROOT && is_object {
            return;
        }
        let value = std::mem::take(&mut self.out);
        self.out.push(b'{');
        push_string(&mut self.out, name);
        self.out.push(b':');
        self.out.extend_from_slice(if value.is_empty() { b"null" } else { &value });
        self.out.push(b'}');
    }

    fn finish(self) -> Result<String, &'static str> {
        if !self.open.is_empty() {
            return Err("an element is not closed");
        }
        if !self.done {
            return Err("the document ends before its root element");
        }
        String::from_utf8(self.out).map_err(|_| "not UTF-8")
    }
}

/// Whether a text has a character that XML allows nowhere (<https://www.w3.org/TR/xml/#charsets>): control characters, apart
/// from three.
fn has_forbidden(text: &str) -> bool {
    // All other characters have larger bytes. Without an early end, many bytes are looked at at once.
    let is_forbidden = |byte: u8| byte < b' ' && !matches!(byte, b'\t' | b'\n' | b'\r');
    text.bytes().fold(false, |found, byte| found | is_forbidden(byte))
}

/// Whether a text is nothing but white space. Most of it is ASCII, which is skipped first.
fn is_blank(text: &str) -> bool {
    let rest = text.trim_ascii_start();
    match rest.as_bytes().first() {
        None => true,
        Some(first) => !first.is_ascii_graphic() && rest.trim().is_empty(),
    }
}

/// What a reference stands for: a character by number, or one of XML's own five names.
fn character(reference: &BytesRef<'_>) -> Option<char> {
    if let Ok(Some(character)) = reference.resolve_char_ref() {
        return Some(character);
    }
    let name: Cow<'_, str> = reference.xml10_content();
    match name.as_ref() {
        "lt" => Some('<'),
        "gt" => Some('>'),
        "amp" => Some('&'),
        "apos" => Some('\''),
        "quot" => Some('"'),
        _ => None,
    }
}

/// What is wrong, without the names from the document that the library's messages hold.
fn problem(error: &Error) -> &'static str {
    use quick_xml::errors::IllFormedError;
    match error {
        Error::Syntax(_) => "the document ends inside of a tag, comment or section",
        Error::IllFormed(IllFormedError::MissingEndTag(_)) => "an element is not closed",
        Error::IllFormed(IllFormedError::UnmatchedEndTag(_)) => "an end tag without a start tag",
        Error::IllFormed(IllFormedError::MismatchedEndTag { .. }) => "an end tag that does not match its start tag",
        Error::IllFormed(IllFormedError::UnclosedReference) => "`&` without a reference",
        Error::InvalidAttr(_) => "malformed attribute",
        _ => "not well-formed",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_becomes_the_vendors_json() {
        for (xml, json) in [
            ("<Response><A>1</A><B/><C></C></Response>", r#"{"A":"1"}"#),
            ("<Response><A>1</A><B>x</B><A>2</A></Response>", r#"{"A":["1","2"],"B":"x"}"#),
            ("<Response><Tasks><Type>a</Type></Tasks></Response>", r#"{"Tasks":[{"Type":"a"}]}"#),
            ("<Response><A><B/></A> \n </Response>", r#"{"A":{}}"#),
            ("<Response><A> a b </A><B>\n</B></Response>", r#"{"A":" a b "}"#),
            ("<Response><A>x&amp;&lt;&#x4e2d;<![CDATA[<y>&z;]]></A></Response>", r#"{"A":"x&<中<y>&z;"}"#),
            (
                "<?xml version=\"1.0\"?><!-- c --><Response><A a=\"1\">t</A></Response>\n",
                r#"{"A@":{"@a":"1"},"A":"t"}"#,
            ),
            (
                "<Response><A a=\"1\" a=\"2\">t</A><A b=\"3\">u</A></Response>",
                r#"{"A@":[{"@a":["1","2"]},{"@b":"3"}],"A":["t","u"]}"#,
            ),
            ("<Response a=\"1\"/>", r#"{"@a":"1"}"#),
            ("<Response a=\"1\">t</Response>", r##"{"@a":"1","#text":"t"}"##),
            (
                "<Response><A a=\"x&amp;y\"><B>1</B>t</A><C c=\"1\"/></Response>",
                r##"{"A":{"@a":"x&y","B":"1","#text":"t"},"C@":{"@c":"1"}}"##,
            ),
            ("<Other><A>1</A></Other>", r#"{"Other":{"A":"1"}}"#),
            ("<Response/>", r#"{"Response":null}"#),
            ("<Response>text</Response>", r#"{"Response":"text"}"#),
        ] {
            assert_eq!(to_json(xml).unwrap(), json, "{xml}");
        }
    }

    #[test]
    fn broken_documents_are_told_with_their_offset() {
        for (xml, message) in [
            ("<Response><A></B></Response>", "an end tag that does not match its start tag"),
            ("<Response><A>1</A>", "an element is not closed"),
            ("<Response><A", "the document ends inside of a tag, comment or section"),
            ("<Response/><Response/>", "content after the root element"),
            ("<Response/>text", "text outside of the root element"),
            ("<!-- only -->", "the document ends before its root element"),
            ("<!DOCTYPE a><Response/>", "document type declarations are not accepted"),
            ("<Response>&xxe;</Response>", "unknown entity"),
            ("<Response>a & b</Response>", "`&` without a reference"),
            ("<Response a=1/>", "malformed attribute"),
            ("<Response>\u{1}</Response>", "a character that XML does not allow"),
            ("<Response>&#1;</Response>", "a character that XML does not allow"),
            ("<Response a=\"\u{0}\"/>", "a character that XML does not allow"),
            ("<Response a=\"&x;\"/>", "unknown entity"),
        ] {
            let error = to_json(xml).unwrap_err();
            assert!(matches!(error, Unreadable::Xml { problem, .. } if problem == message), "{xml}: {error}");
        }
    }

    #[test]
    fn depth_has_a_limit() {
        let deep = "<a>".repeat(10_000);
        assert_eq!(to_json(&deep).unwrap_err(), Unreadable::TooDeep { offset: 3 * MAX_DEPTH });
    }
}
