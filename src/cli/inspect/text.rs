//! Tables for a terminal.

use std::fmt::Write as _;

use saponify_codegen::catalog::{
    Catalog, Content, Enumeration, Field, Header, Operation, Type, TypeKind,
};
use saponify_wsdl::is_hidden;

use super::{Size, Subject};

pub(super) fn of(catalog: &Catalog, subject: Subject<'_>, size: Option<Size>) -> String {
    let text = match subject {
        Subject::All => overview(catalog, size),
        Subject::Object(ty) => object(catalog, ty),
        Subject::Field(ty, field) => field_of(catalog, ty, field),
        Subject::Enumeration(enumeration) => enumeration_of(enumeration),
        Subject::Operations(operations) => {
            let texts = operations.into_iter().map(operation_of);
            texts.collect::<Vec<_>>().join("\n")
        }
    };
    text.replace(|c: char| c != '\n' && is_hidden(c), " ")
}

/// Rows in columns. The last column is not padded.
fn table(out: &mut String, indent: &str, rows: &[Vec<String>]) {
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let width = |column: usize| {
        let cells = rows.iter().filter_map(|row| row.get(column));
        cells.map(|cell| cell.chars().count()).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..columns).map(width).collect();
    for row in rows {
        let mut line = indent.to_owned();
        for (cell, width) in row.iter().zip(&widths) {
            let _ = write!(line, "{cell:<width$}  ");
        }
        let _ = writeln!(out, "{}", line.trim_end());
    }
}

fn overview(catalog: &Catalog, size: Option<Size>) -> String {
    let mut out = String::new();
    let mut facts: Vec<Vec<String>> = Vec::new();
    let mut fact = |name: &str, value: String| {
        if !value.is_empty() {
            facts.push(vec![name.to_owned(), value]);
        }
    };
    fact("WSDL", catalog.source.clone());
    fact("product", catalog.product.clone());
    if !catalog.api_version.is_empty() {
        fact(
            "API version",
            format!("{}, {}", catalog.api_version, catalog.api_status),
        );
    }
    fact("generated", catalog.generated.clone());
    for package in &catalog.packages {
        let details = [package.version.as_str(), package.namespace.as_str()].join(" ");
        fact("package", format!("{} {}", package.name, details.trim()));
    }
    for service in &catalog.services {
        let place = match service.endpoint.is_empty() {
            true => String::new(),
            false => format!(" at {}", service.endpoint),
        };
        let version = if service.soap12 { ", SOAP 1.2" } else { "" };
        let client = match service.rust == service.name {
            true => String::new(),
            false => format!(", {} in Rust", service.rust),
        };
        fact(
            "service",
            [&*service.name, &*place, version, &*client].concat(),
        );
    }
    let objects: Vec<&Type> = catalog.objects().collect();
    let fields: usize = objects.iter().map(|object| object.fields.len()).sum();
    fact("objects", format!("{} with {fields} fields", objects.len()));
    fact(
        "other types",
        (catalog.types.len() - objects.len()).to_string(),
    );
    fact("enumerations", catalog.enumerations.len().to_string());
    fact("operations", catalog.operations.len().to_string());
    if let Some(size) = size {
        let megabytes = size.bytes as f64 / 1e6;
        fact(
            "would generate",
            format!(
                "{} types, {} files, {megabytes:.1} MB",
                size.types, size.files
            ),
        );
    }
    table(&mut out, "", &facts);
    if !objects.is_empty() {
        let _ = writeln!(out);
        let mut rows = vec![words([
            "OBJECT",
            "FIELDS",
            "PARENTS",
            "CHILDREN",
            "REFERRED BY",
        ])];
        let references = catalog.references();
        for object in objects {
            let referring = references.get(&*object.name).map_or(0, Vec::len);
            rows.push(vec![
                object.name.clone(),
                object.fields.len().to_string(),
                object.parents().count().to_string(),
                object.children().count().to_string(),
                referring.to_string(),
            ]);
        }
        table(&mut out, "", &rows);
    }
    let _ = writeln!(out, "\nOPERATIONS");
    let mut names: Vec<&str> = catalog.operations.iter().map(|o| o.name.as_str()).collect();
    // Overloads have one name.
    names.dedup();
    let _ = writeln!(out, "{}", names.join(" "));
    out
}

fn words<const N: usize>(words: [&str; N]) -> Vec<String> {
    words.map(str::to_owned).to_vec()
}

