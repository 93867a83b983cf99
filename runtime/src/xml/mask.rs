//! Finds what is secret in a message that is shown or recorded.
//!
//! The message may be damaged or cut off, so this is not an XML reader. It distinguishes markup
//! from values, skips whatever it does not understand, and never fails.

use memchr::memmem;

use crate::secret::{Secret, names_secret};

/// The text that replaces a value that is not shown.
const MASK: &str = "***";

/// Replaces the secrets in a message by `***`. Secrets are the values of elements and attributes
/// whose names say so, such as `password`. With `all_values`, all values are replaced.
pub(crate) fn mask(xml: &str, all_values: bool) -> String {
    let mut out = String::with_capacity(xml.len());
    walk(xml, |piece| match piece {
        Piece::Value { secret, .. } if secret || all_values => out.push_str(MASK),
        Piece::Markup(text) | Piece::Value { text, .. } => out.push_str(text),
    });
    out
}

/// The secrets in a message that this crate has written.
pub(crate) fn secrets_in(xml: &str) -> Vec<Secret> {
    let mut secrets = Vec::new();
    walk(xml, |piece| {
        if let Piece::Value { text, secret: true } = piece {
            secrets.push(unescaped(text));
        }
    });
    secrets
}

/// All values in a message that this crate or its user has written.
pub(crate) fn values_in(xml: &str) -> Vec<Secret> {
    let mut values = Vec::new();
    walk(xml, |piece| {
        if let Piece::Value { text, .. } = piece {
            values.push(unescaped(text));
        }
    });
    values
}

fn unescaped(text: &str) -> Secret {
    let mut text = Secret::from(text.trim());
    for (escaped, plain) in [
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&quot;", "\""),
        ("&apos;", "'"),
        ("&#13;", "\r"),
        ("&#xD;", "\r"),
        ("&#9;", "\t"),
        ("&#10;", "\n"),
        ("&amp;", "&"),
    ] {
        if text.expose().contains(escaped) {
            text = Secret::from(text.expose().replace(escaped, plain));
        }
    }
    text
}

/// A part of a message; all parts together are the message.
enum Piece<'x> {
    Markup(&'x str),
    /// A text, or the value of an attribute, as written. It is never blank.
    Value {
        text: &'x str,
        secret: bool,
    },
}

struct Walk<'x, F> {
    rest: &'x str,
    found: F,
    /// Local names of the open elements.
    open: Vec<&'x str>,
    /// The number of open elements around the outermost one with a secret name.
    secret_below: Option<usize>,
}

fn walk<'x>(xml: &'x str, found: impl FnMut(Piece<'x>)) {
    let mut walk = Walk {
        rest: xml,
        found,
        open: Vec::new(),
        secret_below: None,
    };
    while !walk.rest.is_empty() {
        walk.step();
    }
}

impl<'x, F: FnMut(Piece<'x>)> Walk<'x, F> {
    fn step(&mut self) {
        let rest = self.rest;
        if rest.starts_with("<![CDATA[") {
            self.section("<![CDATA[", "]]>", self.secret_below.is_some());
        } else if rest.starts_with("<!--") {
            self.section("<!--", "-->", self.secret_below.is_some());
        } else if rest.starts_with("<?") || rest.starts_with("<!") {
            let end = rest.find('>').map_or(rest.len(), |at| at + 1);
            self.markup(end);
        } else if rest.starts_with("</") {
            let end = rest.find('>').map_or(rest.len(), |at| at + 1);
            self.markup(end);
            self.open.pop();
            if self
                .secret_below
                .is_some_and(|depth| self.open.len() <= depth)
            {
                self.secret_below = None;
            }
        } else if rest.starts_with('<') {
            self.start_tag();
        } else {
            let end = memchr::memchr(b'<', rest.as_bytes()).unwrap_or(rest.len());
            self.value(end, self.secret_below.is_some());
        }
    }

    /// A CDATA section or a comment, whose content counts as a value.
    fn section(&mut self, open: &str, close: &str, secret: bool) {
        self.markup(open.len());
        let end = memmem::find(self.rest.as_bytes(), close.as_bytes());
        self.value(end.unwrap_or(self.rest.len()), secret);
        if end.is_some() {
            self.markup(close.len());
        }
    }

    fn start_tag(&mut self) {
        let name = name(&self.rest[1..]);
        self.markup(1 + name.len());
        let name = local(name);
        // A child of the body names an operation, such as `setPassword`, and not a secret.
        let is_operation = self.open.last() == Some(&"Body");
        // The attributes of the element with the secret name describe the secret, so they are shown.
        let inside = self.secret_below.is_some();
        if !is_operation && names_secret(name) && self.secret_below.is_none() {
            self.secret_below = Some(self.open.len());
        }
        self.open.push(name);
        loop {
            let rest = self.rest;
            let attribute = rest.find(|c: char| !c.is_whitespace());
            self.markup(attribute.unwrap_or(rest.len()));
            let rest = self.rest;
            if rest.starts_with('>') {
                return self.markup(1);
            }
            if rest.starts_with("/>") {
                self.markup(2);
                self.open.pop();
                if self.secret_below == Some(self.open.len()) {
                    self.secret_below = None;
                }
                return;
            }
            if rest.is_empty() || rest.starts_with('<') {
                // The message is damaged or cut off here.
                return;
            }
            self.attribute(inside);
        }
    }

    fn attribute(&mut self, inside: bool) {
        let rest = self.rest;
        let end = rest
            .find(['=', '>', '<'])
            .filter(|&at| rest[at..].starts_with('='));
        let Some(equals) = end else {
            // This is not an attribute. One character is skipped, so that there is progress.
            return self.markup(rest.chars().next().map_or(0, char::len_utf8));
        };
        let name = rest[..equals].trim();
        let after = &rest[equals + 1..];
        let quote = after.trim_start().chars().next();
        let Some(quote @ ('"' | '\'')) = quote else {
            return self.markup(equals + 1);
        };
        let begin = equals + 1 + (after.len() - after.trim_start().len()) + 1;
        self.markup(begin);
        let end = self.rest.find(quote);
        let length = end.unwrap_or(self.rest.len());
        // Whoever reads the message needs these attributes.
        let is_structure = name.starts_with("xmlns") || name.starts_with("xsi:");
        match is_structure {
            true => self.markup(length),
            false => {
                let secret = inside || names_secret(local(name));
                self.value(length, secret);
            }
        }
        if end.is_some() {
            self.markup(1);
        }
    }

    fn markup(&mut self, length: usize) {
        let text = self.take(length);
        if !text.is_empty() {
            (self.found)(Piece::Markup(text));
        }
    }

    fn value(&mut self, length: usize, secret: bool) {
        let text = self.take(length);
        match text.trim().is_empty() {
            true if text.is_empty() => {}
            true => (self.found)(Piece::Markup(text)),
            false => (self.found)(Piece::Value { text, secret }),
        }
    }

    fn take(&mut self, length: usize) -> &'x str {
        let (text, rest) = self.rest.split_at(length);
        self.rest = rest;
        text
    }
}

