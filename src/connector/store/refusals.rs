//! Refused fields. They are stored, so that not every round asks for them again.

use std::path::Path;

use jiff::Timestamp;

use super::engine::{Queries as _, values};
use super::journal::add_drift;
use super::{Store, millis};
use crate::connector::error::Error;

impl Store {
    /// Records that the service refuses a field of an sObject. This is recorded as drift, too.
    ///
    /// # Errors
    ///
    /// The store cannot be written.
    pub fn refuse(&mut self, about: &str, field: &str, now: Timestamp) -> Result<(), Error> {
        let refuse = "INSERT INTO refusal (about, field, refused) VALUES (?1, ?2, ?3)
                      ON CONFLICT (about, field) DO UPDATE SET refused = ?3";
        let refused = values![about, field, millis(now)];
        self.change("record a refused field", |change| {
            add_drift(change, about, "field-refused", field, now)?;
            change.execute(refuse, refused).map(drop)
        })
    }

    /// The fields of an sObject that the service has refused since a time. Older refusals are removed.
    ///
    /// # Errors
    ///
    /// The store cannot be read or written.
    pub fn refused(&mut self, about: &str, since: Timestamp) -> Result<Vec<String>, Error> {
        let forget = "DELETE FROM refusal WHERE about = ?1 AND refused < ?2";
        let find = "SELECT field FROM refusal WHERE about = ?1 ORDER BY field";
        self.change("read the refused fields", |change| {
            change.execute(forget, values![about, millis(since)])?;
            change.all(find, values![about], |row| row.get(0))
        })
    }

    /// Removes all refusals, so that the next round asks for all fields. Returns their number.
    ///
    /// # Errors
    ///
    /// The store cannot be written.
    pub fn forget_refusals(&mut self) -> Result<u64, Error> {
        self.execute("forget the refused fields", "DELETE FROM refusal", &[])
    }

    /// Removes all refusals from a store in a file, so that the next round asks for all fields. Returns
    /// their number.
    ///
    /// This is one short change, so another process may collect meanwhile. A store of an earlier version
    /// has no refusals.
    ///
    /// # Errors
    ///
    /// The store cannot be written.
    pub fn forget_refusals_at(path: &Path) -> Result<u64, Error> {
        super::engine::forget_refusals(path)
    }
}
