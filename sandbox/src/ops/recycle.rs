//! `delete`, `undelete`, `emptyRecycleBin`, and the operations for replication: `getUpdated`, `getDeleted`.

use rusqlite::OptionalExtension;

use super::call::Call;
use super::save::{RowError, all_or_none, check_count};
use crate::fault::Fault;
use crate::id::{self, Id};
use crate::org::Object;
use crate::soql::dates::{self, DAY};
use crate::xml::response::{Content, Record};

/// What is done with a row.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Action {
    Delete,
    Undelete,
    Remove,
}

pub(super) fn delete(call: &Call<'_>) -> Result<Vec<Content>, Fault> {
    run(call, Action::Delete, "DeleteResult")
}

pub(super) fn undelete(call: &Call<'_>) -> Result<Vec<Content>, Fault> {
    run(call, Action::Undelete, "UndeleteResult")
}

pub(super) fn empty(call: &Call<'_>) -> Result<Vec<Content>, Fault> {
    run(call, Action::Remove, "EmptyRecycleBinResult")
}

fn run(call: &Call<'_>, action: Action, kind: &str) -> Result<Vec<Content>, Fault> {
    let ids: Vec<_> = call.body.all("ids").map(|id| id.text.trim()).collect();
    check_count(call, ids.len())?;
    let connection = call.state.store.lock();
    let rows = all_or_none(call, &connection, ids, |text| {
        one(call, &connection, action, text)
    })?;
    let result = |row: Result<Id, RowError>| {
        let record = Record::new(kind);
        Content::from(match &row {
            Ok(id) => record
                .with("id", call.state.org.id_text(*id))
                .with("success", true),
            Err(error) => record
                .with("errors", error.record(call))
                .with("id", Content::Nil)
                .with("success", false),
        })
    };
    Ok(rows.into_iter().map(result).collect())
}

fn one(
    call: &Call<'_>,
    connection: &rusqlite::Connection,
    action: Action,
    text: &str,
) -> Result<Id, RowError> {
    let internal = |error: rusqlite::Error| RowError::new("UNKNOWN_EXCEPTION", error.to_string());
    let org = &call.state.org;
    let Some(id) = org.parse_id(text) else {
        return Err(match id::is_shaped(text) {
            true => RowError::new("INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id"),
            false => RowError::new("MALFORMED_ID", format!("malformed id {text}")),
        });
    };
    let object = org.object_of(id.prefix).filter(|object| object.writable);
    let Some(object) = object else {
        return Err(RowError::new(
            "INSUFFICIENT_ACCESS_OR_READONLY",
            "insufficient access rights on object id",
        ));
    };
    let name = &object.name;
    let state = connection
        .query_row(
            &format!("SELECT \"IsDeleted\" FROM \"{name}\" WHERE \"Id\" = ?"),
            [id.serial],
            |row| row.get::<_, bool>(0),
        )
        .optional()
        .map_err(internal)?;
    let now = call.state.clock.now();
    let sql = match (action, state) {
        (_, None) => {
            return Err(RowError::new(
                "INVALID_CROSS_REFERENCE_KEY",
                "invalid cross reference id",
            ));
        }
        (Action::Delete, Some(true)) => {
            return Err(RowError::new("ENTITY_IS_DELETED", "entity is deleted"));
        }
        (Action::Delete, Some(false)) => format!(
            "UPDATE \"{name}\" SET \"IsDeleted\" = 1, \"_changed\" = {now} WHERE \"Id\" = ?"
        ),
        (Action::Undelete, Some(true)) => format!(
            "UPDATE \"{name}\" SET \"IsDeleted\" = 0, \"_changed\" = {now} WHERE \"Id\" = ?"
        ),
        (Action::Undelete, Some(false)) => {
            return Err(RowError::new(
                "UNDELETE_FAILED",
                "Entity is not in the recycle bin",
            ));
        }
        (Action::Remove, Some(true)) => format!("DELETE FROM \"{name}\" WHERE \"Id\" = ?"),
        (Action::Remove, Some(false)) => {
            return Err(RowError::new(
                "INVALID_ID_FIELD",
                "Invalid record id; no recycle bin entry found",
            ));
        }
    };
    connection.execute(&sql, [id.serial]).map_err(internal)?;
    Ok(id)
}

