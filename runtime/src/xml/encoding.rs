//! Finds the encoding of a document from its byte order mark, its first bytes, or its declaration.

use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE};

use super::error::XmlError;
use super::prolog::{MAX_DECLARATION, SPACE, is_encoding_name};
use super::reader::shorten;

/// The number of bytes that are searched for an XML declaration, including white space before it.
const MAX_HEAD: usize = 4_096;

/// The encoding of a document that starts with these bytes. `None` if more bytes are needed.
///
/// A declaration of UTF-16 that can be read as ASCII is wrong and ignored. .NET writes such a
/// declaration into strings that are then sent as UTF-8.
pub(super) fn find(bytes: &[u8]) -> Result<Option<Found>, XmlError> {
    match bytes {
        [0, 0, ..] | [0xFF, 0xFE, 0, 0, ..] => {
            return Err(XmlError::malformed(format!(
                "the message is UTF-32; {READ}"
            )));
        }
        [0xEF, 0xBB, 0xBF, _, ..] => return Ok(Some(Found::Declared(UTF_8))),
        [0xFE, 0xFF, _, _, ..] | [0, _, _, _, ..] => return Ok(Some(Found::Declared(UTF_16BE))),
        [0xFF, 0xFE, _, _, ..] | [_, 0, _, _, ..] => return Ok(Some(Found::Declared(UTF_16LE))),
        [_, _, _, _, ..] => {}
        _ => return Ok(None),
    }
    let is_space = |b: &u8| matches!(b, b' ' | b'\t' | b'\n' | b'\r');
    let blank = bytes.iter().take_while(|b| is_space(b)).count();
    if blank >= MAX_HEAD {
        return Ok(Some(Found::Silent));
    }
    let head = bytes.get(blank..).unwrap_or_default();
    if head.len() < 6 {
        let more = bytes.len() < MAX_HEAD && b"<?xml".starts_with(&head[..head.len().min(5)]);
        return Ok((!more).then_some(Found::Silent));
    }
    if !head.starts_with(b"<?xml") || !is_space(&head[5]) {
        return Ok(Some(Found::Silent));
    }
    let window = &head[..head.len().min(MAX_DECLARATION)];
    let Some(end) = memchr::memmem::find(window, b"?>") else {
        // The reader reports a declaration that is too long, so it is not reported here.
        return Ok((window.len() == MAX_DECLARATION).then_some(Found::Silent));
    };
    let declaration = str::from_utf8(&window[..end]).unwrap_or_default();
    match declared(declaration).filter(|name| is_encoding_name(name)) {
        // The reader reports a malformed declaration, so it is not reported here.
        None => Ok(Some(Found::Silent)),
        Some(name) => of_name(name).map(|encoding| Some(Found::Declared(encoding))),
    }
}

/// What the first bytes say about the encoding.
#[derive(Clone, Copy, Debug)]
pub(super) enum Found {
    /// They name this encoding.
    Declared(&'static Encoding),
    /// They name no encoding, so the document is in UTF-8.
    Silent,
}

const READ: &str = "UTF-8, UTF-16 and encodings that contain ASCII are read";

fn of_name(name: &str) -> Result<&'static Encoding, XmlError> {
    let is = |known: &str| name.eq_ignore_ascii_case(known);
    // The declaration was read as ASCII. ASCII is a subset of UTF-8, so the document is read as
    // UTF-8.
    if ["utf-16", "utf-16le", "utf-16be", "us-ascii", "ascii"]
        .into_iter()
        .any(is)
    {
        return Ok(UTF_8);
    }
    let encoding = Encoding::for_label(name.as_bytes());
    // The declaration was read as ASCII, so the encoding must contain ASCII.
    encoding
        .filter(|found| found.is_ascii_compatible())
        .ok_or_else(|| {
            XmlError::malformed(format!(
                "the message is declared as `{}`, which is not supported; {READ}",
                shorten(name)
            ))
        })
}

/// The encoding that an HTTP header names. `None` if a document without a declaration cannot be in
/// this encoding.
pub(super) fn of_charset(name: &str) -> Option<&'static Encoding> {
    let encoding = Encoding::for_label(name.trim().as_bytes())?;
    (encoding.is_ascii_compatible() && encoding != UTF_8).then_some(encoding)
}

fn declared(declaration: &str) -> Option<&str> {
    let (_, rest) = declaration.split_once("encoding")?;
    let rest = rest.trim_start_matches(SPACE).strip_prefix('=')?;
    let rest = rest.trim_start_matches(SPACE);
    let quote = rest.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    let (name, _) = rest.get(1..)?.split_once(quote)?;
    Some(name)
}
