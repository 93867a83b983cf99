//! The text that is printed, its indentation and its width.

/// Longest line, in characters.
pub(super) const MAX_WIDTH: usize = 100;
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
        for line in wrapped(mark, text, self.doc_width()) {
            self.doc(&line);
        }
    }

    /// Prints a paragraph as `//` lines.
    pub(crate) fn comment(&mut self, text: &str) {
        for line in wrapped("", text, self.doc_width()) {
            self.line(&["// ", &line]);
        }
    }

    /// Characters that a `///` line has room for.
    pub(super) fn doc_width(&self) -> usize {
        MAX_WIDTH - self.indent * INDENT.len() - "/// ".len()
    }

    /// Whether a line of this width, without its indentation, is not too long.
    pub(super) fn fits(&self, width: usize) -> bool {
        self.indent * INDENT.len() + width <= MAX_WIDTH
    }

    pub(super) fn indent(&mut self) {
        self.indent += 1;
    }

    pub(crate) fn dedent(&mut self) {
        self.indent -= 1;
    }

    pub(super) fn indentation(&mut self) {
        for _ in 0..self.indent {
            self.out.push_str(INDENT);
        }
    }

    pub(super) fn text(&mut self, text: &str) {
        self.out.push_str(text);
    }

    pub(super) fn texts(&mut self, texts: &[&str]) {
        texts.iter().for_each(|text| self.text(text));
    }
}

/// Number of characters in a text.
pub(super) fn width(text: &str) -> usize {
    if text.is_ascii() {
        text.len()
    } else {
        text.chars().count()
    }
}

/// The words of a text on lines of at most `room` characters. `mark` begins the first line, and the
/// others are indented as far.
fn wrapped(mark: &str, text: &str, room: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = mark.to_owned();
    let mut is_empty = true;
    for word in text.split(' ') {
        if !is_empty && width(&line) + 1 + width(word) > room {
            lines.push(std::mem::replace(&mut line, " ".repeat(mark.len())));
            is_empty = true;
        }
        if !is_empty {
            line.push(' ');
        }
        line.push_str(word);
        is_empty = false;
    }
    lines.push(line);
    lines
}
