//! The part of a document that has arrived and has not been used.

use super::error::{XmlError, XmlErrorKind};
use super::prolog;

/// Collects bytes as text. Whoever reads it takes whole units off its front, and goes back to the
/// front if the rest of a unit is missing.
#[derive(Default)]
pub(crate) struct Input {
    buffer: String,
    /// Start of what has not been taken.
    pos: usize,
    /// Bytes of a character whose rest has not arrived.
    partial: Vec<u8>,
    /// Bytes fed so far.
    fed: usize,
    last: bool,
    /// It is no use to try again before so many bytes are there.
    wanted: usize,
}

impl Input {
    /// Adds bytes, already decompressed.
    pub(crate) fn feed(&mut self, chunk: &[u8], limit: usize) -> Result<(), XmlError> {
        self.fed = self.fed.saturating_add(chunk.len());
        if self.fed > limit {
            return Err(XmlError::limit(format!(
                "the answer is longer than the limit `body` of {limit} bytes; ask for smaller \
                 batches or raise the limit"
            )));
        }
        if self.pos > 0 {
            self.buffer.drain(..self.pos);
            self.pos = 0;
        }
        if self.partial.is_empty() {
            return self.append(chunk);
        }
        let mut joined = std::mem::take(&mut self.partial);
        joined.extend_from_slice(chunk);
        self.append(&joined)
    }

    fn append(&mut self, bytes: &[u8]) -> Result<(), XmlError> {
        match str::from_utf8(bytes) {
            Ok(text) => self.buffer.push_str(text),
            Err(error) => {
                let (valid, rest) = bytes.split_at(error.valid_up_to());
                self.buffer
                    .push_str(str::from_utf8(valid).unwrap_or_default());
                if error.error_len().is_some() {
                    let at = self.fed - rest.len().min(self.fed);
                    // The prolog is still there if nothing was taken.
                    let before = if at == self.buffer.len() {
                        &*self.buffer
                    } else {
                        ""
                    };
                    return Err(prolog::not_utf8(before, at));
                }
                self.partial.extend_from_slice(rest);
            }
        }
        Ok(())
    }

    /// Says that all bytes are there.
    pub(crate) fn finish(&mut self) {
        self.last = true;
    }

    /// Whether all bytes are there.
    pub(crate) fn is_last(&self) -> bool {
        self.last
    }

    /// Whether enough is there to try.
    pub(crate) fn is_ready(&self) -> bool {
        self.last || self.rest().len() >= self.wanted
    }

    /// What is there.
    pub(crate) fn rest(&self) -> &str {
        &self.buffer[self.pos..]
    }

    /// Takes bytes off the front.
    pub(crate) fn take(&mut self, len: usize) {
        self.pos += len;
        self.wanted = 0;
    }

    /// Notes that what is there is not enough.
    pub(crate) fn starve(&mut self) {
        // Twice as much before the next try, so that a large unit costs linear time.
        self.wanted = self.rest().len().saturating_mul(2);
    }

    /// The error for an end that came too early.
    pub(crate) fn truncated(&self) -> XmlError {
        if self.fed == 0 {
            return XmlError::new(XmlErrorKind::Empty, "the answer is empty");
        }
        XmlError::new(
            XmlErrorKind::Truncated,
            format!(
                "the answer ends after {} bytes, before it is complete",
                self.fed
            ),
        )
    }

    /// Whether nothing follows what is there. Bytes that end inside a character have no end.
    pub(crate) fn is_at_end(&self) -> bool {
        self.last && self.partial.is_empty()
    }
}

impl std::fmt::Debug for Input {
    /// Sizes alone: the text is personal data.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Input")
            .field("fed", &self.fed)
            .field("rest", &self.rest().len())
            .field("last", &self.last)
            .finish_non_exhaustive()
    }
}
