//! Decodes base64 that arrives in pieces.

use std::fmt;

use base64_simd::STANDARD;

/// Decodes base64 piece by piece.
///
/// White space between the characters is allowed, as in `xs:base64Binary` (XML Schema part 2, section
/// 3.2.16). Everything else must be characters of the standard alphabet with padding.
#[derive(Debug, Default)]
pub struct Base64 {
    /// Characters that are not a complete group of four yet.
    rest: Vec<u8>,
    /// Whether padding has been read, after which nothing may follow.
    ended: bool,
    /// The number of characters that were read, including white space.
    position: u64,
}

/// The error of a text that is not base64.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadBase64 {
    position: u64,
    what: &'static str,
}

impl fmt::Display for BadBase64 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "the base64 has {} near character {}",
            self.what, self.position
        )
    }
}

impl std::error::Error for BadBase64 {}

impl Base64 {
    /// Decodes a piece and appends the bytes to `out`.
    ///
    /// # Errors
    ///
    /// A character is not in the alphabet, or something follows the padding.
    pub fn feed(&mut self, text: &[u8], out: &mut Vec<u8>) -> Result<(), BadBase64> {
        self.position += text.len() as u64;
        let mut text = text;
        let has_white_space = memchr::memchr3(b'\n', b'\r', b' ', text).is_some()
            || memchr::memchr(b'\t', text).is_some();
        if has_white_space {
            self.take_without_white_space(text);
            text = &[];
        } else if !self.rest.is_empty() {
            let missing = (4 - self.rest.len() % 4) % 4;
            let (first, after) = text.split_at(missing.min(text.len()));
            self.rest.extend_from_slice(first);
            text = after;
        }
        let mut rest = std::mem::take(&mut self.rest);
        let whole = rest.len() / 4 * 4;
        let fed = self.groups(rest.get(..whole).unwrap_or_default(), out);
        rest.drain(..whole);
        self.rest = rest;
        fed?;
        // Salesforce sends files without white space, so the text is decoded in place.
        let (groups, tail) = text.split_at(text.len() / 4 * 4);
        self.groups(groups, out)?;
        self.rest.extend_from_slice(tail);
        Ok(())
    }

    /// Decodes whole groups of four characters.
    fn groups(&mut self, groups: &[u8], out: &mut Vec<u8>) -> Result<(), BadBase64> {
        if groups.is_empty() {
            return Ok(());
        }
        if self.ended {
            return Err(self.bad("characters after its end"));
        }
        self.ended = groups.ends_with(b"=");
        match STANDARD.decode_append(groups, out) {
            Ok(()) => Ok(()),
            Err(_error) => Err(self.bad("a character that is not allowed")),
        }
    }

    /// Removes white space. Lines are copied as a whole, because there may be gigabytes of them.
    fn take_without_white_space(&mut self, text: &[u8]) {
        let mut text = text;
        loop {
            let end = memchr::memchr3(b'\n', b'\r', b' ', text).unwrap_or(text.len());
            let (line, rest) = text.split_at(end);
            match memchr::memchr(b'\t', line) {
                None => self.rest.extend_from_slice(line),
                Some(_) => self.rest.extend(line.iter().filter(|byte| **byte != b'\t')),
            }
            match rest.split_first() {
                None => return,
                Some((_, after)) => text = after,
            }
        }
    }

    /// Ends the text.
    ///
    /// # Errors
    ///
    /// The last group is incomplete, because the text was cut off.
    pub fn finish(self) -> Result<(), BadBase64> {
        match self.rest.is_empty() {
            true => Ok(()),
            false => Err(self.bad("an incomplete last group")),
        }
    }

    fn bad(&self, what: &'static str) -> BadBase64 {
        BadBase64 {
            position: self.position,
            what,
        }
    }
}
