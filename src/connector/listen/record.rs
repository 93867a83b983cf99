//! A notification as a row: its ids, and every field of the record as it came.

use jiff::Timestamp;
use saponify::Record;
use saponify::salesforce::Id;

use super::proxies::outbound_proxies::Notification;
use crate::connector::store::MessageRow;

/// The columns of every notification, before the fields of its record. `ChangeType` is a column of the source
/// `changes`, too.
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

/// The row of a notification. The time is that of the last change of the record, if the message says it, and
/// otherwise that of the arrival.
pub(super) fn message(action: Id, notification: &Notification, now: Timestamp) -> Message {
    let record = &notification.s_object;
    let about = match record.type_name() {
        "" => "sObject",
        name => name,
    };
    let mut columns = COLUMNS.map(str::to_owned).to_vec();
    let mut values = vec![
        Some(notification.id.to_string()),
        Some(action.to_string()),
        Some(NOTIFIED.to_owned()),
    ];
    flatten("", record, &mut columns, &mut values, 0);
    let changed = ["SystemModstamp", "LastModifiedDate"]
        .iter()
        .find_map(|name| {
            let at = columns.iter().position(|column| column == name)?;
            values.get(at)?.as_deref()?.parse().ok()
        });
    Message {
        id: notification.id.to_string(),
        about: about.to_owned(),
        time: changed.unwrap_or(now),
        columns,
        values,
    }
}

/// How deep records within records are taken apart.
const DEEPEST: usize = 5;

/// Adds the fields of a record. The name of a field of a record within a record has a dot.
fn flatten(
    prefix: &str,
    record: &Record,
    columns: &mut Vec<String>,
    values: &mut Vec<Option<String>>,
    depth: usize,
) {
    for (name, field) in record.fields() {
        let name = format!("{prefix}{name}");
        let mut put = |value: Option<String>| {
            // A name that occurs again has no column of its own.
            if !columns.contains(&name) {
                columns.push(name.clone());
                values.push(value);
            }
        };
        match (field.as_record(), field.as_str()) {
            (Some(inner), _) if depth < DEEPEST => {
                flatten(&format!("{name}."), inner, columns, values, depth + 1);
            }
            (_, text) => put(text.map(str::to_owned)),
        }
    }
}
