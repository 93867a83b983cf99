//! The position in the query that a fault of a query reports.

use crate::soap::Fault;

impl Fault {
    /// The line of the query, counted from 1. Only faults of queries have it.
    #[must_use]
    pub fn row(&self) -> Option<i32> {
        self.number("row")
    }

    /// The column of the query, counted from 1. Only faults of queries have it.
    #[must_use]
    pub fn column(&self) -> Option<i32> {
        self.number("column")
    }

    fn number(&self, field: &str) -> Option<i32> {
        let mut details = self.detail_records();
        let number = details.find_map(|detail| detail.text(field))?;
        let number = number.trim().parse().ok()?;
        // The service sends -1 if the position is unknown.
        (number >= 0).then_some(number)
    }
}
