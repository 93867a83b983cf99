//! A strict pull reader over the part of a document that has arrived.

use std::borrow::Cow;

use memchr::memmem;

use super::chars::{self, Class};
use super::names::{Context, NsId};
use crate::error::Error;

/// Why the reader stopped.
#[derive(Debug)]
pub(crate) enum Halt {
    /// The rest of the current token has not arrived. Nothing was consumed that a mark and a
    /// rollback would not restore.
    More,
    /// The document is wrong.
    Error(Error),
}

impl From<Error> for Halt {
    fn from(error: Error) -> Self {
        Halt::Error(error)
    }
}

type Result<T> = std::result::Result<T, Halt>;

/// The next piece of a document. Comments and processing instructions never show.
#[derive(Debug)]
pub(crate) enum Token<'x> {
    Start(Start<'x>),
    End,
    /// A run of character data, references resolved. One text may come in several runs.
    Text(Cow<'x, str>),
    /// The document is complete.
    Eof,
}

/// A start tag. An empty element gives a `Start` and then an `End`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Start<'x> {
    pub(crate) ns: NsId,
    pub(crate) local: &'x str,
    /// The tag as written, from `<` to `>`.
    pub(crate) raw: &'x str,
    pub(crate) empty: bool,
}

impl<'x> Start<'x> {
    /// The name as written.
    pub(crate) fn name(&self) -> &'x str {
        let inner = self.raw.trim_start_matches('<').trim_end_matches(['>', '/']);
        inner.split([' ', '\t', '\n', '\r']).next().unwrap_or_default()
    }
}

/// An attribute of the last start tag; namespace declarations are not among them.
#[derive(Debug)]
pub(crate) struct Attribute<'x> {
    pub(crate) ns: NsId,
    pub(crate) local: &'x str,
    pub(crate) value: Cow<'x, str>,
}

/// Reads tokens from `src`, which starts at a token.
#[derive(Debug)]
pub(crate) struct Reader<'x> {
    src: &'x str,
    pos: usize,
    /// Whether `src` is all there is.
    last: bool,
    pub(crate) context: &'x mut Context,
    attributes: Vec<Attribute<'x>>,
    /// The last start tag was `<a/>`: its end is due.
    pending_end: bool,
}

impl<'x> Reader<'x> {
    pub(crate) fn new(src: &'x str, last: bool, context: &'x mut Context) -> Self {
        Self { src, pos: 0, last, context, attributes: Vec::new(), pending_end: false }
    }

    /// Bytes consumed so far.
    pub(crate) fn pos(&self) -> usize {
        self.pos
    }

    /// Attributes of the last start tag.
    pub(crate) fn attributes(&self) -> &[Attribute<'x>] {
        &self.attributes
    }

    /// Value of an attribute of the last start tag.
    pub(crate) fn attribute(&self, ns: NsId, local: &str) -> Option<&str> {
        self.attributes.iter().find(|a| a.ns == ns && a.local == local).map(|a| &*a.value)
    }

    /// `xsi:type` of the last start tag, resolved.
    pub(crate) fn type_attribute(&self) -> Result<Option<(NsId, String)>> {
        let Some(value) = self.attribute(self.context.xsi(), "type") else { return Ok(None) };
        let (ns, local) = self.content_qname(value)?;
        Ok(Some((ns, local.to_owned())))
    }

    /// What may stand before everything else: a byte order mark and the XML declaration.
    pub(crate) fn prolog(&mut self) -> Result<()> {
        let src = self.src.strip_prefix('\u{FEFF}').unwrap_or(self.src);
        let bom = self.src.len() - src.len();
        if src.len() < 6 && !self.last {
            return Err(Halt::More);
        }
        let declared = src.strip_prefix("<?xml").filter(|rest| rest.starts_with([' ', '\t', '\n', '\r']));
        let Some(rest) = declared else {
            self.pos += bom;
            return Ok(());
        };
        let Some(end) = rest.find("?>") else {
            return if rest.len() > 1_000 { self.wrong("an XML declaration without end") } else { Err(Halt::More) };
        };
        check_declaration(&rest[..end]).or_else(|message| self.wrong(message))?;
        self.pos += bom + 5 + end + 2;
        Ok(())
    }

