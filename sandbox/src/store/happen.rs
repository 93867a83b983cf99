//! Applies the changes of the activity to the rows: they appear, change and disappear.

use std::sync::Arc;

use rusqlite::types::Value;
use rusqlite::{Connection, params_from_iter};

use super::synthetic;
use crate::activity::{Happening, History, remade};
use crate::org::Org;

/// The fields of a row that are set when it is changed, and when it is created.
const CHANGED: [&str; 2] = ["LastModifiedDate", "SystemModstamp"];
const MADE: [&str; 3] = ["CreatedDate", "LastModifiedDate", "SystemModstamp"];

/// Applies a change at a time. Objects and fields that the org does not have are left out.
pub(super) fn happen(
    connection: &Connection,
    org: &Org,
    history: &Arc<History>,
    at: i64,
    happening: Happening,
) -> rusqlite::Result<()> {
    let files = "EventLogFile";
    match happening {
        Happening::Appears { object, serial } => {
            insert(connection, org, history, object, serial, at)
        }
        Happening::Created { object, serial } => {
            insert(connection, org, history, object, serial, at)?;
            set(connection, org, object, serial, &times(&MADE, at))
        }
        Happening::Changed { object, serial } => {
            let mut values = times(&CHANGED, at);
            values.push(("_changed", Value::Integer(at)));
            values.push(("Title", Value::Text(format!("Engineer {serial}"))));
            set(connection, org, object, serial, &values)
        }
        Happening::Deleted { object, serial } => {
            let gone = [("IsDeleted", 1), ("_changed", at)];
            let values = gone.map(|(name, value)| (name, Value::Integer(value)));
            set(connection, org, object, serial, &values)
        }
        Happening::Remade { serial } => {
            let Some(file) = history.file(serial) else {
                return Ok(());
            };
            let mut values = remade(history, file, at).to_vec();
            values.push(("_revision", Value::Integer(2)));
            set(connection, org, files, serial, &values)
        }
        Happening::Removed { serial } => connection
            .prepare_cached("DELETE FROM \"EventLogFile\" WHERE \"Id\" = ?")?
            .execute([serial])
            .map(drop),
        Happening::Replaced { serial } => {
            insert(connection, org, history, files, serial, at)?;
            set(connection, org, files, serial, &times(&MADE, at))
        }
    }
}

fn insert(
    connection: &Connection,
    org: &Org,
    history: &Arc<History>,
    object: &str,
    serial: i64,
    at: i64,
) -> rusqlite::Result<()> {
    match org.objects.get(object) {
        Some(object) => synthetic::insert(connection, org, object, history, serial, at),
        None => Ok(()),
    }
}

fn times(names: &[&'static str], at: i64) -> Vec<(&'static str, Value)> {
    names
        .iter()
        .map(|name| (*name, Value::Integer(at)))
        .collect()
}

/// Sets columns of a row. Fields that the object does not have are left out.
fn set(
    connection: &Connection,
    org: &Org,
    object: &str,
    serial: i64,
    values: &[(&'static str, Value)],
) -> rusqlite::Result<()> {
    let Some(known) = org.objects.get(object) else {
        return Ok(());
    };
    let has = |name: &str| {
        name.starts_with('_') || name == "IsDeleted" || known.fields.contains_key(name)
    };
    let (names, values): (Vec<_>, Vec<_>) = values
        .iter()
        .filter(|(name, _)| has(name))
        .map(|(name, value)| (format!("\"{name}\" = ?"), value.clone()))
        .unzip();
    let sql = format!(
        "UPDATE \"{object}\" SET {} WHERE \"Id\" = ?",
        names.join(", ")
    );
    connection
        .prepare_cached(&sql)?
        .execute(params_from_iter(
            values.into_iter().chain([Value::Integer(serial)]),
        ))
        .map(drop)
}
