//! `describeGlobal`, `describeSObject`, `describeSObjects`.

use super::access;
use super::call::Call;
use crate::fault::Fault;
use crate::org::{Field, Kind, Object};
use crate::tenant::Caller;
use crate::xml::response::{Content, Record};

/// The largest number of objects in one call.
const MAX_OBJECTS: usize = 100;

/// Adds the properties that the global and the full description have in common.
fn head(record: Record, object: &Object) -> Record {
    record
        .with("createable", object.writable)
        .with("custom", object.is_custom())
        .with("deletable", object.writable)
        .with("keyPrefix", object.prefix.to_string())
        .with("label", object.label.as_str())
        .with("labelPlural", object.plural.as_str())
        .with("layoutable", true)
        .with("mruEnabled", object.writable)
        .with("name", object.name.as_str())
        .with("queryable", true)
        .with(
            "replicateable",
            object.fields.contains_key("SystemModstamp"),
        )
        .with("retrieveable", true)
        .with("searchable", object.writable)
        .with("triggerable", object.writable)
        .with("undeletable", object.writable)
        .with("updateable", object.writable)
}

pub(super) fn global(call: &Call<'_>) -> Record {
    let mut record = Record::new("DescribeGlobalResult")
        .with("encoding", "UTF-8")
        .with("maxBatchSize", 200);
    for object in call.state.org.objects.values() {
        record.add(
            "sobjects",
            head(Record::new("DescribeGlobalSObjectResult"), object),
        );
    }
    record
}

pub(super) fn several(call: &Call<'_>, caller: Caller) -> Result<Vec<Content>, Fault> {
    let names: Vec<_> = call
        .body
        .all("sObjectType")
        .map(|name| name.text.as_str())
        .collect();
    if names.len() > MAX_OBJECTS {
        let what = format!("describeSObjects takes at most {MAX_OBJECTS} objects");
        return Err(Fault::unexpected("EXCEEDED_MAX_TYPES_LIMIT", what));
    }
    names
        .into_iter()
        .map(|name| one(call, caller, name).map(Content::from))
        .collect()
}

pub(super) fn one(call: &Call<'_>, caller: Caller, name: &str) -> Result<Record, Fault> {
    let name = name.trim();
    let unsupported = || {
        let what = format!("sObject type '{name}' is not supported.");
        Fault::new("InvalidSObjectFault", "INVALID_TYPE", what)
    };
    let object = call.state.org.object(name).ok_or_else(unsupported)?;
    if !access::can_see(call.state, caller, object)? {
        return Err(unsupported());
    }
    let mut record = head(Record::new("DescribeSObjectResult"), object);
    for (relationship, child) in &object.children {
        let child = Record::new("ChildRelationship")
            .with("childSObject", child.object.as_str())
            .with("field", child.field.as_str())
            .with("relationshipName", relationship.as_str());
        record.add("childRelationships", child);
    }
    let is_id = |field: &&Field| field.name == "Id";
    let fields = object
        .fields
        .values()
        .filter(|field| field.since <= call.version);
    for field in fields
        .clone()
        .filter(is_id)
        .chain(fields.filter(|field| !is_id(field)))
    {
        record.add("fields", describe(call, object, field));
    }
    let instance = call
        .state
        .addresses
        .get()
        .map_or("", |addresses| addresses.instance.as_str());
    let prefix = object.prefix;
    Ok(record
        .with("urlDetail", format!("{instance}/{{ID}}"))
        .with("urlEdit", format!("{instance}/{{ID}}/e"))
        .with("urlNew", format!("{instance}/{prefix}/e")))
}

fn describe(call: &Call<'_>, object: &Object, field: &Field) -> Record {
    let kind = field.kind;
    let is_name = object
        .name_field()
        .is_some_and(|name| name.name == field.name);
    let bytes = if kind.is_text() {
        i64::from(field.length) * 3
    } else {
        i64::from(field.length)
    };
    let digits = if matches!(kind, Kind::Int | Kind::Long) {
        i64::from(field.precision)
    } else {
        0
    };
    let field_type = if call.quirks.unknown_enum_values {
        "hologram"
    } else {
        kind.field_type()
    };
    let mut record = Record::new("Field")
        .with("aggregatable", field.filterable && object.aggregates)
        .with("autoNumber", kind == Kind::AutoNumber)
        .with("byteLength", bytes)
        .with("createable", field.createable && object.writable)
        .with("custom", field.is_custom())
        .with(
            "defaultedOnCreate",
            field.default.is_some() || kind == Kind::Boolean || !field.createable,
        )
        .with("digits", digits)
        .with("externalId", field.external_id)
        .with("filterable", field.filterable)
        .with(
            "groupable",
            field.filterable && !kind.is_number() && kind != Kind::TextArea,
        )
        .with("idLookup", kind == Kind::Id || field.external_id || is_name)
        .with(
            "label",
            if kind == Kind::Id {
                format!("{} ID", object.label)
            } else {
                field.label()
            },
        )
        .with("length", i64::from(field.length))
        .with("name", field.name.as_str())
        .with("nameField", is_name)
        .with("namePointing", field.is_polymorphic())
        .with("nillable", field.nillable())
        .with("polymorphicForeignKey", field.is_polymorphic())
        .with(
            "precision",
            if kind.is_number() {
                i64::from(field.precision)
            } else {
                0
            },
        )
        .with("restrictedPicklist", false)
        .with("scale", i64::from(field.scale))
        .with("soapType", kind.soap_type())
        .with("sortable", field.filterable && kind != Kind::TextArea)
        .with("type", field_type)
        .with("unique", field.unique)
        .with("updateable", field.updateable && object.writable);
    if let Some(compound) = &field.compound {
        record.add("compoundFieldName", compound.as_str());
    }
    for target in &field.targets {
        record.add("referenceTo", target.as_str());
    }
    if let Some(relationship) = &field.relationship {
        record.add("relationshipName", relationship.as_str());
    }
    if matches!(kind, Kind::Picklist | Kind::MultiPicklist | Kind::Combobox) {
        for value in &field.values {
            let entry = Record::new("PicklistEntry")
                .with("active", true)
                .with("defaultValue", field.default.as_deref() == Some(value))
                .with("label", value.as_str())
                .with("value", value.as_str());
            record.add("picklistValues", entry);
        }
    }
    record
}
