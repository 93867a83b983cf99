//! SQLite: opens and migrates the database file, runs statements, and classifies errors.

use std::cell::Cell as Counter;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{Connection, ErrorCode, OpenFlags, ToSql, TransactionBehavior, params_from_iter};

use super::row::Cell;
use super::{Change, Engine, Fault, NewBlock, NewEvent, Row, Session, Value};
use crate::connector::error::{Error, Kind};
use crate::connector::private::to_write;
use crate::connector::waiting::blocking;

/// The application id of a store ("SaPo"), for `file(1)`, and so that no other database is opened by
/// mistake.
const APPLICATION: i32 = 0x5361_506f;

/// The page size of a new database in bytes. Large pages need fewer system calls.
const PAGE: i64 = 16 << 10;

/// One script per version, in order. Each migrates from the previous version.
const MIGRATIONS: &[&str] = &[
    include_str!("../schema/1.sql"),
    include_str!("../schema/2.sql"),
    include_str!("../schema/3.sql"),
    include_str!("../schema/4.sql"),
];

/// How long a transaction waits for one of another process or task. The rows of a log file are stored in one
/// transaction, which takes 20 seconds for a file of a gigabyte.
const BUSY: Duration = Duration::from_secs(180);

/// A database in a file.
#[derive(Debug)]
pub(in crate::connector) struct Sqlite {
    database: Connection,
    path: PathBuf,
}

impl Sqlite {
    /// Opens or creates the database, and migrates it.
    pub(in crate::connector) fn open(path: &Path) -> Result<Self, Error> {
        Ok(Self::of(open(path)?, path))
    }

    /// Opens the database, and syncs each transaction to the disk.
    pub(in crate::connector) fn open_durably(path: &Path) -> Result<Self, Error> {
        let mut opened = Self::of(open(path)?, path);
        let waits = opened.wait_for_disk();
        waits.map_err(|fault| fault.because_of("open the store", &opened.place()))?;
        Ok(opened)
    }

    /// Opens the database for reading.
    pub(in crate::connector) fn open_to_read(path: &Path) -> Result<Self, Error> {
        Ok(Self::of(open_to_read(path)?, path))
    }

    /// Opens a database of this or an earlier version for reading.
    pub(in crate::connector) fn open_any(path: &Path) -> Result<Self, Error> {
        Ok(Self::of(open_any(path)?.0, path))
    }

    fn of(database: Connection, path: &Path) -> Self {
        Self {
            database,
            path: path.to_owned(),
        }
    }
}

impl Engine for Sqlite {
    fn change(&mut self) -> Result<Box<dyn Change + '_>, Fault> {
        Ok(Box::new(Transaction {
            // A transaction that begins by reading could not write after another process has written.
            transaction: blocking(|| {
                self.database
                    .transaction_with_behavior(TransactionBehavior::Immediate)
            })?,
            added: Counter::new(0),
        }))
    }

    fn verify(&self) -> Result<(), Error> {
        verify(&self.database, &self.path)
    }

    fn limit_pages(&self, pages: i64) -> Result<(), Fault> {
        let bound =
            self.database
                .pragma_update_and_check(None, "max_page_count", pages, |_| Ok(()));
        bound.map_err(Fault::from)
    }

    fn place(&self) -> String {
        self.path.display().to_string()
    }

    fn wait_for_disk(&mut self) -> Result<(), Fault> {
        let full = self.database.pragma_update(None, "synchronous", "full");
        full.map_err(Fault::from)
    }

    /// The lock of a folder is held by one process, which cannot lose it.
    fn lease(&self) -> Option<i64> {
        None
    }
}

impl Session for Sqlite {
    fn query(&self, sql: &str, values: &[Value<'_>]) -> Result<Vec<Row>, Fault> {
        query(&self.database, sql, values)
    }
}

/// A transaction of SQLite.
struct Transaction<'a> {
    transaction: rusqlite::Transaction<'a>,
    added: Counter<u64>,
}

impl Session for Transaction<'_> {
    fn query(&self, sql: &str, values: &[Value<'_>]) -> Result<Vec<Row>, Fault> {
        query(&self.transaction, sql, values)
    }
}

