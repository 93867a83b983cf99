//! The lines of the test.

use std::fmt;

use serde::Serialize;

use crate::connector::shown::one_line;

/// The result of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Standing {
    /// The prerequisite is met.
    Passed,
    /// The prerequisite is missing, and something does not work because of that.
    Failed,
    /// The prerequisite is optional, or it cannot be determined and somebody should look.
    Noted,
}

/// A prerequisite and the result of its test.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Line {
    /// An identifier for programs, such as `api-enabled`.
    pub id: String,
    /// The prerequisite, for people.
    pub what: String,
    /// The result.
    pub standing: Standing,
    /// What was found.
    pub found: String,
    /// What an administrator can do about it.
    pub remedy: Option<String>,
}

impl Line {
    pub(super) fn new(id: &str, what: &str, standing: Standing, found: impl Into<String>) -> Self {
        Self {
            id: id.to_owned(),
            what: what.to_owned(),
            standing,
            found: found.into(),
            remedy: None,
        }
    }

    pub(super) fn passed(id: &str, what: &str, found: impl Into<String>) -> Self {
        Self::new(id, what, Standing::Passed, found)
    }

    pub(super) fn noted(id: &str, what: &str, found: impl Into<String>) -> Self {
        Self::new(id, what, Standing::Noted, found)
    }

    pub(super) fn failed(id: &str, what: &str, found: impl Into<String>) -> Self {
        Self::new(id, what, Standing::Failed, found)
    }

    pub(super) fn remedy(mut self, remedy: impl Into<String>) -> Self {
        self.remedy = Some(remedy.into());
        self
    }
}

/// Collects the lines, and passes each to a function once it does not change any more.
pub(super) struct Lines<'a> {
    pub(super) found: Vec<Line>,
    told: usize,
    tell: &'a mut (dyn FnMut(&Line) + Send),
}

impl<'a> Lines<'a> {
    pub(super) fn new(tell: &'a mut (dyn FnMut(&Line) + Send)) -> Self {
        Self {
            found: Vec::new(),
            told: 0,
            tell,
        }
    }

    pub(super) fn push(&mut self, line: Line) {
        self.found.push(line);
    }

    /// Passes the lines that were added since the last call. They must not change any more.
    pub(super) fn report(&mut self) {
        for line in self.found.iter().skip(self.told) {
            (self.tell)(line);
        }
        self.told = self.found.len();
    }
}

/// All prerequisites of a connection.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Prerequisites {
    /// The name of the connection.
    pub connection: String,
    /// The lines, in the order of the tests.
    pub lines: Vec<Line>,
}

impl Prerequisites {
    /// Whether no line failed.
    #[must_use]
    pub fn is_met(&self) -> bool {
        self.lines
            .iter()
            .all(|line| line.standing != Standing::Failed)
    }
}

/// Writes each line, and below it the remedy if it failed.
impl fmt::Display for Prerequisites {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for line in &self.lines {
            let mark = match line.standing {
                Standing::Passed => '\u{2714}',
                Standing::Failed => '\u{2718}',
                Standing::Noted => '-',
            };
            writeln!(f, "{mark} {:<32} {}", line.what, one_line(&line.found))?;
            if let Some(remedy) = &line.remedy {
                writeln!(f, "    {remedy}")?;
            }
        }
        Ok(())
    }
}
