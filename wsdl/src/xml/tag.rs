//! Parses tags according to XML 1.0 and Namespaces in XML.

use std::borrow::Cow;
use std::collections::HashSet;
use std::hash::Hash;

use super::Attribute;
use crate::error::{Error, ErrorKind, clipped, quoted};
use crate::limits::Limits;
use crate::names::{Ns, split_qname};

/// A parsed start tag.
#[derive(Debug)]
pub(super) struct Tag<'a> {
    pub(super) name: &'a str,
    pub(super) prefix: &'a str,
    pub(super) local: &'a str,
    pub(super) attributes: Vec<(&'a str, Cow<'a, str>)>,
}

/// Parses `name attribute="value" …`.
pub(super) fn scan<'a>(tag: &'a str, limits: &Limits) -> Result<Tag<'a>, Error> {
    let bytes = tag.as_bytes();
    let end = name_end(bytes, 0);
    let name = &tag[..end];
    check_length(name, limits)?;
    let (prefix, local) = split_qname(name).ok_or_else(|| illegal(name, "an element"))?;
    let mut attributes = Vec::new();
    let mut at = end;
    loop {
        let start = skip_space(bytes, at);
        if start == bytes.len() {
            break;
        }
        if start == at {
            let rest = quoted(&tag[start..]);
            return Err(malformed(format!("white space is missing before {rest}")));
        }
        let (name, value, next) = attribute(tag, start, limits)?;
        if attributes.len() as u64 >= limits.attributes {
            let what = "the number of attributes of an element";
            return Err(Error::over("attributes", limits.attributes, what));
        }
        attributes.push((name, value));
        at = next;
    }
    if let Some(name) = first_duplicate(attributes.iter().map(|(name, _)| *name)) {
        return Err(given_twice(name));
    }
    Ok(Tag {
        name,
        prefix,
        local,
        attributes,
    })
}

/// Parses one `name="value"`, and returns the offset after it.
fn attribute<'a>(
    tag: &'a str,
    start: usize,
    limits: &Limits,
) -> Result<(&'a str, Cow<'a, str>, usize), Error> {
    let bytes = tag.as_bytes();
    let end = name_end(bytes, start);
    let name = &tag[start..end];
    check_length(name, limits)?;
    if split_qname(name).is_none() {
        return Err(illegal(name, "an attribute"));
    }
    let equals = skip_space(bytes, end);
    if bytes.get(equals) != Some(&b'=') {
        return Err(malformed(format!(
            "the attribute {} has no value",
            quoted(name)
        )));
    }
    let open = skip_space(bytes, equals + 1);
    let Some(quote @ (b'"' | b'\'')) = bytes.get(open) else {
        let message = format!("the value of the attribute {} is not quoted", quoted(name));
        return Err(malformed(message));
    };
    let rest = &tag[open + 1..];
    let length = memchr::memchr(*quote, rest.as_bytes())
        .ok_or_else(|| malformed(format!("the attribute {} is not closed", quoted(name))))?;
    if length as u64 > limits.attribute_length {
        let what = format!("the length of the attribute {}", quoted(name));
        return Err(Error::over(
            "attribute_length",
            limits.attribute_length,
            what,
        ));
    }
    let value = normalize_value(&rest[..length])
        .map_err(|error| error.on_path(vec![format!("attribute {}", clipped(name))]))?;
    Ok((name, value, open + 1 + length + 1))
}

fn name_end(bytes: &[u8], start: usize) -> usize {
    let mut end = start;
    while end < bytes.len() && !matches!(bytes[end], b' ' | b'\t' | b'\n' | b'\r' | b'=') {
        end += 1;
    }
    end
}

fn skip_space(bytes: &[u8], start: usize) -> usize {
    let mut end = start;
    while end < bytes.len() && matches!(bytes[end], b' ' | b'\t' | b'\n' | b'\r') {
        end += 1;
    }
    end
}

/// Attribute-value normalization (XML 1.0, section 3.3.3).
fn normalize_value(raw: &str) -> Result<Cow<'_, str>, Error> {
    let special = |byte: &u8| matches!(byte, b'&' | b'<' | b'\t' | b'\n' | b'\r');
    let Some(first) = raw.as_bytes().iter().position(special) else {
        return Ok(Cow::Borrowed(raw));
    };
    let mut value = String::with_capacity(raw.len());
    let mut rest = raw;
    let mut next = Some(first);
    while let Some(index) = next {
        value.push_str(&rest[..index]);
        let mut after = index + 1;
        match rest.as_bytes()[index] {
            b'<' => return Err(malformed("`<` is not allowed in an attribute value")),
            b'&' => {
                let reference = &rest[after..];
                let end = memchr::memchr(b';', reference.as_bytes())
                    .ok_or_else(|| malformed("`&` stands alone").help("write `&amp;`"))?;
                value.push(entity(&reference[..end])?);
                after += end + 1;
            }
            b'\r' if rest.as_bytes().get(after) == Some(&b'\n') => {
                value.push(' ');
                after += 1;
            }
            _ => value.push(' '),
        }
        rest = &rest[after..];
        next = rest.as_bytes().iter().position(special);
    }
    value.push_str(rest);
    Ok(Cow::Owned(value))
}

/// Converts the line ends of a text to `\n` (XML 1.0, section 2.11).
pub(super) fn normalize_lines(text: &str) -> Cow<'_, str> {
    match memchr::memchr(b'\r', text.as_bytes()) {
        None => Cow::Borrowed(text),
        Some(_) => Cow::Owned(text.replace("\r\n", "\n").replace('\r', "\n")),
    }
}

