//! Query locators: where a query stopped, so that the next batch can go on.

use std::fmt;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use rusqlite::Connection;

use super::rows::Prepared;
use crate::fault::Fault;
use crate::id::{Id, Prefix};
use crate::server::state::{Caller, State};

/// A query that has more rows to give.
pub(crate) struct Cursor {
    user: usize,
    opened: Instant,
    pub(super) query: Arc<Prepared>,
    /// For a sub-query: the packed id of the row around it.
    pub(super) parent: Option<i64>,
    pub(super) at: Place,
    pub(super) total: u64,
    pub(super) given: u64,
}

/// The last row that was given.
#[derive(Clone, Debug)]
pub(crate) enum Place {
    /// In the order of ids: its serial.
    After(i64),
    /// In another order, which a table of ids holds: its position.
    Snapshot { table: String, position: i64 },
}

impl fmt::Debug for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Cursor")
            .field("at", &self.at)
            .field("total", &self.total)
            .field("given", &self.given)
            .finish_non_exhaustive()
    }
}

/// What a cursor starts with.
pub(super) struct Start {
    pub(super) query: Arc<Prepared>,
    pub(super) parent: Option<i64>,
    pub(super) at: Place,
    pub(super) total: u64,
    pub(super) given: u64,
}

/// Keeps a query for later; gives back its locator.
pub(super) fn open(state: &State, connection: &Connection, caller: Caller, start: Start) -> String {
    let life = Duration::from_secs(state.org.limits.locator_seconds.into());
    let mut live = state.live();
    live.cursor_serial += 1;
    let prefix = Prefix::parse("01g").unwrap_or(Prefix::custom(0));
    let key = state.org.id_text(Id::new(prefix, live.cursor_serial));
    let locator = format!("{key}-{}", start.given);
    // A dead cursor is kept as long again, to say that it is dead and not unknown.
    // One that is locked is in use, perhaps by the very call that opens this one.
    live.cursors.retain(|_, cursor| {
        let Ok(cursor) = cursor.try_lock() else {
            return true;
        };
        let keep = cursor.opened.elapsed() < life * 2;
        if !keep && let Place::Snapshot { table, .. } = &cursor.at {
            // The table goes with the connection if it cannot go now.
            let _ = connection.execute_batch(&format!("DROP TABLE IF EXISTS temp.\"{table}\""));
        }
        keep
    });
    let cursor = Cursor {
        user: caller.user,
        opened: Instant::now(),
        query: start.query,
        parent: start.parent,
        at: start.at,
        total: start.total,
        given: start.given,
    };
    live.cursors.insert(key, Arc::new(Mutex::new(cursor)));
    locator
}

/// Finds the cursor of a locator, which must be its newest.
pub(super) fn find(
    state: &State,
    caller: Caller,
    locator: &str,
) -> Result<Arc<Mutex<Cursor>>, Fault> {
    let unknown = || Fault::locator("QUERY_LOCATOR_NOT_FOUND", "invalid query locator");
    let malformed = || Fault::locator("INVALID_QUERY_LOCATOR_FORMAT", "invalid query locator");
    let (key, given) = locator.trim().split_once('-').ok_or_else(malformed)?;
    let given: u64 = given.parse().map_err(|_| malformed())?;
    if !crate::id::is_shaped(key) {
        return Err(malformed());
    }
    let found = state.live().cursors.get(key).cloned().ok_or_else(unknown)?;
    {
        let cursor = found.lock().map_err(|_| unknown())?;
        if cursor.user != caller.user || cursor.given != given {
            return Err(unknown());
        }
        if cursor.opened.elapsed() >= Duration::from_secs(state.org.limits.locator_seconds.into()) {
            return Err(Fault::locator(
                "QUERY_LOCATOR_EXPIRED",
                "invalid query locator: it has expired",
            ));
        }
    }
    Ok(found)
}

/// The locator of a cursor that has moved on.
pub(super) fn renamed(locator: &str, given: u64) -> String {
    let key = locator.trim().split('-').next().unwrap_or("");
    format!("{key}-{given}")
}

pub(super) fn close(state: &State, locator: &str) {
    let key = locator.trim().split('-').next().unwrap_or("");
    state.live().cursors.remove(key);
}
