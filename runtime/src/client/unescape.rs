//! Undoes the escapes of a text, and remembers where each byte comes from.
//!
//! A page may escape any character of what it repeats, not only those that it must: `&#33;`,
//! `%21`, `\u0021`. There are too many ways to escape a secret to search for each of them, so the
//! search goes through the text without escapes.

use std::ops::Range;

/// A text without escapes, as bytes.
pub(super) struct Unescaped {
    pub(super) bytes: Vec<u8>,
    /// The place of each byte in the original text.
    places: Vec<Range<u32>>,
}

impl Unescaped {
    /// The text without its escapes, or `None` if it has none. A text longer than 4 GiB has no
    /// places.
    pub(super) fn new(text: &[u8]) -> Option<Self> {
        let end = u32::try_from(text.len()).ok()?;
        let this = Self {
            bytes: text.to_vec(),
            places: (0..end).map(|at| at..at + 1).collect(),
        };
        this.again()
    }

    /// The same once more, for a text that was escaped twice.
    pub(super) fn again(&self) -> Option<Self> {
        let mut out = Self {
            bytes: Vec::new(),
            places: Vec::new(),
        };
        let mut at = 0;
        let mut any = false;
        while let Some(byte) = self.bytes.get(at) {
            let (value, length) = match escape(&self.bytes[at..]) {
                Some(escape) => {
                    any = true;
                    escape
                }
                None => (u32::from(*byte), 0),
            };
            let place = self.place(at..at + length.max(1));
            let mut buffer = [0; 4];
            // An escape for one byte, or a character.
            let value = match char::from_u32(value) {
                Some(c) if length > 0 && !c.is_ascii() && self.bytes[at] != b'%' => {
                    c.encode_utf8(&mut buffer).as_bytes()
                }
                _ => {
                    buffer[0] = u8::try_from(value).unwrap_or(b'?');
                    &buffer[..1]
                }
            };
            for byte in value {
                out.bytes.push(*byte);
                out.places.push(place.clone());
            }
            at += length.max(1);
        }
        any.then_some(out)
    }

    /// The place in the original text from which a range of bytes comes.
    pub(super) fn original(&self, bytes: Range<usize>) -> Range<usize> {
        let place = self.place(bytes);
        place.start as usize..place.end as usize
    }

    fn place(&self, bytes: Range<usize>) -> Range<u32> {
        let first = self.places.get(bytes.start);
        let last = bytes.end.checked_sub(1).and_then(|at| self.places.get(at));
        match (first, last) {
            (Some(first), Some(last)) => first.start..last.end,
            _ => 0..0,
        }
    }
}

impl Drop for Unescaped {
    fn drop(&mut self) {
        zeroize::Zeroize::zeroize(&mut self.bytes);
    }
}

/// The value and the length of the escape at the start of `text`.
fn escape(text: &[u8]) -> Option<(u32, usize)> {
    match text {
        [b'&', b'#', b'x' | b'X', rest @ ..] => reference(rest, 16, 3),
        [b'&', b'#', rest @ ..] => reference(rest, 10, 2),
        [b'&', rest @ ..] => {
            let names: [(&[u8], char); 5] = [
                (b"amp;", '&'),
                (b"lt;", '<'),
                (b"gt;", '>'),
                (b"quot;", '"'),
                (b"apos;", '\''),
            ];
            let found = names.iter().find(|(name, _)| rest.starts_with(name));
            found.map(|(name, c)| (u32::from(*c), 1 + name.len()))
        }
        [b'%', rest @ ..] | [b'\\', b'x', rest @ ..] => {
            let before = if text[0] == b'%' { 1 } else { 2 };
            Some((digits(rest.get(..2)?, 16)?, before + 2))
        }
        [b'\\', b'u', rest @ ..] => Some((digits(rest.get(..4)?, 16)?, 6)),
        [b'\\', c, ..] if c.is_ascii_punctuation() => Some((u32::from(*c), 2)),
        _ => None,
    }
}

/// A character reference after its prefix of so many bytes. The semicolon may be missing in HTML.
fn reference(rest: &[u8], radix: u32, prefix: usize) -> Option<(u32, usize)> {
    let is_digit = |byte: &&u8| char::from(**byte).is_digit(radix);
    let count = rest.iter().take(16).take_while(is_digit).count();
    let value = digits(rest.get(..count)?, radix)?;
    let semicolon = usize::from(rest.get(count) == Some(&b';'));
    Some((value, prefix + count + semicolon))
}

fn digits(text: &[u8], radix: u32) -> Option<u32> {
    let text = str::from_utf8(text).ok()?;
    let all_digits = text.chars().all(|c| c.is_digit(radix));
    all_digits
        .then(|| u32::from_str_radix(text, radix).ok())
        .flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_are_undone_with_their_places() {
        for (text, expected) in [
            ("a&#33;b", "a!b"),
            ("a&#x21;b&#X0021;", "a!b!"),
            ("a&#33b", "a!b"),
            ("%41%2e", "A."),
            ("\\u0041\\x42\\/\\\"", "AB/\""),
            ("&lt;&amp;amp;&gt;", "<&amp;>"),
            ("%C3%A9 &#233; \\u00e9", "é é é"),
        ] {
            let unescaped = Unescaped::new(text.as_bytes()).unwrap();
            assert_eq!(str::from_utf8(&unescaped.bytes).unwrap(), expected);
            let all = unescaped.original(0..unescaped.bytes.len());
            assert_eq!(all, 0..text.len());
        }
        let unescaped = Unescaped::new(b"x&#65;%42y").unwrap();
        assert_eq!(unescaped.original(1..3), 1..9);
        assert_eq!(unescaped.original(3..4), 9..10);
    }

    #[test]
    fn what_is_no_escape_stays() {
        for text in [
            "",
            "a",
            "&",
            "&#",
            "&#x",
            "&#x;",
            "&nbsp",
            "%",
            "%4",
            "%4g",
            "%+1",
            "\\",
            "\\u12",
            "\\n",
            "100 %",
            "&#99999999999;",
        ] {
            assert!(Unescaped::new(text.as_bytes()).is_none(), "{text}");
        }
        // A reference to no character.
        let unescaped = Unescaped::new(b"&#x110000;&#xD800;").unwrap();
        assert_eq!(unescaped.bytes, b"??");
    }

    #[test]
    fn twice_is_undone_by_another_pass() {
        let text = b"&amp;#x41;%2542";
        let once = Unescaped::new(text).unwrap();
        let twice = once.again().unwrap();
        assert_eq!(twice.bytes, b"AB");
        assert_eq!(twice.original(0..1), 0..10);
        assert_eq!(twice.original(1..2), 10..15);
        assert!(twice.again().is_none());
    }
}
