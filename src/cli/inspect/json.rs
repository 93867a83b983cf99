//! What is in a WSDL as JSON.

use saponify_codegen::catalog::{Catalog, Content, Field, Header, Operation, Type, TypeKind};
use serde_json::{Map, Value, json};

use super::{Size, Subject};

pub(super) fn of(catalog: &Catalog, subject: Subject<'_>, size: Option<Size>) -> String {
    let value = match subject {
        Subject::All => all(catalog, size),
        Subject::Object(ty) => object(catalog, ty),
        Subject::Field(ty, field) => {
            let mut value = of_field(field);
            value["object"] = Value::from(ty.name.as_str());
            value
        }
        Subject::Operation(operation) => of_operation(operation),
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
        })
    });
    let enumerations = catalog.enumerations.iter().map(|enumeration| {
        let values = enumeration.values.iter().map(|value| value.value.as_str());
        json!({
            "name": enumeration.name,
            "rust": enumeration.rust,
            "values": values.collect::<Vec<_>>(),
        })
    });
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
        "objects": objects.into_iter().map(|ty| object(catalog, ty)).collect::<Vec<_>>(),
        "types": others.into_iter().map(|ty| object(catalog, ty)).collect::<Vec<_>>(),
        "enumerations": enumerations.collect::<Vec<_>>(),
        "operations": catalog.operations.iter().map(of_operation).collect::<Vec<_>>(),
    })
}

fn object(catalog: &Catalog, ty: &Type) -> Value {
    let mut value = json!({
        "name": ty.name,
        "rust": ty.rust,
        "fields": ty.fields.iter().map(of_field).collect::<Vec<_>>(),
    });
    if let Some(text) = &ty.documentation {
        value["documentation"] = Value::from(text.as_str());
    }
    if ty.kind == TypeKind::Object {
        let referring = catalog
            .references_to(&ty.name)
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

fn of_operation(operation: &Operation) -> Value {
    let fields = |fields: &[Field]| fields.iter().map(of_field).collect::<Vec<_>>();
    let names = |headers: &[Header]| {
        let names = headers.iter().map(|header| header.name.clone());
        names.collect::<Vec<_>>()
    };
    json!({
        "name": operation.name,
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
