//! The part of a document that has arrived and was not read yet.

use encoding_rs::{Decoder, DecoderResult, Encoding, UTF_8};

use super::encoding::{self, Found};
use super::error::{SMALLER, XmlError, XmlErrorKind};

/// The number of bytes that are copied to complete a character, or what says the encoding.
const JOINED: usize = 4 << 10;
/// The number of bytes that are decoded at once from another encoding than UTF-8.
const DECODED: usize = 16 << 10;

/// Collects bytes as text. The reader takes whole units from the front, and returns to the front if
/// the rest of a unit is missing.
#[derive(Default)]
pub(crate) struct Input {
    buffer: String,
    decoding: Decoding,
    /// The encoding that the HTTP header names. It is used if the document does not name one.
    charset: Option<&'static Encoding>,
    /// Start of the text that was not taken yet.
    pos: usize,
    /// The first bytes of a character whose other bytes have not arrived.
    partial: Vec<u8>,
    /// The number of bytes fed so far.
    fed: usize,
    last: bool,
    /// The number of bytes that must be present before it is useful to try again.
    wanted: usize,
}

/// How bytes are decoded to text.
#[derive(Default)]
enum Decoding {
    /// The encoding cannot be determined yet. The first bytes are in `partial`.
    #[default]
    Unknown,
    /// The document names no encoding, so it is UTF-8. All bytes so far are ASCII, so the document
    /// may still be in the encoding that the HTTP header names.
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
    /// Sets the encoding that the HTTP header names. It is used only if the document names no
    /// encoding and is not valid UTF-8, because servers often name a wrong encoding in the header.
    pub(crate) fn expect_charset(&mut self, name: &str) {
        self.charset = encoding::of_charset(name);
    }

    /// Adds bytes, which must be decompressed. `limit` is the maximum number of bytes, and of the bytes
    /// of text that are in memory at a time.
    pub(crate) fn feed(&mut self, chunk: &[u8], limit: usize) -> Result<(), XmlError> {
        if self.fed.saturating_add(chunk.len()) > limit {
            return Err(too_long(limit));
        }
        if self.pos > 0 {
            self.buffer.drain(..self.pos);
            self.pos = 0;
        }
        let mut rest = chunk;
        while !self.partial.is_empty() && !rest.is_empty() {
            let (head, tail) = rest.split_at(rest.len().min(JOINED));
            let mut joined = std::mem::take(&mut self.partial);
            joined.extend_from_slice(head);
            self.fed += head.len();
            self.append(&joined, limit)?;
            rest = tail;
        }
        self.fed += rest.len();
        self.append(rest, limit)
    }

    fn append(&mut self, bytes: &[u8], limit: usize) -> Result<(), XmlError> {
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
            Decoding::Other(..) => self.append_other(bytes, limit),
            _ => self.append_utf8(bytes, limit),
        }
    }

    /// Makes room for more text. The buffer grows by half of its size, and not beyond the limit unless
    /// it must: a buffer that doubles could take twice as many bytes as a message may have.
    fn reserve(&mut self, more: usize, limit: usize) {
        let needed = self.buffer.len().saturating_add(more);
        let capacity = self.buffer.capacity();
        if needed > capacity {
            let grown = (capacity + capacity / 2).min(limit).max(needed);
            self.buffer.reserve_exact(grown - self.buffer.len());
        }
    }

    fn append_utf8(&mut self, bytes: &[u8], limit: usize) -> Result<(), XmlError> {
        self.reserve(bytes.len(), limit);
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
                        return self.append_other(rest, limit);
                    }
                    let at = self.fed - rest.len().min(self.fed);
                    return Err(XmlError::malformed(format!(
                        "the message is not UTF-8 at byte {at}, and names no other encoding"
                    )));
                }
                self.partial.extend_from_slice(rest);
            }
        }
        Ok(())
    }

    fn append_other(&mut self, bytes: &[u8], limit: usize) -> Result<(), XmlError> {
        for piece in bytes.chunks(DECODED) {
            self.decode(piece, limit)?;
            // A character may take more bytes in UTF-8 than in the encoding of the message.
            if self.buffer.len() > limit {
                return Err(too_long(limit));
            }
        }
        Ok(())
    }

    fn decode(&mut self, mut bytes: &[u8], limit: usize) -> Result<(), XmlError> {
        loop {
            let Decoding::Other(_, decoder) = &self.decoding else {
                return Ok(());
            };
            let room = decoder.max_utf8_buffer_length_without_replacement(bytes.len());
            self.reserve(room.unwrap_or(bytes.len()), limit);
            let Decoding::Other(encoding, decoder) = &mut self.decoding else {
                return Ok(());
            };
            let (result, read) =
                decoder.decode_to_string_without_replacement(bytes, &mut self.buffer, false);
            bytes = bytes.get(read..).unwrap_or_default();
            match result {
                DecoderResult::InputEmpty => return Ok(()),
                DecoderResult::OutputFull => {}
                DecoderResult::Malformed(..) => {
                    return Err(XmlError::malformed(format!(
                        "the message says that it is {}, but its bytes are not",
                        encoding.name()
                    )));
                }
            }
        }
    }

    /// States that all bytes have been fed.
    pub(crate) fn finish(&mut self) {
        self.last = true;
        match &mut self.decoding {
            // The input is too short to be a document in any encoding.
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
            // The first byte of a multi-byte character in UTF-8 may be a whole character in another
            // encoding.
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

    /// Whether all bytes have been fed.
    pub(crate) fn is_last(&self) -> bool {
        self.last
    }

    /// Whether enough bytes are present to try to read.
    pub(crate) fn is_ready(&self) -> bool {
        self.last || self.rest().len() >= self.wanted
    }

    /// The text that has arrived, including what was taken since the last bytes were fed.
    pub(crate) fn text(&self) -> &str {
        &self.buffer
    }

    /// The text that has arrived and was not taken.
    pub(crate) fn rest(&self) -> &str {
        &self.buffer[self.pos..]
    }

    /// Takes bytes from the front.
    pub(crate) fn take(&mut self, len: usize) {
        self.pos += len;
        self.wanted = 0;
    }

    /// States that the present bytes are not enough.
    pub(crate) fn starve(&mut self) {
        // The next try waits for twice as many bytes, so that reading a large unit takes linear
        // time.
        self.wanted = self.rest().len().saturating_mul(2);
    }

    /// The error of an input that ended too early.
    pub(crate) fn truncated(&self) -> XmlError {
        if self.fed == 0 {
            return XmlError::new(XmlErrorKind::Empty, "the message is empty");
        }
        XmlError::new(
            XmlErrorKind::Truncated,
            format!(
                "the message ends after {} bytes, before it is complete",
                self.fed
            ),
        )
    }

    /// Whether no bytes follow the present text. If the last bytes are an incomplete character,
    /// more must follow.
    pub(crate) fn is_at_end(&self) -> bool {
        self.last && self.partial.is_empty()
    }
}

fn too_long(limit: usize) -> XmlError {
    let message = format!("the message is longer than the limit `body` of {limit} bytes");
    XmlError::limit(message).with_advice(SMALLER)
}

impl std::fmt::Debug for Input {
    /// Prints only sizes, because the text is personal data.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Input")
            .field("fed", &self.fed)
            .field("rest", &self.rest().len())
            .field("last", &self.last)
            .finish_non_exhaustive()
    }
}
