//! The failure of a subcommand: a message, its causes, and what to do.

use std::error::Error;
use std::fmt::Write as _;

use saponify_cli::connector::shown::is_unsafe;

/// A failure of a subcommand.
#[derive(Debug)]
pub(crate) struct Failure {
    message: String,
    causes: Vec<String>,
    hint: Option<String>,
    code: u8,
}

impl Failure {
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            causes: Vec::new(),
            hint: None,
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

    /// Adds what to do about it.
    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    fn note(&mut self, cause: String) {
        let said = self.causes.last().unwrap_or(&self.message);
        if !said.contains(&cause) {
            self.causes.push(cause);
        }
    }

    /// The text for standard error.
    pub(crate) fn report(&self) -> String {
        let mut out = String::new();
        let _ = writeln!(out, "error: {}", self.message);
        for cause in &self.causes {
            let lines = cause.lines().map(str::trim_end);
            let lines: Vec<&str> = lines.filter(|line| !line.is_empty()).collect();
            let _ = writeln!(out, "  cause: {}", lines.join("\n         "));
        }
        if let Some(hint) = &self.hint {
            let _ = writeln!(out, "   help: {hint}");
        }
        out.replace(|c| c != '\n' && is_unsafe(c), " ")
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
        let failure = Self::new(error.to_string());
        let import = error.wsdl_error().is_some_and(|error| error.is_import());
        let failure = failure.because(error);
        match import {
            true => failure.hint(
                "--root DIR lets imports read a directory that holds both files, --provide \
                 IMPORT=FILE takes a file that you saved, --skip-import IMPORT does without",
            ),
            false => failure,
        }
    }
}
