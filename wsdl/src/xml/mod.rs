//! Stage 1: parses text into elements in a compact arena in document order.
//!
//! The elements are in the order of their start tags, each with the index after its last descendant.
//! Therefore a subtree is a range, which is visited in a loop, and neither building nor dropping the arena
//! recurses. Names and values borrow from the text, unless they must be changed.

mod parse;
mod tag;
#[cfg(test)]
mod tests;

use std::borrow::Cow;

pub(crate) use parse::{Budget, parse};

use crate::error::{Error, ErrorKind, clipped, quoted};
use crate::model::Position;
use crate::names::{Ns, split_qname, trim};

/// A parsed document.
#[derive(Debug, Default)]
pub(crate) struct Document<'a> {
    elements: Vec<Element<'a>>,
    attributes: Vec<Attribute<'a>>,
    texts: Vec<Cow<'a, str>>,
    scopes: Vec<Scope<'a>>,
    /// The largest length in bytes of a name in a value.
    name_length: u64,
    /// Text of the comments before the root element.
    pub(crate) leading_comment: Option<String>,
    /// The position of the skipped document type declaration.
    pub(crate) doctype: Option<Position>,
}

#[derive(Debug)]
struct Element<'a> {
    /// The name as written, with its prefix.
    name: &'a str,
    /// The number of bytes before the local part.
    prefix: u32,
    ns: Ns,
    position: Position,
    attributes: (u32, u32),
    /// The texts of the whole subtree.
    texts: (u32, u32),
    /// The index after the last descendant.
    end: u32,
    /// The innermost namespace declaration in scope: its index in `scopes` plus one.
    scope: u32,
}

#[derive(Debug)]
struct Attribute<'a> {
    name: &'a str,
    ns: Ns,
    value: Cow<'a, str>,
}

/// A namespace declaration. `outer` refers to the enclosing ones.
#[derive(Debug)]
struct Scope<'a> {
    prefix: &'a str,
    ns: Ns,
    outer: u32,
    /// The number of declarations in scope, including this one.
    count: u32,
}

/// A qualified name in a value. Its prefix has been looked up, but its definition has not.
#[derive(Clone, Debug)]
pub(crate) struct Name<'a> {
    /// `None` if the value is not a name, or if its prefix is not declared. Such a name is undefined.
    pub(crate) ns: Option<Ns>,
    written: Cow<'a, str>,
    prefix: u32,
}

impl<'a> Name<'a> {
    pub(crate) fn local(&self) -> &str {
        &self.written[self.prefix as usize..]
    }

    pub(crate) fn written(&self) -> &str {
        &self.written
    }

    pub(crate) fn is_prefixed(&self) -> bool {
        self.prefix != 0
    }

    /// Makes the name refer to another definition in the same namespace.
    pub(crate) fn set_local(&mut self, local: &str) {
        let prefix = &self.written[..self.prefix as usize];
        self.written = Cow::Owned(format!("{prefix}{local}"));
    }
}

/// An element of a document.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Node<'d, 'a> {
    document: &'d Document<'a>,
    index: u32,
}

impl<'a> Document<'a> {
    /// Removes all positions. Built-in definitions have none.
    pub(crate) fn forget_positions(&mut self) {
        for element in &mut self.elements {
            element.position = Position::default();
        }
    }

    pub(crate) fn root(&self) -> Node<'_, 'a> {
        Node {
            document: self,
            index: 0,
        }
    }
}

impl<'d, 'a> Node<'d, 'a> {
    fn element(self) -> &'d Element<'a> {
        &self.document.elements[self.index as usize]
    }

    pub(crate) fn ns(self) -> Ns {
        self.element().ns
    }

