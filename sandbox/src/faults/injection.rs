//! Injections: the calls that a mode is applied to.

use std::str::FromStr;

use super::{FaultName, Mode, Stage};
use crate::error::Error;

/// A mode, and the calls that it is applied to.
///
/// The text form is `NAME`, `NAME@OPERATION`, or either of them with `:after=N`, `:after_rows=N`,
/// `:every=N` and `:times=N`, such as `no_response@create:every=3`. The operation is a SOAP operation
/// (`create`) or the last part of an OAuth address (`token`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Injection {
    mode: Mode,
    operation: Option<String>,
    after: u64,
    after_rows: u64,
    every: u64,
    times: Option<u64>,
}

impl Injection {
    /// Makes an injection that applies a mode to all calls.
    #[must_use]
    pub fn new(mode: Mode) -> Self {
        Self {
            mode,
            operation: None,
            after: 0,
            after_rows: 0,
            every: 1,
            times: None,
        }
    }

    /// Applies the mode only to this operation.
    #[must_use]
    pub fn on(mut self, operation: impl Into<String>) -> Self {
        self.operation = Some(operation.into());
        self
    }

    /// Leaves out the first calls.
    #[must_use]
    pub fn after(mut self, calls: u64) -> Self {
        self.after = calls;
        self
    }

    /// Leaves out all calls until this many rows were sent.
    #[must_use]
    pub fn after_rows(mut self, rows: u64) -> Self {
        self.after_rows = rows;
        self
    }

    /// Applies the mode only to the first of every `n` calls.
    #[must_use]
    pub fn every(mut self, n: u64) -> Self {
        self.every = n.max(1);
        self
    }

    /// Applies the mode to at most `n` calls.
    #[must_use]
    pub fn times(mut self, n: u64) -> Self {
        self.times = Some(n);
        self
    }
}

impl FromStr for Injection {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let mut parts = text.split(':');
        let what = parts.next().unwrap_or_default();
        let (name, operation) = match what.split_once('@') {
            Some((name, operation)) => (name, Some(operation)),
            None => (what, None),
        };
        let found = FaultName::find(name).ok_or_else(|| {
            Error::other(format!(
                "`{name}` is not the name of a fault; run `saponify sandbox serve --help` for the list"
            ))
        })?;
        let mut injection = Self {
            operation: operation.or(found.operation).map(str::to_owned),
            after_rows: found.after_rows,
            times: found.times,
            ..Self::new(found.mode)
        };
        for part in parts {
            let wrong = || {
                Error::other(format!(
                    "`{part}` in `{text}` is not one of after=N, after_rows=N, every=N and times=N"
                ))
            };
            let (key, value) = part.split_once('=').ok_or_else(wrong)?;
            let value = value.parse().map_err(|_| wrong())?;
            injection = match key {
                "after" => injection.after(value),
                "after_rows" => injection.after_rows(value),
                "every" => injection.every(value),
                "times" => injection.times(value),
                _ => return Err(wrong()),
            };
        }
        Ok(injection)
    }
}

/// The injections of a running server, with their counters.
#[derive(Debug, Default)]
pub(crate) struct Injections(Vec<Active>);

#[derive(Debug)]
struct Active {
    injection: Injection,
    /// Calls that the mode could have been applied to.
    seen: u64,
    /// Calls that are still left out.
    spared: u64,
    hit: u64,
}

impl Injections {
    pub(crate) fn add(&mut self, injection: Injection) {
        self.0.push(Active {
            spared: injection.after,
            injection,
            seen: 0,
            hit: 0,
        });
    }

    pub(crate) fn clear(&mut self) {
        self.0.clear();
    }

    /// The mode of the first injection that applies to a call. `rows` is the number of rows that were sent
    /// so far.
    pub(crate) fn choose(&mut self, stage: Stage, operation: &str, rows: u64) -> Option<Mode> {
        (self.0.iter_mut()).find_map(|active| active.hits(stage, operation, rows))
    }
}

impl Active {
    fn hits(&mut self, stage: Stage, operation: &str, rows: u64) -> Option<Mode> {
        let injection = &self.injection;
        let concerns = injection.mode.stage() == stage
            && (stage != Stage::Call
                || (injection.operation.as_ref()).is_none_or(|name| name == operation));
        if !concerns || rows < injection.after_rows {
            return None;
        }
        if self.spared > 0 {
            self.spared -= 1;
            return None;
        }
        let is_due = self.seen.is_multiple_of(injection.every);
        self.seen += 1;
        if !is_due || injection.times.is_some_and(|times| self.hit >= times) {
            return None;
        }
        self.hit += 1;
        Some(injection.mode.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_text_form_selects_calls() {
        let parse = |text: &str| text.parse::<Injection>();
        let expected = Injection::new(Mode::Swallow)
            .on("create")
            .after(2)
            .every(3)
            .times(4);
        assert_eq!(
            parse("no_response@create:after=2:every=3:times=4").unwrap(),
            expected
        );
        assert_eq!(
            parse("status_502").unwrap(),
            Injection::new(Mode::Status(502))
        );
        assert_eq!(parse("session_storm").unwrap().after_rows, 1_000);
        assert_eq!(parse("session_storm:after_rows=7").unwrap().after_rows, 7);
        let dead = parse("dead_locators").unwrap();
        assert_eq!(dead.operation.as_deref(), Some("queryMore"));
        for text in [
            "",
            "nonsense",
            "html_503:x",
            "html_503:every=x",
            "fault_x",
            "status_7",
        ] {
            assert!(parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn counters_select_calls() {
        let mut injections = Injections::default();
        injections.add(
            Injection::new(Mode::Html503)
                .on("query")
                .after(1)
                .every(2)
                .times(2),
        );
        let hits: Vec<_> = (0..8)
            .map(|_| injections.choose(Stage::Call, "query", 0).is_some())
            .collect();
        assert_eq!(hits, [false, true, false, true, false, false, false, false]);
        assert_eq!(injections.choose(Stage::Call, "create", 0), None);
        assert_eq!(injections.choose(Stage::Head, "query", 0), None);
    }

    #[test]
    fn names_are_unique_and_each_has_a_description() {
        let mut all = FaultName::all();
        assert!(all.len() > 80);
        assert!(
            all.iter()
                .all(|known| !known.help.is_empty() && known.help.len() < 100)
        );
        all.sort_by_key(|known| known.name);
        all.dedup_by_key(|known| known.name);
        assert_eq!(all.len(), FaultName::all().len());
    }
}
