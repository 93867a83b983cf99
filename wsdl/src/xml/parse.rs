//! Parses a document in one pass over the tokens of quick-xml, which checks that tags match. The other
//! rules of well-formedness are checked here and in `tag`.

use std::borrow::Cow;

use quick_xml::Reader;
use quick_xml::events::Event;

use super::tag::{self, Tag};
use super::{Attribute, Document, Element, Scope};
use crate::encoding::Cursor;
use crate::error::{Error, ErrorKind, quoted, said};
use crate::limits::Limits;
use crate::model::Position;
use crate::names::{Namespaces, Ns, is_blank, split_qname, trim};

/// The limits, and the resources that all documents have used so far.
#[derive(Debug)]
pub(crate) struct Budget<'l> {
    pub(crate) limits: &'l Limits,
    pub(crate) elements: u64,
}

pub(crate) fn parse<'a>(
    text: &'a str,
    namespaces: &mut Namespaces<'a>,
    budget: &mut Budget<'_>,
) -> Result<Document<'a>, Error> {
    let mut parser = Parser {
        text,
        document: Document {
            name_length: budget.limits.name_length,
            ..Document::default()
        },
        cursor: Cursor::default(),
        open: Vec::new(),
        last: (u32::MAX, "", Ns::NONE),
        run: None,
        run_length: 0,
        namespaces,
        budget,
        comments: Vec::new(),
    };
    parser.run()?;
    Ok(parser.document)
}

struct Parser<'p, 'a, 'l> {
    text: &'a str,
    document: Document<'a>,
    cursor: Cursor,
    /// The open elements, outermost first.
    open: Vec<u32>,
    /// The scope, prefix and result of the last look-up, which most elements repeat.
    last: (u32, &'a str, Ns),
    /// The text since the last tag, and its length in bytes.
    run: Option<Cow<'a, str>>,
    run_length: u64,
    namespaces: &'p mut Namespaces<'a>,
    budget: &'p mut Budget<'l>,
    comments: Vec<String>,
}

impl<'a> Parser<'_, 'a, '_> {
    fn run(&mut self) -> Result<(), Error> {
        let mut reader = Reader::from_str(self.text);
        reader.config_mut().check_comments = true;
        loop {
            let start = reader.buffer_position() as usize;
            let event = match reader.read_event() {
                Ok(event) => event,
                Err(error) => {
                    let offset = (reader.error_position() as usize).max(start);
                    return Err(self.malformed(offset, said(&error.to_string())));
                }
            };
            let end = reader.buffer_position() as usize;
            let text = self.text;
            let token = text.get(start..end).unwrap_or_default();
            match event {
                Event::Start(_) => {
                    self.open(start, inner(token, 1, 1))?;
                }
                Event::Empty(_) => {
                    self.open(start, inner(token, 1, 2))?;
                    self.close();
                }
                Event::End(_) => {
                    self.flush();
                    self.close();
                }
                Event::Text(_) => self.characters(start, token)?,
                Event::CData(_) => self.cdata(start, inner(token, 9, 3))?,
                Event::GeneralRef(_) => self.entity(start, token)?,
                Event::Comment(_) => self.comment(inner(token, 4, 3)),
                Event::Decl(_) => self.declaration(start, token)?,
                Event::PI(pi) => {
                    if split_qname(pi.target()).is_none() || pi.target().eq_ignore_ascii_case("xml")
                    {
                        let message = format!(
                            "{} cannot be the target of a processing instruction",
                            quoted(pi.target())
                        );
                        return Err(self.malformed(start, message));
                    }
                }
                Event::DocType(_) => self.doctype(start, token)?,
                Event::Eof => break,
            }
        }
        let end = self.text.len();
        if let Some(element) = self.open.last() {
            let name = quoted(self.document.elements[*element as usize].name);
            return Err(self.malformed(end, format!("the element {name} is not closed")));
        }
        if self.document.elements.is_empty() {
            return Err(self.malformed(end, "there is no root element"));
        }
        if !self.comments.is_empty() {
            self.document.leading_comment = Some(self.comments.join("\n"));
        }
        Ok(())
    }

