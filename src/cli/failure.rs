//! The failure of a subcommand: a message, its causes, and what to do.

use std::error::Error;
use std::fmt::Write as _;

use saponify_wsdl::is_hidden;

use super::excerpt::Excerpt;
use super::terminal::{columns_of_errors, label};

/// A failure of a subcommand.
#[derive(Debug)]
pub(crate) struct Failure {
    message: String,
    causes: Vec<String>,
    hint: Option<String>,
    /// The line of a file that is wrong. It is shown in place of message and causes.
    excerpt: Option<Box<Excerpt>>,
    code: u8,
}

impl Failure {
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            causes: Vec::new(),
            hint: None,
            excerpt: None,
            code: 1,
        }
    }

    /// A wrong use of the program.
    pub(crate) fn usage(message: impl Into<String>) -> Self {
        Self {
            code: 2,
            ..Self::new(message)
        }
    }

    /// The failure with another exit code.
    pub(crate) fn with_code(self, code: u8) -> Self {
        Self { code, ..self }
    }

    /// The exit code of the program.
    pub(crate) fn code(&self) -> u8 {
        self.code
    }

    /// Adds an error and its causes, without repeating what was already said.
    pub(crate) fn because(mut self, error: impl Error) -> Self {
        self.note(error.to_string());
        let mut source = error.source();
        while let Some(cause) = source {
            self.note(cause.to_string());
            source = cause.source();
        }
        self
    }

    /// Adds causes in words.
    pub(crate) fn because_of(mut self, causes: impl IntoIterator<Item = String>) -> Self {
        self.causes.extend(causes);
        self
    }

    /// Adds what to do about it.
    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Self {
        let hint = hint.into();
        if let Some(excerpt) = &mut self.excerpt {
            excerpt.advise(&hint);
        }
        self.hint = Some(hint);
        self
    }

    /// What is wrong, in one sentence.
    pub(crate) fn message(&self) -> &str {
        &self.message
    }

    /// What to do about it; empty if nobody knows.
    pub(crate) fn advice(&self) -> &str {
        self.hint.as_deref().unwrap_or_default()
    }

    fn note(&mut self, cause: String) {
        let said = self.causes.last().unwrap_or(&self.message);
        if !said.contains(&cause) {
            self.causes.push(cause);
        }
    }

    /// The text for standard error.
    pub(crate) fn report(&self) -> String {
        if let Some(excerpt) = &self.excerpt {
            let columns = columns_of_errors().unwrap_or(100);
            return excerpt.render(columns, console::colors_enabled_stderr());
        }
        let mut out = String::new();
        let error = label("error:", console::Style::new().red().bold());
        let _ = writeln!(out, "{}", self.message);
        for cause in &self.causes {
            let lines = cause.lines().map(str::trim_end);
            let lines: Vec<&str> = lines.filter(|line| !line.is_empty()).collect();
            let _ = writeln!(out, "  cause: {}", lines.join("\n         "));
        }
        if let Some(hint) = &self.hint {
            let _ = writeln!(out, "   help: {hint}");
        }
        let out = out.replace(|c| c != '\n' && is_hidden(c), " ");
        format!("{error} {out}")
    }
}

impl From<&saponify_cli::connector::Error> for Failure {
    fn from(error: &saponify_cli::connector::Error) -> Self {
        let mut failure = Self::new(error.to_string());
        failure.causes = error.causes();
        failure.hint = error.advice().map(str::to_owned);
        failure.code = error.exit_code();
        failure
    }
}

impl From<saponify_cli::connector::Error> for Failure {
    fn from(error: saponify_cli::connector::Error) -> Self {
        Self::from(&error)
    }
}

impl From<saponify_sandbox::Error> for Failure {
    fn from(error: saponify_sandbox::Error) -> Self {
        Self::new("the sandbox failed").because(error)
    }
}

impl From<saponify_codegen::Error> for Failure {
    fn from(error: saponify_codegen::Error) -> Self {
        const IMPORTS: &str = "--root DIR lets imports read a directory that holds both files, --provide IMPORT=FILE takes \
             a file that you saved, --skip-import IMPORT does without";
        let import = error.wsdl_error().is_some_and(|error| error.is_import());
        let excerpt = Excerpt::of(&error, import.then(|| IMPORTS.to_owned())).map(Box::new);
        let (failure, hint) = match (error.wsdl_error(), error.file()) {
            // The reader's error says all that is known: file, what is wrong, and what to do.
            (Some(wsdl), Some(file)) => {
                let failure = Self::new(format!("{}: {}", file.display(), wsdl.message()));
                let cause = std::error::Error::source(wsdl);
                let failure = match cause {
                    Some(cause) => failure.because(cause),
                    None => failure,
                };
                (failure, wsdl.advice().map(str::to_owned))
            }
            // The causes of an error in a file of options are in its message.
            (None, Some(file)) if error.is_config() || error.is_selection() => {
                (Self::new(format!("{}: {error}", file.display())), None)
            }
            _ => (Self::new(error.to_string()).because(&error), None),
        };
        Self {
            hint,
            excerpt,
            ..failure
        }
    }
}
