//! The content of a decoded value, as lines such as `result.fields.label = name`.

use std::collections::BTreeSet;

use saponify::generated::{FieldValue, Struct, Value};
use saponify::{AnyValue, Record};

/// The lines, and the fields of tables that they are from.
#[derive(Default)]
pub(super) struct Flat {
    pub(super) lines: Vec<String>,
    pub(super) seen: BTreeSet<(&'static str, &'static str)>,
}

impl Flat {
    /// Adds every occurrence of a field.
    pub(super) fn field(&mut self, path: &str, field: &impl FieldValue) {
        self.items(path, |n| field.value(n));
    }

    /// Adds every field of a struct.
    pub(super) fn fields(&mut self, path: &str, value: &dyn Struct) {
        let table = value.table();
        for (index, field) in (0..).zip(table.fields()) {
            let path = join(path, field.name());
            if self.items(&path, |n| value.value(index, n)) {
                self.seen.insert((table.name(), field.name()));
            }
        }
    }

    /// Adds all values, and returns whether there was one.
    fn items<'v>(&mut self, path: &str, value: impl Fn(usize) -> Value<'v>) -> bool {
        let values = (0..).map(value);
        let values = values.take_while(|value| !matches!(value, Value::Absent));
        values.map(|value| self.value(path, value)).count() > 0
    }

    fn value(&mut self, path: &str, value: Value<'_>) {
        let text = match value {
            Value::Struct(value) => return self.structure(path, value),
            Value::Record(record) => return self.record(path, record),
            Value::Any(any) => return self.any(path, any),
            Value::Element(element) => {
                // An element matched by a wildcard is listed at the level of the other fields.
                let (parent, _) = path.rsplit_once('.').unwrap_or_default();
                return self.any(&join(parent, &element.name), &element.value);
            }
            Value::Nil => return self.lines.push(format!("{path} is nil")),
            Value::Text(text) => text.to_owned(),
            Value::Boolean(value) => value.to_string(),
            Value::Integer(value) => value.to_string(),
            Value::Double(value) => value.to_string(),
            Value::DateTime(value) => value.to_string(),
            Value::Date(value) => value.to_string(),
            Value::Time(value) => value.to_string(),
            Value::Id(value) => value.to_string(),
            Value::Bytes(value) => format!("{value:?}"),
            other => panic!("{path}: {other:?} does not occur in this WSDL"),
        };
        self.lines.push(format!("{path} = {text}"));
    }

    fn structure(&mut self, path: &str, value: &dyn Struct) {
        if let Some(derived) = value.derived() {
            // The fields of the base must have the same values in the derived value.
            let mut base = Flat::default();
            base.fields(path, value);
            self.structure(path, derived);
            for line in base.lines {
                assert!(self.lines.contains(&line), "only the base has {line}");
            }
            self.seen.extend(base.seen);
            return;
        }
        self.lines.push(format!("{path}: {}", value.table().name()));
        self.fields(path, value);
    }

    fn record(&mut self, path: &str, record: &Record) {
        self.lines.push(format!("{path}: {}", record.type_name()));
        for (name, field) in record.fields() {
            let text = field.as_str().unwrap();
            self.lines.push(format!("{} = {text}", join(path, name)));
        }
    }

    fn any(&mut self, path: &str, value: &AnyValue) {
        let text = value.as_str().unwrap();
        match &value.type_name {
            Some(ty) => self.lines.push(format!("{path}: {} = {text}", ty.name)),
            None => self.lines.push(format!("{path} = {text}")),
        }
    }
}

pub(super) fn join(path: &str, name: &str) -> String {
    match path {
        "" => name.to_owned(),
        _ => format!("{path}.{name}"),
    }
}
