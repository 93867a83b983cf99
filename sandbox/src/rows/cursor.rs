//! Cursors of queries and the locators that name them.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use rusqlite::Connection;

use super::Prepared;
use crate::fault::Fault;
use crate::id::{Id, Prefix};
use crate::org::Org;

/// The open cursors of the tenant.
#[derive(Debug, Default)]
pub(crate) struct Cursors(Mutex<Open>);

#[derive(Debug, Default)]
struct Open {
    by_key: HashMap<String, Arc<Mutex<Cursor>>>,
    /// The number of the newest cursor or snapshot.
    serial: i64,
}

/// A query that has more rows.
pub(crate) struct Cursor {
    user: usize,
    /// The number of the cursor. The oldest one has the lowest.
    serial: i64,
    opened: Instant,
    pub(crate) query: Arc<Prepared>,
    /// In a sub-query: the packed id of the outer row.
    pub(crate) parent: Option<i64>,
    pub(crate) at: Place,
    pub(crate) total: u64,
    pub(crate) given: u64,
}

/// The position of the last row that was sent.
#[derive(Clone, Debug)]
pub(crate) enum Place {
    /// The serial number of the row, if the rows are ordered by id.
    After(i64),
    /// The position of the row in a table that contains the ids in the order of the query.
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

/// The values for a new cursor.
pub(crate) struct Start {
    pub(crate) query: Arc<Prepared>,
    pub(crate) parent: Option<i64>,
    pub(crate) at: Place,
    pub(crate) total: u64,
    pub(crate) given: u64,
}

impl Cursors {
    /// Opens a cursor and returns its locator.
    pub(crate) fn open(
        &self,
        org: &Org,
        connection: &Connection,
        user: usize,
        start: Start,
    ) -> String {
        let life = life(org);
        let mut open = self.lock();
        open.serial += 1;
        let key = org.id_text(Id::new(prefix(), open.serial));
        let locator = format!("{key}-{}", start.given);
        // An expired cursor is kept for the same time again, so that the fault can say that it expired. A
        // locked cursor is in use, perhaps by the call that opens this one.
        open.by_key.retain(|_, cursor| {
            let Ok(cursor) = cursor.try_lock() else {
                return true;
            };
            let keep = cursor.opened.elapsed() < life * 2;
            if !keep && let Place::Snapshot { table, .. } = &cursor.at {
                // A table that cannot be dropped now is removed when the connection closes.
                let _ = connection.execute_batch(&format!("DROP TABLE IF EXISTS temp.\"{table}\""));
            }
            keep
        });
        let cursor = Cursor {
            user,
            serial: open.serial,
            opened: Instant::now(),
            query: start.query,
            parent: start.parent,
            at: start.at,
            total: start.total,
            given: start.given,
        };
        open.by_key.insert(key, Arc::new(Mutex::new(cursor)));
        locator
    }

    /// The key of a cursor that does not exist.
    pub(crate) fn made_up(&self, org: &Org) -> String {
        org.id_text(Id::new(prefix(), self.next_serial()))
    }

    /// A number for a table that holds the ids of a query.
    pub(crate) fn next_serial(&self) -> i64 {
        let mut open = self.lock();
        open.serial += 1;
        open.serial
    }

    /// Finds the cursor of a locator, which must be the newest locator of that cursor.
    pub(crate) fn find(
        &self,
        org: &Org,
        user: usize,
        locator: &str,
    ) -> Result<Arc<Mutex<Cursor>>, Fault> {
        let unknown = || Fault::locator("QUERY_LOCATOR_NOT_FOUND", "invalid query locator");
        let malformed = || Fault::locator("INVALID_QUERY_LOCATOR_FORMAT", "invalid query locator");
        let (key, given) = locator.trim().split_once('-').ok_or_else(malformed)?;
        let given: u64 = given.parse().map_err(|_| malformed())?;
        if !crate::id::is_shaped(key) {
            return Err(malformed());
        }
        let found = self.lock().by_key.get(key).cloned().ok_or_else(unknown)?;
        {
            let cursor = found.lock().map_err(|_| unknown())?;
            if cursor.user != user || cursor.given != given {
                return Err(unknown());
            }
            if cursor.opened.elapsed() >= life(org) {
                return Err(Fault::locator(
                    "QUERY_LOCATOR_EXPIRED",
                    "invalid query locator: it has expired",
                ));
            }
        }
        Ok(found)
    }

    pub(crate) fn close(&self, locator: &str) {
        let key = locator.trim().split('-').next().unwrap_or("");
        self.lock().by_key.remove(key);
    }

    pub(crate) fn close_all(&self) {
        self.lock().by_key.clear();
    }

    /// Closes the oldest cursors of a user until at most `most` are open.
    pub(crate) fn trim(&self, user: usize, most: usize) {
        let mut open = self.lock();
        let mut of_user: Vec<_> = (open.by_key.iter())
            .filter_map(|(key, cursor)| {
                let cursor = cursor.try_lock().ok()?;
                (cursor.user == user).then(|| (cursor.serial, key.clone()))
            })
            .collect();
        of_user.sort_unstable();
        let surplus = of_user.len().saturating_sub(most);
        for (_, key) in of_user.into_iter().take(surplus) {
            open.by_key.remove(&key);
        }
    }

    fn lock(&self) -> MutexGuard<'_, Open> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The prefix of the ids of cursors.
fn prefix() -> Prefix {
    Prefix::parse("01g").unwrap_or(Prefix::custom(0))
}

fn life(org: &Org) -> Duration {
    Duration::from_secs(org.limits.locator_seconds.into())
}

/// The locator of the same cursor after more rows were sent.
pub(crate) fn renamed(locator: &str, given: u64) -> String {
    let key = locator.trim().split('-').next().unwrap_or("");
    format!("{key}-{given}")
}
