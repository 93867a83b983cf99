//! An error in a file, with the line that is wrong.

use annotate_snippets::{AnnotationKind, Level, Renderer, Snippet};
use saponify_codegen::Error;

/// What an error says about a file.
#[derive(Debug)]
pub(super) struct Excerpt {
    title: String,
    /// The file, if it has a name.
    file: Option<String>,
    text: String,
    span: std::ops::Range<usize>,
    line: usize,
    notes: Vec<String>,
    help: Option<String>,
}

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
            notes.push(format!("in {}", path.join(" > ")));
        }
        notes.extend(advice.map(str::to_owned));
        // The renderer counts columns and cuts long lines itself.
        let skipped = " ".repeat(excerpt.skipped());
        let span = excerpt.span();
        Some(Self {
            title,
            file: error.file().map(|file| file.display().to_string()),
            text: skipped.clone() + excerpt.text(),
            span: span.start + skipped.len()..span.end + skipped.len(),
            line: usize::try_from(excerpt.position().line).unwrap_or(1),
            notes,
            help,
        })
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
        renderer.term_width(columns).render(&[group]) + "\n"
    }
}