impl Change for Transaction<'_> {
    fn execute(&self, sql: &str, values: &[Value<'_>]) -> Result<u64, Fault> {
        let mut statement = self.transaction.prepare_cached(sql)?;
        Ok(statement.execute(params_from_iter(values))? as u64)
    }

    fn add_event(&self, event: NewEvent<'_>) -> Result<(), Fault> {
        let mut add = self.transaction.prepare_cached(
            "INSERT INTO event (source, time, key, shape, payload) VALUES (?1, ?2, ?3, ?4, ?5)
             ON CONFLICT (source, key) WHERE key IS NOT NULL DO NOTHING",
        )?;
        let added = add.execute(rusqlite::params![
            event.source,
            event.time,
            event.key,
            event.shape,
            event.payload
        ])?;
        self.added.set(self.added.get() + added as u64);
        Ok(())
    }

    fn add_block(&self, block: NewBlock<'_>) -> Result<(), Fault> {
        let mut add = self.transaction.prepare_cached(
            "INSERT INTO block (revision, first, rows, content) VALUES (?1, ?2, ?3, ?4)",
        )?;
        let rows = block.times.len();
        add.execute(rusqlite::params![
            block.revision,
            block.first,
            rows as i64,
            block.content
        ])?;
        let mut add = self.transaction.prepare_cached(
            "INSERT INTO event (source, revision, shape, payload, time, number)
             VALUES (?1, ?2, ?3, '', ?4, ?5)",
        )?;
        // Parameters keep their values from row to row.
        add.raw_bind_parameter(1, block.source)?;
        add.raw_bind_parameter(2, block.revision)?;
        add.raw_bind_parameter(3, block.shape)?;
        for (number, time) in (block.first..).zip(block.times) {
            add.raw_bind_parameter(4, time)?;
            add.raw_bind_parameter(5, number)?;
            add.raw_execute()?;
        }
        self.added.set(self.added.get() + rows as u64);
        Ok(())
    }

    fn added_events(&self) -> Result<u64, Fault> {
        Ok(self.added.take())
    }

    /// Does nothing, because readers of many connections open each store in a folder.
    fn note_deactivated(&self, _deactivated: bool) -> Result<(), Fault> {
        Ok(())
    }

    fn commit(self: Box<Self>) -> Result<(), Fault> {
        self.transaction.commit().map_err(Fault::from)
    }
}

fn query(database: &Connection, sql: &str, values: &[Value<'_>]) -> Result<Vec<Row>, Fault> {
    let mut statement = database.prepare_cached(sql)?;
    let columns = statement.column_count();
    let mut found = Vec::new();
    let mut rows = statement.query(params_from_iter(values))?;
    while let Some(row) = rows.next()? {
        let cells = (0..columns).map(|column| cell(row.get_ref(column)?));
        found.push(Row::new(cells.collect::<Result<_, Fault>>()?));
    }
    Ok(found)
}

fn cell(value: ValueRef<'_>) -> Result<Cell, Fault> {
    Ok(match value {
        ValueRef::Null => Cell::Null,
        ValueRef::Integer(value) => Cell::Integer(value),
        ValueRef::Blob(bytes) => Cell::Bytes(bytes.to_owned()),
        // The store uses no other types, and another program must have written a text that is not Unicode.
        value => match value.as_str() {
            Ok(text) => Cell::Text(text.to_owned()),
            Err(error) => return Err(Fault::new(Kind::Store, error)),
        },
    })
}

impl ToSql for Value<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        let value = match *self {
            Self::Integer(None) | Self::Text(None) => ValueRef::Null,
            Self::Integer(Some(value)) => ValueRef::Integer(value),
            Self::Text(Some(text)) => ValueRef::Text(text.as_bytes()),
        };
        Ok(ToSqlOutput::Borrowed(value))
    }
}

/// Removes the refused fields from a store of the current version.
pub(in crate::connector) fn forget_refusals(path: &Path) -> Result<u64, Error> {
    let Some(database) = open_as_it_is(path)? else {
        return Ok(0);
    };
    database
        .execute("DELETE FROM refusal", [])
        .map(|forgotten| forgotten as u64)
        .map_err(|error| failure("forget the refused fields", path, error))
}

fn open(path: &Path) -> Result<Connection, Error> {
    let fail = |error| failure("open the store", path, error);
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE
        | OpenFlags::SQLITE_OPEN_CREATE
        | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    // SQLite would open the file for reading, and create files beside it that cannot be written either. It would also
    // create it for everybody to read; the files beside it get the permissions of this one.
    match to_write().open(path) {
        Err(error) if is_refused(&error) => return Err(unwritable(path).because(error)),
        _ => {}
    }
    let mut database = Connection::open_with_flags(path, flags).map_err(fail)?;
    set_up(&database).map_err(fail)?;
    let version = identify(&database, path)?;
    if database.is_readonly("main").map_err(fail)? {
        return Err(unwritable(path));
    }
    // The page size affects only a new database. The blocks of log files have several kilobytes.
    database
        .pragma_update(None, "page_size", PAGE)
        .map_err(fail)?;
    database
        .pragma_update(None, "journal_mode", "wal")
        .map_err(fail)?;
    for (before, script) in MIGRATIONS.iter().enumerate().skip(version) {
        // A migration is one transaction.
        let change = database.transaction().map_err(fail)?;
        change.execute_batch(script).map_err(fail)?;
        change
            .pragma_update(None, "application_id", APPLICATION)
            .map_err(fail)?;
        change
            .pragma_update(None, "user_version", before as i64 + 1)
            .map_err(fail)?;
        change.commit().map_err(fail)?;
    }
    Ok(database)
}

fn is_refused(error: &io::Error) -> bool {
    use io::ErrorKind::{PermissionDenied, ReadOnlyFilesystem};
    matches!(error.kind(), PermissionDenied | ReadOnlyFilesystem)
}

