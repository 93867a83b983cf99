//! No bytes make it panic: the fixtures, broken in all sorts of ways.

use std::fs;
use std::sync::OnceLock;

use proptest::prelude::*;
use saponify_wsdl::{Limits, Reader};

fn fixtures() -> &'static [Vec<u8>] {
    static FIXTURES: OnceLock<Vec<Vec<u8>>> = OnceLock::new();
    FIXTURES.get_or_init(|| {
        let mut folders: Vec<_> = fs::read_dir("tests/fixtures")
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .collect();
        folders.sort();
        let inputs = folders.iter().map(|folder| folder.join("input.wsdl"));
        let inputs = inputs.filter_map(|path| fs::read(path).ok());
        inputs.filter(|bytes| !bytes.is_empty()).collect()
    })
}

/// Small limits, so that an explosion ends soon.
fn read(bytes: &[u8]) {
    let mut limits = Limits::default();
    limits.particles = 10_000;
    limits.types = 1_000;
    let mut reader = Reader::new();
    reader.limits(limits);
    match reader.read(bytes) {
        Ok(model) => assert!(!model.to_string().is_empty()),
        Err(error) => assert!(error.to_string().len() < 8_000),
    }
    let _ = reader.dump_raw(bytes);
}

/// Pieces that mean something to a reader.
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

fn mutation() -> impl Strategy<Value = (usize, usize, usize)> {
    (0..5usize, any::<usize>(), any::<usize>())
}

fn apply(bytes: &mut Vec<u8>, (kind, a, b): (usize, usize, usize)) {
    if bytes.is_empty() {
        return;
    }
    let at = a % bytes.len();
    match kind {
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
        _ => bytes.truncate(at),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn broken_fixtures_do_not_panic(
        which in any::<prop::sample::Index>(),
        mutations in prop::collection::vec(mutation(), 1..6),
    ) {
        let mut bytes = which.get(fixtures()).clone();
        for mutation in mutations {
            apply(&mut bytes, mutation);
        }
        read(&bytes);
    }

    #[test]
    fn swapped_words_do_not_panic(
        which in any::<prop::sample::Index>(),
        swaps in prop::collection::vec((any::<usize>(), any::<usize>()), 1..4),
    ) {
        // Well-formed more often than not: it is the resolver that is meant here.
        let text = String::from_utf8_lossy(which.get::<Vec<u8>>(fixtures())).into_owned();
        let mut words: Vec<&str> = text.split_inclusive([' ', '"', '<', '>', ':', '/']).collect();
        for (a, b) in swaps {
            let (a, b) = (a % words.len(), b % words.len());
            words.swap(a, b);
        }
        read(words.concat().as_bytes());
    }

    #[test]
    fn any_bytes_do_not_panic(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        read(&bytes);
    }
}
