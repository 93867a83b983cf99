//! Character data: runs of text, references and line ends.

use std::borrow::Cow;

use super::chars::{self, Class};
use super::reader::{Halt, Reader, Result};

impl<'x> Reader<'x> {
    /// Consumes plain text and the end tag after it, if both have arrived and nothing in the text
    /// needs attention. The element must not have been pushed.
    pub(crate) fn take_plain(&mut self, end_tag: &[u8]) -> Option<&'x str> {
        let rest = self.rest();
        let end = plain_len(rest);
        if end > self.context.limits.text || !rest[end..].starts_with(end_tag) {
            return None;
        }
        let text = &self.src[self.pos..self.pos + end];
        self.pos += end + end_tag.len();
        Some(text)
    }

    /// Character data up to the next markup.
    pub(super) fn text(&mut self) -> Result<Cow<'x, str>> {
        let rest = self.rest();
        let plain = plain_len(rest);
        let max = self.context.limits.text;
        let end = match rest.get(plain) {
            Some(b'<') => Some(plain),
            _ => memchr::memchr(b'<', &rest[plain..]).map(|at| plain + at),
        };
        if end.unwrap_or(rest.len()) > max {
            return self.limit("a text", "text", max);
        }
        let end = match end {
            Some(end) => end,
            // Inside an element, markup must follow. If no markup follows, the document was cut
            // off.
            None if self.last && self.context.depth() == 0 => rest.len(),
            None => return Err(Halt::More),
        };
        let raw = &self.src[self.pos..self.pos + end];
        if self.context.depth() == 0 && raw.bytes().any(|b| !chars::is_space(b)) {
            return self.wrong("text outside the root element");
        }
        let text = if end == plain {
            Cow::Borrowed(raw)
        } else {
            self.check_chars(raw)?;
            if raw.contains("]]>") {
                return self.wrong("`]]>` in text");
            }
            self.resolved(normalise(raw))?
        };
        self.pos += end;
        Ok(text)
    }

    /// Resolves the references in a text.
    pub(super) fn resolved(&mut self, raw: Cow<'x, str>) -> Result<Cow<'x, str>> {
        if memchr::memchr(b'&', raw.as_bytes()).is_none() {
            return Ok(raw);
        }
        let mut out = String::with_capacity(raw.len());
        let mut raw = &*raw;
        while let Some(at) = memchr::memchr(b'&', raw.as_bytes()) {
            out.push_str(&raw[..at]);
            raw = &raw[at + 1..];
            let end = raw
                .bytes()
                .position(|b| !b.is_ascii_alphanumeric() && b != b'#')
                .filter(|end| raw.as_bytes()[*end] == b';');
            let Some(end) = end else {
                return self.wrong("`&` that does not start a reference");
            };
            match reference(&raw[..end]) {
                Some(Ok(c)) => out.push(c),
                Some(Err(_)) if self.context.leniency.replace_characters => {
                    self.context.drift.replace_characters += 1;
                    out.push(char::REPLACEMENT_CHARACTER);
                }
                Some(Err(code)) => {
                    return self.wrong(format!(
                        "a reference to the character U+{code:04X}, which XML 1.0 does not allow; \
                         `Leniency::replace_characters` reads it as U+FFFD"
                    ));
                }
                None => return self.wrong("a reference that is neither one of XML's five entities nor a character reference"),
            }
            raw = &raw[end + 1..];
        }
        out.push_str(raw);
        Ok(Cow::Owned(out))
    }
}

/// The character of a reference, given the text between `&` and `;`, or the code of a character
/// that XML does not allow.
fn reference(name: &str) -> Option<std::result::Result<char, u32>> {
    let code = match name {
        "lt" => return Some(Ok('<')),
        "gt" => return Some(Ok('>')),
        "amp" => return Some(Ok('&')),
        "quot" => return Some(Ok('"')),
        "apos" => return Some(Ok('\'')),
        _ => name.strip_prefix('#')?,
    };
    let (digits, radix) = code.strip_prefix('x').map_or((code, 10), |hex| (hex, 16));
    // `from_str_radix` accepts a sign, which XML does not.
    if !digits.bytes().all(|b| char::from(b).is_digit(radix)) {
        return None;
    }
    let code = u32::from_str_radix(digits, radix).ok()?;
    let c = char::from_u32(code).filter(|c| chars::is_char(*c));
    Some(c.ok_or(code))
}

