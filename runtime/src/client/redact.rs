//! Removes secrets from a response before an error quotes the response.
//!
//! A service or a proxy may repeat what it was sent in a fault or a page. The client knows what it
//! sent, so it searches for exactly these values, in each form in which a text may contain them.

use std::collections::HashSet;
use std::fmt;
use std::hash::{BuildHasher as _, RandomState};

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use bytes::Bytes;
use memchr::memmem;
use zeroize::Zeroizing;

use crate::error::Error;
use crate::secret::Secret;
use crate::xml::mask;

/// The text that replaces a secret.
const MASK: &str = "***";

/// The minimum length of a value that is searched for. A shorter value is part of too many words.
const SHORTEST: usize = 4;

/// The length of the pieces of a secret that are also searched for. A response may cut a secret
/// off, or use a part of it as a name.
const PIECE: usize = 12;

/// The secrets of a request, which no error may repeat.
#[derive(Clone, Default)]
pub(crate) struct Confidential {
    known: Vec<Secret>,
    /// The request. The names in it say which values are secret. It is only searched if there is an
    /// error.
    envelope: Bytes,
}

impl Confidential {
    pub(crate) fn new(known: Vec<Secret>) -> Self {
        Self {
            known,
            envelope: Bytes::new(),
        }
    }

    /// Adds all values in a piece of XML.
    pub(crate) fn add_values(&mut self, xml: &str) {
        self.known.extend(mask::values_in(xml));
    }

    /// Adds the request as it is sent.
    pub(crate) fn sent(&mut self, envelope: Bytes) {
        self.envelope = envelope;
    }

    pub(crate) fn redact(&self) -> Redact {
        let envelope = str::from_utf8(&self.envelope).unwrap_or_default();
        Redact::new(self.known.iter().chain(&mask::secrets_in(envelope)))
    }

    /// Removes these secrets from an error.
    pub(crate) fn clean(&self, error: Error) -> Error {
        self.redact().clean(error)
    }
}

impl fmt::Debug for Confidential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Confidential").finish_non_exhaustive()
    }
}

/// Finds secrets in texts, in each form in which a text may contain them.
pub(crate) struct Redact {
    whole: Vec<Zeroizing<Vec<u8>>>,
    /// Hashes of all pieces in lower case, because a service may change the case of a secret. A
    /// secret that is shorter than a piece is only found in its own case, because it may be an
    /// ordinary word, such as `session`.
    pieces: HashSet<u64>,
    hasher: RandomState,
}

impl Redact {
    pub(crate) fn new<'a>(secrets: impl IntoIterator<Item = &'a Secret>) -> Self {
        let mut this = Self {
            whole: Vec::new(),
            pieces: HashSet::new(),
            hasher: RandomState::new(),
        };
        for secret in secrets {
            let secret = secret.expose();
            let mut all = Vec::new();
            forms(secret, &mut all);
            match secret.split_once('!') {
                // A session id consists of the organization's id, which is public, and of a secret
                // part.
                Some((organization, part)) if organization.len() >= 15 => {
                    this.add(all, false);
                    let mut all = Vec::new();
                    forms(part, &mut all);
                    this.add(all, true);
                }
                _ => this.add(all, true),
            }
        }
        this
    }

    fn add(&mut self, forms: Vec<Zeroizing<String>>, pieces: bool) {
        for form in forms {
            let form = Zeroizing::new(form.as_bytes().to_vec());
            if form.len() < SHORTEST || self.whole.contains(&form) {
                continue;
            }
            if pieces {
                let lower = Zeroizing::new(form.to_ascii_lowercase());
                let hashes = lower
                    .windows(PIECE)
                    .map(|piece| self.hasher.hash_one(piece));
                self.pieces.extend(hashes);
            }
            self.whole.push(form);
        }
    }

    /// Returns `text` without the secrets, or `None` if it contains none.
    pub(crate) fn strip(&self, text: &str) -> Option<String> {
        let lower = Zeroizing::new(text.to_ascii_lowercase().into_bytes());
        let mut secret = vec![false; lower.len()];
        let mut found = false;
        let mut mark = |from: usize, length: usize| {
            secret[from..from + length].fill(true);
            found = true;
        };
        for form in &self.whole {
            for at in memmem::find_iter(text.as_bytes(), &form[..]) {
                mark(at, form.len());
            }
        }
        if !self.pieces.is_empty() {
            for (at, piece) in lower.windows(PIECE).enumerate() {
                if self.pieces.contains(&self.hasher.hash_one(piece)) {
                    mark(at, PIECE);
                }
            }
        }
        if !found {
            return None;
        }
        let mut stripped = String::new();
        let mut before = false;
        for (at, c) in text.char_indices() {
            let within = secret[at..at + c.len_utf8()].contains(&true);
            match (within, before) {
                (false, _) => stripped.push(c),
                (true, false) => stripped.push_str(MASK),
                (true, true) => {}
            }
            before = within;
        }
        Some(stripped)
    }

    /// Removes the secrets from the texts of an error and of its causes.
    pub(crate) fn clean(&self, error: Error) -> Error {
        error.stripped(&|text| self.strip(text))
    }
}

