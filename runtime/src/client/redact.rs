//! Removes secrets from a response before an error quotes the response.
//!
//! A service or a proxy may repeat what it was sent in a fault or a page. The client knows what it
//! sent, so it searches for exactly these values, in each form in which a text may contain them.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use zeroize::Zeroizing;

use crate::secret::Secret;

/// The text that replaces a secret.
const MASK: &str = "***";

/// The minimum length of a value that is searched for. A shorter value is part of too many words.
const SHORTEST: usize = 4;

/// The forms of the secrets. The longest comes first, so that no part of a longer form remains.
pub(crate) struct Redact(Vec<Zeroizing<String>>);

impl Redact {
    pub(crate) fn new<'a>(secrets: impl IntoIterator<Item = &'a Secret>) -> Self {
        let mut all = Vec::new();
        for secret in secrets {
            let secret = secret.expose();
            forms(secret, &mut all);
            // A session id consists of the id of the organization, which is public, and a secret
            // part.
            if let Some((_, part)) = secret.split_once('!') {
                forms(part, &mut all);
            }
        }
        all.sort_by_key(|form| std::cmp::Reverse(form.len()));
        all.dedup();
        Self(all)
    }

    /// Returns `text` without the secrets, or `None` if it contains none.
    pub(crate) fn strip(&self, text: &str) -> Option<String> {
        let mut stripped: Option<String> = None;
        for form in &self.0 {
            let now = stripped.as_deref().unwrap_or(text);
            if now.contains(form.as_str()) {
                stripped = Some(now.replace(form.as_str(), MASK));
            }
        }
        stripped
    }
}

/// Adds the forms in which a text may contain `secret`.
fn forms(secret: &str, all: &mut Vec<Zeroizing<String>>) {
    if secret.len() < SHORTEST {
        return;
    }
    let mut add = |form: String| all.push(Zeroizing::new(form));
    add(secret.to_owned());
    let quoted = format!("{secret:?}");
    add(quoted[1..quoted.len() - 1].to_owned());
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
