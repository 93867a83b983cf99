//! Converts a notification to a row with its ids and every field of its record.

use jiff::Timestamp;
use saponify::Record;
use saponify::salesforce::Id;

use super::proxies::outbound_proxies::Notification;
use crate::connector::store::MessageRow;

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
/// otherwise the time of arrival.
pub(super) fn message(action: Id, notification: &Notification, now: Timestamp) -> Message {
    let record = &notification.s_object;
    let about = match record.type_name() {
        "" => "sObject",
        name => name,
    };
    let mut columns = vec!["NotificationId".to_owned(), "ActionId".to_owned()];
    let mut values = vec![Some(notification.id.to_string()), Some(action.to_string())];
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

/// The depth to which records within records are flattened.
const DEEPEST: usize = 5;

/// Adds the fields of a record. The fields of an inner record get names with a dot.
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
            // A repeated name gets no second column.
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