/// Adds the forms in which a text may contain `secret`.
fn forms(secret: &str, all: &mut Vec<Zeroizing<String>>) {
    if secret.len() < SHORTEST {
        return;
    }
    let mut add = |form: String| all.push(Zeroizing::new(form));
    add(secret.to_owned());
    let quoted = Zeroizing::new(format!("{secret:?}"));
    add(quoted[1..quoted.len() - 1].to_owned());
    // XML readers replace both line ends by `\n` (XML 1.0, section 2.11).
    add(secret.replace("\r\n", "\n").replace('\r', "\n"));
    for (quote, apostrophe) in [
        ("\"", "'"),
        ("&quot;", "&apos;"),
        ("&quot;", "&#39;"),
        ("&#34;", "&#39;"),
        ("&#x22;", "&#x27;"),
    ] {
        let once = secret
            .replace('&', "&amp;")
            .replace('<', "&lt;")
            .replace('"', quote)
            .replace('\'', apostrophe);
        let greater = once.replace('>', "&gt;");
        // A page that shows the source of a message escapes it twice.
        add(greater.replace('&', "&amp;"));
        add(greater);
        add(once);
    }
    let upper = percent(secret);
    add(upper.replace("%20", "+"));
    // The hexadecimal digits may be lower-case.
    let mut lower = String::new();
    for (at, part) in upper.split('%').enumerate() {
        if at == 0 {
            lower.push_str(part);
            continue;
        }
        let (digits, rest) = part.split_at(part.len().min(2));
        lower.push('%');
        lower.push_str(&digits.to_ascii_lowercase());
        lower.push_str(rest);
    }
    add(lower);
    add(upper);
    for before in 0..3 {
        base64(secret, before, &mut add);
    }
    // UTF-16 that is read as UTF-8 has a zero next to each ASCII character.
    let wide: String = secret.chars().flat_map(|c| [c, '\0']).collect();
    add(wide.trim_end_matches('\0').to_owned());
}

/// Writes each byte as `%XX`, except for the unreserved bytes of RFC 3986.
fn percent(secret: &str) -> String {
    let mut out = String::new();
    for byte in secret.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

/// The Base64 characters that depend only on the secret, if `before` bytes (modulo three) precede
/// it. `user:password` is encoded as one text.
fn base64(secret: &str, before: usize, add: &mut impl FnMut(String)) {
    let bytes = Zeroizing::new([&[0; 2][..before], secret.as_bytes()].concat());
    let first = [0, 2, 3][before];
    for encoded in [
        STANDARD_NO_PAD.encode(&*bytes),
        URL_SAFE_NO_PAD.encode(&*bytes),
    ] {
        // The last character also depends on the following bytes, unless the secret ends at the end
        // of a group.
        let last = encoded.len() - usize::from(bytes.len() % 3 != 0);
        add(encoded[first..last].to_owned());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PASSWORD: &str = "hor\"se&<can'ary>";

    fn strip(text: &str) -> String {
        let session = Secret::from("00D000000000001!AQ4.canary_id");
        let redact = Redact::new([&Secret::from(PASSWORD), &session]);
        redact.strip(text).unwrap_or_else(|| text.to_owned())
    }

    #[test]
    fn every_form_is_found() {
        for text in [
            PASSWORD.to_owned(),
            format!("{PASSWORD:?}"),
            "hor&quot;se&amp;&lt;can&apos;ary&gt;".to_owned(),
            "hor&quot;se&amp;&lt;can&#39;ary>".to_owned(),
            "hor&amp;quot;se&amp;amp;&amp;lt;can&amp;apos;ary&amp;gt;".to_owned(),
            "hor%22se%26%3Ccan%27ary%3E".to_owned(),
            "hor%22se%26%3ccan%27ary%3e".to_owned(),
            "00D000000000001!AQ4.canary_id".to_owned(),
            "00D000000000001%21AQ4.canary_id".to_owned(),
            "token AQ4.canary_id".to_owned(),
        ] {
            let shown = strip(&format!("<{text}>"));
            assert!(shown.contains(MASK), "{shown}");
            assert!(
                !shown.contains("canary") && !shown.contains("hor"),
                "{shown}"
            );
        }
        let wide: String = PASSWORD.chars().flat_map(|c| ['\0', c]).collect();
        assert!(!strip(&wide).contains('y'), "{}", strip(&wide));
    }

    #[test]
    fn base64_is_found_wherever_it_starts() {
        for before in ["", "u", "us", "user:", "us:er:"] {
            for after in ["", "x", "xy", "xyz"] {
                let encoded = STANDARD_NO_PAD.encode(format!("{before}{PASSWORD}{after}"));
                let shown = strip(&format!("Basic {encoded} refused"));
                assert!(shown.contains(MASK), "{before} {after}: {shown}");
                assert!(shown.len() < 35, "{before} {after}: {shown}");
            }
        }
    }

    #[test]
    fn pieces_and_other_letters_are_found() {
        for (text, expected) in [
            ("token AQ4.CANARY_ID", "token ***"),
            ("cut off at AQ4.canary_i…", "cut off at ***…"),
            ("<Q4.canary_id/>", "<***/>"),
            ("é AQ4.canary_id é", "é *** é"),
            // The organization's id is not secret.
            ("organization 00D000000000001 is locked", ""),
        ] {
            let stripped = strip(text);
            assert_eq!(stripped, if expected.is_empty() { text } else { expected });
        }
    }

    #[test]
    fn other_texts_stay_as_they_are() {
        let redact = Redact::new([
            &Secret::from("abc"),
            &Secret::from(""),
            &Secret::from(PASSWORD),
        ]);
        for text in ["", "abc", "no such column 'abc'", "hor\"se"] {
            assert_eq!(redact.strip(text), None);
        }
    }
}
