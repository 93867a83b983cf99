//! The cursors of sinks.

use jiff::Timestamp;

use super::engine::values;
use super::{Store, instant, millis};
use crate::connector::error::Error;

/// How far a sink has come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SinkState {
    /// The sink's name.
    pub name: String,
    /// The last row that it acknowledged, in the order of storing.
    pub cursor: i64,
    /// Rows that it acknowledged.
    pub delivered: u64,
    /// Rows that wait for it.
    pub waiting: u64,
    /// What the sink needs to go on, in its own form.
    pub position: Option<String>,
    /// Why it failed last, until it succeeds.
    pub problem: Option<String>,
    /// When the cursor last moved, by the clock of this machine.
    pub local_moved: Option<Timestamp>,
}

/// What a sink has acknowledged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// The last row, in the order of storing.
    pub cursor: i64,
    /// How many rows.
    pub rows: u64,
    /// What the sink needs to go on.
    pub position: Option<String>,
    /// The time of this machine.
    pub local_now: Timestamp,
}

impl Store {
    /// How far a sink has come; a sink that was never there is at the beginning.
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
        let waiting = "SELECT count(*) FROM event WHERE seq > ?1";
        state.waiting = self.value("count rows", waiting, values![state.cursor])?;
        Ok(state)
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

    /// Why a sink failed last, if it did not succeed since then.
    ///
    /// # Errors
    ///
    /// The store cannot be read.
    pub fn sink_problem(&self, name: &str) -> Result<Option<String>, Error> {
        let find = "SELECT problem FROM sink WHERE name = ?1";
        let problem = self.first("read a cursor", find, values![name], |row| row.get(0));
        Ok(problem?.flatten())
    }

    /// Moves a sink's cursor, because the sink has acknowledged rows. It never moves back.
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
        self.execute("note that a sink failed", note, problem)
            .map(drop)
    }

    /// Forgets how far a sink has come. A sink of the same name begins anew.
    ///
    /// # Errors
    ///
    /// The store cannot be written.
    pub fn forget_sink(&mut self, name: &str) -> Result<(), Error> {
        let forget = "DELETE FROM sink WHERE name = ?1";
        self.execute("forget a cursor", forget, values![name])
            .map(drop)
    }
}
