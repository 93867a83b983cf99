//! A printer of Rust source that knows how wide a line may be.
//!
//! It writes text, not token streams, laid out as rustfmt would lay it out (`ARCHITECTURE.md` says
//! why). Whoever prints says what a piece is (a list, a signature, a chain); the printer knows the
//! indentation and decides where lines break.

pub(crate) mod escape;
mod layout;
mod markdown;

pub(crate) use layout::{Call, MacroArgument};
use layout::{MAX_WIDTH, width};

const INDENT: &str = "    ";

/// Text of Rust source while it is written.
#[derive(Debug, Default)]
pub(crate) struct Printer {
    out: String,
    indent: usize,
}

impl Printer {
    /// What was printed.
    pub(crate) fn finish(self) -> String {
        self.out
    }

    /// Prints a line made of several texts.
    pub(crate) fn line(&mut self, texts: &[&str]) {
        self.indentation();
        self.texts(texts);
        self.text("\n");
    }

    /// Prints an empty line.
    pub(crate) fn blank(&mut self) {
        self.text("\n");
    }

    /// Prints a line and indents what follows.
    pub(crate) fn open(&mut self, texts: &[&str]) {
        self.line(texts);
        self.indent();
    }

    /// Ends what [`open`](Self::open) began.
    pub(crate) fn close(&mut self, texts: &[&str]) {
        self.dedent();
        self.line(texts);
    }

    /// Prints a `///` line of our own text, or of text that [`escape::code`] made safe.
    pub(crate) fn doc(&mut self, text: &str) {
        if text.is_empty() {
            self.line(&["///"]);
        } else {
            self.line(&["/// ", text]);
        }
    }

    /// Prints a paragraph of our own as `///` lines. It may hold Markdown; with the mark `- ` it is an
    /// item of a list.
    pub(crate) fn doc_paragraph(&mut self, mark: &str, text: &str) {
        let room = self.doc_width();
        let mut line = mark.to_owned();
        let mut empty = true;
        for word in text.split(' ') {
            if !empty && width(&line) + 1 + width(word) > room {
                self.doc(&line);
                line = " ".repeat(mark.len());
                empty = true;
            }
            if !empty {
                line.push(' ');
            }
            line.push_str(word);
            empty = false;
        }
        self.doc(&line);
    }

    /// Characters that a `///` line has room for.
    fn doc_width(&self) -> usize {
        MAX_WIDTH - self.indent * INDENT.len() - "/// ".len()
    }

    /// Whether a line of this width, without its indentation, is not too long.
    fn fits(&self, width: usize) -> bool {
        self.indent * INDENT.len() + width <= MAX_WIDTH
    }

    fn indent(&mut self) {
        self.indent += 1;
    }

    fn dedent(&mut self) {
        self.indent -= 1;
    }

    fn indentation(&mut self) {
        for _ in 0..self.indent {
            self.out.push_str(INDENT);
        }
    }

    fn text(&mut self, text: &str) {
        self.out.push_str(text);
    }

    fn texts(&mut self, texts: &[&str]) {
        texts.iter().for_each(|text| self.text(text));
    }
}
