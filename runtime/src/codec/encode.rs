//! Values to XML, elements in schema order.

use super::ANY_RECORD;
use crate::any::{AnyValue, Content, Element};
use crate::error::{Error, ErrorKind};
use crate::lexical;
use crate::limits::MAX_DEPTH;
use crate::record::{FieldRef, Record};
use crate::schema::{Field, Kind, Schema, Type};
use crate::value::{Struct, Value};
use crate::xml::chars::is_ncname;
use crate::xml::names::{XML, XMLNS};
use crate::xml::writer::{push_attribute, push_text};
use crate::xml::{XSD, XSI};

/// Writes elements whose namespaces are declared by whoever wraps them: see
/// [`declarations`](Encoder::declarations).
pub(crate) struct Encoder {
    out: String,
    schema: &'static Schema,
    /// Namespaces of the schema that were written.
    used: Vec<bool>,
    /// Elements with children that are open.
    depth: usize,
    /// Whether values are encoded by section 5 of SOAP 1.1: arrays tell their size.
    encoded: bool,
    /// The type that the next element must tell.
    told: Option<(u8, &'static str)>,
}

impl Encoder {
    pub(crate) fn new(schema: &'static Schema) -> Self {
        Self {
            out: String::new(),
            schema,
            used: vec![false; schema.namespaces.len()],
            depth: 0,
            encoded: false,
            told: None,
        }
    }

    /// Encodes by section 5 of SOAP 1.1; `soapenc` must then be declared around.
    pub(crate) fn encoded(mut self) -> Self {
        self.encoded = true;
        self
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.out
    }

