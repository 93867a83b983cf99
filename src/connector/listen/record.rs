//! Converts a notification to a row with its ids and every field of its record.

use std::collections::HashSet;

use jiff::Timestamp;
use saponify::Record;
use saponify::salesforce::Id;

use super::proxies::outbound_proxies::Notification;
use crate::connector::store::MessageRow;

/// The columns of every notification. The fields of its record follow them. The source `changes` has a column
/// `ChangeType`, too.
const COLUMNS: [&str; 3] = ["NotificationId", "ActionId", "ChangeType"];

/// The `ChangeType` of a notification. The message does not say whether the record was created or updated.
const NOTIFIED: &str = "notified";

/// A notification to store.
#[derive(Debug)]
pub(super) struct Message {
    /// The id of the notification.
    id: String,
    /// The type of the record.
    about: String,
    time: Timestamp,
    columns: Vec<String>,
    values: Vec<Option<String>>,
}

impl Message {
    /// The row of the notification.
    pub(super) fn row(&self) -> MessageRow<'_> {
        MessageRow {
            about: &self.about,
            key: &self.id,
            time: self.time,
            columns: &self.columns,
            values: &self.values,
        }
    }
}

/// Makes the row of a notification. Its time is the last change of the record if the record states it, and
/// otherwise the time of arrival. The error is the text of the fault if the record has too many fields.
pub(super) fn message(
    action: Id,
    notification: &Notification,
    now: Timestamp,
) -> Result<Message, &'static str> {
    let record = &notification.s_object;
    let about = match record.type_name() {
        "" => "sObject",
        name => name,
    };
    let mut fields = Fields::default();
    for (name, value) in COLUMNS.into_iter().zip([
        notification.id.to_string(),
        action.to_string(),
        NOTIFIED.to_owned(),
    ]) {
        fields.put(name.to_owned(), Some(value))?;
    }
    fields.flatten("", record, 0)?;
    let Fields {
        columns, values, ..
    } = fields;
    let changed = ["SystemModstamp", "LastModifiedDate"]
        .iter()
        .find_map(|name| {
            let at = columns.iter().position(|column| column == name)?;
            values.get(at)?.as_deref()?.parse().ok()
        });
    Ok(Message {
        id: notification.id.to_string(),
        about: about.to_owned(),
        time: changed.unwrap_or(now),
        columns,
        values,
    })
}

/// The depth to which records within records are flattened.
const DEEPEST: usize = 5;

/// The largest number of columns of a notification. An object has at most 800 fields of its own.
const MOST_FIELDS: usize = 4_000;

/// The fields of a record by the names of their columns.
#[derive(Default)]
struct Fields {
    columns: Vec<String>,
    values: Vec<Option<String>>,
    known: HashSet<String>,
}

impl Fields {
    /// Adds a column. A repeated name gets no second column.
    fn put(&mut self, name: String, value: Option<String>) -> Result<(), &'static str> {
        if self.columns.len() >= MOST_FIELDS {
            return Err("the record has more fields than any object of Salesforce");
        }
        if self.known.insert(name.clone()) {
            self.columns.push(name);
            self.values.push(value);
        }
        Ok(())
    }

    /// Adds the fields of a record. The fields of an inner record get names with a dot.
    fn flatten(&mut self, prefix: &str, record: &Record, depth: usize) -> Result<(), &'static str> {
        for (name, field) in record.fields() {
            let name = format!("{prefix}{name}");
            match field.as_record() {
                Some(inner) if depth < DEEPEST => {
                    self.flatten(&format!("{name}."), inner, depth + 1)?;
                }
                _ => self.put(name, field.as_str().map(str::to_owned))?,
            }
        }
        Ok(())
    }
}