fn unwritable(path: &Path) -> Error {
    let message = format!("the store {} cannot be written", path.display());
    Error::new(Kind::ReadOnly, message)
        .help("give the user that runs the connector permission to write this file and its folder")
}

fn open_to_read(path: &Path) -> Result<Connection, Error> {
    let (database, version) = open_any(path)?;
    if version != MIGRATIONS.len() {
        let message = format!("the store {} is of version {version}", path.display());
        return Err(Error::new(Kind::Store, message).help(format!(
            "run `saponify connector sync`, which migrates it to version {}",
            MIGRATIONS.len()
        )));
    }
    Ok(database)
}

/// Opens a database of the current version for a short change beside another process.
fn open_as_it_is(path: &Path) -> Result<Option<Connection>, Error> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let fail = |error| failure("open the store", path, error);
    let database = Connection::open_with_flags(path, flags).map_err(fail)?;
    set_up(&database).map_err(fail)?;
    let version = identify(&database, path)?;
    Ok((version == MIGRATIONS.len()).then_some(database))
}

/// Opens a database of this or an earlier version for reading, and returns its version.
fn open_any(path: &Path) -> Result<(Connection, usize), Error> {
    let fail = |error| failure("read the store", path, error);
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let database = Connection::open_with_flags(path, flags).map_err(fail)?;
    set_up(&database).map_err(fail)?;
    let version = identify(&database, path)?;
    Ok((database, version))
}

fn set_up(database: &Connection) -> rusqlite::Result<()> {
    database.busy_timeout(BUSY)?;
    database.set_prepared_statement_cache_capacity(64);
    database.pragma_update(None, "synchronous", "normal")?;
    database.pragma_update(None, "foreign_keys", true)?;
    // The cache is limited to 16 MiB.
    database.pragma_update(None, "cache_size", -16_384)?;
    // The journal of a large transaction, such as a file of a gigabyte, is truncated afterwards.
    database.pragma_update(None, "journal_size_limit", 64 << 20)?;
    Ok(())
}

/// The version of the store, or 0 if the file is new.
fn identify(database: &Connection, path: &Path) -> Result<usize, Error> {
    let fail = |error| failure("open the store", path, error);
    let read = |name| database.pragma_query_value(None, name, |row| row.get::<_, i64>(0));
    let (application, version) = (
        read("application_id").map_err(fail)?,
        read("user_version").map_err(fail)?,
    );
    let tables: i64 = database
        .query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))
        .map_err(fail)?;
    let is_new = application == 0 && version == 0 && tables == 0;
    if !is_new && application != i64::from(APPLICATION) {
        let message = format!("{} is not a store of the connector", path.display());
        return Err(
            Error::new(Kind::Store, message).help("move the file away, or choose another --home")
        );
    }
    match usize::try_from(version) {
        Ok(version) if version <= MIGRATIONS.len() => Ok(version),
        _ => {
            let message = format!(
                "the store {} is of version {version}; this program knows versions up to {}",
                path.display(),
                MIGRATIONS.len()
            );
            Err(Error::new(Kind::Newer, message).help("use the newer program that wrote it"))
        }
    }
}

/// Runs the check of SQLite.
fn verify(database: &Connection, path: &Path) -> Result<(), Error> {
    let verdict: String = database
        .pragma_query_value(None, "integrity_check", |row| row.get(0))
        .map_err(|error| failure("check the store", path, error))?;
    match verdict.as_str() {
        "ok" => Ok(()),
        _ => Err(Error::new(
            Kind::Store,
            format!("the store {} is damaged: {verdict}", path.display()),
        )),
    }
}

/// Makes the error of a failed action, with advice for the user.
pub(in crate::connector) fn failure(action: &str, path: &Path, error: rusqlite::Error) -> Error {
    Fault::from(error).because_of(action, &path.display().to_string())
}

impl From<rusqlite::Error> for Fault {
    fn from(error: rusqlite::Error) -> Self {
        let (kind, help) = match error.sqlite_error_code() {
            Some(ErrorCode::DiskFull) => (
                Kind::Full,
                "free space on the disk; nothing is damaged, and the next run continues where this one stopped",
            ),
            Some(ErrorCode::ReadOnly) => (
                Kind::ReadOnly,
                "give the user that runs the connector permission to write this file and its folder",
            ),
            Some(ErrorCode::CannotOpen) => (
                Kind::Io,
                "check that the folder exists, and that the user that runs the connector has access to it",
            ),
            Some(ErrorCode::DatabaseBusy) => (
                Kind::Store,
                "another program has been writing to the store for minutes; close it",
            ),
            Some(ErrorCode::NotADatabase) => (
                Kind::Store,
                "the file is not a SQLite database; move it away, or choose another --home",
            ),
            Some(ErrorCode::DatabaseCorrupt) => (
                Kind::Store,
                "the file is damaged; keep a copy, and let `sqlite3 FILE .recover` save what is there",
            ),
            _ => (Kind::Store, ""),
        };
        Self::new(kind, error).help(help)
    }
}
