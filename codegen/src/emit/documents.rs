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
                // The address that stands in the WSDL is not published.
                PublishedPiece::Address { service, port, .. } => {
                    let name = literal(&format!("{service}.{port}"));
                    out.line(&["g::Piece::Address(", &name, "),"]);
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

/// Prints a text as one literal with a line for each line of the text, so that a change of the WSDL is a change
/// of these lines.
fn print_text(out: &mut Printer, text: &str) {
    out.open(&["g::Piece::Text(", "\"\\"]);
    for line in text.split_inclusive('\n') {
        let literal = literal(line);
        let inner = literal
            .strip_prefix('"')
            .and_then(|rest| rest.strip_suffix('"'));
        let inner = inner.unwrap_or_default();
        // White space at the beginning of a continued line is skipped, or gives a warning.
        let mut rest = inner.chars();
        match rest.next().filter(|first| first.is_whitespace()) {
            Some(' ') => out.line(&["\\x20", rest.as_str(), "\\"]),
            Some(first) => {
                let first = first.escape_unicode().to_string();
                out.line(&[&first, rest.as_str(), "\\"]);
            }
            None => out.line(&[inner, "\\"]),
        }
    }
    out.close(&["\"),"]);
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whatever a document contains, the literal has the same text.
    #[test]
    fn texts_are_what_they_were() {
        for text in [
            "",
            "a",
            "\n",
            "  a\n\tb\n \n\n c",
            "\"\\\n\\\" \\n\r\n",
            "{}\u{202e}\u{feff}é\u{1f600}'*/",
            "a \\\n b",
            "\u{a0}x\n\u{3000}y",
        ] {
            let mut out = Printer::default();
            out.open(&["["]);
            print_text(&mut out, text);
            let printed = out.finish();
            let literal = printed
                .trim()
                .strip_prefix("[\n    g::Piece::Text(")
                .unwrap();
            let literal = literal.strip_suffix("),").unwrap();
            let parsed: syn::LitStr = syn::parse_str(literal).expect("a literal");
            assert_eq!(parsed.value(), text, "{printed}");
        }
    }
}
