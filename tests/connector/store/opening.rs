//! Hazard: a file that is no store, a store of a newer program, a place that cannot be written.

use std::error::Error as _;

use rusqlite::Connection;
use saponify_cli::connector::store::{EventQuery, Store};
use tempfile::TempDir;

use super::{Fixture, span};

#[test]
fn a_new_store_is_whole() {
    let fixture = Fixture::new();
    fixture.store.verify().unwrap();
    let database = Connection::open(fixture.store.path()).unwrap();
    let version: i64 = database
        .pragma_query_value(None, "user_version", |row| row.get(0))
        .unwrap();
    assert_eq!(version, 1);
}

#[test]
fn a_store_of_a_newer_program_is_left_alone() {
    let fixture = Fixture::new();
    let path = fixture.store.path().to_owned();
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
fn another_program_s_database_is_left_alone() {
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
        error.advice().unwrap().contains("no SQLite database"),
        "{error:?}"
    );
    assert!(error.source().is_some());
}

#[test]
fn a_store_that_is_not_there_is_not_read() {
    let folder = TempDir::new().unwrap();
    let error = Store::open_to_read(&folder.path().join("store.db")).unwrap_err();
    assert!(error.advice().is_some(), "{error:?}");
    assert!(!folder.path().join("store.db").exists());
}

#[test]
fn reading_goes_on_while_another_writes() {
    let mut fixture = Fixture::new();
    fixture.collect(span(0, 100), &[(10, "0Ya1", "Success")]);
    let reader = Store::open_to_read(fixture.store.path()).unwrap();
    fixture.collect(span(100, 200), &[(110, "0Ya2", "Success")]);
    assert_eq!(super::events(&reader, &EventQuery::default()).len(), 2);
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_said_and_nothing_is_damaged() {
    let mut fixture = Fixture::new();
    fixture.collect(span(0, 100), &[(10, "0Ya1", "Success")]);
    // SQLite's own bound on the size of the file stands in for the size of the disk.
    let path = fixture.store.path().to_owned();
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