/// The number of days for which updates and deletions are reported.
const UPDATES_TOLD: i64 = 30;
const DELETIONS_TOLD: i64 = 15;

/// The object and the time span of a replication call. The seconds of the span are ignored.
fn span<'a>(call: &'a Call<'_>, days: i64) -> Result<(&'a Object, i64, i64), Fault> {
    let name = call.body.text_of("sObjectType").trim();
    let object = call.state.org.object(name).ok_or_else(|| {
        Fault::new(
            "InvalidSObjectFault",
            "INVALID_TYPE",
            format!("sObject type '{name}' is not supported."),
        )
    })?;
    let datetime = |name: &str| {
        let text = call.body.text_of(name).trim();
        dates::parse_datetime(text)
            .map(|datetime| datetime.div_euclid(60_000) * 60_000)
            .ok_or_else(|| {
                Fault::unexpected(
                    "INVALID_REPLICATION_DATE",
                    format!("{name} is not a dateTime: {text}"),
                )
            })
    };
    let (start, end) = (datetime("startDate")?, datetime("endDate")?);
    if start >= end {
        return Err(Fault::unexpected(
            "INVALID_REPLICATION_DATE",
            "startDate must be more than one minute before endDate",
        ));
    }
    if start < call.state.clock.now() - days * DAY {
        return Err(Fault::unexpected(
            "INVALID_REPLICATION_DATE",
            format!("startDate cannot be more than {days} days ago"),
        ));
    }
    Ok((object, start, end))
}

fn changed(
    call: &Call<'_>,
    object: &Object,
    deleted: bool,
    start: i64,
    end: i64,
) -> Result<Vec<(String, i64)>, Fault> {
    let sql = format!(
        "SELECT \"Id\", \"_changed\" FROM \"{}\" WHERE \"IsDeleted\" = ? AND \"_changed\" >= ? AND \"_changed\" < ? LIMIT 600001",
        object.name
    );
    let connection = call.state.store.lock();
    let mut statement = connection.prepare_cached(&sql)?;
    let rows = statement.query_map([i64::from(deleted), start, end], |row| {
        Ok((row.get::<_, i64>(0)?, row.get(1)?))
    })?;
    let mut found = Vec::new();
    for row in rows {
        let (serial, datetime) = row?;
        found.push((
            call.state.org.id_text(Id::new(object.prefix, serial)),
            datetime,
        ));
    }
    if found.len() > 600_000 {
        return Err(Fault::unexpected(
            "EXCEEDED_ID_LIMIT",
            "there are too many ids in this time span; make it shorter",
        ));
    }
    Ok(found)
}

pub(super) fn updated(call: &Call<'_>) -> Result<Record, Fault> {
    let (object, start, end) = span(call, UPDATES_TOLD)?;
    let mut record = Record::new("GetUpdatedResult");
    for (id, _) in changed(call, object, false, start, end)? {
        record.add("ids", id);
    }
    Ok(record.with(
        "latestDateCovered",
        dates::datetime_text(end.min(call.state.clock.now())),
    ))
}

pub(super) fn deleted(call: &Call<'_>) -> Result<Record, Fault> {
    let (object, start, end) = span(call, DELETIONS_TOLD)?;
    if end - start <= 60_000 {
        return Err(Fault::unexpected(
            "INVALID_REPLICATION_DATE",
            "startDate must be more than one minute before endDate",
        ));
    }
    let purged = call.state.live().deletions_purged;
    if start < purged {
        let since = dates::datetime_text(purged);
        return Err(Fault::unexpected(
            "INVALID_REPLICATION_DATE",
            format!("startDate cannot be before {since}: earlier deletions are no longer known"),
        ));
    }
    let mut record = Record::new("GetDeletedResult");
    for (id, datetime) in changed(call, object, true, start, end)? {
        let deleted = Record::new("DeletedRecord")
            .with("deletedDate", dates::datetime_text(datetime))
            .with("id", id);
        record.add("deletedRecords", deleted);
    }
    let told = call.state.clock.now() - DELETIONS_TOLD * DAY;
    let earliest = dates::datetime_text(told.max(purged));
    Ok(record.with("earliestDateAvailable", earliest).with(
        "latestDateCovered",
        dates::datetime_text(end.min(call.state.clock.now())),
    ))
}
