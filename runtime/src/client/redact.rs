//! Removes secrets from a response before an error quotes the response.
//!
//! A service or a proxy may repeat what it was sent in a fault or a page. The client knows what it
//! sent, so it searches for exactly these values, in each form in which a text may contain them.

use std::collections::HashSet;
use std::fmt;
use std::hash::{BuildHasher as _, RandomState};
use std::ops::Range;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use bytes::Bytes;
use memchr::memmem;
use zeroize::Zeroizing;

use super::unescape::Unescaped;
use crate::error::Error;
use crate::secret::Secret;
use crate::xml::mask;

/// The text that replaces a secret.
const MASK: &str = "***";

/// The minimum length of a value that is searched for. A shorter value is part of too many words.
const SHORTEST: usize = 4;

/// A secret that is shorter than this can be guessed from the gap that it leaves in a text.
const WEAK: usize = 8;

/// The text that replaces a text with a secret that could be guessed.
const WITHHELD: &str = "(this text is withheld, because it may repeat a secret)";

/// The length of the pieces of a secret that are also searched for. A response may cut a secret
/// off, or use a part of it as a name.
const PIECE: usize = 12;

/// How many times a text may be escaped.
const PASSES: usize = 3;

/// Escapes are undone in windows of this length, so that a long text takes little memory. Windows
/// overlap, so that the next one contains a secret at the end of one as a whole.
const WINDOW: usize = 128 << 10;
const OVERLAP: usize = 32 << 10;

/// The secrets of a request, which no error may repeat.
#[derive(Clone, Default)]
pub(crate) struct Confidential {
    known: Vec<Secret>,
    /// Values that are sensitive, but that do not open anything.
    values: Vec<Secret>,
    /// The request. The names in it say which values are secret. It is only searched if there is an
    /// error.
    envelope: Bytes,
}

impl Confidential {
    pub(crate) fn new(known: Vec<Secret>) -> Self {
        Self {
            known,
            ..Self::default()
        }
    }

    /// Adds all values in a piece of XML.
    pub(crate) fn add_values(&mut self, xml: &str) {
        self.values.extend(mask::values_in(xml));
    }

    /// Adds the request as it is sent.
    pub(crate) fn sent(&mut self, envelope: Bytes) {
        self.envelope = envelope;
    }

    pub(crate) fn redact(&self) -> Redact {
        let envelope = str::from_utf8(&self.envelope).unwrap_or_default();
        let named = mask::secrets_in(envelope);
        Redact::new(self.known.iter().chain(&named)).and_values(&self.values)
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
    /// Secrets that no text contains by chance. They are replaced.
    strong: Forms,
    /// Secrets that could be words. If they were replaced, a well-known message with a gap would
    /// reveal them, so the whole text is withheld.
    weak: Forms,
    hasher: RandomState,
}

/// The forms of some secrets.
#[derive(Default)]
struct Forms {
    whole: Vec<Zeroizing<Vec<u8>>>,
    /// Hashes of all pieces in lower case, because a service may change the case of a secret. A
    /// secret that is shorter than a piece is only found in its own case.
    pieces: HashSet<u64>,
}

/// Whether a secret could occur in a text by chance, or be guessed from the gap that it leaves.
fn is_weak(secret: &str) -> bool {
    let is_text = |c: char| c.is_alphabetic() || matches!(c, '_' | '-' | '.' | '\'' | ' ');
    secret.len() < WEAK || secret.chars().all(is_text)
}

/// Values of fields such as `mustChangePassword`.
fn is_answer(secret: &str) -> bool {
    matches!(secret, "true" | "false")
}

impl Redact {
    pub(crate) fn new<'a>(secrets: impl IntoIterator<Item = &'a Secret>) -> Self {
        let mut this = Self {
            strong: Forms::default(),
            weak: Forms::default(),
            hasher: RandomState::new(),
        };
        for secret in secrets {
            let secret = secret.expose();
            this.add(secret, is_weak(secret));
        }
        this
    }

    /// Searches for values as well that are not credentials. A gap in a text may reveal them.
    fn and_values(mut self, values: &[Secret]) -> Self {
        for value in values {
            self.add(value.expose(), false);
        }
        self
    }

    fn add(&mut self, secret: &str, is_weak: bool) {
        if is_answer(secret) {
            return;
        }
        let found = match is_weak {
            true => &mut self.weak,
            false => &mut self.strong,
        };
        let mut all = Vec::new();
        forms(secret, &mut all);
        match secret.split_once('!') {
            // A session id consists of the organization's id, which is public, and of a secret
            // part.
            Some((organization, part)) if organization.len() >= 15 => {
                found.add(all, None);
                let mut all = Vec::new();
                forms(part, &mut all);
                found.add(all, Some(&self.hasher));
            }
            _ => found.add(all, Some(&self.hasher)),
        }
    }

