//! The store: rows exactly once, nothing half stored, and its figures of each day.

mod blocks;
mod days;
mod files;
mod opening;
mod reading;
mod rows;
mod sinks;
mod standing;
mod year;

use std::path::PathBuf;

use jiff::Timestamp;
use saponify_cli::connector::Error;
use saponify_cli::connector::store::{
    Event, EventQuery, PageProgress, Purpose, RevisionRows, Row, SourceState, Store, Stored,
    StoredFile,
};
use saponify_cli::connector::window::{Position, Span};
use sha2::{Digest as _, Sha256};
use tempfile::TempDir;

use crate::engine::Opened;

/// A CSV file that is written to the store row by row.
pub(crate) struct Written(Vec<u8>);

impl Written {
    pub(crate) fn new(rows: &mut RevisionRows<'_>, columns: &[&str]) -> Result<Self, Error> {
        let header = line(columns);
        rows.header(&header)?;
        rows.columns(
            &columns
                .iter()
                .map(|name| (*name).to_owned())
                .collect::<Vec<_>>(),
        )?;
        Ok(Self(header))
    }

    pub(crate) fn push(
        &mut self,
        rows: &mut RevisionRows<'_>,
        time: Option<Timestamp>,
        values: &[&str],
    ) -> Result<(), Error> {
        let line = line(values);
        self.0.extend_from_slice(&line);
        rows.push(time, &line)
    }

    pub(crate) fn end(self) -> StoredFile {
        let digest = Sha256::digest(&self.0);
        StoredFile {
            bytes: self.0.len() as u64,
            sha256: digest.iter().map(|byte| format!("{byte:02x}")).collect(),
        }
    }
}

fn line(values: &[&str]) -> Vec<u8> {
    let values: Vec<String> = values
        .iter()
        .map(|value| format!("\"{}\"", value.replace('"', "\"\"")))
        .collect();
    format!("{}\n", values.join(",")).into_bytes()
}

/// A store in a temporary folder.
pub(crate) struct Fixture {
    pub(crate) store: Store,
    pub(crate) folder: TempDir,
    opened: Opened,
}

impl Fixture {
    pub(crate) fn new() -> Self {
        let folder = TempDir::new().unwrap();
        let mut opened = Opened::of(folder.path());
        let store = opened.store.take().unwrap();
        Self {
            store,
            folder,
            opened,
        }
    }

    /// The file of the store, if it is in SQLite.
    pub(crate) fn path(&self) -> PathBuf {
        self.folder.path().join("store.db")
    }

    /// Opens the store again, as a new process would.
    pub(crate) fn reopen(&mut self) {
        self.store = self.opened.open();
    }

    /// Opens the store a second time.
    #[cfg(feature = "nats")]
    pub(crate) fn open_beside(&self) -> Store {
        self.opened.open()
    }

    /// Removes the refused fields, as another process does.
    pub(crate) fn forget_refusals(&self) -> u64 {
        self.opened.forget_refusals()
    }

    pub(crate) fn logins(&mut self) -> SourceState {
        self.store.source("logins", at(0)).unwrap()
    }

    /// Stores rows of (second, Id, status) in a window that they complete.
    pub(crate) fn collect(&mut self, window: Span, rows: &[(i64, &str, &str)]) -> Stored {
        let source = self.logins();
        let id = self
            .store
            .open_window(source.id, Purpose::Collect, Some(window), window.end())
            .unwrap();
        let progress = PageProgress {
            window: id,
            expected: Some(rows.len() as u64),
            position: None,
            closes: true,
            now: window.end(),
        };
        store_rows(&mut self.store, &progress, rows)
    }

    pub(crate) fn keys(&self, query: &EventQuery) -> Vec<String> {
        events(&self.store, query)
            .iter()
            .map(|event| event.key().to_owned())
            .collect()
    }
}

pub(crate) const COLUMNS: &[&str] = &["Id", "LoginTime", "Status"];

pub(crate) fn store_rows(
    store: &mut Store,
    progress: &PageProgress<'_>,
    rows: &[(i64, &str, &str)],
) -> Stored {
    let values: Vec<_> = rows
        .iter()
        .map(|&(second, key, status)| (at(second), at(second).to_string(), key, status))
        .collect();
    let values: Vec<_> = values
        .iter()
        .map(|(time, text, key, status)| {
            (
                *time,
                *key,
                [Some(*key), Some(text.as_str()), Some(*status)],
            )
        })
        .collect();
    let rows = values.iter().map(|(time, key, values)| Row {
        key,
        time: Some(*time),
        values,
    });
    store
        .store_page(progress, "LoginHistory", COLUMNS, rows)
        .unwrap()
}

pub(crate) fn events(store: &Store, query: &EventQuery) -> Vec<Event> {
    let mut events = Vec::new();
    store
        .events::<saponify_cli::connector::Error>(query, |event| {
            events.push(event.clone());
            Ok(std::ops::ControlFlow::Continue(()))
        })
        .unwrap();
    events
}

pub(crate) fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap()
}

pub(crate) fn span(start: i64, end: i64) -> Span {
    Span::new(at(start), at(end)).unwrap()
}

pub(crate) fn position(second: i64, key: &str) -> Position {
    Position {
        time: at(second),
        key: key.to_owned(),
    }
}

pub(crate) const DAY: i64 = 86_400;
