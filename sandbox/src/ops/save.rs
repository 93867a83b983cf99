//! `create`, `update` and `upsert`: each row by itself, or all rows or none.

mod apply;
mod input;

use rusqlite::Connection;

use super::call::Call;
use super::user;
use crate::fault::Fault;
use crate::org::{Object, Org};
use crate::tenant::Caller;
use crate::xml::response::{Content, Record};
use input::Input;

/// The error of a row that was not saved. The call continues with the other rows.
#[derive(Clone, Debug)]
pub(super) struct RowError {
    pub(super) status: &'static str,
    pub(super) message: String,
    pub(super) fields: Vec<String>,
    /// The existing row that the duplicate rule found.
    pub(super) duplicate: Option<Duplicate>,
}

/// The result of the duplicate rule.
#[derive(Clone, Debug)]
pub(super) struct Duplicate {
    pub(super) object: String,
    pub(super) id: String,
}

impl RowError {
    pub(super) fn new(status: &'static str, message: impl Into<String>) -> Self {
        Self {
            status,
            message: message.into(),
            fields: Vec::new(),
            duplicate: None,
        }
    }

    pub(super) fn on(mut self, field: &str) -> Self {
        self.fields.push(field.to_owned());
        self
    }

    pub(super) fn rolled_back() -> Self {
        let what = "Record rolled back because not all records were valid and the request was using AllOrNone header";
        Self::new("ALL_OR_NONE_OPERATION_ROLLED_BACK", what)
    }

    /// Makes the `errors` element.
    pub(super) fn record(&self, call: &Call<'_>) -> Record {
        let status = if call.quirks.unknown_enum_values {
            "BRAND_NEW_STATUS_CODE"
        } else {
            self.status
        };
        let mut record = match &self.duplicate {
            None => Record::new("Error"),
            Some(duplicate) => Record::new("DuplicateError")
                .typed()
                .with("duplicateResult", duplicate.result()),
        };
        for field in &self.fields {
            record.add("fields", field.as_str());
        }
        if self.fields.is_empty() && call.quirks.write_nil {
            record.add("fields", Content::Nil);
        }
        record
            .with("message", self.message.as_str())
            .with("statusCode", status)
    }
}

impl Duplicate {
    fn result(&self) -> Record {
        let row = format!(
            "<record xsi:type=\"sf:{}\"><sf:Id>{}</sf:Id></record>",
            self.object, self.id
        );
        let mut found = b"<matchConfidence>100.0</matchConfidence>".to_vec();
        found.extend_from_slice(row.as_bytes());
        Record::new("DuplicateResult")
            .with("allowSave", true)
            .with(
                "duplicateRule",
                format!("Standard_{}_Duplicate_Rule", self.object),
            )
            .with("duplicateRuleEntityType", self.object.as_str())
            .with("errorMessage", "Use one of these records?")
            .with(
                "matchResults",
                Record::new("MatchResult")
                    .with("entityType", self.object.as_str())
                    .with("matchEngine", "ExactMatchEngine")
                    .with("matchRecords", Content::Raw(found))
                    .with("rule", format!("Standard_{}_Match_Rule", self.object))
                    .with("size", 1)
                    .with("success", true),
            )
    }
}

/// A row that was saved.
pub(super) struct Saved {
    pub(super) id: i64,
    pub(super) created: bool,
}

/// Saves rows.
pub(super) struct Saver<'a> {
    pub(super) org: &'a Org,
    pub(super) connection: &'a Connection,
    pub(super) caller: i64,
    pub(super) truncate: bool,
    pub(super) allow_duplicates: bool,
    pub(super) now: i64,
}

pub(super) fn create(call: &Call<'_>, caller: Caller) -> Result<Vec<Content>, Fault> {
    let rows = run(call, caller, |saver, input| {
        saver.insert(input).map(|id| Saved { id, created: true })
    })?;
    Ok(results(call, "SaveResult", rows))
}

pub(super) fn update(call: &Call<'_>, caller: Caller) -> Result<Vec<Content>, Fault> {
    let rows = run(call, caller, |saver, input| {
        saver.update(input).map(|id| Saved { id, created: false })
    })?;
    Ok(results(call, "SaveResult", rows))
}

pub(super) fn upsert(call: &Call<'_>, caller: Caller) -> Result<Vec<Content>, Fault> {
    let key = call.body.text_of("externalIDFieldName").trim().to_owned();
    let mut kinds = call
        .body
        .all("sObjects")
        .filter_map(|row| row.kind.as_ref());
    if let Some(first) = kinds.next() {
        if kinds.any(|kind| kind != first) {
            let what = "All rows of an upsert must be of one object";
            return Err(Fault::new("InvalidSObjectFault", "INVALID_TYPE", what));
        }
        if let Some(object) = call.state.org.object(&first.1) {
            check_key(object, &key)?;
        }
    }
    let rows = run(call, caller, |saver, input| saver.upsert(input, &key))?;
    Ok(results(call, "UpsertResult", rows))
}

