//! Views: the newtype, its keys, getters and setters.

use super::field_docs;
use super::writer::Writer;
use crate::plan::{KeyType, KeyValue, View, ViewField};
use crate::print::escape::code;

pub(super) fn print<'p>(w: &mut Writer<'p, '_>, view: &'p View<'_>) {
    let table = w.table(view.table);
    w.out.open(&["g::view! {"]);
    w.item_doc(&code(&view.wire), view.documentation);
    w.derives(&view.derives);
    w.out.line(&[&view.ident, ", ", &table]);
    w.out.close(&["}"]);
    w.serde("view", &view.ident);
    if view.fields.is_empty() {
        return;
    }
    w.out.blank();
    w.out.open(&["impl ", &view.ident, " {"]);
    let accessors: Vec<Accessors> = view
        .fields
        .iter()
        .map(|field| accessors(w, &field.ty))
        .collect();
    for (field, accessors) in view.fields.iter().zip(&accessors) {
        key(w, field, &accessors.key);
    }
    if w.plan.methods {
        for (field, accessors) in view.fields.iter().zip(&accessors) {
            w.out.blank();
            methods(w, field, accessors);
        }
    }
    w.out.close(&["}"]);
}

/// The type of a key, and the methods of the runtime that its getter and setter call.
struct Accessors {
    key: String,
    value: String,
    set: String,
    /// `None`: the getter uses the key.
    getter: Option<&'static str>,
    setter: &'static str,
}

fn accessors<'p>(w: &mut Writer<'p, '_>, ty: &'p KeyType) -> Accessors {
    let new = |key: &str, value: &str, set: &str, getter, setter| Accessors {
        key: key.to_owned(),
        value: value.to_owned(),
        set: set.to_owned(),
        getter: Some(getter),
        setter,
    };
    match ty {
        KeyType::Text => new("str", "&str", "&str", "text_at", "with_text"),
        KeyType::Bytes => {
            let owned = format!("{}<u8>", w.prelude().vec());
            new("[u8]", &owned, "&[u8]", "bytes_at", "with_bytes")
        }
        KeyType::Value(value) => {
            let (ty, getter, setter) = match value {
                KeyValue::Boolean => ("bool", "boolean_at", "with_boolean"),
                KeyValue::Int => ("i32", "int_at", "with_int"),
                KeyValue::Long => ("i64", "long_at", "with_long"),
                KeyValue::Double => ("f64", "double_at", "with_double"),
                KeyValue::Id => ("g::Id", "id_at", "with_id_value"),
                KeyValue::DateTime => ("g::DateTime", "date_time_at", "with_date_time"),
                KeyValue::Date => ("g::Date", "date_at", "with_date"),
                KeyValue::Time => ("g::Time", "time_at", "with_time"),
            };
            new(ty, ty, ty, getter, setter)
        }
        KeyType::Parent(ty) => {
            let path = w.path(ty);
            let key = format!("g::Parent<{path}>");
            new(&key, &format!("&{path}"), &path, "parent_at", "with_record")
        }
        KeyType::Nested(ty) => {
            let path = w.path(ty);
            let key = format!("g::Nested<{path}>");
            new(&key, &format!("&{path}"), &path, "nested_at", "with_nested")
        }
        KeyType::Record => new(
            "g::Record",
            "&g::Record",
            "impl g::View",
            "record_at",
            "with_record",
        ),
        KeyType::Any => new(
            "g::AnyValue",
            "&g::AnyValue",
            "g::AnyValue",
            "any_at",
            "with_any",
        ),
        KeyType::Texts => list("str", format!("{}<&str>", w.prelude().vec())),
        KeyType::Ids => list("g::Id", format!("{}<g::Id>", w.prelude().vec())),
    }
}

/// Lists are read by key, and set by key only.
fn list(item: &str, value: String) -> Accessors {
    Accessors {
        key: format!("g::List<{item}>"),
        value,
        set: String::new(),
        getter: None,
        setter: "",
    }
}

fn key(w: &mut Writer<'_, '_>, field: &ViewField<'_>, ty: &str) {
    if w.plan.docs {
        field_docs::print(&mut w.out, &field.doc);
        if let Some(remark) = field.remark {
            w.out.doc("");
            w.out.doc(remark);
        }
    }
    let value = format!("g::key({})", field.index);
    w.out.constant(&field.key, "g::Key", &["Self", ty], &value);
}

fn methods(w: &mut Writer<'_, '_>, field: &ViewField<'_>, accessors: &Accessors) {
    let wire = code(&field.doc.wire);
    if w.plan.docs {
        w.out.doc(&wire);
    }
    w.out.line(&["#[inline]"]);
    let option = w.prelude().option();
    w.out.signature(
        &["pub fn ", &field.getter],
        &["&self"],
        &[" -> ", option, "<", &accessors.value, ">"],
    );
    let index = field.index.to_string();
    match accessors.getter {
        Some(getter) => w.out.line(&["self.0.", getter, "(", &index, ")"]),
        None => {
            let get = ["get(Self::", &field.key, ")"].concat();
            w.out.chain(&["self", "0"], &[get]);
        }
    }
    w.out.close(&["}"]);
    let Some(setter) = &field.setter else {
        return;
    };
    w.out.blank();
    if w.plan.docs {
        w.out.doc(&["Sets ", &wire].concat());
    }
    w.out.line(&["#[inline]"]);
    let value = ["value: ", &accessors.set].concat();
    w.out
        .signature(&["pub fn ", setter], &["self", &value], &[" -> Self"]);
    w.out
        .line(&["Self(self.0.", accessors.setter, "(", &index, ", value))"]);
    w.out.close(&["}"]);
}
