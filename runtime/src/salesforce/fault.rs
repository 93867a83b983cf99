//! What faults of queries tell.

use crate::soap::Fault;

impl Fault {
    /// Line of the query, from 1, for faults of queries.
    #[must_use]
    pub fn row(&self) -> Option<i32> {
        self.number("row")
    }

    /// Column of the query, from 1, for faults of queries.
    #[must_use]
    pub fn column(&self) -> Option<i32> {
        self.number("column")
    }

    fn number(&self, field: &str) -> Option<i32> {
        let mut details = self.detail_records();
        let number = details.find_map(|detail| detail.text(field))?;
        let number = number.trim().parse().ok()?;
        // The service says -1 where it does not know.
        (number >= 0).then_some(number)
    }
}
