//! A value that a chain of calls builds, with a line or more for each call.

use super::printer::{Printer, width};

/// A call in the chain of [`Printer::links`]: `.method(arguments)`.
#[derive(Debug)]
pub(crate) enum Link {
    /// All of the call's arguments on one line.
    Line(&'static str, String),
    /// A sum of flags. Without flags there is no call.
    Flags(&'static str, Vec<&'static str>),
    /// An array of references. Without items there is no call.
    Array(&'static str, Vec<String>),
    /// A text of several lines, between two other arguments. Without lines there is no call.
    Text {
        method: &'static str,
        first: String,
        lines: Vec<String>,
        last: String,
    },
}

impl Link {
    fn is_empty(&self) -> bool {
        match self {
            Link::Line(..) => false,
            Link::Flags(_, flags) => flags.is_empty(),
            Link::Array(_, items) => items.is_empty(),
            Link::Text { lines, .. } => lines.is_empty(),
        }
    }
}

impl Printer {
    /// Prints the head of an expression, the calls of the chain that are not empty, and a semicolon.
    pub(crate) fn links(&mut self, head: &[&str], links: &[Link]) {
        let links: Vec<&Link> = links.iter().filter(|link| !link.is_empty()).collect();
        let Some((last, others)) = links.split_last() else {
            return self.line(&[head, &[";"]].concat());
        };
        self.open(head);
        others.iter().for_each(|link| self.link(link, ")"));
        self.link(last, ");");
        self.dedent();
    }

    fn link(&mut self, link: &Link, tail: &str) {
        match link {
            Link::Line(method, arguments) => self.line(&[".", method, "(", arguments, tail]),
            Link::Flags(method, flags) => {
                let joined = flags.join(" | ");
                if self.fits(1 + width(method) + 1 + width(&joined) + width(tail)) {
                    return self.line(&[".", method, "(", &joined, tail]);
                }
                self.open(&[".", method, "("]);
                self.open(&flags[..1]);
                flags[1..].iter().for_each(|flag| self.line(&["| ", flag]));
                self.dedent();
                self.close(&[tail]);
            }
            Link::Array(method, items) => {
                let head = [".", method, "(&["].concat();
                self.list(&head, items, &["]", tail].concat());
            }
            Link::Text {
                method,
                first,
                lines,
                last,
            } => {
                self.line(&[".", method, "(", first, ", \""]);
                for line in lines {
                    // The text would contain the indentation.
                    self.texts(&[line, "\n"]);
                }
                self.texts(&["\", ", last, tail, "\n"]);
            }
        }
    }
}
