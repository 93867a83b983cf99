//! Character data: runs of text, references and line ends.

use std::borrow::Cow;

use super::chars;
use super::error::XmlError;
use super::reader::{Halt, Reader, Result};
use super::scan::{below, equal, quiet_len};
use crate::drift::DifferenceKind;

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
        let resolved = resolve(&mut out, &raw, |wrong| match wrong {
            Wrong::NoReference => self.wrong("`&` that does not start a reference"),
            Wrong::Character(_) if self.context.leniency.replace_characters => {
                let kind = DifferenceKind::ReplacedCharacter;
                self.context.drift.add(kind, "", "");
                Ok(char::REPLACEMENT_CHARACTER)
            }
            Wrong::Character(code) => Err(Halt::Error(
                XmlError::malformed(format!(
                    "a reference to the character U+{code:04X}, which XML 1.0 does not allow"
                ))
                .with_advice("`Leniency::replace_characters` reads it as U+FFFD"),
            )),
            Wrong::Name => self.wrong(
                "a reference that is neither one of XML's five entities nor a character reference",
            ),
        });
        resolved.map(|()| Cow::Owned(out))
    }
}

/// Appends a text whose references are resolved. Returns false if one of them is wrong.
pub(crate) fn push_references(out: &mut String, raw: &str) -> bool {
    resolve(out, raw, |_| Err(())).is_ok()
}

/// What is wrong with a reference.
enum Wrong {
    /// Nothing that looks like a reference follows.
    NoReference,
    /// XML does not allow the character with this code.
    Character(u32),
    /// There is no entity of this name.
    Name,
}

/// Appends a text whose references are resolved. `wrong` returns the character that takes the place
/// of a wrong reference, or an error.
fn resolve<E>(
    out: &mut String,
    mut raw: &str,
    mut wrong: impl FnMut(Wrong) -> std::result::Result<char, E>,
) -> std::result::Result<(), E> {
    while let Some(at) = memchr::memchr(b'&', raw.as_bytes()) {
        out.push_str(&raw[..at]);
        raw = &raw[at + 1..];
        let end = raw
            .bytes()
            .position(|b| !b.is_ascii_alphanumeric() && b != b'#')
            .filter(|end| raw.as_bytes()[*end] == b';');
        let Some(end) = end else {
            out.push(wrong(Wrong::NoReference)?);
            continue;
        };
        out.push(match reference(&raw[..end]) {
            Some(Ok(c)) => c,
            Some(Err(code)) => wrong(Wrong::Character(code))?,
            None => wrong(Wrong::Name)?,
        });
        raw = &raw[end + 1..];
    }
    out.push_str(raw);
    Ok(())
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

/// Whether a text without `<` and `&` is read as it is written: it has only allowed characters, no
/// carriage return, and no `]]>`.
pub(crate) fn is_plain(text: &str) -> bool {
    const STEP: usize = 16;
    // The loop is written so that the compiler compares sixteen bytes at once.
    let is_quiet = |block: &[u8]| {
        !block.iter().fold(false, |found, &b| {
            found | ((b < b' ') & (b != b'\t') & (b != b'\n')) | (b == 0xEF)
        })
    };
    let bytes = text.as_bytes();
    let are_quiet = match bytes.last_chunk::<STEP>() {
        Some(last) => {
            let (blocks, _) = bytes.as_chunks::<STEP>();
            blocks.iter().all(|block| is_quiet(block)) && is_quiet(last)
        }
        None => is_quiet(bytes),
    };
    let has_end = memchr::memchr(b'>', bytes).is_some() && text.contains("]]>");
    !has_end && (are_quiet || text.chars().all(|c| chars::is_char(c) && c != '\r'))
}

/// Length of the run at the start in which nothing needs attention.
fn plain_len(bytes: &[u8]) -> usize {
    let mut at = 0;
    loop {
        at += quiet_len(&bytes[at..], busy, busy_word);
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

/// Whether a byte may need attention.
fn busy(byte: u8) -> bool {
    (byte < b' ') | (byte == b'<') | (byte == b'&') | (byte == b']') | (byte == 0xEF)
}

fn busy_word(word: u64) -> u64 {
    below(word, b' ')
        | equal(word, b'<')
        | equal(word, b'&')
        | equal(word, b']')
        | equal(word, 0xEF)
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
    fn plain_texts_are_told_from_others() {
        for len in 0..70 {
            for (part, expected) in [
                ("\t\n", true),
                ("\u{FF0C}", true),
                ("]] >", true),
                ("]]>", false),
                ("\r", false),
                ("\0", false),
                ("\u{1F}", false),
                ("\u{FFFE}", false),
                ("\u{FFFF}", false),
            ] {
                for (before, after) in [(len, 0), (len, 20), (0, len)] {
                    let text = format!("{}{part}{}", "é ".repeat(before), "a".repeat(after));
                    assert_eq!(is_plain(&text), expected, "{text:?}");
                }
            }
        }
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
