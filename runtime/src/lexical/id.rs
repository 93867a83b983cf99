//! Salesforce record ids.

use std::fmt;
use std::str::FromStr;

use super::ParseError;

/// A Salesforce record id in its 18-character form, which does not depend on case.
///
/// An id of 15 characters is completed when it is parsed. The suffix encodes which letters are
/// upper case. Two ids are therefore equal, and have the same hash and order, whichever form they
/// were parsed from. See "ID Field Type" in the Object Reference.
///
/// An id that the program gives is refused if its suffix is wrong. In a response, all 18 characters
/// are accepted as they are, because the service decides what its ids are. Such an id equals only
/// itself.
///
/// ```
/// use saponify::salesforce::Id;
///
/// let short: Id = "001D000000IRFma".parse()?;
/// assert_eq!(short.as_str(), "001D000000IRFmaIAH");
/// assert_eq!(short, "001D000000IRFmaIAH".parse::<Id>()?);
/// assert!("001D000000IRFmaIAA".parse::<Id>().is_err());
/// # Ok::<(), saponify::Error>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Id([u8; 18]);

impl Id {
    /// The 18 characters.
    #[must_use]
    pub fn as_str(&self) -> &str {
        // The bytes are always ASCII letters and digits.
        str::from_utf8(&self.0).unwrap_or_default()
    }

    /// The 15-character form, which users see in URLs.
    #[must_use]
    pub fn short(&self) -> &str {
        &self.as_str()[..15]
    }

    /// The first three characters, which identify the object type.
    #[must_use]
    pub fn key_prefix(&self) -> &str {
        &self.as_str()[..3]
    }

    /// Whether this is an id of 18 characters, which is the form that the server sends.
    pub(super) fn is_usual(text: &str) -> bool {
        const fn all(byte: u8) -> u64 {
            u64::from_le_bytes([byte; 8])
        }
        // Adding sets the high bit of each byte from `first` on. No byte of ASCII overflows.
        let from = |word: u64, first: u8| word.wrapping_add(all(0x80 - first));
        let is_alphanumeric = |word: u64| {
            let digits = from(word, b'0') & !from(word, b'9' + 1);
            let lower = word | all(0x20);
            let letters = from(lower, b'a') & !from(lower, b'z' + 1);
            (digits | letters) & !word & all(0x80) == all(0x80)
        };
        let Ok(id) = <&[u8; 18]>::try_from(text.as_bytes()) else {
            return false;
        };
        let word = |at: usize| {
            id[at..]
                .first_chunk()
                .map_or(0, |word| u64::from_le_bytes(*word))
        };
        [0, 8, 10].into_iter().all(|at| is_alphanumeric(word(at)))
    }

    /// Parses an id that the server sent. 18 characters are accepted as they are.
    pub(crate) fn from_wire(text: &str) -> Option<Self> {
        match <[u8; 18]>::try_from(text.as_bytes()) {
            Ok(id) => Self::is_usual(text).then_some(Self(id)),
            Err(_) => Self::checked(text),
        }
    }

    /// Parses an id, computes its suffix, and compares it with the given suffix if there is one.
    fn checked(text: &str) -> Option<Self> {
        let bytes = text.as_bytes();
        if !matches!(bytes.len(), 15 | 18) || !bytes.iter().all(u8::is_ascii_alphanumeric) {
            return None;
        }
        let mut id = [0; 18];
        id[..15].copy_from_slice(&bytes[..15]);
        for group in 0..3 {
            let upper = (0..5).filter(|i| id[group * 5 + i].is_ascii_uppercase());
            let bits = upper.fold(0_usize, |bits, i| bits | 1 << i);
            id[15 + group] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"[bits];
        }
        let suffix_fits = bytes.len() == 15 || bytes[15..] == id[15..];
        suffix_fits.then_some(Self(id))
    }
}

impl Default for Id {
    /// The empty id `000000000000000AAA`, which Salesforce uses for "no record".
    fn default() -> Self {
        Self(*b"000000000000000AAA")
    }
}

impl FromStr for Id {
    type Err = ParseError;

    fn from_str(text: &str) -> Result<Self, ParseError> {
        Self::checked(text).ok_or_else(|| {
            let found = text.chars().count();
            ParseError::new(format!(
                "expected a record id of 15 letters and digits, or of 18 with the right suffix; \
                     found {found} characters that are not such an id"
            ))
        })
    }
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl fmt::Debug for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Id({})", self.as_str())
    }
}

impl AsRef<str> for Id {
    fn as_ref(&self) -> &str {
        self.as_str()
    }
}

impl PartialEq<str> for Id {
    fn eq(&self, other: &str) -> bool {
        Self::from_wire(other).is_some_and(|other| other == *self)
    }
}

impl PartialEq<&str> for Id {
    fn eq(&self, other: &&str) -> bool {
        *self == **other
    }
}
