//! Records that were looked up and are remembered, so that they are not looked up for each batch.

use std::collections::HashMap;

type Values = Vec<Option<String>>;

/// Remembers records by object and Id, up to a number of them.
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
    /// Remembers at most so many records.
    pub(super) fn up_to(most: usize) -> Self {
        Self {
            most,
            records: HashMap::new(),
        }
    }

    /// The records that are remembered, and the Ids of the others.
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

    /// Remembers a record. If there are too many, the others are forgotten.
    pub(super) fn remember(&mut self, object: &str, id: &str, values: Values) {
        if self.records.len() >= self.most {
            self.records.clear();
        }
        self.records
            .insert((object.to_owned(), id.to_owned()), values);
    }

    /// Forgets all records.
    pub(super) fn clear(&mut self) {
        self.records.clear();
    }
}
