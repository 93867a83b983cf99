//! An error in a file, with the line that is wrong.

use annotate_snippets::{AnnotationKind, Level, Renderer, Snippet};
use saponify_codegen::Error;
use saponify_wsdl::is_hidden;

/// What an error says about a file.
#[derive(Debug)]
pub(super) struct Excerpt {
    title: String,
    /// The file, if it has a name.
    file: Option<String>,
    text: String,
    span: std::ops::Range<usize>,
    line: usize,
    column: usize,
    /// The column in the text, of which the beginning may be cut.
    column_of_text: usize,
    notes: Vec<String>,
    help: Option<String>,
}

/// What stands for the beginning of a line that is left out.
const CUT: &str = "...";

impl Excerpt {
    /// The excerpt of an error that has one.
    pub(super) fn of(error: &Error, help: Option<String>) -> Option<Self> {
        let excerpt = error.excerpt()?;
        let (title, path, advice) = match error.wsdl_error() {
            Some(error) => (error.message().to_owned(), error.path(), error.advice()),
            None => (error.to_string(), &[][..], None),
        };
        let mut notes = Vec::new();
        if !path.is_empty() {
            notes.push(printable(&format!("in {}", path.join(" > "))));
        }
        notes.extend(advice.map(printable));
        let cut = match excerpt.skipped() {
            0 => "",
            _ => CUT,
        };
        let (position, span) = (excerpt.position(), excerpt.span());
        Some(Self {
            title: printable(&title),
            file: error
                .file()
                .map(|file| printable(&file.display().to_string())),
            text: [cut, excerpt.text()].concat(),
            span: span.start + cut.len()..span.end + cut.len(),
            line: usize::try_from(position.line).unwrap_or(1),
            column: usize::try_from(position.column).unwrap_or(1),
            column_of_text: cut.len() + excerpt.text()[..span.start].chars().count() + 1,
            notes,
            help,
        })
    }

    /// Adds what to do about it.
    pub(super) fn advise(&mut self, help: &str) {
        self.help = Some(printable(help));
    }

    /// The text for standard error.
    pub(super) fn render(&self, columns: usize, colored: bool) -> String {
        let mut snippet = Snippet::source(&*self.text)
            .line_start(self.line)
            .annotation(AnnotationKind::Primary.span(self.span.clone()));
        if let Some(file) = &self.file {
            snippet = snippet.path(&**file);
        }
        let mut group = Level::ERROR.primary_title(&*self.title).element(snippet);
        for note in &self.notes {
            group = group.element(Level::NOTE.message(&**note));
        }
        if let Some(help) = &self.help {
            group = group.element(Level::HELP.message(&**help));
        }
        let renderer = match colored {
            true => Renderer::styled(),
            false => Renderer::plain(),
        };
        let text = renderer.term_width(columns).render(&[group]) + "\n";
        // The renderer counts columns in the text that it gets.
        match &self.file {
            Some(file) if self.column_of_text != self.column => {
                let place = |column| format!("{file}:{}:{column}", self.line);
                text.replacen(&place(self.column_of_text), &place(self.column), 1)
            }
            _ => text,
        }
    }
}

/// A text that cannot move the cursor of a terminal or imitate other text.
fn printable(text: &str) -> String {
    text.replace(|c| c != '\n' && is_hidden(c), "\u{fffd}")
}

#[cfg(test)]
mod tests {
    use saponify_codegen::Config;

    use super::*;

    /// A WSDL may be one line of many megabytes.
    #[test]
    fn the_beginning_of_a_long_line_costs_nothing() {
        let filler = "<!-- x -->".repeat(100_000);
        let wsdl =
            format!("<definitions xmlns='http://schemas.xmlsoap.org/wsdl/'>{filler}<types></oops>");
        let error = Config::new().generate(wsdl.as_bytes()).err().unwrap();
        let mut excerpt = Excerpt::of(&error, None).unwrap();
        assert!(excerpt.text.len() < 500, "{}", excerpt.text.len());
        excerpt.file = Some("a.wsdl".to_owned());
        let shown = excerpt.render(80, false);
        assert!(shown.contains(" --> a.wsdl:1:1000062\n"), "{shown}");
        assert!(shown.contains("<types></oops>\n"), "{shown}");
        assert!(shown.contains("^^^^^^^\n"), "{shown}");
    }
}