    /// Skips a document type declaration with its internal subset, which is never interpreted.
    fn doctype(&mut self, start: usize, token: &str) -> Result<(), Error> {
        let declared = token.get("<!DOCTYPE".len()..).unwrap_or_default();
        let name = declared.trim_ascii_start().get(..4);
        if name.is_some_and(|name| name.eq_ignore_ascii_case("html")) {
            let message = "the document is a web page (<!DOCTYPE html>), not a WSDL";
            return Err(Error::new(ErrorKind::NotWsdl, message)
                .at(self.position(start))
                .help("it may be a login or error page: save the WSDL itself"));
        }
        // quick-xml also accepts lower case, as HTML does.
        if !token.starts_with("<!DOCTYPE") {
            return Err(self.malformed(start, "`<!DOCTYPE` must be in capitals"));
        }
        if !self.document.elements.is_empty() || self.document.doctype.is_some() {
            let message =
                "a document type declaration is allowed only once, before the root element";
            return Err(self.malformed(start, message));
        }
        self.document.doctype = Some(self.position(start));
        Ok(())
    }

    /// Parses a start tag, without its `<` and `>`.
    fn open(&mut self, start: usize, tag: &'a str) -> Result<(), Error> {
        self.flush();
        let limits = self.budget.limits;
        let position = self.position(start);
        if self.open.is_empty() && !self.document.elements.is_empty() {
            return Err(
                Error::new(ErrorKind::NotWellFormed, "there is a second root element").at(position),
            );
        }
        if self.open.len() as u64 >= limits.depth {
            return Err(Error::over("depth", limits.depth, "nesting of elements").at(position));
        }
        let tag = tag::scan(tag, limits).map_err(|error| error.at(position))?;
        self.budget.elements += 1 + tag.attributes.len() as u64;
        if self.budget.elements > limits.elements {
            let what = "the number of elements and attributes";
            return Err(Error::over("elements", limits.elements, what).at(position));
        }
        self.element(tag, position)
            .map_err(|error| error.at(position))
    }

    fn element(&mut self, tag: Tag<'a>, position: Position) -> Result<(), Error> {
        let document = &mut self.document;
        let outer = match self.open.last() {
            Some(parent) => document.elements[*parent as usize].scope,
            None => 0,
        };
        let mut scope = outer;
        for (name, value) in &tag.attributes {
            let prefix = match *name {
                "xmlns" => "",
                _ => match name.strip_prefix("xmlns:") {
                    Some(prefix) => prefix,
                    None => continue,
                },
            };
            let ns = self.namespaces.intern(value.clone());
            tag::check_declaration(prefix, ns)?;
            self.namespaces.bind(ns, prefix);
            let count = match scope {
                0 => 1,
                scope => document.scopes[scope as usize - 1].count + 1,
            };
            let limit = self.budget.limits.namespace_bindings;
            if u64::from(count) > limit {
                let what = "the number of namespace declarations in scope";
                return Err(Error::over("namespace_bindings", limit, what));
            }
            document.scopes.push(Scope {
                prefix,
                ns,
                outer: scope,
                count,
            });
            scope = document.scopes.len() as u32;
        }
        let first = document.attributes.len() as u32;
        for (name, value) in tag.attributes {
            if name == "xmlns" || name.starts_with("xmlns:") {
                continue;
            }
            let ns = match memchr::memchr(b':', name.as_bytes()) {
                // The default namespace applies only to elements.
                None => Ns::NONE,
                Some(colon) => document
                    .lookup(scope, &name[..colon])
                    .ok_or_else(|| tag::undeclared(name))?,
            };
            document.attributes.push(Attribute { name, ns, value });
        }
        tag::check_duplicates(&document.attributes[first as usize..])?;
        let ns = match self.last {
            (last, prefix, ns) if last == scope && prefix == tag.prefix => ns,
            _ => document
                .lookup(scope, tag.prefix)
                .ok_or_else(|| tag::undeclared(tag.name))?,
        };
        self.last = (scope, tag.prefix, ns);
        let index = document.elements.len() as u32;
        let texts = document.texts.len() as u32;
        document.elements.push(Element {
            name: tag.name,
            prefix: (tag.name.len() - tag.local.len()) as u32,
            ns,
            position,
            attributes: (first, document.attributes.len() as u32),
            texts: (texts, texts),
            end: index + 1,
            scope,
        });
        self.open.push(index);
        Ok(())
    }

