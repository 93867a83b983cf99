//! XML names, and namespaces as numbers.

use std::borrow::Cow;
use std::collections::HashMap;
use std::num::NonZeroU32;

/// A namespace: its index in [`Namespaces`] plus one, so that an `Option` of it needs no more space.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Ns(NonZeroU32);

impl Ns {
    pub(crate) const fn at(index: usize) -> Self {
        Self(NonZeroU32::MIN.saturating_add(index as u32))
    }

    const fn index(self) -> usize {
        self.0.get() as usize - 1
    }
}

macro_rules! known {
    ($($name:ident = $uri:literal,)*) => {
        #[allow(non_camel_case_types, clippy::upper_case_acronyms)]
        enum Index { $($name,)* }
        impl Ns {
            $(pub(crate) const $name: Ns = Ns::at(Index::$name as usize);)*
        }
        const KNOWN: &[&str] = &[$($uri,)*];
    };
}

known! {
    NONE = "",
    XSD = "http://www.w3.org/2001/XMLSchema",
    WSDL = "http://schemas.xmlsoap.org/wsdl/",
    XML = "http://www.w3.org/XML/1998/namespace",
    XMLNS = "http://www.w3.org/2000/xmlns/",
    SOAP11 = "http://schemas.xmlsoap.org/wsdl/soap/",
    SOAP12 = "http://schemas.xmlsoap.org/wsdl/soap12/",
    HTTP = "http://schemas.xmlsoap.org/wsdl/http/",
    MIME = "http://schemas.xmlsoap.org/wsdl/mime/",
    XSI = "http://www.w3.org/2001/XMLSchema-instance",
    XSD1999 = "http://www.w3.org/1999/XMLSchema",
    XSD2000 = "http://www.w3.org/2000/10/XMLSchema",
}

/// The interned namespaces of all documents.
#[derive(Debug)]
pub(crate) struct Namespaces<'a> {
    uris: Vec<Cow<'a, str>>,
    /// For each namespace, the first prefix that a document bound to it.
    prefixes: Vec<Option<&'a str>>,
    index: HashMap<Cow<'a, str>, Ns>,
}

impl<'a> Namespaces<'a> {
    pub(crate) fn new() -> Self {
        let mut namespaces = Self {
            uris: Vec::new(),
            prefixes: Vec::new(),
            index: HashMap::new(),
        };
        for uri in KNOWN {
            namespaces.intern(Cow::Borrowed(uri));
        }
        namespaces.prefixes[Ns::XML.index()] = Some("xml");
        namespaces
    }

    pub(crate) fn intern(&mut self, uri: Cow<'a, str>) -> Ns {
        if let Some(ns) = self.index.get(&uri) {
            return *ns;
        }
        let ns = Ns::at(self.uris.len());
        self.uris.push(uri.clone());
        self.prefixes.push(None);
        self.index.insert(uri, ns);
        ns
    }

    pub(crate) fn bind(&mut self, ns: Ns, prefix: &'a str) {
        if !prefix.is_empty() {
            self.prefixes[ns.index()].get_or_insert(prefix);
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.uris.len()
    }

    pub(crate) fn uri(&self, ns: Ns) -> &str {
        &self.uris[ns.index()]
    }

    pub(crate) fn prefix(&self, ns: Ns) -> Option<&'a str> {
        self.prefixes[ns.index()]
    }
}

const START: u8 = 1;
const PART: u8 = 2;

/// For each ASCII character, whether it can start an `NCName`, or follow.
const ASCII: [u8; 128] = {
    let mut table = [0; 128];
    let mut byte = 0;
    while byte < 128 {
        let character = byte as u8;
        if character.is_ascii_alphabetic() || character == b'_' {
            table[byte] = START | PART;
        } else if character.is_ascii_digit() || character == b'-' || character == b'.' {
            table[byte] = PART;
        }
        byte += 1;
    }
    table
};

/// Whether a text is an `NCName` of Namespaces in XML 1.0.
pub(crate) fn is_ncname(text: &str) -> bool {
    let bytes = text.as_bytes();
    let Some(first) = bytes.first() else {
        return false;
    };
    if *first < 128 && ASCII[*first as usize] & START == 0 {
        return false;
    }
    for byte in bytes {
        if *byte >= 128 {
            return is_ncname_beyond_ascii(text);
        }
        if ASCII[*byte as usize] & PART == 0 {
            return false;
        }
    }
    true
}

fn is_ncname_beyond_ascii(text: &str) -> bool {
    let mut characters = text.chars();
    characters.next().is_some_and(is_name_start) && characters.all(is_name_part)
}

/// Whether a character is a `NameStartChar` of XML 1.0, fifth edition, other than the colon.
fn is_name_start(character: char) -> bool {
    matches!(character,
        'A'..='Z' | '_' | 'a'..='z' | '\u{C0}'..='\u{D6}' | '\u{D8}'..='\u{F6}'
        | '\u{F8}'..='\u{2FF}' | '\u{370}'..='\u{37D}' | '\u{37F}'..='\u{1FFF}'
        | '\u{200C}'..='\u{200D}' | '\u{2070}'..='\u{218F}' | '\u{2C00}'..='\u{2FEF}'
        | '\u{3001}'..='\u{D7FF}' | '\u{F900}'..='\u{FDCF}' | '\u{FDF0}'..='\u{FFFD}'
        | '\u{10000}'..='\u{EFFFF}')
}

fn is_name_part(character: char) -> bool {
    is_name_start(character)
        || matches!(character,
            '-' | '.' | '0'..='9' | '\u{B7}' | '\u{300}'..='\u{36F}' | '\u{203F}'..='\u{2040}')
}

/// Makes an `NCName` from a text.
pub(crate) fn to_ncname(text: &str) -> String {
    let mut name: String = text
        .chars()
        .map(|character| match is_name_part(character) {
            true => character,
            false => '_',
        })
        .collect();
    if !name.starts_with(is_name_start) {
        name.insert(0, '_');
    }
    name
}

/// Splits a QName into prefix and local part. The prefix is empty if there is none.
pub(crate) fn split_qname(text: &str) -> Option<(&str, &str)> {
    match memchr::memchr(b':', text.as_bytes()) {
        None => is_ncname(text).then_some(("", text)),
        Some(colon) => {
            let (prefix, local) = (&text[..colon], &text[colon + 1..]);
            (is_ncname(prefix) && is_ncname(local)).then_some((prefix, local))
        }
    }
}

/// Removes XML white space from both ends. Unicode white space is not removed.
pub(crate) fn trim(text: &str) -> &str {
    text.trim_matches([' ', '\t', '\n', '\r'])
}

pub(crate) fn is_blank(text: &str) -> bool {
    text.bytes()
        .all(|byte| matches!(byte, b' ' | b'\t' | b'\n' | b'\r'))
}
