//! Creates the tables of the objects and their columns.

use rusqlite::Connection;

use crate::org::{Field, Kind, Object};

/// The fields that have a column. The id is the row id and has no column.
pub(super) fn stored(object: &Object) -> impl Iterator<Item = &Field> {
    (object.fields.values()).filter(|field| {
        !field.kind.is_compound()
            && field.kind != Kind::Id
            && field.name != "IsDeleted"
            && field.computed.is_none()
    })
}

pub(super) fn create_table(connection: &Connection, object: &Object) -> rusqlite::Result<()> {
    let mut sql = format!(
        "CREATE TABLE \"{}\" (\"Id\" INTEGER PRIMARY KEY, \"IsDeleted\" INTEGER NOT NULL DEFAULT 0, \"_changed\" INTEGER NOT NULL DEFAULT 0",
        object.name
    );
    for field in stored(object) {
        let kind = match field.kind {
            Kind::Base64 => "BLOB",
            Kind::Double | Kind::Currency | Kind::Percent => "REAL",
            kind if kind.is_text() => "TEXT COLLATE NOCASE",
            Kind::AnyType => "TEXT",
            _ => "INTEGER",
        };
        sql.push_str(&format!(", \"{}\" {kind}", field.name));
    }
    if (object.fields.values()).any(|field| field.computed.is_some()) {
        sql.push_str(", \"_revision\" INTEGER NOT NULL DEFAULT 1");
    }
    sql.push(')');
    connection.execute_batch(&sql)
}

/// Objects whose rows are queried by time, and the field with the time.
const BY_TIME: [(&str, &str); 3] = [
    ("LoginHistory", "LoginTime"),
    ("SetupAuditTrail", "CreatedDate"),
    ("EventLogFile", "CreatedDate"),
];

/// Creates indexes for unique fields and external ids, which are looked up often, and for times.
pub(super) fn create_indexes(connection: &Connection, object: &Object) -> rusqlite::Result<()> {
    for (name, time) in BY_TIME {
        if name == object.name && object.fields.contains_key(time) {
            connection.execute_batch(&format!(
                "CREATE INDEX \"time_{name}\" ON \"{name}\" (\"{time}\")"
            ))?;
        }
    }
    for field in stored(object).filter(|field| field.unique || field.external_id) {
        connection.execute_batch(&format!(
            "CREATE INDEX \"key_{0}_{1}\" ON \"{0}\" (\"{1}\") WHERE \"{1}\" IS NOT NULL",
            object.name, field.name
        ))?;
    }
    Ok(())
}