/// Normalises line ends as XML 1.0, section 2.11 requires.
pub(super) fn normalise(text: &str) -> Cow<'_, str> {
    if memchr::memchr(b'\r', text.as_bytes()).is_some() {
        Cow::Owned(text.replace("\r\n", "\n").replace('\r', "\n"))
    } else {
        Cow::Borrowed(text)
    }
}

/// Length of the run at the start in which nothing needs attention.
fn plain_len(bytes: &[u8]) -> usize {
    let mut at = 0;
    loop {
        at += quiet_len(&bytes[at..]);
        match &bytes[at..] {
            [b'\t' | b'\n', ..] => at += 1,
            // U+FFFE and U+FFFF are EF BF BE and EF BF BF. All other characters that start with EF
            // are allowed.
            [0xEF, 0xBF, 0xBE | 0xBF, ..] => return at,
            [0xEF, _, _, ..] => at += 3,
            _ => return at,
        }
    }
}

/// Length of the run of bytes at the start that are certainly plain.
fn quiet_len(bytes: &[u8]) -> usize {
    /// Most texts are shorter than this. For short texts, eight bytes at a time are faster than
    /// blocks.
    const LONG: usize = 48;
    let mut at = 0;
    while let Some(word) = bytes[at..].first_chunk() {
        let busy = busy_bytes(u64::from_le_bytes(*word));
        if busy != 0 {
            return at + busy.trailing_zeros() as usize / 8;
        }
        at += 8;
        if at >= LONG {
            at += quiet_blocks(&bytes[at..]);
        }
    }
    let is_quiet = |b: &&u8| chars::TEXT[usize::from(**b)] == Class::Plain && **b >= b' ';
    at + bytes[at..].iter().take_while(is_quiet).count()
}

/// A word whose lowest set bit is in the first byte that is not plain. Higher bits have no meaning,
/// because the subtraction borrows from higher bytes.
fn busy_bytes(word: u64) -> u64 {
    const fn all(byte: u8) -> u64 {
        u64::from_le_bytes([byte; 8])
    }
    let below = |word: u64, limit: u8| word.wrapping_sub(all(limit)) & !word & all(0x80);
    let equal = |byte: u8| below(word ^ all(byte), 1);
    below(word, b' ') | equal(b'<') | equal(b'&') | equal(b']') | equal(0xEF)
}

/// Length of the whole blocks at the start that are plain.
fn quiet_blocks(bytes: &[u8]) -> usize {
    const STEP: usize = 16;
    let mut at = 0;
    // The loop is written so that the compiler compares sixteen bytes at once.
    while let Some(block) = bytes.get(at..at + STEP) {
        let busy = block.iter().fold(false, |busy, &b| {
            busy | (b < b' ') | (b == b'<') | (b == b'&') | (b == b']') | (b == 0xEF)
        });
        if busy {
            break;
        }
        at += STEP;
    }
    at
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The same, computed byte by byte.
    fn simple_len(text: &str) -> usize {
        let is_plain = |c: char| {
            !matches!(c, '<' | '&' | ']' | '\u{FFFE}' | '\u{FFFF}')
                && (c >= ' ' || matches!(c, '\t' | '\n'))
        };
        text.chars()
            .take_while(|c| is_plain(*c))
            .map(char::len_utf8)
            .sum()
    }

    #[test]
    fn every_byte_is_found_at_every_place() {
        let others: Vec<char> = ('\0'..='\u{FF}')
            .chain(['\u{F000}', '\u{FFFD}', '\u{FFFE}', '\u{FFFF}', '\u{10FFFF}'])
            .collect();
        for len in 0..100 {
            for other in &others {
                for (before, after) in [
                    ("a", "a"),
                    ("\u{7F}", "\u{80}"),
                    ("\u{20}", "<"),
                    ("é", "&"),
                ] {
                    let text = format!("{}{other}{}", before.repeat(len), after.repeat(20));
                    assert_eq!(plain_len(text.as_bytes()), simple_len(&text), "{text:?}");
                }
            }
        }
    }
}
