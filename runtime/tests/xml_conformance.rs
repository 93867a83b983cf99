//! The W3C's XML conformance suite, as far as it has no DTD: see `tests/xmlconf`.
#![deny(warnings)]
#![forbid(unsafe_code)]

#[path = "../../tests/xmlconf/mod.rs"]
mod xmlconf;

use saponify::Limits;
use saponify::probe;
use xmlconf::{Expected, cases, has_dtd};

#[test]
fn the_suite_is_passed() {
    let Some(suite) = xmlconf::suite() else {
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
         accepted, {foreign} in encodings that are not supported refused by name; with DTD: {with_dtd} refused"
    );
    assert!(
        wrong.is_empty(),
        "{} wrong:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
    assert!(refused > 200 && accepted > 20, "the suite is incomplete");
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