/// The name with which a text begins, with its prefix.
fn name(text: &str) -> &str {
    let end = text.find(|c: char| c.is_whitespace() || matches!(c, '>' | '/' | '<' | '='));
    &text[..end.unwrap_or(text.len())]
}

fn local(name: &str) -> &str {
    name.rsplit(':').next().unwrap_or(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_masked_by_name_and_the_rest_stays_letter_by_letter() {
        for (xml, expected) in [
            (
                "<e:Body><e:login><e:password a='b'>x&amp;y</e:password>\n<user>u</user></e:login></e:Body>",
                "<e:Body><e:login><e:password a='b'>***</e:password>\n<user>u</user></e:login></e:Body>",
            ),
            (
                "<Body><setPassword><userId>005</userId><password><![CDATA[x]]></password></setPassword></Body>",
                "<Body><setPassword><userId>005</userId><password><![CDATA[***]]></password></setPassword></Body>",
            ),
            (
                "<SessionHeader><sessionId/><sessionId> </sessionId></SessionHeader>after",
                "<SessionHeader><sessionId/><sessionId> </sessionId></SessionHeader>after",
            ),
            (
                "<a xmlns:p='u' p:apiKey = \"k\" xsi:type='p:secret' b='c'><!-- d --></a>",
                "<a xmlns:p='u' p:apiKey = \"***\" xsi:type='p:secret' b='c'><!-- d --></a>",
            ),
            // What is nested in a secret is secret, and its end is found.
            (
                "<privateKey><x y='1'>1<z/>2</x><!--3--></privateKey><x>4</x>",
                "<privateKey><x y='***'>***<z/>***</x><!--***--></privateKey><x>4</x>",
            ),
            ("no markup", "no markup"),
            ("", ""),
        ] {
            assert_eq!(mask(xml, false), expected);
        }
    }

    #[test]
    fn a_message_that_is_cut_off_anywhere_shows_no_secret() {
        let xml = "<?xml version='1.0'?><Body><login><password>CANARY</password><n secret=\"CANARY\">\
                   <![CDATA[c]]></n><token sessionId='CANARY'/></login></Body>";
        for end in 0..=xml.len() {
            let shown = mask(&xml[..end], false);
            assert!(!shown.contains("CA"), "{shown}");
            assert!(mask(&xml[..end], true).len() <= xml.len() + 9);
        }
    }

    #[test]
    fn all_values_are_masked_and_the_structure_stays() {
        let xml =
            "<?xml version='1.0'?><a xmlns='u' b='c'> <d xsi:nil='true'>e&lt;</d>f<!-- g --></a>";
        assert_eq!(
            mask(xml, true),
            "<?xml version='1.0'?><a xmlns='u' b='***'> <d xsi:nil='true'>***</d>***<!--***--></a>"
        );
    }

    #[test]
    fn damage_is_passed_over() {
        for xml in [
            "<",
            "<>",
            "</",
            "</>",
            "<a",
            "<a b",
            "<a b=",
            "<a b='",
            "<a =>",
            "<a b=c d='e'>",
            "<!",
            "<!--",
            "<![CDATA[",
            "<?",
            "]]>",
            "<a><b",
            "<é è='ü'",
            "</a></b>",
            "<a/b>",
        ] {
            assert_eq!(mask(xml, false), xml);
        }
    }

    #[test]
    fn secrets_are_found_as_they_were_before_they_were_written() {
        let found = secrets_in("<password>a&amp;lt;&lt;&quot;b</password><x>c</x>");
        let found: Vec<_> = found.iter().map(Secret::expose).collect();
        assert_eq!(found, ["a&lt;<\"b"]);
        let all = values_in("<x a='1'>2</x>");
        assert_eq!(
            all.iter().map(Secret::expose).collect::<Vec<_>>(),
            ["1", "2"]
        );
    }
}
