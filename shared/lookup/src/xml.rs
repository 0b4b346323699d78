//! The parts of an answer in XML, as they are written there.

use quick_xml::Reader;
use quick_xml::events::Event;

use crate::error::{Error, undocumented};

/// An element, as it is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Element<'x> {
    /// Its name.
    pub(crate) name: &'x str,
    /// All of it, its tags included.
    pub(crate) source: &'x str,
    /// What is between its tags.
    pub(crate) content: &'x str,
}

impl Element<'_> {
    /// The text of an element that has no others in it and needs no decoding, such as an id or a state.
    pub(crate) fn text(&self) -> &str {
        self.content.trim()
    }
}

/// The elements in the root of a document. The reader does not count a byte order mark, which may be before it.
pub(crate) fn children(document: &str) -> Result<Vec<Element<'_>>, Error> {
    let document = document.trim_start_matches('\u{feff}');
    let [root] = elements(document)?.try_into().map_err(|_| undocumented("expected XML with one root"))?;
    elements(root.content)
}

/// The outermost elements of a text.
pub(crate) fn elements(text: &str) -> Result<Vec<Element<'_>>, Error> {
    let broken = || undocumented("expected XML");
    let mut reader = Reader::from_str(text);
    let mut elements = Vec::new();
    loop {
        let start = position(&reader);
        match reader.read_event().map_err(|_| broken())? {
            Event::Eof => return Ok(elements),
            Event::Start(tag) => {
                let opened = position(&reader);
                let content = reader.read_to_end(tag.name()).map_err(|_| broken())?;
                let end = usize::try_from(content.end).unwrap_or(usize::MAX);
                let source = text.get(start..position(&reader)).ok_or_else(broken)?;
                let content = text.get(opened..end).ok_or_else(broken)?;
                elements.push(Element { name: name(source), source, content });
            }
            Event::Empty(_) => {
                let source = text.get(start..position(&reader)).ok_or_else(broken)?;
                elements.push(Element { name: name(source), source, content: "" });
            }
            _ => {}
        }
    }
}

fn position(reader: &Reader<&[u8]>) -> usize {
    usize::try_from(reader.buffer_position()).unwrap_or(usize::MAX)
}

/// The name in a start tag.
fn name(source: &str) -> &str {
    let rest = source.trim_start_matches('<');
    rest.split(|character: char| character.is_whitespace() || ['>', '/'].contains(&character))
        .next()
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_elements_in_the_root_are_those_of_the_document() {
        let xml = "<?xml version=\"1.0\"?>\n<!-- a --><Response>\n <A x=\"1\">a &amp; <B>b</B></A><C/>\n<A></A> </Response>\n";
        let seen: Vec<(&str, &str, &str)> =
            children(xml).unwrap().iter().map(|element| (element.name, element.source, element.content)).collect();
        assert_eq!(
            seen,
            [("A", "<A x=\"1\">a &amp; <B>b</B></A>", "a &amp; <B>b</B>"), ("C", "<C/>", ""), ("A", "<A></A>", ""),]
        );
    }

    #[test]
    fn what_is_no_xml_is_an_error() {
        for xml in ["", "{}", "<a>", "<a></b>", "<a/><b/>", "<a><b></a>"] {
            assert!(children(xml).is_err(), "{xml}");
        }
    }
}
