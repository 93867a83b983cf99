//! The W3C's XML conformance suite, as far as it has no DTD: see `tests/xmlconf`.
#![deny(warnings)]
#![forbid(unsafe_code)]

#[path = "../../tests/xmlconf/mod.rs"]
mod xmlconf;

use saponify::Limits;
use saponify::probe;
use xmlconf::{Expected, cases, has_dtd};

/// Documents whose declared encoding contradicts their bytes or their byte order mark. The reader
/// follows the bytes, because servers send such answers: see "What is forgiven" in the guide.
const FORGIVEN: [&str; 3] = ["rmt-e2e-61", "hst-lhs-007", "hst-lhs-008"];

#[test]
fn the_suite_is_passed() {
    let Some(suite) = xmlconf::suite() else {
        return;
    };
    let mut wrong = Vec::new();
    let (mut refused, mut accepted, mut forgiven, mut with_dtd) = (0, 0, 0, 0);
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
            (Expected::NotWellFormed, Ok(_)) if FORGIVEN.contains(&case.id.as_str()) => {
                forgiven += 1;
            }
            (Expected::NotWellFormed, Ok(_)) => wrong.push(format!("{}: accepted", case.id)),
            (Expected::NotWellFormed, Err(_)) => refused += 1,
            (Expected::WellFormed, Err(error)) => wrong.push(format!("{}: {error}", case.id)),
            (Expected::WellFormed, Ok(_)) => accepted += 1,
            (Expected::Either, _) => {}
        }
    }
    eprintln!(
        "without DTD: {refused} not well-formed documents refused, {accepted} well-formed ones \
         accepted, {forgiven} forgiven; with DTD: {with_dtd} refused"
    );
    assert!(
        wrong.is_empty(),
        "{} wrong:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
    assert_eq!(
        forgiven,
        FORGIVEN.len(),
        "a document of the list is refused"
    );
    assert!(refused > 200 && accepted > 20, "the suite is incomplete");
}
