//! What is in a WSDL as JSON.

use saponify_codegen::catalog::{
    Catalog, Content, Enumeration, Field, Header, Operation, Type, TypeKind,
};
use serde_json::{Map, Value, json};

use super::{Size, Subject};

pub(super) fn of(catalog: &Catalog, subject: Subject<'_>, size: Option<Size>) -> String {
    let value = match subject {
        Subject::All => all(catalog, size),
        Subject::Object(ty) => object(ty, &catalog.references_to(&ty.name).collect::<Vec<_>>()),
        Subject::Field(ty, field) => {
            let mut value = of_field(field);
            value["object"] = Value::from(ty.name.as_str());
            value
        }
        Subject::Enumeration(enumeration) => of_enumeration(enumeration),
        Subject::Operations(operations) => match operations.as_slice() {
            [only] => of_operation(only),
            several => several.iter().copied().map(of_operation).collect(),
        },
    };
    format!("{value:#}\n")
}

/// All that is in the WSDL.
pub(super) fn all(catalog: &Catalog, size: Option<Size>) -> Value {
    let packages = catalog.packages.iter().map(|package| {
        json!({
            "name": package.name,
            "version": package.version,
            "namespace": package.namespace,
        })
    });
    let services = catalog.services.iter().map(|service| {
        json!({
            "name": service.name,
            "rust": service.rust,
            "endpoint": service.endpoint,
            "soap12": service.soap12,
        })
    });
    let references = catalog.references();
    let of_type = |ty: &Type| {
        let referring = references.get(&*ty.name);
        object(ty, referring.map(Vec::as_slice).unwrap_or_default())
    };
    let (objects, others): (Vec<&Type>, Vec<&Type>) = catalog
        .types
        .iter()
        .partition(|ty| ty.kind == TypeKind::Object);
    json!({
        "source": catalog.source,
        "product": catalog.product,
        "apiVersion": catalog.api_version,
        "apiStatus": catalog.api_status,
        "generated": catalog.generated,
        "packages": packages.collect::<Vec<_>>(),
        "services": services.collect::<Vec<_>>(),
        "output": size.map(|size| json!({
            "types": size.types,
            "files": size.files,
            "bytes": size.bytes,
        })),
        "objects": objects.into_iter().map(of_type).collect::<Vec<_>>(),
        "types": others.into_iter().map(of_type).collect::<Vec<_>>(),
        "enumerations": catalog.enumerations.iter().map(of_enumeration).collect::<Vec<_>>(),
        "operations": catalog.operations.iter().map(of_operation).collect::<Vec<_>>(),
    })
}

/// An object or another type. `referring` are the fields that hold a record of the object.
fn object(ty: &Type, referring: &[(&Type, &Field)]) -> Value {
    let mut value = json!({
        "name": ty.name,
        "namespace": ty.namespace,
        "rust": ty.rust,
        "fields": ty.fields.iter().map(of_field).collect::<Vec<_>>(),
    });
    if let Some(text) = &ty.documentation {
        value["documentation"] = Value::from(text.as_str());
    }
    if ty.kind == TypeKind::Object {
        let referring = referring
            .iter()
            .map(|(object, field)| format!("{}.{}", object.name, field.name));
        value["referredToBy"] = referring.collect();
    }
    value
}

/// A field. What is usual is left out.
fn of_field(field: &Field) -> Value {
    let mut value = Map::new();
    let mut put = |name: &str, text: &str| {
        if !text.is_empty() {
            value.insert(name.to_owned(), Value::from(text));
        }
    };
    put("name", &field.name);
    put("type", &field.type_name);
    let kind = match &field.content {
        Content::Parent(_) => "parent",
        Content::Children => "children",
        Content::Enumeration(_) => "enumeration",
        Content::RecordId => "id",
        _ => "",
    };
    put("kind", kind);
    put("facets", &field.facets_as_text());
    put("default", field.default.as_deref().unwrap_or_default());
    put("rust", &field.rust);
    put("rustType", &field.rust_type);
    put("key", &field.key);
    put("setter", &field.setter);
    put(
        "documentation",
        field.documentation.as_deref().unwrap_or_default(),
    );
    for (name, is_set) in [
        ("optional", field.optional),
        ("nillable", field.nillable),
        ("repeated", field.repeated),
        ("attribute", field.attribute),
    ] {
        if is_set {
            value.insert(name.to_owned(), Value::from(true));
        }
    }
    Value::Object(value)
}

fn of_enumeration(enumeration: &Enumeration) -> Value {
    let values = enumeration.values.iter().map(|value| value.value.as_str());
    let mut value = json!({
        "name": enumeration.name,
        "namespace": enumeration.namespace,
        "rust": enumeration.rust,
        "values": values.collect::<Vec<_>>(),
    });
    if let Some(text) = &enumeration.documentation {
        value["documentation"] = Value::from(text.as_str());
    }
    value
}

fn of_operation(operation: &Operation) -> Value {
    let fields = |fields: &[Field]| fields.iter().map(of_field).collect::<Vec<_>>();
    let names = |headers: &[Header]| {
        let names = headers.iter().map(|header| header.name.clone());
        names.collect::<Vec<_>>()
    };
    json!({
        "name": operation.name,
        "input": operation.input,
        "rust": operation.rust,
        "arguments": fields(&operation.arguments),
        "results": fields(&operation.results),
        "rustResult": operation.rust_result,
        "headers": names(&operation.headers),
        "outputHeaders": names(&operation.output_headers),
        "faults": names(&operation.faults),
        "documentation": operation.documentation,
    })
}
