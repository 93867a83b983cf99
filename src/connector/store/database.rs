//! Opening and migrating the database file, and what its errors mean.

use std::fs::OpenOptions;
use std::io;
use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, ErrorCode, OpenFlags};

use crate::connector::error::{Error, Kind};

/// Marks the file as a store of the connector ("SaPo"), for `file(1)` and against mistakes.
const APPLICATION: i32 = 0x5361_506f;

/// Bytes of a page of the database. Fewer and larger pages cost fewer calls of the system.
const PAGE: i64 = 16 << 10;

/// One script per version, in order; each brings the version before it to its own.
const MIGRATIONS: &[&str] = &[
    include_str!("schema/1.sql"),
    include_str!("schema/2.sql"),
    include_str!("schema/3.sql"),
];

/// Opens or creates the database and migrates it.
pub(super) fn open(path: &Path) -> Result<Connection, Error> {
    let fail = |error| failure("open the store", path, error);
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE
        | OpenFlags::SQLITE_OPEN_CREATE
        | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    // SQLite would open it to read, and make files beside it that cannot be written either.
    match OpenOptions::new().write(true).open(path) {
        Err(error) if is_refused(&error) => return Err(unwritable(path).because(error)),
        _ => {}
    }
    let mut database = Connection::open_with_flags(path, flags).map_err(fail)?;
    set_up(&database).map_err(fail)?;
    let version = identify(&database, path)?;
    if database.is_readonly("main").map_err(fail)? {
        return Err(unwritable(path));
    }
    // This decides for a new database only. Rows of log files have a kilobyte and more.
    database
        .pragma_update(None, "page_size", PAGE)
        .map_err(fail)?;
    database
        .pragma_update(None, "journal_mode", "wal")
        .map_err(fail)?;
    for (before, script) in MIGRATIONS.iter().enumerate().skip(version) {
        // A migration happens as a whole or not at all.
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
        .help("give the user that runs the connector the right to write this file and its folder")
}

/// Opens the database without writing to it.
pub(super) fn open_to_read(path: &Path) -> Result<Connection, Error> {
    let (database, version) = open_any(path)?;
    if version != MIGRATIONS.len() {
        let message = format!("the store {} is of version {version}", path.display());
        return Err(Error::new(Kind::Store, message).help(format!(
            "`saponify connector sync` brings it to version {}",
            MIGRATIONS.len()
        )));
    }
    Ok(database)
}

/// Opens a database of the current version for a short change beside another process.
pub(super) fn open_as_it_is(path: &Path) -> Result<Option<Connection>, Error> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let fail = |error| failure("open the store", path, error);
    let database = Connection::open_with_flags(path, flags).map_err(fail)?;
    set_up(&database).map_err(fail)?;
    let version = identify(&database, path)?;
    Ok((version == MIGRATIONS.len()).then_some(database))
}

/// Opens the database without writing to it, also if it is of an earlier version, and tells which.
pub(super) fn open_any(path: &Path) -> Result<(Connection, usize), Error> {
    let fail = |error| failure("read the store", path, error);
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let database = Connection::open_with_flags(path, flags).map_err(fail)?;
    set_up(&database).map_err(fail)?;
    let version = identify(&database, path)?;
    Ok((database, version))
}

fn set_up(database: &Connection) -> rusqlite::Result<()> {
    database.busy_timeout(Duration::from_secs(10))?;
    database.set_prepared_statement_cache_capacity(64);
    database.pragma_update(None, "synchronous", "normal")?;
    database.pragma_update(None, "foreign_keys", true)?;
    // A bound on memory: 16 MiB of pages.
    database.pragma_update(None, "cache_size", -16_384)?;
    // A file of a gigabyte is stored in one transaction; its journal is not kept at that size.
    database.pragma_update(None, "journal_size_limit", 64 << 20)?;
    Ok(())
}

/// The version of the store; 0 if the file is new.
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

/// SQLite's check of a database.
pub(super) fn verify(database: &Connection, path: &Path) -> Result<(), Error> {
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

/// An error of SQLite, with what the user can do.
pub(in crate::connector) fn failure(action: &str, path: &Path, error: rusqlite::Error) -> Error {
    let (kind, help) = match error.sqlite_error_code() {
        Some(ErrorCode::DiskFull) => (
            Kind::Full,
            "free space on the disk; nothing is damaged, and the next run goes on where this one stopped",
        ),
        Some(ErrorCode::ReadOnly) => (
            Kind::ReadOnly,
            "give the user that runs the connector the right to write this file and its folder",
        ),
        Some(ErrorCode::CannotOpen) => (
            Kind::Io,
            "check that the folder exists and that the user that runs the connector may use it",
        ),
        Some(ErrorCode::DatabaseBusy) => (Kind::Store, "another program holds the store; close it"),
        Some(ErrorCode::NotADatabase) => (
            Kind::Store,
            "the file is no SQLite database; move it away, or choose another --home",
        ),
        Some(ErrorCode::DatabaseCorrupt) => (
            Kind::Store,
            "the file is damaged; keep a copy, and let `sqlite3 FILE .recover` save what is there",
        ),
        _ => (Kind::Store, ""),
    };
    let failed = Error::new(kind, format!("cannot {action} ({})", path.display())).because(error);
    match help {
        "" => failed,
        help => failed.help(help),
    }
}
