//! Writes values that no table describes: values that state their type, and the elements and
//! attributes of wildcards.

use std::collections::HashSet;

use super::{Encoder, forbidden};
use crate::codec::CodecError;
use crate::record::Record;
use crate::record::{AnyValue, Attribute, Content, Element, Node};
use crate::schema::ANY_RECORD;
use crate::schema::{Field, Type};
use crate::xml::chars::is_ncname;
use crate::xml::names::{XML, XMLNS};
use crate::xml::writer::push_attribute;
use crate::xml::{XSD, XSI};

impl Encoder {
    pub(super) fn any_body(&mut self, value: &AnyValue) -> Result<(), CodecError> {
        if let Some(name) = &value.type_name {
            self.foreign_type(&name.namespace, &name.name)?;
        }
        let table = value.as_record().map_or(&ANY_RECORD, Record::table);
        self.other_attributes(table, value.attributes.iter())?;
        match &value.content {
            Content::Nil => {
                self.out.push_str(" xsi:nil=\"true\">");
                Ok(())
            }
            Content::Text(text) => {
                self.end_open();
                self.text(text)
            }
            // The type was already written.
            Content::Record(record) if value.type_name.is_some() => self.record_content(record),
            Content::Record(record) => self.record_body(record),
            Content::Mixed(mixed) => {
                self.end_open();
                mixed.nodes().try_for_each(|node| match node {
                    Node::Text(text) => self.text(text),
                    Node::Element(element) => self.element(element),
                })
            }
        }
    }

    /// Writes `xsi:type` with a name that may be outside of the schema. The prefix is then declared
    /// in the same tag.
    pub(super) fn foreign_type(&mut self, namespace: &str, name: &str) -> Result<(), CodecError> {
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

    /// The index of a namespace of the schema.
    pub(super) fn known(&self, namespace: &str) -> Option<u8> {
        let mut namespaces = self.schema.namespaces.iter();
        let index = namespaces.position(|ns| ns.uri == namespace)?;
        u8::try_from(index).ok()
    }

    /// Declares a prefix that starts with an underscore. No prefix of a schema starts with an
    /// underscore.
    pub(super) fn declare(&mut self, prefix: &str, namespace: &str) -> Result<(), CodecError> {
        // "No namespace" cannot have a prefix, and these two namespaces have fixed prefixes.
        if namespace.is_empty() || matches!(namespace, XML | XMLNS) {
            return Err(CodecError::encode(
                "expected a namespace that a prefix can stand for",
            ));
        }
        self.out.push_str(" xmlns:");
        self.out.push_str(prefix);
        self.out.push('=');
        push_attribute(&mut self.out, namespace).map_err(forbidden)
    }

    /// Writes an element that is not a field. Its name has a prefix if its namespace is in the
    /// schema, and otherwise declares its namespace.
    pub(super) fn element(&mut self, element: &Element) -> Result<(), CodecError> {
        check_name(&element.name)?;
        self.unchecked_element(element)
            .map_err(|error| error.within(&*element.name))
    }

    pub(super) fn unchecked_element(&mut self, element: &Element) -> Result<(), CodecError> {
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

    /// Writes attributes that are not fields of the table.
    pub(super) fn other_attributes<'v>(
        &mut self,
        table: &'static Type,
        attributes: impl Iterator<Item = &'v Attribute>,
    ) -> Result<(), CodecError> {
        let mut before = HashSet::new();
        for (n, attribute) in attributes.enumerate() {
            check_name(&attribute.name)?;
            let (uri, name) = (&*attribute.namespace, &*attribute.name);
            let is_field = |field: &&Field| {
                field.has(Field::ATTRIBUTE) && field.name == name && table.uri(field) == uri
            };
            let wrong = if uri.is_empty() && name == "xmlns" {
                // This attribute would change the namespace of the child elements.
                "`xmlns` declares a namespace and is not an attribute"
            } else if uri == XSI {
                "attributes of the namespace `xsi` follow from the value and cannot be set"
            } else if table.fields().iter().any(|field| is_field(&field)) {
                "the type has a field for this attribute"
            } else if !before.insert((uri, name)) {
                "the attribute occurs twice"
            } else {
                ""
            };
            if !wrong.is_empty() {
                return Err(CodecError::encode(wrong).within(name.to_owned()));
            }
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
}

/// Names are written into the XML without escaping, so they are checked.
fn check_name(name: &str) -> Result<(), CodecError> {
    if is_ncname(name) {
        return Ok(());
    }
    Err(CodecError::encode(
        "expected a name of letters, digits, `_`, `-` and `.` for an element or type",
    ))
}
