//! Writes XML text. It escapes text, and refuses characters that XML does not allow.

use super::scan::{below, equal, quiet_len};

/// Appends character data. Tabs and newlines are written as they are, and a carriage return is
/// written as a reference.
///
/// # Errors
///
/// Returns the first character that XML 1.0 does not allow, not even as a reference. A part of the
/// text may have been appended.
pub(crate) fn push_text(out: &mut String, text: &str) -> Result<(), char> {
    push(out, text, b'>', |byte| match byte {
        b'&' => Some("&amp;"),
        b'<' => Some("&lt;"),
        b'>' => Some("&gt;"),
        b'\r' => Some("&#13;"),
        _ => None,
    })
}

/// Appends the value of an attribute in double quotes. Tabs, newlines and carriage returns are
/// written as references, so that they are preserved.
///
/// # Errors
///
/// The same as those of [`push_text`].
pub(crate) fn push_attribute(out: &mut String, value: &str) -> Result<(), char> {
    out.push('"');
    push(out, value, b'"', |byte| match byte {
        b'&' => Some("&amp;"),
        b'<' => Some("&lt;"),
        b'"' => Some("&quot;"),
        b'\t' => Some("&#9;"),
        b'\n' => Some("&#10;"),
        b'\r' => Some("&#13;"),
        _ => None,
    })?;
    out.push('"');
    Ok(())
}

/// Appends a text in one pass. `reference` is the reference of a byte, if there is one: those of `&`,
/// `<`, `third`, and white space.
#[inline(always)]
fn push(
    out: &mut String,
    text: &str,
    third: u8,
    reference: impl Fn(u8) -> Option<&'static str>,
) -> Result<(), char> {
    let bytes = text.as_bytes();
    let busy =
        |byte| (byte < b' ') | (byte == b'&') | (byte == b'<') | (byte == third) | (byte == 0xEF);
    let busy_word = |word| {
        let special = equal(word, b'&') | equal(word, b'<') | equal(word, third);
        special | below(word, b' ') | equal(word, 0xEF)
    };
    let (mut done, mut at) = (0, 0);
    loop {
        at += quiet_len(&bytes[at..], busy, busy_word);
        match &bytes[at..] {
            [] => break,
            [0xEF, 0xBF, 0xBE, ..] => return Err('\u{FFFE}'),
            [0xEF, 0xBF, 0xBF, ..] => return Err('\u{FFFF}'),
            // Any other character that starts with EF, which takes three bytes.
            [0xEF, ..] => at += 3,
            [byte, ..] => {
                if let Some(reference) = reference(*byte) {
                    out.push_str(&text[done..at]);
                    out.push_str(reference);
                    done = at + 1;
                } else if *byte < b' ' && !matches!(byte, b'\t' | b'\n') {
                    return Err(char::from(*byte));
                }
                at += 1;
            }
        }
    }
    out.push_str(&text[done..]);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::xml::chars;

    /// The same, character by character.
    fn simple(text: &str, in_attribute: bool) -> Result<String, char> {
        let mut out = String::new();
        for c in text.chars() {
            match c {
                c if !chars::is_char(c) => return Err(c),
                '&' => out.push_str("&amp;"),
                '<' => out.push_str("&lt;"),
                '>' if !in_attribute => out.push_str("&gt;"),
                '"' if in_attribute => out.push_str("&quot;"),
                '\t' if in_attribute => out.push_str("&#9;"),
                '\n' if in_attribute => out.push_str("&#10;"),
                '\r' => out.push_str("&#13;"),
                c => out.push(c),
            }
        }
        match in_attribute {
            true => Ok(format!("\"{out}\"")),
            false => Ok(out),
        }
    }

    #[test]
    fn every_character_is_written_at_every_place() {
        let others: Vec<char> = ('\0'..='\u{FF}')
            .chain(['\u{F000}', '\u{FFFD}', '\u{FFFE}', '\u{FFFF}', '\u{10FFFF}'])
            .collect();
        for len in 0..20 {
            for other in &others {
                for (before, after) in [("a", ""), ("é", "a"), ("&", "\u{FF0C}"), (" ", "\u{1}")] {
                    let text = format!("{}{other}{}", before.repeat(len), after.repeat(len));
                    for in_attribute in [false, true] {
                        let mut out = String::new();
                        let written = match in_attribute {
                            true => push_attribute(&mut out, &text),
                            false => push_text(&mut out, &text),
                        };
                        assert_eq!(
                            written.map(|()| out),
                            simple(&text, in_attribute),
                            "{text:?}"
                        );
                    }
                }
            }
        }
    }
}
