//! What a decoded value holds, as lines: `result.fields.label = name`.

use std::collections::BTreeSet;

use saponify::generated::{FieldValue, Struct, Value};
use saponify::{AnyValue, Record};

/// Lines, and the fields of tables that they came from.
#[derive(Default)]
pub(super) struct Flat {
    pub(super) lines: Vec<String>,
    pub(super) seen: BTreeSet<(&'static str, &'static str)>,
}

impl Flat {
    /// Every occurrence of a field.
    pub(super) fn field(&mut self, path: &str, field: &impl FieldValue) {
        self.items(path, |n| field.value(n));
    }

    /// Every field of a struct.
    pub(super) fn fields(&mut self, path: &str, value: &dyn Struct) {
        let table = value.table();
        for (index, field) in (0..).zip(table.fields) {
            let path = join(path, field.name);
            if self.items(&path, |n| value.value(index, n)) {
                self.seen.insert((table.name, field.name));
            }
        }
    }

    /// Whether there was any.
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
                // An element of a wildcard stands beside the fields that have names.
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
            other => panic!("{path}: {other:?} is nothing that this WSDL has"),
        };
        self.lines.push(format!("{path} = {text}"));
    }

    fn structure(&mut self, path: &str, value: &dyn Struct) {
        if let Some(derived) = value.derived() {
            // What the base holds is what the derived value holds of it.
            let mut base = Flat::default();
            base.fields(path, value);
            self.structure(path, derived);
            for line in base.lines {
                assert!(self.lines.contains(&line), "{line} is in the base alone");
            }
            self.seen.extend(base.seen);
            return;
        }
        self.lines.push(format!("{path}: {}", value.table().name));
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
