//! Writes values as XML. Elements are in schema order.

mod any;
mod list;
mod records;

pub(crate) use list::list;
use records::adopted;

use std::ops::Range;
use std::sync::Arc;

use crate::codec::CodecError;
use crate::limits::MAX_DEPTH;
use crate::record::Attribute;
use crate::schema::ANY_RECORD;
use crate::schema::{Field, Kind, Schema, SoapVersion, Type};
use crate::value::{Struct, Value, lexical_form, push_lexical};
use crate::xml::names::XML;
use crate::xml::writer::{push_attribute, push_text};
use crate::xml::{XSD, XSI};

/// Writes elements. The caller declares the namespaces on an enclosing element: see
/// [`declarations`](Encoder::declarations).
pub(crate) struct Encoder {
    out: String,
    schema: &'static Schema,
    /// Which namespaces of the schema were used.
    used: Vec<bool>,
    /// The number of open elements with children.
    depth: usize,
    /// The version of SOAP whose encoding is used, in which arrays state their size.
    encoded: Option<SoapVersion>,
    /// The type that the next element must state.
    stated_type: Option<(u8, &'static str)>,
    /// The positions of the values whose fields are [`Field::SENSITIVE`].
    sensitive: Vec<Range<usize>>,
    /// See [`stops_after`](Self::stops_after).
    most: usize,
    /// See [`written_anyway`](Self::written_anyway).
    written_anyway: Vec<(&'static Type, Arc<[u16]>)>,
}

impl Encoder {
    pub(crate) fn new(schema: &'static Schema) -> Self {
        Self {
            // Most messages are longer, and then the text grows seldom.
            out: String::with_capacity(512),
            schema,
            used: vec![false; schema.namespaces.len()],
            depth: 0,
            encoded: None,
            stated_type: None,
            sensitive: Vec::new(),
            most: usize::MAX,
            written_anyway: Vec::new(),
        }
    }

    /// Uses the encoding of this version of SOAP. An enclosing element must then declare `soapenc`.
    pub(crate) fn encoded(mut self, version: SoapVersion) -> Self {
        self.encoded = Some(version);
        self
    }

    /// Lets writing fail soon after the text is longer than this number of bytes.
    pub(crate) fn stops_after(&mut self, most: usize) {
        self.most = most;
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.out
    }

    /// The elements and texts, as they are written, whose fields are [`Field::SENSITIVE`].
    pub(crate) fn sensitive(&self) -> impl Iterator<Item = &str> {
        let written = |range: &Range<usize>| self.out.get(range.clone());
        self.sensitive.iter().filter_map(written)
    }

    /// Notes that what was written from `start` on is the value of a field.
    fn mark(&mut self, field: &Field, start: usize) {
        if field.has(Field::SENSITIVE) {
            self.sensitive.push(start..self.out.len());
        }
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
                // The URI comes from a table and consists of printable text, so this cannot fail.
                let _ = push_attribute(&mut out, namespace.uri);
            }
        }
        out
    }

    pub(crate) fn open(&mut self, ns: u8, name: &str) {
        self.out.push('<');
        self.name(ns, name);
    }

    /// States the encoding of the element that is being opened.
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

    /// Writes a global element whose content is a struct: a header.
    pub(crate) fn global(&mut self, value: &dyn Struct) -> Result<(), CodecError> {
        self.global_as(value.table(), value)
    }

    /// Like [`global`](Self::global), for an element whose name is that of another table: an element
    /// has a table of its own if its type has a name.
    pub(crate) fn global_as(&mut self, name: &Type, value: &dyn Struct) -> Result<(), CodecError> {
        self.open(name.ns, name.name);
        let table = value.table();
        if table.has(Type::TYPED) && table != name && name.base != Some(table) {
            self.type_attribute(table.ns, table.name);
        }
        self.structure_body(value)
            .map_err(|error| error.within(name.name))?;
        self.close(name.ns, name.name);
        Ok(())
    }