    pub(crate) fn local(self) -> &'a str {
        let element = self.element();
        &element.name[element.prefix as usize..]
    }

    pub(crate) fn written(self) -> &'a str {
        self.element().name
    }

    pub(crate) fn is(self, ns: Ns, local: &str) -> bool {
        self.ns() == ns && self.local() == local
    }

    pub(crate) fn position(self) -> Position {
        self.element().position
    }

    pub(crate) fn children(self) -> impl Iterator<Item = Node<'d, 'a>> {
        let end = self.element().end;
        let mut next = self.index + 1;
        std::iter::from_fn(move || {
            let node = Node {
                document: self.document,
                index: next,
            };
            (next < end).then(|| {
                next = node.element().end;
                node
            })
        })
    }

    /// All text in the element, in document order.
    pub(crate) fn text(self) -> String {
        let (start, end) = self.element().texts;
        self.document.texts[start as usize..end as usize]
            .iter()
            .map(|text| &**text)
            .collect()
    }

    fn attributes(self) -> &'d [Attribute<'a>] {
        let (start, end) = self.element().attributes;
        &self.document.attributes[start as usize..end as usize]
    }

    /// The value of an attribute without namespace, unchanged.
    pub(crate) fn attribute(self, local: &str) -> Option<&'d Cow<'a, str>> {
        self.attribute_ns(Ns::NONE, local)
    }

    pub(crate) fn attribute_ns(self, ns: Ns, local: &str) -> Option<&'d Cow<'a, str>> {
        self.attributes()
            .iter()
            .find(|attribute| attribute.ns == ns && attribute.local() == local)
            .map(|attribute| &attribute.value)
    }

    /// The value of an attribute without namespace, without surrounding white space.
    pub(crate) fn token(self, local: &str) -> Option<Cow<'a, str>> {
        self.attribute(local).map(trimmed)
    }

    pub(crate) fn required(self, local: &str) -> Result<Cow<'a, str>, Error> {
        self.token(local).ok_or_else(|| {
            self.error(
                ErrorKind::Invalid,
                format!("{} lacks the attribute `{local}`", self.local()),
            )
        })
    }

    /// The `name` attribute, which must be an NCName.
    pub(crate) fn name(self) -> Result<Option<Cow<'a, str>>, Error> {
        let Some(name) = self.token("name") else {
            return Ok(None);
        };
        self.check_length(&name)?;
        match split_qname(&name) {
            Some(("", _)) => Ok(Some(name)),
            _ => Err(self.illegal_name("name", &name)),
        }
    }

    pub(crate) fn required_name(self) -> Result<Cow<'a, str>, Error> {
        self.required("name")?;
        Ok(self.name()?.unwrap_or_default())
    }

    /// The value of a boolean attribute, or `None` if it is absent.
    pub(crate) fn flag(self, local: &str) -> Result<Option<bool>, Error> {
        match self.token(local).as_deref() {
            None => Ok(None),
            Some("true" | "1") => Ok(Some(true)),
            Some("false" | "0") => Ok(Some(false)),
            Some(other) => Err(self.bad_value(local, other, "`true`, `false`, `1` or `0`")),
        }
    }

    /// An attribute that refers to a definition by name.
    pub(crate) fn reference(self, local: &str) -> Result<Option<Name<'a>>, Error> {
        match self.token(local) {
            None => Ok(None),
            Some(value) => self.qname(value).map(Some),
        }
    }

    /// An attribute that must refer to a definition by name. If it is absent, the name is empty and
    /// undefined.
    pub(crate) fn required_reference(self, local: &str) -> Result<Name<'a>, Error> {
        self.qname(self.token(local).unwrap_or_default())
    }

    /// All names in a list of names.
    pub(crate) fn references(self, local: &str) -> Result<Vec<Name<'a>>, Error> {
        let Some(value) = self.attribute(local) else {
            return Ok(Vec::new());
        };
        words(value)
            .into_iter()
            .map(|word| self.qname(word))
            .collect()
    }

    /// A name in a value.
    ///
    /// A value that is not a name is not an error here. The resolver decides about its consequences.
    pub(crate) fn qname(self, value: Cow<'a, str>) -> Result<Name<'a>, Error> {
        self.check_length(&value)?;
        let (ns, prefix) = match split_qname(&value) {
            None => (None, 0),
            Some((prefix, _)) => (self.lookup(prefix), prefix.len()),
        };
        let prefix = match prefix {
            0 => 0,
            length => length as u32 + 1,
        };
        Ok(Name {
            ns,
            written: value,
            prefix,
        })
    }

    /// The namespace of a prefix at this element. The empty prefix is the default namespace.
    fn lookup(self, prefix: &str) -> Option<Ns> {
        self.document.lookup(self.element().scope, prefix)
    }

    pub(crate) fn check_length(self, name: &str) -> Result<(), Error> {
        let limit = self.document.name_length;
        if name.len() as u64 <= limit {
            return Ok(());
        }
        let what = format!("the length of the name {}", quoted(name));
        let error = Error::over("name_length", limit, what);
        Err(error.at(self.position()).on_path(self.path()))
    }

    fn illegal_name(self, attribute: &str, value: &str) -> Error {
        self.error(
            ErrorKind::IllegalName,
            format!(
                "`{attribute}` is {}, which is not an XML name",
                quoted(value)
            ),
        )
        .help("a name starts with a letter or `_` and goes on with letters, digits, `.`, `-`, `_`")
    }

    pub(crate) fn bad_value(self, attribute: &str, value: &str, accepted: &str) -> Error {
        self.error(
            ErrorKind::Invalid,
            format!("`{attribute}` must not be {}", quoted(value)),
        )
        .help(format!("it must be {accepted}"))
    }

    /// Makes an error at this element, with the path that leads to it.
    pub(crate) fn error(self, kind: ErrorKind, message: impl Into<String>) -> Error {
        Error::new(kind, message)
            .at(self.position())
            .on_path(self.path())
    }

    fn path(self) -> Vec<String> {
        let mut path = Vec::new();
        let mut node = self.document.root();
        loop {
            path.push(node.label());
            let inner = node
                .children()
                .find(|child| (child.index..child.element().end).contains(&self.index));
            match inner {
                Some(inner) if node.index != self.index => node = inner,
                _ => return path,
            }
        }
    }

    fn label(self) -> String {
        let local = clipped(self.local());
        for attribute in ["name", "ref", "targetNamespace"] {
            if let Some(value) = self.attribute(attribute) {
                let value = clipped(value);
                return match attribute {
                    "targetNamespace" => format!("{local} {{{value}}}"),
                    _ => format!("{local} {value}"),
                };
            }
        }
        local
    }
}

