//! Start tags: names, attributes, and their namespaces.

use std::borrow::Cow;

use super::chars;
use super::error::XmlError;
use super::names::{NsId, XML, XMLNS};
use super::reader::{Halt, Reader, Result, Start, shorten};
use crate::drift::DifferenceKind;

/// An attribute of the last start tag. Namespace declarations are not attributes in this sense.
#[derive(Debug)]
pub(crate) struct Attribute<'x> {
    pub(crate) ns: NsId,
    pub(crate) local: &'x str,
    pub(crate) value: Cow<'x, str>,
}

/// An attribute as written in the tag: its name and its value.
type Raw<'x> = (&'x str, Cow<'x, str>);

impl<'x> Reader<'x> {
    /// The attributes of the last start tag.
    pub(crate) fn attributes(&self) -> &[Attribute<'x>] {
        &self.attributes
    }

    /// The value of an attribute of the last start tag.
    pub(crate) fn attribute(&self, ns: NsId, local: &str) -> Option<&str> {
        self.attributes
            .iter()
            .find(|a| a.ns == ns && a.local == local)
            .map(|a| &*a.value)
    }

    /// The `xsi:type` of the last start tag, with a resolved prefix.
    pub(crate) fn type_attribute(&mut self) -> Result<Option<(NsId, String)>> {
        let Some(value) = self.attribute(self.context.xsi(), "type") else {
            return Ok(None);
        };
        let value = value.trim_matches([' ', '\t', '\n', '\r']);
        let prefix = value.split_once(':').map_or("", |(prefix, _)| prefix);
        if self.context.leniency.type_prefixes && self.context.resolve(prefix).is_none() {
            self.context.drift.add(DifferenceKind::TypePrefix, "", "");
            return Ok(None);
        }
        let (ns, local) = self.content_qname(value)?;
        Ok(Some((ns, local.to_owned())))
    }

    /// Registers the start tag of an element without attributes, whose bytes were consumed already.
    pub(crate) fn started(&mut self, name: &str) -> Result<()> {
        self.attributes.clear();
        self.context.work()?;
        self.context.push(name)?;
        Ok(())
    }

    /// Consumes the end tag of the innermost open element if it comes next, without white space.
    pub(crate) fn take_end(&mut self) -> bool {
        let open = self.context.top();
        let is_end = !self.pending_end
            && !open.is_empty()
            && self
                .rest()
                .strip_prefix(b"</")
                .and_then(|rest| rest.strip_prefix(open.as_bytes()))
                .is_some_and(|rest| rest.first() == Some(&b'>'));
        if is_end {
            self.pos += open.len() + 3;
            self.context.pop();
        }
        is_end
    }

    /// Consumes a start tag if it is written exactly like `tag`. Its attributes are not read again.
    pub(crate) fn take_start(&mut self, tag: &[u8], name: &str) -> Result<bool> {
        let fits = self.take(tag);
        if fits {
            self.started(name)?;
        }
        Ok(fits)
    }