    fn rest(&self) -> &'x [u8] {
        &self.src.as_bytes()[self.pos..]
    }

    /// Consumes these bytes if they come next. They must be whole markup.
    pub(crate) fn take(&mut self, expected: &[u8]) -> bool {
        let fits = self.rest().starts_with(expected);
        if fits {
            self.pos += expected.len();
        }
        fits
    }

    /// Takes bytes that were consumed for the start tag of an element without attributes.
    pub(crate) fn started(&mut self, name: &str) -> Result<()> {
        self.attributes.clear();
        self.context.push(name)?;
        Ok(())
    }

    /// Consumes a start tag if it is written exactly so. Its attributes are not read again.
    pub(crate) fn take_start(&mut self, tag: &[u8], name: &str) -> Result<bool> {
        let fits = self.take(tag);
        if fits {
            self.started(name)?;
        }
        Ok(fits)
    }

    /// Consumes plain text and the end tag after it, if both are here and nothing in the text
    /// needs attention. The element must not have been pushed.
    pub(crate) fn take_plain(&mut self, end_tag: &[u8]) -> Option<&'x str> {
        let rest = self.rest();
        let end = plain_len(rest);
        if end > self.context.limits.text || !rest[end..].starts_with(end_tag) {
            return None;
        }
        let text = &self.src[self.pos..self.pos + end];
        self.pos += end + end_tag.len();
        Some(text)
    }

    /// The next token.
    pub(crate) fn next(&mut self) -> Result<Token<'x>> {
        if self.pending_end {
            self.pending_end = false;
            self.context.pop();
            return Ok(Token::End);
        }
        loop {
            let rest = self.rest();
            match rest {
                [] if self.last && self.context.depth() == 0 => return Ok(Token::Eof),
                [] => return Err(Halt::More),
                [b'<', b'/', ..] => return self.end_tag(),
                [b'<', b'!' | b'?', ..] => {
                    if let Some(text) = self.markup()? {
                        return Ok(Token::Text(normalise(text)));
                    }
                }
                [b'<'] => return Err(Halt::More),
                [b'<', ..] => return self.start_tag().map(Token::Start),
                _ => return self.text().map(Token::Text),
            }
        }
    }

    /// Reads to the end of the element whose start was read last, children and all.
    pub(crate) fn skip(&mut self) -> Result<()> {
        let depth = self.context.depth();
        while self.context.depth() >= depth {
            self.next()?;
        }
        Ok(())
    }

    fn wrong<T>(&self, message: impl Into<String>) -> Result<T> {
        Err(Halt::Error(Error::decode(message)))
    }

    fn limit<T>(&self, what: &str, name: &str, figure: usize) -> Result<T> {
        Err(Halt::Error(Error::limit(format!(
            "{what} is longer than the limit `{name}` of {figure} bytes"
        ))))
    }

    /// Position of a byte sequence from here on.
    fn find(&self, needle: &[u8], limit: usize) -> Result<usize> {
        let rest = self.rest();
        match memmem::find(rest, needle) {
            Some(at) => Ok(at),
            None if rest.len() > limit => {
                self.limit("a comment, instruction or section", "text", limit)
            }
            None => Err(Halt::More),
        }
    }

    /// A comment, instruction or CDATA section; gives the text of the last.
    fn markup(&mut self) -> Result<Option<&'x str>> {
        let rest = self.rest();
        let max = self.context.limits.text;
        if rest.starts_with(b"<!--") {
            let dashes = self.find_from(4, b"--", max)?;
            if rest.len() < dashes + 3 {
                return Err(Halt::More);
            }
            if rest[dashes + 2] != b'>' {
                return self.wrong("`--` inside a comment");
            }
            self.check_chars(&self.src[self.pos + 4..self.pos + dashes])?;
            self.pos += dashes + 3;
            return Ok(None);
        }
        if rest.starts_with(b"<![CDATA[") {
            if self.context.depth() == 0 {
                return self.wrong("a CDATA section outside the root element");
            }
            let end = self.find(b"]]>", max)?;
            let text = &self.src[self.pos + 9..self.pos + end];
            self.check_chars(text)?;
            self.pos += end + 3;
            return Ok(Some(text));
        }
        if rest.starts_with(b"<?") {
            let end = self.find(b"?>", max)?;
            let inner = &self.src[self.pos + 2..self.pos + end];
            let target = &inner[..chars::name_len(inner.as_bytes())];
            if !chars::is_ncname(target) || target.eq_ignore_ascii_case("xml") {
                return self.wrong("an XML declaration or instruction that is not allowed here");
            }
            let body = &inner[target.len()..];
            if !body.is_empty() && !chars::is_space(body.as_bytes()[0]) {
                return self.wrong("a processing instruction whose target is no name");
            }
            self.check_chars(body)?;
            self.pos += end + 2;
            return Ok(None);
        }
        let partial = [&b"<!--"[..], b"<![CDATA[", b"<!DOCTYPE"];
        if partial.iter().any(|whole| whole.starts_with(rest) && whole.len() > rest.len()) {
            return Err(Halt::More);
        }
        if rest.starts_with(b"<!DOCTYPE") {
            return self.wrong("the answer has a document type declaration (DTD); these are refused");
        }
        self.wrong("markup that is neither comment, CDATA section nor instruction")
    }

    fn find_from(&self, from: usize, needle: &[u8], limit: usize) -> Result<usize> {
        let rest = self.rest();
        match rest.get(from..).and_then(|tail| memmem::find(tail, needle)) {
            Some(at) => Ok(from + at),
            None if rest.len() > limit => self.limit("a comment", "text", limit),
            None => Err(Halt::More),
        }
    }

    fn check_chars(&self, text: &str) -> Result<()> {
        if text.chars().all(chars::is_char) {
            Ok(())
        } else {
            self.wrong("a character that XML does not allow")
        }
    }

    fn end_tag(&mut self) -> Result<Token<'x>> {
        let rest = &self.rest()[2..];
        let open = self.context.top().as_bytes();
        if rest.len() <= open.len() {
            // Not enough to compare, unless it already differs or is absurdly short of `>`.
            return if self.last { self.wrong("the answer ends inside an end tag") } else { Err(Halt::More) };
        }
        if open.is_empty() || !rest.starts_with(open) {
            return self.wrong(format!("expected the end of `{}`, found another end tag", self.context.top()));
        }
        let mut len = open.len();
        while rest.get(len).is_some_and(|b| chars::is_space(*b)) {
            len += 1;
        }
        match rest.get(len) {
            None => Err(Halt::More),
            Some(b'>') => {
                self.pos += 2 + len + 1;
                self.context.pop();
                Ok(Token::End)
            }
            Some(_) => self.wrong(format!("expected the end of `{}`, found another end tag", self.context.top())),
        }
    }

    fn start_tag(&mut self) -> Result<Start<'x>> {
        let begin = self.pos;
        let (name, mut pos) = self.name(begin + 1)?;
        if self.context.depth() == 0 && self.context.seen_root() {
            return self.wrong("a second root element");
        }
        self.attributes.clear();
        let bytes = self.src.as_bytes();
        let mut raw_attributes: Vec<(&'x str, Cow<'x, str>)> = Vec::new();
        let empty = loop {
            let spaces = bytes[pos..].iter().take_while(|b| chars::is_space(**b)).count();
            pos += spaces;
            match bytes.get(pos..).unwrap_or_default() {
                [] | [b'/'] => return Err(Halt::More),
                [b'>', ..] => {
                    pos += 1;
                    break false;
                }
                [b'/', b'>', ..] => {
                    pos += 2;
                    break true;
                }
                _ if spaces == 0 => return self.wrong("white space is missing before an attribute"),
                _ => {
                    let (attribute, after) = self.name(pos)?;
                    let (value, after) = self.attribute_value(after)?;
                    if raw_attributes.len() >= self.context.limits.attributes {
                        return Err(Halt::Error(Error::limit(format!(
                            "an element has more attributes than the limit `attributes` of {}",
                            self.context.limits.attributes
                        ))));
                    }
                    raw_attributes.push((attribute, value));
                    pos = after;
                }
            }
        };
        for (name, value) in &raw_attributes {
            self.declare(name, value)?;
        }
        let (ns, local) = self.qname(name, true)?;
        for (name, value) in raw_attributes {
            if name == "xmlns" || name.starts_with("xmlns:") {
                continue;
            }
            let (ns, local) = self.qname(name, false)?;
            if self.attribute(ns, local).is_some() {
                return self.wrong("an attribute is given twice");
            }
            self.attributes.push(Attribute { ns, local, value });
        }
        self.context.push(name)?;
        self.pos = pos;
        self.pending_end = empty;
        Ok(Start { ns, local, raw: &self.src[begin..pos], empty })
    }

    /// A name, with at most one colon, and the position after it.
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
            None => chars::is_ncname(name),
            Some(at) => chars::is_ncname(&name[..at]) && chars::is_ncname(&name[at + 1..]),
        };
        if !fits {
            return self.wrong("expected a name");
        }
        Ok((name, end))
    }

    /// `= "value"` and the position after it.
    fn attribute_value(&self, begin: usize) -> Result<(Cow<'x, str>, usize)> {
        let bytes = self.src.as_bytes();
        let skip = |mut pos: usize| {
            while bytes.get(pos).is_some_and(|b| chars::is_space(*b)) {
                pos += 1;
            }
            pos
        };
        let equals = skip(begin);
        match bytes.get(equals) {
            None => return Err(Halt::More),
            Some(b'=') => {}
            Some(_) => return self.wrong("expected `=` after the name of an attribute"),
        }
        let open = skip(equals + 1);
        let quote = match bytes.get(open) {
            None => return Err(Halt::More),
            Some(quote @ (b'"' | b'\'')) => *quote,
            Some(_) => return self.wrong("expected a quoted attribute value"),
        };
        let max = self.context.limits.attribute;
        let window = &bytes[open + 1..bytes.len().min(open + 2 + max)];
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
        let value = if raw.bytes().any(|b| matches!(b, b'&' | b'\t' | b'\n' | b'\r')) {
            // Literal line ends and tabs become spaces (XML 1.0, section 3.3.3).
            let spaced = raw.replace("\r\n", " ").replace(['\t', '\n', '\r'], " ");
            let mut out = String::with_capacity(spaced.len());
            self.resolve_references(&spaced, &mut out)?;
            Cow::Owned(out)
        } else {
            Cow::Borrowed(raw)
        };
        Ok((value, open + 1 + len + 1))
    }

    fn declare(&mut self, name: &str, value: &str) -> Result<()> {
        let prefix = match name.strip_prefix("xmlns") {
            Some("") => "",
            Some(prefix) if prefix.starts_with(':') => &prefix[1..],
            _ => return Ok(()),
        };
        let reserved = prefix == "xmlns"
            || (prefix == "xml") != (value == "http://www.w3.org/XML/1998/namespace")
            || value == "http://www.w3.org/2000/xmlns/"
            || (!prefix.is_empty() && value.is_empty());
        if reserved {
            return self.wrong("a namespace declaration that Namespaces in XML forbids");
        }
        self.context.bind(prefix, value)?;
        Ok(())
    }

    fn qname(&self, name: &'x str, is_element: bool) -> Result<(NsId, &'x str)> {
        match name.split_once(':') {
            Some((prefix, local)) => match self.context.resolve(prefix) {
                Some(ns) => Ok((ns, local)),
                None => self.wrong(format!("the prefix `{}` is not declared", shorten(prefix))),
            },
            None if is_element => Ok((self.context.resolve("").unwrap_or(0), name)),
            None => Ok((0, name)),
        }
    }

    /// A name in content, such as that of `xsi:type`: prefixes as of elements.
    pub(crate) fn content_qname<'v>(&self, value: &'v str) -> Result<(NsId, &'v str)> {
        let value = value.trim_matches(|c: char| c.is_ascii() && chars::is_space(c as u8));
        let (prefix, local) = value.split_once(':').unwrap_or(("", value));
        match self.context.resolve(prefix) {
            Some(ns) => Ok((ns, local)),
            None => self.wrong(format!("the prefix `{}` is not declared", shorten(prefix))),
        }
    }

    /// Character data up to the next markup.
    fn text(&mut self) -> Result<Cow<'x, str>> {
        let rest = self.rest();
        let plain = plain_len(rest);
        let max = self.context.limits.text;
        if plain > max {
            return self.limit("a text", "text", max);
        }
        let end = match rest.get(plain) {
            Some(b'<') => plain,
            None if self.last || self.context.depth() > 0 => {
                // All of it may belong together: wait for the markup, unless nothing follows.
                if !self.last {
                    return Err(Halt::More);
                }
                plain
            }
            _ => match memchr::memchr(b'<', &rest[plain..]) {
                Some(at) => plain + at,
                None if rest.len() > max => return self.limit("a text", "text", max),
                None if self.last => rest.len(),
                None => return Err(Halt::More),
            },
        };
        let raw = &self.src[self.pos..self.pos + end];
        if end > max {
            return self.limit("a text", "text", max);
        }
        if self.context.depth() == 0 && raw.bytes().any(|b| !chars::is_space(b)) {
            return self.wrong("text outside the root element");
        }
        let text = if end == plain {
            Cow::Borrowed(raw)
        } else {
            self.check_chars(raw)?;
            if raw.contains("]]>") {
                return self.wrong("`]]>` in text");
            }
            let mut out = String::with_capacity(raw.len());
            self.resolve_references(&normalise(raw), &mut out)?;
            Cow::Owned(out)
        };
        self.pos += end;
        Ok(text)
    }

    /// Copies text with its references resolved.
    fn resolve_references(&self, mut raw: &str, out: &mut String) -> Result<()> {
        while let Some(at) = memchr::memchr(b'&', raw.as_bytes()) {
            out.push_str(&raw[..at]);
            raw = &raw[at + 1..];
            let window = &raw.as_bytes()[..raw.len().min(16)];
            let Some(end) = memchr::memchr(b';', window) else {
                return self.wrong("`&` that starts no reference");
            };
            match reference(&raw[..end]) {
                Some(c) => out.push(c),
                None => return self.wrong("a reference other than the five of XML and characters"),
            }
            raw = &raw[end + 1..];
        }
        out.push_str(raw);
        Ok(())
    }
}

