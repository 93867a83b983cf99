//! The documents that a server publishes.

use saponify_wsdl::{PublishedDocument, PublishedPiece};

use super::file::{self, RUNTIME};
use crate::print::Printer;
use crate::print::escape::literal;

/// What the file is about.
pub(super) const ABOUT: &str =
    "The WSDL and the documents that it imports, as a server publishes them.";

/// Prints `documents.rs`.
pub(super) fn file(documents: &[PublishedDocument]) -> String {
    let mut out = Printer::default();
    out.blank();
    out.open(&["pub(super) static DOCUMENTS: &[g::Document] = &["]);
    for document in documents {
        let kind = if document.is_wsdl { "wsdl" } else { "schema" };
        out.open(&["g::Document::", kind, "(&["]);
        for piece in &document.pieces {
            match piece {
                PublishedPiece::Text(text) => print_text(&mut out, text),
                PublishedPiece::Address {
                    service,
                    port,
                    location,
                } => {
                    let name = literal(&format!("{service}.{port}"));
                    out.line(&["g::Piece::Address(", &name, ", ", &literal(location), "),"]);
                }
                PublishedPiece::Location(number) => {
                    out.line(&["g::Piece::Location(", &number.to_string(), "),"]);
                }
            }
        }
        out.close(&["]),"]);
    }
    out.close(&["];"]);
    file::head(ABOUT, RUNTIME, &[]) + &out.finish()
}

/// Prints a text with a literal for each line, so that a change of the WSDL is a change of these
/// lines.
fn print_text(out: &mut Printer, text: &str) {
    out.open(&["g::Piece::Text(::core::concat!("]);
    for line in text.split_inclusive('\n') {
        out.line(&[&literal(line), ","]);
    }
    out.close(&[")),"]);
}
