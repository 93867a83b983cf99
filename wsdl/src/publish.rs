//! The documents of a WSDL in the form in which a server publishes them: their texts, split at the
//! addresses that the server replaces.

use std::cell::OnceCell;
use std::collections::HashMap;
use std::ops::Range;

use quick_xml::Reader;
use quick_xml::events::Event;

use crate::documents::Documents;
use crate::encoding::Cursor;
use crate::model::Position;
use crate::names::split_qname;
use crate::well_known;

/// A document of a WSDL, split at the addresses in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublishedDocument {
    /// Whether the document is a WSDL. Otherwise it is an XML Schema.
    pub is_wsdl: bool,
    /// The text in UTF-8, in order. It begins with an XML declaration and has no document type declaration.
    pub pieces: Vec<PublishedPiece>,
}

/// A piece of a [`PublishedDocument`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PublishedPiece {
    /// Unchanged text of the document.
    Text(String),
    /// The address of a port, in place of an attribute value with its quotes.
    Address {
        /// The name of the service.
        service: String,
        /// The name of the port.
        port: String,
        /// The address in the document, without XML escapes.
        location: String,
    },
    /// The location of another document, by its index, in place of an attribute value with its quotes.
    Location(usize),
}

/// Splits all documents. The first one is the WSDL itself.
pub(crate) fn publish(
    documents: &Documents<'_>,
    texts: &[OnceCell<String>],
) -> Vec<PublishedDocument> {
    let mut links: HashMap<(usize, u32, u32), usize> = HashMap::new();
    for (file, position, found) in &documents.links {
        links.insert((*file, position.line, position.column), *found);
    }
    let texts = texts.iter().map_while(OnceCell::get).enumerate();
    let published = texts.map(|(file, text)| {
        let found = |position: Position| {
            let key = (file, position.line, position.column);
            links.get(&key).copied()
        };
        document(text, found)
    });
    published.collect()
}

fn document(text: &str, found: impl Fn(Position) -> Option<usize>) -> PublishedDocument {
    let mut reader = Reader::from_str(text);
    let mut cursor = Cursor::default();
    let mut out = Pieces {
        text,
        taken: 0,
        pieces: vec![PublishedPiece::Text(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n".to_owned(),
        )],
    };
    let mut is_wsdl = None;
    let (mut service, mut port) = (String::new(), String::new());
    loop {
        let start = reader.buffer_position() as usize;
        // The text has been parsed before, so it is well-formed.
        let Ok(event) = reader.read_event() else {
            break;
        };
        let range = start..reader.buffer_position() as usize;
        match event {
            Event::Decl(_) | Event::DocType(_) => out.leave_out(range),
            Event::Start(_) | Event::Empty(_) => {
                let tag = Tag {
                    text,
                    range: range.clone(),
                };
                let local = tag.local();
                let is_wsdl = *is_wsdl.get_or_insert(local == "definitions");
                let value = |name| tag.attribute(name).map(|range| unescaped(&text[range]));
                match local {
                    "service" if is_wsdl => service = value("name").unwrap_or_default(),
                    "port" if is_wsdl => port = value("name").unwrap_or_default(),
                    "address" if is_wsdl => {
                        if let Some(range) = tag.attribute("location") {
                            let piece = PublishedPiece::Address {
                                service: service.clone(),
                                port: port.clone(),
                                location: unescaped(&text[range.clone()]),
                            };
                            out.replace(range, piece);
                        }
                    }
                    "import" | "include" | "redefine" => {
                        let position = cursor.advance(text, range.start);
                        let is_empty = matches!(event, Event::Empty(_));
                        import(&mut out, &tag, found(position), is_empty);
                    }
                    _ => {}
                }
            }
            Event::Eof => break,
            _ => {}
        }
    }
    PublishedDocument {
        is_wsdl: is_wsdl.unwrap_or(false),
        pieces: out.finish(),
    }
}

/// Publishes the start tag of an import or include of the document `found`, if it was followed.
fn import(out: &mut Pieces<'_>, tag: &Tag<'_>, found: Option<usize>, is_empty: bool) {
    let schema = tag.attribute("schemaLocation");
    let is_schema = schema.is_some();
    let location = schema.or_else(|| tag.attribute("location"));
    match (found, location) {
        (Some(number), Some(range)) => out.replace(range, PublishedPiece::Location(number)),
        // Only an import of an XML Schema may have no location. This one was found by its namespace.
        (Some(number), None) => {
            out.insert(tag.name_end(), " schemaLocation=");
            out.pieces.push(PublishedPiece::Location(number));
        }
        // Built-in messages and portTypes are not published here, and a client needs them.
        (None, Some(range))
            if !is_schema
                && !is_absolute(&tag.text[range.clone()])
                && let Some(namespace) = tag.attribute("namespace")
                && let Some(known) = well_known::definitions_at(&tag.text[namespace.clone()]) =>
        {
            out.insert(range.start - 1, &format!("\"{known}\""));
            out.taken = range.end + 1;
        }
        // What was not read is not published, so a relative location would lead nowhere. The location
        // of an imported schema may be left out.
        (None, Some(range)) if !is_absolute(&tag.text[range.clone()]) => {
            if is_schema && tag.local() == "import" {
                out.leave_out(tag.whole(range));
            } else if is_empty {
                out.leave_out(tag.range.clone());
            }
        }
        (None, _) => {}
    }
}

