//! Record ids: 15 base-62 characters, and 3 check characters that make them safe against case folding.
//!
//! The form of an id is `PPPiissssssssss`: the key prefix of the object, the instance of the org, and a
//! serial number. The sandbox packs prefix and serial number into one integer.

use std::fmt;

const DIGITS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const CHECK: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ012345";
const SERIAL_BITS: u32 = 45;
const SERIAL_DIGITS: usize = 10;

/// The key prefix: three characters that identify the object.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Prefix(u32);

impl Prefix {
    /// Reads three base-62 characters.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let bytes = text.as_bytes();
        (bytes.len() == 3)
            .then(|| number(bytes))
            .flatten()
            .map(|n| Self(n as u32))
    }

    /// The nth prefix for custom objects: `a00`, `a01`, …
    pub(crate) fn custom(n: u32) -> Self {
        let first = 36 * 62 * 62;
        Self(first + n)
    }
}

impl fmt::Display for Prefix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut bytes = [0; 3];
        digits(u64::from(self.0), &mut bytes);
        f.write_str(std::str::from_utf8(&bytes).unwrap_or("???"))
    }
}

impl fmt::Debug for Prefix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// A record id without the instance, which is the same for all ids of an org.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Id {
    pub(crate) prefix: Prefix,
    pub(crate) serial: i64,
}

impl Id {
    pub(crate) fn new(prefix: Prefix, serial: i64) -> Self {
        Self { prefix, serial }
    }

    /// Packs the id into the integer that the database stores.
    pub(crate) fn pack(self) -> i64 {
        (i64::from(self.prefix.0) << SERIAL_BITS) | self.serial
    }

    pub(crate) fn unpack(packed: i64) -> Self {
        Self {
            prefix: Prefix((packed >> SERIAL_BITS) as u32),
            serial: packed & ((1 << SERIAL_BITS) - 1),
        }
    }

    /// The smallest packed id of an object. All of its ids are within `SPAN` of it.
    pub(crate) fn base(prefix: Prefix) -> i64 {
        Self::new(prefix, 0).pack()
    }

    pub(crate) const SPAN: i64 = 1 << SERIAL_BITS;

    /// Reads an id of 15 or 18 characters. `instance` is the fourth and fifth character.
    pub(crate) fn parse(text: &str, instance: [u8; 2]) -> Option<Self> {
        let bytes = text.as_bytes();
        if !matches!(bytes.len(), 15 | 18) || bytes[3..5] != instance {
            return None;
        }
        let prefix = Prefix(number(&bytes[..3])? as u32);
        let serial = i64::try_from(number(&bytes[5..15])?).ok()?;
        if serial >= Self::SPAN {
            return None;
        }
        if bytes.len() == 18 && bytes[15..] != suffix(&bytes[..15]) {
            return None;
        }
        Some(Self { prefix, serial })
    }

    /// Writes the 18 characters.
    pub(crate) fn write(self, instance: [u8; 2], out: &mut Vec<u8>) {
        let mut bytes = [0; 18];
        digits(u64::from(self.prefix.0), &mut bytes[..3]);
        bytes[3..5].copy_from_slice(&instance);
        digits(self.serial as u64, &mut bytes[5..5 + SERIAL_DIGITS]);
        let check = suffix(&bytes[..15]);
        bytes[15..].copy_from_slice(&check);
        out.extend_from_slice(&bytes);
    }

    pub(crate) fn to_text(self, instance: [u8; 2]) -> String {
        let mut out = Vec::with_capacity(18);
        self.write(instance, &mut out);
        String::from_utf8(out).unwrap_or_default()
    }
}

impl fmt::Debug for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to_text(*b".."))
    }
}

/// The check characters of a 15-character id. Each upper-case letter sets one bit.
pub(crate) fn suffix(id: &[u8]) -> [u8; 3] {
    let mut check = [0; 3];
    for (group, slot) in id.chunks(5).zip(&mut check) {
        let bits = (group.iter().enumerate()).fold(0, |bits, (i, c)| {
            bits | (usize::from(c.is_ascii_uppercase()) << i)
        });
        *slot = CHECK[bits & 31];
    }
    check
}

/// Adds the check characters to a 15-character id.
pub(crate) fn long_form(id15: &str) -> String {
    let check = suffix(id15.as_bytes());
    format!("{id15}{}", String::from_utf8_lossy(&check))
}

/// Whether a text has the form of an id.
pub(crate) fn is_shaped(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.iter().all(u8::is_ascii_alphanumeric)
        && match bytes.len() {
            15 => true,
            18 => bytes[15..] == suffix(&bytes[..15]),
            _ => false,
        }
}

fn number(text: &[u8]) -> Option<u64> {
    text.iter().try_fold(0u64, |n, c| {
        let digit = match c {
            b'0'..=b'9' => c - b'0',
            b'A'..=b'Z' => c - b'A' + 10,
            b'a'..=b'z' => c - b'a' + 36,
            _ => return None,
        };
        n.checked_mul(62)?.checked_add(u64::from(digit))
    })
}

fn digits(mut n: u64, out: &mut [u8]) {
    for slot in out.iter_mut().rev() {
        *slot = DIGITS[(n % 62) as usize];
        n /= 62;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn suffix_counts_upper_case_letters_from_the_left() {
        assert_eq!(&suffix(b"000000000000000"), b"AAA");
        assert_eq!(&suffix(b"A0000000000000Z"), b"BAQ");
        assert_eq!(&suffix(b"ABCDE0000000000"), b"5AA");
    }

    #[test]
    fn ids_survive_packing_and_text() {
        let id = Id::new(Prefix::parse("a0K").unwrap(), 123_456_789_012);
        assert_eq!(Id::unpack(id.pack()), id);
        let text = id.to_text(*b"5e");
        assert_eq!(text.len(), 18);
        assert_eq!(Id::parse(&text, *b"5e"), Some(id));
        assert_eq!(Id::parse(&text[..15], *b"5e"), Some(id));
    }

    #[test]
    fn a_change_of_case_is_refused_only_in_the_long_form() {
        let id = Id::new(Prefix::parse("001").unwrap(), 62 * 62 + 11);
        let text = id.to_text(*b"5e");
        let lower = text.to_ascii_lowercase();
        assert_eq!(Id::parse(&lower, *b"5e"), None);
    }
}
