//! Hazard: a file that is not a store, a store of a newer program, or a folder that cannot be written.

use std::error::Error as _;

use rusqlite::Connection;
use saponify_cli::connector::store::{EventQuery, Method, Store};
use tempfile::TempDir;

use super::{Fixture, span};

#[test]
fn a_new_store_passes_its_check() {
    let fixture = Fixture::new();
    fixture.store.verify().unwrap();
    let database = Connection::open(fixture.path()).unwrap();
    let version: i64 = database
        .pragma_query_value(None, "user_version", |row| row.get(0))
        .unwrap();
    assert_eq!(version, 4);
}

#[test]
fn a_store_of_an_older_program_is_migrated() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("store.db");
    let old = Connection::open(&path).unwrap();
    old.execute_batch(include_str!("../../../src/connector/store/schema/1.sql"))
        .unwrap();
    old.pragma_update(None, "application_id", 0x5361_506f)
        .unwrap();
    old.pragma_update(None, "user_version", 1).unwrap();
    old.execute_batch(
        "INSERT INTO source (name, begins) VALUES ('logins', 0);
         INSERT INTO setting VALUES ('endpoint', 'https://acme.example');
         INSERT INTO reconciliation (source, starts, ends, method, expected, found, repaired, at)
         VALUES (1, 0, 3600000, 'count-hour', 3, 2, 1, 7200000);",
    )
    .unwrap();
    drop(old);
    // Its events cannot be read, but its settings can.
    let error = Store::open_to_read(&path).unwrap_err();
    assert!(error.advice().unwrap().contains("version 4"), "{error:?}");
    assert_eq!(
        Store::settings_at(&path).unwrap()["endpoint"],
        "https://acme.example"
    );
    assert_eq!(Store::forget_refusals_at(&path).unwrap(), 0);

    let store = Store::open(&path).unwrap();
    store.verify().unwrap();
    let logins = store.sources().unwrap().remove(0);
    let counted = store.reconciliations(logins.id, span(0, 3_600)).unwrap();
    assert_eq!(
        (counted[0].method, counted[0].expected),
        (Method::CountHour, 3)
    );
    assert!(Store::open_to_read(&path).is_ok());
}

#[test]
fn a_store_of_a_newer_program_is_not_changed() {
    let fixture = Fixture::new();
    let path = fixture.path();
    drop(fixture.store);
    Connection::open(&path)
        .unwrap()
        .pragma_update(None, "user_version", 99)
        .unwrap();
    for error in [
        Store::open(&path).unwrap_err(),
        Store::open_to_read(&path).unwrap_err(),
    ] {
        assert!(error.is_newer_store(), "{error:?}");
        assert!(error.to_string().contains("version 99"), "{error}");
        assert!(error.advice().is_some());
    }
}

#[test]
fn a_database_of_another_program_is_not_changed() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("other.db");
    Connection::open(&path)
        .unwrap()
        .execute_batch("CREATE TABLE notes (text)")
        .unwrap();
    let error = Store::open(&path).unwrap_err();
    assert!(error.to_string().contains("is not a store"), "{error}");
    let text = folder.path().join("text.db");
    std::fs::write(
        &text,
        "this is no database, and it is long enough to be looked at ".repeat(20),
    )
    .unwrap();
    let error = Store::open(&text).unwrap_err();
    assert!(
        error.advice().unwrap().contains("not a SQLite database"),
        "{error:?}"
    );
    assert!(error.source().is_some());
}

#[test]
fn a_missing_store_is_not_created_by_reading() {
    let folder = TempDir::new().unwrap();
    let error = Store::open_to_read(&folder.path().join("store.db")).unwrap_err();
    assert!(error.advice().is_some(), "{error:?}");
    assert!(!folder.path().join("store.db").exists());
}

#[test]
fn reading_continues_while_another_process_writes() {
    let mut fixture = Fixture::new();
    fixture.collect(span(0, 100), &[(10, "0Ya1", "Success")]);
    let reader = Store::open_to_read(&fixture.path()).unwrap();
    fixture.collect(span(100, 200), &[(110, "0Ya2", "Success")]);
    assert_eq!(super::events(&reader, &EventQuery::default()).len(), 2);
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_reported_and_damages_nothing() {
    let mut fixture = Fixture::new();
    fixture.collect(span(0, 100), &[(10, "0Ya1", "Success")]);
    // SQLite's own limit for the size of the file simulates a full disk.
    let path = fixture.path();
    let pages: i64 = {
        let database = Connection::open(&path).unwrap();
        database
            .pragma_query_value(None, "page_count", |row| row.get(0))
            .unwrap()
    };
    fixture.store.limit_pages(pages).unwrap();
    let long = "x".repeat(100_000);
    let source = fixture.logins();
    let error = fixture
        .store
        .gap(source.id, span(0, 100), &long, super::at(100))
        .unwrap_err();
    assert!(error.is_disk_full(), "{error:?}");
    assert!(error.advice().unwrap().contains("free space"));
    fixture.reopen();
    fixture.store.verify().unwrap();
    assert_eq!(fixture.keys(&EventQuery::default()), ["0Ya1"]);
    fixture
        .store
        .gap(source.id, span(0, 100), &long, super::at(100))
        .unwrap();
}

/// The store has what an org logs about its users.
#[cfg(unix)]
#[test]
fn only_its_user_can_read_a_store() {
    use std::os::unix::fs::PermissionsExt as _;

    let folder = TempDir::new().unwrap();
    let path = folder.path().join("store.db");
    let mut store = Store::open(&path).unwrap();
    store.source("logins", super::at(0)).unwrap();
    for file in ["store.db", "store.db-wal", "store.db-shm"] {
        let found = std::fs::metadata(folder.path().join(file)).unwrap();
        assert_eq!(found.permissions().mode() & 0o777, 0o600, "{file}");
    }
}
