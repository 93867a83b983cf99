//! Mutates WSDLs, for tests and fuzzers of the reader and of the generator.

use std::fs;
use std::path::{Path, PathBuf};

/// Texts that have a meaning for a reader of XML or of a WSDL.
const PIECES: &[&str] = &[
    "<",
    ">",
    "/>",
    "</",
    "\"",
    "'",
    "&",
    "&amp;",
    "&#0;",
    "<!--",
    "-->",
    "<![CDATA[",
    "]]>",
    "<?",
    "?>",
    "<?xml?>",
    "<!DOCTYPE x>",
    "<!DOCTYPE x [<!ENTITY e \"v\">]>",
    "&e;",
    " type=\"\"",
    " message=\"tns:gone\"",
    "xmlns=\"\"",
    " xmlns:tns=\"urn:other\"",
    "xsd:",
    "tns:",
    ":",
    "name=\"\"",
    " ref=\"tns:a\"",
    " type=\"tns:A\"",
    " base=\"tns:A\"",
    "<xsd:any/>",
    "\0",
    "\u{feff}",
    "sequence",
    "choice",
    "complexType",
    "simpleType",
    "restriction",
    "extension",
    "union",
    "list",
    "-1",
    "18446744073709551616",
    "unbounded",
    "é",
    "\u{10ffff}",
    "[",
    "]",
];

/// A mutation: its kind and two random numbers.
pub(crate) type Mutation = (usize, usize, usize);

/// Applies a mutation to the bytes of a document.
pub(crate) fn apply(bytes: &mut Vec<u8>, (kind, a, b): Mutation) {
    if bytes.is_empty() {
        return;
    }
    let at = a % bytes.len();
    match kind % 9 {
        0 => bytes[at] = b as u8,
        1 => {
            let end = (at + b % 40).min(bytes.len());
            bytes.drain(at..end);
        }
        2 => {
            let piece = PIECES[b % PIECES.len()];
            bytes.splice(at..at, piece.bytes());
        }
        3 => {
            let end = (at + b % 200).min(bytes.len());
            let copy = bytes[at..end].to_vec();
            bytes.splice(at..at, copy);
        }
        4 => swap_words(bytes, a, b),
        // The result is usually still well-formed, and often still a WSDL.
        5..8 => swap_values(bytes, a, b),
        _ => bytes.truncate(at),
    }
}

/// Exchanges two words.
fn swap_words(bytes: &mut Vec<u8>, a: usize, b: usize) {
    let is_end = |byte: &u8| b" \"<>:/=".contains(byte);
    let mut words: Vec<&[u8]> = bytes.split_inclusive(is_end).collect();
    let (a, b) = (a % words.len(), b % words.len());
    words.swap(a, b);
    *bytes = words.concat();
}

/// Exchanges the values of two attributes with the same name.
fn swap_values(bytes: &mut Vec<u8>, a: usize, b: usize) {
    let mut pieces: Vec<&[u8]> = bytes.split(|byte| *byte == b'"').collect();
    // Every second piece is a value. The name of its attribute is at the end of the piece before
    // it.
    let name = |value: usize, pieces: &[&[u8]]| {
        let before = pieces[value - 1];
        let start = before.iter().rposition(|byte| b" \n\t".contains(byte));
        before[start.map_or(0, |at| at + 1)..].to_vec()
    };
    let values: Vec<usize> = (1..pieces.len()).step_by(2).collect();
    if values.is_empty() {
        return;
    }
    let one = values[a % values.len()];
    let of_name = name(one, &pieces);
    let alike: Vec<usize> = values
        .into_iter()
        .filter(|value| name(*value, &pieces) == of_name)
        .collect();
    pieces.swap(one, alike[b % alike.len()]);
    *bytes = pieces.join(&b'"');
}

/// The file `input.wsdl` of each case in a folder.
pub(crate) fn inputs(fixtures: &Path) -> Vec<Vec<u8>> {
    let mut folders: Vec<PathBuf> = fs::read_dir(fixtures)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    folders.sort();
    let inputs = folders.iter().map(|folder| folder.join("input.wsdl"));
    let inputs = inputs.filter_map(|path| fs::read(path).ok());
    let inputs: Vec<Vec<u8>> = inputs.filter(|bytes| !bytes.is_empty()).collect();
    assert!(!inputs.is_empty(), "{} has no fixtures", fixtures.display());
    inputs
}

/// The real WSDLs of moderate size in the folder `SAPONIFY_CORPUS`, or none if it is not set.
pub(crate) fn corpus() -> Vec<Vec<u8>> {
    let Some(root) = std::env::var_os("SAPONIFY_CORPUS") else {
        return Vec::new();
    };
    // A relative path is relative to the workspace, where cargo was started. `join` keeps an
    // absolute path.
    let mut open = vec![Path::new("..").join(root)];
    let mut files = Vec::new();
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            match path.extension().and_then(|name| name.to_str()) {
                _ if path.is_dir() => open.push(path),
                Some("wsdl" | "xsd" | "xml") => files.push(path),
                _ => {}
            }
        }
    }
    files.sort();
    let texts = files.iter().map(|path| fs::read(path).unwrap());
    texts.filter(|text| text.len() < 200_000).collect()
}