fn object(catalog: &Catalog, ty: &Type) -> String {
    let kind = match ty.kind {
        TypeKind::Object => "object",
        TypeKind::Choice => "choice",
        TypeKind::Abstract => "abstract type",
        _ => "type",
    };
    let mut out = format!("{kind} {} is {} in Rust\n", ty.name, ty.rust);
    if let Some(base) = &ty.base {
        let _ = writeln!(out, "derived from {base}");
    }
    if !ty.derived.is_empty() {
        let _ = writeln!(out, "base of {}", ty.derived.join(", "));
    }
    if let Some(documentation) = &ty.documentation {
        let _ = writeln!(out, "{}", documentation.trim());
    }
    let plain = |field: &&Field| {
        ty.kind != TypeKind::Object
            || !matches!(field.content, Content::Parent(_) | Content::Children)
    };
    let fields: Vec<&Field> = ty.fields.iter().filter(plain).collect();
    if !fields.is_empty() {
        let mut rows = vec![words(["FIELD", "TYPE", "RUST"])];
        for field in fields {
            let described = match ty.kind {
                TypeKind::Object => field.type_name.to_string(),
                _ => field.description(),
            };
            let rust = match ty.kind {
                TypeKind::Object => format!("{}() -> {}", field.rust, field.rust_type),
                _ => format!("{}: {}", field.rust, field.rust_type),
            };
            rows.push(vec![field.name.clone(), described, rust]);
        }
        let _ = writeln!(out);
        table(&mut out, "", &rows);
    }
    if ty.kind == TypeKind::Object {
        relationships(catalog, ty, &mut out);
    }
    out
}

fn relationships(catalog: &Catalog, ty: &Type, out: &mut String) {
    let parents = ty.parents().map(|field| {
        let object = match &field.content {
            Content::Parent(name) => name.clone(),
            _ => String::new(),
        };
        vec![field.name.clone(), object]
    });
    let children = ty.children().map(|field| vec![field.name.clone()]);
    let referring = catalog
        .references_to(&ty.name)
        .map(|(object, field)| vec![object.name.clone(), field.name.clone()]);
    let sections: [(&str, Vec<Vec<String>>); 3] = [
        ("PARENTS: field, object", parents.collect()),
        ("CHILD RELATIONSHIPS", children.collect()),
        ("REFERRED TO BY: object, field", referring.collect()),
    ];
    for (title, rows) in sections {
        if !rows.is_empty() {
            let _ = writeln!(out, "\n{title}");
            table(out, "", &rows);
        }
    }
}

fn field_of(catalog: &Catalog, ty: &Type, field: &Field) -> String {
    let mut rows = vec![
        vec!["field".to_owned(), format!("{}.{}", ty.name, field.name)],
        vec!["type".to_owned(), field.description()],
    ];
    let mut fact = |name: &str, value: String| {
        if !value.is_empty() {
            rows.push(vec![name.to_owned(), value]);
        }
    };
    let path = |name: &str| match name.is_empty() {
        true => String::new(),
        false => format!("{}::{name}", ty.rust),
    };
    if ty.kind == TypeKind::Object {
        fact("key", path(&field.key));
        fact(
            "read by",
            format!("{}() -> {}", field.rust, field.rust_type),
        );
        fact("set by", field.setter.clone());
    } else {
        fact("in Rust", format!("{}: {}", field.rust, field.rust_type));
    }
    fact("default", field.default.clone().unwrap_or_default());
    fact(
        "documentation",
        field.documentation.clone().unwrap_or_default(),
    );
    if let Content::Enumeration(name) = &field.content {
        let known = catalog
            .enumerations
            .iter()
            .find(|known| known.name == *name);
        for value in known.into_iter().flat_map(|known| &known.values) {
            fact("value", value.value.clone());
        }
    }
    let mut out = String::new();
    table(&mut out, "", &rows);
    out
}

fn enumeration_of(enumeration: &Enumeration) -> String {
    let mut out = format!(
        "enumeration {} is {} in Rust\n",
        enumeration.name, enumeration.rust
    );
    if let Some(documentation) = &enumeration.documentation {
        let _ = writeln!(out, "{}", documentation.trim());
    }
    let mut rows = vec![words(["VALUE", "RUST"])];
    let values = enumeration.values.iter();
    rows.extend(values.map(|value| vec![value.value.clone(), value.rust.clone()]));
    let _ = writeln!(out);
    table(&mut out, "", &rows);
    out
}

fn operation_of(operation: &Operation) -> String {
    let mut out = format!(
        "operation {} is {}() in Rust and returns {}\n",
        operation.name, operation.rust, operation.rust_result
    );
    if let Some(documentation) = &operation.documentation {
        let _ = writeln!(out, "{}", documentation.trim());
    }
    let fields = |fields: &[Field]| {
        let row = |field: &Field| vec![field.name.clone(), field.description()];
        fields.iter().map(row).collect::<Vec<_>>()
    };
    let headers = |headers: &[Header]| {
        let row = |header: &Header| vec![header.name.clone(), header.rust.clone()];
        headers.iter().map(row).collect::<Vec<_>>()
    };
    for (title, rows) in [
        ("ARGUMENTS", fields(&operation.arguments)),
        ("RESULTS", fields(&operation.results)),
        ("HEADERS", headers(&operation.headers)),
        (
            "HEADERS OF THE RESPONSE",
            headers(&operation.output_headers),
        ),
        ("FAULTS", headers(&operation.faults)),
    ] {
        if !rows.is_empty() {
            let _ = writeln!(out, "\n{title}");
            table(&mut out, "", &rows);
        }
    }
    out
}
