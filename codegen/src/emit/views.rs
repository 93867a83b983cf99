//! Views: the newtype, and a line for each field with its key, getter and setter.

use super::field_docs;
use super::writer::Writer;
use crate::plan::{KeyType, KeyValue, View, ViewField};
use crate::print::escape::code;

pub(super) fn print<'p>(w: &mut Writer<'p, '_>, view: &'p View<'_>) {
    let table = w.table(view.table);
    w.out.open(&["g::view! {"]);
    let title = ["Records of the type ", &code(&view.wire), "."].concat();
    w.item_doc(&title, view.documentation);
    if w.plan.docs {
        w.out.doc("");
        w.out.line(&["#[doc = wsdl!()]"]);
    }
    w.derives(&view.derives);
    if view.fields.is_empty() {
        w.out.line(&[&view.ident, ", ", &table]);
    } else {
        w.out.line(&[&view.ident, ", ", &table, ";"]);
        w.out.blank();
        for view_field in &view.fields {
            field(w, view_field);
        }
        w.out.open(&["["]);
        let indices = view.fields.iter().map(|field| field.index.to_string());
        w.out.words(&indices.collect::<Vec<_>>());
        w.out.close(&["]"]);
    }
    w.out.close(&["}"]);
    w.serde("view", &view.ident);
}

/// Prints the line of a field.
fn field<'p>(w: &mut Writer<'p, '_>, field: &'p ViewField<'_>) {
    if w.plan.docs {
        field_docs::print(&mut w.out, &field.doc);
        if let Some(remark) = field.remark {
            w.out.doc("");
            w.out.doc(remark);
        }
    }
    let accessors = accessors(w, &field.ty);
    let mut line = vec![field.key.as_str(), ": ", &accessors.key];
    let child_rows = match &field.ty {
        KeyType::Nested(ty) if field.is_child_rows => Some(w.path(ty)),
        _ => None,
    };
    if let (true, Some(ty)) = (w.plan.methods, &child_rows) {
        line.extend([" => ", &field.getter, "() -> ", ty]);
    } else if w.plan.methods {
        line.extend([", ", &field.getter, "() -> ", &accessors.value]);
        line.extend([" = ", accessors.get]);
        if let Some(setter) = &field.setter {
            line.extend([", ", setter, "()"]);
        }
    }
    line.push(";");
    w.out.line(&line);
}

/// What the getter of a field with such a key returns.
#[cfg(feature = "catalog")]
pub(crate) fn value_of_key<'p>(w: &mut Writer<'p, '_>, ty: &'p KeyType) -> String {
    accessors(w, ty).value
}

/// The type of a key, what the getter returns, and the function of the runtime that reads it.
struct Accessors {
    key: String,
    value: String,
    get: &'static str,
}

fn accessors<'p>(w: &mut Writer<'p, '_>, ty: &'p KeyType) -> Accessors {
    let new = |key: &str, value: &str, get| Accessors {
        key: key.to_owned(),
        value: value.to_owned(),
        get,
    };
    match ty {
        KeyType::Text => new("str", "&str", "text"),
        KeyType::Bytes => new("[u8]", &format!("{}<u8>", w.prelude().vec()), "bytes"),
        KeyType::Value(value) => {
            let (ty, get) = match value {
                KeyValue::Boolean => ("bool", "boolean"),
                KeyValue::Int => ("i32", "int"),
                KeyValue::Long => ("i64", "long"),
                KeyValue::Double => ("f64", "double"),
                KeyValue::Id => ("g::Id", "id"),
                KeyValue::DateTime => ("g::DateTime", "date_time"),
                KeyValue::Date => ("g::Date", "date"),
                KeyValue::Time => ("g::Time", "time"),
            };
            new(ty, ty, get)
        }
        KeyType::Parent(ty) => {
            let path = w.path(ty);
            new(&format!("g::Parent<{path}>"), &format!("&{path}"), "parent")
        }
        KeyType::Nested(ty) => {
            let path = w.path(ty);
            new(&format!("g::Nested<{path}>"), &format!("&{path}"), "nested")
        }
        KeyType::Record => new("g::Record", "&g::Record", "record"),
        KeyType::Any => new("g::AnyValue", "&g::AnyValue", "any"),
        KeyType::Texts => {
            let texts = format!("{}<&str>", w.prelude().vec());
            new("g::List<str>", &texts, "texts")
        }
        KeyType::Ids => {
            let ids = format!("{}<g::Id>", w.prelude().vec());
            new("g::List<g::Id>", &ids, "ids")
        }
    }
}