/// Whether a location begins with a scheme.
fn is_absolute(location: &str) -> bool {
    let scheme = location.trim_start().split([':', '/', '?', '#']).next();
    scheme.is_some_and(|scheme| location.trim_start()[scheme.len()..].starts_with(':'))
}

/// Collects the pieces of a text.
struct Pieces<'a> {
    text: &'a str,
    /// The end of the text that the pieces contain.
    taken: usize,
    pieces: Vec<PublishedPiece>,
}

impl Pieces<'_> {
    fn push_until(&mut self, end: usize) {
        let text = self.text.get(self.taken..end).unwrap_or_default();
        // White space before the root element would follow the declaration that was left out.
        let text = match self.pieces.as_mut_slice() {
            [PublishedPiece::Text(first)] => {
                first.push_str(text.trim_start());
                return;
            }
            _ => text,
        };
        match self.pieces.last_mut() {
            Some(PublishedPiece::Text(last)) => last.push_str(text),
            _ => self.pieces.push(PublishedPiece::Text(text.to_owned())),
        }
    }

    fn leave_out(&mut self, range: Range<usize>) {
        self.push_until(range.start);
        self.taken = range.end;
    }

    /// Inserts a text.
    fn insert(&mut self, at: usize, text: &str) {
        self.push_until(at);
        self.taken = at;
        match self.pieces.last_mut() {
            Some(PublishedPiece::Text(last)) => last.push_str(text),
            _ => self.pieces.push(PublishedPiece::Text(text.to_owned())),
        }
    }

    /// Replaces an attribute value with its quotes.
    fn replace(&mut self, value: Range<usize>, piece: PublishedPiece) {
        self.push_until(value.start.saturating_sub(1));
        self.taken = value.end + 1;
        self.pieces.push(piece);
    }

    fn finish(mut self) -> Vec<PublishedPiece> {
        self.push_until(self.text.len());
        self.pieces
    }
}

/// A start tag in a text.
struct Tag<'a> {
    text: &'a str,
    range: Range<usize>,
}

impl<'a> Tag<'a> {
    /// The content of the tag, and its offset.
    fn inner(&self) -> (&'a str, usize) {
        let token = self.text.get(self.range.clone()).unwrap_or_default();
        let inner = token.strip_prefix('<').unwrap_or(token);
        let inner = inner.strip_suffix('>').unwrap_or(inner);
        (inner, self.range.start + 1)
    }

    fn name(&self) -> &'a str {
        let (inner, _) = self.inner();
        let mut parts = inner.split(|c: char| c.is_ascii_whitespace() || c == '/');
        parts.next().unwrap_or_default()
    }

    fn local(&self) -> &'a str {
        let name = self.name();
        split_qname(name).map_or(name, |(_, local)| local)
    }

    /// The position after the name.
    fn name_end(&self) -> usize {
        let (_, begin) = self.inner();
        begin + self.name().len()
    }

    /// The range of the attribute with this value, and of the white space before it.
    fn whole(&self, value: Range<usize>) -> Range<usize> {
        let before = self.text.get(..value.start.saturating_sub(1));
        let before = before.unwrap_or_default().trim_ascii_end();
        let before = before.strip_suffix('=').unwrap_or(before).trim_ascii_end();
        let name = before.rfind(|c: char| c.is_ascii_whitespace());
        let name = name.map_or(before.len(), |at| at + 1);
        before[..name].trim_ascii_end().len()..value.end + 1
    }

    /// The range of the value of an attribute without a prefix.
    fn attribute(&self, wanted: &str) -> Option<Range<usize>> {
        let (inner, begin) = self.inner();
        let mut at = inner.find(|c: char| c.is_ascii_whitespace())?;
        loop {
            let rest = inner.get(at..)?;
            let skipped = rest.len() - rest.trim_ascii_start().len();
            let rest = rest.trim_ascii_start();
            let (name, after) = rest.split_once('=')?;
            let name = name.trim_ascii_end();
            let open = after.len() - after.trim_ascii_start().len();
            let quote = after.trim_ascii_start().chars().next()?;
            let value = after.get(open + 1..)?;
            let length = value.find(quote)?;
            let start = at + skipped + (rest.len() - after.len()) + open + 1;
            if name == wanted {
                return Some(begin + start..begin + start + length);
            }
            at = start + length + 1;
        }
    }
}