    /// `xmlns` attributes for everything written by this encoder or by `others`.
    pub(crate) fn declarations(&self, others: &[&Encoder]) -> String {
        let mut out = format!(" xmlns:xsi=\"{XSI}\" xmlns:xsd=\"{XSD}\"");
        for (index, namespace) in self.schema.namespaces.iter().enumerate() {
            let has = |encoder: &Encoder| encoder.used.get(index).copied().unwrap_or(false);
            let used = has(self) || others.iter().any(|other| has(other));
            if used && !matches!(namespace.uri, "" | XML | XSD) {
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

    /// Says how the element that is being opened is encoded.
    pub(crate) fn encoding_style(&mut self, uri: &str) {
        self.out.push_str(" soapenv:encodingStyle=\"");
        self.out.push_str(uri);
        self.out.push('"');
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
        self.structure_body(value)
            .map_err(|error| error.within(table.name))?;
        self.close(table.ns, table.name);
        Ok(())
    }

    /// One occurrence of a field that tells its type, unless that has no name.
    pub(crate) fn typed_field(
        &mut self,
        field: &Field,
        value: Value<'_>,
        (ns, name): (u8, &'static str),
    ) -> Result<(), Error> {
        self.told = (!name.is_empty()).then_some((ns, name));
        let done = self.field(field, value);
        self.told = None;
        done
    }

    /// One occurrence of a field.
    pub(crate) fn field(&mut self, field: &Field, value: Value<'_>) -> Result<(), Error> {
        self.occurrence(field, value)
            .map_err(|error| error.within(field.name))
    }

    /// As [`field`](Encoder::field), whole or not at all: nothing is left of a value that cannot be
    /// written or that brings the text beyond `most` bytes. Gives the bytes that it takes.
    pub(crate) fn whole_field(
        &mut self,
        field: &Field,
        value: Value<'_>,
        most: usize,
    ) -> Result<usize, Error> {
        let (start, depth) = (self.out.len(), self.depth);
        let written = self.field(field, value).map(|()| self.out.len() - start);
        if written.is_err() || self.out.len() > most {
            self.out.truncate(start);
            self.depth = depth;
        }
        written
    }

    /// A field of which no occurrence was given: nil where the schema demands the element.
    pub(crate) fn missing(&mut self, field: &Field) {
        if field.has(Field::NILLABLE) && !field.has(Field::OPTIONAL) && field.is_content() {
            self.nil(field);
        }
    }

    fn nil(&mut self, field: &Field) {
        self.open(field.ns, field.name);
        self.out.push_str(" xsi:nil=\"true\"/>");
    }

    fn occurrence(&mut self, field: &Field, value: Value<'_>) -> Result<(), Error> {
        let told = self.told.take();
        match value {
            Value::Absent => {}
            Value::Nil => self.nil(field),
            Value::Struct(value) if field.kind == Kind::Group => {
                self.deeper(|this| this.elements(value))?;
            }
            Value::Record(record) if field.kind == Kind::Group => {
                self.deeper(|this| this.record_elements(record))?;
            }
            // Written in the start tag.
            Value::Attribute(_) => {}
            Value::Struct(value) => {
                let value = value.derived().unwrap_or(value);
                self.nested(field.ns, field.name, |this| {
                    let table = value.table();
                    if table.has(Type::TYPED) && field.ty != Some(table) {
                        this.type_attribute(table.ns, table.name);
                    } else if let Some((ns, name)) = told {
                        this.type_attribute(ns, name);
                    }
                    this.structure_body(value)
                })?;
            }
            Value::Record(record) => {
                let adopted = adopted(record, field)?;
                let record = adopted.as_ref().unwrap_or(record);
                self.nested(field.ns, field.name, |this| this.record_body(record))?;
            }
            Value::Any(value) => {
                self.nested(field.ns, field.name, |this| this.any_body(value))?;
            }
            Value::Element(element) => self.element(element)?,
            leaf => {
                self.open(field.ns, field.name);
                if let Some((ns, name)) = told {
                    self.type_attribute(ns, name);
                }
                self.end_open();
                self.leaf(field.kind, leaf)?;
                self.close(field.ns, field.name);
            }
        }
        Ok(())
    }

    /// An element whose content may have children: writing it is recursive.
    fn nested(
        &mut self,
        ns: u8,
        name: &str,
        body: impl FnOnce(&mut Self) -> Result<(), Error>,
    ) -> Result<(), Error> {
        self.open(ns, name);
        self.deeper(body)?;
        self.close(ns, name);
        Ok(())
    }

    fn deeper(&mut self, body: impl FnOnce(&mut Self) -> Result<(), Error>) -> Result<(), Error> {
        if self.depth >= MAX_DEPTH {
            return Err(Error::new(
                ErrorKind::Encode,
                format!("the value nests deeper than the fixed limit of {MAX_DEPTH}"),
            ));
        }
        self.depth += 1;
        body(self)?;
        self.depth -= 1;
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
        if let [field] = table.fields
            && field.has(Field::TEXT)
            && let Value::Any(any) = value.value(0, 0)
        {
            // The element is of `xsd:anyType`.
            return self.any_body(any);
        }
        for (index, field) in (0_u16..).zip(table.fields) {
            if field.kind == Kind::Attributes {
                self.other_attributes((0..).map(|n| value.value(index, n)))?;
                continue;
            }
            if !field.has(Field::ATTRIBUTE) {
                continue;
            }
            let items = field.has(Field::LIST);
            let joined = items.then(|| list(field, |n| value.value(index, n)));
            let text = match joined {
                Some(text) => text,
                None => match value.value(index, 0) {
                    Value::Absent | Value::Nil => None,
                    value => Some(lexical_form(value, field.kind)),
                },
            };
            let fixed = || {
                table
                    .default_of(index)
                    .filter(|_| !field.has(Field::OPTIONAL))
            };
            if let Some(text) = text.as_deref().or_else(fixed) {
                self.attribute(field, text)
                    .map_err(|error| error.within(field.name))?;
            }
        }
        if let Some(item) = table.fields.last().filter(|f| f.kind == Kind::ArrayType)
            && self.encoded
        {
            let present = |n: &usize| !matches!(value.value(0, *n), Value::Absent);
            let size = (0..).take_while(present).count();
            self.out.push_str(" soapenc:arrayType=\"");
            self.name(item.ns, item.name);
            self.out.push_str(&format!("[{size}]\""));
        }
        self.end_open();
        self.elements(value)
    }

    /// Elements and text of a struct or a group.
    fn elements(&mut self, value: &dyn Struct) -> Result<(), Error> {
        let table = value.table();
        for (index, field) in (0_u16..).zip(table.fields) {
            if field.has(Field::ATTRIBUTE) {
                continue;
            }
            if field.has(Field::LIST) {
                let text = list(field, |n| value.value(index, n));
                self.list(field, text.as_deref())?;
                continue;
            }
            let first = value.value(index, 0);
            match first {
                // Another branch was chosen.
                Value::Absent if table.has(Type::CHOICE) => continue,
                Value::Absent => match table.default_of(index) {
                    Some(fixed) if !field.has(Field::OPTIONAL) => {
                        self.field(field, Value::Text(fixed))?;
                    }
                    _ => self.missing(field),
                },
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

    /// An `xsd:list`: all items in one text. A list without items is an empty element if there
    /// must be one.
    pub(crate) fn list(&mut self, field: &Field, text: Option<&str>) -> Result<(), Error> {
        match text {
            Some(text) if field.has(Field::TEXT) => {
                self.text(text).map_err(|error| error.within(field.name))
            }
            None if field.flags & (Field::OPTIONAL | Field::TEXT) != 0 => Ok(()),
            text => self.field(field, Value::Text(text.unwrap_or_default())),
        }
    }

    /// Attributes of an `xsd:anyAttribute`.
    fn other_attributes<'v>(
        &mut self,
        values: impl Iterator<Item = Value<'v>>,
    ) -> Result<(), Error> {
        let values = values.take_while(|value| !matches!(value, Value::Absent));
        for (n, value) in values.enumerate() {
            let Value::Attribute(attribute) = value else {
                continue;
            };
            check_name(&attribute.name)?;
            let (uri, name) = (&*attribute.namespace, &*attribute.name);
            let prefix = match (uri, self.known(uri)) {
                ("", _) => String::new(),
                (XML, _) => "xml:".to_owned(),
                (_, Some(ns)) => {
                    self.used[usize::from(ns)] = true;
                    format!("{}:", self.schema.namespaces[usize::from(ns)].prefix)
                }
                (_, None) => {
                    self.declare(&format!("_a{n}"), uri)?;
                    format!("_a{n}:")
                }
            };
            self.out.push_str(&format!(" {prefix}{name}="));
            push_attribute(&mut self.out, &attribute.value)
                .map_err(|c| forbidden(c).within(name.to_owned()))?;
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
        self.record_content(record)
    }

    /// Attributes, `>`, and the content of a record.
    fn record_content(&mut self, record: &Record) -> Result<(), Error> {
        let inner = record.inner();
        for (_, field, value) in inner.entries().filter(|(_, f, _)| f.has(Field::ATTRIBUTE)) {
            if let Some(text) = value.as_str() {
                self.attribute(field, text)
                    .map_err(|e| e.within(field.name))?;
            }
        }
        self.end_open();
        self.record_elements(record)
    }

    /// Elements and text of a record or a group.
    fn record_elements(&mut self, record: &Record) -> Result<(), Error> {
        let table = record.table();
        let inner = record.inner();
        let by_name = table.has(Type::NULLS_BY_NAME);
        let mut given = inner
            .entries()
            .filter(|(_, f, _)| !f.has(Field::ATTRIBUTE))
            .peekable();
        for (index, field) in (0_u16..).zip(table.fields) {
            if given.peek().is_none_or(|next| next.0 != index) && !table.has(Type::CHOICE) {
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
            if !is_null_by_name(record, element) {
                self.element(element)?;
            }
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
        for element in record.extra() {
            if is_null_by_name(record, element) {
                self.field(names, Value::Text(&element.name))?;
            }
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
            // Its type is written already.
            Content::Record(record) if value.type_name.is_some() => self.record_content(record),
            Content::Record(record) => self.record_body(record),
        }
    }

    /// `xsi:type` of a name that may be outside the schema; the prefix is then declared here.
    fn foreign_type(&mut self, namespace: &str, name: &str) -> Result<(), Error> {
        check_name(name)?;
        if namespace == XSD {
            self.out.push_str(" xsi:type=\"xsd:");
            self.out.push_str(name);
            self.out.push('"');
        } else if let Some(index) = self.known(namespace) {
            self.type_attribute(index, name);
        } else {
            self.declare("_t", namespace)?;
            self.out.push_str(" xsi:type=\"_t:");
            self.out.push_str(name);
            self.out.push('"');
        }
        Ok(())
    }

    /// Index of a namespace of the schema.
    fn known(&self, namespace: &str) -> Option<u8> {
        let mut namespaces = self.schema.namespaces.iter();
        let index = namespaces.position(|ns| ns.uri == namespace)?;
        u8::try_from(index).ok()
    }

    /// Declares a prefix that begins with an underscore, which none of a schema does.
    fn declare(&mut self, prefix: &str, namespace: &str) -> Result<(), Error> {
        // "No namespace" cannot have a prefix, and these two only their own.
        if namespace.is_empty() || matches!(namespace, XML | XMLNS) {
            return Err(Error::new(
                ErrorKind::Encode,
                "expected a namespace that a prefix can stand for",
            ));
        }
        self.out.push_str(" xmlns:");
        self.out.push_str(prefix);
        self.out.push('=');
        push_attribute(&mut self.out, namespace).map_err(forbidden)
    }

    /// An element that is no field: in the schema's namespaces by prefix, else with its own.
    fn element(&mut self, element: &Element) -> Result<(), Error> {
        check_name(&element.name)?;
        self.unchecked_element(element)
            .map_err(|error| error.within(&*element.name))
    }

    fn unchecked_element(&mut self, element: &Element) -> Result<(), Error> {
        if let Some(ns) = self.known(&element.namespace) {
            return self.nested(ns, &element.name, |this| this.any_body(&element.value));
        }
        self.out.push_str("<_x:");
        self.out.push_str(&element.name);
        self.declare("_x", &element.namespace)?;
        self.deeper(|this| this.any_body(&element.value))?;
        self.out.push_str("</_x:");
        self.out.push_str(&element.name);
        self.out.push('>');
        Ok(())
    }

    fn attribute(&mut self, field: &Field, text: &str) -> Result<(), Error> {
        self.out.push(' ');
        self.name(field.ns, field.name);
        self.out.push('=');
        push_attribute(&mut self.out, text).map_err(forbidden)
    }

    fn leaf(&mut self, kind: Kind, value: Value<'_>) -> Result<(), Error> {
        match value {
            Value::Text(text) => self.text(text),
            Value::Any(value) => self.text(value.as_str().unwrap_or_default()),
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

impl std::fmt::Debug for Encoder {
    /// Sizes alone: what is written may be a password or a session.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Encoder")
            .field("bytes", &self.out.len())
            .finish_non_exhaustive()
    }
}

/// A record of no table, such as one read from JSON, by what its family has in common: how nulls
/// are written, and which fields come first. One that names no type is of the declared one.
fn adopted(record: &Record, field: &Field) -> Result<Option<Record>, Error> {
    let declared = field.ty.filter(|ty| ty.has(Type::TYPED));
    let Some(declared) = declared.filter(|_| *record.table() == ANY_RECORD) else {
        return Ok(None);
    };
    if record.type_name().is_empty() {
        return record.retype(declared).map(Some);
    }
    let named = |found: Record| found.named(record.type_namespace(), record.type_name());
    record.retype(declared.root()).map(named).map(Some)
}

/// Whether an element stands for a field that is null, to be named in `fieldsToNull`.
fn is_null_by_name(record: &Record, element: &Element) -> bool {
    let table = record.table();
    table.has(Type::NULLS_BY_NAME)
        && element.value.is_nil()
        && *element.namespace == *table.namespace()
}

/// Names go into the markup as they are.
fn check_name(name: &str) -> Result<(), Error> {
    if is_ncname(name) {
        return Ok(());
    }
    Err(Error::new(
        ErrorKind::Encode,
        "expected a name of letters, digits, `_`, `-` and `.` for an element or type",
    ))
}

/// The text of an `xsd:list`; none if there is no item.
pub(crate) fn list<'v>(field: &Field, value: impl Fn(usize) -> Value<'v>) -> Option<String> {
    let mut text: Option<String> = None;
    for n in 0.. {
        let value = value(n);
        if matches!(value, Value::Absent) {
            break;
        }
        let text = match &mut text {
            Some(text) => {
                text.push(' ');
                text
            }
            None => text.insert(String::new()),
        };
        push_lexical(text, value, field.kind);
    }
    text
}

fn lexical_form(value: Value<'_>, kind: Kind) -> String {
    let mut text = String::new();
    push_lexical(&mut text, value, kind);
    text
}

/// The lexical form of a simple value.
pub(crate) fn push_lexical(out: &mut String, value: Value<'_>, kind: Kind) {
    match value {
        Value::Text(v) => out.push_str(v),
        // Where no element can be, `xsd:anySimpleType` is text.
        Value::Any(v) => out.push_str(v.as_str().unwrap_or_default()),
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
        | Value::Element(_)
        | Value::Attribute(_) => {}
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