    /// Returns `text` without the secrets, or `None` if it contains none.
    pub(crate) fn strip(&self, text: &str) -> Option<String> {
        let mut secret = vec![false; text.len()];
        let mut mark = |place: Range<usize>| secret[place].fill(true);
        let mut found = self.strong.find(&self.hasher, text.as_bytes(), &mut mark);
        let mut weak = self.weak.find(&self.hasher, text.as_bytes(), &mut |_| ());
        if text.contains(['&', '%', '\\']) {
            for (start, window) in windows(text.as_bytes()) {
                let mut view = Unescaped::new(window);
                for _ in 0..PASSES {
                    let Some(unescaped) = view else {
                        break;
                    };
                    let bytes = &unescaped.bytes;
                    found |= self.strong.find(&self.hasher, bytes, &mut |place| {
                        let place = unescaped.original(place);
                        mark(start + place.start..start + place.end);
                    });
                    weak |= self.weak.find(&self.hasher, bytes, &mut |_| ());
                    view = unescaped.again();
                }
            }
        }
        if weak {
            return Some(WITHHELD.to_owned());
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

impl Forms {
    /// Adds forms of a secret, and with a hasher their pieces as well.
    fn add(&mut self, forms: Vec<Zeroizing<String>>, pieces: Option<&RandomState>) {
        for form in forms {
            let form = Zeroizing::new(form.as_bytes().to_vec());
            if form.len() < SHORTEST || self.whole.contains(&form) {
                continue;
            }
            if let Some(hasher) = pieces {
                let lower = Zeroizing::new(form.to_ascii_lowercase());
                let hashes = lower.windows(PIECE).map(|piece| hasher.hash_one(piece));
                self.pieces.extend(hashes);
            }
            self.whole.push(form);
        }
    }

    /// Calls `mark` with each place of a secret in `text`, and returns whether there is any.
    fn find(&self, hasher: &RandomState, text: &[u8], mark: &mut impl FnMut(Range<usize>)) -> bool {
        let mut found = false;
        for form in &self.whole {
            for at in memmem::find_iter(text, &form[..]) {
                mark(at..at + form.len());
                found = true;
            }
        }
        if !self.pieces.is_empty() {
            let lower = Zeroizing::new(text.to_ascii_lowercase());
            for (at, piece) in lower.windows(PIECE).enumerate() {
                if self.pieces.contains(&hasher.hash_one(piece)) {
                    mark(at..at + PIECE);
                    found = true;
                }
            }
        }
        found
    }
}

/// Parts of a text, and where they start.
fn windows(text: &[u8]) -> impl Iterator<Item = (usize, &[u8])> {
    let starts = (0..text.len()).step_by(WINDOW - OVERLAP);
    starts.map(|start| (start, &text[start..text.len().min(start + WINDOW)]))
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
    add(secret.bytes().map(|byte| format!("{byte:02x}")).collect());
    add(secret.bytes().map(|byte| format!("{byte:02X}")).collect());
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
    fn escaped_characters_are_found() {
        let each =
            |escape: fn(char) -> String| -> String { PASSWORD.chars().map(escape).collect() };
        let decimal = each(|c| format!("&#{};", u32::from(c)));
        for text in [
            decimal.clone(),
            decimal.replace('&', "&amp;"),
            each(|c| format!("&#x{:x};", u32::from(c))),
            each(|c| format!("%{:02x}", u32::from(c))),
            each(|c| format!("%25{:02x}", u32::from(c))),
            each(|c| format!("\\u{:04X}", u32::from(c))),
            each(|c| format!("\\x{:02X}", u32::from(c))),
            each(|c| format!("{:02x}", u32::from(c))),
            "AQ4&#46;canary&#x5F;id".to_owned(),
            "hor\\\"se&amp;&lt;can&#39;ary>".to_owned(),
        ] {
            assert_eq!(strip(&format!("é <{text}> é")), "é <***> é");
            // At the border of two windows.
            let far = " ".repeat(WINDOW - OVERLAP - 7);
            assert_eq!(strip(&format!("{far}{text}é")), format!("{far}***é"));
            let far = " ".repeat(WINDOW - 7);
            assert_eq!(strip(&format!("{far}{text}é")), format!("{far}***é"));
        }
    }

    #[test]
    fn a_text_with_a_gap_that_could_be_guessed_is_withheld() {
        let withheld = Some(WITHHELD.to_owned());
        let message = "Invalid username, password, security token; or user locked out.";
        for secret in ["locked", "user", "security token", "lock", "out."] {
            let redact = Redact::new([&Secret::from(secret)]);
            assert_eq!(redact.strip(message), withheld, "{secret}");
        }
        let weak = Secret::from("correct horse battery staple");
        let redact = Redact::new([&weak, &Secret::from("Z0mb1e-Z0mb1e")]);
        for text in [
            "no: correct horse battery staple",
            "no: correct%20horse%20battery%20staple",
            "no: CORRECT HORSE BATT",
            "both: Z0mb1e-Z0mb1e, correct horse battery staple",
        ] {
            assert_eq!(redact.strip(text), withheld, "{text}");
        }
        assert_eq!(
            redact.strip("no: Z0mb1e-Z0mb1e"),
            Some("no: ***".to_owned())
        );
        assert_eq!(redact.strip(message), None);
        // The answer to a question is no secret.
        let redact = Redact::new([&Secret::from("true"), &Secret::from("false")]);
        assert_eq!(redact.strip("mustUnderstand is true"), None);
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
