//! The cursors of sinks.

use jiff::Timestamp;

use super::engine::values;
use super::{Store, instant, millis};
use crate::connector::error::Error;

/// The progress of a sink.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SinkState {
    /// The name of the sink.
    pub name: String,
    /// The sequence number of the last row that it acknowledged.
    pub cursor: i64,
    /// Rows that it acknowledged.
    pub delivered: u64,
    /// Rows that wait for it. Where they are many, it may be a little more than there are: the numbers of rows
    /// have holes in PostgreSQL.
    pub waiting: u64,
    /// The state that the sink needs to continue, in a format of its own.
    pub position: Option<String>,
    /// Why the last delivery failed, or `None` if it succeeded.
    pub problem: Option<String>,
    /// When the cursor last moved, by the clock of this machine.
    pub local_moved: Option<Timestamp>,
}

/// Rows that a sink has acknowledged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// The sequence number of the last row.
    pub cursor: i64,
    /// The number of rows.
    pub rows: u64,
    /// The state that the sink needs to continue.
    pub position: Option<String>,
    /// The current time by the clock of this machine.
    pub local_now: Timestamp,
}

impl Store {
    /// The progress of a sink. A new sink is at the beginning.
    ///
    /// # Errors
    ///
    /// The store cannot be read.
    pub fn sink(&self, name: &str) -> Result<SinkState, Error> {
        let found = self.first(
            "read a cursor",
            "SELECT cursor, delivered, position, problem, local_moved FROM sink WHERE name = ?1",
            values![name],
            |row| {
                Ok(SinkState {
                    name: name.to_owned(),
                    cursor: row.get(0)?,
                    delivered: row.get(1)?,
                    waiting: 0,
                    position: row.get(2)?,
                    problem: row.get(3)?,
                    local_moved: instant(row, 4)?,
                })
            },
        );
        let mut state = found?.unwrap_or_else(|| SinkState {
            name: name.to_owned(),
            cursor: 0,
            delivered: 0,
            waiting: 0,
            position: None,
            problem: None,
            local_moved: None,
        });
        state.waiting = self.waiting(state.cursor)?;
        Ok(state)
    }

    /// How many rows are behind a cursor. Few rows are counted; for many, which would all have to be read, it is
    /// how far apart their numbers are.
    fn waiting(&self, cursor: i64) -> Result<u64, Error> {
        const FEW: i64 = 1_000;
        let apart = self.last_seq()?.saturating_sub(cursor);
        match apart {
            ..=0 => Ok(0),
            1..=FEW => {
                let count = "SELECT count(*) FROM event WHERE seq > ?1";
                self.value("count rows", count, values![cursor])
            }
            _ => Ok(apart.unsigned_abs()),
        }
    }

    /// The names of the sinks that have a cursor.
    ///
    /// # Errors
    ///
    /// The store cannot be read.
    pub fn sinks(&self) -> Result<Vec<String>, Error> {
        let find = "SELECT name FROM sink ORDER BY name";
        self.all("read the cursors", find, &[], |row| row.get(0))
    }

    /// Why the last delivery to a sink failed, or `None` if it succeeded.
    ///
    /// # Errors
    ///
    /// The store cannot be read.
    pub fn sink_problem(&self, name: &str) -> Result<Option<String>, Error> {
        let find = "SELECT problem FROM sink WHERE name = ?1";
        let problem = self.first("read a cursor", find, values![name], |row| row.get(0));
        Ok(problem?.flatten())
    }

    /// Moves the cursor of a sink, because the sink has acknowledged rows. It never moves back.
    ///
    /// # Errors
    ///
    /// The store cannot be written. The rows will be delivered again.
    pub fn delivered(&mut self, name: &str, delivery: &Delivery) -> Result<(), Error> {
        let forward = "INSERT INTO sink (name, cursor, delivered, position, local_moved)
             VALUES (?1, ?2, ?3, ?4, ?5)
             ON CONFLICT (name) DO UPDATE SET
                 cursor = CASE WHEN sink.cursor < ?2 THEN ?2 ELSE sink.cursor END,
                 delivered = sink.delivered + ?3, position = ?4, local_moved = ?5, problem = NULL";
        let delivery = values![
            name,
            delivery.cursor,
            delivery.rows as i64,
            &delivery.position,
            millis(delivery.local_now),
        ];
        self.execute("move a cursor", forward, delivery).map(drop)
    }