/// `version`, then perhaps `encoding`, then perhaps `standalone`.
fn check_declaration(mut text: &str) -> std::result::Result<(), String> {
    const ORDER: [&str; 3] = ["version", "encoding", "standalone"];
    let mut from = 0;
    loop {
        let trimmed = text.trim_start_matches([' ', '\t', '\n', '\r']);
        if trimmed.is_empty() {
            return if from > 0 { Ok(()) } else { Err("an XML declaration without version".into()) };
        }
        let malformed = || "a malformed XML declaration".to_owned();
        let (name, rest) = trimmed.split_once('=').ok_or_else(malformed)?;
        let at = ORDER.iter().skip(from).position(|known| *known == name.trim_end());
        let at = from + at.ok_or_else(malformed)?;
        if trimmed.len() == text.len() || (from == 0 && at != 0) {
            return Err(malformed());
        }
        let rest = rest.trim_start_matches([' ', '\t', '\n', '\r']);
        let quote = rest.chars().next().filter(|c| matches!(c, '"' | '\'')).ok_or_else(malformed)?;
        let (value, rest) = rest[1..].split_once(quote).ok_or_else(malformed)?;
        let fits = match at {
            0 => value.strip_prefix("1.").is_some_and(|n| !n.is_empty() && n.bytes().all(|b| b.is_ascii_digit())),
            1 if ["utf-8", "utf8", "us-ascii"].iter().any(|name| value.eq_ignore_ascii_case(name)) => true,
            1 => {
                return Err(format!(
                    "the answer is declared as `{}`; only UTF-8 is supported",
                    shorten(value)
                ));
            }
            _ => matches!(value, "yes" | "no"),
        };
        if !fits {
            return Err(malformed());
        }
        text = rest;
        from = at + 1;
    }
}

