//! What may precede the root element: a byte order mark and the XML declaration.

use super::error::XmlError;
use super::reader::{Halt, Reader, Result};

/// The maximum length of a declaration in bytes. Real declarations have less than a hundred bytes.
pub(super) const MAX_DECLARATION: usize = 1_000;

impl Reader<'_> {
    /// Skips white space before the XML declaration. XML does not allow it (section 2.8), but
    /// servers that fill in templates send blank lines there.
    pub(crate) fn blanks_before_declaration(&mut self) -> Result<()> {
        let text = self.src.strip_prefix('\u{FEFF}').unwrap_or(self.src);
        let trimmed = text.trim_start_matches(SPACE);
        if trimmed.len() < 6 && !self.last {
            return Err(Halt::More);
        }
        let declared = trimmed.strip_prefix("<?xml");
        if trimmed.len() < text.len() && declared.is_some_and(|rest| rest.starts_with(SPACE)) {
            self.pos += self.src.len() - trimmed.len();
        }
        Ok(())
    }

    /// Reads the byte order mark and the declaration.
    pub(crate) fn prolog(&mut self) -> Result<()> {
        match prolog_len(&self.src[self.pos..], self.last) {
            Ok(Some(len)) => {
                self.pos += len;
                Ok(())
            }
            Ok(None) => Err(Halt::More),
            Err(error) => Err(Halt::Error(error)),
        }
    }
}

/// Length of the byte order mark and the declaration. `None` if more bytes are needed.
fn prolog_len(src: &str, last: bool) -> std::result::Result<Option<usize>, XmlError> {
    let text = src.strip_prefix('\u{FEFF}').unwrap_or(src);
    let mark = src.len() - text.len();
    if text.len() < 6 && !last {
        return Ok(None);
    }
    let declared = text
        .strip_prefix("<?xml")
        .filter(|rest| rest.starts_with(SPACE));
    let Some(rest) = declared else {
        return Ok(Some(mark));
    };
    let window = &rest.as_bytes()[..rest.len().min(MAX_DECLARATION)];
    let Some(end) = memchr::memmem::find(window, b"?>") else {
        return if window.len() == MAX_DECLARATION {
            Err(XmlError::malformed(format!(
                "an XML declaration longer than {MAX_DECLARATION} bytes"
            )))
        } else {
            Ok(None)
        };
    };
    check_declaration(&rest[..end]).map_err(XmlError::malformed)?;
    Ok(Some(mark + 5 + end + 2))
}

pub(super) const SPACE: [char; 4] = [' ', '\t', '\n', '\r'];

/// Checks `version`, then an optional `encoding`, then an optional `standalone`.
fn check_declaration(mut text: &str) -> std::result::Result<(), String> {
    const ORDER: [&str; 3] = ["version", "encoding", "standalone"];
    let malformed = || "a malformed XML declaration".to_owned();
    let mut from = 0;
    loop {
        let trimmed = text.trim_start_matches(SPACE);
        if trimmed.is_empty() {
            return if from > 0 { Ok(()) } else { Err(malformed()) };
        }
        let (name, rest) = trimmed.split_once('=').ok_or_else(malformed)?;
        let name = name.trim_end_matches(SPACE);
        let at = ORDER.iter().position(|known| *known == name);
        let at = at.filter(|at| *at >= from).ok_or_else(malformed)?;
        if trimmed.len() == text.len() || (from == 0 && at != 0) {
            return Err(malformed());
        }
        let rest = rest.trim_start_matches(SPACE);
        let quote = rest
            .chars()
            .next()
            .filter(|c| matches!(c, '"' | '\''))
            .ok_or_else(malformed)?;
        let (value, rest) = rest[1..].split_once(quote).ok_or_else(malformed)?;
        let fits = match at {
            // Documents that declare version 1.1 or later are read by the rules of 1.0 (section
            // 2.8).
            0 => value
                .strip_prefix("1.")
                .is_some_and(|n| !n.is_empty() && n.bytes().all(|b| b.is_ascii_digit())),
            1 if !is_encoding_name(value) => false,
            // `encoding` has already checked that the encoding can be read.
            1 => true,
            _ => matches!(value, "yes" | "no"),
        };
        if !fits {
            return Err(malformed());
        }
        text = rest;
        from = at + 1;
    }
}

pub(super) fn is_encoding_name(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_alphabetic())
        && name
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-'))
}
