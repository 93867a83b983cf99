//! `application/x-www-form-urlencoded` bodies, which carry credentials.

use bytes::Bytes;
use zeroize::Zeroizing;

use crate::secret::Secret;

/// A form to post. Its memory is wiped when it is dropped, and `Debug` shows only names.
#[derive(Clone, Default)]
pub struct Form {
    fields: Vec<(&'static str, Value)>,
}

#[derive(Clone)]
enum Value {
    Plain(String),
    Secret(Secret),
}

impl Form {
    /// A form without fields.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a field that is not secret, such as `grant_type`.
    #[must_use]
    pub fn field(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.fields.push((name, Value::Plain(value.into())));
        self
    }

    /// Adds a secret field, such as `client_secret`.
    #[must_use]
    pub fn secret(mut self, name: &'static str, value: &Secret) -> Self {
        self.fields.push((name, Value::Secret(value.clone())));
        self
    }

    /// Adds a secret field if it has a value.
    #[must_use]
    pub fn optional_secret(self, name: &'static str, value: Option<&Secret>) -> Self {
        match value {
            Some(value) => self.secret(name, value),
            None => self,
        }
    }

    /// The body of the request.
    pub(crate) fn body(&self) -> Bytes {
        let texts = || {
            self.fields
                .iter()
                .map(|(name, value)| (*name, value.text()))
        };
        let length: usize = texts()
            .map(|(name, text)| encoded_len(name) + encoded_len(text) + 2)
            .sum();
        // The buffer has its full length from the start, because growing would leave a copy that is
        // not wiped.
        let mut body = Zeroizing::new(Vec::with_capacity(length));
        for (n, (name, text)) in texts().enumerate() {
            if n > 0 {
                body.push(b'&');
            }
            encode(name, &mut body);
            body.push(b'=');
            encode(text, &mut body);
        }
        Bytes::from_owner(body)
    }

    /// The secret values, which no error may repeat.
    pub(crate) fn secrets(&self) -> impl Iterator<Item = &Secret> {
        self.fields.iter().filter_map(|(_, value)| match value {
            Value::Secret(secret) => Some(secret),
            Value::Plain(_) => None,
        })
    }
}

impl Value {
    fn text(&self) -> &str {
        match self {
            Self::Plain(text) => text,
            Self::Secret(secret) => secret.expose(),
        }
    }
}

impl std::fmt::Debug for Form {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let names = self.fields.iter().map(|(name, _)| name);
        f.debug_list().entries(names).finish()
    }
}

/// Percent-encoding of everything but unreserved characters (RFC 3986, section 2.3), which every
/// reader of forms understands.
fn encode(text: &str, out: &mut Vec<u8>) {
    const HEX: &[u8; 16] = b"0123456789ABCDEF";
    for byte in text.bytes() {
        if is_unreserved(byte) {
            out.push(byte);
        } else {
            let (high, low) = (usize::from(byte >> 4), usize::from(byte & 15));
            out.extend_from_slice(&[b'%', HEX[high], HEX[low]]);
        }
    }
}

fn encoded_len(text: &str) -> usize {
    text.bytes()
        .map(|byte| if is_unreserved(byte) { 1 } else { 3 })
        .sum()
}

fn is_unreserved(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~')
}

/// Percent-encodes a text for the query of an address.
pub(crate) fn percent_encoded(text: &str) -> String {
    let mut out = Vec::with_capacity(encoded_len(text));
    encode(text, &mut out);
    out.into_iter().map(char::from).collect()
}

/// Decodes the fields of a query or of a form. Returns `None` if the encoding is damaged.
pub(crate) fn decoded(query: &str) -> Option<Vec<(String, Secret)>> {
    query
        .split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            Some((decode(name)?, Secret::from(decode(value)?)))
        })
        .collect()
}

fn decode(text: &str) -> Option<String> {
    let mut out = Vec::with_capacity(text.len());
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        out.push(match byte {
            b'+' => b' ',
            b'%' => {
                let digit = |byte: u8| char::from(byte).to_digit(16);
                let (high, low) = (digit(bytes.next()?)?, digit(bytes.next()?)?);
                u8::try_from(high * 16 + low).ok()?
            }
            byte => byte,
        });
    }
    String::from_utf8(out).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_survive_the_encoding() {
        let value = "a b+c&d=e%f\u{e9}\u{1f600}\r\n~-._";
        let form = Form::new()
            .field("grant_type", "refresh_token")
            .secret("refresh_token", &Secret::from(value));
        let body = form.body();
        let text = std::str::from_utf8(&body).unwrap();
        assert!(text.starts_with("grant_type=refresh_token&refresh_token=a%20b%2Bc%26d"));
        let fields = decoded(text).unwrap();
        assert_eq!(fields.len(), 2);
        assert_eq!(fields[1].0, "refresh_token");
        assert_eq!(fields[1].1.expose(), value);
    }

    #[test]
    fn damaged_encodings_are_refused() {
        for text in ["a=%", "a=%4", "a=%zz", "a=%ff", "%f=1"] {
            assert!(decoded(text).is_none(), "{text}");
        }
        assert_eq!(decoded("").unwrap().len(), 0);
        assert_eq!(decoded("a&b=&=c").unwrap().len(), 3);
    }

    #[test]
    fn debug_shows_names_only() {
        let form = Form::new()
            .field("client_id", "canary")
            .secret("client_secret", &Secret::from("canary"));
        let text = format!("{form:?} {form:#?}");
        assert!(
            !text.contains("canary") && text.contains("client_secret"),
            "{text}"
        );
    }
}
