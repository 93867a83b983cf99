//! Views: the newtype, its keys, getters and setters.

use super::docs;
use super::text::{MAX, width};
use super::types::{Imports, Scope, path};
use crate::fields::{Occurs, Place};
use crate::plan::{FieldDoc, Plan, View, ViewField, ViewType};

pub(super) fn push(
    out: &mut String,
    plan: &Plan<'_>,
    view: &View<'_>,
    scope: &Scope,
    imports: &mut Imports,
) {
    imports.add("tables");
    out.push_str("g::view! {\n");
    docs::push_line(out, 1, &docs::code(&view.wire));
    if let (true, Some(text)) = (plan.docs, view.documentation) {
        docs::push_line(out, 1, "");
        docs::push(out, 1, text);
    }
    if !view.derives.is_empty() {
        out.push_str(&format!("    #[derive({})]\n", view.derives.join(", ")));
    }
    out.push_str(&format!("    {}, tables::{}\n}}\n", view.ident, view.table));
    push_serde(out, plan, "view", &view.ident);
    if view.fields.is_empty() {
        return;
    }
    out.push_str(&format!("\nimpl {} {{\n", view.ident));
    let types: Vec<Types> = view
        .fields
        .iter()
        .map(|field| types(&field.ty, scope, imports))
        .collect();
    for (field, types) in view.fields.iter().zip(&types) {
        push_key(out, plan, field, &types.key);
    }
    if plan.methods {
        for (field, types) in view.fields.iter().zip(&types) {
            out.push('\n');
            push_methods(out, plan, field, types, scope);
        }
    }
    out.push_str("}\n");
}

/// Makes a type `Serialize` and `Deserialize`, if that is wanted.
pub(super) fn push_serde(out: &mut String, plan: &Plan<'_>, kind: &str, ident: &str) {
    if plan.serde {
        push_all(out, &["\ng::serde!(", kind, " ", ident, ");\n"]);
    }
}

/// Audit fields of every sObject ("System Fields" in the Object Reference): a quarter of all
/// setters, which nobody could use.
const SET_BY_SERVICE: &[&str] = &[
    "CreatedBy",
    "CreatedById",
    "CreatedDate",
    "IsDeleted",
    "LastActivityDate",
    "LastModifiedBy",
    "LastModifiedById",
    "LastModifiedDate",
    "LastReferencedDate",
    "LastViewedDate",
    "SystemModstamp",
];

/// A key's type, and how its getter and setter come down to a method of the runtime.
struct Types {
    key: String,
    get: String,
    set: String,
    getter: &'static str,
    /// `None`: set by key only.
    setter: Option<&'static str>,
}

fn types(ty: &ViewType, scope: &Scope, imports: &mut Imports) -> Types {
    let all = |key: &str, get: &str, set: &str, getter, setter| Types {
        key: key.to_owned(),
        get: get.to_owned(),
        set: set.to_owned(),
        getter,
        setter: Some(setter),
    };
    match ty {
        ViewType::Text => all("str", "&str", "&str", "text_at", "with_text"),
        ViewType::Bytes => all(
            "[u8]",
            &format!("{}<u8>", scope.vec()),
            "&[u8]",
            "bytes_at",
            "with_bytes",
        ),
        ViewType::Plain(name) => {
            let (getter, setter) = match name.rsplit(':').next() {
                Some("bool") => ("boolean_at", "with_boolean"),
                Some("i32") => ("int_at", "with_int"),
                Some("i64") => ("long_at", "with_long"),
                Some("f64") => ("double_at", "with_double"),
                Some("Id") => ("id_at", "with_id_value"),
                Some("DateTime") => ("date_time_at", "with_date_time"),
                Some("Date") => ("date_at", "with_date"),
                Some("Time") => ("time_at", "with_time"),
                // Kinds that no sObject has: by key only.
                _ => {
                    return Types {
                        setter: None,
                        ..all(name, name, name, "", "")
                    };
                }
            };
            all(name, name, name, getter, setter)
        }
        ViewType::Parent(reference) => {
            let path = path(reference, imports);
            let key = format!("g::Parent<{path}>");
            all(&key, &format!("&{path}"), &path, "parent_at", "with_record")
        }
        ViewType::Nested(reference) => {
            let path = path(reference, imports);
            let key = format!("g::Nested<{path}>");
            all(&key, &format!("&{path}"), &path, "nested_at", "with_nested")
        }
        ViewType::Record => all(
            "g::Record",
            "&g::Record",
            "impl g::View",
            "record_at",
            "with_record",
        ),
        ViewType::Any => all(
            "g::AnyValue",
            "&g::AnyValue",
            "g::AnyValue",
            "any_at",
            "with_any",
        ),
        ViewType::Texts => Types {
            key: "g::List<str>".to_owned(),
            get: format!("{}<&str>", scope.vec()),
            set: String::new(),
            getter: "",
            setter: None,
        },
        ViewType::Ids => Types {
            key: "g::List<g::Id>".to_owned(),
            get: format!("{}<g::Id>", scope.vec()),
            set: String::new(),
            getter: "",
            setter: None,
        },
    }
}

