//! Values to XML, elements in schema order.

use crate::any::{AnyValue, Content, Element};
use crate::error::{Error, ErrorKind};
use crate::lexical;
use crate::record::{FieldRef, Record};
use crate::schema::{Field, Kind, Schema, Type};
use crate::value::{Struct, Value};
use crate::xml::writer::{push_attribute, push_text};
use crate::xml::{XSD, XSI};

/// Writes elements whose namespaces are declared by whoever wraps them: see
/// [`declarations`](Encoder::declarations).
#[derive(Debug)]
pub(crate) struct Encoder {
    out: String,
    schema: &'static Schema,
    /// Namespaces of the schema that were written.
    used: Vec<bool>,
    scratch: String,
}

impl Encoder {
    pub(crate) fn new(schema: &'static Schema) -> Self {
        Self {
            out: String::new(),
            schema,
            used: vec![false; schema.namespaces.len()],
            scratch: String::new(),
        }
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.out
    }

    /// `xmlns` attributes for everything written by this encoder or by `others`.
    pub(crate) fn declarations(&self, others: &[&Encoder]) -> String {
        let mut out = format!(" xmlns:xsi=\"{XSI}\" xmlns:xsd=\"{XSD}\"");
        for (index, namespace) in self.schema.namespaces.iter().enumerate() {
            let used = self.used[index] || others.iter().any(|other| other.used[index]);
            if used && !namespace.uri.is_empty() {
                out.push_str(" xmlns:");
                out.push_str(namespace.prefix);
                out.push('=');
                // A URI from a table is printable text: nothing in it can fail.
                let _ = push_attribute(&mut out, namespace.uri);
            }
        }
        out
    }

    pub(crate) fn open(&mut self, ns: u8, name: &str) {
        self.out.push('<');
        self.name(ns, name);
    }

    pub(crate) fn end_open(&mut self) {
        self.out.push('>');
    }

    pub(crate) fn close(&mut self, ns: u8, name: &str) {
        self.out.push_str("</");
        self.name(ns, name);
        self.out.push('>');
    }

    fn name(&mut self, ns: u8, name: &str) {
        let index = usize::from(ns);
        let prefix = self.schema.namespaces[index].prefix;
        self.used[index] = true;
        if !prefix.is_empty() {
            self.out.push_str(prefix);
            self.out.push(':');
        }
        self.out.push_str(name);
    }

    /// A global element whose content is a struct: a header.
    pub(crate) fn global(&mut self, value: &dyn Struct) -> Result<(), Error> {
        let table = value.table();
        self.open(table.ns, table.name);
        self.structure_body(value).map_err(|error| error.within(table.name))?;
        self.close(table.ns, table.name);
        Ok(())
    }

    /// One occurrence of a field.
    pub(crate) fn field(&mut self, field: &Field, value: Value<'_>) -> Result<(), Error> {
        self.occurrence(field, value).map_err(|error| error.within(field.name))
    }

    /// A field of which no occurrence was given: nil where the schema demands the element.
    pub(crate) fn missing(&mut self, field: &Field) {
        let content = Field::OPTIONAL | Field::ATTRIBUTE | Field::TEXT;
        if field.has(Field::NILLABLE) && field.flags & content == 0 {
            self.nil(field);
        }
    }

    fn nil(&mut self, field: &Field) {
        self.open(field.ns, field.name);
        self.out.push_str(" xsi:nil=\"true\"/>");
    }

    fn occurrence(&mut self, field: &Field, value: Value<'_>) -> Result<(), Error> {
        match value {
            Value::Absent => {}
            Value::Nil => self.nil(field),
            Value::Struct(value) => {
                let value = value.derived().unwrap_or(value);
                self.open(field.ns, field.name);
                let table = value.table();
                if table.has(Type::TYPED) {
                    self.type_attribute(table.ns, table.name);
                }
                self.structure_body(value)?;
                self.close(field.ns, field.name);
            }
            Value::Record(record) => {
                self.open(field.ns, field.name);
                self.record_body(record)?;
                self.close(field.ns, field.name);
            }
            Value::Any(value) => {
                self.open(field.ns, field.name);
                self.any_body(value)?;
                self.close(field.ns, field.name);
            }
            Value::Element(element) => self.element(element)?,
            leaf => {
                self.open(field.ns, field.name);
                self.end_open();
                self.leaf(field.kind, leaf)?;
                self.close(field.ns, field.name);
            }
        }
        Ok(())
    }

