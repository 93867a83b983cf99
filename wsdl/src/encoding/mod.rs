//! Decodes bytes to text: byte order marks, the declared encoding, and the characters that XML allows.

mod sniff;

use encoding_rs::Encoding;

use crate::error::{Error, ErrorKind, quoted};
use crate::model::Position;
use crate::names::is_ncname;

/// Decodes a document.
///
/// Most documents are UTF-8. UTF-16 is accepted with a byte order mark, and other declared encodings if
/// they are in the Encoding Standard of the WHATWG.
pub(crate) fn decode(bytes: Vec<u8>) -> Result<String, Error> {
    if let Some((what, help)) = sniff::other_format(&bytes) {
        return Err(Error::new(ErrorKind::NotWsdl, what).help(help));
    }
    let text = match bytes.as_slice() {
        [0xEF, 0xBB, 0xBF, ..] => {
            let mut bytes = bytes;
            bytes.drain(..3);
            from_utf8(bytes)?
        }
        [0xFE, 0xFF, rest @ ..] => from_utf16(rest, u16::from_be_bytes)?,
        [0xFF, 0xFE, rest @ ..] => from_utf16(rest, u16::from_le_bytes)?,
        [0, b'<', ..] | [b'<', 0, ..] => {
            return Err(unsupported("UTF-16 without a byte order mark"));
        }
        _ => match declared(&bytes) {
            None => from_utf8(bytes)?,
            Some(name) if is(name, &["UTF-8", "UTF8"]) => from_utf8(bytes)?,
            // A declaration of UTF-16 that is readable as ASCII is wrong: .NET writes it into strings that
            // are then saved as UTF-8.
            Some(name) if is(name, &["UTF-16"]) => from_utf8(bytes)?,
            Some(name) if is(name, &["US-ASCII", "ASCII"]) => match bytes.is_ascii() {
                true => from_utf8(bytes)?,
                false => {
                    return Err(Error::new(
                        ErrorKind::Encoding,
                        "the document declares US-ASCII and has bytes above 127",
                    ));
                }
            },
            Some(name) => {
                let encoding = Encoding::for_label(name.as_bytes()).filter(|_| is_ncname(name));
                // The declaration was readable as ASCII, so the encoding must be a superset of ASCII.
                let Some(encoding) = encoding.filter(|found| found.is_ascii_compatible()) else {
                    return Err(unsupported(&format!("encoding {}", quoted(name))));
                };
                let text = encoding.decode_without_bom_handling_and_without_replacement(&bytes);
                let Some(text) = text else {
                    let message = format!("the bytes are not {}, as declared", quoted(name));
                    return Err(Error::new(ErrorKind::Encoding, message)
                        .help("declare the encoding of the document, or convert it to UTF-8"));
                };
                text.into_owned()
            }
        },
    };
    check_characters(&text).map_err(|error| error.in_text(&text))?;
    Ok(text)
}

fn is(name: &str, names: &[&str]) -> bool {
    names.iter().any(|known| known.eq_ignore_ascii_case(name))
}

fn unsupported(what: &str) -> Error {
    Error::new(
        ErrorKind::Encoding,
        format!("the document is in {what}, which is not read"),
    )
    .help("convert it to UTF-8")
}

fn from_utf8(bytes: Vec<u8>) -> Result<String, Error> {
    String::from_utf8(bytes).map_err(|error| {
        let valid = error.utf8_error().valid_up_to();
        let good = String::from_utf8_lossy(&error.as_bytes()[..valid]);
        Error::new(ErrorKind::Encoding, "the bytes are not UTF-8")
            .at(position_at_end(&good))
            .help("convert the document to UTF-8, or declare its encoding")
    })
}

fn from_utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Result<String, Error> {
    let malformed = || Error::new(ErrorKind::Encoding, "the bytes are not UTF-16");
    let (pairs, rest) = bytes.as_chunks::<2>();
    if !rest.is_empty() {
        return Err(malformed());
    }
    char::decode_utf16(pairs.iter().map(|pair| unit(*pair)))
        .collect::<Result<String, _>>()
        .map_err(|_| malformed())
}

/// The name in `<?xml … encoding="name"?>`, if the document starts with such a declaration.
fn declared(bytes: &[u8]) -> Option<&str> {
    let head = &bytes[..bytes.len().min(1024)];
    let start = head
        .iter()
        .position(|byte| !byte.is_ascii_whitespace())
        .unwrap_or(0);
    let head = head[start..].strip_prefix(b"<?xml")?;
    let end = head.windows(2).position(|pair| pair == b"?>")?;
    let head = std::str::from_utf8(&head[..end]).ok()?;
    let value = head.split_once("encoding")?.1.trim_start();
    let value = value.strip_prefix('=')?.trim_start();
    let quote = value.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    value[1..].split(quote).next()
}

/// Refuses characters outside of XML's `Char`.
fn check_characters(text: &str) -> Result<(), Error> {
    const HIGH: u64 = 0x8080_8080_8080_8080;
    let (words, rest) = text.as_bytes().as_chunks::<8>();
    let mut offset = 0;
    for word in words {
        // Most words consist of eight bytes from 0x20 to 0x7F, which are all allowed.
        let word = u64::from_le_bytes(*word);
        if (word | word.wrapping_sub(0x2020_2020_2020_2020)) & HIGH != 0 {
            check_bytes(text, offset, offset + 8)?;
        }
        offset += 8;
    }
    check_bytes(text, offset, offset + rest.len())
}

fn check_bytes(text: &str, from: usize, to: usize) -> Result<(), Error> {
    let bytes = text.as_bytes();
    for (index, byte) in (from..).zip(&bytes[from..to]) {
        let bad = match byte {
            b'\t' | b'\n' | b'\r' => false,
            0..0x20 => true,
            // These are U+FFFE and U+FFFF. A `str` cannot contain surrogates.
            0xEF => matches!(bytes[index..], [_, 0xBF, 0xBE | 0xBF, ..]),
            _ => false,
        };
        if bad {
            let character = text[index..].chars().next().unwrap_or_default();
            return Err(Error::new(
                ErrorKind::NotWellFormed,
                format!(
                    "the character U+{:04X} is not allowed in XML",
                    u32::from(character)
                ),
            )
            .at(position_at_end(&text[..index])));
        }
    }
    Ok(())
}

fn position_at_end(text: &str) -> Position {
    let mut cursor = Cursor::default();
    cursor.advance(text, text.len());
    cursor.position
}

/// Counts the lines and columns of a text while advancing, in linear time in total.
#[derive(Debug)]
pub(crate) struct Cursor {
    offset: usize,
    position: Position,
}

impl Default for Cursor {
    fn default() -> Self {
        let position = Position { line: 1, column: 1 };
        Self {
            offset: 0,
            position,
        }
    }
}

impl Cursor {
    /// The position of the byte `offset`, which must not be before the previous offset.
    pub(crate) fn advance(&mut self, text: &str, offset: usize) -> Position {
        let Some(passed) = text.get(self.offset..offset) else {
            return self.position;
        };
        let line = match memchr::memrchr(b'\n', passed.as_bytes()) {
            None => passed,
            Some(last) => {
                let newlines = memchr::memchr_iter(b'\n', passed.as_bytes()).count();
                self.position.line = self.position.line.saturating_add(newlines as u32);
                self.position.column = 1;
                &passed[last + 1..]
            }
        };
        let characters = line.chars().count() as u32;
        self.position.column = self.position.column.saturating_add(characters);
        self.offset = offset;
        self.position
    }
}