fn push_key(out: &mut String, plan: &Plan<'_>, field: &ViewField<'_>, ty: &str) {
    let key = &field.names.key;
    if plan.docs {
        push_doc(
            out,
            1,
            &field.doc,
            matches!(&field.ty, ViewType::Nested(t) if t.ident == "QueryResult"),
        );
        // The only repeated ids that objects have.
        if field.ty == ViewType::Ids {
            docs::push_line(out, 1, "");
            docs::push_line(
                out,
                1,
                "A `JunctionIdList`: setting it to null deletes *all* of its junction rows.",
            );
        }
    }
    let index = field.index.to_string();
    let head = width(key) + width(ty) + "    pub const : g::Key<Self, > =".len();
    out.push_str("    pub const ");
    out.push_str(key);
    if head <= MAX {
        out.push_str(": g::Key<Self, ");
        out.push_str(ty);
        let whole = head + " g::key();".len() + index.len();
        out.push_str(if whole <= MAX {
            "> = g::key("
        } else {
            "> =\n        g::key("
        });
    } else {
        out.push_str(": g::Key<\n        Self,\n        ");
        out.push_str(ty);
        out.push_str(",\n    > = g::key(");
    }
    out.push_str(&index);
    out.push_str(");\n");
}

/// The line about a field, and what the WSDL says of it.
pub(super) fn push_doc(out: &mut String, indent: usize, doc: &FieldDoc<'_>, rows: bool) {
    if let Some(group) = &doc.group {
        let mut chars = group.chars();
        let first: String = chars
            .next()
            .into_iter()
            .flat_map(char::to_uppercase)
            .collect();
        let often = if doc.occurs.is_some_and(|occurs| occurs.repeated) {
            ", any number of times"
        } else {
            ""
        };
        return docs::push_line(out, indent, &format!("{first}{}{often}", chars.as_str()));
    }
    let mut line = docs::code(&doc.wire);
    line.push_str(match doc.place {
        Place::Element => ": ",
        Place::Attribute => ", an attribute: ",
        Place::Text => ", the text: ",
        Place::Wildcard => ": elements of ",
        Place::Attributes => ": attributes of ",
    });
    // Type names are names of XML, which cannot end a code span or a line.
    line.push_str(docs::code(doc.ty).trim_matches('`'));
    line.push_str(if rows { " (child rows)" } else { "" });
    line.push_str(doc.occurs.map_or("", occurrence));
    if let Some(default) = doc.default {
        let word = if default.fixed { "always" } else { "default" };
        line.push_str(&format!(", {word} {}", docs::code(default.text)));
    }
    docs::push_line(out, indent, &line);
    if let Some(text) = doc.text {
        docs::push_line(out, indent, "");
        docs::push(out, indent, text);
    }
}

fn occurrence(occurs: Occurs) -> &'static str {
    match (occurs.repeated, occurs.optional, occurs.nillable) {
        (true, _, true) => ", repeated, nillable",
        (true, _, false) => ", repeated",
        (false, true, true) => ", optional, nillable",
        (false, true, false) => ", optional",
        (false, false, true) => ", required, nillable",
        (false, false, false) => ", required",
    }
}

fn push_methods(
    out: &mut String,
    plan: &Plan<'_>,
    field: &ViewField<'_>,
    types: &Types,
    scope: &Scope,
) {
    let names = &field.names;
    let wire = if plan.docs {
        docs::code(&field.doc.wire)
    } else {
        String::new()
    };
    if plan.docs {
        docs::push_line(out, 1, &wire);
    }
    out.push_str("    #[inline]\n");
    signature(
        out,
        &["    pub fn ", &names.ident],
        &["&self"],
        &[" -> ", scope.option(), "<", &types.get, ">"],
    );
    let index = field.index.to_string();
    if types.getter.is_empty() {
        // Rare kinds go by their key. rustfmt's longest chain has 60 columns.
        let short = width(&names.key) <= 60 - "self.0.get(Self::)".len();
        let gap = if short { "" } else { "\n            " };
        push_all(
            out,
            &[
                "        self.0",
                gap,
                ".get(Self::",
                &names.key,
                ")\n    }\n",
            ],
        );
    } else {
        push_all(
            out,
            &["        self.0.", types.getter, "(", &index, ")\n    }\n"],
        );
    }
    // What a query nested is never sent back, nor what only the service sets; the key does it
    // where an org allows it.
    let is_set_by_clients = !field.rows && !SET_BY_SERVICE.contains(&&*field.doc.wire);
    let Some(setter) = types.setter.filter(|_| is_set_by_clients) else {
        return;
    };
    out.push('\n');
    if plan.docs {
        docs::push_line(out, 1, &format!("Sets {wire}"));
    }
    out.push_str("    #[inline]\n");
    let value = ["value: ", &types.set].concat();
    signature(
        out,
        &["    pub fn ", &names.setter],
        &["self", &value],
        &[" -> Self"],
    );
    push_all(
        out,
        &[
            "        Self(self.0.",
            setter,
            "(",
            &index,
            ", value))\n    }\n",
        ],
    );
}

fn push_all(out: &mut String, texts: &[&str]) {
    texts.iter().for_each(|text| out.push_str(text));
}

/// A method's signature, wrapped if it is too long.
fn signature(out: &mut String, head: &[&str], parameters: &[&str], result: &[&str]) {
    let start = out.len();
    push_all(out, head);
    out.push('(');
    for (n, parameter) in parameters.iter().enumerate() {
        out.push_str(if n == 0 { "" } else { ", " });
        out.push_str(parameter);
    }
    out.push(')');
    push_all(out, result);
    out.push_str(" {\n");
    if width(&out[start..]) - 1 <= MAX {
        return;
    }
    out.truncate(start);
    push_all(out, head);
    if let ["&self"] = parameters {
        // rustfmt breaks the result's generics rather than a lone receiver.
        out.push_str("(\n        &self,\n    )");
    } else {
        out.push_str("(\n");
        for parameter in parameters {
            push_all(out, &["        ", parameter, ",\n"]);
        }
        out.push_str("    )");
    }
    push_all(out, result);
    out.push_str(" {\n");
}
