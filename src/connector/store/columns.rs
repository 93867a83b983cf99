//! The columns that stored rows have.

use super::Store;
use crate::connector::error::Error;

impl Store {
    /// The sets of columns that stored rows have had, each with its sObject or event type.
    ///
    /// # Errors
    ///
    /// The store cannot be read.
    pub fn all_columns(&self) -> Result<Vec<(String, Vec<String>)>, Error> {
        let find = "SELECT about, columns FROM shape ORDER BY id";
        self.all("read the columns", find, &[], |row| {
            let columns = serde_json::from_str(row.text(1)?).unwrap_or_default();
            Ok((row.get(0)?, columns))
        })
    }
}