    /// Notes what a sink needs to go on, before rows are delivered to it. The rows, and everything else that was
    /// stored before, are on the disk when this returns, if the store [waits for the disk](Self::wait_for_disk).
    ///
    /// Returns whether the sink is where it was: at this cursor and with the position that is known of it.
    ///
    /// # Errors
    ///
    /// The store cannot be written, or the lease of the connection is lost.
    pub(in crate::connector) fn begin_delivery(
        &mut self,
        name: &str,
        cursor: i64,
        known: Option<&str>,
        position: &str,
        local_now: Timestamp,
    ) -> Result<bool, Error> {
        let note = "INSERT INTO sink (name, cursor, position, local_moved) VALUES (?1, ?2, ?3, ?4)
             ON CONFLICT (name) DO UPDATE SET position = ?3
             WHERE sink.cursor = ?2 AND coalesce(sink.position, '') = ?5";
        let values = values![
            name,
            cursor,
            position,
            millis(local_now),
            known.unwrap_or_default()
        ];
        Ok(self.execute("begin a delivery", note, values)? > 0)
    }

    /// Lets each change through this handle wait until it is on the disk, and with it all that was stored before
    /// it. What leaves the store must not be undone by a power cut, because its numbers would be given to other rows.
    ///
    /// # Errors
    ///
    /// The store does not take the setting.
    pub(in crate::connector) fn wait_for_disk(&mut self) -> Result<(), Error> {
        let waits = self.engine.wait_for_disk();
        waits.map_err(|fault| self.failed("wait for the disk", fault))
    }

    /// The number of the lease under which this store is open, if it is open under one.
    pub(in crate::connector) fn lease(&self) -> Option<i64> {
        self.engine.lease()
    }

    /// The name of a row by its source and its key, by its place in the order of storing.
    ///
    /// # Errors
    ///
    /// The store cannot be read.
    pub(in crate::connector) fn name_of(&self, seq: i64) -> Result<Option<String>, Error> {
        let found = self.lookup()?.get(seq)?;
        Ok(found.map(|(event, _)| format!("{}/{}", event.source(), event.key())))
    }

    /// Notes that a sink failed. Its cursor stays.
    ///
    /// # Errors
    ///
    /// The store cannot be written.
    pub fn sink_failed(
        &mut self,
        name: &str,
        problem: &str,
        local_now: Timestamp,
    ) -> Result<(), Error> {
        let note = "INSERT INTO sink (name, problem, local_moved) VALUES (?1, ?2, ?3)
                    ON CONFLICT (name) DO UPDATE SET problem = ?2";
        let problem = values![name, problem, millis(local_now)];
        self.execute("record that a sink failed", note, problem)
            .map(drop)
    }

    /// Removes the cursor of a sink. A sink with the same name begins anew.
    ///
    /// # Errors
    ///
    /// The store cannot be written.
    pub fn forget_sink(&mut self, name: &str) -> Result<(), Error> {
        let forget = "DELETE FROM sink WHERE name = ?1";
        self.execute("remove a cursor", forget, values![name])
            .map(drop)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What leaves the store must not be undone by a power cut.
    #[test]
    fn a_store_that_waits_for_the_disk_syncs_each_commit() {
        const FULL: i64 = 2;
        let folder = tempfile::TempDir::new().unwrap();
        let mut store = Store::open(&folder.path().join("store.db")).unwrap();
        let synchronous = |store: &Store| store.value::<i64>("ask", "PRAGMA synchronous", &[]);
        assert!(synchronous(&store).unwrap() < FULL);
        store.wait_for_disk().unwrap();
        assert_eq!(synchronous(&store).unwrap(), FULL);
    }
}
