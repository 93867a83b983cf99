//! Fields that the service refuses. They are remembered, so that not every round asks for them again.

use std::path::Path;

use jiff::Timestamp;
use rusqlite::params;

use super::{Store, millis};
use crate::connector::error::Error;

impl Store {
    /// Notes that the service refuses a field of an sObject. It is a drift, too.
    ///
    /// # Errors
    ///
    /// The store cannot be written.
    pub fn refuse(&mut self, about: &str, field: &str, now: Timestamp) -> Result<(), Error> {
        self.drift(about, "field-refused", field, now)?;
        self.database
            .execute(
                "INSERT INTO refusal (about, field, refused) VALUES (?1, ?2, ?3)
                 ON CONFLICT DO UPDATE SET refused = ?3",
                params![about, field, millis(now)],
            )
            .map(drop)
            .map_err(|error| self.failed("note a refused field", error))
    }

    /// The fields of an sObject that the service refused since a time. Older refusals are forgotten.
    ///
    /// # Errors
    ///
    /// The store cannot be read or written.
    pub fn refused(&mut self, about: &str, since: Timestamp) -> Result<Vec<String>, Error> {
        self.database
            .prepare_cached("DELETE FROM refusal WHERE about = ?1 AND refused < ?2")
            .and_then(|mut forget| forget.execute(params![about, millis(since)]))
            .and_then(|_| {
                self.database
                    .prepare_cached("SELECT field FROM refusal WHERE about = ?1 ORDER BY field")?
                    .query_map([about], |row| row.get(0))?
                    .collect()
            })
            .map_err(|error| self.failed("read the refused fields", error))
    }

    /// Forgets all refusals of a store, so that the next round asks for all fields. Returns how many there
    /// were.
    ///
    /// This is one short change, so it may be made while another process collects. A store of an earlier
    /// version has no refusals.
    ///
    /// # Errors
    ///
    /// The store cannot be written.
    pub fn forget_refusals_at(path: &Path) -> Result<u64, Error> {
        let Some(database) = super::database::open_as_it_is(path)? else {
            return Ok(0);
        };
        database
            .execute("DELETE FROM refusal", [])
            .map(|forgotten| forgotten as u64)
            .map_err(|error| super::database::failure("forget the refused fields", path, error))
    }
}