    fn close(&mut self) {
        // quick-xml has matched the tags, so an element is open.
        if let Some(index) = self.open.pop() {
            let end = self.document.elements.len() as u32;
            let texts = self.document.texts.len() as u32;
            let element = &mut self.document.elements[index as usize];
            element.end = end;
            element.texts.1 = texts;
        }
    }

    fn characters(&mut self, start: usize, text: &'a str) -> Result<(), Error> {
        if self.open.is_empty() {
            return match is_blank(text) {
                true => Ok(()),
                false => Err(self.malformed(start, "there is text outside of the root element")),
            };
        }
        if text.as_bytes().contains(&b'>') && text.contains("]]>") {
            return Err(self.malformed(start, "`]]>` is not allowed in text"));
        }
        self.append(start, tag::normalize_lines(text))
    }

    fn cdata(&mut self, start: usize, text: &'a str) -> Result<(), Error> {
        if self.open.is_empty() {
            return Err(self.malformed(start, "there is text outside of the root element"));
        }
        self.append(start, tag::normalize_lines(text))
    }

    /// Parses a reference such as `&amp;`, including its delimiters.
    fn entity(&mut self, start: usize, token: &'a str) -> Result<(), Error> {
        if self.open.is_empty() {
            return Err(self.malformed(start, "there is text outside of the root element"));
        }
        let character = token
            .strip_prefix('&')
            .and_then(|token| token.strip_suffix(';'))
            .ok_or_else(|| tag::unknown_entity(token))
            .and_then(tag::entity)
            .map_err(|error| error.at(self.position(start)))?;
        self.append(start, Cow::Owned(character.to_string()))
    }

    fn append(&mut self, start: usize, text: Cow<'a, str>) -> Result<(), Error> {
        let limit = self.budget.limits.text_length;
        self.run_length += text.len() as u64;
        if self.run_length > limit {
            let error = Error::over("text_length", limit, "the length of a text");
            return Err(error.at(self.position(start)));
        }
        match &mut self.run {
            Some(run) => run.to_mut().push_str(&text),
            None => self.run = Some(text),
        }
        Ok(())
    }

    /// Ends the current run of text.
    fn flush(&mut self) {
        self.run_length = 0;
        self.document.texts.extend(self.run.take());
    }

    fn comment(&mut self, text: &'a str) {
        if self.document.elements.is_empty() {
            let text = tag::normalize_lines(text);
            self.comments.push(trim(&text).to_string());
        }
    }

    fn declaration(&mut self, start: usize, token: &'a str) -> Result<(), Error> {
        // XML does not allow blank lines before the declaration, but some services send them.
        if !is_blank(&self.text[..start]) {
            let message = "the XML declaration is not at the start";
            return Err(self.malformed(start, message));
        }
        tag::check_xml_declaration(token).map_err(|error| error.at(self.position(start)))
    }

    fn position(&mut self, offset: usize) -> Position {
        self.cursor.advance(self.text, offset)
    }

    fn malformed(&mut self, offset: usize, message: impl Into<String>) -> Error {
        Error::new(ErrorKind::NotWellFormed, message).at(self.position(offset))
    }
}

/// A token without its delimiters.
fn inner(token: &str, before: usize, after: usize) -> &str {
    token
        .len()
        .checked_sub(after)
        .and_then(|end| token.get(before..end))
        .unwrap_or_default()
}
