//! How rustfmt lays out lists, signatures and chains. This is the only place that measures lines.

use super::printer::{Printer, width};

/// Longest list of arguments, array or method chain on one line (rustfmt's default heuristics).
const SHORT: usize = 60;

/// Width of items that stand on one line with `, ` between them.
fn joined_width<S: AsRef<str>>(items: &[S]) -> usize {
    let widths = items.iter().map(|item| width(item.as_ref()) + 2);
    widths.sum::<usize>().saturating_sub(2)
}

fn total_width(texts: &[&str]) -> usize {
    texts.iter().map(|text| width(text)).sum()
}

/// A call within a list: one line of [`Printer::calls`].
#[derive(Debug)]
pub(crate) struct Call {
    pub(crate) function: &'static str,
    pub(crate) arguments: Vec<String>,
}

impl Printer {
    /// Prints a call or an array, whose opening bracket ends `head` and whose closing bracket begins
    /// `tail`: on one line if it is short, else with an item per line.
    pub(crate) fn list<S: AsRef<str>>(&mut self, head: &str, items: &[S], tail: &str) {
        let inner = joined_width(items);
        let fits = self.fits(width(head) + inner + width(tail));
        if items.is_empty() || inner <= SHORT && fits {
            self.joined(head, items, tail);
        } else {
            self.one_per_line(head, items, tail);
        }
    }

    /// As [`list`](Self::list), within a macro call that rustfmt does not format: only the width of
    /// the line counts.
    pub(crate) fn macro_list<S: AsRef<str>>(&mut self, head: &str, items: &[S], tail: &str) {
        if self.fits(width(head) + joined_width(items) + width(tail)) {
            self.joined(head, items, tail);
        } else {
            self.one_per_line(head, items, tail);
        }
    }

    fn joined<S: AsRef<str>>(&mut self, head: &str, items: &[S], tail: &str) {
        self.indentation();
        self.text(head);
        for (n, item) in items.iter().enumerate() {
            self.text(if n == 0 { "" } else { ", " });
            self.text(item.as_ref());
        }
        self.text(tail);
        self.text("\n");
    }

    fn one_per_line<S: AsRef<str>>(&mut self, head: &str, items: &[S], tail: &str) {
        self.open(&[head]);
        for item in items {
            self.line(&[item.as_ref(), ","]);
        }
        self.close(&[tail]);
    }

    /// Prints an array of calls, each on a line of its own however long it is, so that one that comes
    /// or goes changes one line.
    pub(crate) fn calls(&mut self, head: &str, calls: &[Call], tail: &str) {
        if calls.is_empty() {
            return self.line(&[head, tail]);
        }
        self.open(&[head]);
        for call in calls {
            self.line(&[call.function, "(", &call.arguments.join(", "), "),"]);
        }
        self.close(&[tail]);
    }

    /// Prints a list with as many items per line as fit, each followed by a comma.
    pub(crate) fn filled<S: AsRef<str>>(&mut self, items: &[S]) {
        let mut line = String::new();
        for item in items.iter().map(AsRef::as_ref) {
            if !line.is_empty() && !self.fits(width(&line) + 1 + width(item) + 1) {
                self.line(&[&line]);
                line.clear();
            }
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(item);
            line.push(',');
        }
        if !line.is_empty() {
            self.line(&[&line]);
        }
    }

    /// Prints a list without commas, with as many items per line as fit.
    pub(crate) fn words(&mut self, items: &[String]) {
        let mut line = String::new();
        for item in items {
            if !line.is_empty() && !self.fits(width(&line) + 1 + width(item)) {
                self.line(&[&line]);
                line.clear();
            }
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(item);
        }
        if !line.is_empty() {
            self.line(&[&line]);
        }
    }

