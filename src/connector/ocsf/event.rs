//! Maps a stored row to an event.

use std::collections::HashSet;
use std::net::IpAddr;

use serde_json::{Map, Value, json};

use super::VERSION;
use super::tables::{Activity, EventRule, FieldRule, Mapping, ValueForm, ValueSource};
use super::value::{has, set};
use crate::connector::store::Event;

/// Maps a row to an OCSF event. `tenant` is the Id of the org, if it is known.
#[must_use]
pub fn to_ocsf(mapping: &Mapping, event: &Event, tenant: Option<&str>) -> Value {
    let rule = mapping.rule(event);
    let class = rule.map_or(0, |rule| rule.class);
    let activity = rule.map_or(99, |rule| mapping.activity(rule, event));
    let mut out = Map::new();
    out.insert("activity_id".into(), activity.into());
    // The category is the class divided by 1000. The base event, class 0, has no category.
    out.insert("category_uid".into(), (class / 1000).into());
    out.insert("class_uid".into(), class.into());
    out.insert("severity_id".into(), 1.into());
    out.insert("type_uid".into(), (class * 100 + activity).into());
    out.insert(
        "time".into(),
        event.time().map_or(0, |time| time.as_millisecond()).into(),
    );
    out.insert("metadata".into(), metadata(event, tenant));
    let mut used = HashSet::new();
    for field in mapping.fields.iter().filter(|field| field.is_for(class)) {
        if field.unless.as_deref().is_some_and(|path| has(&out, path)) {
            continue;
        }
        if let Some((column, value)) = mapping.value(field, event) {
            used.extend(column);
            set(&mut out, &field.target, value);
        }
    }
    let unmapped: Map<String, Value> = event
        .fields()
        .filter(|(name, _)| !used.contains(name))
        .filter_map(|(name, value)| {
            Some((
                name.to_owned(),
                Value::from(value.filter(|text| !text.is_empty())?),
            ))
        })
        .collect();
    if !unmapped.is_empty() {
        out.insert("unmapped".into(), Value::Object(unmapped));
    }
    Value::Object(out)
}

fn metadata(event: &Event, tenant: Option<&str>) -> Value {
    let mut metadata = json!({
        "version": VERSION,
        "product": { "name": "Salesforce", "vendor_name": "Salesforce" },
        "profiles": ["host"],
        "uid": event.key(),
        "log_name": event.source(),
        "event_code": name_of(event),
    });
    let original = event
        .value("EVENT_IDENTIFIER")
        .filter(|id| !id.is_empty())
        .or(event.value("Id"));
    for (name, value) in [("original_event_uid", original), ("tenant_uid", tenant)] {
        if let Some(value) = value {
            metadata[name] = value.into();
        }
    }
    if event.time().is_none() {
        metadata["labels"] = json!(["time-missing"]);
    }
    metadata
}

/// The name by which the rules know an event: the Action of an audit row, the sObject, or the event type.
fn name_of(event: &Event) -> &str {
    match event.source() {
        "audit" => event.value("Action").unwrap_or_default(),
        _ => event.about(),
    }
}

impl Mapping {
    fn rule(&self, event: &Event) -> Option<&EventRule> {
        let name = name_of(event);
        self.events
            .iter()
            .find(|rule| rule.source == event.source() && rule.name.fits(name))
    }

    fn activity(&self, rule: &EventRule, event: &Event) -> i64 {
        match &rule.activity {
            Activity::Fixed(activity) => *activity,
            Activity::Value { table, columns } => columns
                .iter()
                .find_map(|column| event.value(column).filter(|text| !text.is_empty()))
                .and_then(|text| self.means(table, text))
                .unwrap_or(99),
        }
    }

    /// The value of an attribute, and the column whose whole value it contains.
    fn value<'a>(&self, field: &'a FieldRule, event: &Event) -> Option<(Option<&'a str>, Value)> {
        let cell = |column: &str| match column {
            "@" => Some(event.about()),
            column => event.value(column),
        };
        field.from.iter().find_map(|from| {
            let (column, text) = match from {
                ValueSource::Column(column) => (Some(column.as_str()), cell(column)?),
                ValueSource::Text(text) => (None, text.as_str()),
                ValueSource::If { column, other, is } => {
                    if event.value(other).unwrap_or_default() != is {
                        return None;
                    }
                    (Some(column.as_str()), cell(column)?)
                }
            };
            let text = text.trim();
            if text.is_empty() {
                return None;
            }
            let is_whole = !matches!(field.form, ValueForm::User | ValueForm::Table(_));
            Some((column.filter(|_| is_whole), self.form(&field.form, text)?))
        })
    }

    fn form(&self, form: &ValueForm, text: &str) -> Option<Value> {
        let is_ip = text.parse::<IpAddr>().is_ok();
        Some(match form {
            ValueForm::Text => text.into(),
            // Salesforce writes numbers as `136.0`.
            ValueForm::Integer => text.split('.').next()?.parse::<i64>().ok()?.into(),
            ValueForm::Ip => is_ip.then(|| text.into())?,
            ValueForm::Name => (!is_ip).then(|| text.into())?,
            ValueForm::User => user_id(text)?.into(),
            ValueForm::Table(table) => self.means(table, text)?.into(),
        })
    }
}

/// The first Id of a user in a text. Ids have 15 or 18 letters and digits, and the Id of a user begins with
/// `005`.
fn user_id(text: &str) -> Option<&str> {
    text.split(|c: char| !c.is_ascii_alphanumeric())
        .find(|word| word.starts_with("005") && matches!(word.len(), 15 | 18))
}
