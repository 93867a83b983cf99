//! A cache of parent records, so that they are not queried again for each batch.

use std::collections::HashMap;

type Values = Vec<Option<String>>;

/// Caches records by object and Id, up to a maximum number.
#[derive(Debug)]
pub(super) struct Known {
    most: usize,
    records: HashMap<(String, String), Values>,
}

impl Default for Known {
    fn default() -> Self {
        Self::up_to(50_000)
    }
}

impl Known {
    /// Makes a cache of at most `most` records.
    pub(super) fn up_to(most: usize) -> Self {
        Self {
            most,
            records: HashMap::new(),
        }
    }

    /// Splits Ids into the records that are cached and the Ids that are not.
    pub(super) fn split<'a>(
        &self,
        object: &str,
        ids: impl Iterator<Item = &'a String>,
    ) -> (HashMap<String, Values>, Vec<&'a String>) {
        let (mut found, mut unknown) = (HashMap::new(), Vec::new());
        for id in ids {
            match self.records.get(&(object.to_owned(), id.clone())) {
                Some(values) => drop(found.insert(id.clone(), values.clone())),
                None => unknown.push(id),
            }
        }
        (found, unknown)
    }

    /// Adds a record. A full cache is cleared first.
    pub(super) fn remember(&mut self, object: &str, id: &str, values: Values) {
        if self.records.len() >= self.most {
            self.records.clear();
        }
        self.records
            .insert((object.to_owned(), id.to_owned()), values);
    }

    /// Removes all records.
    pub(super) fn clear(&mut self) {
        self.records.clear();
    }
}