    /// Prints the names that a `use` declaration imports from a module.
    pub(crate) fn import<S: AsRef<str>>(&mut self, module: &str, names: &[S]) {
        match names {
            [] => {}
            [name] => self.line(&["use ", module, "::", name.as_ref(), ";"]),
            names => {
                let head = ["use ", module, "::{"].concat();
                if self.fits(width(&head) + joined_width(names) + "};".len()) {
                    self.joined(&head, names, "};");
                } else {
                    self.open(&[&head]);
                    self.filled(names);
                    self.close(&["};"]);
                }
            }
        }
    }

    /// Prints the call of a macro with parentheses, whose arguments rustfmt leaves as they are:
    /// `arguments` on a line each, an argument in brackets with an item per line if it is long, and
    /// then as many of the `rest` per line as fit.
    pub(crate) fn macro_call(&mut self, name: &str, arguments: &[MacroArgument], rest: &[String]) {
        let mut all: Vec<String> = arguments.iter().map(MacroArgument::joined).collect();
        all.extend_from_slice(rest);
        let head = [name, "("].concat();
        let tail = if rest.is_empty() { ",);" } else { ");" };
        if self.fits(width(&head) + joined_width(&all) + width(tail)) {
            return self.joined(&head, &all, tail);
        }
        self.open(&[&head]);
        for (argument, joined) in arguments.iter().zip(&all) {
            match argument {
                MacroArgument::List(items) if joined_width(items) > SHORT => {
                    self.open(&["["]);
                    for (n, item) in items.iter().enumerate() {
                        let comma = if n + 1 < items.len() { "," } else { "" };
                        self.line(&[item, comma]);
                    }
                    self.close(&["],"]);
                }
                _ => self.line(&[joined, ","]),
            }
        }
        self.filled(rest);
        self.close(&[");"]);
    }

    /// Prints the signature of a function up to its opening brace, and indents what follows. `head`
    /// ends with the function's name and generics.
    pub(crate) fn signature<S: AsRef<str>>(
        &mut self,
        head: &[&str],
        parameters: &[S],
        result: &[&str],
    ) {
        let line = total_width(head) + joined_width(parameters) + total_width(result);
        self.indentation();
        self.texts(head);
        self.text("(");
        if self.fits(line + "() {".len()) {
            for (n, parameter) in parameters.iter().enumerate() {
                self.text(if n == 0 { "" } else { ", " });
                self.text(parameter.as_ref());
            }
        } else {
            self.text("\n");
            self.indent();
            for parameter in parameters {
                self.line(&[parameter.as_ref(), ","]);
            }
            self.dedent();
            self.indentation();
        }
        self.text(")");
        self.texts(result);
        self.text(" {\n");
        self.indent();
    }

    /// Prints a chain of method calls. `head` is the receiver with its fields.
    pub(crate) fn chain<S: AsRef<str>>(&mut self, head: &[&str], calls: &[S]) {
        let parts = head.iter().copied().chain(calls.iter().map(AsRef::as_ref));
        let line = parts.clone().map(|part| width(part) + 1).sum::<usize>() - 1;
        self.indentation();
        if line <= SHORT || parts.clone().count() <= 2 {
            for (n, part) in parts.enumerate() {
                self.text(if n == 0 { "" } else { "." });
                self.text(part);
            }
            self.text("\n");
            return;
        }
        // rustfmt keeps `self.field` together at the beginning of a chain.
        let kept = head.len().min(2);
        self.text(&head[..kept].join("."));
        self.text("\n");
        self.indent();
        for part in parts.skip(kept) {
            self.line(&[".", part]);
        }
        self.dedent();
    }
}

/// An argument of [`Printer::macro_call`].
#[derive(Debug)]
pub(crate) enum MacroArgument {
    Text(String),
    List(Vec<String>),
}

impl MacroArgument {
    fn joined(&self) -> String {
        match self {
            MacroArgument::Text(text) => text.clone(),
            MacroArgument::List(items) => format!("[{}]", items.join(", ")),
        }
    }
}
