//! The W3C's XML conformance suite: see `tests/xmlconf`. None of its documents is a WSDL, so each is
//! refused: a well-formed one because it is not a WSDL, and any other because it is not well-formed.

#[path = "../../tests/xmlconf/mod.rs"]
mod xmlconf;

use saponify_wsdl::{ErrorKind, Reader};
use xmlconf::{Expected, cases, has_dtd};

/// Documents that are not well-formed but are read on purpose, because their meaning is clear.
const TAKEN: &[(&str, &str)] = &[
    (
        "not-wf-sa-147",
        "blank lines before the declaration, as Salesforce sends them",
    ),
    ("o-p01fail1", "blank lines before the declaration"),
    ("o-p22fail1", "blank lines before the declaration"),
    (
        "rmt-e2e-61",
        "declared UTF-16 and saved as UTF-8, as Windows tools do",
    ),
    ("hst-lhs-007", "declared UTF-16 and saved as UTF-8"),
    (
        "hst-lhs-008",
        "declared in one form of UTF-16 and saved in the other",
    ),
    (
        "rmt-ns10-042",
        "a colon in the name of a processing instruction, which is not read",
    ),
];

#[test]
fn the_suite_is_passed() {
    let Some(suite) = xmlconf::suite() else {
        return;
    };
    let mut wrong = Vec::new();
    let (mut not_well_formed, mut well_formed, mut with_dtd, mut taken) = (0, 0, 0, 0);
    for case in cases(&suite) {
        let document = std::fs::read(&case.path).unwrap();
        let error = Reader::new().read(&document).unwrap_err();
        let fine = error.kind() == ErrorKind::NotWsdl;
        // The bytes are not text, or their encoding is refused by name.
        let foreign = error.kind() == ErrorKind::Encoding;
        // An empty file is reported as empty.
        let is_empty = document.trim_ascii().is_empty();
        let refused =
            error.is_not_well_formed() || error.kind() == ErrorKind::IllegalName || is_empty;
        match case.expected {
            // A DTD is skipped, so its errors are not found, and its entities are unknown.
            Expected::WellFormed if has_dtd(&document) => {
                with_dtd += 1;
                if !(fine || foreign || error.is_dtd()) {
                    wrong.push(format!("{}: has a DTD: {error}", case.id));
                }
            }
            _ if has_dtd(&document) => {}
            Expected::NotWellFormed if refused => not_well_formed += 1,
            Expected::WellFormed if fine || foreign => well_formed += usize::from(fine),
            Expected::Either => {}
            Expected::NotWellFormed if TAKEN.iter().any(|(id, _)| *id == case.id) => taken += 1,
            Expected::NotWellFormed | Expected::WellFormed => {
                wrong.push(format!("{} is {:?}: {error}", case.id, case.expected));
            }
        }
    }
    eprintln!(
        "without DTD: {not_well_formed} not well-formed documents and {well_formed} others known \
         for what they are; {with_dtd} well-formed documents with a DTD"
    );
    let list = wrong.join("\n");
    assert!(wrong.is_empty(), "{} wrong:\n{list}", wrong.len());
    assert_eq!(taken, TAKEN.len(), "some of these are refused now");
    assert!(
        not_well_formed > 200 && well_formed > 20,
        "the suite is incomplete"
    );
}