impl<'a> Attribute<'a> {
    fn local(&self) -> &'a str {
        match memchr::memchr(b':', self.name.as_bytes()) {
            Some(colon) if self.ns != Ns::NONE => &self.name[colon + 1..],
            _ => self.name,
        }
    }
}

impl Document<'_> {
    fn lookup(&self, mut scope: u32, prefix: &str) -> Option<Ns> {
        while scope != 0 {
            let declaration = &self.scopes[scope as usize - 1];
            if declaration.prefix == prefix {
                return Some(declaration.ns);
            }
            scope = declaration.outer;
        }
        match prefix {
            "" => Some(Ns::NONE),
            "xml" => Some(Ns::XML),
            _ => None,
        }
    }
}

/// The value without white space at its ends. A borrowed value is not copied.
pub(crate) fn trimmed<'a>(value: &Cow<'a, str>) -> Cow<'a, str> {
    match value {
        Cow::Borrowed(text) => Cow::Borrowed(trim(text)),
        Cow::Owned(text) => Cow::Owned(trim(text).to_string()),
    }
}

/// The words of a list that is separated by white space. A borrowed value is not copied.
pub(crate) fn words<'a>(value: &Cow<'a, str>) -> Vec<Cow<'a, str>> {
    match value {
        Cow::Borrowed(text) => text.split_ascii_whitespace().map(Cow::Borrowed).collect(),
        Cow::Owned(text) => text
            .split_ascii_whitespace()
            .map(|word| Cow::Owned(word.to_string()))
            .collect(),
    }
}
