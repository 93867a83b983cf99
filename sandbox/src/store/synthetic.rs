//! The synthetic rows of an object: generated values, and values that the activity determines.

use std::sync::Arc;

use rusqlite::types::Value;
use rusqlite::{Connection, params_from_iter};

use super::columns::stored;
use super::fill::{full_name, name_parts};
use super::generate::{Context, Generator};
use crate::activity::{History, Make, maker};
use crate::org::{Field, Object, Org};
use crate::soql::dates;

/// Computes the values of the rows of an object.
pub(super) struct Synthetic<'a> {
    pub(super) fields: Vec<&'a Field>,
    makers: Vec<Maker>,
    name_parts: Option<(usize, usize, usize)>,
    total: i64,
    end: i64,
}

enum Maker {
    Generated(Generator),
    Decided(Make),
}

impl<'a> Synthetic<'a> {
    pub(super) fn new(org: &'a Org, object: &'a Object, history: Option<&Arc<History>>) -> Self {
        let fields: Vec<&Field> = stored(object).collect();
        let count = |name: &str| org.rows_of(name) as i64;
        let maker = |field: &&Field| match history
            .and_then(|history| maker(history, object, &field.name))
        {
            Some(make) => Maker::Decided(make),
            None => Maker::Generated(Generator::new(org, object, field, &count)),
        };
        Self {
            makers: fields.iter().map(maker).collect(),
            name_parts: name_parts(object, &fields),
            total: total(org, object, history),
            end: dates::parse_datetime(&org.generated).unwrap_or(0),
            fields,
        }
    }

    pub(super) fn values(&self, serial: i64) -> Vec<Value> {
        let context = Context {
            serial,
            total: self.total.max(serial),
            end: self.end,
        };
        let value = |maker: &Maker| match maker {
            Maker::Generated(generator) => generator.value(context),
            Maker::Decided(make) => make(serial),
        };
        let mut values: Vec<_> = self.makers.iter().map(value).collect();
        if let Some((name, first, last)) = self.name_parts {
            values[name] = full_name(&values[first], &values[last]);
        }
        values
    }
}

/// The number of rows of an object at the start, including those that become visible later.
pub(super) fn total(org: &Org, object: &Object, history: Option<&Arc<History>>) -> i64 {
    match history {
        Some(history) if object.name == "EventLogFile" => history.files().len() as i64,
        _ => org.rows_of(&object.name) as i64,
    }
}

/// The statement that inserts a row: its serial number, the time of its change, and its values.
pub(super) fn insert_sql(object: &Object, fields: &[&Field]) -> String {
    let names: String = fields
        .iter()
        .map(|field| format!(", \"{}\"", field.name))
        .collect();
    let marks = ", ?".repeat(fields.len());
    format!(
        "INSERT INTO \"{}\" (\"Id\", \"_changed\"{names}) VALUES (?, ?{marks})",
        object.name
    )
}

/// Inserts the row with this number.
pub(super) fn insert(
    connection: &Connection,
    org: &Org,
    object: &Object,
    history: &Arc<History>,
    serial: i64,
    changed: i64,
) -> rusqlite::Result<()> {
    let rows = Synthetic::new(org, object, Some(history));
    let head = [Value::Integer(serial), Value::Integer(changed)];
    connection
        .prepare_cached(&insert_sql(object, &rows.fields))?
        .execute(params_from_iter(
            head.into_iter().chain(rows.values(serial)),
        ))
        .map(drop)
}