    pub(super) fn start_tag(&mut self) -> Result<Start<'x>> {
        let begin = self.pos;
        let (name, pos) = self.name(begin + 1)?;
        if self.context.depth() == 0 && self.context.seen_root() {
            return self.wrong("a second root element");
        }
        let (raw, empty, end) = self.raw_attributes(pos)?;
        for (name, value) in &raw {
            self.declare(name, value)?;
        }
        let (ns, local) = self.qname(name, true)?;
        self.attributes.clear();
        for (name, value) in raw {
            if declared_prefix(name).is_none() {
                let (ns, local) = self.qname(name, false)?;
                self.attributes.push(Attribute { ns, local, value });
            }
        }
        self.check_distinct()?;
        self.context.push(name)?;
        self.pos = end;
        self.pending_end = empty;
        Ok(Start {
            ns,
            local,
            raw: &self.src[begin..end],
            empty,
        })
    }

    /// Reads the attributes from `pos` on. Returns them, whether the element is empty, and the
    /// position after the tag.
    fn raw_attributes(&mut self, mut pos: usize) -> Result<(Vec<Raw<'x>>, bool, usize)> {
        let bytes = self.src.as_bytes();
        let mut raw = Vec::new();
        loop {
            let after_name = pos;
            pos = self.skip_space(pos);
            match bytes.get(pos..).unwrap_or_default() {
                [] | [b'/'] => return Err(Halt::More),
                [b'>', ..] => return Ok((raw, false, pos + 1)),
                [b'/', b'>', ..] => return Ok((raw, true, pos + 2)),
                _ if pos == after_name => {
                    return self.wrong("white space is missing before an attribute");
                }
                _ => {}
            }
            let max = self.context.limits.attributes;
            if raw.len() >= max {
                return Err(Halt::Error(XmlError::limit(format!(
                    "an element has more attributes than the limit `attributes` of {max}"
                ))));
            }
            let (name, after) = self.name(pos)?;
            let (value, after) = self.attribute_value(after)?;
            raw.push((name, value));
            pos = after;
        }
    }

    fn skip_space(&self, pos: usize) -> usize {
        let rest = self.src.as_bytes().get(pos..).unwrap_or_default();
        pos + rest.iter().take_while(|b| chars::is_space(**b)).count()
    }

    /// Reads a name with at most one colon. Returns it and the position after it.
    fn name(&self, begin: usize) -> Result<(&'x str, usize)> {
        let bytes = self.src.as_bytes();
        let mut end = begin + chars::name_len(&bytes[begin..]);
        let mut colon = None;
        if bytes.get(end) == Some(&b':') {
            colon = Some(end - begin);
            end += 1;
            end += chars::name_len(&bytes[end..]);
        }
        let name = &self.src[begin..end];
        if name.len() > self.context.limits.name {
            return self.limit("a name", "name", self.context.limits.name);
        }
        if end == bytes.len() {
            return Err(Halt::More);
        }
        let fits = match colon {
            None => chars::is_ncname_run(name),
            Some(at) => chars::is_ncname_run(&name[..at]) && chars::is_ncname_run(&name[at + 1..]),
        };
        if !fits {
            return self.wrong("expected a name");
        }
        Ok((name, end))
    }

    /// Reads `= "value"`. Returns the value and the position after it.
    fn attribute_value(&mut self, begin: usize) -> Result<(Cow<'x, str>, usize)> {
        let bytes = self.src.as_bytes();
        let equals = self.skip_space(begin);
        match bytes.get(equals) {
            None => return Err(Halt::More),
            Some(b'=') => {}
            Some(_) => return self.wrong("expected `=` after the name of an attribute"),
        }
        let open = self.skip_space(equals + 1);
        let quote = match bytes.get(open) {
            None => return Err(Halt::More),
            Some(quote @ (b'"' | b'\'')) => *quote,
            Some(_) => return self.wrong("expected a quoted attribute value"),
        };
        let max = self.context.limits.attribute;
        let value = &bytes[open + 1..];
        let window = &value[..value.len().min(max.saturating_add(1))];
        let Some(len) = memchr::memchr(quote, window) else {
            if window.len() > max {
                return self.limit("an attribute's value", "attribute", max);
            }
            return Err(Halt::More);
        };
        let raw = &self.src[open + 1..open + 1 + len];
        if raw.contains('<') {
            return self.wrong("`<` inside an attribute value");
        }
        self.check_chars(raw)?;
        // Literal line ends and tabs become spaces (XML 1.0, section 3.3.3).
        let spaced = if raw.bytes().any(|b| matches!(b, b'\t' | b'\n' | b'\r')) {
            Cow::Owned(raw.replace("\r\n", " ").replace(['\t', '\n', '\r'], " "))
        } else {
            Cow::Borrowed(raw)
        };
        Ok((self.resolved(spaced)?, open + 1 + len + 1))
    }

    fn declare(&mut self, name: &str, value: &str) -> Result<()> {
        let Some(prefix) = declared_prefix(name) else {
            return Ok(());
        };
        let reserved = prefix == "xmlns"
            || (prefix == "xml") != (value == XML)
            || value == XMLNS
            || (!prefix.is_empty() && value.is_empty());
        if reserved {
            return self.wrong("a namespace declaration that Namespaces in XML forbids");
        }
        if self.context.is_bound_here(prefix) {
            return self.wrong("a namespace prefix is declared twice");
        }
        self.context.bind(prefix, value)?;
        Ok(())
    }

    /// Checks that no two attributes have the same name in the same namespace.
    fn check_distinct(&self) -> Result<()> {
        // Most tags have at most one attribute. Sorting keeps the time of long lists from growing
        // with their square.
        if self.attributes.len() < 2 {
            return Ok(());
        }
        let mut names: Vec<_> = self.attributes.iter().map(|a| (a.ns, a.local)).collect();
        names.sort_unstable();
        if names.windows(2).any(|pair| pair[0] == pair[1]) {
            return self.wrong("an attribute is given twice");
        }
        Ok(())
    }

    fn qname(&self, name: &'x str, is_element: bool) -> Result<(NsId, &'x str)> {
        match name.split_once(':') {
            Some((prefix, local)) => Ok((self.namespace(prefix)?, local)),
            None if is_element => Ok((self.namespace("")?, name)),
            None => Ok((0, name)),
        }
    }

    /// Resolves a name in content, such as that of `xsi:type`. A name without a prefix is in the
    /// default namespace, as the name of an element is.
    fn content_qname<'v>(&self, value: &'v str) -> Result<(NsId, &'v str)> {
        let (prefix, local) = value.split_once(':').unwrap_or(("", value));
        if !chars::is_ncname(local) {
            return self.wrong(format!(
                "expected the name of a type, found `{}`",
                shorten(value)
            ));
        }
        Ok((self.namespace(prefix)?, local))
    }

    fn namespace(&self, prefix: &str) -> Result<NsId> {
        match self.context.resolve(prefix) {
            Some(ns) => Ok(ns),
            None => self.wrong(format!("the prefix `{}` is not declared", shorten(prefix))),
        }
    }
}

/// The prefix that an attribute declares, if the attribute is a namespace declaration. The prefix
/// is empty for the default namespace.
fn declared_prefix(attribute: &str) -> Option<&str> {
    let rest = attribute.strip_prefix("xmlns")?;
    if rest.is_empty() {
        return Some("");
    }
    rest.strip_prefix(':')
}