    /// Writes one occurrence of a field that states its type. If the type has no name, no type is
    /// stated.
    pub(crate) fn typed_field(
        &mut self,
        field: &Field,
        value: Value<'_>,
        (ns, name): (u8, &'static str),
    ) -> Result<(), CodecError> {
        self.stated_type = (!name.is_empty()).then_some((ns, name));
        let done = self.field(field, value);
        self.stated_type = None;
        done
    }

    /// Writes one occurrence of a field.
    pub(crate) fn field(&mut self, field: &Field, value: Value<'_>) -> Result<(), CodecError> {
        let start = self.out.len();
        if start > self.most {
            return Err(CodecError::encode("the text is longer than asked for"));
        }
        self.occurrence(field, value)
            .map_err(|error| error.within(field.name))?;
        self.mark(field, start);
        Ok(())
    }

    /// Like [`field`](Encoder::field), but writes all of the value or nothing. Nothing is written
    /// if the value cannot be written, or if the text would be longer than `most` bytes. Returns
    /// the number of bytes that the value takes.
    pub(crate) fn whole_field(
        &mut self,
        field: &Field,
        value: Value<'_>,
        most: usize,
    ) -> Result<usize, CodecError> {
        let (start, depth) = (self.out.len(), self.depth);
        let written = self.field(field, value).map(|()| self.out.len() - start);
        if written.is_err() || self.out.len() > most {
            self.out.truncate(start);
            self.sensitive.retain(|range| range.end <= start);
            self.depth = depth;
        }
        written
    }

    /// Handles a field without any occurrence: it is written as nil if the schema requires the
    /// element.
    pub(crate) fn missing(&mut self, field: &Field) {
        if Self::is_nil_if_missing(field) {
            self.nil(field);
        }
    }

    fn is_nil_if_missing(field: &Field) -> bool {
        field.has(Field::NILLABLE) && !field.has(Field::OPTIONAL) && field.is_content()
    }

    fn nil(&mut self, field: &Field) {
        self.open(field.ns, field.name);
        self.out.push_str(" xsi:nil=\"true\"/>");
    }

    fn nil_with(&mut self, field: &Field, attributes: &[Attribute]) -> Result<(), CodecError> {
        self.open(field.ns, field.name);
        self.other_attributes(&ANY_RECORD, attributes.iter())?;
        self.out.push_str(" xsi:nil=\"true\"/>");
        Ok(())
    }

    fn occurrence(&mut self, field: &Field, value: Value<'_>) -> Result<(), CodecError> {
        let stated_type = self.stated_type.take();
        match value {
            Value::Absent => {}
            Value::Nil => self.nil(field),
            Value::NilWith(attributes) => self.nil_with(field, attributes)?,
            Value::Struct(value) if field.kind == Kind::Group => {
                self.deeper(|this| this.elements(value))?;
            }
            Value::Record(record) if field.kind == Kind::Group => {
                self.deeper(|this| this.record_elements(record))?;
            }
            // Attributes were written in the start tag.
            Value::Attribute(_) => {}
            Value::Struct(value) => {
                let value = value.derived().unwrap_or(value);
                self.nested(field.ns, field.name, |this| {
                    let table = value.table();
                    if table.has(Type::TYPED) && field.ty != Some(table) {
                        this.type_attribute(table.ns, table.name);
                    } else if let Some((ns, name)) = stated_type {
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
                if let Some((ns, name)) = stated_type {
                    self.type_attribute(ns, name);
                }
                self.end_open();
                self.leaf(field.kind, leaf)?;
                self.close(field.ns, field.name);
            }
        }
        Ok(())
    }

    /// Writes an element whose content may have children, by recursion.
    fn nested(
        &mut self,
        ns: u8,
        name: &str,
        body: impl FnOnce(&mut Self) -> Result<(), CodecError>,
    ) -> Result<(), CodecError> {
        self.open(ns, name);
        self.deeper(body)?;
        self.close(ns, name);
        Ok(())
    }

    fn deeper(
        &mut self,
        body: impl FnOnce(&mut Self) -> Result<(), CodecError>,
    ) -> Result<(), CodecError> {
        if self.depth >= MAX_DEPTH {
            return Err(CodecError::encode(format!(
                "the value nests deeper than the fixed limit of {MAX_DEPTH}"
            )));
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

    /// Writes attributes, `>`, and the content of a struct.
    fn structure_body(&mut self, value: &dyn Struct) -> Result<(), CodecError> {
        let table = value.table();
        if let [field] = table.fields()
            && field.has(Field::TEXT)
            && let Value::Any(any) = value.value(0, 0)
        {
            // The element is of `xsd:anyType`.
            return self.any_body(any);
        }
        for (index, field) in (0_u16..).zip(table.fields()) {
            if field.kind == Kind::Attributes {
                let attributes = (0..).map_while(|n| match value.value(index, n) {
                    Value::Attribute(attribute) => Some(attribute),
                    _ => None,
                });
                self.other_attributes(table, attributes)?;
                continue;
            }
            if !field.has(Field::ATTRIBUTE) {
                continue;
            }
            let items = field.has(Field::LIST);
            let text = match items {
                true => list(field, |n| value.value(index, n))?,
                false => match value.value(index, 0) {
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
        if let Some(item) = table.fields().last().filter(|f| f.kind == Kind::ArrayType)
            && let Some(version) = self.encoded
        {
            let present = |n: &usize| !matches!(value.value(0, *n), Value::Absent);
            let size = (0..).take_while(present).count();
            let (name, size) = match version {
                SoapVersion::V1_1 => ("arrayType", format!("[{size}]\"")),
                SoapVersion::V1_2 => ("itemType", format!("\" soapenc:arraySize=\"{size}\"")),
            };
            self.out.push_str(&format!(" soapenc:{name}=\""));
            self.name(item.ns, item.name);
            self.out.push_str(&size);
        }
        self.end_open();
        self.elements(value)
    }

    /// Elements and text of a struct or a group.
    pub(crate) fn elements(&mut self, value: &dyn Struct) -> Result<(), CodecError> {
        let table = value.table();
        for (index, field) in (0_u16..).zip(table.fields()) {
            if field.has(Field::ATTRIBUTE) {
                continue;
            }
            if field.has(Field::LIST) {
                let text = list(field, |n| value.value(index, n))?;
                // In a choice, no text means that another branch is selected. If this branch is
                // selected, a list without items is nil, so that the two can be distinguished.
                if text.is_some() || !table.has(Type::CHOICE) {
                    self.list(field, text.as_deref())?;
                }
                continue;
            }
            let first = value.value(index, 0);
            match first {
                // Another branch is selected.
                Value::Absent if table.has(Type::CHOICE) => continue,
                Value::Absent => match table.default_of(index) {
                    Some(fixed) if !field.has(Field::OPTIONAL) => {
                        self.field(field, Value::Text(fixed))?;
                    }
                    _ => self.missing(field),
                },
                _ if field.has(Field::TEXT) => {
                    let start = self.out.len();
                    self.leaf(field.kind, first)?;
                    self.mark(field, start);
                }
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

    /// Writes an `xsd:list`: all items in one text. A list without items is an empty element if the
    /// schema requires the element.
    pub(crate) fn list(&mut self, field: &Field, text: Option<&str>) -> Result<(), CodecError> {
        match text {
            Some(text) if field.has(Field::TEXT) => {
                self.text(text).map_err(|error| error.within(field.name))
            }
            None if field.flags & (Field::OPTIONAL | Field::TEXT) != 0 => Ok(()),
            text => self.field(field, Value::Text(text.unwrap_or_default())),
        }
    }

    fn attribute(&mut self, field: &Field, text: &str) -> Result<(), CodecError> {
        self.out.push(' ');
        self.name(field.ns, field.name);
        self.out.push('=');
        let start = self.out.len();
        push_attribute(&mut self.out, text).map_err(forbidden)?;
        self.mark(field, start);
        Ok(())
    }

    fn leaf(&mut self, kind: Kind, value: Value<'_>) -> Result<(), CodecError> {
        match value {
            Value::Text(text) => self.text(text),
            Value::Any(value) => self.text(value.as_str().unwrap_or_default()),
            // No other lexical form contains a character that must be escaped.
            value => {
                push_lexical(&mut self.out, value, kind);
                Ok(())
            }
        }
    }

    fn text(&mut self, text: &str) -> Result<(), CodecError> {
        push_text(&mut self.out, text).map_err(forbidden)
    }
}

impl std::fmt::Debug for Encoder {
    /// Prints only sizes, because the text may contain a password or a session id.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Encoder")
            .field("bytes", &self.out.len())
            .finish_non_exhaustive()
    }
}

fn forbidden(c: char) -> CodecError {
    CodecError::encode(format!(
        "the character U+{:04X} cannot be sent, because XML does not allow it; remove it from the \
             value",
        u32::from(c)
    ))
}