    fn type_attribute(&mut self, ns: u8, name: &str) {
        self.out.push_str(" xsi:type=\"");
        self.name(ns, name);
        self.out.push('"');
    }

    /// Attributes, `>`, and the content of a struct.
    fn structure_body(&mut self, value: &dyn Struct) -> Result<(), Error> {
        let table = value.table();
        let fields = || (0_u16..).zip(table.fields);
        for (index, field) in fields().filter(|(_, field)| field.has(Field::ATTRIBUTE)) {
            let value = value.value(index, 0);
            if !matches!(value, Value::Absent | Value::Nil) {
                self.attribute(field, value).map_err(|error| error.within(field.name))?;
            }
        }
        self.end_open();
        for (index, field) in fields().filter(|(_, field)| !field.has(Field::ATTRIBUTE)) {
            let first = value.value(index, 0);
            match first {
                Value::Absent => self.missing(field),
                _ if field.has(Field::TEXT) => self.leaf(field.kind, first)?,
                _ => self.field(field, first)?,
            }
            if field.has(Field::REPEATED) {
                let rest = (1..).map(|n| value.value(index, n));
                for item in rest.take_while(|item| !matches!(item, Value::Absent)) {
                    self.field(field, item)?;
                }
            }
        }
        Ok(())
    }

    /// `xsi:type`, attributes, `>`, and the content of a record.
    fn record_body(&mut self, record: &Record) -> Result<(), Error> {
        let table = record.table();
        if record.type_name() != table.name || record.type_namespace() != table.namespace() {
            self.foreign_type(record.type_namespace(), record.type_name())?;
        } else if table.has(Type::TYPED) {
            self.type_attribute(table.ns, table.name);
        }
        let inner = record.inner();
        for (_, field, value) in inner.entries().filter(|(_, f, _)| f.has(Field::ATTRIBUTE)) {
            if let Some(text) = value.as_str() {
                self.attribute(field, Value::Text(text)).map_err(|e| e.within(field.name))?;
            }
        }
        self.end_open();
        let by_name = table.has(Type::NULLS_BY_NAME);
        let mut given = inner.entries().filter(|(_, f, _)| !f.has(Field::ATTRIBUTE)).peekable();
        for (index, field) in (0_u16..).zip(table.fields) {
            if given.peek().is_none_or(|next| next.0 != index) {
                self.missing(field);
            }
            while let Some((_, field, value)) = given.next_if(|next| next.0 == index) {
                match value {
                    // Said by `fieldsToNull` before.
                    FieldRef::Null if by_name && field.has(Field::OPTIONAL) => {}
                    FieldRef::Null => self.nil(field),
                    FieldRef::Text(text) if field.has(Field::TEXT) => self.text(text)?,
                    FieldRef::Text(text) => self.field(field, Value::Text(text))?,
                    FieldRef::Record(record) => self.field(field, Value::Record(record))?,
                    FieldRef::Any(value) => self.field(field, Value::Any(value))?,
                }
            }
            if by_name && index == 0 {
                self.nulls(field, record)?;
            }
        }
        for element in inner.extra() {
            self.element(element)?;
        }
        Ok(())
    }

    /// `fieldsToNull` for every field that is null.
    fn nulls(&mut self, names: &Field, record: &Record) -> Result<(), Error> {
        for (index, field, value) in record.inner().entries() {
            if index > 0 && value == FieldRef::Null && field.has(Field::OPTIONAL) {
                self.field(names, Value::Text(field.name))?;
            }
        }
        for element in record.extra().iter().filter(|element| element.value.is_nil()) {
            self.field(names, Value::Text(&element.name))?;
        }
        Ok(())
    }

    fn any_body(&mut self, value: &AnyValue) -> Result<(), Error> {
        if let Some(name) = &value.type_name {
            self.foreign_type(&name.namespace, &name.name)?;
        }
        match &value.content {
            Content::Nil => {
                self.out.push_str(" xsi:nil=\"true\">");
                Ok(())
            }
            Content::Text(text) => {
                self.end_open();
                self.text(text)
            }
            Content::Record(record) if value.type_name.is_some() => {
                self.end_open();
                for (_, field, item) in record.inner().entries() {
                    match item {
                        FieldRef::Null => self.nil(field),
                        FieldRef::Text(text) => self.field(field, Value::Text(text))?,
                        FieldRef::Record(record) => self.field(field, Value::Record(record))?,
                        FieldRef::Any(value) => self.field(field, Value::Any(value))?,
                    }
                }
                record.extra().iter().try_for_each(|element| self.element(element))
            }
            Content::Record(record) => self.record_body(record),
        }
    }