/// An attribute value without XML escapes.
fn unescaped(value: &str) -> String {
    match quick_xml::escape::unescape(value) {
        Ok(text) => text.into_owned(),
        Err(_) => value.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::PublishedPiece::{Address, Location, Text};
    use crate::Reader;

    #[test]
    fn addresses_and_locations_are_pieces() {
        let wsdl = "<?xml version='1.0' encoding='ISO-8859-1'?>\n<!DOCTYPE definitions>\n\
            <w:definitions xmlns:w='http://schemas.xmlsoap.org/wsdl/' \
            xmlns:s='http://schemas.xmlsoap.org/wsdl/soap/'>\
            <!-- <s:address location='no'/> -->\
            <w:types><schema xmlns='http://www.w3.org/2001/XMLSchema' targetNamespace='urn:a'>\
            <include schemaLocation = 'https://example.com/a&amp;b.xsd' id='x'/></schema></w:types>\
            <w:service name='Shop'><w:port name='P' binding='B'>\
            <s:address x='1' location=\"http://h/?a&amp;b\"/></w:port></w:service></w:definitions>";
        let schema = "<schema xmlns='http://www.w3.org/2001/XMLSchema' targetNamespace='urn:a'/>";
        let mut reader = Reader::new();
        reader.provide("https://example.com/a&b.xsd", schema);
        let (_, documents) = reader.read_published(wsdl.as_bytes()).unwrap();
        let [first, second] = documents.as_slice() else {
            panic!("{documents:?}");
        };
        let [Text(a), Location(1), Text(b), address, Text(c)] = first.pieces.as_slice() else {
            panic!("{first:?}");
        };
        assert!(first.is_wsdl && !second.is_wsdl);
        assert!(a.starts_with("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<w:definitions"));
        assert!(a.contains("<s:address location='no'/>") && a.ends_with("schemaLocation = "));
        assert!(b.starts_with(" id='x'/>") && b.ends_with("<s:address x='1' location="));
        assert_eq!(
            *address,
            Address {
                service: "Shop".into(),
                port: "P".into(),
                location: "http://h/?a&b".into()
            }
        );
        assert_eq!(c, "/></w:port></w:service></w:definitions>");
        assert!(matches!(second.pieces.as_slice(), [Text(text)] if text.ends_with(schema)));
    }

    /// Built-in messages and portTypes are not published, so their import leads to their publisher.
    #[test]
    fn an_import_of_built_in_definitions_leads_to_them() {
        let wsdl = "<w:definitions xmlns:w='http://schemas.xmlsoap.org/wsdl/' \
            xmlns:n='http://docs.oasis-open.org/wsn/bw-2' \
            xmlns:s='http://schemas.xmlsoap.org/wsdl/soap/' targetNamespace='urn:a'>\
            <w:import namespace='http://docs.oasis-open.org/wsn/bw-2' location='../wsn/bw-2.wsdl'/>\
            <w:binding name='B' type='n:PullPoint'><s:binding \
            transport='http://schemas.xmlsoap.org/soap/http'/></w:binding></w:definitions>";
        let (model, documents) = Reader::new().read_published(wsdl.as_bytes()).unwrap();
        let [document] = documents.as_slice() else {
            panic!("{documents:?}");
        };
        let [Text(text)] = document.pieces.as_slice() else {
            panic!("{document:?}");
        };
        assert!(
            text.contains(" location=\"http://docs.oasis-open.org/wsn/bw-2.wsdl\"/>"),
            "{text}"
        );
        let again = Reader::new().read(text.as_bytes()).unwrap();
        assert_eq!(again.port_types.len(), model.port_types.len());
        assert!(!again.port_types.is_empty());
    }

    /// A document that was found by its namespace gets a location, and one that was not read has none
    /// that leads nowhere.
    #[test]
    fn imports_can_be_loaded_from_the_server() {
        let wsdl = "<w:definitions xmlns:w='http://schemas.xmlsoap.org/wsdl/'><w:types>\
            <x:schema xmlns:x='http://www.w3.org/2001/XMLSchema' targetNamespace='urn:a'>\
            <x:import namespace='urn:b'/>\
            <x:import namespace='urn:c' schemaLocation = \"../no/c.xsd\" id='c'/>\
            <x:import namespace='http://www.w3.org/XML/1998/namespace' \
            schemaLocation='http://www.w3.org/2001/xml.xsd'/>\
            <x:include schemaLocation='d.xsd'/></x:schema></w:types></w:definitions>";
        let schema = "<schema xmlns='http://www.w3.org/2001/XMLSchema' targetNamespace='urn:b'/>";
        let mut reader = Reader::new();
        reader.provide("urn:b", schema);
        reader.skip_import("../no/c.xsd").skip_import("d.xsd");
        let (_, documents) = reader.read_published(wsdl.as_bytes()).unwrap();
        let [Text(a), Location(1), Text(b)] = documents[0].pieces.as_slice() else {
            panic!("{documents:?}");
        };
        assert!(
            a.ends_with("targetNamespace='urn:a'><x:import schemaLocation="),
            "{a}"
        );
        assert_eq!(
            b,
            " namespace='urn:b'/><x:import namespace='urn:c' id='c'/>\
             <x:import namespace='http://www.w3.org/XML/1998/namespace' \
             schemaLocation='http://www.w3.org/2001/xml.xsd'/></x:schema></w:types></w:definitions>"
        );
    }
}
