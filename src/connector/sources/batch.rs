//! Batches of query rows.

use std::ops::Range;

/// A batch of rows of a query.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Batch {
    /// The values of each row, in the order of the fields of the query.
    pub rows: Rows,
    /// The number of rows that the query matched, if the service states it.
    pub size: Option<u64>,
    /// Whether this is the last batch.
    pub last: bool,
}

/// Rows of values. A value is a text or null.
///
/// A year has millions of rows with twenty values each. Therefore all texts are in one string, instead of a
/// string for each value.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rows {
    text: String,
    /// The range of each value in the text, or `None` for null.
    values: Vec<Option<Range<usize>>>,
    /// For each row, the end of its values in `values`.
    ends: Vec<usize>,
}

/// A row of [`Rows`].
#[derive(Debug, Clone, Copy)]
pub struct RowValues<'a> {
    text: &'a str,
    values: &'a [Option<Range<usize>>],
}

impl Rows {
    /// Appends a row.
    pub fn push<'a>(&mut self, row: impl IntoIterator<Item = Option<&'a str>>) {
        for value in row {
            self.values.push(value.map(|value| {
                let start = self.text.len();
                self.text.push_str(value);
                start..self.text.len()
            }));
        }
        self.ends.push(self.values.len());
    }

    /// The number of rows.
    #[must_use]
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there are no rows.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// The rows in order.
    pub fn iter(&self) -> impl Iterator<Item = RowValues<'_>> {
        let starts = std::iter::once(0).chain(self.ends.iter().copied());
        starts.zip(&self.ends).map(|(start, end)| RowValues {
            text: &self.text,
            values: self.values.get(start..*end).unwrap_or_default(),
        })
    }
}

impl FromIterator<Vec<Option<String>>> for Rows {
    fn from_iter<I: IntoIterator<Item = Vec<Option<String>>>>(rows: I) -> Self {
        let mut all = Self::default();
        for row in rows {
            all.push(row.iter().map(Option::as_deref));
        }
        all
    }
}

impl<'a> RowValues<'a> {
    /// The number of values.
    #[must_use]
    pub fn len(self) -> usize {
        self.values.len()
    }

    /// Whether the row has no values.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.values.is_empty()
    }

    /// A value, or `None` if it is null or if the row has fewer values.
    #[must_use]
    pub fn get(self, at: usize) -> Option<&'a str> {
        self.text.get(self.values.get(at)?.clone()?)
    }

    /// All values in order.
    pub fn iter(self) -> impl Iterator<Item = Option<&'a str>> {
        let text = self.text;
        let value = move |range: &Option<Range<usize>>| text.get(range.clone()?);
        self.values.iter().map(value)
    }

    /// All values as owned strings.
    #[must_use]
    pub fn to_vec(self) -> Vec<Option<String>> {
        self.iter().map(|value| value.map(str::to_owned)).collect()
    }
}
