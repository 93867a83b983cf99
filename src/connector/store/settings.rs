//! The settings of the connection, and the results of its last attempts.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use jiff::Timestamp;
use sha2::{Digest as _, Sha256};

use super::engine::{Change, Fault, Queries, Session, Sqlite, values};
use super::journal::{ConfigurationChange, add_change};
use super::{Store, instant, millis, time};
use crate::connector::error::Error;

/// The result of the last attempt to collect a source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attempt {
    /// The name of the source.
    pub source: String,
    /// When the last attempt ended, by the clock of this machine.
    pub local_at: Timestamp,
    /// When an attempt last succeeded, by the clock of this machine.
    pub local_worked: Option<Timestamp>,
    /// The number of failed attempts since then.
    pub failures: u64,
    /// Why the last attempt failed, or `None` if it succeeded.
    pub problem: Option<String>,
    /// Advice for the user, if there is any.
    pub advice: Option<String>,
}

/// The API calls of the org within 24 hours, as it last stated them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Calls {
    /// Calls that all users made.
    pub used: i64,
    /// Calls that are allowed.
    pub allowed: i64,
    /// When the org stated it, by the clock of this machine.
    pub local_at: Timestamp,
}

impl Store {
    /// Stores the number of API calls that the org stated.
    ///
    /// # Errors
    ///
    /// The store cannot be written.
    pub fn note_calls(&mut self, calls: Calls) -> Result<(), Error> {
        let note = "INSERT INTO usage (id, used, allowed, local_at) VALUES (1, ?1, ?2, ?3)
                    ON CONFLICT (id) DO UPDATE SET used = ?1, allowed = ?2, local_at = ?3";
        let calls = values![calls.used, calls.allowed, millis(calls.local_at)];
        self.execute("store the number of API calls", note, calls)
            .map(drop)
    }

    /// The API calls that the org last stated, if it ever did.
    ///
    /// # Errors
    ///
    /// The store cannot be read.
    pub fn calls(&self) -> Result<Option<Calls>, Error> {
        let find = "SELECT used, allowed, local_at FROM usage";
        self.first("read the API calls", find, &[], |row| {
            Ok(Calls {
                used: row.get(0)?,
                allowed: row.get(1)?,
                local_at: time(row.get(2)?),
            })
        })
    }

    /// The settings of a store in a file. The version of the store does not matter, because all versions
    /// have the same table of settings. So a new program finds the connections that it has to migrate.
    ///
    /// # Errors
    ///
    /// There is no store, or it cannot be read.
    pub fn settings_at(path: &Path) -> Result<BTreeMap<String, String>, Error> {
        Self::of(Sqlite::open_any(path)?).settings()
    }

    /// The settings, by name.
    ///
    /// # Errors
    ///
    /// The store cannot be read.
    pub fn settings(&self) -> Result<BTreeMap<String, String>, Error> {
        read(self.session()).map_err(|fault| self.failed("read the settings", fault))
    }

    /// Replaces all settings, and records each change. A setting must not be a secret.
    ///
    /// A value of several lines, such as a certificate, is recorded by its SHA-256.
    ///
    /// # Errors
    ///
    /// The store cannot be written. In this case, no setting is changed.
    pub fn configure(
        &mut self,
        settings: &BTreeMap<String, String>,
        local_now: Timestamp,
    ) -> Result<(), Error> {
        self.change("change the settings", |change| {
            replace(change, settings, local_now)?;
            change.note_deactivated(settings.contains_key("deactivated"))
        })
    }

    /// Records the result of an attempt to collect a source. `problem` is why it failed, and `advice` is
    /// what the user can do about it.
    ///
    /// # Errors
    ///
    /// The store cannot be written.
    pub fn attempted(
        &mut self,
        source: &str,
        problem: Option<&str>,
        advice: Option<&str>,
        local_now: Timestamp,
    ) -> Result<(), Error> {
        let note = "INSERT INTO attempt (source, local_at, local_worked, failures, problem, advice)
             VALUES (?1, ?2, CASE WHEN ?3 IS NULL THEN ?2 END, CASE WHEN ?3 IS NULL THEN 0 ELSE 1 END,
                     ?3, ?4)
             ON CONFLICT (source) DO UPDATE SET
                 local_at = ?2,
                 local_worked = CASE WHEN ?3 IS NULL THEN ?2 ELSE attempt.local_worked END,
                 failures = CASE WHEN ?3 IS NULL THEN 0 ELSE attempt.failures + 1 END,
                 problem = ?3, advice = ?4";
        let attempt = values![source, millis(local_now), problem, advice];
        self.execute("record an attempt", note, attempt).map(drop)
    }

    /// The results of the last attempts, by source.
    ///
    /// # Errors
    ///
    /// The store cannot be read.
    pub fn attempts(&self) -> Result<Vec<Attempt>, Error> {
        self.all(
            "read the attempts",
            "SELECT source, local_at, local_worked, failures, problem, advice FROM attempt
             ORDER BY source",
            &[],
            |row| {
                Ok(Attempt {
                    source: row.get(0)?,
                    local_at: time(row.get(1)?),
                    local_worked: instant(row, 2)?,
                    failures: row.get(3)?,
                    problem: row.get(4)?,
                    advice: row.get(5)?,
                })
            },
        )
    }
}

fn read<S: Session + ?Sized>(session: &S) -> Result<BTreeMap<String, String>, Fault> {
    let settings = session.all("SELECT name, value FROM setting", &[], |row| {
        Ok((row.get(0)?, row.get(1)?))
    });
    Ok(settings?.into_iter().collect())
}

fn replace(
    change: &dyn Change,
    settings: &BTreeMap<String, String>,
    local_now: Timestamp,
) -> Result<(), Fault> {
    let before = read(change)?;
    let names: BTreeSet<&String> = before.keys().chain(settings.keys()).collect();
    for name in names {
        let (old, new) = (before.get(name), settings.get(name));
        if old == new {
            continue;
        }
        match new {
            Some(value) => change.execute(
                "INSERT INTO setting (name, value) VALUES (?1, ?2)
                 ON CONFLICT (name) DO UPDATE SET value = ?2",
                values![name, value],
            )?,
            None => change.execute("DELETE FROM setting WHERE name = ?1", values![name])?,
        };
        let record = ConfigurationChange {
            setting: name.clone(),
            old: old.map(|value| shown(value)),
            new: new.map(|value| shown(value)),
            local_at: local_now,
        };
        add_change(change, &record)?;
    }
    Ok(())
}

/// The form in which a value is recorded.
fn shown(value: &str) -> String {
    if !value.trim_end().contains('\n') {
        return value.to_owned();
    }
    let digest: String = Sha256::digest(value)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    format!("sha256:{digest}")
}
