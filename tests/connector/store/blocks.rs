//! Hazard: a row that reads differently from the file that contained it, or a damaged block that is not noticed.

use rusqlite::Connection;
use saponify_cli::connector::Error;
use saponify_cli::connector::store::{EventQuery, Store};
use tempfile::TempDir;

use super::files::{list, listed, source};
use super::{DAY, Fixture, Written, at, events};

/// Stores a file with these rows and returns it as the only file of a new store.
fn stored(rows_of_file: &[[String; 2]]) -> Fixture {
    let mut fixture = Fixture::new();
    list(&mut fixture, &[listed("0AT1", 10, 7)], None);
    let pending = fixture.store.pending_files().unwrap().remove(0);
    let source = source(&mut fixture);
    fixture
        .store
        .store_file::<Error>(source.id, &pending, at(DAY), |rows| {
            let mut file = Written::new(rows, &["NUMBER", "TEXT"])?;
            for (second, values) in (0..).zip(rows_of_file) {
                let values = values.each_ref().map(String::as_str);
                file.push(rows, Some(at(DAY + second)), &values)?;
            }
            Ok(file.end())
        })
        .unwrap();
    fixture
}

fn texts(store: &Store) -> Vec<[String; 2]> {
    let all = events(store, &EventQuery::default());
    let value = |event: &saponify_cli::connector::store::Event, name| {
        event.value(name).unwrap_or_default().to_owned()
    };
    all.iter()
        .map(|event| [value(event, "NUMBER"), value(event, "TEXT")])
        .collect()
}

#[test]
fn rows_of_many_blocks_are_read_in_any_order() {
    let rows: Vec<_> = (0..3_000)
        .map(|number| {
            // One row is longer than a block, and some have quotes and line breaks.
            let text = match number {
                1_500 => "x".repeat(100_000),
                number if number % 7 == 0 => format!("a \"quoted\" text\r\nof row {number}"),
                number => "é".repeat(number % 60),
            };
            [number.to_string(), text]
        })
        .collect();
    let fixture = stored(&rows);
    fixture.store.verify().unwrap();
    assert_eq!(texts(&fixture.store), rows);

    let mut lookup = fixture.store.lookup().unwrap();
    let last = fixture.store.last_seq().unwrap();
    let first = last - rows.len() as i64 + 1;
    for at in [2_999, 0, 1_500, 1_499, 1_501, 2_999] {
        let (event, _) = lookup.get(first + at).unwrap().unwrap();
        assert_eq!(event.value("NUMBER"), Some(at.to_string().as_str()));
        assert_eq!(event.key(), format!("0AT1/1/{}", at + 1));
    }
    assert!(lookup.get(last + 1).unwrap().is_none());
}

#[test]
fn a_file_without_rows_is_stored() {
    let fixture = stored(&[]);
    fixture.store.verify().unwrap();
    assert!(texts(&fixture.store).is_empty());
}

#[test]
fn a_damaged_or_missing_block_is_noticed() {
    if crate::engine::database().is_some() {
        // The test changes a file of SQLite.
        return;
    }
    let rows: Vec<_> = (0..4_000)
        .map(|number| [number.to_string(), "text".to_owned()])
        .collect();
    for damage in [
        "UPDATE block SET content = x'00' WHERE first > 1",
        "UPDATE block SET content = (SELECT content FROM block WHERE first = 1) WHERE first > 1",
        "UPDATE block SET content = substr(content, 1, length(content) - 50) WHERE first > 1",
        "DELETE FROM block WHERE first > 1",
        "DELETE FROM block WHERE first = 0",
        "DELETE FROM block",
    ] {
        let mut fixture = stored(&rows);
        let database = Connection::open(fixture.path()).unwrap();
        assert!(database.execute(damage, []).unwrap() > 0, "{damage}");
        drop(database);
        fixture.reopen();
        let Err(error) = fixture.store.verify() else {
            panic!("nothing was noticed: {damage}");
        };
        let text = error.text();
        assert!(text.contains("0AT1"), "{damage}: {text}");
        assert!(!text.contains("3999"), "{damage}: {text}");
        let read = fixture.store.events::<Error>(&EventQuery::default(), |_| {
            Ok(std::ops::ControlFlow::Continue(()))
        });
        // A block that is replaced by another one of the same file can only be found by its SHA-256.
        assert_eq!(read.is_ok(), damage.contains("SELECT"), "{damage}");
    }
}

#[test]
fn rows_that_an_earlier_version_stored_are_read() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("store.db");
    let old = Connection::open(&path).unwrap();
    for script in [
        include_str!("../../../src/connector/store/schema/1.sql"),
        include_str!("../../../src/connector/store/schema/2.sql"),
        include_str!("../../../src/connector/store/schema/3.sql"),
    ] {
        old.execute_batch(script).unwrap();
    }
    old.pragma_update(None, "application_id", 0x5361_506f)
        .unwrap();
    old.pragma_update(None, "user_version", 3).unwrap();
    old.execute_batch(
        r#"INSERT INTO source (name, begins) VALUES ('files', 0);
           INSERT INTO shape (about, columns) VALUES ('Login', '["NUMBER","TEXT"]');
           INSERT INTO file (sf_id, event_type, interval, sequence, log_date, created, listed, seen)
           VALUES ('0AT1', 'Login', 'Daily', 0, 0, 0, 0, 0);
           INSERT INTO revision (file, number, length, modified, state, rows, bytes, sha256, changed)
           VALUES (1, 1, 9, 0, 'stored', 1, 9, 'x', 0);
           INSERT INTO event (source, time, revision, number, shape, payload)
           VALUES (1, 5, 1, 1, 1, '["1","before"]');"#,
    )
    .unwrap();
    drop(old);
    let store = Store::open(&path).unwrap();
    store.verify().unwrap();
    assert_eq!(texts(&store), [["1".to_owned(), "before".to_owned()]]);
}
