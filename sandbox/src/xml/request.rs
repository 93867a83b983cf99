//! Parses a request into a small tree, and resolves its namespaces.
//!
//! The sandbox has its own parser, so that it shares no code with the client that it tests.

use std::fmt;

use quick_xml::events::{BytesStart, Event};
use quick_xml::name::{PrefixDeclaration, QName, ResolveResult};
use quick_xml::{NsReader, XmlVersion};

const XSI: &str = "http://www.w3.org/2001/XMLSchema-instance";
const MAX_DEPTH: usize = 64;
const MAX_ELEMENTS: usize = 500_000;

/// An element with its text and children.
#[derive(Default)]
pub(crate) struct Element {
    pub(crate) namespace: String,
    pub(crate) name: String,
    pub(crate) text: String,
    pub(crate) nil: bool,
    /// The namespace and the name in `xsi:type`.
    pub(crate) kind: Option<(String, String)>,
    pub(crate) children: Vec<Element>,
}

/// Contains only names, because a text may be a password.
impl fmt::Debug for Element {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct(&self.name)
            .field("children", &self.children)
            .finish_non_exhaustive()
    }
}

impl Element {
    pub(crate) fn is(&self, namespace: &str, name: &str) -> bool {
        self.name == name && self.namespace == namespace
    }

    /// The first child with this name in the namespace of the parent.
    pub(crate) fn child(&self, name: &str) -> Option<&Self> {
        self.children
            .iter()
            .find(|child| child.is(&self.namespace, name))
    }

    pub(crate) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Self> {
        self.children
            .iter()
            .filter(move |child| child.is(&self.namespace, name))
    }

    /// The text of a child, or an empty text if there is no such child.
    pub(crate) fn text_of(&self, name: &str) -> &str {
        self.child(name).map_or("", |child| child.text.as_str())
    }

    pub(crate) fn is_true(&self, name: &str) -> bool {
        matches!(self.text_of(name).trim(), "true" | "1")
    }
}

/// Parses a document. The error says what is wrong with it.
pub(crate) fn read(bytes: &[u8]) -> Result<Element, String> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let text = std::str::from_utf8(bytes).map_err(|_| "the request is not UTF-8".to_owned())?;
    let mut reader = NsReader::from_str(text);
    let mut open: Vec<Element> = Vec::new();
    let mut root = None;
    let mut count = 0;
    loop {
        let event = reader.read_event().map_err(|error| error.to_string())?;
        match event {
            Event::Start(start) => {
                count += 1;
                if open.len() == MAX_DEPTH || count > MAX_ELEMENTS {
                    return Err("the request has too many elements".to_owned());
                }
                if root.is_some() {
                    return Err("there is content after the root element".to_owned());
                }
                open.push(element(&reader, &start)?);
            }
            Event::Empty(start) => {
                let element = element(&reader, &start)?;
                close(element, &mut open, &mut root)?;
            }
            Event::End(_) => {
                let element = open.pop().ok_or("there is one end tag too many")?;
                close(element, &mut open, &mut root)?;
            }
            Event::Text(text) => {
                let text = text.xml10_content();
                match open.last_mut() {
                    Some(element) => element.text.push_str(&text),
                    None if text.trim().is_empty() => {}
                    None => return Err("there is text outside the root element".to_owned()),
                }
            }
            Event::CData(data) => {
                let element = open
                    .last_mut()
                    .ok_or("there is text outside the root element")?;
                element.text.push_str(&data.into_inner());
            }
            Event::GeneralRef(reference) => {
                let element = open
                    .last_mut()
                    .ok_or("there is text outside the root element")?;
                match reference
                    .resolve_char_ref()
                    .map_err(|error| error.to_string())?
                {
                    Some(c) if is_allowed(c) => element.text.push(c),
                    Some(_) => {
                        return Err("there is a character that XML does not allow".to_owned());
                    }
                    None => {
                        let name = reference.into_inner();
                        let text = quick_xml::escape::resolve_xml_entity(&name)
                            .ok_or_else(|| format!("the entity &{name}; is not declared"))?;
                        element.text.push_str(text);
                    }
                }
            }
            Event::DocType(_) => return Err("a document type is not allowed".to_owned()),
            Event::Eof => break,
            Event::Decl(_) | Event::PI(_) | Event::Comment(_) => {}
        }
    }
    match root {
        Some(root) if open.is_empty() => Ok(root),
        _ => Err("the request ends early".to_owned()),
    }
}

fn is_allowed(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r') || (c >= ' ' && !matches!(c, '\u{fffe}' | '\u{ffff}'))
}

fn close(element: Element, open: &mut [Element], root: &mut Option<Element>) -> Result<(), String> {
    match open.last_mut() {
        Some(parent) => parent.children.push(element),
        None if root.is_some() => return Err("there are two root elements".to_owned()),
        None => *root = Some(element),
    }
    Ok(())
}

fn element(reader: &NsReader<&[u8]>, start: &BytesStart<'_>) -> Result<Element, String> {
    let resolver = reader.resolver();
    let (namespace, name) = resolver.resolve_element(start.name());
    let mut element = Element {
        namespace: bound(namespace, "element")?,
        name: name.into_inner().to_owned(),
        ..Element::default()
    };
    for attribute in start.attributes() {
        let attribute = attribute.map_err(|error| error.to_string())?;
        if matches!(
            attribute.key.as_namespace_binding(),
            Some(PrefixDeclaration::Default | PrefixDeclaration::Named(_))
        ) {
            continue;
        }
        let (namespace, name) = resolver.resolve_attribute(attribute.key);
        if bound(namespace, "attribute")? != XSI {
            continue;
        }
        let value = attribute
            .normalized_value(XmlVersion::Explicit1_0)
            .map_err(|error| error.to_string())?;
        match name.into_inner() {
            "nil" => element.nil = matches!(value.trim(), "true" | "1"),
            "type" => {
                let (namespace, name) = resolver.resolve(QName(value.trim()), true);
                element.kind = Some((bound(namespace, "xsi:type")?, name.into_inner().to_owned()));
            }
            _ => {}
        }
    }
    Ok(element)
}

fn bound(result: ResolveResult<'_>, what: &str) -> Result<String, String> {
    match result {
        ResolveResult::Bound(namespace) => Ok(namespace.0.to_owned()),
        ResolveResult::Unbound => Ok(String::new()),
        ResolveResult::Unknown(prefix) => Err(format!(
            "the prefix {prefix:?} of an {what} is not declared"
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prefixes_entities_and_types_are_resolved() {
        let text = br#"<a:x xmlns:a="urn:1" xmlns:i="http://www.w3.org/2001/XMLSchema-instance">
            <a:y i:type="a:T">1 &lt; 2 &#x41;<![CDATA[<&>]]></a:y><z i:nil="1"/></a:x>"#;
        let root = read(text).unwrap();
        assert!(root.is("urn:1", "x"));
        let y = root.child("y").unwrap();
        assert_eq!(y.text, "1 < 2 A<&>");
        assert_eq!(y.kind, Some(("urn:1".to_owned(), "T".to_owned())));
        assert!(root.child("z").is_none() && root.children[1].nil);
    }

    #[test]
    fn dangerous_and_broken_documents_are_refused() {
        for text in [
            "<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>",
            "<a>&b;</a>",
            "<a><b></a>",
            "<a/><b/>",
            "<p:a/>",
            "",
            "<a>",
            "<a>&#0;</a>",
        ] {
            assert!(read(text.as_bytes()).is_err(), "{text}");
        }
        let deep = "<a>".repeat(100) + &"</a>".repeat(100);
        assert!(read(deep.as_bytes()).is_err());
    }
}