/// The character of a reference, given what stands between `&` and `;`.
fn reference(name: &str) -> Option<char> {
    let code = match name {
        "lt" => return Some('<'),
        "gt" => return Some('>'),
        "amp" => return Some('&'),
        "quot" => return Some('"'),
        "apos" => return Some('\''),
        _ => name.strip_prefix('#')?,
    };
    let (digits, radix) = code.strip_prefix('x').map_or((code, 10), |hex| (hex, 16));
    if !digits.bytes().all(|b| char::from(b).is_digit(radix)) {
        return None;
    }
    let c = char::from_u32(u32::from_str_radix(digits, radix).ok()?)?;
    chars::is_char(c).then_some(c)
}

/// Line ends as XML 1.0, section 2.11 has them.
pub(crate) fn normalise(text: &str) -> Cow<'_, str> {
    if memchr::memchr(b'\r', text.as_bytes()).is_some() {
        Cow::Owned(text.replace("\r\n", "\n").replace('\r', "\n"))
    } else {
        Cow::Borrowed(text)
    }
}

/// Length of the run of text at the start in which nothing needs attention.
fn plain_len(bytes: &[u8]) -> usize {
    const STEP: usize = 16;
    let mut at = 0;
    // Written so that the compiler compares sixteen bytes at once.
    while let Some(block) = bytes.get(at..at + STEP) {
        let busy = block.iter().fold(false, |busy, &b| {
            busy | (b < 0x20) | (b == b'<') | (b == b'&') | (b == b']') | (b == 0xEF)
        });
        if busy {
            break;
        }
        at += STEP;
    }
    loop {
        let rest = &bytes[at..];
        let run = rest.iter().take_while(|b| chars::TEXT[usize::from(**b)] == Class::Plain).count();
        at += run;
        // U+FFFE and U+FFFF are EF BF BE and EF BF BF; anything else with this lead is fine.
        match &bytes[at..] {
            [0xEF, 0xBF, 0xBE | 0xBF, ..] => return at,
            [0xEF, _, _, ..] => at += 3,
            _ => return at,
        }
    }
}

/// The start of a text from outside, for a message.
pub(crate) fn shorten(text: &str) -> String {
    let mut out: String = text.chars().take(60).flat_map(char::escape_debug).collect();
    if text.chars().nth(60).is_some() {
        out.push('…');
    }
    out
}
