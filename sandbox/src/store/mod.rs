//! The rows of the tenant, in SQLite: one table for each object.
//!
//! The serial number of a record is the SQLite row id, so looking up an id needs no index. References are
//! stored as packed ids. Without a file, SQLite uses a temporary database: it stays in the page cache while
//! it is small and moves to disk when it grows, so memory does not grow with the number of rows.

mod columns;
pub(crate) mod fill;
mod generate;
mod happen;
mod synthetic;
pub(crate) mod value;

mod words;

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};

use rusqlite::Connection;
use rusqlite::functions::FunctionFlags;

use crate::activity::Running;
use crate::error::Error;
use crate::org::Org;
pub use fill::Progress;

/// The database. It is locked, because SQLite runs one statement at a time.
#[derive(Debug)]
pub(crate) struct Store {
    connection: Mutex<Connection>,
    /// The names of the indexes that were created for queries.
    indexes: Mutex<BTreeSet<String>>,
}

impl Store {
    /// Opens the database, and fills it unless the file already contains the rows of this description.
    pub(crate) fn open(
        org: &Org,
        activity: Option<&Running>,
        path: Option<&Path>,
        progress: &mut dyn FnMut(Progress<'_>),
    ) -> Result<Self, Error> {
        let failed = |error| Error::database("cannot be opened", error);
        let mut connection = match path {
            Some(path) => Connection::open(path).map_err(failed)?,
            None => Connection::open("").map_err(failed)?,
        };
        connection
            .execute_batch(
                "PRAGMA journal_mode = MEMORY; PRAGMA synchronous = OFF; PRAGMA cache_size = -16000;
                 PRAGMA temp_store = FILE; PRAGMA case_sensitive_like = OFF;",
            )
            .map_err(failed)?;
        connection.set_prepared_statement_cache_capacity(64);
        if let Some(activity) = activity {
            log_file_function(&connection, activity, org.limits.log_file_bytes).map_err(failed)?;
        }
        let history = activity.map(|activity| &activity.history);
        fill::fill(&mut connection, org, history, progress)?;
        Ok(Self {
            connection: Mutex::new(connection),
            indexes: Mutex::default(),
        })
    }

    /// Applies all changes that are due until now.
    pub(crate) fn catch_up(&self, org: &Org, activity: &Running, now: i64) -> rusqlite::Result<()> {
        let happenings = activity.schedule().take(now);
        if happenings.is_empty() {
            return Ok(());
        }
        let connection = self.lock();
        for (at, happening) in happenings {
            happen::happen(&connection, org, &activity.history, at, happening)?;
        }
        Ok(())
    }

    pub(crate) fn lock(&self) -> MutexGuard<'_, Connection> {
        self.connection
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// Creates an index on a field, if there is none.
    pub(crate) fn index(
        &self,
        connection: &Connection,
        object: &str,
        field: &str,
    ) -> rusqlite::Result<()> {
        let name = format!("by_{object}_{field}");
        let mut indexes = self.indexes.lock().unwrap_or_else(PoisonError::into_inner);
        if indexes.insert(name.clone()) {
            let sql =
                format!("CREATE INDEX IF NOT EXISTS \"{name}\" ON \"{object}\" (\"{field}\")");
            connection.execute_batch(&sql)?;
        }
        Ok(())
    }
}

/// Adds the SQL function that computes the content of a log file.
fn log_file_function(
    connection: &Connection,
    activity: &Running,
    most: u64,
) -> rusqlite::Result<()> {
    let activity = activity.clone();
    let flags = FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC;
    connection.create_scalar_function("log_file", 2, flags, move |context| {
        let (serial, revision) = (context.get(0)?, context.get(1)?);
        let content = activity.whole_content(serial, revision, most);
        content.map_err(|error| rusqlite::Error::UserFunctionError(error.into()))
    })
}