    /// `xsi:type` of a name that may be outside the schema; the prefix is then declared here.
    fn foreign_type(&mut self, namespace: &str, name: &str) -> Result<(), Error> {
        if name.is_empty() {
            return Ok(());
        }
        if namespace == XSD {
            self.out.push_str(" xsi:type=\"xsd:");
            self.out.push_str(name);
            self.out.push('"');
            return Ok(());
        }
        let known = self.schema.namespaces.iter().position(|ns| ns.uri == namespace);
        if let Some(index) = known.and_then(|index| u8::try_from(index).ok()) {
            self.type_attribute(index, name);
            return Ok(());
        }
        self.out.push_str(" xmlns:t=");
        push_attribute(&mut self.out, namespace).map_err(forbidden)?;
        self.out.push_str(" xsi:type=");
        push_attribute(&mut self.out, &format!("t:{name}")).map_err(forbidden)
    }

    /// An element that is no field: in the schema's namespaces by prefix, else with its own.
    fn element(&mut self, element: &Element) -> Result<(), Error> {
        if !crate::xml::chars::is_ncname(&element.name) {
            return Err(Error::new(ErrorKind::Encode, "expected a name for an element"));
        }
        let known = self.schema.namespaces.iter().position(|ns| ns.uri == &*element.namespace);
        match known.and_then(|index| u8::try_from(index).ok()) {
            Some(ns) => {
                self.open(ns, &element.name);
                self.any_body(&element.value)?;
                self.close(ns, &element.name);
            }
            None => {
                self.out.push_str("<x:");
                self.out.push_str(&element.name);
                self.out.push_str(" xmlns:x=");
                push_attribute(&mut self.out, &element.namespace).map_err(forbidden)?;
                self.any_body(&element.value)?;
                self.out.push_str("</x:");
                self.out.push_str(&element.name);
                self.out.push('>');
            }
        }
        Ok(())
    }

    fn attribute(&mut self, field: &Field, value: Value<'_>) -> Result<(), Error> {
        self.out.push(' ');
        self.name(field.ns, field.name);
        self.out.push('=');
        if let Value::Text(text) = value {
            return push_attribute(&mut self.out, text).map_err(forbidden);
        }
        self.scratch.clear();
        push_lexical(&mut self.scratch, value, field.kind);
        push_attribute(&mut self.out, &self.scratch).map_err(forbidden)
    }

    fn leaf(&mut self, kind: Kind, value: Value<'_>) -> Result<(), Error> {
        match value {
            Value::Text(text) => self.text(text),
            // No other lexical form has a character to escape.
            value => {
                push_lexical(&mut self.out, value, kind);
                Ok(())
            }
        }
    }

    fn text(&mut self, text: &str) -> Result<(), Error> {
        push_text(&mut self.out, text).map_err(forbidden)
    }
}

/// The lexical form of a simple value.
pub(crate) fn push_lexical(out: &mut String, value: Value<'_>, kind: Kind) {
    match value {
        Value::Text(v) => out.push_str(v),
        Value::Boolean(v) => out.push_str(if v { "true" } else { "false" }),
        Value::Integer(v) => out.push_str(&v.to_string()),
        Value::Unsigned(v) => out.push_str(&v.to_string()),
        Value::Float(v) => lexical::write_single(out, v),
        Value::Double(v) => lexical::write_float(out, v),
        Value::DateTime(v) => lexical::write_date_time(out, v),
        Value::Date(v) => lexical::write_date(out, v),
        Value::Time(v) => lexical::write_time(out, v),
        Value::Id(v) => out.push_str(v.as_str()),
        Value::Bytes(v) => lexical::write_bytes(out, v, kind),
        Value::Absent
        | Value::Nil
        | Value::Struct(_)
        | Value::Record(_)
        | Value::Any(_)
        | Value::Element(_) => {}
    }
}

fn forbidden(c: char) -> Error {
    Error::new(
        ErrorKind::Encode,
        format!(
            "the character U+{:04X} cannot be sent: XML has no way to write it; take it out of the \
             value",
            u32::from(c)
        ),
    )
}
