//! Parses the rows of a request.

use crate::fault::Fault;
use crate::ops::call::Call;
use crate::org::{Field, Object};
use crate::wsdl::SOBJECT;
use crate::xml::request::Element;

/// An `sObjects` element.
#[derive(Debug)]
pub(super) struct Input<'a> {
    pub(super) object: &'a Object,
    pub(super) id: Option<&'a str>,
    pub(super) values: Vec<(&'a Field, &'a str)>,
    pub(super) nulls: Vec<&'a Field>,
    /// Parents that are identified by an external id.
    pub(super) parents: Vec<Parent<'a>>,
}

#[derive(Debug)]
pub(super) struct Parent<'a> {
    pub(super) reference: &'a Field,
    pub(super) object: &'a Object,
    pub(super) key: &'a Field,
    pub(super) value: &'a str,
}

impl<'a> Input<'a> {
    pub(super) fn read(call: &'a Call<'_>, element: &'a Element) -> Result<Self, Fault> {
        let object = object(call, element)?;
        let mut input = Self {
            object,
            id: None,
            values: Vec::new(),
            nulls: Vec::new(),
            parents: Vec::new(),
        };
        for child in element
            .children
            .iter()
            .filter(|child| child.namespace == SOBJECT)
        {
            let text = child.text.as_str();
            match child.name.as_str() {
                "fieldsToNull" if !child.nil => input.nulls.push(field(call, object, text.trim())?),
                "fieldsToNull" => {}
                "Id" if child.nil || text.trim().is_empty() => {}
                "Id" => input.id = Some(text.trim()),
                name => {
                    if let Some(reference) = object.relationship(name) {
                        input.parents.extend(parent(call, reference, child)?);
                        continue;
                    }
                    let field = field(call, object, name)?;
                    // A nil value is ignored. Only `fieldsToNull` sets a field to null.
                    if !child.nil {
                        input.values.push((field, text));
                    }
                }
            }
        }
        Ok(input)
    }

    /// Whether the row sets this field.
    pub(super) fn sets(&self, field: &Field) -> bool {
        self.values.iter().any(|(set, _)| set.name == field.name)
            || self
                .parents
                .iter()
                .any(|parent| parent.reference.name == field.name)
    }
}

fn object<'a>(call: &'a Call<'_>, element: &Element) -> Result<&'a Object, Fault> {
    let missing = || {
        Fault::new(
            "InvalidSObjectFault",
            "INVALID_TYPE",
            "Must send a concrete entity type.",
        )
    };
    let (namespace, name) = element.kind.as_ref().ok_or_else(missing)?;
    if namespace != SOBJECT || name == "sObject" {
        return Err(missing());
    }
    call.state.org.object(name).ok_or_else(|| {
        Fault::new(
            "InvalidSObjectFault",
            "INVALID_TYPE",
            format!("sObject type '{name}' is not supported."),
        )
    })
}

fn field<'a>(call: &Call<'_>, object: &'a Object, name: &str) -> Result<&'a Field, Fault> {
    object.field(name).filter(|field| field.since <= call.version).ok_or_else(|| {
        let what = format!("No such column '{name}' on entity '{}'. If you are attempting to use a custom field, be sure to append the '__c' after the custom field name. Please reference your WSDL or the describe call for the appropriate names.", object.name);
        Fault::new("InvalidFieldFault", "INVALID_FIELD", what)
    })
}

fn parent<'a>(
    call: &'a Call<'_>,
    reference: &'a Field,
    element: &'a Element,
) -> Result<Option<Parent<'a>>, Fault> {
    if element.nil {
        return Ok(None);
    }
    let org = &call.state.org;
    let named = element.kind.as_ref().map(|kind| kind.1.as_str());
    let name = named
        .or_else(|| reference.targets.first().map(String::as_str))
        .unwrap_or("");
    let object = (org.object(name))
        .filter(|object| reference.targets.contains(&object.name))
        .ok_or_else(|| {
            Fault::new(
                "InvalidSObjectFault",
                "INVALID_TYPE",
                format!("'{name}' is not a parent type of {}", reference.name),
            )
        })?;
    let value = element
        .children
        .iter()
        .find(|child| child.namespace == SOBJECT && child.name != "fieldsToNull" && !child.nil);
    let Some(value) = value else { return Ok(None) };
    let key = field(call, object, &value.name)?;
    if !key.external_id && key.name != "Id" {
        let what = format!(
            "Foreign key external ID: field {} of {} is not an external id",
            key.name, object.name
        );
        return Err(Fault::new("InvalidFieldFault", "INVALID_FIELD", what));
    }
    Ok(Some(Parent {
        reference,
        object,
        key,
        value: value.text.trim(),
    }))
}
