//! Writes rows as a Parquet file.

use std::sync::Arc;

use parquet::basic::Compression;
use parquet::data_type::{ByteArray, ByteArrayType, Int64Type};
use parquet::errors::{ParquetError, Result};
use parquet::file::properties::WriterProperties;
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::parser::parse_message_type;
use serde_json::Value;

use super::columns::{Columns, Values};
use super::schema::Node;
use crate::connector::sinks::Row;

/// Writes rows as the bytes of a file. The same rows always give the same bytes.
pub(super) fn write<'a>(schema: &Node, rows: impl Iterator<Item = &'a Row>) -> Result<Vec<u8>> {
    let mut columns = Columns::new(schema);
    for row in rows {
        let mut object = object(row)?;
        keep_numbers(schema, &mut object);
        columns.add(&object);
    }
    let message = Arc::new(parse_message_type(&schema.message())?);
    let properties = WriterProperties::builder()
        .set_compression(Compression::SNAPPY)
        .set_created_by(concat!("saponify ", env!("CARGO_PKG_VERSION")).to_owned())
        .build();
    let mut bytes = Vec::new();
    let mut file = SerializedFileWriter::new(&mut bytes, message, Arc::new(properties))?;
    let mut group = file.next_row_group()?;
    for column in columns.columns {
        let Some(mut writer) = group.next_column()? else {
            return Err(ParquetError::General(
                "the schema has fewer columns than the rows".to_owned(),
            ));
        };
        let definitions = Some(column.definitions.as_slice());
        let repetitions = Some(column.repetitions.as_slice());
        match column.values {
            Values::Texts(texts) => {
                let texts: Vec<ByteArray> = texts.into_iter().map(ByteArray::from_text).collect();
                let typed = writer.typed::<ByteArrayType>();
                typed.write_batch(&texts, definitions, repetitions)?;
            }
            Values::Numbers(numbers) => {
                let typed = writer.typed::<Int64Type>();
                typed.write_batch(&numbers, definitions, repetitions)?;
            }
        }
        writer.close()?;
    }
    group.close()?;
    file.close()?;
    Ok(bytes)
}

/// Keeps a number that is not a whole one of 64 bits as a text in `unmapped`, by the path of its attribute: its own
/// column cannot have it.
fn keep_numbers(schema: &Node, object: &mut Value) {
    let mut found = Vec::new();
    find_numbers(schema, object, "", &mut found);
    let Value::Object(attributes) = object else {
        return;
    };
    if found.is_empty() {
        return;
    }
    let unmapped = attributes
        .entry("unmapped")
        .or_insert_with(|| Value::Object(serde_json::Map::new()));
    if let Value::Object(unmapped) = unmapped {
        for (path, text) in found {
            unmapped.entry(path).or_insert(Value::String(text));
        }
    }
}

fn find_numbers(node: &Node, value: &Value, path: &str, found: &mut Vec<(String, String)>) {
    match (node, value) {
        (Node::Number | Node::Time, value) if !value.is_null() && value.as_i64().is_none() => {
            let text = match value {
                Value::String(text) => text.clone(),
                other => other.to_string(),
            };
            found.push((path.to_owned(), text));
        }
        (Node::Group(attributes), Value::Object(object)) => {
            for (name, node) in attributes {
                if let Some(value) = object.get(name) {
                    let dot = if path.is_empty() { "" } else { "." };
                    find_numbers(node, value, &format!("{path}{dot}{name}"), found);
                }
            }
        }
        (Node::List(element), Value::Array(values)) => {
            for value in values {
                find_numbers(element, value, &format!("{path}[]"), found);
            }
        }
        _ => {}
    }
}

trait FromText {
    fn from_text(text: String) -> Self;
}

impl FromText for ByteArray {
    fn from_text(text: String) -> Self {
        Self::from(text.into_bytes())
    }
}

/// The object of a row, with its id, and with its time as a number.
fn object(row: &Row) -> Result<Value> {
    let mut value: Value = serde_json::from_slice(&row.json)
        .map_err(|error| ParquetError::External(Box::new(error)))?;
    if let Value::Object(object) = &mut value {
        object.insert("saponify_id".to_owned(), row.id.as_str().into());
        // An event without a time keeps the time 0 of OCSF, and the label that says so.
        if let Some(time) = row.time {
            object.insert("time".to_owned(), time.as_millisecond().into());
        }
    }
    Ok(value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::connector::ocsf::Mapping;
    use crate::connector::sinks::object::schema::of_events;

    #[test]
    fn a_number_that_its_column_cannot_have_is_kept() {
        let schema = of_events(&Mapping::built_in().unwrap());
        let mut event = serde_json::json!({
            "class_uid": 3002, "severity_id": 1.5, "activity_id": 10_000_000_000_000_000_000_u64,
            "unmapped": { "OTHER": "x" },
        });
        keep_numbers(&schema, &mut event);
        assert_eq!(
            event["unmapped"],
            serde_json::json!({
                "OTHER": "x", "severity_id": "1.5", "activity_id": "10000000000000000000",
            })
        );
    }
}