/// The character of a reference, which is given without `&` and `;`.
pub(super) fn entity(name: &str) -> Result<char, Error> {
    let digits = match name {
        "lt" => return Ok('<'),
        "gt" => return Ok('>'),
        "amp" => return Ok('&'),
        "apos" => return Ok('\''),
        "quot" => return Ok('"'),
        _ => name.strip_prefix('#').ok_or_else(|| unknown_entity(name))?,
    };
    let (digits, radix) = match digits.strip_prefix('x') {
        Some(digits) => (digits, 16),
        None => (digits, 10),
    };
    // `from_str_radix` accepts a sign, but XML does not.
    let code = match digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        true => u32::from_str_radix(digits, radix).ok(),
        false => None,
    };
    let legal = |character: &char| matches!(character, '\t' | '\n' | '\r' | ' '..='\u{FFFD}' | '\u{10000}'..);
    code.and_then(char::from_u32).filter(legal).ok_or_else(|| {
        malformed(format!(
            "&{}; is not a character that XML allows",
            clipped(name)
        ))
    })
}

/// The error of an entity that only a DTD could declare. DTDs are never read, because an entity may refer
/// to a file of this machine, or expand to more text than fits into memory.
pub(super) fn unknown_entity(name: &str) -> Error {
    let message = format!(
        "the entity {} is not one of lt, gt, amp, apos and quot",
        quoted(name)
    );
    Error::new(ErrorKind::Dtd, message)
        .help("DTDs are not read; replace the entity by its text, or by a character reference")
}

pub(super) fn undeclared(name: &str) -> Error {
    malformed(format!("the prefix of {} is not declared", quoted(name)))
}

fn illegal(name: &str, what: &str) -> Error {
    Error::new(
        ErrorKind::IllegalName,
        format!("{} is not a valid name of {what}", quoted(name)),
    )
}

fn malformed(message: impl Into<String>) -> Error {
    Error::new(ErrorKind::NotWellFormed, message)
}

fn check_length(name: &str, limits: &Limits) -> Result<(), Error> {
    if name.len() as u64 > limits.name_length {
        let what = format!("the length of the name {}", quoted(name));
        return Err(Error::over("name_length", limits.name_length, what));
    }
    Ok(())
}

/// Checks the rules of Namespaces in XML about the prefixes `xmlns` and `xml`.
pub(super) fn check_declaration(prefix: &str, ns: Ns) -> Result<(), Error> {
    let legal = match prefix {
        "xmlns" => false,
        "xml" => ns == Ns::XML,
        "" => ns != Ns::XML && ns != Ns::XMLNS,
        _ => ns != Ns::XML && ns != Ns::XMLNS && ns != Ns::NONE,
    };
    match legal {
        true => Ok(()),
        false => Err(malformed(format!(
            "the prefix {} must not be bound to this namespace",
            quoted(prefix)
        ))),
    }
}

/// Refuses two attributes with the same name and namespace, which may have different prefixes.
pub(super) fn check_duplicates(attributes: &[Attribute<'_>]) -> Result<(), Error> {
    let qualified = || attributes.iter().filter(|one| one.ns != Ns::NONE);
    match first_duplicate(qualified().map(|one| (one.ns, one.local()))) {
        None => Ok(()),
        Some((_, local)) => Err(given_twice(local)),
    }
}

fn given_twice(name: &str) -> Error {
    malformed(format!("the attribute {} is given twice", quoted(name)))
}

fn first_duplicate<K: Copy + Eq + Hash>(keys: impl Iterator<Item = K> + Clone) -> Option<K> {
    // For a few attributes, comparing all pairs is faster. For many, a set takes linear time.
    if keys.clone().nth(8).is_some() {
        let mut seen = HashSet::new();
        return keys.into_iter().find(|key| !seen.insert(*key));
    }
    let mut rest = keys.clone();
    while let Some(key) = rest.next() {
        if rest.clone().any(|other| other == key) {
            return Some(key);
        }
    }
    None
}

/// Checks `<?xml version="1.0" encoding="…" standalone="…"?>`, whose parts must be in this order.
pub(super) fn check_xml_declaration(token: &str) -> Result<(), Error> {
    let inside = token
        .strip_prefix("<?")
        .and_then(|token| token.strip_suffix("?>"))
        .unwrap_or_default();
    let tag = scan(inside, &Limits::default())?;
    let mut expected = ["version", "encoding", "standalone"].iter();
    for (index, (name, value)) in tag.attributes.iter().enumerate() {
        let known = expected.any(|expected| expected == name);
        if !known || (index == 0) != (*name == "version") {
            let message = format!(
                "{} is not allowed there in the XML declaration",
                quoted(name)
            );
            return Err(malformed(message));
        }
        let version = || value.strip_prefix("1.").filter(|minor| !minor.is_empty());
        let legal = match *name {
            "version" => version().is_some_and(|v| v.bytes().all(|b| b.is_ascii_digit())),
            "standalone" => matches!(&**value, "yes" | "no"),
            _ => !value.is_empty(),
        };
        if !legal {
            let message = format!("the XML declaration has {name}={}", quoted(value));
            return Err(malformed(message));
        }
    }
    match tag.attributes.is_empty() {
        true => Err(malformed("the XML declaration has no version")),
        false => Ok(()),
    }
}
