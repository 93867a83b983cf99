//! What may stand before the root element: a byte order mark and the XML declaration.

use super::error::XmlError;
use super::reader::{Halt, Reader, Result, shorten};

/// Bytes that a declaration may take; real ones have fewer than a hundred.
const MAX_DECLARATION: usize = 1_000;

const UTF16: &str = "the answer is UTF-16 or UTF-32; only UTF-8 is supported";

impl Reader<'_> {
    /// Reads what may stand before everything else.
    pub(crate) fn prolog(&mut self) -> Result<()> {
        match prolog_len(self.src, self.last) {
            Ok(Some(len)) => {
                self.pos += len;
                Ok(())
            }
            Ok(None) => Err(Halt::More),
            Err(error) => Err(Halt::Error(error)),
        }
    }
}

/// Length of the byte order mark and the declaration; `None` if the rest must be awaited.
pub(super) fn prolog_len(src: &str, last: bool) -> std::result::Result<Option<usize>, XmlError> {
    let text = src.strip_prefix('\u{FEFF}').unwrap_or(src);
    let mark = src.len() - text.len();
    if text.bytes().take(4).any(|b| b == 0) {
        return Err(XmlError::malformed(UTF16));
    }
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

/// The error for bytes that are no UTF-8. `before` is what came before them.
pub(super) fn not_utf8(before: &str, at: usize) -> XmlError {
    // Bytes of a declared Latin-1 are no accident: say what they are.
    if let Err(named) = prolog_len(before, false) {
        return named;
    }
    match at {
        0 => XmlError::malformed(UTF16),
        _ => XmlError::malformed(format!("the answer is not UTF-8 at byte {at}")),
    }
}

const SPACE: [char; 4] = [' ', '\t', '\n', '\r'];

/// `version`, then perhaps `encoding`, then perhaps `standalone`.
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
            // Documents that say 1.1 or later are read by the rules of 1.0 (section 2.8).
            0 => value
                .strip_prefix("1.")
                .is_some_and(|n| !n.is_empty() && n.bytes().all(|b| b.is_ascii_digit())),
            1 if !is_encoding_name(value) => false,
            1 => {
                if !is_utf8(value) {
                    return Err(format!(
                        "the answer is declared as `{}`; only UTF-8 is supported",
                        shorten(value)
                    ));
                }
                true
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

/// UTF-8 by its names, and the part of it that has a name of its own.
fn is_utf8(encoding: &str) -> bool {
    ["utf-8", "utf8", "us-ascii"]
        .iter()
        .any(|name| encoding.eq_ignore_ascii_case(name))
}

fn is_encoding_name(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_alphabetic())
        && name
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-'))
}
