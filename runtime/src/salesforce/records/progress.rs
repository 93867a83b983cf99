//! Counts the rows of a query and detects responses that contradict each other.
//!
//! A stream that ends without an error has returned every row. Therefore everything that would end
//! the stream early, or never end it, is an error of the first response that shows it.

use std::collections::HashSet;
use std::hash::{BuildHasher as _, RandomState};

/// What has arrived so far.
#[derive(Debug, Default)]
pub(super) struct Progress {
    /// The number of rows of all responses.
    rows: u64,
    /// The number of rows of the current response.
    in_response: u64,
    /// The number of rows of the query, as the first response with a total stated it.
    announced: Option<u64>,
    /// Hashes of the locators so far, with 8 bytes for each response.
    locators: HashSet<u64>,
    hasher: RandomState,
}

/// The fields of a response besides its rows.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Summary<'a> {
    pub(super) done: Option<bool>,
    pub(super) locator: Option<&'a str>,
    /// The total number of rows. A negative number means that the total is unknown.
    pub(super) size: Option<i64>,
}

/// What follows a response.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum After {
    /// There are no more rows.
    End,
    /// The next rows are available with this locator.
    More(String),
}

impl Progress {
    /// The state after rows that arrived with a parent, before the first response.
    pub(super) fn given(announced: Option<i64>) -> Self {
        Self {
            announced: announced.and_then(|size| u64::try_from(size).ok()),
            ..Self::default()
        }
    }

    /// The total number of rows of the query, if a response stated it.
    pub(super) fn announced(&self) -> Option<u64> {
        self.announced
    }

    /// Counts a row. The error is that there are more rows than were announced.
    pub(super) fn row(&mut self) -> Result<(), String> {
        self.rows += 1;
        self.in_response += 1;
        match self.announced {
            Some(announced) if self.rows > announced => Err(format!(
                "the service announced {announced} rows, but more came"
            )),
            _ => Ok(()),
        }
    }

    /// Ends a response. `counts` says that the query asks for a number and has no rows.
    pub(super) fn response_ended(
        &mut self,
        summary: Summary<'_>,
        counts: bool,
    ) -> Result<After, String> {
        let in_response = std::mem::take(&mut self.in_response);
        if self.announced.is_none() {
            self.announced = summary.size.and_then(|size| u64::try_from(size).ok());
        }
        if summary.done == Some(true) {
            return self.end(counts).map(|()| After::End);
        }
        if let Some(announced) = self.announced.filter(|announced| self.rows > *announced) {
            return Err(format!(
                "the service announced {announced} rows, but {} came",
                self.rows
            ));
        }
        let Some(locator) = summary.locator.filter(|locator| !locator.is_empty()) else {
            return Err(
                "the response says that there are more rows, but it has no queryLocator".to_owned(),
            );
        };
        if in_response == 0 {
            return Err("a response came without rows although it is not the last".to_owned());
        }
        if !self.locators.insert(self.hasher.hash_one(locator)) {
            return Err("the service gave a locator a second time".to_owned());
        }
        Ok(After::More(locator.to_owned()))
    }

    /// Ends the query, because the service says that there are no more rows.
    pub(super) fn end(&self, counts: bool) -> Result<(), String> {
        match self.announced {
            Some(announced) if announced != self.rows && !(counts && self.rows == 0) => Err(
                format!("the query has {announced} rows, but {} came", self.rows),
            ),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn summary(done: bool, locator: &str, size: i64) -> Summary<'_> {
        Summary {
            done: Some(done),
            locator: Some(locator),
            size: Some(size),
        }
    }

    fn rows(progress: &mut Progress, count: usize) {
        for _ in 0..count {
            progress.row().unwrap();
        }
    }

    #[test]
    fn whole_queries_end_well() {
        let mut progress = Progress::default();
        rows(&mut progress, 2);
        let after = progress.response_ended(summary(false, "q-2", 3), false);
        assert_eq!(after, Ok(After::More("q-2".to_owned())));
        rows(&mut progress, 1);
        let after = progress.response_ended(summary(true, "", 3), false);
        assert_eq!(after, Ok(After::End));
        assert_eq!(progress.rows, 3);
    }

    #[test]
    fn an_unknown_total_is_no_total() {
        let mut progress = Progress::default();
        rows(&mut progress, 2);
        progress
            .response_ended(summary(false, "q-2", -1), false)
            .unwrap();
        rows(&mut progress, 2);
        let after = progress.response_ended(summary(true, "", -1), false);
        assert_eq!(after, Ok(After::End));
        assert_eq!(progress.announced(), None);
    }

    #[test]
    fn a_number_without_rows_is_whole() {
        let mut progress = Progress::default();
        let after = progress.response_ended(summary(true, "", 17), true);
        assert_eq!(after, Ok(After::End));
        assert_eq!(progress.announced(), Some(17));
    }

    #[test]
    fn responses_that_do_not_add_up_are_errors_at_once() {
        for (count, last, expected) in [
            (3, summary(true, "", 2), "has 2 rows, but 3"),
            (1, summary(true, "", 2), "has 2 rows, but 1"),
            (1, summary(false, "", 2), "no queryLocator"),
            (
                1,
                Summary {
                    locator: None,
                    ..summary(false, "", 2)
                },
                "no queryLocator",
            ),
            (
                1,
                Summary {
                    done: None,
                    ..summary(false, "", 2)
                },
                "no queryLocator",
            ),
            (0, summary(false, "q-0", 2), "without rows"),
            (3, summary(false, "q-3", 2), "announced 2 rows, but 3"),
        ] {
            let mut progress = Progress::default();
            rows(&mut progress, count);
            let error = progress.response_ended(last, false).unwrap_err();
            assert!(error.contains(expected), "{error}");
        }
    }

    #[test]
    fn no_service_can_page_forever() {
        // Two locators that alternate, with an unknown total.
        let mut progress = Progress::default();
        let mut responses = 0;
        let error = loop {
            rows(&mut progress, 1);
            let locator = ["a", "b"][responses % 2];
            match progress.response_ended(summary(false, locator, -1), false) {
                Ok(_) => responses += 1,
                Err(error) => break error,
            }
        };
        assert_eq!(responses, 2);
        assert!(error.contains("second time"), "{error}");
        // A known total, with new locators each time.
        let mut progress = Progress::default();
        rows(&mut progress, 2);
        progress
            .response_ended(summary(false, "q-1", 3), false)
            .unwrap();
        rows(&mut progress, 1);
        assert!(progress.row().unwrap_err().contains("announced 3"));
    }
}
