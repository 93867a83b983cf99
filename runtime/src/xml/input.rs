//! The part of a document that has arrived and has not been used.

use encoding_rs::{Decoder, DecoderResult, Encoding, UTF_8};

use super::encoding::{self, Found};
use super::error::{XmlError, XmlErrorKind};

/// Collects bytes as text. Whoever reads it takes whole units off its front, and goes back to the
/// front if the rest of a unit is missing.
#[derive(Default)]
pub(crate) struct Input {
    buffer: String,
    decoding: Decoding,
    /// The encoding that the HTTP header names, for a document that does not say.
    charset: Option<&'static Encoding>,
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

/// How bytes become text.
#[derive(Default)]
enum Decoding {
    /// The first bytes do not tell yet; they are in `partial`.
    #[default]
    Unknown,
    /// The document says nothing, so it is UTF-8. All bytes so far were ASCII, so that it may still
    /// be in the encoding of the HTTP header.
    Ascii,
    Utf8,
    Other(&'static Encoding, Box<Decoder>),
}

impl Decoding {
    fn of(encoding: &'static Encoding) -> Self {
        if encoding == UTF_8 {
            return Self::Utf8;
        }
        Self::Other(
            encoding,
            Box::new(encoding.new_decoder_without_bom_handling()),
        )
    }
}

impl Input {
    /// Notes the encoding that the HTTP header names. It counts only if the document does not say
    /// one and is no UTF-8: servers name encodings in the header that the document is not in.
    pub(crate) fn expect_charset(&mut self, name: &str) {
        self.charset = encoding::of_charset(name);
    }

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
        if self.partial.is_empty() && !matches!(self.decoding, Decoding::Unknown) {
            return self.append(chunk);
        }
        let mut joined = std::mem::take(&mut self.partial);
        joined.extend_from_slice(chunk);
        self.append(&joined)
    }

    fn append(&mut self, bytes: &[u8]) -> Result<(), XmlError> {
        if matches!(self.decoding, Decoding::Unknown) {
            self.decoding = match encoding::find(bytes)? {
                None => {
                    self.partial.extend_from_slice(bytes);
                    return Ok(());
                }
                Some(Found::Declared(encoding)) => Decoding::of(encoding),
                Some(Found::Silent) if self.charset.is_some() => Decoding::Ascii,
                Some(Found::Silent) => Decoding::Utf8,
            };
        }
        match self.decoding {
            Decoding::Other(..) => self.append_other(bytes),
            _ => self.append_utf8(bytes),
        }
    }

    fn append_utf8(&mut self, bytes: &[u8]) -> Result<(), XmlError> {
        let undecided = matches!(self.decoding, Decoding::Ascii);
        match str::from_utf8(bytes) {
            Ok(text) => {
                self.buffer.push_str(text);
                if undecided && !text.is_ascii() {
                    self.decoding = Decoding::Utf8;
                }
            }
            Err(error) => {
                let (valid, rest) = bytes.split_at(error.valid_up_to());
                let valid = str::from_utf8(valid).unwrap_or_default();
                self.buffer.push_str(valid);
                if undecided && !valid.is_ascii() {
                    self.decoding = Decoding::Utf8;
                }
                if error.error_len().is_some() {
                    if let (Decoding::Ascii, Some(charset)) = (&self.decoding, self.charset) {
                        self.decoding = Decoding::of(charset);
                        return self.append_other(rest);
                    }
                    let at = self.fed - rest.len().min(self.fed);
                    return Err(XmlError::malformed(format!(
                        "the answer is not UTF-8 at byte {at}, and names no other encoding"
                    )));
                }
                self.partial.extend_from_slice(rest);
            }
        }
        Ok(())
    }

    fn append_other(&mut self, mut bytes: &[u8]) -> Result<(), XmlError> {
        let Decoding::Other(encoding, decoder) = &mut self.decoding else {
            return Ok(());
        };
        loop {
            let room = decoder.max_utf8_buffer_length_without_replacement(bytes.len());
            self.buffer.reserve(room.unwrap_or(bytes.len()));
            let (result, read) =
                decoder.decode_to_string_without_replacement(bytes, &mut self.buffer, false);
            bytes = bytes.get(read..).unwrap_or_default();
            match result {
                DecoderResult::InputEmpty => return Ok(()),
                DecoderResult::OutputFull => {}
                DecoderResult::Malformed(..) => {
                    return Err(XmlError::malformed(format!(
                        "the answer says that it is {}, but its bytes are not",
                        encoding.name()
                    )));
                }
            }
        }
    }

    /// Says that all bytes are there.
    pub(crate) fn finish(&mut self) {
        self.last = true;
        match &mut self.decoding {
            // Too short for a document, whatever it is.
            Decoding::Unknown => {
                let bytes = std::mem::take(&mut self.partial);
                self.buffer.push_str(&String::from_utf8_lossy(&bytes));
            }
            Decoding::Other(_, decoder) => {
                self.buffer.reserve(16);
                let end = decoder.decode_to_string_without_replacement(&[], &mut self.buffer, true);
                if matches!(end.0, DecoderResult::Malformed(..)) {
                    self.partial.push(0);
                }
            }
            // A byte that begins a character of UTF-8 may be a whole one of another encoding.
            Decoding::Ascii if !self.partial.is_empty() => {
                if let Some(charset) = self.charset {
                    let bytes = std::mem::take(&mut self.partial);
                    let text = charset.decode_without_bom_handling_and_without_replacement(&bytes);
                    match text {
                        Some(text) => self.buffer.push_str(&text),
                        None => self.partial = bytes,
                    }
                }
            }
            Decoding::Ascii | Decoding::Utf8 => {}
        }
    }

    /// Whether all bytes are there.
    pub(crate) fn is_last(&self) -> bool {
        self.last
    }

    /// Whether enough is there to try.
    pub(crate) fn is_ready(&self) -> bool {
        self.last || self.rest().len() >= self.wanted
    }

    /// What is there, also what has been taken since the last bytes came.
    pub(crate) fn text(&self) -> &str {
        &self.buffer
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