fn check_key(object: &Object, key: &str) -> Result<(), Fault> {
    let usable = object
        .field(key)
        .is_some_and(|field| field.external_id || field.name == "Id");
    if usable {
        return Ok(());
    }
    let what = format!(
        "Field name provided, {key} does not match an External ID, Salesforce Id, or indexed field for {}",
        object.name
    );
    Err(Fault::new("InvalidFieldFault", "INVALID_FIELD", what))
}

/// Checks the number of rows of a call.
pub(super) fn check_count(call: &Call<'_>, count: usize) -> Result<(), Fault> {
    let most = call.state.org.limits.save_rows;
    if count > most as usize {
        let what =
            format!("record limit reached. cannot submit more than {most} records into this call");
        return Err(Fault::unexpected("EXCEEDED_ID_LIMIT", what));
    }
    Ok(())
}

/// Checks the number of groups. Adjacent rows of the same object form a group, and a call can have ten.
fn check_groups(inputs: &[Input<'_>]) -> Result<(), Fault> {
    let mut groups = inputs.chunk_by(|a, b| a.object.name == b.object.name);
    if groups.nth(10).is_some() {
        let what = "Cannot have more than 10 chunks in a single operation. Please rearrange the data to reduce chunking.";
        return Err(Fault::unexpected("LIMIT_EXCEEDED", what));
    }
    Ok(())
}

fn run(
    call: &Call<'_>,
    caller: Caller,
    save: impl Fn(&Saver<'_>, &Input<'_>) -> Result<Saved, RowError>,
) -> Result<Vec<Result<Saved, RowError>>, Fault> {
    let org = &call.state.org;
    check_count(call, call.body.all("sObjects").count())?;
    let inputs = call
        .body
        .all("sObjects")
        .map(|element| Input::read(call, element))
        .collect::<Result<Vec<_>, Fault>>()?;
    check_groups(&inputs)?;
    let connection = call.state.store.lock();
    for input in &inputs {
        if let Some(field) = &input.object.duplicate_rule {
            call.state
                .store
                .index(&connection, &input.object.name, field)?;
        }
    }
    let saver = Saver {
        org,
        connection: &connection,
        caller: user::packed(org, caller),
        truncate: call.flag("AllowFieldTruncationHeader", "allowFieldTruncation"),
        allow_duplicates: call.flag("DuplicateRuleHeader", "allowSave"),
        now: call.state.clock.now(),
    };
    all_or_none(
        call,
        &connection,
        inputs.iter().map(|input| move || input).collect(),
        |input| save(&saver, input()),
    )
}

/// Saves the rows one after the other. If one fails and the caller requests all or none, all are rolled
/// back.
pub(super) fn all_or_none<T, U>(
    call: &Call<'_>,
    connection: &Connection,
    items: Vec<T>,
    apply: impl Fn(T) -> Result<U, RowError>,
) -> Result<Vec<Result<U, RowError>>, Fault> {
    if call.quirks.rows_locked {
        let what = "unable to obtain exclusive access to this record or 1 records";
        let locked = |_| Err(RowError::new("UNABLE_TO_LOCK_ROW", what));
        return Ok(items.into_iter().map(locked).collect());
    }
    let strict = call.flag("AllOrNoneHeader", "allOrNone");
    connection.execute_batch("SAVEPOINT saving")?;
    let mut results: Vec<_> = items.into_iter().map(apply).collect();
    if strict && results.iter().any(Result::is_err) {
        connection.execute_batch("ROLLBACK TO saving")?;
        for result in &mut results {
            if result.is_ok() {
                *result = Err(RowError::rolled_back());
            }
        }
    }
    connection.execute_batch("RELEASE saving")?;
    Ok(results)
}

fn results(call: &Call<'_>, kind: &str, rows: Vec<Result<Saved, RowError>>) -> Vec<Content> {
    let result = |row: Result<Saved, RowError>| {
        let record = Record::new(kind);
        let record = match &row {
            Ok(saved) => {
                let id = call.state.org.id_text(crate::id::Id::unpack(saved.id));
                record
                    .with("created", saved.created)
                    .with("id", id)
                    .with("success", true)
            }
            Err(error) => record
                .with("errors", error.record(call))
                .with("id", Content::Nil)
                .with("success", false),
        };
        Content::from(record)
    };
    rows.into_iter().map(result).collect()
}
