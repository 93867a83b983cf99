//! Reads and writes `xsd:base64Binary` and `xsd:hexBinary`.

use std::fmt::Write as _;

use base64::Engine as _;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

use super::{is_space, trim};
use crate::schema::Kind;

type Result<T> = std::result::Result<T, &'static str>;

// MIME permits line breaks inside of base64, but the decoder does not, so line breaks are removed
// first.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::RequireCanonical),
);

const BASE64_EXPECTED: &str = "expected base64 text, padded to groups of four digits";

pub(crate) fn bytes(text: &str, kind: Kind) -> Result<Vec<u8>> {
    if kind == Kind::Hex {
        return hex(trim(text));
    }
    let mut out = Vec::with_capacity(text.len() / 4 * 3);
    decode_base64(text, |bytes| {
        out.extend_from_slice(bytes);
        Ok(())
    })
    .map(|()| out)
    .map_err(|_: DecodeError<()>| BASE64_EXPECTED)
}

/// Why [`decode_base64`] stopped.
#[derive(Debug)]
pub(crate) enum DecodeError<E> {
    /// The text is not base64.
    Text,
    /// The function that takes the bytes failed.
    Taker(E),
}

/// Decodes piece by piece, so that neither the text nor the bytes are copied as a whole.
pub(crate) fn decode_base64<E>(
    text: &str,
    mut take: impl FnMut(&[u8]) -> std::result::Result<(), E>,
) -> std::result::Result<(), DecodeError<E>> {
    /// The number of digits in a piece. It is a multiple of four, so every piece starts with a
    /// group.
    const PIECE: usize = 4 << 10;
    let mut bytes = [0; PIECE / 4 * 3];
    let mut piece = |digits: &[u8], is_last: bool| {
        // Padding is only allowed at the end.
        if !is_last && digits.ends_with(b"=") {
            return Err(DecodeError::Text);
        }
        let decoded = BASE64.decode_slice(digits, &mut bytes).ok();
        let decoded = decoded.and_then(|len| bytes.get(..len));
        take(decoded.ok_or(DecodeError::Text)?).map_err(DecodeError::Taker)
    };
    if !text.contains(is_space) {
        let mut pieces = text.as_bytes().chunks(PIECE).peekable();
        while let Some(digits) = pieces.next() {
            piece(digits, pieces.peek().is_none())?;
        }
        return Ok(());
    }
    let mut rest = text
        .bytes()
        .filter(|b| !is_space(char::from(*b)))
        .peekable();
    let mut digits = Vec::with_capacity(PIECE.min(text.len()));
    while rest.peek().is_some() {
        digits.clear();
        digits.extend(rest.by_ref().take(PIECE));
        piece(&digits, rest.peek().is_none())?;
    }
    Ok(())
}

fn hex(text: &str) -> Result<Vec<u8>> {
    check_hex(text)?;
    let digit = |byte: u8| char::from(byte).to_digit(16).unwrap_or_default();
    let byte = |pair: &[u8]| (digit(pair[0]) << 4 | digit(pair[1])) as u8;
    Ok(text.as_bytes().chunks_exact(2).map(byte).collect())
}

#[inline(never)]
pub(crate) fn check_hex(text: &str) -> Result<()> {
    if text.len().is_multiple_of(2) && text.bytes().all(|b| b.is_ascii_hexdigit()) {
        Ok(())
    } else {
        Err("expected pairs of hexadecimal digits")
    }
}

/// Accepts the texts that the decoder accepts: groups of four digits, padded, without excess bits
/// in the last group.
#[inline(never)]
pub(crate) fn check_base64(text: &str) -> Result<()> {
    let mut count = 0_usize;
    let mut padding = 0_usize;
    let mut last = 0;
    for byte in text.bytes().filter(|b| !is_space(char::from(*b))) {
        match byte {
            b'=' => padding += 1,
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'+' | b'/' if padding == 0 => last = byte,
            _ => return Err(BASE64_EXPECTED),
        }
        count += 1;
    }
    let fits = count.is_multiple_of(4)
        && match padding {
            0 => true,
            // The last two or four bits of the last digit are excess and must be zero (RFC 4648,
            // 3.5).
            1 => b"AEIMQUYcgkosw048".contains(&last),
            2 => b"AQgw".contains(&last),
            _ => false,
        };
    if fits { Ok(()) } else { Err(BASE64_EXPECTED) }
}

pub(crate) fn write_bytes(out: &mut String, value: &[u8], kind: Kind) {
    if kind == Kind::Hex {
        for byte in value {
            let _ = write!(out, "{byte:02X}");
        }
    } else {
        out.reserve(value.len().div_ceil(3) * 4);
        BASE64.encode_string(value, out);
    }
}

/// Formats bytes as base64, piece by piece.
#[cfg(feature = "serde")]
pub(crate) struct Base64<'a>(pub(crate) &'a [u8]);

#[cfg(feature = "serde")]
impl std::fmt::Display for Base64<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        base64::display::Base64Display::new(self.0, &BASE64).fmt(f)
    }
}
