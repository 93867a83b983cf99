//! Compares the arena with xmltree, an independent DOM: the elements, attributes and texts must be equal.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::Instant;

use xmltree::{ParserConfig, XMLNode};

use super::{Budget, Document, Node, parse};
use crate::encoding;
use crate::limits::Limits;
use crate::names::Namespaces;

/// Documents that xmltree refuses and that this crate reads.
const OURS_ONLY: [&str; 7] = [
    "fixtures/doctype/",
    "xml-gb2312",
    "xml-shift-jis",
    "xml-leading-blank-lines",
    "xml-declared-utf16",
    "xml-windows-1252",
    "enterprise-v22-leading-blank-line",
];

#[test]
fn fixtures_have_the_same_tree_as_in_xmltree() {
    let mut compared = 0;
    for path in documents(Path::new("tests/fixtures")) {
        compared += u32::from(compare(&path));
    }
    assert!(compared > 100, "only {compared} documents were compared");
}

#[test]
fn corpus_has_the_same_tree_as_in_xmltree() {
    let Some(corpus) = std::env::var_os("SAPONIFY_CORPUS") else {
        say("skipped: SAPONIFY_CORPUS names no directory");
        return;
    };
    let documents = documents(&Path::new("..").join(corpus));
    let compared = documents.iter().filter(|path| compare(path)).count();
    say(&format!(
        "compared {compared} of {} documents",
        documents.len()
    ));
    assert!(compared > 0);
}

/// `cargo test --release -p saponify-wsdl --lib tree_cost -- --ignored --nocapture`
#[test]
#[ignore = "a measurement, not a check"]
fn tree_cost() {
    let text = match std::env::var_os("SAPONIFY_CORPUS") {
        Some(corpus) => {
            let path = Path::new("..")
                .join(corpus)
                .join("enterprise/enterprise-v64.wsdl");
            fs::read_to_string(path).unwrap()
        }
        None => many_types(1_200, 24),
    };
    let best = |run: &dyn Fn() -> usize| {
        let mut best = f64::MAX;
        for _ in 0..7 {
            let start = Instant::now();
            assert!(run() > 0);
            best = best.min(start.elapsed().as_secs_f64() * 1e3);
        }
        best
    };
    let tokens = best(&|| {
        let mut reader = quick_xml::Reader::from_str(&text);
        let mut count = 0;
        while !matches!(reader.read_event().unwrap(), quick_xml::events::Event::Eof) {
            count += 1;
        }
        count
    });
    let arena = best(&|| with_document(&text, |document, _| document.elements.len()));
    let tree = best(&|| {
        xmltree::Element::parse(text.as_bytes())
            .unwrap()
            .children
            .len()
    });
    eprintln!(
        "{:.2} MB: tokens {tokens:.1} ms, arena {arena:.1} ms, xmltree {tree:.1} ms; \
         xmltree / arena = {:.1}, xmltree / tokens = {:.1}",
        text.len() as f64 / 1e6,
        tree / arena,
        tree / tokens
    );
}

/// A WSDL of many types, for measurements.
fn many_types(types: usize, fields: usize) -> String {
    let mut text = String::from(
        "<definitions xmlns=\"http://schemas.xmlsoap.org/wsdl/\"><types>\
         <schema xmlns=\"http://www.w3.org/2001/XMLSchema\" targetNamespace=\"urn:x\" \
         xmlns:xsd=\"http://www.w3.org/2001/XMLSchema\">\n",
    );
    for index in 0..types {
        text.push_str(&format!(
            "  <complexType name=\"T{index}\">\n    <sequence>\n"
        ));
        for field in 0..fields {
            text.push_str(&format!(
                "      <element name=\"Field_{field}__c\" type=\"xsd:string\" minOccurs=\"0\" \
                 nillable=\"true\"/>\n"
            ));
        }
        text.push_str("    </sequence>\n  </complexType>\n");
    }
    text + "</schema></types></definitions>"
}

fn documents(directory: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut open = vec![directory.to_path_buf()];
    while let Some(directory) = open.pop() {
        for entry in fs::read_dir(directory).unwrap() {
            let path = entry.unwrap().path();
            let extension = path.extension().and_then(|name| name.to_str());
            if path.is_dir() {
                open.push(path);
            } else if matches!(extension, Some("wsdl" | "xsd" | "xml")) {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

fn with_document<T>(text: &str, then: impl FnOnce(&Document<'_>, &Namespaces<'_>) -> T) -> T {
    let limits = Limits::default();
    let mut namespaces = Namespaces::new();
    let mut budget = Budget {
        limits: &limits,
        elements: 0,
    };
    let document = parse(text, &mut namespaces, &mut budget).unwrap();
    then(&document, &namespaces)
}

/// Compares the trees of a document, if this crate finds the document well-formed.
fn compare(path: &Path) -> bool {
    let bytes = fs::read(path).unwrap();
    let Ok(text) = encoding::decode(bytes.clone()) else {
        return false;
    };
    let limits = Limits::default();
    let mut namespaces = Namespaces::new();
    let mut budget = Budget {
        limits: &limits,
        elements: 0,
    };
    let Ok(document) = parse(&text, &mut namespaces, &mut budget) else {
        return false;
    };
    let config = ParserConfig::new().whitespace_to_characters(true);
    let tree = match xmltree::Element::parse_with_config(bytes.as_slice(), config) {
        Ok(tree) => tree,
        Err(error) => {
            let name = path.display().to_string();
            let known = OURS_ONLY.iter().any(|known| name.contains(known));
            assert!(known, "{name}: xmltree refuses it: {error}");
            return false;
        }
    };
    same(path, document.root(), &tree, &namespaces);
    true
}

fn same(path: &Path, ours: Node<'_, '_>, theirs: &xmltree::Element, namespaces: &Namespaces<'_>) {
    let place = format!("{}:{} {}", path.display(), ours.position(), ours.written());
    assert_eq!(ours.local(), theirs.name, "{place}");
    let uri = theirs.namespace.as_deref().unwrap_or_default();
    assert_eq!(namespaces.uri(ours.ns()), uri, "{place}");
    // xmltree keeps only the local names of attributes, so the last of several replaces the others.
    for (name, value) in &theirs.attributes {
        let found = ours
            .attributes()
            .iter()
            .rev()
            .find(|ours| ours.local() == name);
        assert_eq!(
            found.map(|ours| &*ours.value),
            Some(value.as_str()),
            "{place} {name}"
        );
    }
    for attribute in ours.attributes() {
        assert!(theirs.attributes.contains_key(attribute.local()), "{place}");
    }
    assert_eq!(ours.text(), text(theirs), "{place}");
    let children = theirs.children.iter().filter_map(XMLNode::as_element);
    assert_eq!(ours.children().count(), children.clone().count(), "{place}");
    for (ours, theirs) in ours.children().zip(children) {
        same(path, ours, theirs, namespaces);
    }
}

fn text(element: &xmltree::Element) -> String {
    let texts = element.children.iter().map(|child| match child {
        XMLNode::Element(element) => text(element),
        XMLNode::Text(text) | XMLNode::CData(text) => text.clone(),
        XMLNode::Comment(_) | XMLNode::ProcessingInstruction(..) => String::new(),
    });
    texts.collect()
}

/// Prints a text even if the test passes, because the output of passing tests is hidden.
fn say(text: &str) {
    let _ = writeln!(std::io::stderr(), "{text}");
}
