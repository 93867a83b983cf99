//! Rows of a query, as the sources pass them on.

use std::ops::Range;

/// Rows of a query.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Batch {
    /// The values of each row, in the order of the fields of the query.
    pub rows: Rows,
    /// How many rows the query matched, if the service says so.
    pub size: Option<u64>,
    /// Whether there are no more rows.
    pub last: bool,
}

/// Rows of values. A value is a text or null.
///
/// A year has millions of rows of twenty values. So all texts are kept in one string, instead of a string for
/// each value.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rows {
    text: String,
    /// Where the text of each value is.
    values: Vec<Option<Range<usize>>>,
    /// For each row, where its values end in `values`.
    ends: Vec<usize>,
}

/// A row of [`Rows`].
#[derive(Debug, Clone, Copy)]
pub struct Values<'a> {
    text: &'a str,
    values: &'a [Option<Range<usize>>],
}

impl Rows {
    /// Adds a row.
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

    /// How many rows there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// The rows, in their order.
    pub fn iter(&self) -> impl Iterator<Item = Values<'_>> {
        let starts = std::iter::once(0).chain(self.ends.iter().copied());
        starts.zip(&self.ends).map(|(start, end)| Values {
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

impl<'a> Values<'a> {
    /// How many values the row has.
    #[must_use]
    pub fn len(self) -> usize {
        self.values.len()
    }

    /// Whether the row has none.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.values.is_empty()
    }

    /// A value; `None` if it is null, or if the row has fewer.
    #[must_use]
    pub fn get(self, at: usize) -> Option<&'a str> {
        self.text.get(self.values.get(at)?.clone()?)
    }

    /// All values, in their order.
    pub fn iter(self) -> impl Iterator<Item = Option<&'a str>> {
        let text = self.text;
        let value = move |range: &Option<Range<usize>>| text.get(range.clone()?);
        self.values.iter().map(value)
    }

    /// All values, as strings of their own.
    #[must_use]
    pub fn to_vec(self) -> Vec<Option<String>> {
        self.iter().map(|value| value.map(str::to_owned)).collect()
    }
}
